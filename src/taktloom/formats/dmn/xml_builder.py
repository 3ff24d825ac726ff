# SPDX-License-Identifier: Apache-2.0
"""Making elements in the namespaces of one DMN version, with ids that are counted, never random."""

from collections.abc import Iterable, Mapping

from lxml import etree

from taktloom.formats.dmn.namespaces import DC, DI, MODEL_NAMESPACES, DmnVersion
from taktloom.model.decision import InformationItem

__all__ = ["DIAGRAM_NAMESPACES", "XmlBuilder"]

DIAGRAM_NAMESPACES = frozenset(
    {
        "http://www.omg.org/spec/DMN/20180521/DMNDI/",
        "https://www.omg.org/spec/DMN/20191111/DMNDI/",
        "https://www.omg.org/spec/DMN/20230324/DMNDI/",
    }
)


class XmlBuilder:
    """Makes elements of one file."""

    def __init__(self, version: DmnVersion) -> None:
        self.version = version
        self._used: set[str] = set()

    def root(self, identifier: str, name: str, namespace: str) -> etree._Element:
        """The `definitions` element."""
        nsmap: dict[str | None, str] = {None: self.version.model, "dmndi": self.version.diagram, "dc": DC, "di": DI}
        root = etree.Element(f"{{{self.version.model}}}definitions", nsmap=nsmap)  # type: ignore[arg-type]  # the stubs forget the default namespace
        self._set(root, {"id": identifier, "name": name, "namespace": namespace})
        return root

    def element(
        self, parent: etree._Element, name: str, attributes: Mapping[str, str | None], text: str | None = None
    ) -> etree._Element:
        """A child in the model's namespace; attributes of None are left out."""
        child = etree.SubElement(parent, f"{{{self.version.model}}}{name}")
        self._set(child, attributes)
        child.text = text
        return child

    def texts(self, parent: etree._Element, name: str, text: str | None, identifier: str | None = None) -> None:
        """A child that holds a FEEL text in its own `text` child; nothing for None."""
        if text is not None:
            child = self.element(parent, name, {"id": identifier})
            self.element(child, "text", {}, text=text)

    def information_item(self, parent: etree._Element, name: str, item: InformationItem) -> etree._Element:
        """A variable, parameter or column."""
        identifier = item.id or self.new_id(f"{parent.get('id') or 'item'}_{name}")
        return self.element(parent, name, {"id": identifier, "name": item.name, "typeRef": item.type_ref})

    def reserve(self, identifiers: Iterable[str]) -> None:
        """Ids that `new_id` must not give, because the file has them already."""
        self._used.update(identifiers)

    def new_id(self, stem: str) -> str:
        """An id not given to any element before: *stem*, else *stem* with a number."""
        clean = "".join(character if character.isalnum() or character in "_-." else "_" for character in stem)
        if not clean or not (clean[0].isalpha() or clean[0] == "_"):
            clean = f"_{clean}"
        number, candidate = 1, clean
        while candidate in self._used:
            number += 1
            candidate = f"{clean}_{number}"
        self._used.add(candidate)
        return candidate

    def namespace_for(self, namespace: str) -> str:
        """The namespace of this version for one of any version."""
        if namespace in MODEL_NAMESPACES:
            return self.version.model
        return self.version.diagram if namespace in DIAGRAM_NAMESPACES else namespace

    def _set(self, element: etree._Element, attributes: Mapping[str, str | None]) -> None:
        for key, value in attributes.items():
            if value is not None:
                element.set(key, value)
                if key == "id":
                    self._used.add(value)
