# SPDX-License-Identifier: Apache-2.0
"""Readers of the events. Source: BPMN 2.0.2, 10.5."""

from collections.abc import Callable, Mapping

from lxml import etree

from taktloom.formats.bpmn.camunda import camunda_event_outputs, camunda_form, camunda_job, camunda_mappings
from taktloom.formats.bpmn.data import read_event_data
from taktloom.formats.bpmn.definitions import read_definition
from taktloom.formats.bpmn.extensions import Extensions
from taktloom.formats.bpmn.names import bpmn, reference
from taktloom.formats.bpmn.reading import Reading, is_true
from taktloom.formats.bpmn.work import read_job
from taktloom.model.identifiers import ElementId
from taktloom.model.process import (
    AnyFlowNode,
    BoundaryEvent,
    EndEvent,
    IntermediateCatchEvent,
    IntermediateThrowEvent,
    JobDefinition,
    StartEvent,
)
from taktloom.model.process_data import VariableMapping

__all__ = ["EVENT_READERS", "unsupported_event"]

NEEDS_DEFINITION = frozenset({"intermediateCatchEvent", "boundaryEvent"})


def unsupported_event(reading: Reading, element: etree._Element, kind: str) -> str:
    """Why the event cannot be read as one of the model's; "" if it can."""
    if kind in NEEDS_DEFINITION and read_definition(reading, element) is None:
        return "no event definition"
    return ""


def _outputs(reading: Reading, element: etree._Element) -> tuple[VariableMapping, ...]:
    return (
        Extensions(element).mappings("output")
        or camunda_mappings(reading, element, "output")
        or camunda_event_outputs(reading, element)
    )


def _inputs(reading: Reading, element: etree._Element) -> tuple[VariableMapping, ...]:
    return Extensions(element).mappings("input") or camunda_mappings(reading, element, "input")


def _job(reading: Reading, element: etree._Element) -> JobDefinition | None:
    """Camunda 8 has the job at the event, Camunda 7 at its message."""
    message = element.find(bpmn("messageEventDefinition"))
    return read_job(reading, element) or (None if message is None else camunda_job(reading, message))


def _read_start(reading: Reading, element: etree._Element) -> AnyFlowNode:
    return StartEvent(
        **reading.node(element),
        definition=read_definition(reading, element),
        is_interrupting=is_true(element, "isInterrupting", missing=True),
        outputs=_outputs(reading, element),
        form_id=Extensions(element).form_id() or camunda_form(reading, element),
        data=read_event_data(reading, element, "Output"),
    )


def _read_end(reading: Reading, element: etree._Element) -> AnyFlowNode:
    return EndEvent(
        **reading.node(element),
        definition=read_definition(reading, element),
        job=_job(reading, element),
        inputs=_inputs(reading, element),
        data=read_event_data(reading, element, "Input"),
    )


def _read_catch(reading: Reading, element: etree._Element) -> AnyFlowNode:
    definition = read_definition(reading, element)
    assert definition is not None  # unsupported_event has refused the others
    return IntermediateCatchEvent(
        **reading.node(element),
        definition=definition,
        outputs=_outputs(reading, element),
        data=read_event_data(reading, element, "Output"),
    )


def _read_throw(reading: Reading, element: etree._Element) -> AnyFlowNode:
    return IntermediateThrowEvent(
        **reading.node(element),
        definition=read_definition(reading, element),
        job=_job(reading, element),
        inputs=_inputs(reading, element),
        data=read_event_data(reading, element, "Input"),
    )


def _read_boundary(reading: Reading, element: etree._Element) -> AnyFlowNode:
    definition = read_definition(reading, element)
    assert definition is not None  # unsupported_event has refused the others
    return BoundaryEvent(
        **reading.node(element),
        attached_to=ElementId(reference(element.get("attachedToRef"))),
        definition=definition,
        is_interrupting=is_true(element, "cancelActivity", missing=True),
        outputs=_outputs(reading, element),
        data=read_event_data(reading, element, "Output"),
    )


EVENT_READERS: Mapping[str, Callable[[Reading, etree._Element], AnyFlowNode]] = {
    "startEvent": _read_start,
    "endEvent": _read_end,
    "intermediateCatchEvent": _read_catch,
    "intermediateThrowEvent": _read_throw,
    "boundaryEvent": _read_boundary,
}
