# SPDX-License-Identifier: Apache-2.0
"""Readers of collaborations: pools, message flows, correlation keys. Source: BPMN 2.0.2, 9."""

from lxml import etree

from taktloom.formats.bpmn.data import read_keys
from taktloom.formats.bpmn.names import reference
from taktloom.formats.bpmn.reading import Reading, children
from taktloom.model.collaboration import Collaboration, MessageFlow, Participant
from taktloom.model.identifiers import ElementId, ProcessId
from taktloom.model.process_data import CorrelationKey

__all__ = ["keys_of", "read_collaboration"]


def read_collaboration(reading: Reading, element: etree._Element) -> Collaboration:
    """One <collaboration>."""
    return Collaboration(
        id=reading.element_id(element),
        name=(element.get("name") or "").strip(),
        participants=tuple(_read_participant(reading, child) for child in children(element, "participant")),
        message_flows=tuple(_read_flow(reading, child) for child in children(element, "messageFlow")),
        correlation_keys=read_keys(reading, element),
        place=reading.place(element),
    )


def keys_of(collaborations: tuple[Collaboration, ...], process: ProcessId) -> tuple[CorrelationKey, ...]:
    """The correlation keys of the collaborations in which the process takes part."""
    return tuple(
        key
        for collaboration in collaborations
        if any(participant.process == process for participant in collaboration.participants)
        for key in collaboration.correlation_keys
    )


def _read_participant(reading: Reading, element: etree._Element) -> Participant:
    process = reference(element.get("processRef"))
    return Participant(
        id=reading.element_id(element),
        name=(element.get("name") or "").strip(),
        process=ProcessId(process) if process else None,
        place=reading.place(element),
    )


def _read_flow(reading: Reading, element: etree._Element) -> MessageFlow:
    return MessageFlow(
        id=reading.element_id(element),
        source=ElementId(reference(element.get("sourceRef"))),
        target=ElementId(reference(element.get("targetRef"))),
        name=(element.get("name") or "").strip(),
        place=reading.place(element),
    )
