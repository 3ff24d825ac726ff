# SPDX-License-Identifier: Apache-2.0
"""The two phases of a complex gateway."""

from dataclasses import replace

from taktloom.kernel.commands import InstanceOutcome
from taktloom.model.process import ComplexGateway, ExclusiveGateway, ParallelGateway, ProcessDefinition
from tests.kernel.build import eid, process
from tests.kernel.driver import Driver, run_of, shown
from tests.kernel.parts import E, S, job

GATEWAY = ParallelGateway(id=eid("g"))
BRANCHES = "s > g > a > join\ng > b > join\ng > c > join\n"


def joining(condition: str, flows: str = "join > after > e", **conditions: str) -> ProcessDefinition:
    complex_gateway = ComplexGateway(id=eid("join"), activation_condition=condition)
    given = {name.replace("_", "-"): text for name, text in conditions.items()}
    return process(
        S,
        GATEWAY,
        job("a"),
        job("b"),
        job("c"),
        complex_gateway,
        job("after"),
        job("late"),
        E,
        flows=BRANCHES + flows,
        conditions=given,
    )


def jobs(run: Driver) -> list[str]:
    return run.open_work().get("job", [])


def test_two_of_three_start_it_and_the_third_is_consumed_by_the_reset() -> None:
    run = run_of(joining("activationCount >= 2", "join > after > e\nlate > e"))
    run.start()

    run.complete("a")
    assert jobs(run) == ["b", "c"]
    run.complete("c")
    assert jobs(run) == ["b", "after"]
    run.complete("after")
    assert run.outcome() is None
    run.complete("b")

    assert run.outcome() is InstanceOutcome.COMPLETED


def test_conditions_tell_the_phases_apart_by_waiting_for_start() -> None:
    flows = "join > after > e\njoin > late > e"
    run = run_of(joining("activationCount >= 1", flows, join_after="waitingForStart", join_late="not(waitingForStart)"))
    run.start()

    run.complete("b")
    assert jobs(run) == ["a", "c", "after"]
    run.complete("a")
    assert jobs(run) == ["c", "after"]
    run.complete("c")

    assert jobs(run) == ["after", "late"]


def test_the_reset_comes_before_the_scope_is_complete() -> None:
    flows = "join > e\njoin > late > e\nafter > e"
    run = run_of(joining("activationCount = 3", flows, join_e="waitingForStart", join_late="not(waitingForStart)"))
    run.start()

    for element in ("a", "b", "c"):
        run.complete(element)

    assert jobs(run) == ["late"]
    run.complete("late")
    assert run.outcome() is InstanceOutcome.COMPLETED


def test_it_waits_for_start_again_after_the_reset() -> None:
    merge = ExclusiveGateway(id=eid("x"))
    complex_gateway = ComplexGateway(id=eid("join"), activation_condition="activationCount >= 2")
    run = run_of(
        process(
            S,
            merge,
            GATEWAY,
            job("a"),
            job("b"),
            job("c"),
            complex_gateway,
            job("after"),
            flows="s > x > g > a > join > after > x\ng > b > join\ng > c > join",
        )
    )
    run.start()

    for element in ("a", "b", "c", "after", "a", "b"):
        run.complete(element)

    assert jobs(run) == ["c", "after"]


def test_each_incoming_flow_has_its_own_count_under_its_name_or_id() -> None:
    definition = joining("a-join + left >= 2", "join > after > e\nlate > e")
    named = tuple(replace(flow, name="left") if flow.id == "b-join" else flow for flow in definition.flows)
    run = run_of(replace(definition, flows=named))
    run.start()

    run.complete("c")
    run.complete("a")
    assert jobs(run) == ["b"]
    run.complete("b")

    assert jobs(run) == ["after"]


def test_its_condition_may_depend_on_data_that_change_while_it_waits() -> None:
    run = run_of(joining("activationCount >= needed", "join > after > e\nlate > e"))
    run.start(needed=3)
    run.complete("a")
    assert jobs(run) == ["b", "c"]

    run.set_variables(needed=1)

    assert jobs(run) == ["b", "c", "after"]


def test_the_default_flow_is_taken_in_either_phase_when_no_condition_holds() -> None:
    complex_gateway = ComplexGateway(
        id=eid("join"), activation_condition="activationCount >= 1", default_flow=eid("join-late")
    )
    run = run_of(
        process(
            S,
            GATEWAY,
            job("a"),
            job("b"),
            complex_gateway,
            job("after"),
            job("late"),
            E,
            flows="s > g > a > join\ng > b > join\njoin > after > e\njoin > late > e",
            conditions={"join-after": "n > 1"},
        )
    )
    run.start(n=1)

    run.complete("a")
    assert jobs(run) == ["b", "late"]
    run.complete("late")
    run.complete("b")

    assert jobs(run) == ["late"]


def test_that_no_flow_can_be_taken_is_an_incident_when_it_fires_and_none_at_the_reset() -> None:
    flows = "join > after > e\nlate > e"
    run = run_of(joining("activationCount >= 1", flows, join_after="n > 1"))
    run.start(n=1)

    assert shown(run.complete("a"))[-1] == "RaiseIncident join no-flow"
    run.resolve("join", n=2)
    assert jobs(run) == ["b", "c", "after"]
    run.complete("after")
    run.set_variables(n=0)
    run.complete("b")
    run.complete("c")

    assert run.outcome() is InstanceOutcome.COMPLETED


def test_a_condition_that_cannot_be_evaluated_is_an_incident_of_the_arriving_token() -> None:
    run = run_of(joining("activationCount >= missing", "join > after > e\nlate > e"))
    run.start()

    assert shown(run.complete("a"))[-1] == "RaiseIncident join expression"
    run.resolve("join", missing=1)

    assert jobs(run) == ["b", "c", "after"]
