# SPDX-License-Identifier: Apache-2.0
"""Beginning an instance: where its tokens begin, or at what has come (`InstanceStarted.start_element`)."""

from taktloom.kernel.arming import enter_scope, first_phase
from taktloom.kernel.behaviour import receive_variables
from taktloom.kernel.data_flow import own_data
from taktloom.kernel.elements.event_based_gateway import gateway_before, start_behind
from taktloom.kernel.events import InstanceStarted
from taktloom.kernel.executable import NONE, ExecutableProcess, Node
from taktloom.kernel.run import Run
from taktloom.kernel.state import Phase, Scope
from taktloom.kernel.variables import add_variables
from taktloom.model.errors import NotFoundError
from taktloom.model.identifiers import ElementId, ScopeId
from taktloom.model.places import Place

__all__ = ["begin_instance", "can_start"]


def begin_instance(run: Run, event: InstanceStarted) -> None:
    """Open the instance's scope and put the first token down. Raises NotFoundError for what starts nothing."""
    process, state = run.process, run.state
    starts = process.starts if event.start_element is None else _named(process, event.start_element)
    if not starts:
        raise NotFoundError(
            "The process has no such start event." if event.start_element else "The process has no none start event.",
            Place(source=process.id, element_id=event.start_element),
            "Name one of its start events.",
        )
    state.root, state.started_at, state.is_called = ScopeId(run.next_id()), run.now, event.is_called
    state.is_suspended = event.is_suspended
    state.scopes[state.root] = Scope(parent=None, element=NONE, owner=None)
    if event.start_element is None and process.nodes[starts[0]].element_type != "startEvent":
        add_variables(state.scopes[state.root], event.variables)
        enter_scope(run, state.root, starts)
        return
    node, token = process.nodes[starts[0]], run.open_token(starts[0], state.root)
    run.learn_correlation(node, event.variables)
    own_data(run, node, token)
    if node.element_type == "startEvent":
        receive_variables(run, node, token, event.variables)
        run.push(token, first_phase(run, state.root))
        return
    gateway = gateway_before(process, node)
    if gateway is not None:
        start_behind(run, gateway, token)
    else:
        run.activate(token)
        run.record_start(node, token)
    receive_variables(run, node, token, event.variables)
    run.push(token, Phase.OPEN if process.handlers.armed else Phase.COMPLETE)


def _named(process: ExecutableProcess, element_id: ElementId) -> tuple[int, ...]:
    start = process.node_index.get(element_id, NONE)
    return (start,) if start != NONE and can_start(process, process.nodes[start]) else ()


def can_start(process: ExecutableProcess, node: Node) -> bool:
    """Whether an instance may begin at the node; BPMN 2.0.2, 10.6.6 and 10.3.3 beside the start events."""
    if node.parent != NONE:
        return False
    if node.element_type == "startEvent" or getattr(node.behaviour, "instantiates", False):
        return True
    return gateway_before(process, node) is not None
