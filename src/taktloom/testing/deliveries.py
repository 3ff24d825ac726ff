# SPDX-License-Identifier: Apache-2.0
"""Messages and signals on their way to instances, and to start events that make new ones."""

from collections.abc import Collection, Mapping

from taktloom.feel.values import FeelValue
from taktloom.kernel.events import MessageCorrelated, SignalReceived
from taktloom.model.identifiers import SubscriptionId
from taktloom.testing.mailbox import MessageWait, SentMessage
from taktloom.testing.starting import find_message_start, signal_starts_of
from taktloom.testing.world import World

__all__ = ["deliver_kept", "deliver_message", "deliver_signal"]


def deliver_message(world: World, message: SentMessage) -> None:
    """To who waits, else to a start event, else keep it."""
    wait = world.mailbox.receiver(message, world.now)
    if wait is not None:
        _correlate(world, wait, message)
        return
    start = find_message_start(world, message.name)
    if start is None:
        world.mailbox.keep(message)
    else:
        world.start(start.deployed, message.variables, start.element_id)


def deliver_kept(world: World, subscription_id: SubscriptionId) -> None:
    """A wait has begun: it may take a message that came before."""
    found = world.mailbox.take_kept(subscription_id, world.now)
    if found is not None:
        _correlate(world, *found)


def deliver_signal(
    world: World, name: str, variables: Mapping[str, FeelValue], passed: Collection[SubscriptionId] = ()
) -> None:
    """To all who wait at this moment, oldest first, but for those who have had it; then to start events."""
    starts = signal_starts_of(world, name)
    for subscription_id, instance in world.signals.waiting(name):
        if subscription_id not in passed and world.signals.is_open(
            subscription_id
        ):  # the delivery before this one may have ended it
            world.send(instance, SignalReceived, {"subscription_id": subscription_id, "variables": variables})
    for start in starts:
        world.start(start.deployed, variables, start.element_id)


def _correlate(world: World, wait: MessageWait, message: SentMessage) -> None:
    subscription_id = wait.command.subscription_id
    world.mailbox.remove(subscription_id)
    facts = {"subscription_id": subscription_id, "variables": message.variables}
    world.send(wait.instance, MessageCorrelated, facts)
