# SPDX-License-Identifier: Apache-2.0
"""Root elements that a written file needs: messages by name and key, errors by code, and the plane of the drawing."""

import re

from lxml import etree

from taktloom.formats.bpmn.names import PREFIXES, ZEEBE, bpmn
from taktloom.formats.xml_reader import read_xml
from taktloom.model.event_definitions import MessageDefinition
from taktloom.model.process import Definitions, SubProcess

__all__ = ["Roots", "foreign_element"]


class Roots:
    """Hands out ids for messages and errors, and gives their elements at the end."""

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions
        self._taken = _used_ids(definitions)
        self._messages: dict[MessageDefinition, str] = {}
        self._errors: dict[str, str] = {}

    def message(self, definition: MessageDefinition) -> str:
        """Id of the message's root element."""
        if definition.root_id is not None and definition.root_id in self._taken:
            return definition.root_id
        if definition not in self._messages:
            self._messages[definition] = self._new_id("Message", definition.name)
        return self._messages[definition]

    def error(self, code: str) -> str:
        """Id of the error's root element."""
        if code not in self._errors:
            self._errors[code] = self._new_id("Error", code)
        return self._errors[code]

    def elements(self) -> list[etree._Element]:
        """The root elements of all that was asked for."""
        found = []
        for definition, message_id in self._messages.items():
            element = etree.Element(bpmn("message"), {"id": message_id, "name": definition.name}, nsmap=PREFIXES)
            if definition.correlation_key is not None:
                holder = etree.SubElement(element, bpmn("extensionElements"))
                etree.SubElement(holder, f"{{{ZEEBE}}}subscription", correlationKey=definition.correlation_key)
            found.append(element)
        for code, error_id in self._errors.items():
            attributes = {"id": error_id, "name": code, "errorCode": code}
            found.append(etree.Element(bpmn("error"), attributes, nsmap=PREFIXES))
        return found

    def plane_element(self) -> str:
        """What the drawing shows: the collaboration if the file has one, else the first process."""
        for text in self._definitions.roots:
            element = foreign_element(text)
            if element.tag == bpmn("collaboration") and element.get("id"):
                return str(element.get("id"))
        return self._definitions.processes[0].id

    def _new_id(self, kind: str, name: str) -> str:
        base = f"{kind}_{re.sub(r'[^A-Za-z0-9_-]', '_', name)}"
        candidate, number = base, 2
        while candidate in self._taken:
            candidate, number = f"{base}_{number}", number + 1
        self._taken.add(candidate)
        return candidate


def foreign_element(text: str) -> etree._Element:
    """An element that was kept as text by the reader."""
    return read_xml(text)


def _used_ids(definitions: Definitions) -> set[str]:
    found = {definitions.id}
    for process in definitions.processes:
        found.add(process.id)
        found.update(lane.id for lane in process.lanes)
        pending: list[object] = [process]
        while pending:
            owner = pending.pop()
            for node in getattr(owner, "nodes", ()):
                found.add(node.id)
                if isinstance(node, SubProcess):
                    pending.append(node)
            found.update(flow.id for flow in getattr(owner, "flows", ()))
    for text in definitions.roots:
        found.update(str(element.get("id")) for element in foreign_element(text).iter() if element.get("id"))
    return found
