# SPDX-License-Identifier: Apache-2.0
"""Multi-instance activities: how many, in which order, what they see and what they leave."""

from dataclasses import replace
from decimal import Decimal

import pytest

from taktloom.kernel import load_state, save_state
from taktloom.kernel.elements.multi_instance import MAX_INSTANCES
from taktloom.kernel.record_form import save_record
from taktloom.kernel.state_text import plain_state_text
from taktloom.model.process import EndEvent, MultiInstanceLoop, ScriptTask, StartEvent
from taktloom.model.process_data import DataAssociation, DataElement, InputOutput, VariableMapping
from tests.kernel.activity_driver import active
from tests.kernel.build import eid, process, sub_process
from tests.kernel.parts import E, S, error, job, timer


def test_a_parallel_activity_runs_all_its_instances_at_once_and_is_one_visit() -> None:
    many = replace(job("a"), loop=MultiInstanceLoop(cardinality="3"))
    run = active(process(S, many, E, flows="s > a > e"))

    assert run.told() == ["s activated", "s completed", "a activated"]
    assert run.open_jobs() == ["a", "a", "a"]
    assert [job.variables["loopCounter"] for job in run.jobs] == [1, 2, 3]

    run.finish_job(2)
    run.finish_job(0)
    assert run.told() == []
    run.finish_job()
    assert run.told() == ["a completed", "e activated", "e completed"]
    assert len(run.state.scopes) == 1
    assert run.rows() == [("a", "start")] * 3 + [("a", "complete")] * 3


def test_a_sequential_activity_runs_one_instance_after_the_other() -> None:
    loop = MultiInstanceLoop(is_sequential=True, input_collection="names", input_element="name")
    run = active(process(S, replace(job("a"), loop=loop), E, flows="s > a > e"), {"names": ["x", "y"]})

    seen = []
    while run.jobs:
        assert run.open_jobs() == ["a"]
        seen.append(run.finish_job().variables["name"])

    assert seen == ["x", "y"]
    assert run.told()[2:] == ["a activated", "a completed", "e activated", "e completed"]


def test_results_are_collected_in_the_order_of_the_items() -> None:
    loop = MultiInstanceLoop(
        input_collection="[10, 20, 30]", input_element="x", output_collection="found", output_element="result"
    )
    run = active(process(S, replace(job("a"), loop=loop), job("b"), E, flows="s > a > b > e"))

    run.finish_job(2, result="third")
    run.finish_job(0, result="first")
    run.finish_job(0, result="second")

    assert run.variables() == {"found": ["first", "second", "third"]}


def test_a_collected_variable_belongs_to_its_instance_even_across_steps_inside() -> None:
    sub = sub_process("sub", StartEvent(id=eid("is")), job("a"), job("b"), EndEvent(id=eid("ie")),
                      flows="is > a > b > ie")  # fmt: skip
    loop = MultiInstanceLoop(cardinality="2", output_collection="all", output_element="= result")
    run = active(process(S, replace(sub, loop=loop), E, flows="s > sub > e"))

    run.finish_job(0, result=1)
    run.finish_job(0, result=2)
    run.finish_all()

    assert run.variables() == {"all": [Decimal(1), Decimal(2)]}


def test_mapped_outputs_may_be_what_is_collected() -> None:
    loop = MultiInstanceLoop(cardinality="2", output_collection="all", output_element="net")
    task = replace(job("a"), loop=loop, outputs=(VariableMapping(source="gross - 1", target="net"),))
    run = active(process(S, task, E, flows="s > a > e"))

    run.finish_job(0, gross=10)
    run.finish_job(0, gross=20)

    assert run.variables() == {"all": [Decimal(9), Decimal(19)]}


def test_input_mappings_of_an_instance_see_its_item() -> None:
    loop = MultiInstanceLoop(input_collection="orders", input_element="order")
    task = replace(job("a"), loop=loop, inputs=(VariableMapping(source="order.id", target="id"),))
    run = active(process(S, task, E, flows="s > a > e"), {"orders": [{"id": "o1"}, {"id": "o2"}]})

    assert [job.variables["id"] for job in run.jobs] == ["o1", "o2"]


