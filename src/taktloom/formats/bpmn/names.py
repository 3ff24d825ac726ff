# SPDX-License-Identifier: Apache-2.0
"""Namespaces and element names of BPMN 2.0 XML and of the dialects that are read."""

import re

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMNDI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
DI = "http://www.omg.org/spec/DD/20100524/DI"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
ZEEBE = "http://camunda.org/schema/zeebe/1.0"
CAMUNDA = "http://camunda.org/schema/1.0/bpmn"
ACTIVITI = "http://activiti.org/bpmn"  # what Camunda 7 was made from and still reads
CAMUNDA_7 = (CAMUNDA, ACTIVITI)
TAKTLOOM = "urn:taktloom:bpmn:1"
CALENDAR = f"{{{TAKTLOOM}}}calendar"  # an attribute of timer event definitions and user tasks

PREFIXES = {
    "bpmn": BPMN,
    "bpmndi": BPMNDI,
    "dc": DC,
    "di": DI,
    "xsi": XSI,
    "zeebe": ZEEBE,
    "taktloom": TAKTLOOM,
}

# Global tasks and the task that each of them is when a call activity runs it.
GLOBAL_TASKS = {
    "globalTask": "task",
    "globalManualTask": "manualTask",
    "globalUserTask": "userTask",
    "globalScriptTask": "scriptTask",
    "globalBusinessRuleTask": "businessRuleTask",
}

# All flow nodes of BPMN 2.0.2; what has no reader becomes an UnsupportedNode.
FLOW_NODES = frozenset(
    {
        "adHocSubProcess",
        "boundaryEvent",
        "businessRuleTask",
        "callActivity",
        "callChoreography",
        "choreographyTask",
        "complexGateway",
        "endEvent",
        "eventBasedGateway",
        "exclusiveGateway",
        "implicitThrowEvent",
        "inclusiveGateway",
        "intermediateCatchEvent",
        "intermediateThrowEvent",
        "manualTask",
        "parallelGateway",
        "receiveTask",
        "scriptTask",
        "sendTask",
        "serviceTask",
        "startEvent",
        "subChoreography",
        "subProcess",
        "task",
        "transaction",
        "userTask",
    }
)


def is_feel(language: str) -> bool:
    """Whether a language, by name (`feel`, `text/x-feel`) or URI of any DMN version, is FEEL."""
    return re.fullmatch(r"(.*[:/#])?(x-)?feel(/.*)?", language.strip().lower()) is not None


def bpmn(local: str) -> str:
    """Expanded name in the BPMN model namespace."""
    return f"{{{BPMN}}}{local}"


def local_name(tag: object) -> str:
    """The part of an expanded name after the namespace; "" for comments and processing instructions."""
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def reference(text: str | None) -> str:
    """The id that a QName refers to; its prefix names this very file."""
    return (text or "").strip().rpartition(":")[2]
