# SPDX-License-Identifier: Apache-2.0
"""Messages and signals from outside."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from taktloom.app import telemetry
from taktloom.app.context import Context, use_case
from taktloom.assure.permissions import Permission
from taktloom.feel.values import FeelValue
from taktloom.model.operations import InstanceSummary


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedMessage:
    """message_id: the same one twice is correlated once. time_to_live: how long it waits when nobody takes it now.

    business_key: of the instance that it may start.
    """

    name: str
    correlation_key: str | None = None
    variables: Mapping[str, FeelValue] = field(default_factory=dict)
    message_id: str | None = None
    time_to_live: timedelta = timedelta()
    business_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectedMessage:
    """A message whose sender says who shall get it; None and empty: whoever waits for the name.

    correlation_keys: values that variables of the instance must equal. to_all: more than one may get it.
    """

    name: str
    variables: Mapping[str, FeelValue] = field(default_factory=dict)
    instance_key: str | None = None
    business_key: str | None = None
    correlation_keys: Mapping[str, FeelValue] = field(default_factory=dict)
    to_all: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """An instance that took a message, or was started by it."""

    is_started: bool
    instance: InstanceSummary


@use_case(Permission.MESSAGE_PUBLISH)
def publish_message(context: Context, *, message: PublishedMessage) -> tuple[str, ...]:
    """Publish; keys of the instances that it started or moved."""
    from taktloom.hosts.embedded import Message

    return context.rooms.engine.messages.correlate(
        Message(
            name=message.name,
            correlation_key=message.correlation_key,
            variables=message.variables,
            message_id=message.message_id,
            time_to_live=message.time_to_live,
            business_key=message.business_key,
            traceparent=telemetry.CURRENT.get(),
        ),
        actor=context.principal.name,
    )


@use_case(Permission.MESSAGE_PUBLISH)
def correlate_message(context: Context, *, message: SelectedMessage) -> tuple[Receiver, ...]:
    """Send a message to the one receiver that it selects, or to all. Raises MessageMismatchError."""
    from taktloom.hosts.embedded import MessageSelection, ReceiverKind

    selection = MessageSelection(
        name=message.name,
        variables=message.variables,
        instance_key=message.instance_key,
        business_key=message.business_key,
        correlation_keys=message.correlation_keys,
        to_all=message.to_all,
        traceparent=telemetry.CURRENT.get(),
    )
    engine = context.rooms.engine
    return tuple(
        Receiver(is_started=one.kind is ReceiverKind.STARTED, instance=engine.instances.summary(one.instance_key))
        for one in engine.message_selections.correlate(selection, actor=context.principal.name)
    )


@use_case(Permission.MESSAGE_PUBLISH)
def broadcast_signal(context: Context, *, name: str, variables: Mapping[str, FeelValue]) -> tuple[str, ...]:
    """Throw a signal to all who wait for it; keys of the instances that heard it or were started by it."""
    from taktloom.hosts.embedded import Signal

    signal = Signal(name=name, variables=variables, traceparent=telemetry.CURRENT.get())
    return context.rooms.engine.signals.broadcast(signal, actor=context.principal.name)


@use_case(Permission.MESSAGE_PUBLISH)
def evaluate_conditions(
    context: Context, *, variables: Mapping[str, FeelValue], business_key: str | None = None
) -> tuple[InstanceSummary, ...]:
    """Look at conditional start events with *variables*; the instances that were started."""
    engine = context.rooms.engine
    started = engine.conditions.evaluate_starts(
        variables, business_key=business_key, actor=context.principal.name, traceparent=telemetry.CURRENT.get()
    )
    return tuple(map(engine.instances.summary, started))
