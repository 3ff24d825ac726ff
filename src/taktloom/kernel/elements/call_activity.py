# SPDX-License-Identifier: Apache-2.0
"""Call activity: another process runs as an instance of its own, and its end is the end of the activity.

An error or escalation that nothing in the called instance catches goes on at the call activity, as if it had been
thrown there. A called instance that fails without an error code is an incident; resolving it calls again. A called
global task is no instance: it runs in the place of the call activity, with its id (`registry.py`). A called instance
that throws an escalation waits until its caller has let it go on. A completed one whose call activity is compensated
undoes what it did (`compensation.py`), unless the call activity has a handler of its own.
Source: BPMN 2.0.2, 10.3.6, 13.3.3.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from taktloom.feel.values import FeelValue
from taktloom.kernel.behaviour import receive_variables
from taktloom.kernel.commands import ContinueChild, IncidentKind, StartChild
from taktloom.kernel.data_flow import NodeData
from taktloom.kernel.elements.activity import ActivityBehaviour
from taktloom.kernel.elements.inputs import given_variables, input_variables
from taktloom.kernel.executable import Node
from taktloom.kernel.expressions import TextExpression, evaluate_text
from taktloom.kernel.failure import ElementFailure
from taktloom.kernel.run import Run
from taktloom.kernel.sparse import with_entry
from taktloom.kernel.state import Phase, Token
from taktloom.kernel.variables import add_variables
from taktloom.model.identifiers import ChildId

__all__ = ["CallActivityBehaviour"]


@dataclass(frozen=True, slots=True)
class CallActivityBehaviour(ActivityBehaviour):
    """Waits for the called instance. passes_all, returns_all: see CallActivity of the model. item: its loop's.

    One that has data inputs gives only these: they are the inputs of what it calls (10.4.1).
    """

    called_element: TextExpression
    binding: str
    passes_all: bool
    returns_all: bool
    item: str | None = None
    element_type: ClassVar[str] = "callActivity"

    def perform(self, run: Run, token: Token) -> Phase | None:
        """Order the instance."""
        process_id = evaluate_text(self.called_element, run.variables(token), run.now)
        if not process_id:
            raise ElementFailure(IncidentKind.EXPRESSION, "The id of the called process is empty.")
        child_id = ChildId(run.next_id())
        run.state.children = with_entry(run.state.children, child_id, token)
        token.waits += (child_id,)
        run.commands.append(
            StartChild(
                child_id=child_id,
                element_id=run.node(token).id,
                process_id=process_id,
                binding=self.binding,
                variables=self._chosen(run, token) if self._chooses(run, token) else input_variables(run, token),
            )
        )
        return None

    def catch(self, run: Run, node: Node, token: Token, variables: Mapping[str, FeelValue]) -> None:
        """The called instance is over; what is not returned is still there for the mappings."""
        if self.returns_all:
            receive_variables(run, node, token, variables)
        elif variables:
            add_variables(run.open_scope(token), variables)
        run.push(token, Phase.COMPLETE)

    def go_on(self, run: Run, token: Token) -> Phase | None:
        """What the called instance threw has been handled, and it is still called."""
        run.commands.extend(ContinueChild(child_id=ChildId(wait)) for wait in token.waits if wait in run.state.children)
        return None

    def _chooses(self, run: Run, token: Token) -> bool:
        data = run.process.nodes[run.process.node_index[run.node(token).id]].data
        return not self.passes_all or (isinstance(data, NodeData) and bool(data.inputs))

    def _chosen(self, run: Run, token: Token) -> dict[str, FeelValue]:
        """What is given on purpose; to each of several instances also its item."""
        chosen = given_variables(run, token)
        if self.item is not None:
            chosen.setdefault(self.item, run.variables(token).get(self.item))
        return chosen
