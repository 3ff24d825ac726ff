# SPDX-License-Identifier: Apache-2.0
"""Modification places tokens and ends visits, all or nothing."""

import pytest

from taktloom.kernel.commands import CreateJob, InstanceOutcome, OpenUserTask, StartTimer
from taktloom.kernel.events import InstanceModified, TokenAction, TokenChange
from taktloom.kernel.migration_plan import preview
from taktloom.kernel.modification import ModificationRefusedError
from taktloom.kernel.state import InstanceState
from taktloom.kernel.state_json import save_state
from taktloom.kernel.step import step
from taktloom.model.errors import NotFoundError
from taktloom.model.event_definitions import TimerDefinition
from taktloom.model.events import Lifecycle
from taktloom.model.identifiers import ScopeId, TokenId
from taktloom.model.process import (
    BoundaryEvent,
    EndEvent,
    EventBasedGateway,
    ExclusiveGateway,
    IntermediateCatchEvent,
    MultiInstanceLoop,
    ParallelGateway,
    ProcessDefinition,
    ServiceTask,
    StartEvent,
    SubProcess,
    UserTask,
)
from taktloom.model.process_data import VariableMapping
from tests.kernel.build import eid, flows_of, process
from tests.kernel.driver import KEY, Driver, feel
from tests.properties.processes import compiled


def change(action: str, element: str, **fields: object) -> TokenChange:
    return TokenChange(action=TokenAction(action), element_id=eid(element), **fields)  # type: ignore[arg-type]


def modified(run: Driver, *changes: TokenChange) -> InstanceModified:
    return InstanceModified(occurred_at=run.now, actor="ada", changes=changes, reason="moved by hand")


def modify(run: Driver, *changes: TokenChange) -> None:
    run.send(modified(run, *changes))


def nested() -> ProcessDefinition:
    """start > prepare > [in: begin > check (deadline) > pack > done] > ship > end"""
    inner = SubProcess(
        id=eid("in"),
        inputs=(VariableMapping(source="n + 1", target="m"),),
        nodes=(
            StartEvent(id=eid("begin")),
            ServiceTask(id=eid("check"), job_type="check"),
            ServiceTask(id=eid("pack"), job_type="pack"),
            EndEvent(id=eid("done")),
        ),
        flows=flows_of("begin > check > pack > done"),
    )
    return process(
        StartEvent(id=eid("start")),
        UserTask(id=eid("prepare")),
        inner,
        BoundaryEvent(id=eid("late"), attached_to=eid("in"), definition=TimerDefinition(duration="P1D")),
        ServiceTask(id=eid("ship"), job_type="ship"),
        EndEvent(id=eid("end")),
        flows="start > prepare > in > ship > end\nlate > end",
    )


def opened(run: Driver, after: int = 0) -> list[str]:
    kinds = (CreateJob, OpenUserTask, StartTimer)
    return [command.element_id for command in run.log[after:] if isinstance(command, kinds)]


def test_a_token_moves_into_a_sub_process_which_is_entered_with_inputs_and_boundary_events() -> None:
    run = Driver(compiled(nested()))
    run.start(n=1)

    modify(run, change("before", "pack", variables=feel({"note": "x"})), change("cancel", "prepare"))

    assert opened(run) == ["prepare", "late", "pack"]
    assert run.open_work() == {"job": ["pack"], "timer": ["late"]}
    job = next(command for command in run.log if isinstance(command, CreateJob))
    assert (job.variables["m"], job.variables["note"]) == (2, "x")
    run.complete("pack")
    run.complete("ship")
    assert run.outcome() is InstanceOutcome.COMPLETED


def test_what_is_left_without_a_token_is_broken_off_outwards() -> None:
    run = Driver(compiled(nested()))
    run.start(n=1)
    run.complete_task("prepare")

    modify(run, change("cancel", "check"), change("after", "in"))

    assert run.open_work() == {"job": ["ship"]}
    assert ("in", Lifecycle.TERMINATE) in run.rows()
    assert len(run.state.scopes) == 1


def test_moving_inside_a_sub_process_keeps_its_scope_and_its_deadline() -> None:
    run = Driver(compiled(nested()))
    run.start(n=1)
    run.complete_task("prepare")
    timer, scopes = run.peek("timer", "late"), set(run.state.scopes)

    modify(run, change("before", "pack"), change("cancel", "check"))

    assert run.peek("timer", "late") == timer
    assert set(run.state.scopes) == scopes
    assert run.open_work() == {"job": ["pack"], "timer": ["late"]}


def test_an_element_can_be_skipped_with_given_results() -> None:
    run = Driver(compiled(nested()))
    run.start(n=1)
    run.complete_task("prepare")
    run.fail("check")

    modify(run, change("complete", "check", variables=feel({"checked": True})))

    assert run.open_work() == {"job": ["pack"], "timer": ["late"]}
    assert run.variables()["checked"] is True
    assert run.state.incidents == {}
    assert ("check", "complete") in run.rows()


def forked() -> Driver:
    model = process(
        StartEvent(id=eid("start")),
        ParallelGateway(id=eid("fork")),
        ServiceTask(id=eid("a"), job_type="a"),
        ServiceTask(id=eid("b"), job_type="b"),
        ParallelGateway(id=eid("join")),
        UserTask(id=eid("last")),
        EndEvent(id=eid("end")),
        flows="start > fork > a > join > last > end\nfork > b > join",
    )
    return Driver(compiled(model))


def test_a_token_placed_along_a_flow_counts_at_the_join_for_that_flow() -> None:
    run = forked()
    run.start()
    run.complete("a")

    modify(run, change("along", "b-join"), change("cancel", "b"))

    assert run.open_work() == {"task": ["last"]}


