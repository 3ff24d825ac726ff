# SPDX-License-Identifier: Apache-2.0
"""Messages meet who waits for them, once; early ones wait in the buffer."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from taktloom.hosts.embedded import EmbeddedEngine, ManualClock, Message
from taktloom.hosts.embedded.events.messages import MessageReusedError
from taktloom.model.identifiers import InstanceKey, ProcessId

PAYMENT = ProcessId("payment")
HOUR = timedelta(hours=1)
Deploy = Callable[..., None]


def payment(invoice: str, *, message_id: str | None = None, keep: timedelta = timedelta(), amount: int = 1) -> Message:
    return Message(
        name="payment",
        correlation_key=invoice,
        variables={"amount": Decimal(amount)},
        message_id=message_id,
        time_to_live=keep,
    )


def status(engine: EmbeddedEngine, key: InstanceKey) -> str:
    return engine.instances.summary(key).status


def test_a_message_meets_the_instance_with_its_key_only(engine: EmbeddedEngine, deploy: Deploy) -> None:
    deploy("wait_for_payment")
    one = engine.instances.start(PAYMENT, {"invoice": "A"}).instance_key
    two = engine.instances.start(PAYMENT, {"invoice": "B"}).instance_key

    taken = engine.messages.correlate(payment("B"))

    assert taken == (two,)
    assert (status(engine, one), status(engine, two)) == ("active", "completed")


def test_a_message_nobody_waits_for_is_gone(engine: EmbeddedEngine, deploy: Deploy) -> None:
    deploy("wait_for_payment")

    taken = engine.messages.correlate(payment("A"))
    late = engine.instances.start(PAYMENT, {"invoice": "A"}).instance_key

    assert taken == ()
    assert status(engine, late) == "active"


def test_a_buffered_message_is_taken_by_the_first_who_waits_and_by_no_other(
    engine: EmbeddedEngine, deploy: Deploy
) -> None:
    deploy("wait_for_payment")
    engine.messages.correlate(payment("A", keep=HOUR, amount=5))

    first = engine.instances.start(PAYMENT, {"invoice": "A"}).instance_key
    second = engine.instances.start(PAYMENT, {"invoice": "A"}).instance_key

    variables = {view.name: view.value for view in engine.instances.detail(first).variables}
    assert (status(engine, first), status(engine, second)) == ("completed", "active")
    assert variables == {"invoice": "A", "amount": Decimal(5)}
    assert engine.instances.check_replay(first) == 2


def test_a_buffered_message_expires(engine: EmbeddedEngine, deploy: Deploy, clock: ManualClock) -> None:
    deploy("wait_for_payment")
    engine.messages.correlate(payment("A", keep=HOUR))

    clock.advance(HOUR)
    key = engine.instances.start(PAYMENT, {"invoice": "A"}).instance_key

    assert status(engine, key) == "active"


def test_other_messages_do_not_shorten_the_time_in_the_buffer(
    engine: EmbeddedEngine, deploy: Deploy, clock: ManualClock
) -> None:
    deploy("wait_for_payment")
    engine.messages.correlate(payment("A", keep=HOUR))

    clock.advance(HOUR - timedelta(microseconds=1))
    engine.messages.correlate(payment("B"))
    key = engine.instances.start(PAYMENT, {"invoice": "A"}).instance_key

    assert status(engine, key) == "completed"


def test_a_message_id_is_taken_once(engine: EmbeddedEngine, deploy: Deploy) -> None:
    deploy("wait_for_payment")
    one = engine.instances.start(PAYMENT, {"invoice": "A"}).instance_key

    first = engine.messages.correlate(payment("A", message_id="m1"))
    two = engine.instances.start(PAYMENT, {"invoice": "A"}).instance_key
    again = engine.messages.correlate(payment("A", message_id="m1"))
    with pytest.raises(MessageReusedError):
        engine.messages.correlate(payment("A", message_id="m1", amount=2))

    assert first == again == (one,)
    assert status(engine, two) == "active"


def test_a_message_start_event_starts_an_instance(engine: EmbeddedEngine, deploy: Deploy) -> None:
    deploy("start_by_message")

    (key,) = engine.messages.correlate(Message(name="application", variables={"name": "Ada"}), actor="portal")

    detail = engine.instances.detail(key)
    assert detail.summary.started_by == "portal"
    assert [task.element_id for task in detail.user_tasks] == ["read"]


def test_a_waiting_subscription_is_shown_with_its_key(engine: EmbeddedEngine, deploy: Deploy) -> None:
    deploy("wait_for_payment")
    key = engine.instances.start(PAYMENT, {"invoice": "A-1"}).instance_key

    (subscription,) = engine.instances.detail(key).subscriptions

    assert (subscription.message_name, subscription.correlation_key) == ("payment", "A-1")
