# SPDX-License-Identifier: Apache-2.0
"""What the standard allows although a modeller seldom means it: it runs, with a warning."""

from datetime import timedelta

import pytest

from taktloom.testing import Engine
from tests.conformance.bpmn.sketch import NOW, begin, deployed, job, model, process, visits


def test_a_condition_of_the_default_flow_is_ignored() -> None:
    text = "start s\nxor g\njob a b\nend e\ns -> g\ng -> a if x = 1\ng -> b default if x = 2\na -> e\nb -> e"
    source = model(text.replace("g -> b default if x = 2", "g -> b default")).replace(
        '<sequenceFlow id="g_b" sourceRef="g" targetRef="b"></sequenceFlow>',
        '<sequenceFlow id="g_b" sourceRef="g" targetRef="b"><conditionExpression>x = 2</conditionExpression>'
        "</sequenceFlow>",
    )
    assert "x = 2" in source

    _, instance = begin(source, {"x": 3})

    assert visits(instance) == "+s -s +g -g +b"


def test_of_several_none_start_events_the_first_one_begins_a_started_and_a_called_process() -> None:
    called = process("q", "start q1 q2\nend qe\nq1 -> qe\nq2 -> qe")
    _, instance = begin(
        model(process("p", 'start s t\n<callActivity id="c" calledElement="q"/>\nend e\ns -> c -> e\nt -> e'), called)
    )

    assert visits(instance) == "+s -s +c -c +e -e"
    assert visits(instance.children[0]) == "+q1 -q1 +qe -qe"


@pytest.mark.parametrize(
    "event",
    [
        (
            '<intermediateCatchEvent id="c"><timerEventDefinition><timeCycle>R3/PT1H</timeCycle></timerEventDefinition>'
            "</intermediateCatchEvent>"
        ),
        (
            '<userTask id="c"/><boundaryEvent id="b" attachedToRef="c">'
            "<timerEventDefinition><timeCycle>R/PT1H</timeCycle>"
            "</timerEventDefinition></boundaryEvent>"
        ),
    ],
)
def test_a_cycle_of_an_event_that_happens_once_is_waited_for_until_its_first_instant(event: str) -> None:
    after = "b -> e" if "boundary" in event else "c -> e"
    engine, instance = begin(model(f"start s\n{event}\nend e\ns -> c\n{after}"))

    engine.advance(timedelta(hours=5))

    assert [item.occurred_at - NOW for item in instance.history if item.element_id == "e"] == [timedelta(hours=1)] * 2
    assert instance.state == "completed"


@pytest.mark.parametrize(
    ("script", "variables"),
    [
        ('<scriptTask id="a"><script>{y: x + 1, z: 2}</script></scriptTask>', {"x": 1, "y": 2, "z": 2}),
        ('<scriptTask id="a" scriptFormat="text/x-feel"><script>={y: x}</script></scriptTask>', {"x": 1, "y": 1}),
        ('<scriptTask id="a"><script>x + 1</script></scriptTask>', {"x": 1}),
        ('<scriptTask id="a"/>', {"x": 1}),
    ],
)
def test_a_script_without_result_variable_sets_the_entries_of_a_context(
    script: str, variables: dict[str, object]
) -> None:
    _, instance = begin(model(f"start s\n{script}\nend e\ns -> a -> e"), {"x": 1})

    assert (instance.variables, instance.state) == (variables, "completed")


def test_a_handler_takes_the_place_of_scripts_in_any_language_and_of_global_ones() -> None:
    scripts = (
        '<scriptTask id="a"><script>x + 1</script></scriptTask>'
        '<scriptTask id="b" scriptFormat="python"><script>x</script></scriptTask>'
        '<callActivity id="c" calledElement="g"/>'
    )
    source = model(
        process("p", f"start s\n{scripts}\nend e\ns -> a -> b -> c -> e"),
        '<globalScriptTask id="g" scriptLanguage="ruby"><script>y</script></globalScriptTask>',
    )
    engine = deployed(source)
    ran: list[str] = []

    def handler(script: object) -> dict[str, object]:
        ran.append(str(getattr(script, "element_id", "")))
        return {f"v{len(ran)}": len(ran)}

    engine.run_script_tasks_as(handler)
    instance = engine.start("p")

    assert len(ran) == 3
    assert (instance.variables, instance.state) == ({"v1": 1, "v2": 2, "v3": 3}, "completed")


def test_a_compensation_event_sub_process_of_a_process_is_allowed() -> None:
    handler = (
        '<subProcess id="es" triggeredByEvent="true">\n<startEvent id="x"><compensateEventDefinition/></startEvent>\n'
        "end y\nx -> y\n</subProcess>"
    )
    _, instance = begin(model(f"start s\nend e\ns -> e\n{handler}"))

    assert visits(instance) == "+s -s +e -e"


def test_camundas_counters_of_instances_are_those_of_the_standard() -> None:
    activity = (
        '<serviceTask id="a" camunda:type="external" camunda:topic="a"><multiInstanceLoopCharacteristics '
        'camunda:collection="list" camunda:elementVariable="item"><completionCondition>'
        "${nrOfCompletedInstances/nrOfInstances >= 0.5}</completionCondition></multiInstanceLoopCharacteristics>"
        "</serviceTask>"
    )
    engine, instance = begin(model(f"start s\n{activity}\nend e\ns -> a -> e"), {"list": [1, 2, 3, 4]})

    for _ in range(2):
        engine.complete(job(engine, "a"))

    assert (visits(instance), instance.state) == ("+s -s +a -a +e -e", "completed")


def test_a_data_output_is_not_given_to_the_worker_who_makes_it() -> None:
    data = (
        '<serviceTask id="a"><extensionElements><zeebe:taskDefinition type="a"/></extensionElements><ioSpecification>'
        '<dataInput id="i" name="amount"/><dataOutput id="o" name="result"/><inputSet><dataInputRefs>i</dataInputRefs>'
        "</inputSet><outputSet><dataOutputRefs>o</dataOutputRefs></outputSet></ioSpecification><dataInputAssociation>"
        "<sourceRef>d</sourceRef><targetRef>i</targetRef></dataInputAssociation><dataOutputAssociation>"
        "<sourceRef>o</sourceRef><targetRef>d</targetRef></dataOutputAssociation></serviceTask>"
    )
    engine, instance = begin(
        model(f'<dataObject id="d" name="order"/>\nstart s\n{data}\nend e\ns -> a -> e'), {"order": 5}
    )

    assert job(engine, "a").variables == {"order": 5, "amount": 5}
    engine.complete(job(engine, "a"), {"result": 6})
    assert instance.variables == {"order": 6}


def test_findings_say_the_element_the_line_and_the_file() -> None:
    (found,) = Engine(NOW).deploy(model("start s t\nend e\ns -> e\nt -> e"))

    (finding,) = [item for item in found.findings if item.rule == "none-start-event-unused"]
    assert (finding.element_id, finding.line, finding.file) == ("t", 1, "source 1")
