# SPDX-License-Identifier: Apache-2.0
"""The process that a new draft begins with: a start event and an end event, joined and drawn."""

import re
from xml.sax.saxutils import quoteattr

_TEMPLATE = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" \
xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" \
xmlns:di="http://www.omg.org/spec/DD/20100524/DI" id="definitions" targetNamespace="urn:taktloom:drafts">
  <bpmn:process id="@ID@" name=@NAME@ isExecutable="true">
    <bpmn:startEvent id="start"><bpmn:outgoing>to_end</bpmn:outgoing></bpmn:startEvent>
    <bpmn:endEvent id="end"><bpmn:incoming>to_end</bpmn:incoming></bpmn:endEvent>
    <bpmn:sequenceFlow id="to_end" sourceRef="start" targetRef="end" />
  </bpmn:process>
  <bpmndi:BPMNDiagram id="diagram"><bpmndi:BPMNPlane id="plane" bpmnElement="@ID@">
    <bpmndi:BPMNShape id="start_di" bpmnElement="start">\
<dc:Bounds x="180" y="160" width="36" height="36" /></bpmndi:BPMNShape>
    <bpmndi:BPMNShape id="end_di" bpmnElement="end">\
<dc:Bounds x="432" y="160" width="36" height="36" /></bpmndi:BPMNShape>
    <bpmndi:BPMNEdge id="to_end_di" bpmnElement="to_end"><di:waypoint x="216" y="178" /><di:waypoint x="432" y="178" />\
</bpmndi:BPMNEdge>
  </bpmndi:BPMNPlane></bpmndi:BPMNDiagram>
</bpmn:definitions>
"""


def blank_bpmn(name: str) -> bytes:
    """BPMN XML of an executable process named *name*; its id is made of the name."""
    process_id = re.sub(r"[^A-Za-z0-9_-]+", "_", name).strip("_-") or "process"
    if not process_id[0].isalpha():
        process_id = f"process_{process_id}"
    return _TEMPLATE.replace("@ID@", process_id).replace("@NAME@", quoteattr(name)).encode()
