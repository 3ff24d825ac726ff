# SPDX-License-Identifier: Apache-2.0
"""BPMN 2.0 XML to `Definitions`.

The file must be XML with <definitions> and at least one <process>; everything else that is wrong or not understood
becomes a finding or an UnsupportedNode with its place, so that compiling names all of it at once.
"""

from collections.abc import Iterable
from dataclasses import replace

from lxml import etree

from taktloom.formats.bpmn.collaborations import read_collaboration
from taktloom.formats.bpmn.containers import read_process
from taktloom.formats.bpmn.diagram import read_diagram
from taktloom.formats.bpmn.extensions import xml_text
from taktloom.formats.bpmn.file_rules import check_file
from taktloom.formats.bpmn.index import index_file
from taktloom.formats.bpmn.kept import difference, group_of
from taktloom.formats.bpmn.names import BPMNDI, PREFIXES, bpmn, local_name
from taktloom.formats.bpmn.node_writer import definitions_element
from taktloom.formats.bpmn.reading import MAX_FINDINGS, Reading, shortened
from taktloom.formats.bpmn.source import MOST_FLOW_ELEMENTS, parse_source, require_few
from taktloom.model.errors import DefinitionError
from taktloom.model.findings import Finding, Severity
from taktloom.model.process import Definitions, ProcessDefinition

__all__ = ["read_bpmn"]

DIAGRAM = f"{{{BPMNDI}}}BPMNDiagram"
HEAD = frozenset({"extensionElements", "documentation"})


def read_bpmn(source: bytes, *, name: str = "", most: int | None = MOST_FLOW_ELEMENTS) -> Definitions:
    """Read a BPMN file; *name* is the file's name for places.

    most: flow nodes and sequence flows that it may have; None for what was accepted before.

    Raises DefinitionError, with every finding, for what is no BPMN at all. Findings of a process, errors too, are in
    its `findings`: `kernel.compile` refuses the process with all of them.
    """
    root = parse_source(source, name)
    if most is not None:
        require_few(root, name, most)
    language = root.get("expressionLanguage") or ""
    roots = {str(child.get("id")): child for child in root.iterchildren("{*}*") if child.get("id")}
    is_xpath = "XPath" in language
    reading = Reading(source=name, roots=roots, language="" if is_xpath else language, is_xpath=is_xpath)
    index_file(reading, root)
    if root.tag != bpmn("definitions"):
        reading.report("not-bpmn", root, f"The root element is '{local_name(root.tag)}'.", "Give a BPMN 2.0 file.")
        _refuse(reading)
    collaborations = tuple(read_collaboration(reading, child) for child in root.iterchildren(bpmn("collaboration")))
    processes = tuple(read_process(reading, child, collaborations) for child in root.iterchildren(bpmn("process")))
    if not processes:
        reading.report("no-process", root, "The file has no process.", "Add a process.")
        _refuse(reading)
    breaches = [(home, shortened(finding)) for home, finding in check_file(root, name, limit=MAX_FINDINGS + 1)]
    for _, finding in breaches:
        reading.keep(finding)
    definitions = Definitions(
        processes=tuple(_with_findings(process, breaches) for process in processes),
        diagram=read_diagram(root),
        collaborations=collaborations,
        findings=tuple(reading.findings),
        id=root.get("id") or "definitions",
        name=root.get("name") or "",
        target_namespace=root.get("targetNamespace") or "urn:taktloom:process",
        roots=tuple(xml_text(child) for child in root.iterchildren("{*}*") if _is_other_root(child)),
        namespaces=tuple(sorted((prefix or "", uri) for prefix, uri in root.nsmap.items())),
        order=tuple(str(child.get("id") or "") for child in root.iterchildren("{*}*") if not _is_head(child)),
        drawings=tuple(xml_text(child) for child in root.iterchildren(DIAGRAM)),
    )
    kept = difference(
        root, definitions_element(definitions, PREFIXES), frozenset(group_of(child) for child in root) - HEAD
    )
    return replace(definitions, foreign=kept)


def _with_findings(process: ProcessDefinition, breaches: Iterable[tuple[str | None, Finding]]) -> ProcessDefinition:
    """With the breaches inside the process and those outside of every process."""
    found = tuple(finding for home, finding in breaches if home in {None, process.id})
    return replace(process, findings=process.findings + found)


def _is_other_root(child: etree._Element) -> bool:
    return not _is_head(child) and child.tag not in {bpmn("process"), DIAGRAM}


def _is_head(child: etree._Element) -> bool:
    return child.tag in {bpmn(name) for name in HEAD}


def _refuse(reading: Reading) -> None:
    errors = [finding for finding in reading.findings if finding.severity is Severity.ERROR]
    first = errors[0]
    raise DefinitionError(first.message, first.place, first.remedy, first.parameters, tuple(reading.findings))
