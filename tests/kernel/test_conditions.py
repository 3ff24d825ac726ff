# SPDX-License-Identifier: Apache-2.0
"""Conditional events: when they are looked at, and that they fire only when they become true."""

from taktloom.kernel.history import VisitLifecycle
from taktloom.kernel.state_json import load_state, save_state
from taktloom.model.event_definitions import ConditionalDefinition, TerminateDefinition
from taktloom.model.process import (
    BoundaryEvent,
    EndEvent,
    IntermediateCatchEvent,
    ParallelGateway,
    ScriptTask,
    StartEvent,
    SubProcess,
)
from taktloom.model.process_data import VariableMapping
from tests.kernel.build import eid, event_sub_process, process, sub_process
from tests.kernel.driver import Driver, run_of, shown
from tests.kernel.parts import E, S, job


def when(name: str, host: str, condition: str, *, interrupts: bool = True) -> BoundaryEvent:
    definition = ConditionalDefinition(condition=condition)
    return BoundaryEvent(id=eid(name), attached_to=eid(host), definition=definition, is_interrupting=interrupts)


def handler(name: str, condition: str, *, interrupts: bool = True) -> SubProcess:
    definition = ConditionalDefinition(condition=condition)
    start = StartEvent(id=eid(f"{name}s"), definition=definition, is_interrupting=interrupts)
    return event_sub_process(name, start, job(f"{name}j"), flows=f"{name}s > {name}j")


def script(name: str, variable: str, value: str) -> ScriptTask:
    return ScriptTask(id=eid(name), script=value, result_variable=variable)


def beside_job(*, interrupts: bool = False) -> Driver:
    """Job `a` with boundary event `b` on `x > 1` that leads to job `c`."""
    return run_of(
        process(S, job("a"), when("b", "a", "x > 1", interrupts=interrupts), job("c"), E, flows="s > a > e\nb > c > e")
    )


def test_a_catching_event_waits_until_its_condition_becomes_true() -> None:
    catch = IntermediateCatchEvent(id=eid("c"), definition=ConditionalDefinition(condition="=x > 1"))
    run = run_of(process(S, catch, E, flows="s > c > e"))

    run.start()
    assert run.visits() == "s+ s c+"
    run.set_variables(x=1)
    assert run.visits() == ""
    run.set_variables(x=2)

    assert run.visits() == "c e+ e"
    assert run.has_finished


def test_a_catching_event_that_is_true_already_is_passed() -> None:
    catch = IntermediateCatchEvent(id=eid("c"), definition=ConditionalDefinition(condition="x > 1"))
    run = run_of(process(S, catch, E, flows="s > c > e"))

    run.start(x=2)

    assert run.visits() == "s+ s c+ c e+ e"


def test_a_condition_true_on_entry_interrupts_before_the_job_is_offered() -> None:
    run = beside_job(interrupts=True)

    commands = run.start(x=2)

    assert shown(commands) == ["RecordEvent a start", "RecordEvent a ate_abort", "RecordEvent c start", "CreateJob c"]
    assert run.visits() == "s+ s a+ a- b+ b c+"


def test_a_condition_true_on_entry_runs_beside_before_the_job_is_offered() -> None:
    run = beside_job()

    commands = run.start(x=2)

    assert shown(commands) == ["RecordEvent a start", "RecordEvent c start", "CreateJob c", "CreateJob a"]
    assert run.visits() == "s+ s a+ b+ b c+"


def test_it_fires_again_only_after_it_was_false() -> None:
    run = beside_job()
    run.start(x=2)

    fired = []
    for value in (3, 4, 1, 0, 2, 2, 1, 9):
        run.visits()
        run.set_variables(x=value)
        fired.append("b" in run.visits())

    assert fired == [False, False, False, False, True, False, False, True]


def test_what_it_was_before_survives_being_stored() -> None:
    run = beside_job()
    run.start(x=2)
    run.visits()

    run.state = load_state(save_state(run.state))
    run.set_variables(x=3)

    assert run.visits() == ""


def test_a_missing_variable_is_not_yet_true() -> None:
    run = beside_job()

    run.start()
    run.set_variables(y=1)

    assert run.visits() == "s+ s a+"
    assert "incident" not in run.open_work()


