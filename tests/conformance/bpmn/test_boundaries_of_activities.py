# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: E501  (lines of models)
"""Every activity kind with every event that waits at a boundary, interrupting or not. Source: BPMN 2.0.2, 10.5.4."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from taktloom.testing import Engine
from tests.conformance.bpmn.sketch import begin, model, process, visits

ROOTS = '<message id="m" name="Msg"/><message id="other" name="Other"/><signal id="sg" name="Sig"/>'
TYPED = '<extensionElements><zeebe:taskDefinition type="a"/></extensionElements>'
TWICE = "<loopCardinality>2</loopCardinality>"
CALLED = (
    process("q", "start qs\nuser qu\nend qe\nqs -> qu -> qe"),
    '<globalUserTask id="gu" name="ask"/>',
)
INNER = "start is\nuser iu\nend ie\nis -> iu -> ie"

# The model of the activity, and what is visited inside until it waits.
ACTIVITIES = {
    "user task": ('<userTask id="a"/>', ""),
    "service task": (f'<serviceTask id="a">{TYPED}</serviceTask>', ""),
    "send task": (f'<sendTask id="a">{TYPED}</sendTask>', ""),
    "receive task": ('<receiveTask id="a" messageRef="other"/>', ""),
    "script task": ('<scriptTask id="a" scriptFormat="python"><script>1</script></scriptTask>', ""),
    "business rule task": (f'<businessRuleTask id="a">{TYPED}</businessRuleTask>', ""),
    "call of a process": ('<callActivity id="a" calledElement="q"/>', ""),
    "call of a global task": ('<callActivity id="a" calledElement="gu"/>', ""),
    "sub-process": (f'<subProcess id="a">\n{INNER}\n</subProcess>', "+is -is +iu"),
    "transaction": (f'<transaction id="a">\n{INNER}\n</transaction>', "+is -is +iu"),
    "ad-hoc sub-process": ('<adHocSubProcess id="a">\nuser iu iv\n</adHocSubProcess>', "+iu +iv"),
    "standard loop": ('<userTask id="a"><standardLoopCharacteristics loopMaximum="3"/></userTask>', ""),
    "sequential instances": (
        (
            f'<userTask id="a"><multiInstanceLoopCharacteristics isSequential="true">{TWICE}'
            "</multiInstanceLoopCharacteristics></userTask>"
        ),
        "",
    ),
    "parallel instances": (
        f'<userTask id="a"><multiInstanceLoopCharacteristics>{TWICE}</multiInstanceLoopCharacteristics></userTask>',
        "",
    ),
    "parallel instances of a sub-process": (
        (
            f'<subProcess id="a"><multiInstanceLoopCharacteristics>{TWICE}</multiInstanceLoopCharacteristics>\n{INNER}\n'
            "</subProcess>"
        ),
        "+is -is +iu +is -is +iu",
    ),
}

EVENTS: dict[str, tuple[str, Callable[[Engine], None]]] = {
    "message": ('<messageEventDefinition messageRef="m"/>', lambda engine: engine.publish("Msg")),
    "signal": ('<signalEventDefinition signalRef="sg"/>', lambda engine: engine.broadcast("Sig")),
    "timer": (
        "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>",
        lambda engine: engine.advance(timedelta(hours=1)),
    ),
    "cycle": (
        "<timerEventDefinition><timeCycle>R1/PT1H</timeCycle></timerEventDefinition>",
        lambda engine: engine.advance(timedelta(hours=3)),
    ),
    "conditional": (
        "<conditionalEventDefinition><condition>x = 1</condition></conditionalEventDefinition>",
        lambda engine: engine.evaluate_conditions({"x": 1}),
    ),
    "multiple": (
        '<signalEventDefinition id="d1" signalRef="sg"/><messageEventDefinition id="d2" messageRef="m"/>',
        lambda engine: engine.publish("Msg"),
    ),
}


def _model(activity: str, event: str, *, interrupts: bool) -> str:
    flag = "true" if interrupts else "false"
    boundary = f'<boundaryEvent id="b" attachedToRef="a" cancelActivity="{flag}">{event}</boundaryEvent>'
    return model(process("p", f"start s\n{activity}\n{boundary}\nend e h\ns -> a -> e\nb -> h"), *CALLED, roots=ROOTS)


def _ended(inside: str) -> str:
    """The inner visits that are active, terminated in order of arrival."""
    words = inside.split()
    return "".join(f"~{word[1:]} " for word in words if word[0] == "+" and f"-{word[1:]}" not in words)


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("activity", ACTIVITIES)
def test_an_interrupting_event_breaks_the_activity_off_innermost_first(activity: str, event: str) -> None:
    (text, inside), (definition, happen) = ACTIVITIES[activity], EVENTS[event]
    engine, instance = begin(_model(text, definition, interrupts=True))

    happen(engine)

    inside_visits = f"{inside} {_ended(inside)}" if inside else ""
    assert visits(instance) == f"+s -s +a {inside_visits}~a +b -b +h -h"
    assert instance.state == "completed"
    assert (engine.jobs(), engine.user_tasks(), instance.active) == ([], [], [])
    assert [child.state for child in instance.children] == (["cancelled"] if activity == "call of a process" else [])


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("activity", ACTIVITIES)
def test_an_event_that_does_not_interrupt_leaves_the_activity_as_it_was(activity: str, event: str) -> None:
    (text, inside), (definition, happen) = ACTIVITIES[activity], EVENTS[event]
    engine, instance = begin(_model(text, definition, interrupts=False))
    before = (engine.jobs(), engine.user_tasks(), instance.active)

    happen(engine)

    assert visits(instance) == " ".join(f"+s -s +a {inside} +b -b +h -h".split())
    assert (engine.jobs(), engine.user_tasks(), instance.active) == before
    assert instance.state == "active"
