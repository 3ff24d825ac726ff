# SPDX-License-Identifier: Apache-2.0
"""Thrown messages with a receiver outside: all and only what was committed; undelivered ones are incidents."""

import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from taktloom.feel.values import FeelValue
from taktloom.hosts.embedded import EmbeddedEngine, ManualClock
from taktloom.hosts.embedded.events.messages import Message
from taktloom.hosts.embedded.events.outbox import LEASE, PAUSES
from taktloom.hosts.embedded.operations.incidents import IncidentState
from taktloom.model.identifiers import IncidentId, ProcessId
from taktloom.model.operations import InstanceSummary
from taktloom.model.webhooks import OutboxMessage

Deploy = Callable[..., None]
URL = "https://bank.example/pay"


def start(engine: EmbeddedEngine) -> InstanceSummary:
    variables: dict[str, FeelValue] = {"account": "NL01", "amount": Decimal("1.10"), "secret": "hidden"}
    return engine.instances.start(ProcessId("tell"), variables, business_key="A-17")


def give_up(engine: EmbeddedEngine, clock: ManualClock) -> None:
    """Let every attempt fail."""
    for pause in (*PAUSES, timedelta()):
        (message,) = engine.webhooks.lease()
        engine.webhooks.failed(message, "status 500")
        clock.advance(pause)


def leased(engine: EmbeddedEngine) -> OutboxMessage:
    (message,) = engine.webhooks.lease()
    return message


def buffered(engine: EmbeddedEngine) -> int:
    """How many messages PAY wait in the buffer."""
    terms = {"tenant_id": engine.tenant_id, "message_name": "PAY", "correlation_digest": ""}
    return engine._core.submit(
        engine.tenant_id, lambda unit: len(unit.session.all("buffered_messages", **terms, now=0, limit=9))
    )


def test_a_thrown_message_goes_to_the_webhook_of_its_name_with_what_the_model_gives_it(
    engine: EmbeddedEngine, deploy: Deploy
) -> None:
    deploy("tell_the_bank")
    engine.webhooks.add(URL, ("message:PAY",))

    key = start(engine).instance_key
    message = leased(engine)
    told = json.loads(message.payload, parse_float=Decimal)

    assert message.url == URL
    assert told["type"] == "message.thrown"
    assert told["data"] == {"process_id": "tell", "instance_key": key, "business_key": "A-17", "element_id": "throw"}
    assert told["message"]["name"] == "PAY"
    assert told["message"]["variables"]["amount"] == Decimal("1.10")
    assert told["message"]["correlation_key"] == "NL01"


def test_a_message_with_a_receiver_outside_is_not_offered_to_instances(engine: EmbeddedEngine, deploy: Deploy) -> None:
    deploy("tell_the_bank", "wait_for_payment")
    webhook, _ = engine.webhooks.add(URL, ("message:PAY", "message:OTHER"))
    start(engine)
    engine.webhooks.remove(webhook.webhook_id)

    start(engine)

    assert buffered(engine) == 1  # of the second throw only


def test_messages_from_outside_are_not_sent_out_again(engine: EmbeddedEngine, deploy: Deploy) -> None:
    deploy("tell_the_bank")
    engine.webhooks.add(URL, ("message:PAY",))

    engine.messages.correlate(Message(name="PAY", correlation_key="NL01", variables={}))

    assert engine.webhooks.lease() == ()


def test_the_content_of_a_message_does_not_stand_in_the_outbox_in_plain_form(
    engine: EmbeddedEngine, deploy: Deploy
) -> None:
    deploy("tell_the_bank")
    engine.webhooks.add(URL, ("message:PAY",))
    start(engine)

    with engine._core.database.reading() as session:
        (row,) = session.all("due_outbox", tenant_id=engine.tenant_id, now=2**62, limit=9)

    assert "1.10" not in row.text("payload")
    assert "NL01" not in row.text("payload")


