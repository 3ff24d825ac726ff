# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: E501  (lines of models)
"""What can be deployed, and what is refused with which finding: the doors of the kit."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from taktloom.testing import DefinitionError, Engine, MisuseError
from tests.conformance.bpmn.sketch import NOW, begin, deployed, model, process, visits

SIMPLE = model("start s\njob a\nend e\ns -> a -> e")
VENDOR = """<?xml version="1.0" encoding="UTF-8"?>
<semantic:definitions xmlns:semantic="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:v="urn:vendor"
  xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:tns="http://t" targetNamespace="http://t" v:junk="1">
<!-- a comment --><semantic:extensionElements><v:a><v:b c="d">text</v:b></v:a></semantic:extensionElements>
<semantic:message id="msg.1-ü" name="Grüße &amp; so"/>
<semantic:process id="prozess.ä-1" v:foo="bar">
<semantic:documentation textFormat="text/html"><![CDATA[<b>x</b>]]></semantic:documentation>
<semantic:laneSet id="ls"><semantic:lane id="l1"><semantic:flowNodeRef>st.1</semantic:flowNodeRef>
<semantic:childLaneSet id="cls"><semantic:lane id="l2"><semantic:flowNodeRef>st.1</semantic:flowNodeRef></semantic:lane>
</semantic:childLaneSet></semantic:lane></semantic:laneSet>
<semantic:startEvent id="st.1" name="日本"><semantic:outgoing>tns:f.1</semantic:outgoing></semantic:startEvent>
<semantic:endEvent id="en"><semantic:incoming>f.1</semantic:incoming></semantic:endEvent>
<semantic:sequenceFlow id="f.1" sourceRef="tns:st.1" targetRef="tns:en"/>
</semantic:process>
<di:BPMNDiagram id="d"><di:BPMNPlane id="pl" bpmnElement="tns:prozess.ä-1"/></di:BPMNDiagram>
</semantic:definitions>"""


def _rules(*sources: str | bytes | Path) -> list[str]:
    with pytest.raises(DefinitionError) as refused:
        Engine(NOW).deploy(*sources)
    return [finding.rule for finding in refused.value.findings]


def test_bytes_texts_paths_and_several_files_are_deployed(tmp_path: Path) -> None:
    path = tmp_path / "model.bpmn"
    path.write_text(SIMPLE, encoding="utf-8")
    other = model(process("q", "task t"))

    engine = Engine(NOW)

    assert [found.id for found in engine.deploy(SIMPLE.encode(), other)] == ["p", "q"]
    assert [found.id for found in engine.deploy(path)] == ["p"]
    assert [found.id for found in engine.deploy(str(path))] == ["p"]
    assert [found.id for found in engine.deploy('<?xml version="1.0" encoding="UTF-16"?>' + SIMPLE)] == ["p"]


def test_a_vendors_file_with_odd_prefixes_ids_and_junk_runs() -> None:
    engine = deployed(VENDOR)

    assert visits(engine.start("prozess.ä-1")) == "+st.1 -st.1 +en -en"


@pytest.mark.parametrize(
    ("source", "rule"),
    [
        ("", "xml-refused"),
        ("no xml", "xml-refused"),
        (b"\x00\xff", "xml-refused"),
        (SIMPLE[:-5], "xml-refused"),
        ("<!DOCTYPE x><definitions/>", "xml-refused"),
        ("<x/>", "not-bpmn"),
        (SIMPLE.replace('isExecutable="true"', 'isExecutable="false"'), "no-executable-process"),
    ],
)
def test_what_is_no_executable_model_is_refused(source: str | bytes, rule: str) -> None:
    assert _rules(source) == [rule]


def test_two_processes_of_one_id_in_one_deployment_are_refused() -> None:
    assert _rules(SIMPLE, SIMPLE) == ["duplicate-id"]


def test_a_later_deployment_of_the_id_is_a_new_version() -> None:
    engine = deployed(SIMPLE)
    old = engine.start("p")

    engine.deploy(model("start n\nend m\nn -> m"))

    assert (visits(engine.start("p")), visits(old)) == ("+n -n +m -m", "+s -s +a")


def test_a_refused_deployment_changes_nothing() -> None:
    engine = deployed(SIMPLE)

    with pytest.raises(DefinitionError):
        engine.deploy(model(process("new", "task t")), model("start s\nend e\ns -> nowhere"))

    with pytest.raises(MisuseError):
        engine.start("new")
    assert visits(engine.start("p")) == "+s -s +a"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("start s\nxor g\nand j\njob a b\nend e\ns -> g\ng -> a if x\ng -> b default\na -> j\nb -> j\nj -> e", id="deadlock"),
        pytest.param("start s\njob a b\nend e\ns -> a -> e", id="dead activity"),
        pytest.param('start s\n<intermediateCatchEvent id="c"><signalEventDefinition signalRef="sg"/></intermediateCatchEvent>\nend e\ns -> c -> e', id="signal that nothing throws"),
        pytest.param("start s\nxor g\njob a\nend e\ns -> g\ng -> a if x\ng -> e default if y\na -> e", id="condition of the default flow"),
        pytest.param("start s t\nend e\ns -> e\nt -> e", id="several none start events"),
        pytest.param('start s\n<intermediateCatchEvent id="c"><timerEventDefinition><timeCycle>R3/PT1H</timeCycle></timerEventDefinition></intermediateCatchEvent>\nend e\ns -> c -> e', id="cycle where only one instant counts"),
    ],
)  # fmt: skip
def test_what_is_unwise_but_allowed_is_deployed_with_warnings(text: str) -> None:
    (found,) = Engine(NOW).deploy(model(text, roots='<signal id="sg" name="Sig"/>'))

    assert found.findings
    assert {finding.severity.value for finding in found.findings} == {"warning"}


def test_what_is_no_work_no_model_and_no_time_is_misuse() -> None:
    engine, instance = begin(SIMPLE)
    job = engine.jobs()[0]
    wrong: list[Callable[[], object]] = [
        lambda: engine.start("nobody"),
        lambda: engine.start("p", "no variables"),  # type: ignore[arg-type]
        lambda: engine.start("p", {1: 2}),  # type: ignore[dict-item]
        lambda: engine.start("p", {"x": object()}),
        lambda: engine.instances("nobody"),
        lambda: engine.complete("nothing"),
        lambda: engine.complete(None),  # type: ignore[arg-type]
        lambda: engine.fail("nothing", "message"),
        lambda: engine.throw_error("nothing", "code"),
        lambda: engine.complete_task(job),  # type: ignore[arg-type]
        lambda: engine.activate(instance, "a"),
        lambda: engine.activate(None, "a"),  # type: ignore[arg-type]
        lambda: engine.advance(timedelta(-1)),
        lambda: engine.advance(5),  # type: ignore[arg-type]
        lambda: engine.deploy(5),  # type: ignore[arg-type]
        lambda: engine.deploy(Path("/no/such.bpmn")),
        lambda: Engine(datetime(2026, 1, 1)),  # noqa: DTZ001  (naive: that is the point)
        lambda: Engine("now"),  # type: ignore[arg-type]
    ]

    for call in wrong:
        with pytest.raises(MisuseError):
            call()

    assert (visits(instance), engine.jobs(), len(engine.instances())) == ("+s -s +a", [job], 1)
