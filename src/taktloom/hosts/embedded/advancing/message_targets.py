# SPDX-License-Identifier: Apache-2.0
"""Thrown messages that leave the engine: a webhook of the topic `message:NAME` is the receiver of all of that name.

A message has one receiver (see messages.py): what goes outside is not offered to instances. The row in the outbox is
written in the transaction of the throw. When the last attempt has failed, the thrower gets an incident at the element
that threw; to retry it is to begin with the attempts anew. The thrower's token has long gone on, so the kernel knows
nothing of such incidents.
"""

import json
from datetime import UTC, datetime

from taktloom.hosts.embedded.advancing.causes import Cause, cause_signature
from taktloom.hosts.embedded.advancing.operator_actions import Order, record_action
from taktloom.hosts.embedded.core.catalogue import RunnableDefinition
from taktloom.hosts.embedded.core.changes import Topic
from taktloom.hosts.embedded.core.live import LiveInstance
from taktloom.hosts.embedded.core.unit import Unit
from taktloom.hosts.embedded.core.values import ValueOwner, dump_values
from taktloom.kernel.commands import ThrowMessage
from taktloom.model.identifiers import DefinitionKey, ElementId, InstanceKey, ProcessId
from taktloom.model.webhooks import MESSAGE_TOPIC
from taktloom.storage import Row, to_micros

__all__ = ["UNDELIVERED", "close_undelivered", "deliver_again", "message_payload", "raise_undelivered", "send_outside"]

UNDELIVERED = "message-undelivered"
_FIRST_NUMBER = 900_000_000  # of incidents beside the kernel's, which counts its ids from 1


def send_outside(unit: Unit, sender: LiveInstance, command: ThrowMessage) -> bool:
    """Into the outbox for each webhook of the message's name; False where there is none."""
    topic = f"{MESSAGE_TOPIC}{command.message_name}"
    targets = unit.core.listeners.targets(unit.session, unit.tenant_id, topic)
    if not targets:
        return False
    content = dump_values(
        {
            "name": command.message_name,
            "correlation_key": command.correlation_key,
            "variables": dict(command.variables),
        }
    )
    for webhook_id in targets:
        unit.session.run(
            "insert_thrown_message",
            tenant_id=unit.tenant_id,
            outbox_id=unit.core.ids.record_id(unit.now),
            webhook_id=webhook_id,
            topic=topic,
            now=to_micros(unit.now),
            payload=_envelope(unit.now, sender, command),
            instance_key=sender.instance_key,
            element_id=command.element_id,
            content_sealed=unit.core.codec.seal(content, ValueOwner(tenant_id=unit.tenant_id)),
        )
    return True


def message_payload(unit: Unit, row: Row) -> str:
    """What is sent for a row of the outbox: the envelope, and the message in it where there is one."""
    payload, sealed = row.text("payload"), row.blob_or_none("content_sealed")
    if sealed is None:
        return payload
    content = unit.core.codec.unseal(sealed, ValueOwner(tenant_id=unit.tenant_id)).decode()
    return f'{payload.removesuffix("}")},"message":{content}}}'


def raise_undelivered(unit: Unit, outbox_id: str, failure: str) -> None:
    """An incident of the instance that threw it, if that is still there."""
    name = {"tenant_id": unit.tenant_id, "outbox_id": outbox_id}
    row = unit.session.first("thrower_of_outbox", **name)
    if row is None:
        return
    definition_key = DefinitionKey(row.text("definition_key"))
    definition = unit.core.catalogue.by_key(unit.session, unit.tenant_id, definition_key)
    key, element_id = InstanceKey(row.text("instance_key")), ElementId(row.text("element_id"))
    number = unit.session.count("count_undelivered", tenant_id=unit.tenant_id, instance_key=key)
    message = f"The message could not be delivered outside: {failure}."
    unit.session.run(
        "insert_undelivered",
        **name,
        incident_id=f"{key}{_FIRST_NUMBER + number + 1}",
        instance_key=key,
        process_id=definition.process_id,
        process_name=definition.name,
        version=definition.version,
        element_id=element_id,
        element_name=definition.element_name(element_id),
        kind=UNDELIVERED,
        message=message,
        now=to_micros(unit.now),
        signature=_signature(definition, element_id, message),
    )
    _count(unit, key, 1)
    unit.note(Topic.INCIDENTS, "raised")


def deliver_again(unit: Unit, incident: Row, order: Order) -> None:
    """Retry an incident of this kind: close it, and send from the first attempt on."""
    name = {"tenant_id": unit.tenant_id, "outbox_id": incident.text("outbox_id")}
    unit.session.run("revive_outbox", **name, now=to_micros(unit.now))
    close_undelivered(unit, incident.text("outbox_id"))
    record_action(
        unit,
        "retry-incident",
        order,
        instance_key=InstanceKey(incident.text("instance_key")),
        process_id=ProcessId(incident.text("process_id")),
        incident_id=incident.text("incident_id"),
        variables=[],
    )


def close_undelivered(unit: Unit, outbox_id: str) -> None:
    """Close what is open for this message."""
    name = {"tenant_id": unit.tenant_id, "outbox_id": outbox_id}
    for row in unit.session.all("open_undelivered", **name):
        unit.session.run(
            "close_incident",
            tenant_id=unit.tenant_id,
            incident_id=row.text("incident_id"),
            now=to_micros(unit.now),
        )
        _count(unit, InstanceKey(row.text("instance_key")), -1)
        unit.note(Topic.INCIDENTS, "closed")


def _count(unit: Unit, key: InstanceKey, difference: int) -> None:
    unit.session.run("add_open_incidents", tenant_id=unit.tenant_id, instance_key=key, difference=difference)


def _signature(definition: RunnableDefinition, element_id: ElementId, message: str) -> str:
    cause = Cause(
        process_id=definition.process_id,
        version=definition.version,
        element_id=element_id,
        kind=UNDELIVERED,
        message=message,
    )
    return cause_signature(cause)


def _envelope(now: datetime, sender: LiveInstance, command: ThrowMessage) -> str:
    at = now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    data = {
        "process_id": sender.definition.process_id,
        "instance_key": sender.instance_key,
        "business_key": sender.business_key,
        "element_id": command.element_id,
    }
    return json.dumps({"type": "message.thrown", "timestamp": at, "data": data}, sort_keys=True, separators=(",", ":"))