def test_after_the_last_attempt_the_thrower_has_an_incident_and_a_retry_begins_anew(
    engine: EmbeddedEngine, deploy: Deploy, clock: ManualClock
) -> None:
    deploy("tell_the_bank")
    engine.webhooks.add(URL, ("message:PAY",))
    key = start(engine).instance_key
    give_up(engine, clock)

    (incident,) = engine.incidents.search().items
    given_up = engine.webhooks.lease()
    engine.incidents.resolve(incident.incident_id, actor="ada", reason="the bank is back")
    message = leased(engine)

    assert (incident.instance_key, incident.element_id, incident.kind) == (key, "throw", "message-undelivered")
    assert incident.message == "The message could not be delivered outside: status 500."
    assert given_up == ()
    assert message.attempt == 1
    assert engine.incidents.search().items == ()
    assert engine.instances.detail(key).summary.open_incidents == 0
    assert engine.instances.check_replay(key) == 1


def test_a_retried_message_that_is_given_up_again_is_another_incident(
    engine: EmbeddedEngine, deploy: Deploy, clock: ManualClock
) -> None:
    deploy("tell_the_bank")
    engine.webhooks.add(URL, ("message:PAY",))
    start(engine)
    give_up(engine, clock)
    (first,) = engine.incidents.search().items
    engine.incidents.resolve(first.incident_id)
    give_up(engine, clock)

    (second,) = engine.incidents.search().items
    both = engine.incidents.search(state=IncidentState.ANY).items

    assert {one.incident_id for one in both} == {first.incident_id, second.incident_id}
    assert first.incident_id != second.incident_id


def test_retrying_the_dead_letter_closes_its_incident(
    engine: EmbeddedEngine, deploy: Deploy, clock: ManualClock
) -> None:
    deploy("tell_the_bank")
    engine.webhooks.add(URL, ("message:PAY",))
    start(engine)
    give_up(engine, clock)
    (letter,) = engine.webhooks.dead_letters().items

    engine.webhooks.revive(letter.outbox_id)

    assert letter.topic == "message:PAY"
    assert engine.incidents.search().items == ()
    assert leased(engine).outbox_id == letter.outbox_id


def test_an_undelivered_message_of_an_ended_instance_is_an_incident_too(
    engine: EmbeddedEngine, deploy: Deploy, clock: ManualClock
) -> None:
    deploy("tell_the_bank")
    engine.webhooks.add(URL, ("message:PAY",))
    key = start(engine).instance_key
    engine.instances.cancel(key)
    give_up(engine, clock)

    (incident,) = engine.incidents.search().items
    resolved = engine.incidents.resolve_many([IncidentId(incident.incident_id)], reason="again", actor="ada")

    assert dict(resolved) == {incident.incident_id: None}
    assert leased(engine).attempt == 1


def test_what_was_leased_and_never_answered_is_sent_again_under_its_id(
    engine: EmbeddedEngine, deploy: Deploy, clock: ManualClock
) -> None:
    deploy("tell_the_bank")
    engine.webhooks.add(URL, ("message:PAY",))
    start(engine)
    first = leased(engine)

    clock.advance(LEASE)
    second = leased(engine)
    engine.webhooks.delivered(second.outbox_id)

    assert (first.outbox_id, second.attempt) == (second.outbox_id, 2)
    clock.advance(LEASE)
    assert engine.webhooks.lease() == ()


def test_retention_takes_expired_messages_and_old_counters_too(
    engine: EmbeddedEngine, deploy: Deploy, clock: ManualClock
) -> None:
    deploy("tell_the_bank")
    message = Message(name="PAY", correlation_key="x", variables={}, time_to_live=timedelta(hours=1))
    engine.messages.correlate(message)
    name = {"tenant_id": engine.tenant_id, "decision_id": "d", "checksum": "c"}
    today = int(clock.now().timestamp()) // 86_400

    def count(unit: object) -> None:
        for day in (today, today - 800):
            unit.session.run("count_decision_use", **name, day=day, unmatched=0)  # type: ignore[attr-defined]
            unit.session.run("count_rule_hit", **name, day=day, rule_number=1)  # type: ignore[attr-defined]

    engine._core.submit(engine.tenant_id, count)
    clock.advance(timedelta(hours=2))
    engine.retention.run_due()

    with engine._core.database.reading() as session:
        hits = session.all("rule_hits", **name, since=0)
        uses = session.first("decision_uses", **name, since=0)
    assert [row.integer("hits") for row in hits] == [1]
    assert uses is not None
    assert uses.integer("first_day") == today
    assert buffered(engine) == 0
