# SPDX-License-Identifier: Apache-2.0
"""What starts instances in the kit: signals, conditions, several events together, instantiating gateways."""

from datetime import UTC, datetime, timedelta

from taktloom.testing import Engine, Instance
from tests.testing.models import duration, flows, model

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ROOTS = '<signal id="sg" name="alarm"/><message id="m1" name="first"/><message id="m2" name="second"/>'
SIGNAL = '<signalEventDefinition signalRef="sg"/>'
FIRST, SECOND = (f'<messageEventDefinition messageRef="{name}"/>' for name in ("m1", "m2"))
WHEN = '<condition xsi:type="tFormalExpression">=x &gt; 1</condition>'
CONDITION = f"<conditionalEventDefinition>{WHEN}</conditionalEventDefinition>"


def engine_with(inside: str) -> Engine:
    engine = Engine(START)
    engine.deploy(model(inside, ROOTS))
    return engine


def started_by(trigger: str, attributes: str = "") -> Engine:
    return engine_with(f'<startEvent id="s"{attributes}>{trigger}</startEvent><endEvent id="e"/>' + flows("s > e"))


def elements(instance: Instance) -> list[str]:
    return [item.element_id for item in instance.history if item.lifecycle == "completed"]


def test_a_signal_starts_an_instance_with_its_variables() -> None:
    engine = started_by(SIGNAL)

    engine.broadcast("other")
    engine.broadcast("alarm", {"level": 3})

    (instance,) = engine.instances("p")
    assert (instance.variables, elements(instance)) == ({"level": 3}, ["s", "e"])


def test_a_condition_starts_an_instance_when_it_becomes_true() -> None:
    engine = started_by(CONDITION)

    counts = []
    for value in (1, 2, 3, 0, 5):
        engine.evaluate_conditions({"x": value})
        counts.append(len(engine.instances("p")))

    assert counts == [0, 1, 1, 1, 2]
    assert engine.instances("p")[-1].variables == {"x": 5}


def test_a_multiple_start_event_starts_an_instance_with_each_of_its_parts() -> None:
    engine = started_by(SIGNAL + FIRST)

    engine.broadcast("alarm")
    engine.publish("first")

    assert len(engine.instances("p")) == 2


def test_a_parallel_multiple_start_event_starts_one_instance_with_all_of_its_parts() -> None:
    engine = started_by(SIGNAL + FIRST + duration("PT1H"), ' parallelMultiple="true"')

    engine.broadcast("alarm", {"a": 1})
    engine.publish("first", variables={"b": 2})
    assert engine.instances("p") == []
    engine.advance(timedelta(hours=1))

    (instance,) = engine.instances("p")
    assert instance.variables == {"a": 1, "b": 2}


def test_the_first_message_of_a_parallel_gateway_starts_the_instance_that_takes_the_others() -> None:
    gateway = '<eventBasedGateway id="g" instantiate="true" eventGatewayType="Parallel"/>'
    catches = "".join(
        f'<intermediateCatchEvent id="{name}">{trigger}</intermediateCatchEvent><endEvent id="{name}e"/>'
        for name, trigger in (("a", FIRST), ("b", SECOND))
    )
    engine = engine_with(gateway + catches + flows("g > a > ae\ng > b > be"))

    engine.publish("second")
    (instance,) = engine.instances("p")
    assert (instance.state, instance.active, elements(instance)) == ("active", ["a"], ["g", "b", "be"])
    engine.publish("first")

    assert instance.state == "completed"
    assert len(engine.instances("p")) == 1


def test_a_cycle_goes_on_when_the_process_is_deployed_again_and_one_that_is_over_stays_over() -> None:
    cycle = "<timerEventDefinition><timeCycle>R3/PT1H</timeCycle></timerEventDefinition>"
    short = cycle.replace("R3/PT1H", "R/2026-03-02T09:00Z/PT1H/2026-03-02T10:00Z")
    starts = f'<startEvent id="s">{cycle}</startEvent><startEvent id="t">{short}</startEvent><endEvent id="e"/>'
    source = model(starts + flows("s > e\nt > e"))
    engine = Engine(START)

    for _ in range(3):
        engine.deploy(source)
        engine.advance(timedelta(minutes=90))

    begun = [(item.history[0].element_id, item.history[0].occurred_at - START) for item in engine.instances("p")]
    hours = [("t", 0), ("s", 1), ("t", 1), ("s", 2), ("s", 3)]
    assert sorted(begun) == sorted((element, timedelta(hours=hour)) for element, hour in hours)
