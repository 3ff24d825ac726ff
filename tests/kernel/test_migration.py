# SPDX-License-Identifier: Apache-2.0
"""Migration carries an instance over to another version, keeps what is open, and says what stands in the way."""

from dataclasses import replace

import pytest

from taktloom.kernel.commands import CancelTimer, CreateJob, InstanceOutcome, StartTimer, Subscribe, Unsubscribe
from taktloom.kernel.events import InstanceMigrated
from taktloom.kernel.migration import MigrationRefusedError
from taktloom.kernel.migration_plan import (
    MatchKind,
    MigrationPlan,
    MigrationPlanError,
    Verdict,
    check_instance,
    migration_event,
    plan_migration,
)
from taktloom.kernel.state_json import save_state
from taktloom.kernel.step import step
from taktloom.model.event_definitions import (
    CompensateDefinition,
    ConditionalDefinition,
    MessageDefinition,
    TimerDefinition,
)
from taktloom.model.identifiers import DefinitionKey, ElementId
from taktloom.model.process import (
    AnyFlowNode,
    BoundaryEvent,
    EndEvent,
    IntermediateCatchEvent,
    ManualTask,
    MultiInstanceLoop,
    ParallelGateway,
    ProcessDefinition,
    ServiceTask,
    StartEvent,
    SubProcess,
    UserTask,
)
from tests.kernel.build import eid, event_sub_process, flows_of, process, sub_process
from tests.kernel.driver import Driver
from tests.properties.processes import compiled


def line(*nodes: AnyFlowNode, flows: str = "", more: str = "") -> ProcessDefinition:
    """start > the nodes > end"""
    names = [node.id for node in nodes if not isinstance(node, BoundaryEvent)]
    text = flows or " > ".join(["start", *names, "end"])
    return process(StartEvent(id=eid("start")), *nodes, EndEvent(id=eid("end")), flows=f"{text}\n{more}")


def work(element: str, **fields: object) -> ServiceTask:
    return ServiceTask(id=eid(element), job_type="work", **fields)  # type: ignore[arg-type]


def plan(
    run: Driver, target: ProcessDefinition, renewed: tuple[ElementId, ...] = (), **mapping: str | None
) -> MigrationPlan:
    pairs = {eid(name): None if to is None else eid(to) for name, to in mapping.items()}
    return plan_migration(run.process, compiled(target), pairs, renewed)


def event(run: Driver, chosen: MigrationPlan) -> InstanceMigrated:
    keys = {"source": DefinitionKey("p:1"), "target": DefinitionKey("p:2")}
    return migration_event(chosen, **keys, occurred_at=run.now, actor="ada", reason="a better version")


def migrate(run: Driver, chosen: MigrationPlan) -> list[object]:
    migrated = event(run, chosen)
    assert check_instance(chosen, run.state, migrated) == ()
    run.process = chosen.target
    return list(run.send(migrated))


def refusals(run: Driver, chosen: MigrationPlan) -> list[tuple[str, Verdict]]:
    before = save_state(run.state)
    found = check_instance(chosen, run.state, event(run, chosen))
    assert save_state(run.state) == before
    return [(one.element_id, one.verdict) for one in found]


def started(model: ProcessDefinition, **variables: int) -> Driver:
    run = Driver(compiled(model))
    run.start(None, **variables)
    return run


def test_open_work_keeps_its_id_and_goes_on_in_the_new_version() -> None:
    run = started(line(work("a"), work("b")))
    job = run.peek("job", "a")

    said = migrate(run, plan(run, line(work("a"), UserTask(id=eid("check")), work("b"))))

    assert said == []
    assert run.peek("job", "a") == job
    run.complete("a")
    run.complete_task("check")
    run.complete("b")
    assert run.outcome() is InstanceOutcome.COMPLETED


def test_elements_match_by_id_then_by_name_and_an_explicit_pair_goes_first() -> None:
    old = line(work("a", name="Check"), work("b", name="Pay"), work("c"))
    new = line(work("a2", name="Check"), work("b", name="Pay out"), work("d"), work("e"))

    chosen = plan(Driver(compiled(old)), new, c="e")

    found = {match.source: (match.target, match.how) for match in chosen.matches}
    assert found[eid("a")] == (eid("a2"), MatchKind.NAME)
    assert found[eid("b")] == (eid("b"), MatchKind.ID)
    assert found[eid("c")] == (eid("e"), MatchKind.EXPLICIT)
    assert chosen.added == (eid("d"),)
    assert chosen.changed == (eid("b"),)


def test_a_mapping_that_cannot_be_is_refused_with_every_problem() -> None:
    run = started(line(work("a"), UserTask(id=eid("b"))))

    with pytest.raises(MigrationPlanError) as refused:
        plan(run, line(work("a"), UserTask(id=eid("b"))), a="b", nowhere="a", b="gone")

    assert sorted(finding.rule for finding in refused.value.findings) == [
        "migration-mapping-unfit",
        "migration-source-unknown",
        "migration-target-unknown",
    ]


