# SPDX-License-Identifier: Apache-2.0
"""DMN XML: reading what others write, writing what the schema accepts, and back without loss."""

from dataclasses import fields, is_dataclass, replace
from pathlib import Path

import pytest
from lxml import etree

from taktloom.decisions import load_model
from taktloom.formats.dmn import DmnVersion, convert_dmn, read_dmn, write_dmn
from taktloom.formats.xml_reader import XmlError, local_name
from taktloom.model.decision import (
    DecisionDefinition,
    DecisionRequirementsGraph,
    DecisionTable,
    ElementReference,
    HitPolicy,
    InformationItem,
    InputClause,
    InputData,
    LiteralExpression,
    OutputClause,
    Rule,
)

DRAFT = DecisionRequirementsGraph(
    id="draft",
    name="Route the request",
    namespace="urn:taktloom:draft",
    inputs=(InputData(id="amount", name="Amount", variable=InformationItem(name="Amount", type_ref="number")),),
    decisions=(
        DecisionDefinition(
            id="route",
            name="Route",
            variable=InformationItem(name="Route", type_ref="string"),
            required_inputs=(ElementReference(id="amount"),),
            expression=DecisionTable(
                inputs=(InputClause(expression=LiteralExpression(text="Amount", type_ref="number"), label="Amount"),),
                outputs=(OutputClause(name="Route", type_ref="string", values='"check", "pay"'),),
                rules=(
                    Rule(inputs=("> 1000",), outputs=('"check"',), annotations=("92 % of 400 cases",)),
                    Rule(inputs=("-",), outputs=('"pay"',), annotations=("",)),
                ),
                hit_policy=HitPolicy.FIRST,
                annotation_names=("evidence",),
            ),
        ),
    ),
)
POINTS = ("{*}Bounds", "{*}waypoint")
SCHEMAS = {DmnVersion.V1_3: "DMN13.xsd", DmnVersion.V1_5: "DMN15.xsd"}


def contents(item: object) -> object:
    """Everything but places, ids and what only pictures it."""
    if is_dataclass(item):
        names = [
            part.name for part in fields(item) if part.name not in {"place", "id", "diagram", "kept", "requirement_id"}
        ]
        return (type(item).__name__, *((name, contents(getattr(item, name))) for name in names))
    return tuple(map(contents, item)) if isinstance(item, tuple) else item


def schema(test_data: Path, version: DmnVersion) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(test_data / "xsd" / "dmn" / SCHEMAS[version])))


@pytest.mark.data
@pytest.mark.parametrize("version", list(DmnVersion))
def test_a_draft_made_by_code_is_valid_and_has_a_diagram(test_data: Path, version: DmnVersion) -> None:
    written = etree.fromstring(write_dmn(DRAFT, version=version))

    schema(test_data, version).assertValid(written)
    assert [shape.get("dmnElementRef") for shape in written.iter("{*}DMNShape")] == ["route", "amount"]
    assert len(list(written.iter("{*}DMNEdge"))) == 1


@pytest.mark.data
def test_every_file_of_the_kit_is_written_back_valid_and_whole(test_data: Path) -> None:
    checker = schema(test_data, DmnVersion.V1_5)
    paths = sorted((test_data / "dmn-tck").rglob("*.dmn"))

    for path in paths:
        graph = read_dmn(path.read_bytes(), source=path.name)
        written = write_dmn(graph)
        again = read_dmn(written)
        checker.assertValid(etree.fromstring(written))
        assert contents(again) == contents(graph), path.name
        assert write_dmn(again) == written, path.name
        checker.assertValid(etree.fromstring(write_dmn(replace(graph, diagram=None))))

    assert len(paths) > 90


def drawn(root: etree._Element) -> list[tuple[str, str | None, list[dict[str, str]]]]:
    """What the diagrams show: shapes and edges, of which element, at which points."""
    return [
        (
            local_name(part),
            part.get("dmnElementRef"),
            [{str(key): str(value) for key, value in point.items()} for point in part.iter(*POINTS)],
        )
        for part in root.iter("{*}DMNShape", "{*}DMNEdge")
    ]