def test_the_numbers_of_instances_are_seen_inside() -> None:
    run = active(process(S, replace(job("a"), loop=MultiInstanceLoop(cardinality="3")), E, flows="s > a > e"))

    names = ("numberOfInstances", "numberOfActiveInstances", "numberOfCompletedInstances")
    assert [run.jobs[0].variables[name] for name in names] == [3, 3, 0]
    run.finish_job()
    token = run.state.jobs[run.jobs[0].job_id]
    scope = run.state.scopes[token.scope]
    while scope.loop is None:
        assert scope.parent is not None
        scope = run.state.scopes[scope.parent]
    assert [scope.variables[name] for name in names] == [3, 2, 1]


def test_the_completion_condition_ends_the_others() -> None:
    loop = MultiInstanceLoop(cardinality="5", completion_condition="numberOfCompletedInstances >= 2")
    run = active(process(S, replace(job("a"), loop=loop), job("b"), E, flows="s > a > b > e"))

    run.finish_job()
    assert run.open_jobs() == ["a"] * 4
    run.finish_job()

    assert run.open_jobs() == ["b"]
    assert run.told()[2:] == ["a activated", "a completed", "b activated"]
    assert [row for row in run.rows() if row[1] == "ate_abort"] == [("a", "ate_abort")] * 3


def test_the_completion_condition_ends_a_sequential_activity_and_sees_what_is_collected() -> None:
    loop = MultiInstanceLoop(
        is_sequential=True, cardinality="9", output_collection="votes", output_element="vote",
        completion_condition='count(votes[item = "yes"]) = 2',
    )  # fmt: skip
    run = active(process(S, replace(job("a"), loop=loop), E, flows="s > a > e"))

    for vote in ("yes", "no", "yes"):
        run.finish_job(vote=vote)

    assert run.variables()["votes"] == ["yes", "no", "yes", *[None] * 6]
    assert not run.is_active


@pytest.mark.parametrize("count", ["0", "[]"])
def test_an_activity_without_instances_is_passed(count: str) -> None:
    loop = (
        MultiInstanceLoop(cardinality=count)
        if count == "0"
        else MultiInstanceLoop(input_collection=count, output_collection="all", output_element="x")
    )
    run = active(process(S, replace(job("a"), loop=loop), E, flows="s > a > e"))

    assert run.told()[2:] == ["a activated", "a completed", "e activated", "e completed"]
    assert run.variables() == ({} if count == "0" else {"all": []})


@pytest.mark.parametrize(
    ("loop", "kind"),
    [
        (MultiInstanceLoop(cardinality="n"), "expression"),
        (MultiInstanceLoop(cardinality="1.5"), "expression"),
        (MultiInstanceLoop(cardinality="-1"), "expression"),
        (MultiInstanceLoop(cardinality=str(MAX_INSTANCES + 1)), "limit"),
        (MultiInstanceLoop(input_collection="n"), "expression"),
        (MultiInstanceLoop(input_collection='"text"'), "expression"),
    ],
)
def test_a_number_or_collection_that_cannot_be_used_is_an_incident(loop: MultiInstanceLoop, kind: str) -> None:
    run = active(process(S, replace(job("a"), loop=loop), E, flows="s > a > e"))

    assert run.incidents() == [("a", kind)]


def test_a_missing_collection_can_be_mended() -> None:
    loop = MultiInstanceLoop(input_collection="names", input_element="name")
    run = active(process(S, replace(job("a"), loop=loop), E, flows="s > a > e"))

    run.resolve("a", names=["x"])

    assert run.open_jobs() == ["a"]
    assert run.told() == ["s activated", "s completed", "a activated"]


def test_a_completion_condition_that_fails_is_an_incident_of_one_instance_and_can_be_mended() -> None:
    loop = MultiInstanceLoop(
        cardinality="2", completion_condition="isEnough", output_collection="all", output_element="x"
    )
    run = active(process(S, replace(job("a"), loop=loop), E, flows="s > a > e"))

    run.finish_job(x=1, isEnough="no")
    assert run.incidents() == [("a", "expression")]
    run.resolve("a", isEnough=False)
    run.finish_job(x=2)

    assert run.variables()["all"] == [1, 2]
    assert not run.is_active


