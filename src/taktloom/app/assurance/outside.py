# SPDX-License-Identifier: Apache-2.0
"""The world around simulated engines: one true time, clocks that differ from it, ids from the seed."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random

from taktloom.hosts.embedded import SystemIds

BEGINNING = datetime(2026, 3, 2, 9, tzinfo=UTC)


class World:
    """True time, which only moves on; latest: the latest instant that any clock has ever shown."""

    def __init__(self) -> None:
        self.now = BEGINNING
        self.latest = BEGINNING

    def wait(self, duration: timedelta) -> None:
        """Let time pass."""
        self.now += duration


class NodeClock:
    """The clock of one process: true time and an offset that jumps; as the engine's port asks, it never goes back.

    A process that is started again begins with a new clock, which may be behind the old one.
    """

    def __init__(self, world: World, offset: timedelta, on_read: Callable[[], None]) -> None:
        self.offset = offset
        self._world, self._on_read = world, on_read
        self.shown = BEGINNING

    def now(self) -> datetime:
        """The instant that it shows."""
        self.shown = max(self.shown, self._world.now + self.offset)
        self._world.latest = max(self._world.latest, self.shown)
        self._on_read()
        return self.shown


class SeededIds(SystemIds):
    """Record ids by the seed's chance."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance

    def record_id(self, now: datetime) -> str:
        """Milliseconds in hex, then 80 bits."""
        return f"{int(now.timestamp() * 1000):012x}{self._chance.getrandbits(80):020x}"
