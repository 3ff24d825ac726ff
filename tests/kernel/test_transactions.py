# SPDX-License-Identifier: Apache-2.0
"""Transactions: what a cancel end event does before the cancel boundary event is taken."""

from taktloom.model.event_definitions import CancelDefinition, CompensateDefinition, ErrorDefinition
from taktloom.model.process import (
    AnyFlowNode,
    BoundaryEvent,
    EndEvent,
    IntermediateThrowEvent,
    ParallelGateway,
    StartEvent,
    Transaction,
)
from tests.kernel.activity_driver import active
from tests.kernel.build import eid, flows_of, process, sub_process
from tests.kernel.parts import E, S, error, job
from tests.kernel.test_compensation import undoable

CANCEL = EndEvent(id=eid("cancel"), definition=CancelDefinition())
CANCELLED = BoundaryEvent(id=eid("cancelled"), attached_to=eid("tx"), definition=CancelDefinition())


def transaction(*nodes: AnyFlowNode, flows: str) -> Transaction:
    return Transaction(id=eid("tx"), nodes=(StartEvent(id=eid("ts")), *nodes), flows=flows_of(flows))


def test_a_transaction_that_is_not_cancelled_completes_as_a_sub_process() -> None:
    tx = transaction(*undoable("a"), EndEvent(id=eid("te")), flows="ts > a > te")
    run = active(process(S, tx, CANCELLED, job("b"), E, flows="s > tx > e\ncancelled > b > e"))

    assert run.finish_all() == ["a"]
    assert run.told()[2] == "tx activated"
    assert not run.is_active


def test_cancelling_ends_what_runs_undoes_what_completed_then_takes_the_boundary_event() -> None:
    gate = ParallelGateway(id=eid("g"))
    tx = transaction(*undoable("a"), *undoable("b"), gate, job("c"), job("d"), CANCEL,
                     flows="ts > a > b > g > c > cancel\ng > d")  # fmt: skip
    run = active(process(S, tx, CANCELLED, job("after"), E, flows="s > tx > e\ncancelled > after > e"))
    run.finish_job()
    run.finish_job()
    run.told()

    run.finish_job(0)
    assert run.told() == [
        "c completed", "cancel activated", "cancel completed", "d terminated",
        "b! activated", "b! completed", "undo-b activated",
    ]  # fmt: skip
    assert run.finish_all() == ["undo-b", "undo-a", "after"]
    assert run.told() == [
        "undo-b completed", "a! activated", "a! completed", "undo-a activated", "undo-a completed",
        "tx terminated", "cancelled activated", "cancelled completed",
        "after activated", "after completed", "e activated", "e completed",
    ]  # fmt: skip


def test_what_completed_inside_a_running_sub_process_of_the_transaction_is_undone_too() -> None:
    gate = ParallelGateway(id=eid("g"))
    sub = sub_process("sub", StartEvent(id=eid("is")), *undoable("a"), job("b"), flows="is > a > b")
    tx = transaction(gate, sub, job("c"), CANCEL, flows="ts > g > sub\ng > c > cancel")
    run = active(process(S, tx, CANCELLED, E, flows="s > tx > e\ncancelled > e"))
    run.finish_job(0)
    assert run.open_jobs() == ["c", "b"]

    run.finish_job(0)

    assert run.open_jobs() == ["undo-a"]
    run.finish_all()
    assert not run.is_active


def test_a_cancel_end_event_in_an_inner_sub_process_cancels_the_transaction_around_it() -> None:
    sub = sub_process("sub", StartEvent(id=eid("is")), CANCEL, flows="is > cancel")
    tx = transaction(*undoable("a"), sub, flows="ts > a > sub")
    run = active(process(S, tx, CANCELLED, E, flows="s > tx > e\ncancelled > e"))

    assert run.finish_all() == ["a", "undo-a"]
    assert run.told()[-6:] == [
        "undo-a completed", "tx terminated", "cancelled activated", "cancelled completed", "e activated", "e completed"
    ]  # fmt: skip


def test_an_error_leaves_the_transaction_without_compensation() -> None:
    hazard = EndEvent(id=eid("hazard"), definition=ErrorDefinition(code="E1"))
    tx = transaction(*undoable("a"), hazard, flows="ts > a > hazard")
    run = active(process(S, tx, CANCELLED, error("caught", "tx", "E1"), job("b"), E,
                         flows="s > tx > e\ncancelled > e\ncaught > b > e"))  # fmt: skip

    assert run.finish_all() == ["a", "b"]
    assert "tx failed" in run.told()


def test_a_completed_transaction_is_undone_by_a_throw_around_it() -> None:
    tx = transaction(*undoable("a"), EndEvent(id=eid("te")), flows="ts > a > te")
    throw = IntermediateThrowEvent(id=eid("undo"), definition=CompensateDefinition())
    run = active(process(S, tx, CANCELLED, throw, E, flows="s > tx > undo > e\ncancelled > e"))

    assert run.finish_all() == ["a", "undo-a"]


def test_a_cancelled_transaction_without_boundary_event_ends_its_path() -> None:
    tx = transaction(*undoable("a"), CANCEL, flows="ts > a > cancel")
    run = active(process(S, tx, flows="s > tx"))

    assert run.finish_all() == ["a", "undo-a"]
    assert run.told()[-1] == "tx terminated"
    assert not run.is_active
