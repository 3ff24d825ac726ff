# SPDX-License-Identifier: Apache-2.0
"""Hints that something changed, from the rooms to whoever watches; never the changed data itself.

A hint may be dropped when a reader is slow (the reader refetches all its topics then), so a queue is bounded and a
writer never waits.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

MAX_WAITING = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something of *topic* (`instances`, `tasks`, `incidents`) changed; kind `overflow`: fetch everything again."""

    topic: str
    kind: str
    at: datetime
    process_id: str | None = None
    instance_key: str | None = None


class Subscription:
    """The changes of some topics since it was opened. *wake* is called from any thread when there is something.

    It is called once until what waits is taken: a reader takes first and looks afterwards.
    """

    def __init__(self, feed: "ChangeFeed", topics: tuple[str, ...]) -> None:
        self._feed, self.topics = feed, topics
        self._waiting: list[Change] = []
        self._lock = threading.Lock()
        self.wake: Callable[[], object] = _nothing
        self.is_closed = False

    def offer(self, change: Change) -> None:
        """Take a change when it is of an open topic."""
        if not self._wants(change):
            return
        with self._lock:
            is_first = not self._waiting
            if len(self._waiting) >= MAX_WAITING:
                self._waiting = [Change(topic=change.topic, kind="overflow", at=change.at)]
            else:
                self._waiting.append(change)
        if is_first:
            self.wake()

    def take(self) -> list[Change]:
        """All changes that wait."""
        with self._lock:
            taken, self._waiting = self._waiting, []
        return taken

    def end(self) -> None:
        """The server stops: the reader shall end."""
        self.is_closed = True
        self.wake()

    def close(self) -> None:
        """The reader has gone."""
        self._feed.unsubscribe(self)

    def _wants(self, change: Change) -> bool:
        return change.topic in self.topics or f"watch:{change.process_id}" in self.topics


class ChangeFeed:
    """Passes changes on to all subscriptions."""

    def __init__(self) -> None:
        self._subscriptions: set[Subscription] = set()
        self._lock = threading.Lock()
        self._is_closed = False

    @property
    def is_heard(self) -> bool:
        """Whether anybody would be told."""
        return bool(self._subscriptions)

    def subscribe(self, topics: tuple[str, ...]) -> Subscription:
        """Open a subscription."""
        subscription = Subscription(self, topics)
        with self._lock:
            self._subscriptions.add(subscription)
            subscription.is_closed = self._is_closed
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        """Forget a subscription."""
        with self._lock:
            self._subscriptions.discard(subscription)

    def publish(self, change: Change) -> None:
        """Tell all."""
        for subscription in self._all():
            subscription.offer(change)

    def close(self) -> None:
        """End all readers; new ones end at once."""
        with self._lock:
            self._is_closed = True
        for subscription in self._all():
            subscription.end()

    def _all(self) -> tuple[Subscription, ...]:
        with self._lock:
            return tuple(self._subscriptions)


def _nothing() -> None:
    return
