# SPDX-License-Identifier: Apache-2.0
"""Compensation: what is undone, in which order, with which data, and who waits for it."""

from dataclasses import replace

import pytest

from taktloom.kernel.commands import ThrowSignal
from taktloom.model.event_definitions import (
    CompensateDefinition,
    ErrorDefinition,
    MultipleDefinition,
    SignalDefinition,
)
from taktloom.model.process import (
    AnyFlowNode,
    BoundaryEvent,
    EndEvent,
    IntermediateThrowEvent,
    MultiInstanceLoop,
    ParallelGateway,
    ScriptTask,
    ServiceTask,
    StandardLoop,
    StartEvent,
    SubProcess,
)
from taktloom.model.process_data import DataElement, VariableMapping
from tests.kernel.activity_driver import active
from tests.kernel.build import eid, event_sub_process, flows_of, process, sub_process
from tests.kernel.parts import E, S, error, job, timer


def undo(name: str) -> ServiceTask:
    """A handler."""
    return replace(job(name), is_for_compensation=True)


def undoable(name: str) -> tuple[AnyFlowNode, ...]:
    """Job `a`, its compensation boundary event `a!`, and handler `undo-a`."""
    return job(name), undone_by(name, f"undo-{name}"), undo(f"undo-{name}")


def undone_by(activity: str, handler: str) -> BoundaryEvent:
    return BoundaryEvent(
        id=eid(f"{activity}!"), attached_to=eid(activity), definition=CompensateDefinition(),
        compensation_handler=eid(handler),
    )  # fmt: skip


def throw(name: str = "undo", activity: str | None = None, *, waits: bool = True) -> IntermediateThrowEvent:
    target = None if activity is None else eid(activity)
    return IntermediateThrowEvent(
        id=eid(name), definition=CompensateDefinition(activity=target, wait_for_completion=waits)
    )


def undo_handler(name: str, *nodes: AnyFlowNode, flows: str) -> SubProcess:
    """A compensation event sub-process."""
    start = StartEvent(id=eid(f"{name}-start"), definition=CompensateDefinition())
    return SubProcess(
        id=eid(name), triggered_by_event=True, nodes=(start, *nodes), flows=flows_of(f"{name}-start > {flows}")
    )


def test_completed_activities_are_undone_in_reverse_order_each_once() -> None:
    run = active(process(S, *undoable("a"), *undoable("b"), throw(), throw("again"), E,
                         flows="s > a > b > undo > again > e"))  # fmt: skip

    assert run.finish_all() == ["a", "b", "undo-b", "undo-a"]
    assert run.told()[2:] == [
        "a activated", "a completed", "b activated", "b completed",
        "undo activated",
        "b! activated", "b! completed", "undo-b activated", "undo-b completed",
        "a! activated", "a! completed", "undo-a activated", "undo-a completed",
        "undo completed", "again activated", "again completed", "e activated", "e completed",
    ]  # fmt: skip
    assert len(run.state.scopes) == 1


def test_an_activity_that_has_not_completed_is_not_undone() -> None:
    gate = ParallelGateway(id=eid("g"))
    run = active(process(S, gate, *undoable("a"), *undoable("b"), throw(), E,
                         flows="s > g > a > undo > e\ng > b > e"))  # fmt: skip

    run.finish_job(0)

    assert run.open_jobs() == ["b", "undo-a"]


def test_a_named_activity_is_undone_as_often_as_it_completed() -> None:
    loop = StandardLoop(maximum=2)
    run = active(process(S, *undoable("a"), *undoable("b"), throw(activity="a"), E, flows="s > a > b > undo > e"))
    assert run.finish_all() == ["a", "b", "undo-a"]
    assert not run.is_active

    looping = (replace(job("a"), loop=loop), *undoable("a")[1:])
    again = active(process(S, *looping, *undoable("b"), throw(activity="a"), E, flows="s > a > b > undo > e"))
    done = []
    while again.jobs:
        done.append((again.jobs[0].element_id, again.jobs[0].variables.get("loopCounter")))
        again.finish_job()
    assert done == [("a", 1), ("a", 2), ("b", None), ("undo-a", 2), ("undo-a", 1)]


