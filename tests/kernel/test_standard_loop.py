# SPDX-License-Identifier: Apache-2.0
"""Standard loop: when it tests, what it sees, when it ends."""

from dataclasses import replace

import pytest

from taktloom.kernel.run import VISITS_PER_STEP
from taktloom.model.process import EndEvent, ScriptTask, StandardLoop, StartEvent
from tests.kernel.activity_driver import active
from tests.kernel.build import eid, process, sub_process
from tests.kernel.parts import E, S, error, job


def rounds_of(loop: StandardLoop) -> int:
    """How often a job of the looping task is offered."""
    run = active(process(S, replace(job("a"), loop=loop), E, flows="s > a > e"))
    done = len(run.finish_all())
    assert not run.is_active
    return done


@pytest.mark.parametrize(
    ("loop", "rounds"),
    [
        (StandardLoop(condition="loopCounter < 3"), 3),
        (StandardLoop(condition="loopCounter < 3", test_before=True), 3),
        (StandardLoop(condition="false"), 1),
        (StandardLoop(condition="false", test_before=True), 0),
        (StandardLoop(condition="true", maximum=2), 2),
        (StandardLoop(condition="true", maximum=2, test_before=True), 2),
        (StandardLoop(maximum=4), 4),
    ],
)
def test_the_condition_is_tested_before_or_after_each_round_up_to_the_maximum(loop: StandardLoop, rounds: int) -> None:
    assert rounds_of(loop) == rounds


def test_a_loop_is_one_visit_and_each_round_knows_its_number() -> None:
    run = active(process(S, replace(job("a"), loop=StandardLoop(condition="again")), E, flows="s > a > e"))

    assert run.finish_job(again=True).variables["loopCounter"] == 1
    assert run.finish_job(again=False).variables["loopCounter"] == 2
    assert run.told()[2:] == ["a activated", "a completed", "e activated", "e completed"]
    assert run.rows() == [("a", "start"), ("a", "complete")] * 2


def test_the_condition_sees_what_the_round_has_changed() -> None:
    script = ScriptTask(id=eid("t"), script="x + 1", result_variable="x", loop=StandardLoop(condition="x < 5"))
    run = active(process(S, script, E, flows="s > t > e"), {"x": 0})

    assert run.variables() == {"x": 5}


def test_a_sub_process_loops_as_a_whole() -> None:
    sub = sub_process("sub", StartEvent(id=eid("is")), job("a"), EndEvent(id=eid("ie")), flows="is > a > ie")
    run = active(process(S, replace(sub, loop=StandardLoop(maximum=2)), E, flows="s > sub > e"))

    assert run.finish_all() == ["a", "a"]
    inside = [f"{node} {what}" for node in ("is", "a", "ie") for what in ("activated", "completed")]
    assert run.told()[2:-2] == ["sub activated", *inside, *inside, "sub completed"]


def test_an_error_leaves_the_loop() -> None:
    run = active(
        process(S, replace(job("a"), loop=StandardLoop(maximum=5)), error("caught", "a", None), E,
                flows="s > a > e\ncaught > e")
    )  # fmt: skip
    run.finish_job()
    run.throw_from(0, "any")

    assert not run.is_active
    assert "a failed" in run.told()


@pytest.mark.parametrize("test_before", [True, False])
def test_a_condition_that_is_neither_true_nor_false_is_an_incident_and_can_be_mended(test_before: bool) -> None:
    loop = StandardLoop(condition="again", test_before=test_before)
    run = active(process(S, replace(job("a"), loop=loop), E, flows="s > a > e"))
    if not test_before:
        run.finish_job()

    assert run.incidents() == [("a", "expression")]
    run.resolve("a", again=False)
    assert not run.is_active


def test_a_loop_without_end_stops_at_the_limit_of_visits() -> None:
    script = ScriptTask(id=eid("t"), script="1", result_variable="x", loop=StandardLoop(condition="true"))
    run = active(process(S, script, E, flows="s > t > e"))

    assert run.incidents() == [("t", "limit")]
    assert len(run.rows()) < 2 * VISITS_PER_STEP