@pytest.mark.data
def test_the_diagrams_of_the_kit_are_kept_and_name_what_is_there(test_data: Path) -> None:
    edges = 0

    for path in sorted((test_data / "dmn-tck").rglob("*.dmn")):
        source = etree.parse(str(path)).getroot()
        written = etree.fromstring(write_dmn(read_dmn(path.read_bytes(), source=path.name)))
        if drawn(source):
            assert drawn(written) == drawn(source), path.name
            there = {part.get("id") for part in source.iter()}
            known = {part.get("id") for part in written.iter()}
            assert {name for _, name, _ in drawn(source) if name in there} <= known, path.name
        edges += len(drawn(source))

    assert edges > 100


VERSIONS = {
    "1.1": ("http://www.omg.org/spec/DMN/20151101/dmn.xsd", "http://www.omg.org/spec/FEEL/20140401", None),
    "1.2": (
        "http://www.omg.org/spec/DMN/20180521/MODEL/",
        "http://www.omg.org/spec/DMN/20180521/FEEL/",
        "http://www.omg.org/spec/DMN/20180521/DMNDI/",
    ),
    "1.3": tuple(f"https://www.omg.org/spec/DMN/20191111/{part}/" for part in ("MODEL", "FEEL", "DMNDI")),
    "1.4": (
        "https://www.omg.org/spec/DMN/20211108/MODEL/",
        "https://www.omg.org/spec/DMN/20211108/FEEL/",
        "https://www.omg.org/spec/DMN/20191111/DMNDI/",
    ),
    "1.5": tuple(f"https://www.omg.org/spec/DMN/20230324/{part}/" for part in ("MODEL", "FEEL", "DMNDI")),
}


def model_in(version: str) -> str:
    """A small model as tools of that version write it: types with the prefixes of namespaces, elements with one too."""
    model, feel, diagram = VERSIONS[version]
    shown = (
        f'<di:DMNDI xmlns:di="{diagram}" xmlns:dc="http://www.omg.org/spec/DMN/20180521/DC/" '
        'xmlns:p="http://www.omg.org/spec/DMN/20180521/DI/"><di:DMNDiagram id="g">'
        '<di:DMNShape id="s" dmnElementRef="fee"><dc:Bounds x="1" y="2" width="30" height="40"/></di:DMNShape>'
        '<di:DMNEdge id="e" dmnElementRef="needs"><p:waypoint x="5" y="6"/><p:waypoint x="7" y="8"/></di:DMNEdge>'
        "</di:DMNDiagram></di:DMNDI>"
    )
    return f"""<d:definitions xmlns:d="{model}" xmlns:feel="{feel}" xmlns:my="urn:x" id="x" name="n" namespace="urn:x">
      <d:itemDefinition name="tAmount" id="t"><d:typeRef>feel:number</d:typeRef>
        <d:allowedValues id="allowed"><d:text>&gt; 0</d:text></d:allowedValues></d:itemDefinition>
      <d:inputData id="amount" name="Amount"><d:variable name="Amount" typeRef="my:tAmount"/></d:inputData>
      <d:decision id="fee" name="Fee"><d:variable name="Fee" typeRef="feel:number"/>
        <d:informationRequirement id="needs"><d:requiredInput href="#amount"/></d:informationRequirement>
        <d:decisionTable id="table" hitPolicy="FIRST"><d:input id="in"><d:inputExpression typeRef="feel:number">
          <d:text>Amount</d:text></d:inputExpression></d:input><d:output id="out" typeRef="feel:number"/>
          <d:rule id="r"><d:inputEntry id="c"><d:text>&gt; 1</d:text></d:inputEntry>
          <d:outputEntry id="o"><d:text>Amount + 1</d:text></d:outputEntry></d:rule></d:decisionTable></d:decision>
      {"" if diagram is None else shown}</d:definitions>"""


@pytest.mark.parametrize("version", list(VERSIONS))
def test_every_version_is_read_and_decides_alike(version: str) -> None:
    text = model_in(version)
    for source in (text, write_dmn(read_dmn(text))):
        assert load_model(source).evaluate("Fee", {"Amount": 5}).value == 6
        assert load_model(source).evaluate("Fee", {"Amount": -5}).value is None


