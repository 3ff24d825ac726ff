# SPDX-License-Identifier: Apache-2.0
"""Messages and signals on their way to instances, and to start events that make new ones."""

from collections.abc import Collection, Mapping

from taktloom.feel.values import FeelValue
from taktloom.kernel.events import MessageCorrelated, SignalReceived
from taktloom.model.identifiers import SubscriptionId
from taktloom.testing.mailbox import MessageWait, SentMessage
from taktloom.testing.starting import start_by_message, starts_by_signal
from taktloom.testing.world import World

__all__ = ["deliver_kept", "deliver_message", "deliver_signal"]


def deliver_message(world: World, message: SentMessage) -> None:
    """To who waits, else to a start event, else keep it."""
    wait = world.mailbox.receiver(message, world.now)
    if wait is not None:
        _correlate(world, wait, message)
        return
    if not start_by_message(world, message.name, message.variables):
        world.mailbox.keep(message)


def deliver_kept(world: World, subscription_id: SubscriptionId) -> None:
    """A wait has begun: it may take a message that came before."""
    found = world.mailbox.take_kept(subscription_id, world.now)
    if found is not None:
        _correlate(world, *found)


def deliver_signal(
    world: World, name: str, variables: Mapping[str, FeelValue], passed: Collection[SubscriptionId] = ()
) -> None:
    """To all who wait at this moment, oldest first, but for those who have had it; then to start events."""
    starts = starts_by_signal(world, name, variables)
    for subscription_id, instance in world.signals.waiting(name):
        is_open = world.signals.is_open(subscription_id)  # the delivery before this one may have ended it
        if is_open and subscription_id not in passed:
            world.send(instance, SignalReceived, {"subscription_id": subscription_id, "variables": variables})
    for start in starts:
        start()


def _correlate(world: World, wait: MessageWait, message: SentMessage) -> None:
    subscription_id = wait.command.subscription_id
    world.mailbox.remove(subscription_id)
    facts = {"subscription_id": subscription_id, "variables": message.variables}
    world.send(wait.instance, MessageCorrelated, facts)
