# SPDX-License-Identifier: Apache-2.0
"""Start events: none, timer or message. Which one it was is told by InstanceStarted; all of them go on at once."""

from dataclasses import dataclass
from typing import ClassVar

from taktloom.kernel.behaviour import Behaviour
from taktloom.kernel.expressions import TextExpression
from taktloom.kernel.mappings import evaluate_mappings
from taktloom.kernel.run import Run
from taktloom.kernel.state import Phase, Token
from taktloom.kernel.timers import Timer
from taktloom.kernel.variables import hand_out

__all__ = ["MessageStartBehaviour", "StartEventBehaviour", "TimerStartBehaviour"]


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
        is_top = run.state.scopes[token.scope].owner is None
        run.record_completion(node, token, run.process.case_attributes if is_top else ())
        run.close_visit(token)
        return Phase.LEAVE


@dataclass(frozen=True, slots=True)
class TimerStartBehaviour(StartEventBehaviour):
    """Started by the host at the timer's instants (`starts.py`)."""

    timer: Timer


@dataclass(frozen=True, slots=True)
class MessageStartBehaviour(StartEventBehaviour):
    """Started by the host for each message of the name (`starts.py`)."""

    message_name: TextExpression
