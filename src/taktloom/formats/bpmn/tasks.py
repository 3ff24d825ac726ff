# SPDX-License-Identifier: Apache-2.0
"""Readers of the tasks: how each kind says what is to be done."""

from collections.abc import Callable, Mapping

from lxml import etree

from taktloom.formats.bpmn.extensions import Extensions
from taktloom.formats.bpmn.names import CAMUNDA, FEEL_LANGUAGES, TAKTLOOM, bpmn
from taktloom.formats.bpmn.reading import Reading, text_of
from taktloom.model.process import AnyFlowNode, BusinessRuleTask, ManualTask, ScriptTask, ServiceTask, Task, UserTask

__all__ = ["TASK_READERS", "unsupported_task"]

DEFAULT_RETRIES = 3
RESULT_VARIABLE = f"{{{TAKTLOOM}}}resultVariable"


def unsupported_task(element: etree._Element, kind: str) -> str:
    """Why a task of this kind cannot be read as one of the model's; "" if it can."""
    extensions = Extensions(element)
    if kind in {"businessRuleTask", "scriptTask", "userTask"} and extensions.find("taskDefinition") is not None:
        return "job worker as implementation"
    if kind == "scriptTask" and extensions.find("script") is None:
        language = (element.get("scriptFormat") or "").strip().lower()
        if language and language not in FEEL_LANGUAGES:
            return f"script language {language}"
    return ""


def _read_task(reading: Reading, element: etree._Element) -> AnyFlowNode:
    return Task(**reading.activity(element))


def _read_manual_task(reading: Reading, element: etree._Element) -> AnyFlowNode:
    return ManualTask(**reading.activity(element))


def _read_user_task(reading: Reading, element: etree._Element) -> AnyFlowNode:
    extensions = Extensions(element)
    return UserTask(
        **reading.activity(element),
        assignee=extensions.get("assignmentDefinition", "assignee"),
        candidate_groups=extensions.get("assignmentDefinition", "candidateGroups"),
        due_date=extensions.get("taskSchedule", "dueDate"),
        form_id=extensions.form_id(),
    )


def _read_service_task(reading: Reading, element: etree._Element) -> AnyFlowNode:
    extensions = Extensions(element)
    topic = element.get(f"{{{CAMUNDA}}}topic")
    return ServiceTask(
        **reading.activity(element),
        job_type=extensions.get("taskDefinition", "type") or topic or "",
        retries=_retries(reading, element, extensions.get("taskDefinition", "retries")),
        headers=extensions.headers(),
    )


def _retries(reading: Reading, element: etree._Element, text: str | None) -> int:
    digits = (text or str(DEFAULT_RETRIES)).strip().removeprefix("=").strip()
    if digits.isascii() and digits.isdigit() and len(digits) < 6:
        return int(digits)
    reading.report(
        "retries-not-a-number",
        element,
        f"The number of tries '{digits}' is no whole number.",
        "Write a number such as 3.",
    )
    return DEFAULT_RETRIES


def _read_script_task(reading: Reading, element: etree._Element) -> AnyFlowNode:
    extensions = Extensions(element)
    script = extensions.get("script", "expression") or text_of(element.find(bpmn("script")))
    result = extensions.get("script", "resultVariable") or element.get(RESULT_VARIABLE)
    camunda_result = element.get(f"{{{CAMUNDA}}}resultVariable")
    attributes = frozenset({"scriptFormat", RESULT_VARIABLE})
    return ScriptTask(
        **reading.activity(element, attributes, frozenset({"script"})),
        script=script,
        result_variable=result or camunda_result or "",
    )


def _read_business_rule_task(reading: Reading, element: etree._Element) -> AnyFlowNode:
    extensions = Extensions(element)
    decision = extensions.get("calledDecision", "decisionId") or element.get(f"{{{CAMUNDA}}}decisionRef")
    result = extensions.get("calledDecision", "resultVariable") or element.get(f"{{{CAMUNDA}}}resultVariable")
    return BusinessRuleTask(**reading.activity(element), decision_id=decision or "", result_variable=result or "")


TASK_READERS: Mapping[str, Callable[[Reading, etree._Element], AnyFlowNode]] = {
    "task": _read_task,
    "manualTask": _read_manual_task,
    "userTask": _read_user_task,
    "serviceTask": _read_service_task,
    "scriptTask": _read_script_task,
    "businessRuleTask": _read_business_rule_task,
}
