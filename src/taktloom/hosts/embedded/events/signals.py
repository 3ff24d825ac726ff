# SPDX-License-Identifier: Apache-2.0
"""Signals: broadcast to everybody who waits for the name, and to signal start events; kept for nobody.

Who waits is settled when the signal is thrown: what begins to wait because of it does not hear it. One instance that
hears it at several events gets it at each that is still open when its turn comes (BPMN 2.0.2, 10.5.1).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from taktloom.feel.values import FeelValue
from taktloom.feel.wire import values_from_python
from taktloom.hosts.embedded.advancing.advance import advance, event_time
from taktloom.hosts.embedded.core.limits import require_within
from taktloom.hosts.embedded.core.unit import Core, Unit
from taktloom.hosts.embedded.core.values import dump_values
from taktloom.hosts.embedded.events.event_starts import StartedBy, start_by_signal
from taktloom.kernel.events import SignalReceived
from taktloom.model.errors import MisuseError
from taktloom.model.identifiers import InstanceKey, SubscriptionId, TenantId


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """A signal by name with what it carries. passed: who has had it already. traceparent: of what it starts."""

    name: str
    variables: Mapping[str, object]
    passed: tuple[SubscriptionId, ...] = ()
    traceparent: str | None = None


class Signals:
    """Signals to the instances of one tenant."""

    def __init__(self, core: Core, tenant_id: TenantId) -> None:
        self._core, self._tenant_id = core, tenant_id

    def broadcast(self, signal: Signal, *, actor: str | None = None) -> tuple[InstanceKey, ...]:
        """Throw the signal; the instances that heard it or were started by it. MisuseError, LimitExceededError."""
        limits = self._core.limits
        if not signal.name:
            raise MisuseError("The signal's name is empty.", remedy="Give a text of one character or more.")
        require_within("signal_name", len(signal.name), limits.text_characters)
        values = values_from_python(signal.variables)
        require_within("variable_bytes", len(dump_values(values)), limits.variable_bytes)
        return self._core.submit(self._tenant_id, lambda unit: broadcast(unit, signal, values, actor))


def broadcast(
    unit: Unit, signal: Signal, values: Mapping[str, FeelValue], actor: str | None
) -> tuple[InstanceKey, ...]:
    """As Signals.broadcast, inside the present unit of work. values: the signal's variables."""
    waiting = unit.session.all("signal_subscriptions", tenant_id=unit.tenant_id, signal_name=signal.name)
    require_within("deliveries", len(waiting), unit.core.limits.deliveries)
    heard: list[InstanceKey] = []
    for row in waiting:
        key, subscription_id = InstanceKey(row.text("instance_key")), SubscriptionId(row.text("subscription_id"))
        # An advance for an earlier row may have closed this one.
        if subscription_id not in signal.passed and unit.session.first(
            "has_signal_subscription", tenant_id=unit.tenant_id, subscription_id=subscription_id
        ):
            instance = unit.instance(key)
            event = SignalReceived(
                occurred_at=event_time(unit, instance),
                actor=actor,
                subscription_id=subscription_id,
                variables=values,
            )
            advance(unit, instance, event)
            heard.append(key)
    by = StartedBy(actor=actor, traceparent=signal.traceparent)
    heard.extend(start_by_signal(unit, signal.name, values, by))
    return tuple(dict.fromkeys(heard))
