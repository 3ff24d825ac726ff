# SPDX-License-Identifier: Apache-2.0
"""What a flow node does in each phase of a visit; the elements override what is special to them.

A phase returns the next phase of the same token, or None when the token waits, has ended, or is on the stack. It first
evaluates everything that can fail and only then changes the state: an `ElementFailure` leaves the phase untouched, so
that the incident can be resolved by doing the phase again.
"""

from collections.abc import Mapping
from typing import ClassVar

from taktloom.feel.values import FeelValue
from taktloom.kernel.commands import IncidentKind
from taktloom.kernel.data_flow import output_names
from taktloom.kernel.executable import NONE, Node
from taktloom.kernel.expressions import Context, evaluate_condition
from taktloom.kernel.failure import ElementFailure
from taktloom.kernel.mappings import evaluate_mappings
from taktloom.kernel.run import Run
from taktloom.kernel.state import Phase, Token
from taktloom.kernel.variables import add_variables, hand_out_in

__all__ = ["Behaviour", "choose_flows", "receive_variables"]


class Behaviour:
    """A flow node that is passed through: gateways and none events start from here.

    element_type: the XML name. is_recorded_from_start: whether the event log has a start row, so that breaking the
    visit off must be recorded too. names_resource: whether who causes the completion is the resource of the work.
    activates_itself: whether a token that arrives may have to wait before the visit begins, as at a join.
    """

    __slots__ = ()
    element_type: ClassVar[str] = ""
    is_recorded_from_start: ClassVar[bool] = False
    names_resource: ClassVar[bool] = False
    activates_itself: ClassVar[bool] = False

    def enter(self, run: Run, token: Token) -> Phase | None:
        """Begin the visit."""
        del run, token
        return Phase.LEAVE

    def perform(self, run: Run, token: Token) -> Phase | None:
        """Do or order the work."""
        del run, token
        return Phase.COMPLETE

    def complete(self, run: Run, token: Token) -> Phase | None:
        """Hand out the results and end the visit."""
        node = run.process.nodes[token.element]
        if node.outputs:
            hand_out_in(run.state, token.around, evaluate_mappings(node.outputs, run.variables(token), run.now))
        run.record_completion(node, token)
        run.close_visit(token)
        return Phase.LEAVE

    def catch(self, run: Run, node: Node, token: Token, variables: Mapping[str, FeelValue]) -> None:
        """What was waited for at *node* has come, with *variables*; *token* waits in the node (or in its activity)."""
        receive_variables(run, node, token, variables)
        run.push(token, Phase.COMPLETE)

    def go_on(self, run: Run, token: Token) -> Phase | None:
        """Only a call activity has somebody to let go on."""
        del run, token
        return None

    def leave(self, run: Run, token: Token) -> Phase | None:
        """Send the token on."""
        node = run.process.nodes[token.element]
        return run.take(token, choose_flows(run, node, run.variables(token)) if node.is_conditional else node.outgoing)


def receive_variables(run: Run, node: Node, token: Token, variables: Mapping[str, FeelValue]) -> None:
    """Take in what came with a completion or message.

    With output mappings it is local to the visit and only the mappings hand out; else what is named as a data output
    is, and each other variable is set in the nearest scope that has it, else in the instance.
    """
    if not variables:
        return
    if node.outputs:
        add_variables(run.open_scope(token), variables)
        return
    named = output_names(node) if node.data is not None else ()
    if named and not variables.keys().isdisjoint(named):
        add_variables(run.open_scope(token), {name: variables[name] for name in variables if name in named})
        variables = {name: value for name, value in variables.items() if name not in named}
    if variables:
        hand_out_in(run.state, token.around if token.inner is None else run.state.scopes[token.inner], variables)


def choose_flows(run: Run, node: Node, context: Context) -> tuple[int, ...]:
    """Every flow whose condition holds or that has none; the default flow when no condition holds.

    Conditional flows out of an activity (BPMN 2.0.2, 13.3.1): each condition is evaluated on its own.
    """
    taken = []
    for index in node.outgoing:
        condition = run.process.flows[index].condition
        if index != node.default_flow and (condition is None or evaluate_condition(condition, context, run.now)):
            taken.append(index)
    if taken:
        return tuple(taken)
    if node.default_flow != NONE:
        return (node.default_flow,)
    raise ElementFailure(IncidentKind.NO_FLOW, "No condition of the outgoing flows holds and there is no default flow.")
