# SPDX-License-Identifier: Apache-2.0
"""Bytes to an element tree through the one hardened reader; what it refuses is a finding like all others."""

from lxml import etree

from taktloom.formats.xml_reader import XmlError, read_xml
from taktloom.model.errors import DefinitionError
from taktloom.model.findings import Finding, Severity

__all__ = ["parse_source"]


def parse_source(source: bytes, name: str) -> etree._Element:
    """The root element; raises DefinitionError with file and line for anything else than fit XML."""
    try:
        return read_xml(source, source=name)
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