def test_a_failed_instance_waits_alone_and_goes_on_when_resolved() -> None:
    run = active(process(S, replace(job("a"), loop=MultiInstanceLoop(cardinality="2")), E, flows="s > a > e"))

    run.fail("a")
    run.finish_job(0)
    assert run.incidents() == [("a", "job-failed")]
    run.resolve("a")
    run.finish_job()

    assert not run.is_active


def test_a_boundary_event_is_around_all_instances() -> None:
    many = replace(job("a"), loop=MultiInstanceLoop(cardinality="3"))
    run = active(process(S, many, timer("late", "a", duration="PT1H"), job("b"), E, flows="s > a > e\nlate > b > e"))
    assert len(run.state.timers) == 1
    run.finish_job()

    run.fire("late")

    assert run.told()[2:] == ["a activated", "a terminated", "late activated", "late completed", "b activated"]
    assert run.open_jobs() == ["b"]


def test_an_error_of_one_instance_leaves_the_whole_activity() -> None:
    many = replace(job("a"), loop=MultiInstanceLoop(cardinality="3"))
    run = active(process(S, many, error("caught", "a", "E1"), job("b"), E, flows="s > a > e\ncaught > b > e"))

    run.throw_from(1, "E1")

    assert run.told()[2:] == ["a activated", "a failed", "caught activated", "caught completed", "b activated"]
    assert run.open_jobs() == ["b"]
    assert set(run.state.tokens) == set(run.state.scopes[run.state.root].tokens)  # type: ignore[index]


def test_nodes_inside_each_instance_of_a_sub_process_are_visits() -> None:
    sub = sub_process("sub", StartEvent(id=eid("is")), job("a"), flows="is > a")
    loop = MultiInstanceLoop(cardinality="2", is_sequential=True)
    run = active(process(S, replace(sub, loop=loop), E, flows="s > sub > e"))
    run.finish_all()

    inside = ["is activated", "is completed", "a activated", "a completed"]
    assert run.told() == [
        "s activated", "s completed", "sub activated", *inside, *inside, "sub completed", "e activated", "e completed"
    ]  # fmt: skip


def test_multi_instance_can_be_nested() -> None:
    inner = replace(job("a"), loop=MultiInstanceLoop(input_collection="row", input_element="cell"))
    sub = sub_process("sub", StartEvent(id=eid("is")), inner, EndEvent(id=eid("ie")), flows="is > a > ie")
    loop = MultiInstanceLoop(input_collection="[[1, 2], [3]]", input_element="row")
    run = active(process(S, replace(sub, loop=loop), E, flows="s > sub > e"))

    assert [job.variables["cell"] for job in run.jobs] == [1, 2, 3]
    assert [job.variables["loopCounter"] for job in run.jobs] == [1, 2, 1]
    assert run.finish_all() == ["a", "a", "a"]
    assert not run.is_active


def test_instances_of_scripts_are_done_in_one_step() -> None:
    loop = MultiInstanceLoop(
        input_collection="for i in 1..4 return i", input_element="n", output_collection="squares",
        output_element="square",
    )  # fmt: skip
    script = ScriptTask(id=eid("t"), script="n * n", result_variable="square", loop=loop)
    run = active(process(S, script, E, flows="s > t > e"))

    assert run.variables() == {"squares": [1, 4, 9, 16]}


def test_an_instance_costs_the_same_however_many_there_are() -> None:
    def size_of_one(count: int) -> float:
        many = replace(job("a"), loop=MultiInstanceLoop(cardinality=str(count)))
        run = active(process(S, many, E, flows="s > a > e"))
        run.finish_job()
        return len(save_state(run.state)) / count

    assert size_of_one(400) < 1.1 * size_of_one(100)


def test_a_stored_multi_instance_goes_on_as_if_never_stored() -> None:
    loop = MultiInstanceLoop(
        is_sequential=True, input_collection="xs", input_element="x", output_collection="ys", output_element="y"
    )
    run = active(process(S, replace(job("a"), loop=loop), E, flows="s > a > e"), {"xs": [1, 2, 3]})
    run.finish_job(y=1)

    run.state = load_state(save_state(run.state))
    run.finish_job(y=2)
    run.finish_job(y=3)

    assert run.variables()["ys"] == [1, 2, 3]


