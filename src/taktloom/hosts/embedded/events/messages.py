# SPDX-License-Identifier: Apache-2.0
"""Messages from outside and from instances: each has one receiver, or none.

The receiver is the oldest open subscription that the message fits; those that ask for a correlation key or for values
come before those that take any. A message fits a subscription of its name whose correlation key is the same, or which
takes any. When nobody waits, it starts one instance: at the first message start event of that name, by process id, then
by element id. Else, with a time to live, it waits in the buffer for the first fitting catch event, receive task or
event-based gateway, which takes it once; boundary events and event sub-processes take only what comes while they
listen. A message with an id is taken once: the same id again changes nothing and gives the first answer, the same id
with another content is refused.

The public test kit keeps the same rule; one suite of tests runs over both.
Source: BPMN 2.0.2, 8.4.11: a message is what two participants communicate; signals are for everybody (10.5.6).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from taktloom.feel.values import FeelValue
from taktloom.feel.wire import utf8, values_from_python
from taktloom.hosts.embedded.advancing.advance import advance, event_time
from taktloom.hosts.embedded.advancing.carry_out import correlation_digest
from taktloom.hosts.embedded.core.limits import require_within
from taktloom.hosts.embedded.core.unit import Core, Unit
from taktloom.hosts.embedded.core.values import ValueOwner, digest, dump_values, load_values
from taktloom.hosts.embedded.events.event_starts import StartedBy, start_by_message
from taktloom.kernel import message_matches
from taktloom.kernel.events import MessageCorrelated
from taktloom.model.errors import ConflictError, MisuseError
from taktloom.model.identifiers import InstanceKey, SubscriptionId, TenantId
from taktloom.model.places import Place
from taktloom.storage import Row, to_micros

LONGEST_LIFE = timedelta(days=365)
THROWN_KEPT = timedelta(days=7)  # how long what an instance throws waits for somebody who catches it
_REMEMBERED = timedelta(days=1)  # how long the id of a message is known, so that a late second copy is recognised


class MessageReusedError(ConflictError):
    """A message id came again with another content."""

    code = "TL-2560"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message: name, optional correlation key and id; time_to_live zero: not kept when nobody waits for it.

    business_key, traceparent: of the instance that it may start.
    """

    name: str
    correlation_key: str | None = None
    variables: Mapping[str, object]
    message_id: str | None = None
    time_to_live: timedelta = timedelta()
    business_key: str | None = None
    traceparent: str | None = None


class Messages:
    """Messages to the instances of one tenant."""

    def __init__(self, core: Core, tenant_id: TenantId) -> None:
        self._core, self._tenant_id = core, tenant_id

    def correlate(self, message: Message, *, actor: str | None = None) -> tuple[InstanceKey, ...]:
        """Deliver the message; the instances that took it, empty when buffered or nobody waits.

        Raises MessageReusedError, MisuseError, LimitExceededError.
        """
        limits = self._core.limits
        _require_named(message)
        require_within("message_name", len(message.name), limits.text_characters)
        require_within("correlation_key", len(message.correlation_key or ""), limits.text_characters)
        require_within("message_id", len(message.message_id or ""), limits.text_characters)
        require_within("business_key", len(message.business_key or ""), limits.text_characters)
        if not timedelta() <= message.time_to_live <= LONGEST_LIFE:
            raise MisuseError("A message lives 0 seconds to 365 days.", remedy="Give a time to live within that.")
        values = values_from_python(message.variables)
        return self._core.submit(self._tenant_id, lambda unit: correlate(unit, message, values, actor))


def _require_named(message: Message) -> None:
    """A message has a name, and an id that says something where it has one."""
    remedy = "Give a text of one character or more."
    if not message.name:
        raise MisuseError("The message's name is empty.", remedy=remedy)
    if message.message_id == "":
        raise MisuseError("The message's id is empty.", remedy=remedy)


