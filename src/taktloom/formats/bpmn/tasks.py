# SPDX-License-Identifier: Apache-2.0
"""Readers of the tasks, global ones too: how each kind says what is to be done. Source: BPMN 2.0.2, 10.3.3."""

from collections.abc import Callable, Mapping

from lxml import etree

from taktloom.formats.bpmn.activities import activity_fields
from taktloom.formats.bpmn.assignment import read_assignment
from taktloom.formats.bpmn.camunda import camunda, camunda_text, camunda_version
from taktloom.formats.bpmn.definitions import read_message
from taktloom.formats.bpmn.extensions import Extensions
from taktloom.formats.bpmn.names import TAKTLOOM, bpmn, is_feel
from taktloom.formats.bpmn.reading import Reading, is_true, text_of
from taktloom.formats.bpmn.work import DEFAULT_RETRIES, job_of_type, read_job
from taktloom.model.event_definitions import MessageDefinition
from taktloom.model.process import (
    AnyFlowNode,
    BusinessRuleTask,
    JobDefinition,
    ManualTask,
    ReceiveTask,
    ScriptTask,
    SendTask,
    ServiceTask,
    Task,
    UserTask,
)

__all__ = ["TASK_READERS", "read_binding"]

RESULT_VARIABLE = f"{{{TAKTLOOM}}}resultVariable"


def read_binding(reading: Reading, element: etree._Element, extension: str, kind: str) -> str:
    """Which version is called: `latest`, `deployment` or `tag:…`."""
    extensions = Extensions(element)
    binding = extensions.get(extension, "bindingType")
    if binding == "versionTag":
        return f"tag:{extensions.get(extension, 'versionTag') or ''}"
    return binding or camunda_version(reading, element, kind)


def _read_task(reading: Reading, element: etree._Element) -> AnyFlowNode:
    return Task(**activity_fields(reading, element))


def _read_manual_task(reading: Reading, element: etree._Element) -> AnyFlowNode:
    return ManualTask(**activity_fields(reading, element))


def _read_user_task(reading: Reading, element: etree._Element) -> AnyFlowNode:
    if Extensions(element).find("taskDefinition") is not None:
        reading.not_run(element, "taskDefinition", "Make it a service task.")
    return UserTask(**activity_fields(reading, element), **read_assignment(reading, element))


def _read_service_task(reading: Reading, element: etree._Element) -> AnyFlowNode:
    job = read_job(reading, element) or job_of_type(reading, element, "")
    return ServiceTask(
        **activity_fields(reading, element),
        job_type=job.type,
        retries=job.retries,
        headers=job.headers,
        priority=job.priority,
        back_off=job.back_off,
    )


def _read_send_task(reading: Reading, element: etree._Element) -> AnyFlowNode:
    return SendTask(
        **activity_fields(reading, element),
        message=read_message(reading, element),
        job=read_job(reading, element),
    )


def _read_receive_task(reading: Reading, element: etree._Element) -> AnyFlowNode:
    return ReceiveTask(
        **activity_fields(reading, element),
        message=read_message(reading, element) or MessageDefinition(name=""),
        instantiate=is_true(element, "instantiate"),
    )


def _read_script_task(reading: Reading, element: etree._Element) -> AnyFlowNode:
    extensions = Extensions(element)
    script = extensions.get("script", "expression") or text_of(element.find(bpmn("script")))
    result = extensions.get("script", "resultVariable") or element.get(RESULT_VARIABLE)
    return ScriptTask(
        **activity_fields(reading, element),
        script=script,
        result_variable=result or camunda(element, "resultVariable") or "",
        job=_script_job(reading, element, script),
    )


def _script_job(reading: Reading, element: etree._Element, script: str) -> JobDefinition | None:
    """FEEL is run here, with any other language the script is a job whose type is the language."""
    job = read_job(reading, element)
    if job is not None or Extensions(element).find("script") is not None:
        return job
    language = (element.get("scriptFormat") or element.get("scriptLanguage") or "").strip().lower()
    if not language or is_feel(language):
        return None
    source = (("script", script),) if script else ()
    resource = camunda(element, "resource")
    headers = (("scriptFormat", language), *source, *((("resource", resource),) if resource else ()))
    return JobDefinition(type=language, retries=DEFAULT_RETRIES, headers=headers)


def _read_business_rule_task(reading: Reading, element: etree._Element) -> AnyFlowNode:
    extensions = Extensions(element)
    decision = extensions.get("calledDecision", "decisionId") or camunda_text(reading, element, "decisionRef")
    result = extensions.get("calledDecision", "resultVariable") or camunda(element, "resultVariable")
    if camunda(element, "mapDecisionResult") not in {None, "singleEntry", "singleResult"}:
        reading.not_run(element, "camunda:mapDecisionResult", "The result is what the hit policy says; map it in FEEL.")
    return BusinessRuleTask(
        **activity_fields(reading, element),
        decision_id=decision or "",
        result_variable=result or "",
        job=read_job(reading, element),
        binding=read_binding(reading, element, "calledDecision", "decisionRef"),
    )


TASK_READERS: Mapping[str, Callable[[Reading, etree._Element], AnyFlowNode]] = {
    "task": _read_task,
    "manualTask": _read_manual_task,
    "userTask": _read_user_task,
    "serviceTask": _read_service_task,
    "sendTask": _read_send_task,
    "receiveTask": _read_receive_task,
    "scriptTask": _read_script_task,
    "businessRuleTask": _read_business_rule_task,
}
