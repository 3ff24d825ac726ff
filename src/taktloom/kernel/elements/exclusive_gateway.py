# SPDX-License-Identifier: Apache-2.0
"""Exclusive gateway: the first flow whose condition holds, else the default flow (BPMN 2.0.2, 10.6.2, 13.4.2).

A gateway named in `external_choices` asks the host instead: simulator and replayer choose, conditions are not read.
"""

from typing import ClassVar

from taktloom.kernel.behaviour import Behaviour
from taktloom.kernel.commands import ChooseFlow, IncidentKind
from taktloom.kernel.executable import NONE, Node
from taktloom.kernel.expressions import evaluate_condition
from taktloom.kernel.failure import ElementFailure
from taktloom.kernel.run import Run
from taktloom.kernel.sparse import with_entry
from taktloom.kernel.state import Phase, Token
from taktloom.model.identifiers import RequestId

__all__ = ["ExclusiveGatewayBehaviour", "ExternalChoiceBehaviour", "ask_for_flows"]


class ExclusiveGatewayBehaviour(Behaviour):
    """Takes exactly one flow."""

    __slots__ = ()
    element_type: ClassVar[str] = "exclusiveGateway"

    def leave(self, run: Run, token: Token) -> Phase | None:
        """Choose in the order of the document."""
        node = run.node(token)
        flow = node.outgoing[0] if len(node.outgoing) == 1 else _chosen_flow(run, node, token)
        return run.take(token, (flow,))


class ExternalChoiceBehaviour(Behaviour):
    """Asks the host, and waits for FlowChosen."""

    __slots__ = ()
    element_type: ClassVar[str] = "exclusiveGateway"

    def leave(self, run: Run, token: Token) -> Phase | None:
        """Ask, unless there is nothing to choose."""
        return ask_for_flows(run, token, takes_several=False)


def ask_for_flows(run: Run, token: Token, *, takes_several: bool) -> Phase | None:
    """Let the host choose, and wait; a single flow is taken at once."""
    node = run.node(token)
    if len(node.outgoing) == 1:
        return run.take(token, node.outgoing)
    request_id = RequestId(run.next_id())
    run.state.requests = with_entry(run.state.requests, request_id, token)
    token.waits += (request_id,)
    flow_ids = tuple(run.process.flows[index].id for index in node.outgoing)
    run.commands.append(
        ChooseFlow(request_id=request_id, element_id=node.id, flow_ids=flow_ids, takes_several=takes_several)
    )
    return None


def _chosen_flow(run: Run, node: Node, token: Token) -> int:
    context = run.variables(token)
    for index in node.outgoing:
        condition = run.process.flows[index].condition
        if index != node.default_flow and condition is not None and evaluate_condition(condition, context, run.now):
            return index
    if node.default_flow != NONE:
        return node.default_flow
    raise ElementFailure(IncidentKind.NO_FLOW, "No condition of the outgoing flows holds and there is no default flow.")