def test_the_rounds_of_a_stored_multi_instance_are_written_directly() -> None:
    loop = MultiInstanceLoop(input_collection="xs", input_element="x", output_collection="ys", output_element="y")
    run = active(process(S, replace(job("a"), loop=loop), E, flows="s > a > e"), {"xs": [1, None, "é"]})
    run.finish_job(y=True)

    assert plain_state_text(run.state) == save_record(run.state)


def test_data_inputs_and_outputs_belong_to_the_activity_as_a_whole() -> None:
    loop = MultiInstanceLoop(
        is_sequential=True, input_collection="orders", input_element="order", output_collection="bills",
        output_element="bill",
    )  # fmt: skip
    orders, bills = DataElement(id=eid("in"), name="orders"), DataElement(id=eid("out"), name="bills")
    task = replace(
        job("a"),
        loop=loop,
        io=InputOutput(inputs=(orders,), outputs=(bills,)),
        data_inputs=(DataAssociation(sources=(eid("placed"),), target=eid("in")),),
        data_outputs=(DataAssociation(sources=(eid("out"),), target=eid("sent")),),
    )
    objects = (DataElement(id=eid("placed")), DataElement(id=eid("sent")))
    run = active(process(S, task, E, flows="s > a > e", data_objects=objects), {"placed": ["x", "y"]})

    assert run.finish_job(bill=1).variables["order"] == "x"
    assert run.finish_job(bill=2).variables["order"] == "y"

    assert run.variables() == {"placed": ["x", "y"], "sent": [1, 2]}


def test_a_data_output_of_no_instances_is_an_empty_list() -> None:
    bills = DataElement(id=eid("out"), name="bills")
    task = replace(
        job("a"),
        loop=MultiInstanceLoop(cardinality="0", output_collection="bills", output_element="bill"),
        io=InputOutput(outputs=(bills,)),
        data_outputs=(DataAssociation(sources=(eid("out"),), target=eid("sent")),),
    )
    run = active(process(S, task, E, flows="s > a > e", data_objects=(DataElement(id=eid("sent")),)))

    assert run.variables() == {"sent": []}


def test_each_instance_of_a_sub_process_has_data_objects_of_its_own() -> None:
    sub = replace(
        sub_process("sub", StartEvent(id=eid("is")), job("a"), job("b"), flows="is > a > b"),
        data_objects=(DataElement(id=eid("note")),),
        loop=MultiInstanceLoop(cardinality="2", output_collection="notes", output_element="note"),
    )
    run = active(process(S, sub, E, flows="s > sub > e"))

    run.finish_job(0, note="first")
    run.finish_job(0, note="second")
    assert [job.variables["note"] for job in run.jobs] == ["first", "second"]
    run.finish_all()

    assert run.variables() == {"notes": ["first", "second"]}


def test_the_instance_that_has_just_ended_is_not_active_in_the_completion_condition() -> None:
    loop = MultiInstanceLoop(cardinality="3", completion_condition="numberOfActiveInstances = 1")
    run = active(process(S, replace(job("a"), loop=loop), E, flows="s > a > e"))

    run.finish_job()
    assert run.is_active
    run.finish_job()

    assert not run.is_active


def test_instances_that_run_at_once_hold_their_items_themselves() -> None:
    loop = MultiInstanceLoop(input_collection="[1, 2]", input_element="n")
    run = active(process(S, replace(job("a"), loop=loop), E, flows="s > a > e"))

    assert [scope.loop.items for scope in run.state.scopes.values() if scope.loop is not None] == [[]]


def test_an_output_item_is_given_by_each_instance_where_there_is_no_input_item() -> None:
    loop = MultiInstanceLoop(cardinality="2", output_collection="bills", output_element="bill", output_item=eid("item"))
    task = replace(
        job("a"),
        loop=loop,
        io=InputOutput(outputs=(DataElement(id=eid("out"), name="amount"),)),
        data_outputs=(DataAssociation(sources=(eid("out"),), target=eid("item")),),
    )
    run = active(process(S, task, E, flows="s > a > e"))

    run.finish_job(0, amount=1)
    run.finish_job(0, amount=2)

    assert run.variables() == {"bills": [1, 2]}
