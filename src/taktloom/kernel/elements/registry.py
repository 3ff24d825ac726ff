# SPDX-License-Identifier: Apache-2.0
"""Which behaviour a flow node of the model gets: one entry per class of `AnyFlowNode`, complete by test."""

from collections.abc import Callable, Mapping

from taktloom.kernel.behaviour import Behaviour
from taktloom.kernel.compilation import Compilation
from taktloom.kernel.elements.ad_hoc_sub_process import AdHocBehaviour
from taktloom.kernel.elements.business_rule_task import BusinessRuleTaskBehaviour
from taktloom.kernel.elements.call_activity import CallActivityBehaviour
from taktloom.kernel.elements.complex_gateway import ComplexGatewayBehaviour
from taktloom.kernel.elements.event_based_gateway import EventBasedGatewayBehaviour
from taktloom.kernel.elements.event_compilers import (
    compile_boundary_event,
    compile_catch_event,
    compile_end_event,
    compile_job_offer,
    compile_start_event,
    compile_throw,
    compile_throw_event,
    compile_trigger,
)
from taktloom.kernel.elements.event_sub_process import EventSubProcessBehaviour
from taktloom.kernel.elements.exclusive_gateway import ExclusiveGatewayBehaviour, ExternalChoiceBehaviour
from taktloom.kernel.elements.inclusive_gateway import ChosenInclusiveBehaviour, InclusiveGatewayBehaviour
from taktloom.kernel.elements.message_tasks import ReceiveTaskBehaviour, SendJobBehaviour, SendTaskBehaviour
from taktloom.kernel.elements.parallel_gateway import ParallelGatewayBehaviour
from taktloom.kernel.elements.script_task import DelegatedScriptBehaviour, ScriptTaskBehaviour
from taktloom.kernel.elements.service_task import BusinessRuleJobBehaviour, ScriptJobBehaviour, ServiceTaskBehaviour
from taktloom.kernel.elements.sub_process import SubProcessBehaviour
from taktloom.kernel.elements.task import ManualTaskBehaviour, TaskBehaviour
from taktloom.kernel.elements.transaction import TransactionBehaviour
from taktloom.kernel.elements.user_task import Dates, UserTaskBehaviour
from taktloom.kernel.throwing import MessageThrow
from taktloom.model.process import (
    AdHocSubProcess,
    BoundaryEvent,
    BusinessRuleTask,
    CallActivity,
    ComplexGateway,
    EndEvent,
    EventBasedGateway,
    ExclusiveGateway,
    FlowNode,
    InclusiveGateway,
    IntermediateCatchEvent,
    IntermediateThrowEvent,
    ManualTask,
    MultiInstanceLoop,
    ParallelGateway,
    ReceiveTask,
    ScriptTask,
    SendTask,
    ServiceTask,
    StartEvent,
    SubProcess,
    Task,
    Transaction,
    UnsupportedNode,
    UserTask,
)

__all__ = ["COMPILERS"]


def _ad_hoc(compilation: Compilation, node: AdHocSubProcess) -> Behaviour:
    return AdHocBehaviour(
        compilation.optional_expression(node.active_elements, node, "activities to start"),
        compilation.optional_expression(node.completion_condition, node, "completion condition"),
        node.cancels_remaining,
    )


def _business_rule_task(compilation: Compilation, node: BusinessRuleTask) -> Behaviour:
    if node.job is not None:
        return BusinessRuleJobBehaviour(compile_job_offer(compilation, node, node.job))
    decision_id = compilation.text(node.decision_id, node, "decision's id")
    return BusinessRuleTaskBehaviour(decision_id, _result_of(node))


def _call_activity(compilation: Compilation, node: CallActivity) -> Behaviour:
    if node.called_task is not None:
        task: Behaviour = COMPILERS[type(node.called_task)](compilation, node.called_task)
        return task
    called = compilation.text(node.called_element, node, "called process")
    item = node.loop.input_element if isinstance(node.loop, MultiInstanceLoop) else None
    return CallActivityBehaviour(called, node.binding, node.passes_all_variables, node.returns_all_variables, item)


def _exclusive_gateway(compilation: Compilation, node: ExclusiveGateway) -> Behaviour:
    return ExternalChoiceBehaviour() if node.id in compilation.external_choices else ExclusiveGatewayBehaviour()


