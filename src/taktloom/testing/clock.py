# SPDX-License-Identifier: Apache-2.0
"""The manual clock's alarms: what is to be done at which instant, in order of time, then of setting."""

from collections.abc import Callable
from datetime import datetime
from heapq import heappop, heappush

__all__ = ["Alarms"]

Ring = Callable[[], None]


class Alarms:
    """A heap. What is cancelled stays in it: its ring finds nothing to do."""

    __slots__ = ("_count", "_heap")

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, int, Ring]] = []
        self._count = 0

    def set(self, due_at: datetime, ring: Ring) -> None:
        """Do *ring* at *due_at*."""
        self._count += 1
        heappush(self._heap, (due_at, self._count, ring))

    @property
    def next_due(self) -> datetime | None:
        """When the next one is due; None where nothing is set."""
        return self._heap[0][0] if self._heap else None

    def is_due(self, now: datetime) -> bool:
        """Whether there is something to do by *now*."""
        return bool(self._heap) and self._heap[0][0] <= now

    def ring(self) -> None:
        """Do the next one."""
        heappop(self._heap)[2]()
