# SPDX-License-Identifier: Apache-2.0
"""Files that mean harm, or are broken, are refused quickly with a finding, or read as far as they are BPMN."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taktloom.formats.bpmn import read_bpmn, write_bpmn
from taktloom.formats.bpmn.reading import MAX_FINDINGS, MAX_MESSAGE
from taktloom.formats.bpmn.source import LIMITS, MOST_FLOW_ELEMENTS
from taktloom.model.errors import DefinitionError
from tests.data import PROJECT_ROOT
from tests.formats.lossless import differences

NAMESPACE = 'xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"'
PERMIT = (PROJECT_ROOT / "tests" / "kernel" / "models" / "permit.bpmn").read_bytes()


def model(body: str, head: str = "") -> bytes:
    root = f'{head}<definitions {NAMESPACE} id="d" targetNamespace="t">'
    return f'{root}<process id="p" isExecutable="true">{body}</process></definitions>'.encode()


def refused(source: bytes) -> list[tuple[str, str]]:
    with pytest.raises(DefinitionError) as error:
        read_bpmn(source, name="x.bpmn")
    assert error.value.remedy
    assert error.value.place.source == "x.bpmn"
    return [(finding.rule, finding.message) for finding in error.value.findings]


LAUGHS = (
    "<!DOCTYPE l [<!ENTITY a0 'ha'>" + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 10)) + "]>"
)


@pytest.mark.parametrize(
    "head",
    [
        LAUGHS,
        '<!DOCTYPE definitions SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE definitions [<!ENTITY x SYSTEM "http://example.invalid/x">]>',
        "<?xml version='1.0'?>\n<!-- a comment -->\n<!DOCTYPE definitions>",
        "\n\n<!DOCTYPE definitions PUBLIC 'a' 'b'>",
    ],
)
def test_any_doctype_is_refused(head: str) -> None:
    ((rule, message),) = refused(model('<task id="t" name="&a9;"/>' if head == LAUGHS else "", head))

    assert rule == "xml-refused"
    assert "DOCTYPE" in message


def test_too_many_elements_are_refused_before_they_are_read() -> None:
    started = time.process_time()

    ((rule, message),) = refused(model("<task/>" * 1_000_000))

    assert (rule, message) == ("xml-refused", f"The XML text has more than {LIMITS.max_elements} elements.")
    assert time.process_time() - started < 5


def test_too_many_activities_and_flows_are_refused_before_they_are_looked_at() -> None:
    elements = '<task id="twice"/>' * (MOST_FLOW_ELEMENTS // 2) + '<sequenceFlow id="twice"/>' * (
        MOST_FLOW_ELEMENTS // 2
    )
    most = f"The file has more than {MOST_FLOW_ELEMENTS} activities, events, gateways and sequence flows."

    assert refused(model(elements + "<task/>")) == [("too-many-elements", most)]
    assert read_bpmn(model(elements)).findings != ()


def test_too_many_bytes_are_refused() -> None:
    ((_, message),) = refused(model(f"<!--{'x' * LIMITS.max_bytes}-->"))

    assert message == f"The XML text has more than {LIMITS.max_bytes} bytes."


@pytest.mark.parametrize("name", ["subProcess", "extensionElements", "laneSet", "documentation"])
def test_too_many_levels_are_refused(name: str) -> None:
    ((_, message),) = refused(model(f"<{name}>" * 10_000 + f"</{name}>" * 10_000))

    assert message == f"The XML text has more than {LIMITS.max_depth} nested levels."


def test_sub_processes_nested_as_deep_as_xml_may_be_are_named_not_followed() -> None:
    deep = "".join(f'<subProcess id="s{n}">' for n in range(150)) + "</subProcess>" * 150

    definitions = read_bpmn(model(deep))

    assert b"s149" in write_bpmn(definitions)
    node = definitions.processes[0].nodes[0]
    for _ in range(60):
        node = node.nodes[0]  # type: ignore[union-attr]
    assert (type(node).__name__, getattr(node, "reason", "")) == ("UnsupportedNode", "nested more than 60 deep")


def test_a_huge_attribute_is_kept_or_refused_but_never_repeated_in_a_message() -> None:
    text = "x" * 1_000_000

    definitions = read_bpmn(model(f'<startEvent id="s"><messageEventDefinition messageRef="{text}"/></startEvent>'))

    (finding,) = definitions.processes[0].findings
    assert finding.rule == "message-unknown"
    assert len(finding.message) <= MAX_MESSAGE


def test_findings_are_all_there_up_to_a_limit_that_is_named() -> None:
    broken = [f'<receiveTask id="s{number}" messageRef="no"/>' for number in range(3000)]

    definitions = read_bpmn(model("".join(broken)))

    assert len(definitions.findings) == MAX_FINDINGS + 1
    assert definitions.findings[-1].rule == "findings-left-out"


@pytest.mark.parametrize(
    "source",
    [
        PERMIT.replace(b"<bpmn:process", b"\0<bpmn:process"),
        PERMIT.replace(b"Permit", b"\xff\xfe\xfa"),
        PERMIT.replace(b"UTF-8", b"UTF-32"),
        PERMIT.replace(b"UTF-8", b"no-such-encoding"),
        PERMIT[: len(PERMIT) // 2],
        PERMIT.decode().encode("utf-16")[:-1],
        PERMIT.decode().encode("utf-16")[2:101],
        b"\0" * 100,
        b"PK\x03\x04",
        b"{}",
        b"\xef\xbb\xbf",
    ],
)
def test_broken_bytes_are_refused_with_a_finding(source: bytes) -> None:
    ((rule, _),) = refused(source)

    assert rule == "xml-refused"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "iso-8859-1", "gb18030"]
)
def test_encodings_that_a_file_declares_are_read(encoding: str) -> None:
    declared = {"utf-8-sig": "utf-8", "utf-16-le": "utf-16", "utf-16-be": "utf-16"}.get(encoding, encoding)
    name = "é" if encoding == "iso-8859-1" else "审批"
    text = model(f'<task id="t" name="{name}"/>', f'<?xml version="1.0" encoding="{declared}"?>').decode()

    definitions = read_bpmn(text.encode(encoding))

    assert definitions.processes[0].nodes[0].name == name


def test_nothing_outside_the_file_is_ever_read(tmp_path: Path) -> None:
    (tmp_path / "other.bpmn").write_bytes(PERMIT)
    text = (
        model("")
        .decode()
        .replace(
            "<process",
            f'<import importType="{NAMESPACE[7:-1]}" namespace="o" location="{(tmp_path / "other.bpmn").as_uri()}"/>'
            '<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="other.bpmn"/><process',
        )
    )

    definitions = read_bpmn(text.encode())

    assert [process.id for process in definitions.processes] == ["p"]


@given(st.binary(max_size=300))
def test_any_bytes_give_a_model_or_a_definition_error(source: bytes) -> None:
    try:
        read_bpmn(source)
    except DefinitionError as error:
        assert error.findings  # noqa: PT017  # both ends are allowed


NAMES = ["task", "startEvent", "subProcess", "boundaryEvent", "sequenceFlow", "laneSet", "lane", "ioSpecification",
         "messageEventDefinition", "timerEventDefinition", "multiInstanceLoopCharacteristics", "dataInputAssociation",
         "callActivity", "association", "extensionElements", "documentation", "script", "nonsense"]  # fmt: skip
ATTRIBUTES = ["id", "name", "sourceRef", "targetRef", "attachedToRef", "messageRef", "default", "startQuantity",
              "calledElement", "behavior", "isSequential"]  # fmt: skip
TEXTS = st.sampled_from(["", "a", "b", "p", "1", "-7", "x:y", "${a}", "${", "=1", "true", "99999999999999999999", "审"])


def written(name: str, attributes: dict[str, str], content: str) -> str:
    given = "".join(f' {key}="{value}"' for key, value in attributes.items())
    if not content.startswith("<") and name not in {"documentation", "script"}:
        content = ""  # text between elements has no meaning and is not kept
    return f"<{name}{given}>{content}</{name}>"


def trees() -> st.SearchStrategy[str]:
    attributes = st.dictionaries(st.sampled_from(ATTRIBUTES), TEXTS, max_size=4)

    def element(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        return st.builds(written, st.sampled_from(NAMES), attributes, inner)

    return st.recursive(element(TEXTS), lambda inner: element(st.lists(inner, max_size=4).map("".join)), max_leaves=25)


@given(trees())
def test_any_arrangement_of_elements_is_read_and_comes_back_as_it_was(tree: str) -> None:
    assert differences(model(tree)) == []


def test_reading_ten_thousand_elements_takes_linear_time() -> None:
    """In processor time. Under 2 s on the machine where it was measured; the bound leaves room for slower ones."""
    small, large = (seconds_to_read(count) for count in (2_500, 10_000))

    assert large < 3
    assert large < small * 4 * 2 + 0.2


def seconds_to_read(count: int) -> float:
    parts = [
        f'<serviceTask id="t{n}" name="Task {n}"><incoming>f{n}</incoming><outgoing>f{n + 1}</outgoing></serviceTask>'
        f'<sequenceFlow id="f{n + 1}" sourceRef="t{n}" targetRef="t{n + 1}"><conditionExpression>a &gt; {n}'
        "</conditionExpression></sequenceFlow>"
        for n in range(count // 2)
    ]
    source = model("".join(parts))
    started = time.process_time()
    definitions = read_bpmn(source)
    spent = time.process_time() - started
    assert len(definitions.processes[0].nodes) == count // 2
    return spent
