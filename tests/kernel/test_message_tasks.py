# SPDX-License-Identifier: Apache-2.0
"""Send and receive tasks, and what a user task tells the inbox."""

from dataclasses import replace
from datetime import timedelta

import pytest

from taktloom.kernel import compile_process
from taktloom.kernel.commands import OpenUserTask, Subscribe, ThrowMessage
from taktloom.model.event_definitions import MessageDefinition
from taktloom.model.process import JobDefinition, MultiInstanceLoop, ReceiveTask, SendTask, UserTask
from taktloom.model.process_data import VariableMapping
from tests.kernel.activity_driver import ActivityDriver, active
from tests.kernel.build import eid, process
from tests.kernel.driver import START
from tests.kernel.parts import E, S, timer

ORDER = MessageDefinition(name="order", correlation_key="number")


def thrown(run: ActivityDriver) -> list[ThrowMessage]:
    return [command for command in run.log if isinstance(command, ThrowMessage)]


def test_a_send_task_gives_its_message_to_the_engine_and_goes_on() -> None:
    send = SendTask(id=eid("m"), message=ORDER, inputs=(VariableMapping(source="total * 2", target="amount"),))
    run = active(process(S, send, E, flows="s > m > e"), {"number": 7, "total": 2})

    (message,) = thrown(run)
    assert (message.message_name, message.correlation_key, message.variables) == ("order", "7", {"amount": 4})
    assert run.told()[2:] == ["m activated", "m completed", "e activated", "e completed"]
    assert run.rows() == [("m", "start"), ("m", "complete")]


def test_each_instance_of_a_send_task_sends_a_message_of_its_own() -> None:
    send = SendTask(
        id=eid("m"), message=ORDER, loop=MultiInstanceLoop(input_collection="[1, 2]", input_element="number")
    )
    run = active(process(S, send, E, flows="s > m > e"))

    assert [message.correlation_key for message in thrown(run)] == ["1", "2"]
    assert len({message.message_id for message in thrown(run)}) == 2


def test_a_send_task_with_a_job_is_done_by_a_worker() -> None:
    send = SendTask(id=eid("m"), message=ORDER, job=JobDefinition(type="mail"))
    run = active(process(S, send, E, flows="s > m > e"))

    assert [(job.element_id, job.job_type) for job in run.jobs] == [("m", "mail")]
    run.finish_job()
    assert (run.is_active, thrown(run)) == (False, [])


def test_a_receive_task_waits_for_its_message() -> None:
    receive = ReceiveTask(id=eid("r"), message=ORDER)
    run = active(process(S, receive, E, flows="s > r > e"), {"number": "n1"})
    (subscription,) = [command for command in run.log if isinstance(command, Subscribe)]
    assert (subscription.message_name, subscription.correlation_key) == ("order", "n1")

    run.correlate("r", paid=True)

    assert run.variables() == {"number": "n1", "paid": True}
    assert run.told()[2:4] == ["r activated", "r completed"]


def test_a_receive_task_can_be_interrupted_and_repeats_its_subscription_when_resolved() -> None:
    receive = ReceiveTask(id=eid("r"), message=ORDER)
    run = active(process(S, receive, timer("late", "r", duration="PT1H"), E, flows="s > r > e\nlate > e"))
    assert run.incidents() == [("r", "expression")]

    run.resolve("r", number="n2")
    assert list(run.work["subscription"]) == ["r"]
    run.fire("late")

    assert run.state.subscriptions == {}
    assert not run.is_active


def test_an_instantiating_receive_task_has_its_message_already() -> None:
    receive = ReceiveTask(id=eid("r"), message=ORDER, instantiate=True)
    definition = process(receive, E, flows="r > e")
    run = ActivityDriver(compile_process(definition))

    run.start("r", number="n1")

    assert run.told() == ["r activated", "r completed", "e activated", "e completed"]
    assert run.variables() == {"number": "n1"}
    assert run.rows() == [("r", "start"), ("r", "complete")]


def test_each_instance_of_a_receive_task_waits_for_a_message() -> None:
    receive = ReceiveTask(id=eid("r"), message=ORDER, loop=MultiInstanceLoop(cardinality="2"))
    run = active(process(S, receive, E, flows="s > r > e"), {"number": 1})

    assert len(run.state.subscriptions) == 2


def task_of(**fields: object) -> OpenUserTask:
    task = replace(UserTask(id=eid("u")), **fields)  # type: ignore[arg-type]
    opened = active(process(S, task, E, flows="s > u > e"), {"n": 80}).log[-1]
    assert isinstance(opened, OpenUserTask)
    return opened


def test_a_user_task_says_who_may_do_it_when_it_is_to_be_looked_at_and_how_urgent_it_is() -> None:
    opened = task_of(candidate_users="ann, bob", follow_up_date="PT2H", due_date="P1D", priority="= n + 10")

    assert opened.candidate_users == ("ann", "bob")
    assert (opened.follow_up_at, opened.due_at) == (START + timedelta(hours=2), START + timedelta(days=1))
    assert opened.priority == 90


def test_a_user_task_without_more_has_the_usual_priority() -> None:
    opened = task_of()

    assert (opened.candidate_users, opened.follow_up_at, opened.priority) == ((), None, 50)


@pytest.mark.parametrize("priority", ["= 101", "= -1", '= "high"', "= 1.5"])
def test_a_priority_out_of_range_is_an_incident(priority: str) -> None:
    run = active(process(S, UserTask(id=eid("u"), priority=priority), E, flows="s > u > e"))

    assert run.incidents() == [("u", "expression")]
