# SPDX-License-Identifier: Apache-2.0
"""Messages whose receiver is selected by the sender: by instance, business key, or variables of the instance.

That is how clients of Camunda 7 correlate; the model itself need not say a correlation key. A message is for exactly
one receiver unless it is sent to all: none and several are refused, and nothing is changed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from taktloom.feel.values import FeelValue
from taktloom.feel.wire import values_from_python
from taktloom.hosts.embedded.advancing.carry_out import correlation_digest
from taktloom.hosts.embedded.core.limits import require_within
from taktloom.hosts.embedded.core.unit import Core, Unit
from taktloom.hosts.embedded.core.values import dump_values
from taktloom.hosts.embedded.events.event_starts import StartedBy, start_by_message
from taktloom.hosts.embedded.events.messages import fits, take
from taktloom.model.errors import ConflictError
from taktloom.model.identifiers import InstanceKey, TenantId
from taktloom.model.places import Place
from taktloom.storage import Row


class MessageMismatchError(ConflictError):
    """Nobody waits for the message, or more than one does."""

    code = "TL-2561"


class ReceiverKind(StrEnum):
    """What a message did."""

    MOVED = "moved"
    STARTED = "started"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """An instance that took a message, or was started by it."""

    kind: ReceiverKind
    instance_key: InstanceKey


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSelection:
    """A message and who shall get it; None and empty: whoever waits for the name.

    correlation_keys: FEEL values that variables of the instance's own scope must equal; a subscription that has a
    correlation key of its own must have the text of one of them. traceparent: of the instance that it may start.
    """

    name: str
    variables: Mapping[str, object] = field(default_factory=dict)
    instance_key: str | None = None
    business_key: str | None = None
    correlation_keys: Mapping[str, object] = field(default_factory=dict)
    to_all: bool = False
    traceparent: str | None = None


class MessageSelections:
    """Messages to selected instances of one tenant."""

    def __init__(self, core: Core, tenant_id: TenantId) -> None:
        self._core, self._tenant_id = core, tenant_id

    def correlate(self, selection: MessageSelection, *, actor: str | None = None) -> tuple[Receiver, ...]:
        """Deliver the message. Raises MessageMismatchError, LimitExceededError."""
        limits = self._core.limits
        require_within("message_name", len(selection.name), limits.text_characters)
        require_within("business_key", len(selection.business_key or ""), limits.text_characters)
        values, keys = values_from_python(selection.variables), values_from_python(selection.correlation_keys)
        require_within("variable_bytes", len(dump_values(values)), limits.variable_bytes)
        given = replace(selection, variables=values, correlation_keys=keys)
        return self._core.submit(self._tenant_id, lambda unit: _correlate(unit, given, values, actor))


def _correlate(
    unit: Unit, selection: MessageSelection, values: Mapping[str, FeelValue], actor: str | None
) -> tuple[Receiver, ...]:
    waiting = _waiting(unit, selection, values)
    if len(waiting) > 1 and not selection.to_all:
        raise _mismatch(selection, f"{len(waiting)} receivers wait for it")
    taken = [key for row in waiting if (key := take(unit, row, values, actor)) is not None]
    receivers = [Receiver(kind=ReceiverKind.MOVED, instance_key=key) for key in taken]
    is_addressed = selection.instance_key is not None or bool(selection.correlation_keys)
    if not is_addressed and (selection.to_all or not receivers):
        started = start_by_message(
            unit,
            selection.name,
            values,
            StartedBy(actor=actor, business_key=selection.business_key, traceparent=selection.traceparent),
            most=unit.core.limits.batch_items if selection.to_all else 1,
        )
        receivers += [Receiver(kind=ReceiverKind.STARTED, instance_key=key) for key in started or ()]
    if not receivers and not selection.to_all:
        raise _mismatch(selection, "nobody waits for it")
    return tuple(receivers)


def _waiting(unit: Unit, selection: MessageSelection, values: Mapping[str, FeelValue]) -> list[Row]:
    limit = unit.core.limits.batch_items
    rows = unit.session.all(
        "subscriptions_of_message",
        tenant_id=unit.tenant_id,
        message_name=selection.name,
        instance_key=selection.instance_key,
        business_key=selection.business_key,
        limit=limit + 1,
    )
    require_within("deliveries", len(rows), limit)
    return [row for row in rows if _is_selected(unit, row, selection) and fits(unit, row, values)]


def _is_selected(unit: Unit, row: Row, selection: MessageSelection) -> bool:
    keys = selection.correlation_keys
    if not keys:
        return True
    digest = row.text("correlation_digest")
    if digest:
        return digest in {
            correlation_digest(value if isinstance(value, str) else str(value)) for value in keys.values()
        }
    state = unit.instance(InstanceKey(row.text("instance_key"))).state
    present = {} if state.root is None else state.scopes[state.root].variables
    return all(name in present and present[name] == value for name, value in keys.items())


def _mismatch(selection: MessageSelection, why: str) -> MessageMismatchError:
    return MessageMismatchError(
        f"The message '{selection.name}' cannot be correlated: {why}.",
        Place(element_id=selection.name),
        "Name the instance, its business key, or variables that only one receiver has.",
        {"name": selection.name, "why": why},
    )
