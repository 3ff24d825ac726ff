# SPDX-License-Identifier: Apache-2.0
"""startQuantity and completionQuantity."""

from dataclasses import replace

from taktloom.model.process import ExclusiveGateway, MultiInstanceLoop, ParallelGateway, Task
from tests.kernel.activity_driver import active
from tests.kernel.build import eid, process
from tests.kernel.parts import E, S, job

FORK = ParallelGateway(id=eid("g"))


def test_tokens_gather_until_there_are_enough_whatever_flow_they_came_by() -> None:
    task = replace(job("c"), start_quantity=2)
    run = active(process(S, FORK, job("a"), job("b"), task, E, flows="s > g > a > c > e\ng > b > c"))

    run.finish_job()
    assert run.open_jobs() == ["b"]
    assert run.told()[-1] == "a completed"
    run.finish_job()

    assert run.told() == ["b completed", "c activated"]
    assert run.finish_all() == ["c"]
    assert not run.is_active


def test_several_tokens_on_one_flow_count_and_surplus_ones_wait_for_the_next_visit() -> None:
    many = replace(job("a"), completion_quantity=5)
    task = replace(job("c"), start_quantity=2)
    run = active(process(S, many, task, E, flows="s > a > c > e"))

    run.finish_job()

    assert run.open_jobs() == ["c", "c"]
    run.finish_all()
    assert run.is_active
    assert [token.is_active for token in run.state.tokens.values()] == [False]


def test_so_many_tokens_leave_on_each_flow_that_is_taken() -> None:
    task = replace(job("a"), completion_quantity=2)
    run = active(process(S, task, job("b"), job("c"), job("d"), E, flows="s > a > b > e\na > c > e\na > d > e",
                         conditions={"a-c": "x"}), {"x": False})  # fmt: skip
    run.finish_job()

    assert run.open_jobs() == ["b", "b", "d", "d"]


def test_quantities_of_an_activity_with_instances_count_for_the_whole() -> None:
    task = replace(job("a"), start_quantity=2, completion_quantity=2, loop=MultiInstanceLoop(cardinality="3"))
    run = active(
        process(
            S,
            FORK,
            Task(id=eid("t")),
            ExclusiveGateway(id=eid("x")),
            task,
            job("b"),
            E,
            flows="s > g > x > a > b > e\ng > t > x",
        )
    )

    assert run.open_jobs() == ["a"] * 3
    assert run.finish_all() == ["a", "a", "a", "b", "b"]
    assert not run.is_active


def test_an_incident_on_entering_does_not_gather_again() -> None:
    task = replace(job("a"), start_quantity=2, loop=MultiInstanceLoop(cardinality="n"))
    run = active(
        process(
            S, FORK, Task(id=eid("t")), ExclusiveGateway(id=eid("x")), task, E, flows="s > g > x > a > e\ng > t > x"
        )
    )
    assert run.incidents() == [("a", "expression")]

    run.resolve("a", n=1)

    assert run.open_jobs() == ["a"]
