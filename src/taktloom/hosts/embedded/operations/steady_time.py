# SPDX-License-Identifier: Apache-2.0
"""Whether the clock can be trusted with what cannot be undone.

A machine that begins with a wrong clock is put right within minutes, as a rule; until then it may be years ahead, and
everything would be old enough to go. So what is removed for its age waits for an hour after the clock has leapt, while
the program ran or while it was stopped, and for as long as the engine's time is ahead of a clock that was set back.
"""

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from taktloom.hosts.embedded.core.clock import Clock

_LOG = logging.getLogger(__name__)
LEAP = timedelta(hours=1)
STEADY_FOR = timedelta(hours=1)
AHEAD = timedelta(seconds=2)  # clocks of several nodes may differ by that much


def _wall() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the engine's own clock never goes back, which is what is looked for


class SteadyTime:
    """Looks at a clock now and then. ticks: seconds that pass whatever is done to the clock."""

    def __init__(
        self,
        clock: Clock,
        *,
        last: datetime | None,
        wall: Callable[[], datetime] = _wall,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        """last: what the clock showed before the program began; None: it never ran."""
        self._clock, self._wall, self._ticks = clock, wall, ticks
        self._shown, self._tick = last or clock.now(), ticks()
        self._steady_since: float | None = None
        self.is_steady()

    def is_steady(self) -> bool:
        """Whether the clock has not leapt ahead for an hour, and is not ahead of the machine's."""
        shown, tick = self._clock.now(), self._ticks()
        leap = shown - self._shown - timedelta(seconds=tick - self._tick)
        self._shown, self._tick = shown, tick
        if leap > LEAP:
            _LOG.warning("the clock leapt ahead by %s; nothing is removed for its age for %s", leap, STEADY_FOR)
            self._steady_since = tick
        if shown - self._wall() > AHEAD:
            return False
        return self._steady_since is None or tick - self._steady_since >= STEADY_FOR.total_seconds()
