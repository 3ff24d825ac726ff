# SPDX-License-Identifier: Apache-2.0
"""Jobs that may be handed out, remembered by the writer, so that locking them reads no rows.

Of each type that is asked for, the memory holds all jobs that come before a place in the order in which jobs are handed
out, and it knows until when no other one comes before that place by time alone (the end of a pause or of a lock). Past
that place or that instant it reads again, at first as many as are asked for, then ever more, for what was read ahead is
lost as soon as something else happens to jobs.

Only the writer's thread touches it. Whoever defers a write to a job (`Session.defer`) tells of it here; all other
writes to the table are counted by the session, and then everything is read again, as when another process has
committed.
"""

from collections.abc import Iterator, Mapping, Sequence
from heapq import heapify, heappop, heappush
from typing import NamedTuple, TypeAlias

from taktloom.model.identifiers import ElementId, InstanceKey, JobId, ProcessId, SubjectKey, TenantId
from taktloom.storage import Row, Session, SqlValue

_TABLE = "job"
_READ_AHEAD = 1_000  # jobs, at most
_KEPT_BYTES = 32 * 1024 * 1024
_BYTES_EACH = 1_000  # beside the variables
_NEVER = 1 << 62  # microseconds since 1970

_Order: TypeAlias = tuple[int, int, str]  # -priority, ready_at, job_id


class ReadyJob(NamedTuple):
    """A job as its row tells it. headers: JSON. ready_at: microseconds since 1970.

    insert: what was bound to insert its row, if this engine did; epoch: of the session then.
    has_timed_out: it was locked, and nothing was heard of it until its lock ran out.
    """

    job_id: JobId
    job_type: str
    instance_key: InstanceKey
    process_id: ProcessId
    element_id: ElementId
    subject_key: SubjectKey | None
    headers: str
    variables_sealed: bytes
    retries_left: int
    attempt: int
    fence: int
    priority: int
    ready_at: int
    insert: Mapping[str, SqlValue] | None = None
    epoch: int | None = None
    has_timed_out: bool = False


class _Lane:
    """The jobs of one type. end: all jobs before it are here; None: all jobs are. sure_until: no other comes by time.

    Of those taken back out of *jobs*, *order* still knows.
    """

    __slots__ = ("end", "jobs", "order", "read_next", "sure_until")

    def __init__(self, jobs: Sequence[ReadyJob], *, is_all: bool, sure_until: int, read_next: int) -> None:
        self.jobs = {job.job_id: job for job in jobs}
        self.order = [_order(job) for job in jobs]
        self.end: tuple[int | str, ...] | None = None if is_all else (*max(self.order), 1)  # just behind the last
        heapify(self.order)
        self.sure_until = sure_until
        self.read_next = read_next

    def first(self) -> _Order | None:
        """The place of the first job; None where the next one is not here or there is none."""
        order = self.order
        while order:
            if order[0][2] in self.jobs:
                return order[0] if self.end is None or order[0] < self.end else None
            heappop(order)
        return None


_Name: TypeAlias = tuple[TenantId, str]