@pytest.mark.data
@pytest.mark.parametrize("version", list(VERSIONS))
def test_every_version_is_written_as_valid_1_5_with_its_diagram(test_data: Path, version: str) -> None:
    written = etree.fromstring(write_dmn(read_dmn(model_in(version))))

    schema(test_data, DmnVersion.V1_5).assertValid(written)
    if VERSIONS[version][2] is not None:
        assert drawn(written) == [
            ("DMNShape", "fee", [{"x": "1", "y": "2", "width": "30", "height": "40"}]),
            ("DMNEdge", "needs", [{"x": "5", "y": "6"}, {"x": "7", "y": "8"}]),
        ]
    assert "needs" in {part.get("id") for part in written.iter("{*}informationRequirement")}


def test_a_draft_reads_back_as_it_was() -> None:
    assert contents(read_dmn(write_dmn(DRAFT))) == contents(DRAFT)


def test_inputs_are_drawn_below_what_requires_them() -> None:
    written = etree.fromstring(write_dmn(DRAFT))

    tops = {shape.get("dmnElementRef"): float(shape[0].get("y", "")) for shape in written.iter("{*}DMNShape")}

    assert tops["route"] < tops["amount"]


def test_what_we_do_not_run_is_kept() -> None:
    source = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="n" namespace="u">
      <knowledgeSource id="law" name="Law"/>
      <decision id="a" name="a"><question>Why?</question><variable name="a"/>
        <authorityRequirement id="r"><requiredAuthority href="#law"/></authorityRequirement></decision></definitions>"""

    written = write_dmn(read_dmn(source)).decode()

    assert 'knowledgeSource id="law"' in written
    assert "<question>Why?</question>" in written
    assert 'requiredAuthority href="#law"' in written
    assert "20191111" not in written


@pytest.mark.parametrize(("attribute", "value"), [("hitPolicy", "BEST"), ("aggregation", "MEDIAN")])
def test_an_unknown_policy_is_refused_with_its_line(attribute: str, value: str) -> None:
    source = f"""<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" name="n" namespace="u">
      <decision id="a" name="a">
        <decisionTable {attribute}="{value}"/></decision></definitions>"""

    with pytest.raises(XmlError) as caught:
        read_dmn(source, source="bad.dmn")

    assert (caught.value.place.source, caught.value.place.line) == ("bad.dmn", 3)


@pytest.mark.data
def test_a_draft_moves_between_versions_without_loss(test_data: Path) -> None:
    older = convert_dmn(write_dmn(DRAFT), DmnVersion.V1_3)
    newer = convert_dmn(older, DmnVersion.V1_5)

    schema(test_data, DmnVersion.V1_3).assertValid(etree.fromstring(older))
    schema(test_data, DmnVersion.V1_5).assertValid(etree.fromstring(newer))
    assert contents(read_dmn(newer)) == contents(DRAFT)
    assert b"20230324" not in older


def test_the_first_annotation_of_a_rule_is_its_description_too_which_is_what_dmn_js_shows() -> None:
    written = etree.fromstring(write_dmn(DRAFT))

    first = next(written.iter("{*}rule"))
    assert [etree.QName(child).localname for child in first] == [
        "description",
        "inputEntry",
        "outputEntry",
        "annotationEntry",
    ]
    assert first[0].text == "92 % of 400 cases"


def test_a_description_that_is_no_annotation_is_kept() -> None:
    described = DRAFT.decisions[0].expression
    assert isinstance(described, DecisionTable)
    rule = replace(described.rules[0], description="edited in dmn-js")
    changed = replace(DRAFT.decisions[0], expression=replace(described, rules=(rule,)))

    back = read_dmn(write_dmn(replace(DRAFT, decisions=(changed,)))).decisions[0].expression

    assert isinstance(back, DecisionTable)
    assert (back.rules[0].description, back.rules[0].annotations) == ("edited in dmn-js", ("92 % of 400 cases",))
