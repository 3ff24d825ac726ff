# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: E501  (lines of models)
"""What strangers deploy: broken, hostile and merely odd files. Each is refused by rule and element, or runs."""

import pytest

from taktloom.testing import DefinitionError, Engine
from tests.conformance.bpmn.sketch import NOW, begin, model

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BODY = '<process id="p" isExecutable="true"><startEvent id="s"/><endEvent id="e"/><sequenceFlow id="f" sourceRef="s" targetRef="e"/></process>'
FILE = f'<definitions xmlns="{MODEL}" targetNamespace="t">{BODY}</definitions>'
FLOW = "start s\nend e\n"


def timer(text: str) -> str:
    return f'start s\n<intermediateCatchEvent id="c"><timerEventDefinition>{text}</timerEventDefinition></intermediateCatchEvent>\nend e\ns -> c -> e'


def gateway(condition: str) -> str:
    return f"start s\nxor g\nend e f\ns -> g\ng -> e if {condition}\ng -> f default"


REFUSED: dict[str, tuple[str | bytes, set[tuple[str, str | None]]]] = {
    "empty": ("", {("xml-refused", None)}),
    "empty bytes": (b"", {("xml-refused", None)}),
    "no xml": ("<hello", {("xml-refused", None)}),
    "other root": ("<hello/>", {("not-bpmn", None)}),
    "html": ("<html><body>Not found</body></html>", {("not-bpmn", None)}),
    "doctype": ('<!DOCTYPE d [<!ENTITY x "y">]>' + FILE, {("xml-refused", None)}),
    "doctype external": ('<!DOCTYPE d SYSTEM "file:///etc/passwd">' + FILE, {("xml-refused", None)}),
    "bomb": (
        '<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>' + FILE.replace('id="p"', 'id="&b;"'),
        {("xml-refused", None)},
    ),
    "unknown entity": (FILE.replace("targetNamespace", "name='&nbsp;' targetNamespace"), {("xml-refused", None)}),
    "wrong encoding": (
        ('<?xml version="1.0" encoding="UTF-8"?>' + FILE.replace('id="s"', 'id="s" name="Prüfung"')).encode("latin-1"),
        {("xml-refused", None)},
    ),
    "nul": (FILE.replace("<process", "\x00<process"), {("xml-refused", None)}),
    "bpmn1 ns": (FILE.replace("20100524", "20100501"), {("not-bpmn", None)}),
    "no ns": (FILE.replace(f' xmlns="{MODEL}"', ""), {("not-bpmn", None)}),
    "wrong ns prefix": (FILE.replace(MODEL, "http://example.org/bpmn"), {("not-bpmn", None)}),
    "truncated": (FILE[:-20], {("xml-refused", None)}),
    "two roots": (FILE + FILE, {("xml-refused", None)}),
    "deep": (
        f"<definitions xmlns='{MODEL}'>"
        "<process id='p' isExecutable='true'>"
        + "".join(f"<subProcess id='x{i}'>" for i in range(2000))
        + "</subProcess>" * 2000
        + "</process></definitions>",
        {("xml-refused", None)},
    ),
    "no process": (f'<definitions xmlns="{MODEL}" targetNamespace="t"/>', {("no-process", None)}),
    "empty process": (
        f'<definitions xmlns="{MODEL}" targetNamespace="t"><process id="p" isExecutable="true"/></definitions>',
        {("process-without-flow-nodes", "p")},
    ),
    "dup process": (
        FILE.replace("</definitions>", BODY + "</definitions>"),
        {("duplicate-id", "e"), ("duplicate-id", "f"), ("duplicate-id", "p"), ("duplicate-id", "s")},
    ),
    "dup node": (model(FLOW + "task a\ntask a\ns -> a -> e"), {("duplicate-id", "a")}),
    "flow nowhere": (model(FLOW + "s -> x"), {("flow-target-unknown", "s_x"), ("unreachable-node", "e")}),
    "flow no target": (model(FLOW + 's -> e\n<sequenceFlow id="f" sourceRef="s"/>'), {("flow-target-unknown", "f")}),
    "flow to flow": (
        model(FLOW + 's -> e\n<sequenceFlow id="f" sourceRef="s" targetRef="s_e"/>'),
        {("flow-to-data", "f")},
    ),
    "self flow start": (model(FLOW + "s -> e\ns -> s"), {("start-event-with-incoming-flow", "s")}),
    "boundary on itself": (
        model(
            FLOW
            + 's -> e\n<boundaryEvent id="b" attachedToRef="b"><timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition></boundaryEvent>\nb -> e'
        ),
        {("boundary-on-event", "b"), ("unreachable-node", "b")},
    ),
    "default foreign": (
        model(FLOW.replace("end e", "end e\nxor g") + '<exclusiveGateway id="h" default="s_g"/>\ns -> g -> h -> e'),
        {("default-flow-unknown", "h"), ("gateway-without-effect", "g"), ("gateway-without-effect", "h")},
    ),
    "message missing": (
        model('<startEvent id="s"><messageEventDefinition messageRef="nope"/></startEvent>\nend e\ns -> e'),
        {("message-missing", "s"), ("message-unknown", "s")},
    ),
    "message no ref": (
        model('<startEvent id="s"><messageEventDefinition/></startEvent>\nend e\ns -> e'),
        {("message-missing", "s")},
    ),
    "eventdef ref cycle": (
        model('<startEvent id="s"><eventDefinitionRef>s</eventDefinitionRef></startEvent>\nend e\ns -> e'),
        {("event-definition-unknown", "s")},
    ),
    "call empty": (model('start s\n<callActivity id="c"/>\nend e\ns -> c -> e'), {("called-element-missing", "c")}),
    "timer nonsense": (model(timer("<timeDuration>tomorrow-ish!</timeDuration>")), {("expression-not-feel", "c")}),
    "timer two": (
        model(timer("<timeDuration>PT1H</timeDuration><timeDate>2026-01-01T00:00:00Z</timeDate>")),
        {("timer-with-several-texts", "c")},
    ),
    "timer none": (model(timer("")), {("timer-without-text", "c")}),
    "timer negative": (model(timer("<timeDuration>-PT1H</timeDuration>")), {("timer-text-invalid", "c")}),
    "timer bad date": (model(timer("<timeDate>2026-02-30T00:00:00Z</timeDate>")), {("timer-text-invalid", "c")}),
    "timer zero cycle": (
        model(
            '<startEvent id="s"><timerEventDefinition><timeCycle>R0/PT1H</timeCycle></timerEventDefinition></startEvent>\nend e\ns -> e'
        ),
        {("timer-text-invalid", "s")},
    ),
    "timer zero period": (
        model(
            '<startEvent id="s"><timerEventDefinition><timeCycle>R/PT0S</timeCycle></timerEventDefinition></startEvent>\nend e\ns -> e'
        ),
        {("timer-text-invalid", "s")},
    ),
    "timer huge": (model(timer("<timeDuration>P999999999999Y</timeDuration>")), {("timer-text-invalid", "c")}),
    "timer year 10000": (model(timer("<timeDate>10000-01-01T00:00:00Z</timeDate>")), {("timer-text-invalid", "c")}),
    "feel syntax": (model(gateway("1 +")), {("expression-not-feel", "g_e")}),
    "loop max 0": (
        model('start s\n<task id="a"><standardLoopCharacteristics loopMaximum="0"/></task>\nend e\ns -> a -> e'),
        {("loop-maximum-out-of-range", "a")},
    ),
    "loop max text": (
        model('start s\n<task id="a"><standardLoopCharacteristics loopMaximum="many"/></task>\nend e\ns -> a -> e'),
        {("loop-without-end", "a"), ("number-invalid", "a")},
    ),
    "quantity zero": (
        model('start s\n<task id="a" startQuantity="0"/>\nend e\ns -> a -> e'),
        {("start-quantity-out-of-range", "a")},
    ),
    "link alone": (
        model(
            'start s\n<intermediateThrowEvent id="t"><linkEventDefinition name="L"/></intermediateThrowEvent>\ns -> t'
        ),
        {("link-without-catch", "t")},
    ),
    "lane unknown": (
        model(FLOW + 's -> e\n<laneSet id="ls"><lane id="l"><flowNodeRef>ghost</flowNodeRef></lane></laneSet>'),
        {("lane-member-unknown", "l")},
    ),
    "participant ghost": (
        FILE.replace(
            "<process", '<collaboration id="c"><participant id="pa" processRef="ghost"/></collaboration><process', 1
        ),
        {("participant-process-unknown", "pa")},
    ),
    "space ids": (FILE.replace('"s"', '"a b"'), {("id-invalid", "a b")}),
    "unknown element": (
        model(FLOW + '<teleport id="x"/>\ns -> x -> e'),
        {("flow-to-data", "s_x"), ("flow-to-data", "x_e"), ("unsupported-element", "x")},
    ),
    "choreography": (
        model(FLOW + '<choreographyTask id="x" initiatingParticipantRef="q"/>\ns -> x -> e'),
        {("unsupported-element", "x")},
    ),
    "assoc comp loop": (
        model(
            'start s\n<task id="a" isForCompensation="true"/>\nend e\n<boundaryEvent id="b" attachedToRef="a"><compensateEventDefinition/></boundaryEvent>\n<association id="x" associationDirection="One" sourceRef="b" targetRef="a"/>\ns -> e'
        ),
        {("compensation-of-compensation", "b"), ("unreachable-node", "a"), ("unreachable-node", "b")},
    ),
    "data assoc ghost": (
        model(
            'start s\n<userTask id="a"><dataInputAssociation id="da"><sourceRef>ghost</sourceRef><targetRef>ghost2</targetRef></dataInputAssociation></userTask>\nend e\ns -> a -> e'
        ),
        {("data-source-unknown", "da"), ("data-target-unknown", "da")},
    ),
    "item self": (
        model('start s\n<dataObjectReference id="r" dataObjectRef="r"/>\nend e\ns -> e'),
        {("data-object-unknown", "r")},
    ),
    "event sub alone": (
        model('<subProcess id="es" triggeredByEvent="true">\nstart hs\nend he\nhs -> he\n</subProcess>'),
        {("event-sub-process-with-none-start-event", "hs"), ("nothing-to-start", "p")},
    ),
}
RUNS: dict[str, str | bytes] = {
    "utf16": ('<?xml version="1.0" encoding="UTF-16"?>' + FILE).encode("utf-16"),
    "latin1": ('<?xml version="1.0" encoding="ISO-8859-1"?>' + FILE.replace('id="s"', 'id="s" name="Prüfung"')).encode(
        "latin-1"
    ),
    "bom": "\ufeff" + FILE,
    "odd prefix": FILE.replace(f'xmlns="{MODEL}"', f'xmlns:q1="{MODEL}"')
    .replace("<", "<q1:")
    .replace("<q1:/", "</q1:"),
    "long attr": FILE.replace('id="s"', 'id="s" name="%s"' % ("x" * 3_000_000)),
    "not executable": FILE.replace(' isExecutable="true"', ""),
    "feel power": model(gateway("10 ** 10 ** 10 ** 10 > 1")),
    "feel regex": model(gateway('matches("%s!", "(a+)+$")' % ("a" * 40))),
    "unicode ids": model('start 开始\n<task id="审核"/>\nend 结束\n开始 -> 审核 -> 结束'),
    "foreign element": FILE.replace("<startEvent", '<v:shape xmlns:v="urn:v" id="zz"><v:x/></v:shape><startEvent', 1),
    "text in process": FILE.replace("<startEvent", "just text<startEvent", 1),
    "comments pi": FILE.replace("<startEvent", "<!-- c --><?pi x?><startEvent", 1),
    "import remote": FILE.replace(
        "<process",
        '<import importType="http://www.w3.org/2001/XMLSchema" location="http://example.invalid/x.xsd" namespace="u"/><process',
        1,
    ),
    "xinclude": FILE.replace(
        "<process", '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd"/><process', 1
    ),
    "xsi schemaLocation": FILE.replace(
        "targetNamespace",
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="a http://example.invalid/a.xsd" targetNamespace',
    ),
    "two diagrams": FILE.replace(
        "</definitions>",
        "".join(
            f'<d:BPMNDiagram xmlns:d="http://www.omg.org/spec/BPMN/20100524/DI" id="d{i}"><d:BPMNPlane id="pl{i}" bpmnElement="p"/></d:BPMNDiagram>'
            for i in (1, 2)
        )
        + "</definitions>",
    ),
    "diagram ghost": FILE.replace(
        "</definitions>",
        '<d:BPMNDiagram xmlns:d="http://www.omg.org/spec/BPMN/20100524/DI" id="d1"><d:BPMNPlane id="pl" bpmnElement="p"><d:BPMNShape id="sh" bpmnElement="ghost"/></d:BPMNPlane></d:BPMNDiagram></definitions>',
    ),
}
INCIDENTS: dict[str, tuple[str, tuple[str, str]]] = {
    "feel deep": (model(gateway("(" * 5000 + "1" + ")" * 5000)), ("g", "expression")),
    "feel explode": (model(gateway("count(for a in 1..100000, b in 1..100000 return a) > 0")), ("g", "limit")),
    "feel number": (model(gateway("1")), ("g", "expression")),
    "feel recursion": (model(gateway("{f: function(x) f(x), r: f(1)}.r = 1")), ("g", "limit")),
    "feel string": (model(gateway('string length(string join(for a in 1..10000000 return "x")) > 1')), ("g", "limit")),
    "python": (model(gateway('__import__("os").system("true")')), ("g", "expression")),
    "cardinality negative": (
        model(
            'start s\n<task id="a"><multiInstanceLoopCharacteristics><loopCardinality>-1</loopCardinality></multiInstanceLoopCharacteristics></task>\nend e\ns -> a -> e'
        ),
        ("a", "expression"),
    ),
    "cardinality huge": (
        model(
            'start s\n<task id="a"><multiInstanceLoopCharacteristics><loopCardinality>1000000000</loopCardinality></multiInstanceLoopCharacteristics></task>\nend e\ns -> a -> e'
        ),
        ("a", "limit"),
    ),
    "quantity huge": (
        model('start s\n<task id="a" completionQuantity="999999999"/>\nend e\ns -> a -> e'),
        ("a", "limit"),
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_broken_or_hostile_file_is_refused_by_rule_and_element(name: str) -> None:
    source, expected = REFUSED[name]

    with pytest.raises(DefinitionError) as refused:
        Engine(NOW).deploy(source)

    findings = refused.value.findings
    assert {(finding.rule, finding.place.element_id) for finding in findings} == expected
    assert all(finding.message and finding.remedy and finding.place.source for finding in findings)


@pytest.mark.parametrize("name", RUNS)
def test_an_odd_file_that_says_what_the_standard_allows_runs(name: str) -> None:
    engine = Engine(NOW)
    (definition,) = engine.deploy(RUNS[name])

    assert engine.start(definition.id).state == "completed"


@pytest.mark.parametrize("name", INCIDENTS)
def test_an_expression_or_number_that_explodes_is_an_incident_of_its_element(name: str) -> None:
    source, expected = INCIDENTS[name]

    _, instance = begin(source)

    assert instance.state == "active"
    assert [(incident.element_id, incident.kind) for incident in instance.incidents] == [expected]


def test_a_text_in_a_foreign_language_is_told_once() -> None:
    with pytest.raises(DefinitionError) as refused:
        Engine(NOW).deploy(model(gateway("${order.isLate(now)}")))

    assert [finding.rule for finding in refused.value.findings] == ["juel-not-translated"]
