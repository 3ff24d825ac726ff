# SPDX-License-Identifier: Apache-2.0
"""Errors, escalations and endings between a calling and a called process. Source: BPMN 2.0.2, 10.3.6, 10.5.6."""

import pytest

from tests.conformance.bpmn.sketch import begin, job, model, process, visits

ROOTS = '<error id="er" name="Er" errorCode="E1"/><escalation id="esc" name="Esc" escalationCode="X1"/>'
CALL = '<callActivity id="c" calledElement="q"/>'
CATCH = {
    "with its code": '<errorEventDefinition errorRef="er"/>',
    "of every code": "<errorEventDefinition/>",
}
WORKS = process("q", "start qs\njob qa\nend qe\nqs -> qa -> qe")
ENDS = process("q", 'start qs\n<endEvent id="qe"><errorEventDefinition errorRef="er"/></endEvent>\nqs -> qe')


def _caller(inside: str) -> str:
    return process("p", f"start s\n{CALL}\nend e\ns -> c -> e\n{inside}")


@pytest.mark.parametrize("catch", CATCH)
def test_a_workers_error_in_a_called_process_is_caught_at_the_call(catch: str) -> None:
    boundary = f'<boundaryEvent id="b" attachedToRef="c">{CATCH[catch]}</boundaryEvent>\nend h\nb -> h'
    engine, instance = begin(model(_caller(boundary), WORKS, roots=ROOTS))

    engine.throw_error(job(engine, "qa"), "E1", {"why": "late"})

    (called,) = instance.children
    assert (visits(instance), instance.state) == ("+s -s +c !c +b -b +h -h", "completed")
    assert (visits(called), called.state) == ("+qs -qs +qa !qa", "failed")
    assert instance.variables == {"why": "late"}
    assert engine.jobs() == []


def test_a_workers_error_in_a_called_process_reaches_the_event_sub_process_around_the_call() -> None:
    handler = (
        '<subProcess id="es" triggeredByEvent="true">\n<startEvent id="x"><errorEventDefinition errorRef="er"/>'
        "</startEvent>\nend y\nx -> y\n</subProcess>"
    )
    engine, instance = begin(model(_caller(handler), WORKS, roots=ROOTS))

    engine.throw_error(job(engine, "qa"), "E1")

    assert visits(instance) == "+s -s +c !c +es +x -x +y -y -es"
    assert instance.state == "completed"


def test_an_error_goes_through_several_calls_to_the_first_that_catches_it() -> None:
    between = process("r", 'start rs\n<callActivity id="rc" calledElement="q"/>\nend re\nrs -> rc -> re')
    top = process(
        "p",
        f'start s\n<callActivity id="c" calledElement="r"/>\n<boundaryEvent id="b" attachedToRef="c">'
        f"{CATCH['with its code']}</boundaryEvent>\nend e h\ns -> c -> e\nb -> h",
    )
    engine, instance = begin(model(top, between, WORKS, roots=ROOTS))

    engine.throw_error(job(engine, "qa"), "E1")

    assert [found.state for found in engine.instances()] == ["completed", "failed", "failed"]
    assert visits(instance) == "+s -s +c !c +b -b +h -h"


@pytest.mark.parametrize("called", [WORKS, ENDS])
def test_an_error_that_no_caller_catches_is_an_incident_at_the_outermost_call(called: str) -> None:
    engine, instance = begin(model(_caller(""), called, roots=ROOTS))

    for open_job in engine.jobs():
        engine.throw_error(open_job, "E1")

    assert (instance.state, instance.active) == ("active", ["c"])
    assert [incident.element_id for incident in instance.incidents] == ["c"]
    assert "E1" in instance.incidents[0].message


def test_an_error_that_the_called_process_catches_stays_in_it() -> None:
    inner = process(
        "q",
        f'start qs\njob qa\n<boundaryEvent id="qb" attachedToRef="qa">{CATCH["of every code"]}</boundaryEvent>\n'
        "end qe qh\nqs -> qa -> qe\nqb -> qh",
    )
    boundary = f'<boundaryEvent id="b" attachedToRef="c">{CATCH["of every code"]}</boundaryEvent>\nend h\nb -> h'
    engine, instance = begin(model(_caller(boundary), inner, roots=ROOTS))

    engine.throw_error(job(engine, "qa"), "E1")

    assert visits(instance.children[0]) == "+qs -qs +qa !qa +qb -qb +qh -qh"
    assert visits(instance) == "+s -s +c -c +e -e"


@pytest.mark.parametrize(
    ("cancels", "expected", "called"),
    [
        ("true", "+s -s +c ~c +b -b +h -h", "+qs -qs +qt -qt"),
        ("false", "+s -s +c +b -b +h -h -c +e -e", "+qs -qs +qt -qt +qa -qa +qe -qe"),
    ],
)
def test_an_escalation_of_a_called_process_is_caught_at_the_call(cancels: str, expected: str, called: str) -> None:
    escalates = process(
        "q",
        'start qs\n<intermediateThrowEvent id="qt"><escalationEventDefinition escalationRef="esc"/>'
        "</intermediateThrowEvent>\njob qa\nend qe\nqs -> qt -> qa -> qe",
    )
    boundary = (
        f'<boundaryEvent id="b" attachedToRef="c" cancelActivity="{cancels}"><escalationEventDefinition/>'
        "</boundaryEvent>\nend h\nb -> h"
    )
    engine, instance = begin(model(_caller(boundary), escalates, roots=ROOTS))

    for open_job in engine.jobs():
        engine.complete(open_job)

    assert (visits(instance), visits(instance.children[0])) == (expected, called)


def test_a_terminate_end_event_of_the_called_process_ends_only_that_one() -> None:
    ended = process(
        "q",
        'start qs\nand qg\nuser qu\n<endEvent id="qt"><terminateEventDefinition/></endEvent>\nqs -> qg\nqg -> qu\n'
        "qg -> qt",
    )
    _, instance = begin(model(_caller(""), ended, roots=ROOTS))

    assert visits(instance.children[0]) == "+qs -qs +qg -qg +qu +qt -qt ~qu"
    assert (instance.children[0].state, instance.state) == ("terminated", "completed")
    assert visits(instance) == "+s -s +c -c +e -e"