def test_a_thrower_that_does_not_wait_goes_on_at_once() -> None:
    run = active(process(S, *undoable("a"), throw(waits=False), job("b"), E, flows="s > a > undo > b > e"))
    run.finish_job()

    assert sorted(run.open_jobs()) == ["b", "undo-a"]
    assert [line for line in run.told() if line.startswith(("undo ", "b "))] == [
        "undo activated", "undo completed", "b activated"
    ]  # fmt: skip
    run.finish_all()
    assert not run.is_active


def test_a_compensation_end_event_ends_when_all_is_undone() -> None:
    end = EndEvent(id=eid("end"), definition=CompensateDefinition())
    run = active(process(S, *undoable("a"), end, flows="s > a > end"))
    run.finish_job()

    assert run.told()[4:] == ["end activated", "a! activated", "a! completed", "undo-a activated"]
    run.finish_job()
    assert run.told() == ["undo-a completed", "end completed"]
    assert not run.is_active


def test_a_throw_with_nothing_to_undo_is_passed() -> None:
    run = active(process(S, throw(), E, flows="s > undo > e"))

    assert not run.is_active
    assert "undo completed" in run.told()


def test_a_completed_sub_process_is_undone_by_its_inner_handlers_with_its_data_as_it_was() -> None:
    sub = SubProcess(
        id=eid("sub"),
        nodes=(StartEvent(id=eid("is")), *undoable("a"), *undoable("b"), EndEvent(id=eid("ie"))),
        flows=flows_of("is > a > b > ie"),
        inputs=(VariableMapping(source="amount", target="booked"),),
    )
    later = ScriptTask(id=eid("later"), script="amount + 1", result_variable="amount")
    run = active(process(S, sub, later, throw(), E, flows="s > sub > later > undo > e"), {"amount": 1})
    run.finish_job(booked=5)
    run.finish_job()

    undoing = run.jobs[0]
    assert (undoing.element_id, undoing.variables["booked"], undoing.variables["amount"]) == ("undo-b", 5, 2)
    assert run.finish_all() == ["undo-b", "undo-a"]
    assert not run.is_active


def test_what_a_handler_changes_is_seen_by_the_next_one() -> None:
    sub = SubProcess(
        id=eid("sub"),
        nodes=(StartEvent(id=eid("is")), *undoable("a"), *undoable("b"), EndEvent(id=eid("ie"))),
        flows=flows_of("is > a > b > ie"),
        inputs=(VariableMapping(source="1", target="local"),),
    )
    run = active(process(S, sub, throw(), E, flows="s > sub > undo > e"))
    run.finish_job()
    run.finish_job()
    run.finish_job(local=7, outer="x")

    assert run.jobs[0].variables["local"] == 7
    assert run.variables() == {"outer": "x"}


def test_a_completed_sub_process_is_undone_by_its_compensation_event_sub_process() -> None:
    inner = undo_handler("handler", throw("inner", "a"), job("c"), flows="inner > c")
    sub = SubProcess(
        id=eid("sub"),
        nodes=(StartEvent(id=eid("is")), *undoable("a"), *undoable("b"), inner),
        flows=flows_of("is > a > b"),
        inputs=(VariableMapping(source="1", target="local"),),
    )
    run = active(process(S, sub, throw(), E, flows="s > sub > undo > e"))
    run.finish_job()
    run.finish_job()
    assert run.told()[9:] == [
        "sub completed", "undo activated", "handler activated", "handler-start activated", "handler-start completed",
        "inner activated", "a! activated", "a! completed", "undo-a activated",
    ]  # fmt: skip
    assert run.jobs[0].variables["local"] == 1
    assert run.finish_all() == ["undo-a", "c"]
    assert [v for v in run.told() if v.startswith("handler ")] == ["handler completed"]
    assert not run.is_active


