# SPDX-License-Identifier: Apache-2.0
"""Models as files for people: a model without drawing gets one."""

from taktloom.app.model_files import drawn_bpmn
from taktloom.formats.bpmn import read_bpmn

PLAIN = (
    b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="urn:t">'
    b'<process id="p" isExecutable="true"><startEvent id="s"/><endEvent id="e"/>'
    b'<sequenceFlow id="f" sourceRef="s" targetRef="e"/></process></definitions>'
)


def test_a_model_without_drawing_gets_one_with_every_element() -> None:
    diagram = read_bpmn(drawn_bpmn(PLAIN)).diagram

    assert diagram is not None
    assert [shape.element_id for shape in diagram.shapes] == ["s", "e"]
    assert [edge.element_id for edge in diagram.edges] == ["f"]


def test_a_model_with_a_drawing_stays_byte_for_byte() -> None:
    drawn = drawn_bpmn(PLAIN)

    assert drawn_bpmn(drawn) is drawn


def test_what_is_no_model_stays_to_be_shown_and_mended() -> None:
    assert drawn_bpmn(b"<broken") == b"<broken"
