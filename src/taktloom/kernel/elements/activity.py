# SPDX-License-Identifier: Apache-2.0
"""What all activities share: input mappings, boundary events armed around them, their start in the event log."""

from datetime import datetime
from typing import ClassVar

from taktloom.kernel.behaviour import Behaviour
from taktloom.kernel.elements.boundary_event import ArmedBoundary
from taktloom.kernel.expressions import Context
from taktloom.kernel.mappings import evaluate_mappings
from taktloom.kernel.run import Run
from taktloom.kernel.state import Phase, Token

__all__ = ["ActivityBehaviour"]


class ActivityBehaviour(Behaviour):
    """An activity without work of its own: task and manual task; the others override `perform`."""

    __slots__ = ()
    is_recorded_from_start: ClassVar[bool] = True

    def enter(self, run: Run, token: Token) -> Phase | None:
        """Evaluate inputs and boundary events, then begin: row, local variables, waits, in this order."""
        node = run.node(token)
        context = run.variables(token)
        inputs = evaluate_mappings(node.inputs, context, run.now)
        inside = {**context, **inputs} if inputs else context
        role = self.role(inside, run.now)
        plans = []
        for index in node.armed:
            event = run.process.nodes[index]
            assert isinstance(event.behaviour, ArmedBoundary)  # compile puts only these into `armed`
            plans.append((event, event.behaviour.trigger.plan(inside, run.now)))
        token.role = role
        run.record_start(node, token)
        if inputs:
            run.open_scope(token).variables.update(inputs)
        for event, plan in plans:
            plan.open(run, token, event)
        return Phase.PERFORM

    def role(self, context: Context, now: datetime) -> str | None:
        """The role that the visit is for, None for the lane's. Raises ElementFailure."""
        del context, now
        return None