class ReadyJobs:
    """The writer's memory of jobs that wait for a worker."""

    def __init__(self) -> None:
        self._lanes: dict[_Name, _Lane] = {}
        self._bytes = 0
        self._seen = (0, 0)
        self.mark = 0  # moves on with everything that is remembered or forgotten

    def take(  # noqa: PLR0913 - what is keyword-only says when, the rest what
        self, session: Session, tenant_id: TenantId, job_types: Sequence[str], max_jobs: int, *, now: int, until: int
    ) -> Iterator[ReadyJob]:
        """Up to *max_jobs* that are ready, those of the highest priority first, of equal ones the oldest.

        Each is to be written as locked to *until* before the next one is asked for. now, until: microseconds.
        """
        self._look(session)
        names = [(tenant_id, job_type) for job_type in job_types]
        for name in names:
            lane = self._lanes.get(name)
            if lane is None or now >= lane.sure_until:
                self._read(session, name, now, max_jobs)
        for _ in range(max_jobs):
            firsts = [(first, name) for name in names if (first := self._first(session, name, now, max_jobs))]
            if not firsts:
                return
            _, name = min(firsts)
            yield self._take_first(name, until)

    def add(self, session: Session, tenant_id: TenantId, job: ReadyJob) -> None:
        """A job that was just created."""
        lane = self._lanes.get((tenant_id, job.job_type))
        if lane is None:
            return
        self._look(session)
        place = _order(job)
        if lane.end is None or place < lane.end:
            self.mark += 1
            self._bytes += _size(job)
            if self._bytes > _KEPT_BYTES:
                lane.end = place
                self._bytes -= _size(job)
                return
            lane.jobs[job.job_id] = job
            heappush(lane.order, place)

    def forget(self, job_id: JobId) -> None:
        """The job is not to be handed out any more."""
        for lane in self._lanes.values():
            job = lane.jobs.pop(job_id, None)
            if job is not None:
                self.mark += 1
                self._bytes -= _size(job)

    def forget_all(self) -> None:
        """Read all anew."""
        self.mark += 1
        self._lanes.clear()
        self._bytes = 0

    def _look(self, session: Session) -> None:
        seen = session.change_count(_TABLE)
        if seen != self._seen:
            self.forget_all()
            self._seen = seen

    def _first(self, session: Session, name: _Name, now: int, max_jobs: int) -> _Order | None:
        lane = self._lanes[name]
        first = lane.first()
        while first is None and lane.end is not None:
            lane = self._read(session, name, now, max_jobs)
            first = lane.first()
        return first

    def _take_first(self, name: _Name, until: int) -> ReadyJob:
        lane = self._lanes[name]
        job = lane.jobs.pop(JobId(heappop(lane.order)[2]))
        lane.sure_until = min(lane.sure_until, until)
        self.mark += 1
        self._bytes -= _size(job)
        return job

    def _read(self, session: Session, name: _Name, now: int, max_jobs: int) -> _Lane:
        past = self._lanes.pop(name, None)
        limit = max_jobs if past is None else max(max_jobs, past.read_next)
        terms: dict[str, SqlValue] = {"tenant_id": name[0], "job_type": name[1], "now": now}
        jobs: list[ReadyJob] = []
        for level in session.all("ready_job_priorities", max_jobs=limit, **terms):
            left = limit - len(jobs)
            if left == 0:
                break
            rows = session.all("ready_jobs", priority=level.integer("priority"), max_jobs=left, **terms)
            jobs += map(ready_job, rows)
        size = sum(map(_size, jobs))
        self._bytes += size - (0 if past is None else sum(map(_size, past.jobs.values())))
        self.mark += 1
        lane = self._lanes[name] = _Lane(
            jobs,
            is_all=len(jobs) < limit,
            sure_until=session.count("next_job_ready_after", **terms) or _NEVER,
            read_next=min(2 * limit, _READ_AHEAD) if size < _KEPT_BYTES // 8 else 0,
        )
        return lane


def ready_job(row: Row) -> ReadyJob:
    """A job from its row with the subject_key of its instance."""
    subject = row.text_or_none("subject_key")
    return ReadyJob(
        job_id=JobId(row.text("job_id")),
        job_type=row.text("job_type"),
        instance_key=InstanceKey(row.text("instance_key")),
        process_id=ProcessId(row.text("process_id")),
        element_id=ElementId(row.text("element_id")),
        subject_key=None if subject is None else SubjectKey(subject),
        headers=row.text("headers"),
        variables_sealed=row.blob("variables_sealed"),
        retries_left=row.integer("retries_left"),
        attempt=row.integer("attempt"),
        fence=row.integer("fence"),
        priority=row.integer("priority"),
        ready_at=row.integer("ready_at"),
        has_timed_out=bool(row.integer("has_timed_out")),
    )


def _order(job: ReadyJob) -> _Order:
    return (-job.priority, job.ready_at, job.job_id)


def _size(job: ReadyJob) -> int:
    return len(job.variables_sealed) + _BYTES_EACH
