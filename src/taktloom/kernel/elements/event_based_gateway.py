# SPDX-License-Identifier: Apache-2.0
"""Event-based gateway: waits for all events behind it at once; the first that happens decides (BPMN 2.0.2, 10.6.6).

While it waits the gateway is active; then it is completed, and the event is activated and completed. A condition that
is true already decides at once, before anything is waited for.
"""

from dataclasses import dataclass
from typing import ClassVar

from taktloom.kernel.arrival import go_behind
from taktloom.kernel.behaviour import Behaviour
from taktloom.kernel.executable import ExecutableProcess, Node
from taktloom.kernel.run import Run
from taktloom.kernel.state import Phase, Token
from taktloom.kernel.triggers import trigger_of

__all__ = ["EventBasedGatewayBehaviour", "gateway_before", "start_behind"]


@dataclass(frozen=True, slots=True)
class EventBasedGatewayBehaviour(Behaviour):
    """Waits in the place of the events and receive tasks behind it. instantiate, needs_all: see `start_behind`."""

    instantiate: bool = False
    needs_all: bool = False
    element_type: ClassVar[str] = "eventBasedGateway"

    def enter(self, run: Run, token: Token) -> Phase | None:
        """Open the waits of all events, in the order of the flows."""
        context, plans = run.variables(token), []
        for flow in run.node(token).outgoing:
            event = run.process.nodes[run.process.flows[flow].target]
            trigger = trigger_of(event)
            assert trigger is not None  # the rules allow nothing else here
            plans.append((event, trigger.plan(context, run.now, run.rules)))
        for event, plan in plans:
            if plan.holds:
                go_behind(run, token, event)
                event.catch(run, event, token, {})
                return None
        for event, plan in plans:
            plan.open(run, token, event)
        return None


def gateway_before(process: ExecutableProcess, node: Node) -> Node | None:
    """The instantiating gateway that *node* is behind."""
    for flow in node.incoming:
        source = process.nodes[process.flows[flow].source]
        if isinstance(source.behaviour, EventBasedGatewayBehaviour) and source.behaviour.instantiate:
            return source
    return None


def start_behind(run: Run, gateway: Node, token: Token) -> None:
    """*token* stands at the event behind the instantiating gateway with which the instance starts.

    Of a parallel gateway each event has a token of its own: the instance is not over before all have happened.
    """
    event = run.node(token)
    token.element = gateway.index
    run.activate(token)
    go_behind(run, token, event)
    behaviour = gateway.behaviour
    if isinstance(behaviour, EventBasedGatewayBehaviour) and behaviour.needs_all:
        others = [
            run.open_token(run.process.flows[flow].target, token.scope, flow)
            for flow in gateway.outgoing
            if flow != token.arrived_by
        ]
        for other in reversed(others):
            run.push(other, Phase.ENTER)
