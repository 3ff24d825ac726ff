# SPDX-License-Identifier: Apache-2.0
"""Collaborations that a file has not yet: pools, message flows and correlation keys of models made in code."""

from lxml import etree

from taktloom.formats.bpmn.collaborations import read_collaboration
from taktloom.formats.bpmn.kept import is_same
from taktloom.formats.bpmn.names import PREFIXES, bpmn
from taktloom.formats.bpmn.parts_writer import add
from taktloom.formats.bpmn.reading import Reading
from taktloom.model.collaboration import Collaboration
from taktloom.model.process import Definitions

__all__ = ["new_collaborations"]


def new_collaborations(definitions: Definitions, kept: list[etree._Element]) -> list[etree._Element]:
    """The elements of those that are not among the kept roots; a kept one that says something else is taken out."""
    reading = Reading(source="", roots={}, language="")
    found = []
    for collaboration in definitions.collaborations:
        same = [element for element in kept if _is_kept(reading, element, collaboration)]
        if same:
            continue
        kept[:] = [element for element in kept if element.get("id") != collaboration.id]
        found.append(_element(collaboration))
    return found


def _is_kept(reading: Reading, element: etree._Element, collaboration: Collaboration) -> bool:
    return element.tag == bpmn("collaboration") and is_same(read_collaboration(reading, element), collaboration)


def _element(collaboration: Collaboration) -> etree._Element:
    element = etree.Element(bpmn("collaboration"), nsmap=PREFIXES)
    element.set("id", collaboration.id)
    if collaboration.name:
        element.set("name", collaboration.name)
    for pool in collaboration.participants:
        add(element, "participant", id=pool.id, name=pool.name, processRef=pool.process)
    for flow in collaboration.message_flows:
        add(element, "messageFlow", id=flow.id, name=flow.name, sourceRef=flow.source, targetRef=flow.target)
    for key in collaboration.correlation_keys:
        holder = add(element, "correlationKey", id=key.id, name=key.name)
        for name in key.properties:
            add(holder, "correlationPropertyRef", name)
    return element
