# SPDX-License-Identifier: Apache-2.0
"""Activities: loops, quantities, and what each kind of task must say. Source: BPMN 2.0.2, 10.3 and 13.3."""

import re
from collections.abc import Iterator

from taktloom.kernel.pauses import pause_of
from taktloom.kernel.rules.container import Container
from taktloom.kernel.rules.structural import Breaches, StructuralRule, breach, structural, warning_rule
from taktloom.model.event_definitions import MessageDefinition
from taktloom.model.process import (
    Activity,
    AdHocSubProcess,
    BusinessRuleTask,
    CallActivity,
    EndEvent,
    FlowNode,
    IntermediateThrowEvent,
    JobDefinition,
    MultiInstanceBehavior,
    MultiInstanceLoop,
    ReceiveTask,
    ScriptTask,
    SendTask,
    ServiceTask,
    StandardLoop,
    StartEvent,
    SubProcess,
    UnsupportedNode,
    UserTask,
)

__all__ = ["RULES"]

_WITH_JOB = (ServiceTask, SendTask, ScriptTask, BusinessRuleTask, EndEvent, IntermediateThrowEvent)
_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,9}", re.ASCII)


@structural(
    "unsupported-element",
    "'{xml_name}' is not run{reason}.",
    "Model it with elements that are run; the reference lists them.",
)
def unsupported_element(container: Container) -> Breaches:
    """BPMN 2.0.2, 2: what is outside of the execution conformance classes is refused by name."""
    for node in container.of(UnsupportedNode):
        if node.reason != "no event definition":
            reason = f" ({node.reason})" if node.reason else ""
            yield breach(node, xml_name=node.xml_name, reason=reason)


def _standard_loops(container: Container) -> Iterator[tuple[Activity, StandardLoop]]:
    for node in container.of(Activity):
        if isinstance(node.loop, StandardLoop):
            yield node, node.loop


def _multi_instances(container: Container) -> Iterator[tuple[Activity, MultiInstanceLoop]]:
    for node in container.of(Activity):
        if isinstance(node.loop, MultiInstanceLoop):
            yield node, node.loop