def test_a_token_that_waits_at_a_join_can_be_cancelled_and_counts_no_more() -> None:
    run = forked()
    run.start()
    run.complete("a")

    modify(run, change("cancel", "join"), change("before", "a"))
    run.complete("b")

    assert run.open_work() == {"job": ["a"]}
    run.complete("a")
    assert run.open_work() == {"task": ["last"]}


def several() -> Driver:
    each = MultiInstanceLoop(cardinality="3")
    model = process(
        StartEvent(id=eid("start")),
        ServiceTask(id=eid("work"), job_type="w", loop=each),
        UserTask(id=eid("last")),
        EndEvent(id=eid("end")),
        flows="start > work > last > end",
    )
    return Driver(compiled(model))


def test_one_of_several_instances_can_be_cancelled_and_the_others_finish_the_activity() -> None:
    run = several()
    run.start()
    first = next(iter(run.state.jobs.values())).id

    modify(run, change("cancel", "work", token_id=first))
    for _ in range(2):
        run.work["job"]["work"] = next(c for c in run.log if isinstance(c, CreateJob) and c.job_id in run.state.jobs)
        run.complete("work")

    assert run.open_work() == {"task": ["last"]}


def test_cancelling_all_of_a_looping_activity_and_going_on_behind_it() -> None:
    run = several()
    run.start()

    modify(run, change("cancel", "work"), change("after", "work"))

    assert run.open_work()["task"] == ["last"]
    assert run.state.jobs == {}


REFUSED = [
    (change("cancel", "prepare"), "Nothing would be left"),
    (change("before", "late"), "beside its activity"),
    (change("after", "end"), "Nothing can be placed behind"),
    (change("cancel", "ship"), "is not active"),
    (change("complete", "ship"), "is not active"),
]


@pytest.mark.parametrize(("wanted", "reason"), REFUSED, ids=[one[1] for one in REFUSED])
def test_what_has_no_meaning_is_refused_and_nothing_is_changed(wanted: TokenChange, reason: str) -> None:
    run = Driver(compiled(nested()))
    run.start(n=1)
    before = save_state(run.state)

    with pytest.raises(ModificationRefusedError, match=reason):
        step(run.process, run.state, modified(run, wanted))

    assert save_state(run.state) == before


def test_unknown_elements_visits_and_scopes_are_named() -> None:
    run = Driver(compiled(nested()))
    run.start(n=1)
    before = save_state(run.state)

    for wanted in (
        change("before", "nowhere"),
        change("along", "nowhere"),
        change("cancel", "prepare", token_id=TokenId("7")),
        change("before", "ship", scope_id=ScopeId("7")),
    ):
        with pytest.raises(NotFoundError):
            step(run.process, run.state, modified(run, wanted))
    assert save_state(run.state) == before


def test_a_later_change_that_fails_takes_the_earlier_ones_back() -> None:
    run = Driver(compiled(nested()))
    run.start()  # n is missing, so that the sub-process's deadline is fine but nothing else is lost
    before = save_state(run.state)

    with pytest.raises(ModificationRefusedError):
        step(run.process, run.state, modified(run, change("before", "pack"), change("cancel", "ship")))

    assert save_state(run.state) == before


def test_joins_events_and_loops_cannot_be_entered_in_their_middle() -> None:
    model = process(
        StartEvent(id=eid("start")),
        UserTask(id=eid("wait")),
        ParallelGateway(id=eid("join")),
        EventBasedGateway(id=eid("race")),
        IntermediateCatchEvent(id=eid("soon"), definition=TimerDefinition(duration="PT1H")),
        IntermediateCatchEvent(id=eid("later"), definition=TimerDefinition(duration="PT2H")),
        ExclusiveGateway(id=eid("merge")),
        SubProcess(
            id=eid("rounds"),
            loop=MultiInstanceLoop(cardinality="2"),
            nodes=(StartEvent(id=eid("b")), UserTask(id=eid("inside")), EndEvent(id=eid("e"))),
            flows=flows_of("b > inside > e"),
        ),
        EndEvent(id=eid("end")),
        flows="start > wait > race > soon > merge > join > rounds > end\nrace > later > merge\nwait > join",
    )
    run = Driver(compiled(model))
    run.start()

    for wanted in (change("before", "join"), change("after", "race"), change("before", "inside")):
        with pytest.raises(ModificationRefusedError):
            step(run.process, run.state, modified(run, wanted))
    modify(run, change("before", "rounds"), change("cancel", "wait"))
    with pytest.raises(ModificationRefusedError, match="2 times"):
        step(run.process, run.state, modified(run, change("before", "inside")))
    scope = next(
        i for i, one in run.state.scopes.items() if one.tokens and one.parent and one.round == 0 and not one.loop
    )
    modify(run, change("before", "inside", scope_id=scope))
    assert len(run.state.user_tasks) == 3


def test_a_preview_tells_what_would_begin_and_end_and_changes_nothing() -> None:
    run = Driver(compiled(nested()))
    run.start(n=1)
    before = save_state(run.state)
    wanted = modified(run, change("before", "ship"), change("cancel", "prepare"))

    said = preview(run.process, run.state, wanted)

    assert save_state(run.state) == before
    assert said == run.send(wanted)


def test_a_journal_with_a_modification_replays() -> None:
    run = Driver(compiled(nested()))
    run.start(n=1)
    modify(run, change("before", "check"), change("cancel", "prepare"))
    run.complete("check")

    copy = InstanceState(instance_key=KEY)
    for event in run.events:
        step(run.process, copy, event)

    assert save_state(copy) == save_state(run.state)
