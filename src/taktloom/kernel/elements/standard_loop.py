# SPDX-License-Identifier: Apache-2.0
"""Standard loop: one round after another while a condition holds, tested before or after each round, up to a maximum.

The condition sees `loopCounter` as the number of rounds done; inside a round it is the number of that round. Without a
condition the maximum alone ends the loop; without both there is nothing to loop for: one round.
Source: BPMN 2.0.2, 10.3.8 (Standard Loop), 13.3.6.
"""

from dataclasses import dataclass
from decimal import Decimal

from taktloom.kernel.elements.rounds import LOOP_COUNTER, LoopBehaviour, body_of, open_round
from taktloom.kernel.expressions import Context, Expression, evaluate_condition
from taktloom.kernel.run import Run
from taktloom.kernel.state import LoopState, Phase, Token

__all__ = ["StandardLoopBehaviour"]


@dataclass(frozen=True, slots=True)
class StandardLoopBehaviour(LoopBehaviour):
    """condition None: always true. maximum None: without end."""

    condition: Expression | None
    is_tested_before: bool
    maximum: int | None

    def begin(self, run: Run, context: Context) -> LoopState:
        """The test before the first round; total is what is known of the number of rounds."""
        if self.is_tested_before:
            return LoopState(total=-1 if self._goes_on(run, context, 0) else 0)
        return LoopState()

    def perform(self, run: Run, token: Token) -> Phase | None:
        """The first round."""
        loop = body_of(run, token).loop
        assert loop is not None
        if loop.total == 0:
            return Phase.COMPLETE
        loop.started = 1
        run.push(open_round(run, token, 1, {}), Phase.ENTER)
        return None

    def end_round(self, run: Run, outer: Token, token: Token) -> Phase | None:
        """Test, then go round again or end."""
        body = body_of(run, outer)
        done = body.loop.started if body.loop is not None else 0
        goes_on = self._goes_on(run, run.variables(token), done)
        run.close_visit(token)
        run.merge(token)
        assert body.loop is not None
        body.loop.completed = done
        if goes_on:
            body.loop.started = done + 1
            run.push(open_round(run, outer, done + 1, {}), Phase.ENTER)
        else:
            run.push(outer, Phase.COMPLETE)
        return None

    def _goes_on(self, run: Run, context: Context, done: int) -> bool:
        if self.maximum is not None and done >= self.maximum:
            return False
        if self.condition is None:
            return self.maximum is not None or done == 0
        return evaluate_condition(self.condition, {**context, LOOP_COUNTER: Decimal(done)}, run.now)
