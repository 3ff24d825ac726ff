# SPDX-License-Identifier: Apache-2.0
"""What all activities share: input mappings, boundary events armed around them, their start in the event log."""

from datetime import datetime
from typing import ClassVar

from taktloom.kernel.arming import arm, plan_events
from taktloom.kernel.behaviour import Behaviour
from taktloom.kernel.expressions import Context
from taktloom.kernel.mappings import evaluate_mappings
from taktloom.kernel.run import Run
from taktloom.kernel.state import Phase, Token
from taktloom.kernel.variables import add_variables

__all__ = ["ActivityBehaviour"]


class ActivityBehaviour(Behaviour):
    """An activity without work of its own: task and manual task; the others override `perform`.

    names_role: whether `role` may give one.
    """

    __slots__ = ()
    is_recorded_from_start: ClassVar[bool] = True
    names_role: ClassVar[bool] = False

    def enter(self, run: Run, token: Token) -> Phase | None:
        """Evaluate inputs and boundary events, then begin: row, local variables, waits, in this order."""
        node = run.process.nodes[token.element]
        if not (node.inputs or node.armed or self.names_role):
            run.record_start(node, token)
            return Phase.PERFORM
        context = run.variables(token)
        inputs = evaluate_mappings(node.inputs, context, run.now) if node.inputs else None
        inside = {**context, **inputs} if inputs else context
        role = self.role(inside, run.now)
        plans = plan_events(run, node.armed, inside) if node.armed else []
        token.role = role
        run.record_start(node, token)
        if inputs:
            add_variables(run.open_scope(token), inputs)
        if not plans:
            return Phase.PERFORM
        run.push(token, Phase.PERFORM)
        arm(run, token, plans)
        return None

    def role(self, context: Context, now: datetime) -> str | None:
        """The role that the visit is for, None for the lane's. Raises ElementFailure."""
        del context, now
        return None