def test_the_boundary_handler_of_a_sub_process_goes_before_what_is_inside() -> None:
    sub = sub_process("sub", StartEvent(id=eid("is")), *undoable("a"), flows="is > a")
    run = active(process(S, sub, undone_by("sub", "undo-sub"), undo("undo-sub"), throw(), E,
                         flows="s > sub > undo > e"))  # fmt: skip

    assert run.finish_all() == ["a", "undo-sub"]


def test_nested_sub_processes_are_undone_inside_out_latest_first() -> None:
    deep = sub_process("deep", StartEvent(id=eid("ds")), *undoable("a"), *undoable("b"), flows="ds > a > b")
    sub = sub_process("sub", StartEvent(id=eid("is")), deep, *undoable("c"), flows="is > deep > c")
    run = active(process(S, *undoable("x"), sub, throw(), E, flows="s > x > sub > undo > e"))

    assert run.finish_all() == ["x", "a", "b", "c", "undo-c", "undo-b", "undo-a", "undo-x"]
    assert not run.is_active


def test_a_throw_inside_an_active_sub_process_undoes_what_completed_in_it() -> None:
    sub = sub_process("sub", StartEvent(id=eid("is")), *undoable("a"), throw(), flows="is > a > undo")
    run = active(process(S, *undoable("x"), sub, E, flows="s > x > sub > e"))

    assert run.finish_all() == ["x", "a", "undo-a"]


@pytest.mark.parametrize("is_sequential", [True, False])
def test_each_completed_instance_is_undone_in_reverse_order_with_its_item(is_sequential: bool) -> None:
    loop = MultiInstanceLoop(is_sequential=is_sequential, input_collection='["p", "q", "r"]', input_element="item")
    many = (replace(job("a"), loop=loop), *undoable("a")[1:])
    run = active(process(S, *many, throw(), E, flows="s > a > undo > e"))
    for _ in range(3):
        run.finish_job()

    undone = []
    while run.jobs:
        undone.append(run.finish_job().variables["item"])
    assert undone == ["r", "q", "p"]
    assert not run.is_active


def test_instances_of_a_sub_process_are_undone_by_what_completed_in_each() -> None:
    sub = sub_process("sub", StartEvent(id=eid("is")), *undoable("a"), flows="is > a")
    loop = MultiInstanceLoop(input_collection="[1, 2]", input_element="n", completion_condition="n = 9")
    run = active(process(S, replace(sub, loop=loop), throw(), E, flows="s > sub > undo > e"))
    run.finish_job()
    run.finish_job()

    assert (run.jobs[0].element_id, run.finish_job().variables["n"]) == ("undo-a", 2)
    assert (run.jobs[0].element_id, run.finish_job().variables["n"]) == ("undo-a", 1)
    assert not run.is_active


def test_a_handler_may_be_a_sub_process_or_have_instances() -> None:
    handler = replace(
        sub_process("h", StartEvent(id=eid("hs")), job("x"), job("y"), flows="hs > x > y"), is_for_compensation=True
    )
    many = replace(undo("u"), loop=MultiInstanceLoop(cardinality="2"))
    run = active(process(S, job("a"), undone_by("a", "h"), handler, job("b"), undone_by("b", "u"), many, throw(), E,
                         flows="s > a > b > undo > e"))  # fmt: skip

    assert run.finish_all() == ["a", "b", "u", "u", "x", "y"]
    assert not run.is_active


def test_interrupting_the_thrower_ends_the_compensation() -> None:
    sub = sub_process("sub", StartEvent(id=eid("is")), *undoable("a"), throw(), flows="is > a > undo")
    run = active(process(S, sub, timer("late", "sub", duration="PT1H"), job("b"), E,
                         flows="s > sub > e\nlate > b > e"))  # fmt: skip
    run.finish_job()
    assert run.open_jobs() == ["undo-a"]

    run.fire("late")

    assert run.open_jobs() == ["b"]
    assert "undo-a terminated" in run.told()