def test_a_result_that_makes_it_true_is_seen_when_its_activity_is_completed() -> None:
    run = run_of(
        process(
            S, script("t", "x", "2"), job("a"), E, handler("h", "x > 1"), flows="s > t > a > e"
        )
    )  # fmt: skip

    run.start()

    assert run.visits() == "s+ s t+ t h+ hs+ hs hj+"
    assert run.open_work() == {"job": ["hj"]}


def test_the_result_of_an_activity_does_not_break_it_off() -> None:
    run = run_of(process(S, job("a"), when("b", "a", "x > 1"), E, job("c"), flows="s > a > e\nb > c > e"))
    run.start()
    run.visits()

    run.complete("a", x=2)

    assert run.visits() == "a e+ e"


def test_only_variables_that_the_event_can_see_count() -> None:
    inside = sub_process("sub", StartEvent(id=eid("is")), job("a"), handler("h", "n = 1"), flows="is > a")
    mapped = SubProcess(
        id=inside.id, nodes=inside.nodes, flows=inside.flows, inputs=(VariableMapping(source="0", target="n"),)
    )
    run = run_of(process(S, mapped, E, flows="s > sub > e"))
    run.start()
    run.visits()

    run.set_variables(n=1)
    assert run.visits() == ""
    run.set_variables("sub", n=1)

    assert run.visits() == "a- h+ hs+ hs hj+"


def test_a_scope_s_condition_that_is_true_on_entry_takes_its_place_at_once() -> None:
    inside = sub_process("sub", StartEvent(id=eid("is")), job("a"), handler("h", "x"), flows="is > a")
    run = run_of(process(S, inside, E, flows="s > sub > e"))

    run.start(x=True)
    run.complete("hj")

    assert run.visits() == "s+ s sub+ h+ hs+ hs hj+ hj h sub e+ e"


def test_conditions_that_become_true_together_happen_in_order_of_arrival() -> None:
    run = run_of(
        process(
            S,
            job("a"),
            E,
            handler("h", "x", interrupts=False),
            handler("k", "x", interrupts=False),
            flows="s > a > e",
        )
    )
    run.start()
    run.visits()

    run.set_variables(x=True)

    assert run.visits() == "h+ hs+ k+ ks+ hs hj+ ks kj+"


def test_one_that_interrupts_withdraws_the_others_that_became_true() -> None:
    run = run_of(process(S, job("a"), E, handler("h", "x"), handler("k", "x", interrupts=False), flows="s > a > e"))
    run.start()
    run.visits()

    run.set_variables(x=True)

    assert run.visits() == "a- h+ hs+ hs hj+"


def test_evaluating_looks_as_if_the_variables_were_set_and_gives_them_to_what_happens() -> None:
    run = beside_job()
    run.start(y=1)
    run.visits()

    run.look(x=1)
    assert run.variables() == {"y": 1}
    run.look(x=2)

    assert run.visits() == "b+ b c+"
    assert run.variables() == {"x": 2, "y": 1}
    run.look(x=2)
    assert run.visits() == ""
    run.look(x=0)
    run.look(x=3)
    assert run.visits() == "b+ b c+"


def test_a_handler_that_makes_its_own_condition_false_can_fire_again() -> None:
    start = StartEvent(id=eid("hs"), definition=ConditionalDefinition(condition="x > 0"), is_interrupting=False)
    reset = event_sub_process("h", start, script("r", "x", "0"), flows="hs > r")
    run = run_of(process(S, job("a"), E, reset, flows="s > a > e"))
    run.start()
    run.visits()

    run.set_variables(x=1)
    assert run.visits() == "h+ hs+ hs r+ r h"
    run.set_variables(x=1)

    assert run.visits() == "h+ hs+ hs r+ r h"
    assert run.variables() == {"x": 0}


def test_a_script_in_a_parallel_branch_is_seen_before_the_next_job_is_offered() -> None:
    run = run_of(
        process(
            S, ParallelGateway(id=eid("g")), script("t", "x", "true"), job("b"), job("a"),
            EndEvent(id=eid("stop"), definition=TerminateDefinition()), E,
            when("w", "a", "x"),
            flows="s > g > a > e\ng > t > b > e\nw > stop",
        )
    )  # fmt: skip

    run.start()

    assert [item.element_id for item in run.history if item.lifecycle is VisitLifecycle.TERMINATED] == ["a"]
    assert run.visits() == "s+ s g+ g a+ t+ t a- w+ w stop+ stop"
    assert run.has_finished
