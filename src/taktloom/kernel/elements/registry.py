# SPDX-License-Identifier: Apache-2.0
"""Which behaviour a flow node of the model gets: one entry per class of `AnyFlowNode`, complete by test."""

from collections.abc import Callable, Mapping

from taktloom.kernel.behaviour import Behaviour
from taktloom.kernel.compilation import Compilation
from taktloom.kernel.elements.boundary_event import ArmedBoundary, ErrorBoundary
from taktloom.kernel.elements.business_rule_task import BusinessRuleTaskBehaviour
from taktloom.kernel.elements.end_event import EndEventBehaviour, ErrorEndBehaviour, TerminateEndBehaviour
from taktloom.kernel.elements.exclusive_gateway import ExclusiveGatewayBehaviour, ExternalChoiceBehaviour
from taktloom.kernel.elements.intermediate_event import CatchEventBehaviour, ThrowEventBehaviour
from taktloom.kernel.elements.job_offer import JobOffer
from taktloom.kernel.elements.parallel_gateway import ParallelGatewayBehaviour
from taktloom.kernel.elements.script_task import DelegatedScriptBehaviour, ScriptTaskBehaviour
from taktloom.kernel.elements.service_task import BusinessRuleJobBehaviour, ScriptJobBehaviour, ServiceTaskBehaviour
from taktloom.kernel.elements.start_event import MessageStartBehaviour, StartEventBehaviour, TimerStartBehaviour
from taktloom.kernel.elements.sub_process import SubProcessBehaviour
from taktloom.kernel.elements.task import ManualTaskBehaviour, TaskBehaviour
from taktloom.kernel.elements.triggers import MessageTrigger, TimerTrigger, Trigger
from taktloom.kernel.elements.user_task import UserTaskBehaviour
from taktloom.model.event_definitions import (
    ErrorDefinition,
    EventDefinition,
    MessageDefinition,
    TerminateDefinition,
    TimerDefinition,
)
from taktloom.model.process import (
    BoundaryEvent,
    BusinessRuleTask,
    EndEvent,
    ExclusiveGateway,
    FlowNode,
    IntermediateCatchEvent,
    IntermediateThrowEvent,
    JobDefinition,
    ManualTask,
    ParallelGateway,
    ScriptTask,
    ServiceTask,
    StartEvent,
    SubProcess,
    Task,
    UnsupportedNode,
    UserTask,
)

__all__ = ["COMPILERS"]


def _boundary_event(compilation: Compilation, node: BoundaryEvent) -> Behaviour:
    if isinstance(node.definition, ErrorDefinition):
        return ErrorBoundary()
    return ArmedBoundary(_trigger(compilation, node, node.definition), node.is_interrupting)


def _business_rule_task(compilation: Compilation, node: BusinessRuleTask) -> Behaviour:
    if node.job is not None:
        return BusinessRuleJobBehaviour(job_offer(compilation, node, node.job))
    decision_id = compilation.text(node.decision_id, node, "decision's id")
    return BusinessRuleTaskBehaviour(decision_id, node.result_variable)


def _catch_event(compilation: Compilation, node: IntermediateCatchEvent) -> Behaviour:
    return CatchEventBehaviour(_trigger(compilation, node, node.definition))


def _end_event(compilation: Compilation, node: EndEvent) -> Behaviour:
    del compilation
    if isinstance(node.definition, ErrorDefinition):
        return ErrorEndBehaviour(node.definition.code or "")
    return TerminateEndBehaviour() if isinstance(node.definition, TerminateDefinition) else EndEventBehaviour()


def _exclusive_gateway(compilation: Compilation, node: ExclusiveGateway) -> Behaviour:
    return ExternalChoiceBehaviour() if node.id in compilation.external_choices else ExclusiveGatewayBehaviour()


def _script_task(compilation: Compilation, node: ScriptTask) -> Behaviour:
    if compilation.script_runner is not None:
        return DelegatedScriptBehaviour(node, compilation.script_runner)
    if node.job is not None:
        return ScriptJobBehaviour(job_offer(compilation, node, node.job))
    script = node.script or "null"  # the missing one is a finding of the rules
    return ScriptTaskBehaviour(compilation.expression(script, node, "script"), node.result_variable)


def _service_task(compilation: Compilation, node: ServiceTask) -> Behaviour:
    job = JobDefinition(type=node.job_type, retries=node.retries, headers=node.headers)
    return ServiceTaskBehaviour(job_offer(compilation, node, job))


def _user_task(compilation: Compilation, node: UserTask) -> Behaviour:
    return UserTaskBehaviour(
        compilation.optional_text(node.assignee, node, "assignee"),
        compilation.optional_text(node.candidate_groups, node, "candidate groups"),
        compilation.optional_text(node.due_date, node, "due date"),
        node.form_id,
    )


def _start_event(compilation: Compilation, node: StartEvent) -> Behaviour:
    if isinstance(node.definition, TimerDefinition):
        return TimerStartBehaviour(compilation.timer(node.definition, node))
    if isinstance(node.definition, MessageDefinition):
        return MessageStartBehaviour(compilation.text(node.definition.name, node, "message's name"))
    return StartEventBehaviour()


def job_offer(compilation: Compilation, node: FlowNode, job: JobDefinition) -> JobOffer:
    """The compiled job of *node*."""
    return JobOffer(compilation.text(job.type, node, "job type"), job.retries, job.headers)


def _trigger(compilation: Compilation, node: FlowNode, definition: EventDefinition) -> Trigger:
    match definition:
        case TimerDefinition():
            return TimerTrigger(compilation.timer(definition, node))
        case MessageDefinition(name=name, correlation_key=key):
            return MessageTrigger(compilation.text(name, node, "message's name"), compilation.key(key, node))
        case _:  # out of place: a finding of the rules, the result is not run
            return TimerTrigger(compilation.timer(TimerDefinition(), node))


def _always(behaviour: Behaviour) -> Callable[[Compilation, FlowNode], Behaviour]:
    return lambda _compilation, _node: behaviour


COMPILERS: Mapping[type[FlowNode], Callable[..., Behaviour]] = {
    StartEvent: _start_event,
    EndEvent: _end_event,
    IntermediateCatchEvent: _catch_event,
    IntermediateThrowEvent: _always(ThrowEventBehaviour()),
    BoundaryEvent: _boundary_event,
    Task: _always(TaskBehaviour()),
    ManualTask: _always(ManualTaskBehaviour()),
    UserTask: _user_task,
    ServiceTask: _service_task,
    ScriptTask: _script_task,
    BusinessRuleTask: _business_rule_task,
    ExclusiveGateway: _exclusive_gateway,
    ParallelGateway: _always(ParallelGatewayBehaviour()),
    SubProcess: _always(SubProcessBehaviour()),
    UnsupportedNode: _always(Behaviour()),  # named by the rules; the result is not run
}
