# SPDX-License-Identifier: Apache-2.0
"""The model as it is replayed: every piece of work waits for the log.

A plain task, a called process or a script that the log records would pass without a wait; each becomes work that the
replayer completes. Scripts and decisions that the log does not record stay: they compute the data that conditions read.
Who may do the work and by when is not asked. All exclusive and inclusive gateways ask the replayer.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, fields, replace

from taktloom.kernel import ExecutableProcess, compile_process
from taktloom.model.event_definitions import TimerDefinition, single_definitions
from taktloom.model.identifiers import ElementId
from taktloom.model.process import (
    Activity,
    AnyFlowNode,
    BusinessRuleTask,
    CallActivity,
    ExclusiveGateway,
    FlowNode,
    InclusiveGateway,
    ManualTask,
    ProcessDefinition,
    ScriptTask,
    SendTask,
    SequenceFlow,
    ServiceTask,
    StartEvent,
    SubProcess,
    Task,
    UserTask,
)

JOB_TYPE = "replay"
UNKNOWN = "null"  # FEEL
_ALWAYS = (Task, ManualTask, UserTask, ServiceTask, SendTask, CallActivity)
_WHERE_RECORDED = (ScriptTask, BusinessRuleTask)
_COMMON = tuple(each.name for each in fields(Activity))


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservableProcess:
    """labels: of the elements that the log can tell of, by id. starts: event starts to try, empty where the process
    begins by itself. has_timers: whether the times of the events matter."""

    process: ExecutableProcess
    labels: dict[ElementId, str]
    starts: tuple[ElementId, ...]
    has_timers: bool


def observable_process(definition: ProcessDefinition, recorded: Collection[str]) -> ObservableProcess:
    """The process ready for replay of a log with these activities. Raises DefinitionError for what does not run."""
    nodes = tuple(_observable(node, recorded) for node in definition.nodes)
    flows = _conditioned(nodes, definition.flows)
    changed = replace(definition, nodes=nodes, flows=flows, case_attributes=(), findings=())
    every = list(_all_nodes(nodes))
    choices = frozenset(node.id for node in every if isinstance(node, ExclusiveGateway | InclusiveGateway))
    process = compile_process(changed, external_choices=choices)
    return ObservableProcess(
        process=process,
        labels={node.id: label_of(node) for node in every},
        starts=() if process.starts else tuple(node.id for node in nodes if isinstance(node, StartEvent)),
        has_timers=any(_has_timer(node) for node in every),
    )


def label_of(node: FlowNode) -> str:
    """What a log calls the element."""
    return node.name or node.id


def _observable(node: AnyFlowNode, recorded: Collection[str]) -> AnyFlowNode:
    if isinstance(node, SubProcess):
        nodes = tuple(_observable(inner, recorded) for inner in node.nodes)
        return replace(node, nodes=nodes, flows=_conditioned(nodes, node.flows))
    if isinstance(node, _ALWAYS) or (isinstance(node, _WHERE_RECORDED) and label_of(node) in recorded):
        kept = {name: getattr(node, name) for name in _COMMON if name != "event_attributes"}
        return ServiceTask(job_type=JOB_TYPE, **kept)
    return node


def _conditioned(nodes: tuple[AnyFlowNode, ...], flows: tuple[SequenceFlow, ...]) -> tuple[SequenceFlow, ...]:
    """Flows whose condition the model does not tell, as of a mined one, get one that decides nothing."""
    asking = {node.id: node for node in nodes if isinstance(node, ExclusiveGateway | InclusiveGateway)}
    return tuple(
        replace(flow, condition=UNKNOWN)
        if flow.condition is None
        and (gateway := asking.get(flow.source)) is not None
        and len(gateway.outgoing) > 1
        and flow.id != gateway.default_flow
        else flow
        for flow in flows
    )


def _all_nodes(nodes: tuple[AnyFlowNode, ...]) -> Iterator[AnyFlowNode]:
    for node in nodes:
        yield node
        if isinstance(node, SubProcess):
            yield from _all_nodes(node.nodes)


def _has_timer(node: AnyFlowNode) -> bool:
    definition = getattr(node, "definition", None)
    return any(isinstance(each, TimerDefinition) for each in single_definitions(definition))
