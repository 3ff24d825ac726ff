# SPDX-License-Identifier: Apache-2.0
"""The fields that every activity has: default flow, mappings, loop, quantities and data. Source: BPMN 2.0.2, 10.3."""

from lxml import etree

from taktloom.formats.bpmn.camunda import camunda_mappings
from taktloom.formats.bpmn.data import read_associations, read_data_elements, read_io
from taktloom.formats.bpmn.extensions import Extensions
from taktloom.formats.bpmn.loops import read_loop
from taktloom.formats.bpmn.reading import NodeFields, Reading, default_flow, is_true
from taktloom.model.identifiers import ElementId
from taktloom.model.process import EventAttribute, MultiInstanceLoop, StandardLoop
from taktloom.model.process_data import DataAssociation, DataElement, InputOutput, VariableMapping

__all__ = ["ActivityFields", "activity_fields"]


class ActivityFields(NodeFields):
    """The fields of every Activity."""

    default_flow: ElementId | None
    inputs: tuple[VariableMapping, ...]
    outputs: tuple[VariableMapping, ...]
    event_attributes: tuple[EventAttribute, ...]
    loop: StandardLoop | MultiInstanceLoop | None
    is_for_compensation: bool
    start_quantity: int
    completion_quantity: int
    properties: tuple[DataElement, ...]
    io: InputOutput | None
    data_inputs: tuple[DataAssociation, ...]
    data_outputs: tuple[DataAssociation, ...]


def activity_fields(reading: Reading, element: etree._Element) -> ActivityFields:
    """The fields of every activity."""
    extensions = Extensions(element)
    start, completion = (reading.whole_number(element, name, 1) for name in ("startQuantity", "completionQuantity"))
    return ActivityFields(
        **reading.node(element),
        default_flow=default_flow(element),
        inputs=extensions.mappings("input") or camunda_mappings(reading, element, "input"),
        outputs=extensions.mappings("output") or camunda_mappings(reading, element, "output"),
        event_attributes=extensions.attributes("event"),
        loop=read_loop(reading, element),
        is_for_compensation=is_true(element, "isForCompensation"),
        start_quantity=1 if start is None else start,
        completion_quantity=1 if completion is None else completion,
        properties=read_data_elements(reading, element, "property"),
        io=read_io(reading, element),
        data_inputs=read_associations(reading, element, "Input"),
        data_outputs=read_associations(reading, element, "Output"),
    )
