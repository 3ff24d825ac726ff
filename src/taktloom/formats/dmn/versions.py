# SPDX-License-Identifier: Apache-2.0
"""Moving DMN XML between versions: the same elements in the namespaces of another version.

Editors in the browser know DMN 1.3 only, files come in 1.1 to 1.5. The parts that decision tables, literal expressions
and diagrams consist of did not change from 1.3 to 1.5; what is newer (boxed iterators …) stays as it is and is for the
other side to refuse.
"""

from collections.abc import Iterable, Iterator, Mapping

from lxml import etree

from taktloom.formats.dmn.namespaces import DC, DI, DmnVersion
from taktloom.formats.dmn.xml_builder import DIAGRAM_NAMESPACES, XmlBuilder
from taktloom.formats.xml_reader import DEFAULT_LIMITS, XmlLimits, read_xml

__all__ = ["convert_dmn", "in_version"]


def convert_dmn(data: bytes | str, version: DmnVersion, *, limits: XmlLimits = DEFAULT_LIMITS) -> bytes:
    """The same file in the namespaces of *version*; foreign elements and attributes stay. Raises XmlError."""
    root = in_version(data, XmlBuilder(version), limits=limits)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _meanings(prefix: str, spaces: Iterable[Mapping[str | None, str]]) -> Iterator[str]:
    return (space[prefix] for space in spaces if prefix in space)


def in_version(data: bytes | str, builder: XmlBuilder, *, limits: XmlLimits = DEFAULT_LIMITS) -> etree._Element:
    """The root of *data* with every DMN namespace replaced by that of the builder's version."""
    root = read_xml(data, source="DMN", limits=limits)
    for part in root.iter():
        name = etree.QName(part)
        if name.namespace:
            part.tag = f"{{{builder.namespace_for(name.namespace)}}}{name.localname}"
    spaces = [part.nsmap for part in root.iter()]
    # an attribute may hold a QName, but not one of the diagram's, which have just been replaced
    prefixes = {key for space in spaces for key, name in space.items() if key and name not in DIAGRAM_NAMESPACES}
    top = {"dmndi": builder.version.diagram, "dc": DC, "di": DI}
    # a prefix that the file uses for something else stays its own: lxml would mix the two up
    top = {key: name for key, name in top.items() if key == "dmndi" or {*_meanings(key, spaces)} <= {name}}
    etree.cleanup_namespaces(root, keep_ns_prefixes=sorted(prefixes - {"dmndi"}), top_nsmap=top)
    return root
