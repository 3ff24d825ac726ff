# SPDX-License-Identifier: Apache-2.0
"""Ad-hoc sub-processes: what begins, in which order, and when it is over."""

from dataclasses import replace

import pytest

from taktloom.model.errors import NotFoundError
from taktloom.model.event_definitions import MessageDefinition
from taktloom.model.process import AdHocSubProcess, AnyFlowNode, IntermediateCatchEvent, MultiInstanceLoop
from tests.kernel.activity_driver import ActivityDriver, active
from tests.kernel.build import eid, flows_of, process
from tests.kernel.parts import E, S, job, timer


def ad_hoc(*nodes: AnyFlowNode, flows: str = "", **fields: object) -> AdHocSubProcess:
    made = AdHocSubProcess(id=eid("any"), nodes=nodes, flows=flows_of(flows))
    return replace(made, **fields)  # type: ignore[arg-type]


def begun(sub: AdHocSubProcess, **variables: object) -> ActivityDriver:
    return active(process(S, sub, timer("late", "any", duration="PT1H"), E, flows="s > any > e\nlate > e"), variables)


def test_activities_without_incoming_flow_begin_at_once_and_it_ends_when_none_is_active() -> None:
    run = begun(ad_hoc(job("a"), job("b"), job("c"), flows="b > c"))
    assert run.told()[2:] == ["any activated", "a activated", "b activated"]

    assert run.finish_all() == ["a", "b", "c"]
    assert run.told()[-3:] == ["any completed", "e activated", "e completed"]


def test_a_sequential_one_runs_one_activity_at_a_time_in_document_order() -> None:
    run = begun(ad_hoc(job("a"), job("b"), job("c"), job("d"), flows="a > d", is_sequential=True))
    assert run.told()[2:] == ["any activated", "a activated"]

    done = []
    while run.jobs:
        assert len(run.jobs) == 1
        done.append(run.finish_job().element_id)
    assert done == ["a", "d", "b", "c"]
    assert not run.is_active


def test_the_model_may_name_the_activities_to_begin_with() -> None:
    run = begun(ad_hoc(job("a"), job("b"), job("c"), active_elements='= ["c", "a"]'))

    assert run.open_jobs() == ["c", "a"]


@pytest.mark.parametrize("names", ["wanted", '["nobody"]', '["e"]', "[1]"])
def test_names_that_lead_nowhere_are_an_incident_and_can_be_mended(names: str) -> None:
    run = begun(ad_hoc(job("a"), active_elements=names))
    assert run.incidents() == [("any", "expression")]

    if names == "wanted":
        run.resolve("any", wanted=["a"])
        assert run.open_jobs() == ["a"]


def test_more_may_be_started_and_the_same_again() -> None:
    run = begun(ad_hoc(job("a"), job("b"), active_elements='["a"]'))

    run.activate("a", "b", note="n")

    assert run.open_jobs() == ["a", "a", "b"]
    assert run.variables()["note"] == "n"
    run.finish_all()
    assert not run.is_active


def test_in_a_sequential_one_what_is_started_waits_for_its_turn() -> None:
    run = begun(ad_hoc(job("a"), job("b"), is_sequential=True, active_elements='["a"]'))
    run.activate("b", "a")
    assert run.open_jobs() == ["a"]

    assert run.finish_all() == ["a", "b", "a"]
    assert not run.is_active


def test_the_completion_condition_cancels_what_remains() -> None:
    run = begun(ad_hoc(job("a"), job("b"), job("c"), flows="a > c", completion_condition="= enough"), enough=True)

    run.finish_job()

    assert run.told()[5:] == ["a completed", "b terminated", "any completed", "e activated", "e completed"]


def test_the_completion_condition_may_wait_for_what_remains() -> None:
    sub = ad_hoc(job("a"), job("b"), job("c"), flows="b > c", completion_condition="enough", cancels_remaining=False)
    run = begun(sub, enough=True)

    run.finish_job()
    assert run.open_jobs() == ["b"]
    with pytest.raises(NotFoundError):
        run.activate("a")
    run.finish_job()

    assert run.told()[5:] == ["a completed", "b completed", "any completed", "e activated", "e completed"]