def test_a_failing_handler_is_an_incident_and_goes_on_when_resolved() -> None:
    handler = ScriptTask(id=eid("h"), script="1", result_variable="r", is_for_compensation=True,
                         loop=StandardLoop(condition="again"))  # fmt: skip
    run = active(process(S, job("a"), undone_by("a", "h"), handler, throw(), E, flows="s > a > undo > e"))
    run.finish_job()
    assert run.incidents() == [("h", "expression")]

    run.resolve("h", again=False)

    assert not run.is_active


def test_an_event_sub_process_that_handles_an_error_undoes_what_completed_around_it() -> None:
    caught = event_sub_process(
        "h", StartEvent(id=eid("hs"), definition=ErrorDefinition(code="E1")), throw("undo"), job("after"),
        flows="hs > undo > after",
    )  # fmt: skip
    sub = sub_process(
        "sub", StartEvent(id=eid("is")), *undoable("a"), *undoable("b"), job("c"), caught, flows="is > a > b > c"
    )
    run = active(process(S, sub, E, flows="s > sub > e"))
    run.finish_job()
    run.finish_job()

    run.throw_from(0, "E1")

    assert run.finish_all() == ["undo-b", "undo-a", "after"]
    assert run.told()[-3:] == ["sub completed", "e activated", "e completed"]


def test_what_an_event_sub_process_completed_itself_is_undone_first() -> None:
    caught = event_sub_process(
        "h", StartEvent(id=eid("hs"), definition=ErrorDefinition(code=None)), *undoable("x"), throw("undo"),
        flows="hs > x > undo",
    )  # fmt: skip
    run = active(process(S, *undoable("a"), job("c"), caught, E, flows="s > a > c > e"))
    run.finish_job()

    run.throw_from(0, "any")

    assert run.finish_all() == ["x", "undo-x", "undo-a"]


def test_one_of_several_events_that_are_thrown_may_be_compensation() -> None:
    several = MultipleDefinition(definitions=(CompensateDefinition(), SignalDefinition(name="done")))
    both = IntermediateThrowEvent(id=eid("both"), definition=several)
    run = active(process(S, *undoable("a"), both, job("b"), E, flows="s > a > both > b > e"))
    run.finish_job()

    assert sorted(run.open_jobs()) == ["b", "undo-a"]
    assert [c.signal_name for c in run.log if isinstance(c, ThrowSignal)] == ["done"]


def test_an_error_of_a_handler_goes_outwards_from_the_thrower() -> None:
    sub = sub_process(
        "sub", StartEvent(id=eid("is")), *undoable("a"), *undoable("b"), throw(), flows="is > a > b > undo"
    )
    run = active(process(S, sub, error("caught", "sub", "E1"), job("c"), E, flows="s > sub > e\ncaught > c > e"))
    run.finish_job()
    run.finish_job()

    run.throw_from(0, "E1")

    assert run.open_jobs() == ["c"]
    assert [line for line in run.told() if line.endswith("failed")] == ["undo-b failed", "undo failed", "sub failed"]


def test_a_completed_instance_remembers_nothing_to_undo() -> None:
    run = active(process(S, *undoable("a"), E, flows="s > a > e"))
    run.finish_job()

    assert [scope.records for scope in run.state.scopes.values()] == [[]]


def test_a_handler_sees_the_data_of_the_scope_it_belongs_to_not_of_the_event_sub_process_that_throws() -> None:
    caught = event_sub_process(
        "h", StartEvent(id=eid("hs"), definition=ErrorDefinition(code="E1")), throw("undo"), flows="hs > undo"
    )
    caught = replace(caught, data_objects=(DataElement(id=eid("note")),))
    run = active(process(S, *undoable("a"), job("c"), caught, E, flows="s > a > c > e"))
    run.finish_job()

    run.throw_from(0, "E1")

    assert run.open_jobs() == ["undo-a"]
    assert "note" not in run.jobs[0].variables
