# SPDX-License-Identifier: Apache-2.0
"""A process `orders` with a drawing: a start, steps in a row, an end. A step with a capital is a user task."""

from collections.abc import Mapping
from itertools import pairwise

_HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" '
    'xmlns:di="http://www.omg.org/spec/DD/20100524/DI" xmlns:z="http://camunda.org/schema/zeebe/1.0" '
    'id="definitions" targetNamespace="urn:t">'
)
_STEP = 160
_MIDDLE = 140


def drawn_orders(*steps: str, extensions: Mapping[str, str] | None = None, roots: str = "") -> bytes:
    """extensions: by step what stands in its extension elements. roots: more elements beside the process."""
    given = extensions or {}
    names = ["start", *steps, "end"]
    body = "".join(_element(name, given.get(name, "")) for name in steps)
    pairs = list(pairwise(names))
    flows = "".join(f'<sequenceFlow id="{a}_{b}" sourceRef="{a}" targetRef="{b}"/>' for a, b in pairs)
    shapes = "".join(_shape(name, at, name in steps) for at, name in enumerate(names))
    edges = "".join(_edge(f"{a}_{b}", at) for at, (a, b) in enumerate(pairs))
    process = (
        f'<process id="orders" name="Orders" isExecutable="true"><startEvent id="start"/>{body}'
        f'<endEvent id="end"/>{flows}</process>'
    )
    drawing = (
        f'<bpmndi:BPMNDiagram id="d"><bpmndi:BPMNPlane id="p" bpmnElement="orders">{shapes}{edges}'
        "</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>"
    )
    return f"{_HEAD}{roots}{process}{drawing}</definitions>".encode()


def _element(name: str, extension: str) -> str:
    tag = "userTask" if name.istitle() else "serviceTask"
    work = "" if name.istitle() else f'<z:taskDefinition type="{name}"/>'
    return (
        f'<{tag} id="{name}" name="{name.capitalize()}">'
        f"<extensionElements>{work}{extension}</extensionElements></{tag}>"
    )


def _shape(name: str, at: int, is_step: bool) -> str:
    width, height = (100, 80) if is_step else (36, 36)
    box = f'x="{40 + at * _STEP}" y="{_MIDDLE - height // 2}" width="{width}" height="{height}"'
    return f'<bpmndi:BPMNShape id="{name}_di" bpmnElement="{name}"><dc:Bounds {box}/></bpmndi:BPMNShape>'


def _edge(flow: str, at: int) -> str:
    left = 40 + at * _STEP + (36 if at == 0 else 100)
    ends = f'<di:waypoint x="{left}" y="{_MIDDLE}"/><di:waypoint x="{40 + (at + 1) * _STEP}" y="{_MIDDLE}"/>'
    return f'<bpmndi:BPMNEdge id="{flow}_di" bpmnElement="{flow}">{ends}</bpmndi:BPMNEdge>'
