# SPDX-License-Identifier: Apache-2.0
"""Where the host's time and ids come from: ports, the machine's own, and hand-set ones for tests and demos."""

import secrets
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

from taktloom.model.identifiers import InstanceKey

_KEY_DIGITS = 16
_KEYS_PER_MILLISECOND = 1000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Clock(Protocol):
    """Tells the present instant."""

    def now(self) -> datetime:
        """Aware UTC, never earlier than an answer given before."""


class SystemClock:
    """The machine's clock; when it is set back, time goes on at half its speed until it has caught up.

    Were it to stand still, no timer would fire and no lock run out for as long as the clock was wrong, hours perhaps.
    """

    def __init__(self, wall: Callable[[], datetime] | None = None, ticks: Callable[[], float] = time.monotonic) -> None:
        """wall: the machine's clock, in UTC. ticks: seconds that pass whatever is done to it."""
        self._wall, self._ticks = wall or _wall, ticks
        self._last = _EPOCH
        self._tick: float | None = None  # when it was looked at last, while the clock is behind
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """The present instant, UTC."""
        with self._lock:
            if self._tick is not None:
                self._go_on_slowly(self._tick)
            wall = self._wall()
            if wall >= self._last:
                self._last, self._tick = wall, None
            elif self._tick is None:
                self._tick = self._ticks()
            return self._last

    def _go_on_slowly(self, since: float) -> None:
        self._tick = self._ticks()
        self._last += timedelta(seconds=(self._tick - since) / 2)


def _wall() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - hosts are where clocks are read


class ManualClock:
    """A clock that moves only when told to."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        """The instant it was set to."""
        return self._now

    def advance(self, by: timedelta) -> None:
        """Move on by a positive duration."""
        if by < timedelta():
            raise ValueError("time does not go back")
        self._now += by


class IdSource(Protocol):
    """Gives new names to instances and other records."""

    def instance_key(self, now: datetime, *, after: InstanceKey | None) -> InstanceKey:
        """A key greater than *after*, the greatest one that the database holds."""

    def record_id(self, now: datetime) -> str:
        """A new id of a draft or message."""


class SystemIds:
    """Instance keys from the millisecond and a running number; other ids time-ordered with a random tail."""

    def instance_key(self, now: datetime, *, after: InstanceKey | None) -> InstanceKey:
        """16 decimal digits: milliseconds since 1970, then a running number; text order is order of start."""
        by_time = (now - _EPOCH) // timedelta(milliseconds=1) * _KEYS_PER_MILLISECOND
        number = by_time if after is None else max(by_time, int(after) + 1)
        return InstanceKey(f"{number:0{_KEY_DIGITS}d}")

    def record_id(self, now: datetime) -> str:
        """Milliseconds in hex, then 80 random bits."""
        return f"{(now - _EPOCH) // timedelta(milliseconds=1):012x}{secrets.token_hex(10)}"


class CountingIds(SystemIds):
    """Like SystemIds with a counter in place of chance: equal runs give equal ids."""

    def __init__(self) -> None:
        self._count = 0

    def record_id(self, now: datetime) -> str:
        """Milliseconds in hex, then a counter."""
        self._count += 1
        return f"{(now - _EPOCH) // timedelta(milliseconds=1):012x}{self._count:020x}"
