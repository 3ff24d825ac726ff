# SPDX-License-Identifier: Apache-2.0
"""Bytes to an element tree through the one hardened reader; what it refuses is a finding like all others."""

from lxml import etree

from taktloom.formats.xml_reader import XmlError, XmlLimits, read_xml
from taktloom.model.errors import DefinitionError
from taktloom.model.findings import Finding, Severity

__all__ = ["LIMITS", "parse_source"]

# Some hundred times the largest models known; a file at the limits is read within half a minute.
LIMITS = XmlLimits(max_bytes=32 * 1024 * 1024, max_elements=250_000)


def parse_source(source: bytes, name: str) -> etree._Element:
    """The root element; raises DefinitionError with file and line for anything else than fit XML."""
    try:
        return read_xml(source, source=name, limits=LIMITS)
    except XmlError as error:
        finding = Finding(
            severity=Severity.ERROR,
            rule="xml-refused",
            message=error.cause,
            place=error.place,
            remedy=error.remedy,
            parameters=error.parameters,
        )
        raise DefinitionError(error.cause, error.place, error.remedy, error.parameters, (finding,)) from error
