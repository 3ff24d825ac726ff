# SPDX-License-Identifier: Apache-2.0
"""What every part of the DMN reader needs: children by local name, texts, places, type references."""

from dataclasses import dataclass

from lxml import etree

from taktloom.formats.dmn.namespaces import FEEL_NAMESPACES
from taktloom.formats.xml_reader import line_of, local_name
from taktloom.model.decision import InformationItem
from taktloom.model.places import Place

__all__ = ["Reading", "children", "first", "information_item", "text_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The file being read."""

    source: str
    namespace: str

    def place(self, element: etree._Element) -> Place:
        """File, line and id of an element."""
        return Place(source=self.source, line=line_of(element), element_id=element.get("id"))

    def type_ref(self, element: etree._Element | None) -> str | None:
        """The type named in the text of a `typeRef` element (its form in item definitions)."""
        return None if element is None else self.type_name(element, element.text)

    def type_name(self, element: etree._Element, reference: str | None) -> str | None:
        """A type's name without the prefix of a namespace that is FEEL's or the file's own."""
        name = " ".join((reference or "").split())
        prefix, colon, local = name.partition(":")
        if not colon:
            return name or None
        namespace = element.nsmap.get(prefix)
        if namespace in FEEL_NAMESPACES or namespace == self.namespace or prefix == "feel":
            return local
        return f"{prefix}.{local}"


def children(element: etree._Element, name: str) -> list[etree._Element]:
    """Child elements of this local name."""
    return [child for child in element if local_name(child) == name]


def first(element: etree._Element, name: str) -> etree._Element | None:
    """The first child element of this local name."""
    found = children(element, name)
    return found[0] if found else None


def text_of(element: etree._Element | None) -> str | None:
    """The content of the `text` child, None where there is none."""
    inner = None if element is None else first(element, "text")
    return None if inner is None else (inner.text or "").strip()


def information_item(element: etree._Element, reading: Reading) -> InformationItem:
    """A variable, parameter or column. In DMN 1.1 the type may be a child element."""
    return InformationItem(
        name=" ".join(element.get("name", "").split()),
        type_ref=reading.type_name(element, element.get("typeRef")) or reading.type_ref(first(element, "typeRef")),
        id=element.get("id"),
    )
