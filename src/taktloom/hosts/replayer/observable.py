# SPDX-License-Identifier: Apache-2.0
"""The model as it is replayed: every piece of work waits for the log.

A plain task, a called process or a script that the log records would pass without a wait; each becomes work that the
replayer completes. Scripts and decisions that the log does not record stay: they compute the data that conditions read.
Who may do the work and by when is not asked. All exclusive and inclusive gateways ask the replayer. A rule task that
the log records is work as well, and completes with what its decision gives.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, fields, replace

from taktloom.feel import compile_expression
from taktloom.kernel import ExecutableProcess, compile_process
from taktloom.model.errors import DefinitionError
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
_CLOCK = re.compile(r"\b(now|today)\b")
UNKNOWN = "null"  # FEEL
_ALWAYS = (Task, ManualTask, UserTask, ServiceTask, SendTask, CallActivity)
_WHERE_RECORDED = (ScriptTask, BusinessRuleTask)
_COMMON = tuple(each.name for each in fields(Activity))


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservableProcess:
    """labels: of the elements that the log can tell of, by id. starts: event starts to try, empty where the process
    begins by itself. time_matters: there are timers, or expressions read the clock. decided: the rule tasks that the
    log records; their decisions are evaluated when they complete. reads: per flow the variables without which its
    condition says nothing."""

    process: ExecutableProcess
    labels: dict[ElementId, str]
    starts: tuple[ElementId, ...]
    time_matters: bool
    decided: dict[ElementId, BusinessRuleTask]
    reads: dict[ElementId, frozenset[str]]


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
        time_matters=any(_has_timer(node) or _reads_clock(node) for node in every)
        or any(_CLOCK.search(flow.condition or "") for flow in _all_flows(changed)),
        decided={
            node.id: node
            for node in _all_nodes(definition.nodes)
            if isinstance(node, BusinessRuleTask)
            and label_of(node) in recorded
            and node.job is None
            and not node.decision_id.startswith("=")
        },
        reads={flow.id: _names_read(flow.condition) for flow in _all_flows(changed) if flow.condition is not None},
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


def _all_flows(definition: ProcessDefinition) -> Iterator[SequenceFlow]:
    yield from definition.flows
    for node in _all_nodes(definition.nodes):
        if isinstance(node, SubProcess):
            yield from node.flows


def _reads_clock(node: AnyFlowNode) -> bool:
    """Whether any text of the element but its name may ask FEEL for the time."""
    return not isinstance(node, SubProcess) and _CLOCK.search(repr(replace(node, name=""))) is not None


def _names_read(condition: str) -> frozenset[str]:
    """Its variables; none where it asks for null itself, and a missing value says something."""
    if "null" in condition:
        return frozenset()
    try:
        return compile_expression(condition.strip().removeprefix("=")).unknown_names
    except DefinitionError:  # said where the process is compiled
        return frozenset()
