# SPDX-License-Identifier: Apache-2.0
"""Parallel gateway: waits for one token on each incoming flow, then sends one along each outgoing flow.

Surplus tokens on one flow stay and count for the next firing. The waiting tokens are kept in the scope per gateway and
flow, so that joining costs the same however many tokens the instance has. Source: BPMN 2.0.2, 10.6.4, 13.4.1.
"""

from typing import ClassVar

from taktloom.kernel.behaviour import Behaviour
from taktloom.kernel.joins import arrivals
from taktloom.kernel.run import Run
from taktloom.kernel.state import Phase, Token

__all__ = ["ParallelGatewayBehaviour"]


class ParallelGatewayBehaviour(Behaviour):
    """Joins and splits."""

    __slots__ = ()
    element_type: ClassVar[str] = "parallelGateway"
    activates_itself: ClassVar[bool] = True

    def enter(self, run: Run, token: Token) -> Phase | None:
        """The token that makes the set complete goes on, the others are consumed."""
        node = run.node(token)
        if len(node.incoming) <= 1:
            run.activate(token)
            return Phase.LEAVE
        scope = token.around
        arrived = arrivals(scope, node.index)
        arrived.setdefault(token.arrived_by, []).append(token.id)
        if len(arrived) < len(node.incoming):
            return None
        for flow in node.incoming:
            waiting = arrived[flow]
            other = run.state.tokens[waiting.pop(0)]
            if not waiting:
                del arrived[flow]
            if other is not token:  # of the flow that was missing, the oldest token is the one that has just come
                run.merge(other)
        if not arrived:
            del scope.joins[node.index]
        run.activate(token)
        return Phase.LEAVE
