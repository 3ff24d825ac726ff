# SPDX-License-Identifier: Apache-2.0
"""Complex gateway: fires when its activation condition holds, then waits for what it left out, and resets.

Waiting for start, it looks at its condition as each token arrives and whenever the instance comes to rest; names:
`activationCount`, the tokens that wait in all, each incoming flow's own count under the flow's name (else id), and
`waitingForStart`. Firing, it consumes one token of each flow that has any and sends tokens along the flows whose
conditions hold, else along the default flow. Then it waits for its reset: until no token is expected any more, as at an
inclusive gateway, on the flows it had none of. What has come on those by then is consumed, and conditions are looked at
once more, `waitingForStart` being false; that no flow is taken is then no failure. A flow without condition is taken
when it fires, not at the reset: there is no condition that could hold. Source: BPMN 2.0.2, 10.6.5, 13.4.5.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from taktloom.feel.values import FeelValue
from taktloom.kernel.behaviour import Behaviour, choose_flows
from taktloom.kernel.executable import NONE, Node
from taktloom.kernel.expressions import Context, Expression, evaluate_condition
from taktloom.kernel.failure import ElementFailure
from taktloom.kernel.joins import consume, expects_more, hold, waiting_flows
from taktloom.kernel.run import Run
from taktloom.kernel.sparse import with_entry
from taktloom.kernel.state import Phase, Scope, Token
from taktloom.model.identifiers import ScopeId

__all__ = ["ComplexGatewayBehaviour"]


@dataclass(frozen=True, slots=True)
class ComplexGatewayBehaviour(Behaviour):
    """condition None: one token is enough."""

    condition: Expression | None
    element_type: ClassVar[str] = "complexGateway"
    activates_itself: ClassVar[bool] = True

    def enter(self, run: Run, token: Token) -> Phase | None:
        """The condition may hold now; waiting for the reset, the token only waits."""
        node, scope = run.node(token), token.around
        fires = node.index not in scope.resets and self._holds(run, scope, node, token)
        hold(run, node, token)
        if fires:
            self._fire(run, scope, node)
        return None

    def decide(self, run: Run, scope_id: ScopeId, node: Node) -> bool:
        """Fire where data have changed since the last token came, or reset where nothing more is expected."""
        scope = run.state.scopes[scope_id]
        if node.index in scope.resets:
            return self._reset(run, scope_id, node)
        try:
            fires = self._holds(run, scope, node, None)
        except ElementFailure:
            return False  # it held no more than before; an operator was told when the token arrived
        if fires:
            self._fire(run, scope, node)
        return fires

    def leave(self, run: Run, token: Token) -> Phase | None:
        """The first phase sends its tokens."""
        node = run.node(token)
        context = {**run.variables(token), "waitingForStart": True}
        return run.take(token, choose_flows(run, node, context))

    def perform(self, run: Run, token: Token) -> Phase | None:
        """The reset sends its tokens: only along flows whose conditions hold."""
        node = run.node(token)
        context = {**run.variables(token), "waitingForStart": False}
        flows = self._flows_of_reset(run, node, context)
        if flows:
            run.activate(token)
        return run.take(token, flows)

    def _holds(self, run: Run, scope: Scope, node: Node, arriving: Token | None) -> bool:
        arrived = scope.joins.get(node.index, {})
        counts = {flow: len(arrived.get(flow, ())) for flow in node.incoming}
        if arriving is not None:
            counts[arriving.arrived_by] = counts.get(arriving.arrived_by, 0) + 1
        total = sum(counts.values())
        if total == 0 or self.condition is None:
            return total > 0
        any_token = arriving or run.state.tokens[next(iter(next(iter(arrived.values()))))]
        context: dict[str, FeelValue] = dict(run.variables(any_token))
        for flow, count in counts.items():
            context[run.process.flows[flow].name or run.process.flows[flow].id] = Decimal(count)
        context |= {"activationCount": Decimal(total), "waitingForStart": True}
        return evaluate_condition(self.condition, context, run.now)

    def _fire(self, run: Run, scope: Scope, node: Node) -> None:
        filled = waiting_flows(scope, node)
        token = consume(run, scope, node, filled)
        assert token is not None  # the condition is only looked at when a token waits
        if len(node.incoming) > 1:
            scope.resets = with_entry(scope.resets, node.index, filled)
        run.activate(token)
        run.push(token, Phase.LEAVE)

    def _reset(self, run: Run, scope_id: ScopeId, node: Node) -> bool:
        scope = run.state.scopes[scope_id]
        done = scope.resets[node.index]
        late = [flow for flow in waiting_flows(scope, node) if flow not in done]
        if len(done) + len(late) < len(node.incoming) and expects_more(run, scope, node, (*done, *late)):
            return False
        token = consume(run, scope, node, late) or run.open_token(node.index, scope_id)
        del scope.resets[node.index]
        run.push(token, Phase.PERFORM)
        return True

    def _flows_of_reset(self, run: Run, node: Node, context: Context) -> tuple[int, ...]:
        conditions = {flow: run.process.flows[flow].condition for flow in node.outgoing if flow != node.default_flow}
        given = {flow: condition for flow, condition in conditions.items() if condition is not None}
        taken = tuple(flow for flow, condition in given.items() if evaluate_condition(condition, context, run.now))
        if taken or not given or node.default_flow == NONE:
            return taken
        return (node.default_flow,)