def _inclusive_gateway(compilation: Compilation, node: InclusiveGateway) -> Behaviour:
    return ChosenInclusiveBehaviour() if node.id in compilation.external_choices else InclusiveGatewayBehaviour()


def _complex_gateway(compilation: Compilation, node: ComplexGateway) -> Behaviour:
    condition = compilation.optional_expression(node.activation_condition, node, "activation condition")
    return ComplexGatewayBehaviour(condition)


def _receive_task(compilation: Compilation, node: ReceiveTask) -> Behaviour:
    trigger = compile_trigger(compilation, node, node.message)
    assert trigger is not None  # a message is waited for
    return ReceiveTaskBehaviour(trigger, node.instantiate)


def _send_task(compilation: Compilation, node: SendTask) -> Behaviour:
    if node.job is not None:
        return SendJobBehaviour(compile_job_offer(compilation, node, node.job))
    thrown = None if node.message is None else compile_throw(compilation, node, node.message)
    assert thrown is None or isinstance(thrown, MessageThrow)
    return SendTaskBehaviour(thrown)


def _script_task(compilation: Compilation, node: ScriptTask) -> Behaviour:
    if compilation.script_runner is not None:
        return DelegatedScriptBehaviour(node, compilation.script_runner)
    if node.job is not None:
        return ScriptJobBehaviour(compile_job_offer(compilation, node, node.job))
    script = node.script or "null"  # the missing one is a finding of the rules
    return ScriptTaskBehaviour(compilation.expression(script, node, "script"), _result_of(node))


def _result_of(node: ScriptTask | BusinessRuleTask) -> str:
    """The variable of the result: the one that is named, else the only data output; "" for none."""
    if node.result_variable or node.io is None or len(node.io.outputs) != 1:
        return node.result_variable
    return node.io.outputs[0].variable


def _service_task(compilation: Compilation, node: ServiceTask) -> Behaviour:
    return ServiceTaskBehaviour(compile_job_offer(compilation, node, node.job))


def _user_task(compilation: Compilation, node: UserTask) -> Behaviour:
    return UserTaskBehaviour(
        compilation.optional_text(node.assignee, node, "assignee"),
        compilation.optional_text(node.candidate_users, node, "candidate users"),
        compilation.optional_text(node.candidate_groups, node, "candidate groups"),
        Dates(
            compilation.optional_text(node.due_date, node, "due date"),
            compilation.optional_text(node.follow_up_date, node, "follow-up date"),
            node.calendar,
        ),
        compilation.optional_text(node.priority, node, "priority"),
        node.form_id,
    )


def _event_based_gateway(compilation: Compilation, node: EventBasedGateway) -> Behaviour:
    del compilation
    return EventBasedGatewayBehaviour(node.instantiate, node.is_parallel)


def _sub_process(compilation: Compilation, node: SubProcess) -> Behaviour:
    del compilation
    return EventSubProcessBehaviour() if node.triggered_by_event else SubProcessBehaviour()


def _always(behaviour: Behaviour) -> Callable[[Compilation, FlowNode], Behaviour]:
    return lambda _compilation, _node: behaviour


COMPILERS: Mapping[type[FlowNode], Callable[..., Behaviour]] = {
    StartEvent: compile_start_event,
    EndEvent: compile_end_event,
    IntermediateCatchEvent: compile_catch_event,
    IntermediateThrowEvent: compile_throw_event,
    BoundaryEvent: compile_boundary_event,
    Task: _always(TaskBehaviour()),
    ManualTask: _always(ManualTaskBehaviour()),
    UserTask: _user_task,
    ServiceTask: _service_task,
    ScriptTask: _script_task,
    BusinessRuleTask: _business_rule_task,
    ExclusiveGateway: _exclusive_gateway,
    InclusiveGateway: _inclusive_gateway,
    ComplexGateway: _complex_gateway,
    ParallelGateway: _always(ParallelGatewayBehaviour()),
    EventBasedGateway: _event_based_gateway,
    SubProcess: _sub_process,
    CallActivity: _call_activity,
    SendTask: _send_task,
    ReceiveTask: _receive_task,
    Transaction: _always(TransactionBehaviour()),
    AdHocSubProcess: _ad_hoc,
    UnsupportedNode: _always(Behaviour()),  # named by the rules; the result is not run
}
