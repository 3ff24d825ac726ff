# SPDX-License-Identifier: Apache-2.0
"""What users of other engines complain of most, as far as the kernel decides it; scenarios play most of it.

The cases about locks, retention and task lists are those of the embedded engine's own tests.
"""

from datetime import UTC, datetime, timedelta

import pytest

from taktloom.kernel.state_json import save_state
from taktloom.testing import Engine, MisuseError
from tests.conformance.bpmn.scenario import MODELS, play
from tests.testing.models import duration, flows, model, script, service

START = datetime(2026, 3, 28, 9, 0, tzinfo=UTC)  # the day before clocks change in Europe


def engine_with(source: str) -> Engine:
    engine = Engine(START)
    engine.deploy(source)
    return engine


@pytest.mark.parametrize(
    "name",
    ["in_a_row", "boundary_exit", "boundary_into_join", "loop_through_split", "sub_process_upstream"],
)
def test_case_1_an_inclusive_join_is_not_stuck(name: str) -> None:
    play(MODELS / f"gateway_inclusive_{name}.scenario")


def test_case_2_the_end_of_a_multi_instance_activity_has_its_effect_once() -> None:
    loop = "<multiInstanceLoopCharacteristics><loopCardinality>20</loopCardinality></multiInstanceLoopCharacteristics>"
    many = service("a").replace("</serviceTask>", f"{loop}</serviceTask>")
    engine = engine_with(
        model('<startEvent id="s"/>' + many + service("b") + '<endEvent id="e"/>' + flows("s > a > b > e"))
    )
    engine.start("p")

    for job in reversed(engine.jobs("a")):
        engine.complete(job)

    assert [job.element_id for job in engine.jobs()] == ["b"]


def test_case_3_a_late_or_second_completion_is_refused() -> None:
    engine = engine_with(model('<startEvent id="s"/>' + service("a") + '<endEvent id="e"/>' + flows("s > a > e")))
    instance = engine.start("p")
    (job,) = engine.jobs()
    engine.complete(job, {"n": 1})

    with pytest.raises(MisuseError):
        engine.complete(job, {"n": 2})
    assert instance.variables == {"n": 1}


def test_case_4_a_message_before_its_wait_is_delivered_and_only_once() -> None:
    play(MODELS / "catch_message_before_wait.scenario")


def test_case_5_a_timer_of_a_day_keeps_the_wall_clock_of_its_zone_when_clocks_change() -> None:
    text = "R2/2026-03-28T12:00:00@Europe/Berlin/P1D"
    cycle = f"<timerEventDefinition><timeCycle>{text}</timeCycle></timerEventDefinition>"
    engine = engine_with(model(f'<startEvent id="s">{cycle}</startEvent><endEvent id="e"/>' + flows("s > e")))

    engine.advance(timedelta(days=3))

    assert [instance.history[0].occurred_at.hour for instance in engine.instances()] == [11, 10]


def test_case_5_a_start_date_that_has_passed_fires_once_and_not_again_with_a_new_deployment() -> None:
    date = "<timerEventDefinition><timeDate>2026-01-01T00:00:00Z</timeDate></timerEventDefinition>"
    source = model(f'<startEvent id="s">{date}</startEvent><endEvent id="e"/>' + flows("s > e"))
    engine = engine_with(source)

    engine.deploy(source)

    assert len(engine.instances()) == 1


def test_case_10_the_state_does_not_grow_with_the_steps_taken() -> None:
    loop = (
        '<startEvent id="s"/><exclusiveGateway id="m"/>'
        + service("a")
        + script("b", "=n + 1", "n")
        + flows("s > m > a > b > m")
    )
    engine = engine_with(model(loop))
    instance = engine.start("p", {"n": 1000})
    sizes = set()

    for _ in range(500):
        engine.complete(engine.jobs()[0])
        sizes.add(len(save_state(instance._state)))

    assert max(sizes) - min(sizes) <= 8  # only the digits of the counter


@pytest.mark.parametrize(
    "name",
    [
        "conditional_flows_out_of_activity",
        "default_flow_out_of_activity",
        "token_quantities",
        "event_definition_ref",
    ],
)
def test_case_11_nothing_that_a_model_says_is_ignored_silently(name: str) -> None:
    play(MODELS / f"{name}.scenario")


def test_a_boundary_timer_is_withdrawn_with_its_activity() -> None:
    boundary = f'<boundaryEvent id="t" attachedToRef="a">{duration("PT1H")}</boundaryEvent>'
    engine = engine_with(
        model(
            '<startEvent id="s"/>'
            + service("a")
            + boundary
            + '<endEvent id="e"/><endEvent id="f"/>'
            + flows("s > a > e\nt > f")
        )
    )
    instance = engine.start("p")
    engine.complete(engine.jobs()[0])

    engine.advance(timedelta(days=1))

    assert instance.state == "completed"
    assert "t" not in {item.element_id for item in instance.history}