def test_while_the_condition_does_not_hold_it_stays_open_for_more() -> None:
    run = begun(ad_hoc(job("a"), completion_condition="enough"), enough=False)
    run.finish_job()
    assert (run.is_active, run.open_jobs()) == (True, [])

    run.activate("a")
    run.finish_job(enough=True)

    assert not run.is_active


def test_a_condition_that_is_neither_true_nor_false_is_an_incident_and_can_be_mended() -> None:
    run = begun(ad_hoc(job("a"), job("b"), flows="a > b", completion_condition="enough"))
    run.finish_job(enough=1)
    assert run.incidents() == [("a", "expression")]

    run.resolve("a", enough=False)

    assert run.open_jobs() == ["b"]


def test_a_completion_condition_over_a_variable_that_does_not_exist_is_not_yet_true() -> None:
    run = begun(ad_hoc(job("a"), job("b"), flows="a > b", completion_condition="enough"))

    run.finish_job()
    assert (run.incidents(), run.open_jobs()) == ([], ["b"])
    run.finish_job(enough=True)

    assert not run.is_active


def test_a_sequential_one_ends_with_what_waits_for_its_turn_when_its_condition_holds() -> None:
    run = begun(ad_hoc(job("a"), job("b"), is_sequential=True, completion_condition="true"))
    run.finish_job()

    assert not run.is_active
    assert run.state.turns == {}
    assert "b activated" not in run.told()


def test_an_interrupted_sequential_one_forgets_who_waited() -> None:
    run = begun(ad_hoc(job("a"), job("b"), is_sequential=True))

    run.fire("late")

    assert not run.is_active
    assert run.state.turns == {}


def test_when_a_boundary_event_takes_over_inside_the_next_one_has_its_turn() -> None:
    run = begun(ad_hoc(job("a"), timer("soon", "a", duration="PT1M"), job("b"), is_sequential=True))

    run.fire("soon")

    assert run.open_jobs() == ["b"]


def test_inner_activities_may_have_instances_and_it_may_have_instances_itself() -> None:
    many = replace(job("a"), loop=MultiInstanceLoop(cardinality="2"))
    run = begun(ad_hoc(many, job("b"), is_sequential=True, loop=MultiInstanceLoop(cardinality="2")))

    assert run.open_jobs() == ["a"] * 4
    assert run.finish_all() == ["a", "a", "a", "a", "b", "b"]
    assert not run.is_active


@pytest.mark.parametrize("element", ["nobody", "e", "s"])
def test_only_activities_of_an_active_ad_hoc_sub_process_can_be_started(element: str) -> None:
    run = begun(ad_hoc(job("a")))
    before = run.state

    with pytest.raises(NotFoundError):
        run.activate(element)

    assert run.state == before
    assert run.open_jobs() == ["a"]


def test_the_condition_is_also_tested_when_nothing_is_active_any_more() -> None:
    run = begun(ad_hoc(job("a"), timer("soon", "a", duration="PT1M"), completion_condition="enough"), enough=True)

    run.fire("soon")

    assert run.told()[3:] == [
        "a activated", "a terminated", "soon activated", "soon completed",
        "any completed", "e activated", "e completed",
    ]  # fmt: skip


def test_once_it_is_ending_nothing_more_begins_whatever_the_condition_gives() -> None:
    sub = ad_hoc(job("a"), job("b"), job("c"), flows="b > c", completion_condition="enough", cancels_remaining=False)
    run = begun(sub, enough=True)
    run.finish_job()

    run.finish_job(enough=False)

    assert not run.is_active


def test_what_only_waits_for_an_event_ends_with_the_condition() -> None:
    waiting = IntermediateCatchEvent(id=eid("w"), definition=MessageDefinition(name="m"))
    sub = ad_hoc(job("a"), job("b"), waiting, flows="b > w", completion_condition="enough", cancels_remaining=False)
    run = begun(sub, enough=False)
    run.finish_job(1)

    run.finish_job(enough=True)

    assert not run.is_active
    assert "w terminated" in run.told()