@structural(
    "loop-without-end",
    "The loop has neither a condition nor a maximum: it would never end.",
    "Write a condition, or give a maximum.",
)
def loop_without_end(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.3.8: the loop goes on as long as loopCondition holds, at most loopMaximum times."""
    for node, loop in _standard_loops(container):
        if not loop.condition and loop.maximum is None:
            yield breach(node)


@structural("loop-maximum-out-of-range", "The loop's maximum is {maximum}.", "Give at least 1.")
def loop_maximum_out_of_range(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.3.8: loopMaximum is a cap on the number of iterations."""
    for node, loop in _standard_loops(container):
        if loop.maximum is not None and loop.maximum < 1:
            yield breach(node, maximum=str(loop.maximum))


@structural(
    "multi-instance-without-count",
    "The multi-instance activity does not say how many instances it has.",
    "Give a cardinality or an input collection.",
)
def multi_instance_without_count(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.3.8: loopCardinality or loopDataInputRef controls the number of instances."""
    for node, loop in _multi_instances(container):
        if not loop.cardinality and not loop.input_collection:
            yield breach(node)


@structural(
    "multi-instance-with-two-counts",
    "The multi-instance activity has both a cardinality and an input collection.",
    "Keep one of them.",
)
def multi_instance_with_two_counts(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.3.8: instances are counted by loopCardinality or else by loopDataInputRef."""
    for node, loop in _multi_instances(container):
        if loop.cardinality and loop.input_collection:
            yield breach(node)


@structural(
    "multi-instance-output-incomplete",
    "The multi-instance activity names only one of output collection and output element.",
    "Give both, or none.",
)
def multi_instance_output_incomplete(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.3.8: outputDataItem of each instance is put into loopDataOutputRef."""
    for node, loop in _multi_instances(container):
        if bool(loop.output_collection) != bool(loop.output_element):
            yield breach(node)


@structural(
    "none-behavior-without-event",
    "The behavior None throws an event for each instance, and none is named.",
    "Name it as noneBehaviorEventRef.",
)
def none_behavior_without_event(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.3.8: noneBehaviorEventRef is thrown when behavior is set to none."""
    for node, loop in _multi_instances(container):
        if loop.behavior is MultiInstanceBehavior.NONE and loop.none_event is None:
            yield breach(node)


@structural(
    "one-behavior-without-event",
    "The behavior One throws an event when the first instance completes, and none is named.",
    "Name it as oneBehaviorEventRef.",
)
def one_behavior_without_event(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.3.8: oneBehaviorEventRef is thrown when behavior is set to one."""
    for node, loop in _multi_instances(container):
        if loop.behavior is MultiInstanceBehavior.ONE and loop.one_event is None:
            yield breach(node)


@structural(
    "complex-behavior-without-definition",
    "The behavior Complex says neither when nor what to throw.",
    "Add a complexBehaviorDefinition with condition and event.",
)
def complex_behavior_without_definition(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.3.8: complexBehaviorDefinition controls when and which events are thrown."""
    for node, loop in _multi_instances(container):
        if loop.behavior is MultiInstanceBehavior.COMPLEX and not loop.complex_behaviors:
            yield breach(node)


@structural(
    "complex-behavior-without-condition",
    "A complex behavior of the multi-instance activity has no condition.",
    "Write a FEEL condition.",
)
def complex_behavior_without_condition(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.3.8: condition of a complexBehaviorDefinition is required."""
    for node, loop in _multi_instances(container):
        if any(not each.condition.strip().removeprefix("=").strip() for each in loop.complex_behaviors):
            yield breach(node)


@structural(
    "loop-of-event-sub-process",
    "The event sub-process is marked as a loop.",
    "Remove the loop: a start event that does not interrupt may happen again and again.",
)
def loop_of_event_sub_process(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.3.5: an event sub-process is begun by its event, each time that it happens."""
    for node in container.of(SubProcess):
        if node.triggered_by_event and node.loop is not None:
            yield breach(node)


@structural("start-quantity-out-of-range", "The start quantity is {quantity}.", "Give at least 1.")
def start_quantity_out_of_range(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.3: startQuantity MUST NOT be less than 1."""
    for node in container.of(Activity):
        if node.start_quantity < 1:
            yield breach(node, quantity=str(node.start_quantity))


@structural("completion-quantity-out-of-range", "The completion quantity is {quantity}.", "Give at least 1.")
def completion_quantity_out_of_range(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.3: completionQuantity MUST NOT be less than 1."""
    for node in container.of(Activity):
        if node.completion_quantity < 1:
            yield breach(node, quantity=str(node.completion_quantity))


@structural(
    "instantiating-receive-task-with-incoming-flow",
    "A flow leads into the receive task, which begins the process.",
    "Delete the flow, or let it not instantiate.",
)
def instantiating_receive_task_with_incoming_flow(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.3.3: a receive task that instantiates MUST NOT have any incoming sequence flow."""
    for node in container.of(ReceiveTask):
        if node.instantiate and container.into(node):
            yield breach(node)


@structural(
    "instantiating-receive-task-in-sub-process",
    "The receive task in a sub-process is to begin a process.",
    "Put it at the top of the process, or let it not instantiate.",
)
def instantiating_receive_task_in_sub_process(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.3.3: instantiate makes the receive task the start of the process."""
    if not container.is_process:
        yield from (breach(node) for node in container.of(ReceiveTask) if node.instantiate)


@structural("receive-task-without-message", "The receive task names no message.", "Refer to a message that has a name.")
def receive_task_without_message(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.3.3: messageRef of a receive task MUST be given if the process is executable."""
    yield from (breach(node) for node in container.of(ReceiveTask) if not _is_named(node.message))


@structural(
    "send-task-without-message",
    "The send task names neither a message nor a job type.",
    "Refer to a message that has a name, or give it the type that a worker serves.",
)
def send_task_without_message(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.3.3: messageRef of a send task MUST be given if the process is executable."""
    for node in container.of(SendTask):
        if node.job is None and not _is_named(node.message):
            yield breach(node)


def _is_named(message: MessageDefinition | None) -> bool:
    return message is not None and bool(message.name)


@structural("called-element-missing", "The call activity names nothing to call.", "Name a process or a global task.")
def called_element_missing(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.3.6: calledElementRef names the element to be called."""
    for node in container.of(CallActivity):
        if not node.called_element.strip().removeprefix("=").strip() and node.called_task is None:
            yield breach(node)


@structural(
    "call-of-itself",
    "The process calls itself as its only way on: it would never end.",
    "Put the call behind a gateway that lets it end.",
)
def call_of_itself(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.3.6: a call activity waits until what it calls has completed."""
    if not container.is_process:
        return
    for start in container.of(StartEvent):
        flows = container.outgoing.get(start.id, [])
        node = container.nodes.get(flows[0].target) if len(flows) == 1 else None
        if isinstance(node, CallActivity) and node.called_element == container.definition.id and node.loop is None:
            yield breach(node)


@structural("job-type-missing", "The service task has no job type.", "Give it the type that a worker serves.")
def job_type_missing(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.3.3: a service task says which implementation does its work."""
    yield from (breach(node) for node in container.of(ServiceTask) if not node.job_type)


@structural("retries-out-of-range", "The job has fewer than one try.", "Give at least 1.")
def retries_out_of_range(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.3.3: the implementation of a task is called at least once."""
    yield from (breach(node) for node, job in _jobs(container) if job.retries < 1)


@structural(
    "job-priority-out-of-range",
    "The job's priority is {priority}.",
    "Give a whole number of up to nine digits, or FEEL after '='.",
)
def job_priority_out_of_range(container: Container) -> Breaches:
    """BPMN 2.0.2, 8.2.3: what an extension says has a meaning for the engine, or is refused."""
    for node, job in _jobs(container):
        text = (job.priority or "").strip()
        if text and not text.startswith("=") and not _WHOLE_NUMBER.fullmatch(text):
            yield breach(node, priority=text[:40])


@structural(
    "back-off-no-duration",
    "After a failure the job is to wait for '{duration}'.",
    "Give ISO 8601 durations such as PT1M, without years and months.",
)
def back_off_no_duration(container: Container) -> Breaches:
    """BPMN 2.0.2, 8.2.3: what an extension says has a meaning for the engine, or is refused."""
    for node, job in _jobs(container):
        yield from (breach(node, duration=text[:40]) for text in job.back_off if pause_of(text) is None)


def _jobs(container: Container) -> Iterator[tuple[FlowNode, JobDefinition]]:
    for node in container.nodes.values():
        job = node.job if isinstance(node, _WITH_JOB) else None
        if job is not None:
            yield node, job


@structural("decision-missing", "The business rule task names no decision.", "Name the decision to evaluate.")
def decision_missing(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.3.3: a business rule task says which rules it evaluates."""
    for node in container.of(BusinessRuleTask):
        if not node.decision_id and node.job is None:
            yield breach(node)


@warning_rule("script-missing", "The script task has no script: it does nothing.", "Write a FEEL expression.")
def script_missing(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.3.3: script of a script task is optional; without it nothing is executed."""
    for node in container.of(ScriptTask):
        if not node.script and node.job is None:
            yield breach(node)


@warning_rule(
    "result-variable-missing",
    "The result has no variable: the entries of a context become variables, all else is dropped.",
    "Name the variable for the result, or let it be a context.",
)
def result_variable_missing(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.4.2: what an activity gives goes into data of the process."""
    for node in container.nodes.values():
        gives = isinstance(node, ScriptTask | BusinessRuleTask) and node.job is None and node.io is None
        if gives and not getattr(node, "result_variable", ""):
            yield breach(node)


@structural(
    "priority-out-of-range",
    "The user task's priority is {priority}.",
    "Give a number from 0 to 100, or FEEL after '='.",
)
def priority_out_of_range(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.3.4: the priority of a user task is a number of this engine's range."""
    for node in container.of(UserTask):
        text = (node.priority or "").strip()
        if text and not text.startswith("=") and not (text.isascii() and text.isdigit() and int(text[:9]) <= 100):
            yield breach(node, priority=text[:40])


@warning_rule(
    "ad-hoc-starts-unknown",
    "The ad-hoc sub-process names activities to start and has none of them.",
    "Name activities that are in it.",
)
def ad_hoc_starts_unknown(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.3.5: the activities of an ad-hoc sub-process are those that can be started."""
    owner = container.owner
    if not isinstance(owner, AdHocSubProcess) or not owner.active_elements:
        return
    named = [
        part.strip().strip('"') for part in owner.active_elements.strip().removeprefix("=").strip("[] ").split(",")
    ]
    literal = owner.active_elements.strip().removeprefix("=").strip().startswith("[")
    if literal and not any(name in container.nodes for name in named):
        yield breach(owner)


RULES: tuple[StructuralRule, ...] = (
    unsupported_element,
    loop_without_end,
    loop_maximum_out_of_range,
    multi_instance_without_count,
    multi_instance_with_two_counts,
    multi_instance_output_incomplete,
    none_behavior_without_event,
    one_behavior_without_event,
    complex_behavior_without_definition,
    complex_behavior_without_condition,
    loop_of_event_sub_process,
    start_quantity_out_of_range,
    completion_quantity_out_of_range,
    instantiating_receive_task_with_incoming_flow,
    instantiating_receive_task_in_sub_process,
    receive_task_without_message,
    send_task_without_message,
    called_element_missing,
    call_of_itself,
    job_type_missing,
    retries_out_of_range,
    job_priority_out_of_range,
    back_off_no_duration,
    decision_missing,
    script_missing,
    result_variable_missing,
    priority_out_of_range,
    ad_hoc_starts_unknown,
)