def test_what_stands_at_an_element_that_is_gone_waits_and_then_migrates() -> None:
    run = started(line(work("a"), work("b")))
    chosen = plan(run, line(work("b")))

    assert refusals(run, chosen) == [("a", Verdict.WAITS)]
    with pytest.raises(MigrationRefusedError):
        step(chosen.target, run.state, event(run, chosen))
    run.complete("a")
    migrate(run, chosen)

    assert run.open_work() == {"job": ["b"]}


def test_another_kind_of_element_under_the_same_id_is_no_match() -> None:
    run = started(line(work("a")))

    chosen = plan(run, line(UserTask(id=eid("a"))))

    assert refusals(run, chosen) == [("a", Verdict.WAITS)]
    assert "serviceTask" in next(match.reason for match in chosen.matches if match.source == "a")


def guard(name: str, definition: object, **fields: object) -> BoundaryEvent:
    return BoundaryEvent(id=eid(name), attached_to=eid("a"), definition=definition, **fields)  # type: ignore[arg-type]


def test_boundary_events_are_kept_withdrawn_and_armed_as_the_versions_say() -> None:
    kept = guard("kept", TimerDefinition(duration="P1D"), is_interrupting=False)
    gone = guard("gone", TimerDefinition(duration="P2D"))
    fresh = guard("fresh", MessageDefinition(name="stop"))
    run = started(line(work("a"), kept, gone, more="kept > end\ngone > end"))
    timer = run.peek("timer", "kept")

    said = migrate(run, plan(run, line(work("a"), kept, fresh, more="kept > end\nfresh > end")))

    assert [type(command) for command in said] == [CancelTimer, Subscribe]
    assert run.peek("timer", "kept") == timer
    run.correlate("fresh")
    assert run.outcome() is InstanceOutcome.COMPLETED


def test_a_boundary_event_that_has_happened_does_not_begin_again() -> None:
    once = guard("once", TimerDefinition(duration="PT1H"), is_interrupting=False)
    model = line(work("a"), once, more="once > end")
    run = started(model)
    run.fire("once")

    assert migrate(run, plan(run, model)) == []
    assert run.open_work() == {"job": ["a"]}


def test_waits_that_are_renewed_are_opened_anew_by_the_new_version() -> None:
    def paused(duration: str) -> ProcessDefinition:
        return line(IntermediateCatchEvent(id=eid("pause"), definition=TimerDefinition(duration=duration)))

    run = started(paused("P1D"))
    kept = migrate(run, plan(run, paused("PT1H")))
    said = migrate(run, plan(run, paused("PT1H"), renewed=(eid("pause"),)))

    assert kept == []
    assert [type(command) for command in said] == [CancelTimer, StartTimer]
    run.fire("pause")
    assert run.outcome() is InstanceOutcome.COMPLETED


def test_work_that_is_renewed_is_offered_anew_as_the_new_version_says() -> None:
    run = started(line(work("a")))
    old = run.peek("job", "a")

    migrate(run, plan(run, line(work("a", headers=(("speed", "high"),))), renewed=(eid("a"),)))

    job = run.work["job"]["a"]
    assert isinstance(job, CreateJob)
    assert (job.headers, job.job_id != old) == ({"speed": "high"}, True)


def joined(*more: str) -> ProcessDefinition:
    return process(
        StartEvent(id=eid("start")),
        ParallelGateway(id=eid("fork")),
        work("a"),
        work("b"),
        *(work(name) for name in more),
        ParallelGateway(id=eid("join")),
        EndEvent(id=eid("end")),
        flows="start > fork > a > join > end\nfork > b > join\n" + "\n".join(f"fork > {name} > join" for name in more),
    )


def test_a_token_at_a_join_is_carried_along_its_flow() -> None:
    run = started(joined())
    run.complete("a")

    migrate(run, plan(run, joined()))
    run.complete("b")

    assert run.outcome() is InstanceOutcome.COMPLETED


def test_a_join_that_waits_for_a_flow_that_is_gone_holds_the_instance_back() -> None:
    run = started(joined("c"))
    run.complete("c")

    assert refusals(run, plan(run, joined())) == [("join", Verdict.WAITS)]


def test_an_inner_element_migrates_only_with_the_sub_process_around_it() -> None:
    def boxed(name: str) -> ProcessDefinition:
        inside = (StartEvent(id=eid("s")), work("a"), EndEvent(id=eid("e")))
        return line(SubProcess(id=eid(name), nodes=inside, flows=flows_of("s > a > e")))

    run = started(boxed("box"))

    assert refusals(run, plan(run, boxed("other"))) == [("box", Verdict.WAITS), ("a", Verdict.WAITS)]
    migrate(run, plan(run, boxed("other"), box="other"))
    run.complete("a")
    assert run.outcome() is InstanceOutcome.COMPLETED


