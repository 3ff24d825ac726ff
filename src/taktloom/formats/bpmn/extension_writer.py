# SPDX-License-Identifier: Apache-2.0
"""Writers of extension elements: `zeebe:` where it has a word, which modelers can edit, else `taktloom:`."""

from collections.abc import Callable, Iterable, Mapping

from lxml import etree

from taktloom.formats.bpmn.names import TAKTLOOM, ZEEBE
from taktloom.model.process import (
    Activity,
    AdHocSubProcess,
    AnyFlowNode,
    BusinessRuleTask,
    CallActivity,
    EndEvent,
    EventAttribute,
    Form,
    IntermediateThrowEvent,
    JobDefinition,
    ProcessDefinition,
    ScriptTask,
    SendTask,
    ServiceTask,
    StartEvent,
    UserTask,
)
from taktloom.model.process_data import VariableMapping

__all__ = ["node_extensions", "process_extensions"]


def node_extensions(node: AnyFlowNode) -> list[etree._Element]:
    """The extension elements of a flow node."""
    found: list[etree._Element] = []
    for kind, write in EXTENSION_WRITERS.items():
        if isinstance(node, kind):
            found.extend(write(node))
    inputs: tuple[VariableMapping, ...] = getattr(node, "inputs", ())
    outputs: tuple[VariableMapping, ...] = getattr(node, "outputs", ())
    if inputs or outputs:
        mapping = _zeebe("ioMapping")
        mapping.extend(_zeebe("input", source=item.source, target=item.target) for item in inputs)
        mapping.extend(_zeebe("output", source=item.source, target=item.target) for item in outputs)
        found.append(mapping)
    if isinstance(node, Activity):
        found.extend(_attributes(node.event_attributes))
    return found


def process_extensions(process: ProcessDefinition) -> list[etree._Element]:
    """The extension elements of a process."""
    tag = [] if process.version_tag is None else [_zeebe("versionTag", value=process.version_tag)]
    return [*tag, *_forms(process.forms), *_attributes(process.case_attributes)]


def _zeebe(name: str, **attributes: str | None) -> etree._Element:
    element = etree.Element(f"{{{ZEEBE}}}{name}", nsmap={"zeebe": ZEEBE})
    for key, value in attributes.items():
        if value is not None:
            element.set(key, value)
    return element


def _start_extensions(node: StartEvent) -> list[etree._Element]:
    return [] if node.form_id is None else [_zeebe("formDefinition", formId=node.form_id)]


def _user_task_extensions(node: UserTask) -> list[etree._Element]:
    found = [_zeebe("userTask")]
    if node.form_id is not None:
        found.append(_zeebe("formDefinition", formId=node.form_id))
    people = {
        "assignee": node.assignee,
        "candidateGroups": node.candidate_groups,
        "candidateUsers": node.candidate_users,
    }
    if any(value is not None for value in people.values()):
        found.append(_zeebe("assignmentDefinition", **people))
    if node.due_date is not None or node.follow_up_date is not None:
        found.append(_zeebe("taskSchedule", dueDate=node.due_date, followUpDate=node.follow_up_date))
    if node.priority is not None:
        found.append(_zeebe("priorityDefinition", priority=node.priority))
    return found


def _job(job: JobDefinition | None) -> list[etree._Element]:
    if job is None:
        return []
    found = [_zeebe("taskDefinition", type=job.type, retries=str(job.retries))] if job.type else []
    if job.headers:
        holder = _zeebe("taskHeaders")
        holder.extend(_zeebe("header", key=key, value=value) for key, value in job.headers)
        found.append(holder)
    if job.priority is not None:
        found.append(_zeebe("priorityDefinition", priority=job.priority))
    if job.back_off:
        pauses = etree.Element(f"{{{TAKTLOOM}}}retryBackOff", nsmap={"taktloom": TAKTLOOM})
        pauses.set("durations", ", ".join(job.back_off))
        found.append(pauses)
    return found


def _service_task_extensions(node: ServiceTask) -> list[etree._Element]:
    return _job(node.job)


def _job_extensions(node: SendTask | EndEvent | IntermediateThrowEvent) -> list[etree._Element]:
    return _job(node.job)


def _business_rule_extensions(node: BusinessRuleTask) -> list[etree._Element]:
    found = _job(node.job)
    if node.decision_id:
        attributes = {"decisionId": node.decision_id, "resultVariable": node.result_variable}
        found.append(_zeebe("calledDecision", **attributes, **_binding(node.binding)))
    return found


def _script_extensions(node: ScriptTask) -> list[etree._Element]:
    if node.job is not None:
        return [*_job(node.job), *_script(node)] if node.result_variable else _job(node.job)
    return _script(node)


def _script(node: ScriptTask) -> list[etree._Element]:
    source = node.script if node.script.startswith("=") else f"={node.script}"
    return [_zeebe("script", expression=source, resultVariable=node.result_variable)]


def _call_extensions(node: CallActivity) -> list[etree._Element]:
    if node.called_task is not None:
        return []
    flags = {
        "propagateAllChildVariables": "true" if node.returns_all_variables else "false",
        "propagateAllParentVariables": "true" if node.passes_all_variables else "false",
    }
    return [_zeebe("calledElement", processId=node.called_element, **flags, **_binding(node.binding))]


def _ad_hoc_extensions(node: AdHocSubProcess) -> list[etree._Element]:
    if node.active_elements is None:
        return []
    return [_zeebe("adHoc", activeElementsCollection=node.active_elements)]


def _binding(binding: str) -> dict[str, str]:
    if binding.startswith("tag:"):
        return {"bindingType": "versionTag", "versionTag": binding.removeprefix("tag:")}
    return {} if binding == "latest" else {"bindingType": binding}


def _forms(forms: Iterable[Form]) -> list[etree._Element]:
    found = []
    for form in forms:
        element = _zeebe("userTaskForm", id=form.id)
        element.text = form.schema
        found.append(element)
    return found


def _attributes(attributes: Iterable[EventAttribute]) -> list[etree._Element]:
    return [
        etree.Element(
            f"{{{TAKTLOOM}}}eventAttribute",
            {"name": a.name, "source": a.source, "level": a.level},
            nsmap={"taktloom": TAKTLOOM},
        )
        for a in attributes
    ]


EXTENSION_WRITERS: Mapping[type, Callable[..., list[etree._Element]]] = {
    StartEvent: _start_extensions,
    EndEvent: _job_extensions,
    IntermediateThrowEvent: _job_extensions,
    UserTask: _user_task_extensions,
    ServiceTask: _service_task_extensions,
    SendTask: _job_extensions,
    BusinessRuleTask: _business_rule_extensions,
    ScriptTask: _script_extensions,
    CallActivity: _call_extensions,
    AdHocSubProcess: _ad_hoc_extensions,
}
