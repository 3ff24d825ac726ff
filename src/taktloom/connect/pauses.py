# SPDX-License-Identifier: Apache-2.0
"""How long somebody waits who asks again and again for something that fails at times."""

import time
from collections.abc import Callable

FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 30.0


class RetryPauses:
    """Pauses in seconds between attempts: each twice as long as the one before, up to a bound.

    They begin anew after a success, and after an attempt that lasted for a while before it failed: then the other side
    was there, and a connection that broke says nothing about the next one. Who waits for work on a quiet line would
    otherwise pause longer after every line that breaks, and let work wait that comes meanwhile.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._next, self._began_at = clock, FIRST_PAUSE_S, clock()

    def begin(self) -> None:
        """An attempt begins."""
        self._began_at = self._clock()

    def succeed(self) -> None:
        """It had an answer."""
        self._next = FIRST_PAUSE_S

    def fail(self) -> float:
        """It failed; how long to wait now."""
        if self._clock() - self._began_at >= FIRST_PAUSE_S:
            self._next = FIRST_PAUSE_S
        pause = self._next
        self._next = min(2 * pause, LONGEST_PAUSE_S)
        return pause