def test_event_sub_processes_follow_the_new_version() -> None:
    def with_handler(name: str | None) -> ProcessDefinition:
        start = StartEvent(id=eid(f"on_{name}"), definition=MessageDefinition(name="m"), is_interrupting=False)
        inside = (ManualTask(id=eid(f"do_{name}")), EndEvent(id=eid(f"done_{name}")))
        handler = event_sub_process(f"h_{name}", start, *inside, flows=f"on_{name} > do_{name} > done_{name}")
        model = line(work("a"))
        return model if name is None else replace(model, nodes=(*model.nodes, handler))

    run = started(with_handler("x"))

    said = migrate(run, plan(run, with_handler("y")))

    assert [type(command) for command in said] == [Unsubscribe, Subscribe]
    run.correlate("on_y")
    run.complete("a")
    assert run.outcome() is InstanceOutcome.COMPLETED


def test_rounds_of_a_loop_go_on_and_another_kind_of_loop_holds_back() -> None:
    def loops(**fields: object) -> ProcessDefinition:
        return line(work("a", loop=MultiInstanceLoop(cardinality="2", **fields)), work("b"))  # type: ignore[arg-type]

    run = started(loops(is_sequential=True))
    run.complete("a")

    assert refusals(run, plan(run, loops())) == [("a", Verdict.WAITS)]
    migrate(run, plan(run, loops(is_sequential=True)))
    run.complete("a")
    assert run.open_work() == {"job": ["b"]}


def test_what_can_be_compensated_must_have_a_place_in_the_target() -> None:
    def undoable(name: str) -> ProcessDefinition:
        undo = BoundaryEvent(
            id=eid(f"undo_{name}"),
            attached_to=eid(name),
            definition=CompensateDefinition(),
            compensation_handler=eid(f"back_{name}"),
        )
        nodes = (work(name), undo, work(f"back_{name}", is_for_compensation=True), work("later"))
        return process(
            StartEvent(id=eid("start")), *nodes, EndEvent(id=eid("end")), flows=f"start > {name} > later > end"
        )

    run = started(undoable("x"))
    run.complete("x")

    assert refusals(run, plan(run, undoable("y"))) == [("x", Verdict.CANNOT)]
    migrate(run, plan(run, undoable("y"), x="y", undo_x="undo_y", back_x="back_y"))
    run.complete("later")
    assert run.outcome() is InstanceOutcome.COMPLETED


def test_a_new_boundary_event_that_cannot_be_evaluated_refuses_the_instance() -> None:
    fresh = guard("fresh", MessageDefinition(name="stop", correlation_key="order"))
    run = started(line(work("a")))
    target = line(work("a"), fresh, more="fresh > end")

    assert refusals(run, plan(run, target)) == [("", Verdict.CANNOT)]
    run.set_variables(order="A7")
    migrate(run, plan(run, target))
    assert run.open_work() == {"job": ["a"], "subscription": ["fresh"]}


def test_a_new_condition_that_holds_already_happens_at_once() -> None:
    high = guard("high", ConditionalDefinition(condition="n > 5"))
    run = started(line(work("a")), n=9)

    migrate(run, plan(run, line(work("a"), high, more="high > end")))

    assert run.outcome() is InstanceOutcome.COMPLETED


def test_an_incident_stays_and_can_be_resolved_in_the_new_version() -> None:
    run = started(line(work("a"), work("b")))
    run.fail("a")

    migrate(run, plan(run, line(work("b"), work("a"))))
    run.resolve("a")
    run.complete("a")

    assert run.outcome() is InstanceOutcome.COMPLETED


def test_what_can_be_compensated_inside_an_ended_sub_process_is_undone_by_the_handler_of_the_target() -> None:
    def undoable(*before: AnyFlowNode) -> ProcessDefinition:
        undo = BoundaryEvent(
            id=eid("undo"), attached_to=eid("x"), definition=CompensateDefinition(), compensation_handler=eid("back")
        )
        inner = (
            StartEvent(id=eid("is")), *before, work("x"), undo, work("back", is_for_compensation=True),
            EndEvent(id=eid("ie")),
        )  # fmt: skip
        path = " > ".join(["is", *(node.id for node in before), "x", "ie"])
        end = EndEvent(id=eid("end"), definition=CompensateDefinition())
        nodes = (StartEvent(id=eid("start")), sub_process("sub", *inner, flows=path), work("later"), end)
        return process(*nodes, flows="start > sub > later > end")

    run = started(undoable())
    run.complete("x")
    migrate(run, plan(run, undoable(ManualTask(id=eid("new")), ManualTask(id=eid("newer")))))

    run.complete("later")

    assert run.open_work() == {"job": ["back"]}
