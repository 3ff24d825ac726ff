# SPDX-License-Identifier: Apache-2.0
"""Bytes to an element tree through the one hardened reader; what it refuses is a finding like all others."""

from itertools import islice

from lxml import etree

from taktloom.formats.bpmn.names import FLOW_NODES, bpmn
from taktloom.formats.xml_reader import XmlError, XmlLimits, line_of, read_xml
from taktloom.model.errors import DefinitionError
from taktloom.model.findings import Finding, Severity
from taktloom.model.places import Place

__all__ = ["LIMITS", "MOST_FLOW_ELEMENTS", "parse_source", "require_few"]

# Some hundred times the largest models known; a file at the limits is read within half a minute.
LIMITS = XmlLimits(max_bytes=32 * 1024 * 1024, max_elements=250_000)
MOST_FLOW_ELEMENTS = 20_000
"""Flow nodes and sequence flows: some ten times the largest models known; all checks of so many take some seconds."""
_FLOW_ELEMENTS = tuple(bpmn(name) for name in ("sequenceFlow", *sorted(FLOW_NODES)))


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


def require_few(root: etree._Element, name: str, most: int) -> None:
    """Raise DefinitionError for a file of more than *most* flow nodes and sequence flows, before they are looked at."""
    surplus = next(islice(root.iter(*_FLOW_ELEMENTS), most, None), None)
    if surplus is None:
        return
    finding = Finding(
        severity=Severity.ERROR,
        rule="too-many-elements",
        message=f"The file has more than {most} activities, events, gateways and sequence flows.",
        place=Place(source=name, line=line_of(surplus)),
        remedy="Split the process: call activities run its parts.",
        parameters={"limit": str(most)},
    )
    raise DefinitionError(finding.message, finding.place, finding.remedy, finding.parameters, (finding,))
