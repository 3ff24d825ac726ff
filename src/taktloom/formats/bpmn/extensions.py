# SPDX-License-Identifier: Apache-2.0
"""What the extension elements of the dialects `zeebe:` and `taktloom:` say.

Both namespaces have the same elements (`taskDefinition`, `ioMapping` …); `taktloom:` adds `eventAttribute`.
"""

from copy import deepcopy

from lxml import etree

from taktloom.formats.bpmn.names import TAKTLOOM, ZEEBE, bpmn, local_name
from taktloom.model.process import EventAttribute
from taktloom.model.process_data import VariableMapping

__all__ = ["Extensions", "extension_elements", "xml_text"]

DIALECTS = (TAKTLOOM, ZEEBE)


class Extensions:
    """The extension elements of one element."""

    def __init__(self, element: etree._Element) -> None:
        self._elements = extension_elements(element)

    def find(self, name: str) -> etree._Element | None:
        """The first element of this local name in one of the dialects."""
        for child in self._elements:
            if child.tag in {f"{{{namespace}}}{name}" for namespace in DIALECTS}:
                return child
        return None

    def get(self, name: str, attribute: str) -> str | None:
        """An attribute of the element, None where either is missing."""
        found = self.find(name)
        return None if found is None else found.get(attribute)

    def all(self, name: str) -> list[etree._Element]:
        """Every element of this local name in one of the dialects."""
        return [c for c in self._elements if c.tag in {f"{{{namespace}}}{name}" for namespace in DIALECTS}]

    def mappings(self, kind: str) -> tuple[VariableMapping, ...]:
        """`input` or `output` mappings in order."""
        holder = self.find("ioMapping")
        children = [] if holder is None else [child for child in holder if local_name(child.tag) == kind]
        return tuple(VariableMapping(source=c.get("source") or "", target=c.get("target") or "") for c in children)

    def headers(self) -> tuple[tuple[str, str], ...]:
        """Static headers of the job."""
        holder = self.find("taskHeaders")
        children = [] if holder is None else [child for child in holder if local_name(child.tag) == "header"]
        return tuple((child.get("key") or "", child.get("value") or "") for child in children)

    def attributes(self, level: str) -> tuple[EventAttribute, ...]:
        """Event log attributes; *level* where the element names none."""
        return tuple(
            EventAttribute(name=c.get("name") or "", source=c.get("source") or "", level=c.get("level") or level)
            for c in self.all("eventAttribute")
        )

    def form_id(self) -> str | None:
        """Id of the form: `formId`, or the form kept in the process (`formKey="camunda-forms:bpmn:ID"`)."""
        key = self.get("formDefinition", "formKey") or ""
        return self.get("formDefinition", "formId") or key.rpartition(":")[2] or None


def extension_elements(element: etree._Element) -> list[etree._Element]:
    """The children of <extensionElements>."""
    holder = element.find(bpmn("extensionElements"))
    return [] if holder is None else list(holder.iterchildren("{*}*"))


def xml_text(element: etree._Element) -> str:
    """The element as text that declares the namespaces it uses, those in attribute values and texts (QNames) too.

    Whitespace between elements is left out, so that the text does not depend on indentation.
    """
    piece = deepcopy(element)
    for part in piece.iter():
        if len(part) and not (part.text or "").strip():
            part.text = None
        if not (part.tail or "").strip():
            part.tail = None
    prefixes = _prefixes_in_values(element)
    try:
        return etree.tostring(
            piece, method="c14n", exclusive=True, with_tail=False, inclusive_ns_prefixes=prefixes
        ).decode()
    except etree.C14NError:  # canonical XML refuses relative namespace names, which some tools write
        return etree.tostring(piece, encoding="unicode", with_tail=False)


def _prefixes_in_values(element: etree._Element) -> list[str]:
    found: set[str] = set()
    for part in element.iter("{*}*"):
        for value in (*part.attrib.values(), part.text or ""):
            prefix, colon, _ = str(value).strip().partition(":")
            if colon and prefix in part.nsmap:
                found.add(prefix)
    return sorted(found)
