# SPDX-License-Identifier: Apache-2.0
"""Models as files: BPMN with its drawing, DMN."""

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from taktloom.model.errors import DefinitionError, InputRefusedError
from taktloom.model.identifiers import ProcessId
from taktloom.model.process import Definitions

if TYPE_CHECKING:
    from taktloom.model.decision import DecisionRequirementsGraph


def bpmn_bytes(definitions: Definitions) -> bytes:
    """BPMN XML; a model without drawing gets one."""
    from taktloom.formats.bpmn import write_bpmn
    from taktloom.formats.layout import layout_definitions

    if definitions.diagram is None:
        definitions = replace(definitions, diagram=layout_definitions(definitions))
    return write_bpmn(definitions)


def drawn_bpmn(content: bytes) -> bytes:
    """*content* with a drawing where it has none; what cannot be read stays, to be shown and mended."""
    from taktloom.formats.bpmn import read_bpmn

    if b"BPMNDiagram" in content:
        return content
    try:
        return bpmn_bytes(read_bpmn(content))
    except (DefinitionError, InputRefusedError):
        return content


def dmn_bytes(graph: "DecisionRequirementsGraph") -> bytes:
    """DMN XML, in the version that the browser's editor knows."""
    from taktloom.formats.dmn import DmnVersion, write_dmn

    return write_dmn(graph, version=DmnVersion.V1_3)


def editable_dmn(content: bytes | None) -> bytes | None:
    """*content* in the namespaces that the browser's editor knows; what is no XML stays, to be shown and mended."""
    from taktloom.formats.dmn import DmnVersion, convert_dmn
    from taktloom.formats.xml_reader import XmlError

    if content is None or DmnVersion.V1_3.model.encode() in content:
        return content
    try:
        return convert_dmn(content, DmnVersion.V1_3)
    except XmlError:
        return content


def process_id_of(name: str) -> ProcessId:
    """A process id made of a name: letters (of any script), digits, `-` and `_`, beginning with a letter."""
    slug = re.sub(r"[^\w-]+", "-", name, flags=re.UNICODE).strip("-_") or "process"
    return ProcessId(slug if slug[0].isalpha() else f"process-{slug}")