def correlate(
    unit: Unit, message: Message, values: Mapping[str, FeelValue], actor: str | None
) -> tuple[InstanceKey, ...]:
    """As Messages.correlate, inside the present unit of work. values: the message's variables."""
    content = dump_values(values)
    require_within("variable_bytes", len(content), unit.core.limits.variable_bytes)
    unit.session.run("delete_expired_messages", now=to_micros(unit.now))
    earlier = _earlier(unit, message, content)
    if earlier is not None:
        return tuple(InstanceKey(key) for key in json.loads(earlier.text_or_none("correlated_with") or "[]"))
    by = StartedBy(actor=actor, business_key=message.business_key, traceparent=message.traceparent)
    taken: list[InstanceKey] | None = _deliver(unit, message, values, actor) or start_by_message(
        unit, message.name, values, by
    )
    is_buffered = taken is None and message.time_to_live > timedelta()
    if message.message_id is not None or is_buffered:
        _keep(unit, message, content, None if is_buffered else taken or [])
    return tuple(taken or ())


def _earlier(unit: Unit, message: Message, content: bytes) -> Row | None:
    if message.message_id is None:
        return None
    row = unit.session.first("message_by_id", tenant_id=unit.tenant_id, message_id=message.message_id)
    if row is not None and row.text("content_digest") != _content_digest(message, content):
        raise MessageReusedError(
            f"The message id {message.message_id} was used for another message.",
            Place(element_id=message.message_id),
            "Give each message an id of its own.",
            {"message_id": message.message_id},
        )
    return row


def _deliver(unit: Unit, message: Message, values: Mapping[str, FeelValue], actor: str | None) -> list[InstanceKey]:
    rows = unit.session.all(
        "matching_subscriptions",
        tenant_id=unit.tenant_id,
        message_name=message.name,
        correlation_digest=correlation_digest(message.correlation_key),
        limit=unit.core.limits.batch_items,
    )
    fitting = (row for row in rows if fits(unit, row, values))
    taken = (key for row in fitting if (key := take(unit, row, values, actor)) is not None)
    return list(islice(taken, 1))


def take(unit: Unit, row: Row, values: Mapping[str, FeelValue], actor: str | None) -> InstanceKey | None:
    """Deliver the message's values to the subscription in *row*; None when an advance before this one has closed it."""
    key, subscription_id = InstanceKey(row.text("instance_key")), SubscriptionId(row.text("subscription_id"))
    if not unit.session.run("delete_subscription", tenant_id=unit.tenant_id, subscription_id=subscription_id):
        return None
    instance = unit.instance(key)
    event = MessageCorrelated(
        occurred_at=event_time(unit, instance),
        actor=actor,
        subscription_id=subscription_id,
        variables=values,
    )
    advance(unit, instance, event)
    return key


def fits(unit: Unit, row: Row, message_values: Mapping[str, FeelValue]) -> bool:
    """Whether the message's variables fit what the subscription wants of them, if it wants anything."""
    sealed = row.blob_or_none("matches_sealed")
    if sealed is None:
        return True
    owner = unit.instance(InstanceKey(row.text("instance_key"))).owner
    wanted = load_values(unit.core.codec.unseal(sealed, owner))
    texts, values = wanted["texts"], wanted["values"]
    assert isinstance(texts, list)  # as carry_out wrote them
    assert isinstance(values, list)
    return message_matches(tuple(zip(map(str, texts), values, strict=True)), message_values, unit.now)


def _keep(unit: Unit, message: Message, content: bytes, taken: list[InstanceKey] | None) -> None:
    """Into the buffer when *taken* is None; else only the id of one that is delivered or was waited for by nobody."""
    is_buffered = taken is None
    unit.session.run(
        "insert_message",
        tenant_id=unit.tenant_id,
        message_id=message.message_id or unit.core.ids.record_id(unit.now),
        message_name=message.name,
        correlation_digest=correlation_digest(message.correlation_key),
        content_digest=_content_digest(message, content),
        now=to_micros(unit.now),
        expires_at=to_micros(unit.now + (message.time_to_live if is_buffered else _REMEMBERED)),
        correlated_with=None if is_buffered else json.dumps(taken),
        variables_sealed=unit.core.codec.seal(content, ValueOwner(tenant_id=unit.tenant_id)) if is_buffered else None,
    )


def _content_digest(message: Message, content: bytes) -> str:
    """Of what the message says; what it does not say is left out, as it was before there was anything more to say."""
    key = utf8(message.correlation_key or "")
    more = [] if message.correlation_key != "" else [b"empty key"]
    if message.business_key is not None:
        more += [b"business key", utf8(message.business_key)]
    return digest(utf8(message.name), key, content, *more)
