# SPDX-License-Identifier: Apache-2.0
"""Messages and signals from outside."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from taktloom.app.context import Context, use_case
from taktloom.assure.permissions import Permission
from taktloom.feel.values import FeelValue


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedMessage:
    """message_id: the same one twice is correlated once."""

    name: str
    correlation_key: str | None = None
    variables: Mapping[str, FeelValue] = field(default_factory=dict)
    message_id: str | None = None


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
        ),
        actor=context.principal.name,
    )


@use_case(Permission.MESSAGE_PUBLISH)
def broadcast_signal(context: Context, *, name: str, variables: Mapping[str, FeelValue]) -> tuple[str, ...]:
    """Throw a signal to all who wait for it; keys of the instances that heard it or were started by it."""
    from taktloom.hosts.embedded import Signal

    signal = Signal(name=name, variables=variables)
    return context.rooms.engine.signals.broadcast(signal, actor=context.principal.name)


@use_case(Permission.MESSAGE_PUBLISH)
def evaluate_conditions(context: Context, *, variables: Mapping[str, FeelValue]) -> tuple[str, ...]:
    """Look at conditional start events with *variables*; keys of the instances that were started."""
    return context.rooms.engine.conditions.evaluate_starts(variables, actor=context.principal.name)
