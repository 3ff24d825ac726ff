# SPDX-License-Identifier: Apache-2.0
"""Rounds: what standard loop and multi-instance have in common.

A looping activity is compiled to three nodes of the same id. The *loop* has the flows, the boundary events and the
visit; its inner scope is the body. In the body runs one token per round, at the *round*; the round's scope holds
`loopCounter` and its item, and in it runs one token at the *work*, the activity as it would be without a loop. So
errors, cancelling and the end of a scope need no special case, and a round costs the same however many there are.
Source: BPMN 2.0.2, 10.3.8, 13.3.6, 13.3.7.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import ClassVar

from taktloom.feel.values import FeelValue
from taktloom.kernel.arming import arm, plan_events
from taktloom.kernel.behaviour import Behaviour
from taktloom.kernel.data_flow import output_names
from taktloom.kernel.expressions import Context
from taktloom.kernel.kept_variables import Variables
from taktloom.kernel.run import Run
from taktloom.kernel.state import LoopState, Phase, Scope, Token
from taktloom.kernel.variables import hand_out

__all__ = ["LOOP_COUNTER", "LoopBehaviour", "RoundBehaviour", "body_of", "open_round"]

LOOP_COUNTER = "loopCounter"


class LoopBehaviour(Behaviour):
    """The activity as a whole, whatever the number of its rounds."""

    __slots__ = ()

    def enter(self, run: Run, token: Token) -> Phase | None:
        """Evaluate boundary events and loop, then begin."""
        node, context = run.node(token), run.variables(token)
        plans = plan_events(run, node.armed, context) if node.armed else []
        loop = self.begin(run, context)
        run.open_scope(token).loop = loop
        if not plans:
            return Phase.PERFORM
        run.push(token, Phase.PERFORM)
        arm(run, token, plans)
        return None

    def complete(self, run: Run, token: Token) -> Phase | None:
        """All rounds are over."""
        results = self.results(body_of(run, token))
        kept = output_names(run.node(token))  # they go on by the associations of the activity as a whole
        hand_out(run.state, token.scope, {name: results[name] for name in results if name not in kept})
        run.close_visit(token)
        return Phase.LEAVE

    def begin(self, run: Run, context: Context) -> LoopState:
        """What the loop is to do; raises ElementFailure."""
        raise NotImplementedError

    def results(self, body: Scope) -> Mapping[str, FeelValue]:
        """The variables that the loop as a whole hands out."""
        del body
        return {}

    def end_round(self, run: Run, outer: Token, token: Token) -> Phase | None:
        """The round of *token* is over: go on with the next one, or end the loop that *outer* stands in."""
        raise NotImplementedError


class RoundBehaviour(Behaviour):
    """One round. It begins when it is opened; how it ends is the loop's affair."""

    __slots__ = ()
    element_type: ClassVar[str] = "round"

    def complete(self, run: Run, token: Token) -> Phase | None:
        """The work of the round is done."""
        owner = token.around.owner
        assert owner is not None  # a round runs in the body of its loop
        outer = run.state.tokens[owner]
        behaviour = run.node(outer).behaviour
        assert isinstance(behaviour, LoopBehaviour)
        return behaviour.end_round(run, outer, token)


def body_of(run: Run, outer: Token) -> Scope:
    """The scope in which the rounds run."""
    assert outer.inner is not None  # opened on entering
    return run.state.scopes[outer.inner]


def open_round(run: Run, outer: Token, number: int, variables: Mapping[str, FeelValue]) -> Token:
    """A new round with its variables; the token at its work is not yet on the stack."""
    assert outer.inner is not None
    (at_round,) = run.node(outer).starts
    token = run.open_token(at_round, outer.inner)
    scope = run.open_scope(token)
    scope.round = number
    scope.variables = Variables({LOOP_COUNTER: Decimal(number), **variables})
    assert token.inner is not None
    (at_work,) = run.node(token).starts
    return run.open_token(at_work, token.inner, outer.arrived_by)
