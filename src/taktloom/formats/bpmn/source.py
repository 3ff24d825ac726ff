# SPDX-License-Identifier: Apache-2.0
"""Bytes to an element tree: refuses document types, limits the size, touches no network."""

from lxml import etree

from taktloom.model.errors import DefinitionError
from taktloom.model.findings import Finding, Severity
from taktloom.model.places import Place

__all__ = ["MAX_BYTES", "parse_source"]

MAX_BYTES = 20_000_000


def parse_source(source: bytes, name: str) -> etree._Element:
    """The root element; raises DefinitionError with file and line for anything else than fit XML."""
    if len(source) > MAX_BYTES:
        raise _refused("xml-too-large", f"The file is larger than {MAX_BYTES} bytes.", Place(source=name), "Split it.")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(source, parser)
    except etree.XMLSyntaxError as error:
        place = Place(source=name, line=error.lineno or None)
        raise _refused("xml-not-well-formed", f"The file is not XML: {error.msg}.", place, "Mend it there.") from error
    if str(getattr(root.getroottree().docinfo, "doctype", "")):
        place = Place(source=name, line=1)
        raise _refused("xml-document-type", "The file has a document type.", place, "Delete the DOCTYPE.")
    return root


def _refused(rule: str, message: str, place: Place, remedy: str) -> DefinitionError:
    finding = Finding(severity=Severity.ERROR, rule=rule, message=message, place=place, remedy=remedy)
    return DefinitionError(message, place, remedy, {}, (finding,))
