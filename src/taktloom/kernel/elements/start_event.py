# SPDX-License-Identifier: Apache-2.0
"""Start events go on at once; those with a trigger are in `event_sub_process.py`."""

from typing import ClassVar

from taktloom.kernel.behaviour import Behaviour
from taktloom.kernel.mappings import evaluate_mappings
from taktloom.kernel.run import Run
from taktloom.kernel.state import Phase, Token
from taktloom.kernel.variables import hand_out

__all__ = ["StartEventBehaviour"]


class StartEventBehaviour(Behaviour):
    """The start of the instance also writes the attributes of the case, once, on its own row."""

    __slots__ = ()
    element_type: ClassVar[str] = "startEvent"
    names_resource: ClassVar[bool] = True

    def enter(self, run: Run, token: Token) -> Phase | None:
        """Nothing is waited for."""
        del run, token
        return Phase.COMPLETE

    def complete(self, run: Run, token: Token) -> Phase | None:
        """Map the variables that came with the start, and record it."""
        node = run.node(token)
        results = evaluate_mappings(node.outputs, run.variables(token), run.now)
        hand_out(run.state, token.scope, results)
        is_top = token.around.owner is None
        run.record_completion(node, token, run.process.case_attributes if is_top else ())
        run.close_visit(token)
        return Phase.LEAVE
