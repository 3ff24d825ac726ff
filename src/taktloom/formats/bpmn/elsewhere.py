# SPDX-License-Identifier: Apache-2.0
"""What Camunda's extensions say that is not run here: each is a finding, so that nothing is ignored in silence.

An error where the other engine would do something that a process may depend on, a warning where it only tunes that
engine or shows something in its own tools. Attributes and elements of any other vendor have no meaning here.
"""

from lxml import etree

from taktloom.formats.bpmn.camunda import camunda
from taktloom.formats.bpmn.extensions import extension_elements
from taktloom.formats.bpmn.names import CAMUNDA, CAMUNDA_7, ZEEBE, bpmn, local_name
from taktloom.formats.bpmn.reading import Reading
from taktloom.model.findings import Severity

__all__ = ["is_read_of_camunda_7", "report_elsewhere"]

_REMOVE = "Remove it; the process runs without it."
_REMODEL = "Remove it, and model what it does with elements that are run."
# Attributes that are read, and those that say nothing about running.
_ATTRIBUTES = frozenset(
    {
        "assignee",
        "calledElementBinding",
        "calledElementVersionTag",
        "candidateGroups",
        "candidateUsers",
        "class",
        "collection",
        "decisionRef",
        "decisionRefBinding",
        "decisionRefVersionTag",
        "delegateExpression",
        "dueDate",
        "elementVariable",
        "errorCodeVariable",
        "escalationCodeVariable",
        "exclusive",
        "expression",
        "followUpDate",
        "formKey",
        "formRef",
        "formRefBinding",
        "mapDecisionResult",
        "modelerTemplate",
        "modelerTemplateIcon",
        "modelerTemplateVersion",
        "priority",
        "resource",
        "resultVariable",
        "topic",
        "type",
        "versionTag",
    }
)
_OF_JOBS = frozenset({"jobPriority", "taskPriority"})  # read where there is a job to give out, or for all of a process
_ORDERS_A_JOB = ("topic", "class", "delegateExpression", "expression")
_ELEMENTS = {
    CAMUNDA: frozenset(
        {"failedJobRetryTimeCycle", "field", "formData", "in", "inputOutput", "out", "potentialStarter", "properties"}
    ),
    ZEEBE: frozenset(
        {
            "adHoc",
            "assignmentDefinition",
            "calledDecision",
            "calledElement",
            "formDefinition",
            "ioMapping",
            "loopCharacteristics",
            "priorityDefinition",
            "properties",
            "retryBackOff",
            "script",
            "subscription",
            "taskDefinition",
            "taskHeaders",
            "taskSchedule",
            "userTask",
            "userTaskForm",
            "versionTag",
        }
    ),
}
_DOES_SOMETHING = frozenset(
    {
        "conditionalFilter",
        "connector",
        "errorEventDefinition",
        "executionListener",
        "executionListeners",
        "taskListener",
        "taskListeners",
    }
)


def is_read_of_camunda_7(name: str) -> bool:
    """Whether an attribute or extension of this expanded name is read as part of the model."""
    namespace, _, local = name.removeprefix("{").partition("}")
    return namespace in CAMUNDA_7 and (local in _ATTRIBUTES or local in _ELEMENTS[CAMUNDA])


def report_elsewhere(reading: Reading, element: etree._Element) -> None:
    """Findings for one element, its event definitions and its loop."""
    for part in (element, *element.iterchildren("{*}*")):
        if part is element or _is_part(part):
            _report_attributes(reading, part)
            _report_elements(reading, part)


def _is_part(child: etree._Element) -> bool:
    name = local_name(child.tag)
    return name.endswith("EventDefinition") or child.tag == bpmn("multiInstanceLoopCharacteristics")


def _report_attributes(reading: Reading, element: etree._Element) -> None:
    for name in element.attrib:
        namespace, _, local = str(name)[1:].partition("}")
        if namespace in CAMUNDA_7 and local not in _ATTRIBUTES and not (local in _OF_JOBS and _has_jobs(element)):
            reading.not_run(element, f"camunda:{local}", _REMOVE)


def _has_jobs(element: etree._Element) -> bool:
    return element.tag == bpmn("process") or any(camunda(element, name) for name in _ORDERS_A_JOB)


def _report_elements(reading: Reading, element: etree._Element) -> None:
    for child in extension_elements(element):
        namespace, name = etree.QName(child).namespace, local_name(child.tag)
        known = _ELEMENTS.get(CAMUNDA if namespace in CAMUNDA_7 else namespace or "")
        if known is None or name in known:
            continue
        label = f"{'zeebe' if namespace == ZEEBE else 'camunda'}:{name}"
        if name in _DOES_SOMETHING:
            reading.not_run(element, label, _REMODEL, Severity.ERROR)
        else:
            reading.not_run(element, label, _REMOVE)
