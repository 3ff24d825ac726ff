# SPDX-License-Identifier: Apache-2.0
"""Inclusive gateway: joins what can still come, then takes every flow whose condition holds.

It fires when at least one incoming flow has a token and no token elsewhere can reach an incoming flow without one,
except those that can also reach one with one. It then consumes one token of each flow that has any. Source: BPMN 2.0.2,
10.6.3, 13.4.3. A gateway named in `external_choices` asks the host which flows to take.
"""

from typing import ClassVar

from taktloom.kernel.behaviour import Behaviour
from taktloom.kernel.elements.exclusive_gateway import ask_for_flows
from taktloom.kernel.executable import Node
from taktloom.kernel.joins import consume, expects_more, hold, waiting_flows
from taktloom.kernel.run import Run
from taktloom.kernel.state import Phase, Token
from taktloom.model.identifiers import ScopeId

__all__ = ["ChosenInclusiveBehaviour", "InclusiveGatewayBehaviour"]


class InclusiveGatewayBehaviour(Behaviour):
    """Joins and splits; the split is that of every node with conditional flows."""

    __slots__ = ()
    element_type: ClassVar[str] = "inclusiveGateway"
    activates_itself: ClassVar[bool] = True

    def enter(self, run: Run, token: Token) -> Phase | None:
        """Wait until the join is decided."""
        node = run.node(token)
        if len(node.incoming) <= 1:
            run.activate(token)
            return Phase.LEAVE
        hold(run, node, token)
        return None

    def decide(self, run: Run, scope_id: ScopeId, node: Node) -> bool:
        """Fire when nothing more is expected."""
        scope = run.state.scopes[scope_id]
        filled = waiting_flows(scope, node)
        if not filled or (len(filled) < len(node.incoming) and expects_more(run, scope, node, filled)):
            return False
        token = consume(run, scope, node, filled)
        assert token is not None  # there is at least one filled flow
        run.activate(token)
        run.push(token, Phase.LEAVE)
        return True


class ChosenInclusiveBehaviour(InclusiveGatewayBehaviour):
    """Joins alike; the host chooses the flows."""

    __slots__ = ()

    def leave(self, run: Run, token: Token) -> Phase | None:
        """Ask, unless there is nothing to choose."""
        return ask_for_flows(run, token, takes_several=True)
