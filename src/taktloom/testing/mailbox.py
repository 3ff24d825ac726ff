# SPDX-License-Identifier: Apache-2.0
"""Who waits for which message or signal.

A message goes to one receiver: the oldest fitting wait, those with a correlation key first; else to a start event. One
that nobody takes is kept for the first fitting wait in the flow of a process (catch event, receive task, event-based
gateway), which takes it once; what listens beside the flow, as boundary events and event sub-processes do, takes only
what comes while it listens. A signal goes to all who wait at that moment, and is then gone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from taktloom.feel.values import FeelValue
from taktloom.kernel import message_matches
from taktloom.kernel.commands import Subscribe
from taktloom.model.identifiers import SubscriptionId
from taktloom.testing.instance import Instance

__all__ = ["Mailbox", "MessageWait", "SentMessage", "Waits"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SentMessage:
    """A message on its way."""

    name: str
    correlation_key: str | None
    variables: Mapping[str, FeelValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageWait:
    """An open subscription. takes_kept: whether a message that came before it may fit."""

    instance: Instance
    command: Subscribe
    takes_kept: bool

    @property
    def is_keyed(self) -> bool:
        """Whether it asks for more than the name."""
        return self.command.correlation_key is not None or bool(self.command.matches)

    def fits(self, message: SentMessage, now: datetime) -> bool:
        """Whether it takes the message."""
        command = self.command
        if command.message_name != message.name:
            return False
        if command.correlation_key is not None and command.correlation_key != message.correlation_key:
            return False
        return not command.matches or message_matches(command.matches, message.variables, now)


class Waits:
    """Open signal subscriptions by name, oldest first."""

    def __init__(self) -> None:
        self._by_name: dict[str, dict[SubscriptionId, Instance]] = {}
        self._names: dict[SubscriptionId, str] = {}

    def add(self, name: str, subscription_id: SubscriptionId, instance: Instance) -> None:
        """*instance* waits."""
        self._by_name.setdefault(name, {})[subscription_id] = instance
        self._names[subscription_id] = name

    def remove(self, subscription_id: SubscriptionId) -> None:
        """It waits no more."""
        name = self._names.pop(subscription_id, None)
        if name is not None:
            del self._by_name[name][subscription_id]

    def waiting(self, name: str) -> list[tuple[SubscriptionId, Instance]]:
        """All who wait now."""
        return list(self._by_name.get(name, {}).items())

    def is_open(self, subscription_id: SubscriptionId) -> bool:
        """Whether the wait is still there."""
        return subscription_id in self._names


class Mailbox:
    """Open message subscriptions and kept messages."""

    def __init__(self) -> None:
        self._waits: dict[str, dict[SubscriptionId, MessageWait]] = {}
        self._names: dict[SubscriptionId, str] = {}
        self._kept: dict[str, list[SentMessage]] = {}

    def add(self, wait: MessageWait) -> None:
        """A new wait."""
        name = wait.command.message_name
        self._waits.setdefault(name, {})[wait.command.subscription_id] = wait
        self._names[wait.command.subscription_id] = name

    def remove(self, subscription_id: SubscriptionId) -> None:
        """The wait is over."""
        name = self._names.pop(subscription_id, None)
        if name is not None:
            del self._waits[name][subscription_id]

    def receiver(self, message: SentMessage, now: datetime) -> MessageWait | None:
        """Who takes the message."""
        return next(self._fitting(message, now), None)

    def keep(self, message: SentMessage) -> None:
        """Nobody takes it now."""
        self._kept.setdefault(message.name, []).append(message)

    def take_kept(self, subscription_id: SubscriptionId, now: datetime) -> tuple[MessageWait, SentMessage] | None:
        """The oldest kept message for a wait that has just begun; it is kept no more."""
        wait = self._waits.get(self._names.get(subscription_id, ""), {}).get(subscription_id)
        if wait is None or not wait.takes_kept:
            return None
        kept = self._kept.get(wait.command.message_name, [])
        found = next((message for message in kept if wait.fits(message, now)), None)
        if found is None:
            return None
        kept.remove(found)
        return wait, found

    def _fitting(self, message: SentMessage, now: datetime) -> Iterator[MessageWait]:
        waits = [wait for wait in self._waits.get(message.name, {}).values() if wait.fits(message, now)]
        yield from (wait for wait in waits if wait.is_keyed)
        yield from (wait for wait in waits if not wait.is_keyed)
