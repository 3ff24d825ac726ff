# SPDX-License-Identifier: Apache-2.0
"""Whether the engine can work: a write that goes to the disk, the clock beside the one before, and what is open.

The pulse is one row, overwritten; it shows that the store takes writes, and its last instant shows a clock that was set
back, or that goes behind another node's. When an engine begins behind the pulse, jobs that were created while the clock
was ahead are ready at once, and locks and pauses that began then last as long from now as they were to last: a worker
that still works keeps its lock, and no job is out of reach for as long as the clock was wrong. Timers stay, for none
may fire early.
"""

from collections.abc import Mapping
from concurrent.futures import TimeoutError as NotInTimeError
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from taktloom.hosts.embedded.core.changes import Topic
from taktloom.hosts.embedded.core.unit import Core, Unit
from taktloom.model.errors import IncidentError, TaktloomError
from taktloom.model.identifiers import TenantId
from taktloom.storage import from_micros, to_micros

PATIENCE = timedelta(seconds=5)
_SKEW = timedelta(seconds=2)  # clocks of several nodes may differ by that much
_PADDING = bytes(64 * 1024)  # an advance needs as much at times; a store that has no room for it is full
LABELS = 100  # distinct processes and job types that are counted by name


class StoreSlowError(IncidentError):
    """The store did not take a write in time."""

    code = "TL-3513"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """One write. failure None: the store took it. clock_behind: by how much this clock is behind the last pulse."""

    failure: TaktloomError | None
    clock_behind: timedelta

    @property
    def is_clock_wrong(self) -> bool:
        """Whether it is behind by more than clocks of several nodes may differ."""
        return self.clock_behind > _SKEW


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCounts:
    """What is open now. By name for the most frequent; timer_lag: how long the oldest due timer is overdue."""

    instances: Mapping[str, int]
    jobs: Mapping[tuple[str, str], int]
    incidents: int
    user_tasks: int
    outbox: int
    dead_letters: int
    timer_lag: timedelta


class VitalSigns:
    """Of one engine, as one tenant sees it."""

    def __init__(self, core: Core, tenant_id: TenantId) -> None:
        self._core, self._tenant_id = core, tenant_id

    def beat(self) -> Pulse:
        """Write the pulse; never raises what the store refuses."""
        wall = datetime.now(UTC)  # noqa: TID251 - the engine's own clock never goes back, which is what is looked for

        def work(unit: Unit) -> timedelta:
            row = unit.session.first("pulse", tenant_id=unit.tenant_id)
            last = wall if row is None else row.instant("beaten_at")
            if last > unit.now + _SKEW:
                _hasten_jobs(unit)
            unit.session.run("beat", tenant_id=unit.tenant_id, now=to_micros(max(wall, unit.now)), padding=_PADDING)
            unit.session.run("take_padding_away", tenant_id=unit.tenant_id)
            return max(last - wall, timedelta())

        try:
            behind = self._core.post(self._tenant_id, work).result(timeout=PATIENCE.total_seconds())
        except NotInTimeError:
            return Pulse(failure=_too_slow(), clock_behind=timedelta())
        except TaktloomError as error:
            return Pulse(failure=error, clock_behind=timedelta())
        return Pulse(failure=None, clock_behind=behind)

    def last_pulse(self) -> datetime | None:
        """What the clock showed when the pulse was written last; None before the first."""
        with self._core.database.reading() as session:
            row = session.first("pulse", tenant_id=self._tenant_id)
        return None if row is None else row.instant("beaten_at")

    def silence(self) -> StoreSlowError | None:
        """What to tell while a write waits for a store that does not answer; never waits itself."""
        return _too_slow() if self._core.database.is_silent else None

    @property
    def job_events(self) -> Mapping[tuple[str, str], int]:
        """By type and kind, how often the tenant's jobs were created, completed, failed, and so on, since the opening.

        Also ended by a BPMN error, and handed out again after a time-out. The store is not asked.
        """
        return self._core.feed.job_counts(self._tenant_id)

    def counts(self) -> OpenCounts:
        """What is open now."""
        name = {"tenant_id": self._tenant_id}
        now = self._core.clock.now()
        with self._core.database.reading() as session:
            instances = session.all("active_by_process", **name, limit=LABELS)
            jobs = session.all("jobs_by_type", **name, now=to_micros(now), limit=LABELS)
            row = session.first("open_counts", **name)
        due_at = None if row is None else row.integer_or_none("due_at")
        lag = timedelta() if due_at is None else max(now - from_micros(due_at), timedelta())
        return OpenCounts(
            instances={one.text("process_id"): one.integer("n") for one in instances},
            jobs={(one.text("job_type"), one.text("standing")): one.integer("n") for one in jobs},
            incidents=0 if row is None else row.integer("incidents"),
            user_tasks=0 if row is None else row.integer("user_tasks"),
            outbox=0 if row is None else row.integer("outbox"),
            dead_letters=0 if row is None else row.integer("dead"),
            timer_lag=lag,
        )


def _hasten_jobs(unit: Unit) -> None:
    name, now = {"tenant_id": unit.tenant_id}, to_micros(unit.now)
    hastened = unit.session.run("hasten_jobs", **name, now=now)
    if unit.session.run("shorten_locks", **name, now=now, latest=to_micros(unit.now + _SKEW)) + hastened:
        unit.note(Topic.JOBS, "created")


def _too_slow() -> StoreSlowError:
    return StoreSlowError(
        f"The store did not take a write within {PATIENCE.seconds} s.",
        remedy="Look at the disk and at what else uses the database.",
        parameters={"seconds": str(PATIENCE.seconds)},
    )
