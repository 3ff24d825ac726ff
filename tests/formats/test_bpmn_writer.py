# SPDX-License-Identifier: Apache-2.0
"""What is written can be read back equal, is valid against the OMG schema, and keeps what it does not understand."""

from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest
from hypothesis import given
from lxml import etree

from taktloom.formats.bpmn import read_bpmn, write_bpmn
from taktloom.formats.layout import layout
from taktloom.kernel import compile_process
from taktloom.model.errors import DefinitionError
from taktloom.model.findings import Finding
from taktloom.model.process import Definitions, ProcessDefinition, UnsupportedNode
from tests.data import find_test_data
from tests.kernel.driver import MODELS, load_model
from tests.properties.processes import Tree, definition_of, trees

DATA = find_test_data()
MIWG = sorted((DATA / "bpmn-miwg").glob("*.bpmn")) if DATA is not None else []
JOURNALS = MODELS.parents[1] / "journals"


def plain(value: object) -> object:
    """A record as nested tuples, without places and prefixes; kept XML as a tree, since its prefixes may change."""
    if is_dataclass(value):
        skipped = {"place", "findings", "namespaces", "order", "drawings"}
        return tuple(
            (f.name, plain(getattr(value, f.name))) for f in fields(value) if f.compare and f.name not in skipped
        )
    if isinstance(value, tuple):
        return tuple(plain(item) for item in value)
    if isinstance(value, str) and value.startswith("<") and "xmlns" in value:  # other texts may begin with < too
        return tree(etree.fromstring(value))
    return round(value, 3) if isinstance(value, float) else value


def tree(element: etree._Element) -> object:
    children = tuple(tree(child) for child in element)
    return element.tag, tuple(sorted(element.attrib.items())), (element.text or "").strip(), children


def schema(data: Path) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(data / "xsd" / "bpmn" / "BPMN20.xsd"))


@pytest.mark.data
@pytest.mark.conformance
@pytest.mark.parametrize("path", MIWG, ids=lambda path: path.stem)
def test_every_interchange_model_is_read_written_and_read_again_without_loss(path: Path, test_data: Path) -> None:
    definitions = read_bpmn(path.read_bytes(), name=path.name)

    written = write_bpmn(definitions)

    assert plain(read_bpmn(written)) == plain(definitions)
    checker = schema(test_data)
    assert checker.validate(etree.fromstring(written)), checker.error_log


@pytest.mark.data
@pytest.mark.conformance
@pytest.mark.parametrize("path", MIWG, ids=lambda path: path.stem)
def test_every_interchange_model_compiles_or_is_refused_by_name(path: Path) -> None:
    for process in read_bpmn(path.read_bytes(), name=path.name).processes:
        findings = findings_of_compiling(process)
        assert all(f.rule and f.place.source == path.name and f.place.line for f in findings)
        unsupported = {node.id for node in process.nodes if isinstance(node, UnsupportedNode)}
        assert unsupported <= {f.place.element_id for f in findings if f.rule == "unsupported-element"}


def findings_of_compiling(process: ProcessDefinition) -> tuple[Finding, ...]:
    try:
        return compile_process(process).findings
    except DefinitionError as refused:
        return refused.findings


@pytest.mark.data
def test_all_21_interchange_models_are_there() -> None:
    assert len(MIWG) == 21


@pytest.mark.data
@pytest.mark.parametrize("path", [MODELS / "permit.bpmn", JOURNALS / "order_v1.bpmn"], ids=lambda path: path.stem)
def test_own_models_are_written_valid_with_a_drawing(path: Path, test_data: Path) -> None:
    definitions = read_bpmn(path.read_bytes())
    drawn = Definitions(processes=definitions.processes, diagram=layout(definitions.processes[0]))

    written = write_bpmn(drawn)

    checker = schema(test_data)
    assert checker.validate(etree.fromstring(written)), checker.error_log
    assert plain(read_bpmn(written).diagram) == plain(drawn.diagram)


@given(trees())
def test_writing_and_reading_gives_the_same_process(shape: Tree) -> None:
    definition = definition_of(shape)

    (read,) = read_bpmn(write_bpmn(Definitions(processes=(definition,)))).processes

    assert without_flow_lists(plain(read)) == without_flow_lists(plain(definition))


def without_flow_lists(value: object) -> object:
    """A model made in code may leave the lists of flows at the nodes out, and FEEL scripts without `=`."""
    if isinstance(value, tuple):
        kept = (item for item in value if not (isinstance(item, tuple) and item[:1] in {("incoming",), ("outgoing",)}))
        return tuple(without_flow_lists(item) for item in kept)
    return value.removeprefix("=") if isinstance(value, str) else value


def test_foreign_attributes_and_extensions_come_back() -> None:
    source = (MODELS / "permit.bpmn").read_text("utf-8")
    source = source.replace(
        '<bpmn:startEvent id="received"',
        '<bpmn:startEvent xmlns:v="urn:vendor" v:colour="red" id="received"',
    ).replace(
        "<zeebe:userTask/>",
        '<zeebe:userTask/><v:note xmlns:v="urn:vendor" level="3">see <v:b>annex</v:b></v:note>',
    )

    written = write_bpmn(read_bpmn(source.encode()))

    root = etree.fromstring(written)
    start = root.find(".//{*}startEvent")
    note = root.find(".//{urn:vendor}note")
    assert start is not None
    assert start.get("{urn:vendor}colour") == "red"
    assert note is not None
    assert (note.get("level"), "".join(str(t) for t in note.itertext()).split()) == ("3", ["see", "annex"])


def test_messages_of_one_name_share_a_root_element() -> None:
    definitions = read_bpmn((JOURNALS / "order_v1.bpmn").read_bytes())
    twice = Definitions(processes=definitions.processes)

    messages = etree.fromstring(write_bpmn(twice)).findall("{*}message")

    assert [message.get("name") for message in messages] == ["payment"]


def test_a_written_model_still_compiles() -> None:
    (read,) = read_bpmn(write_bpmn(Definitions(processes=(load_model("permit"),)))).processes

    assert compile_process(read).findings == ()
