# SPDX-License-Identifier: Apache-2.0
"""How the server stands: ready or not, read-only or not, and the numbers that monitoring reads.

A monitor writes the engine's pulse every few seconds. While the store refuses it (disk full, database away), the server
is read-only: what would change something is refused at once with an alarm, nothing acknowledged is lost, and the first
pulse that the store takes again ends it. A request that the store refuses meanwhile brings the next pulse forward.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from taktloom.model.errors import IncidentError, TaktloomError

if TYPE_CHECKING:
    from taktloom.hosts.embedded.operations.vital_signs import Pulse

_LOG = logging.getLogger(__name__)
BEAT_EVERY = timedelta(seconds=10)
BEAT_AGAIN = timedelta(seconds=2)  # while it is refused, so that the server goes on soon after the store does
BEAT_AT_LEAST = timedelta(seconds=1)  # apart, however often a request was refused meanwhile


class ReadOnlyError(IncidentError):
    """The store refuses writes; the server only shows."""

    code = "TL-3903"


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """checks: by name whether it is well. warnings: what does not stop the server and should be looked at."""

    checks: dict[str, bool]
    warnings: tuple[str, ...] = ()

    @property
    def is_ready(self) -> bool:
        """Whether requests may come."""
        return all(self.checks.values())


class Monitor:
    """Writes the pulse while a server runs, and remembers what came of it."""

    def __init__(
        self, pulse: "Callable[[], Pulse]", *, silence: Callable[[], TaktloomError | None] = lambda: None
    ) -> None:
        self._pulse, self._silence, self._stop = pulse, silence, threading.Event()
        self._doubt = threading.Event()
        self._failure: str | None = None
        self._clock_behind, self._is_clock_wrong = timedelta(), False
        self._has_beaten = False
        self._thread: threading.Thread | None = None
        self._beating = threading.Lock()

    @property
    def is_read_only(self) -> bool:
        """Whether the last pulse was refused, or a write waits for a store that does not answer."""
        return self._trouble() is not None

    @property
    def has_beaten(self) -> bool:
        """Whether it is known how the store stands, so that nobody who asks has to wait."""
        return self._has_beaten

    @property
    def clock_behind(self) -> timedelta:
        """By how much the clock was behind the last pulse."""
        return self._clock_behind

    def start(self) -> None:
        """Beat from now on, until stopped."""
        self._thread = threading.Thread(target=self._run, name="taktloom-monitor", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Beat no more."""
        self._stop.set()
        self._doubt.set()
        if self._thread is not None:
            self._thread.join()

    def doubt(self) -> None:
        """A request was refused for what may be the store's fault: look soon."""
        self._doubt.set()

    def beat(self) -> None:
        """One pulse now."""
        with self._beating:
            pulse = self._pulse()
            failure = None if pulse.failure is None else pulse.failure.code
            if failure != self._failure:
                if pulse.failure is None:
                    _LOG.warning("the store takes writes again; the server is no longer read-only")
                else:
                    _LOG.error("ALARM: the store refuses writes, the server is read-only: %s", pulse.failure)
            if pulse.is_clock_wrong and not self._is_clock_wrong:
                _LOG.warning("the clock is %.1f s behind the last pulse", pulse.clock_behind.total_seconds())
            self._failure, self._has_beaten = failure, True
            self._clock_behind, self._is_clock_wrong = pulse.clock_behind, pulse.is_clock_wrong

    def readiness(self) -> Readiness:
        """Whether requests may come; beats first if that was never done."""
        if not self._has_beaten:
            self.beat()
        warnings = ("clock-behind",) if self._is_clock_wrong else ()
        return Readiness(checks={"store": not self.is_read_only}, warnings=warnings)

    def require_writable(self) -> None:
        """Raise ReadOnlyError while the store refuses writes."""
        trouble = self._trouble()
        if trouble is not None:
            raise ReadOnlyError(
                f"The store refuses writes ({trouble}); nothing was changed.",
                remedy="Free disk space or bring the database back; the server goes on by itself.",
                parameters={"code": trouble},
            )

    def _trouble(self) -> str | None:
        """The code of what is wrong with the store."""
        silence = self._silence()
        return self._failure if silence is None else silence.code

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self.beat()
            except Exception:
                _LOG.exception("the pulse could not be written")
            self._stop.wait(BEAT_AT_LEAST.total_seconds())
            rest = (BEAT_EVERY if self._failure is None else BEAT_AGAIN) - BEAT_AT_LEAST
            if self._failure is None:
                self._doubt.wait(rest.total_seconds())
                self._doubt.clear()
            else:
                self._stop.wait(rest.total_seconds())
