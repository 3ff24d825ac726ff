# SPDX-License-Identifier: Apache-2.0
"""Running job workers: ask for jobs, run them in threads, keep their locks alive, give the outcomes back.

Only as many jobs are asked for as threads are free, so no lock ages in a queue. The outcome of a job is sent until it
is taken or the lock has run out: a server that restarts meanwhile loses nothing, and a completion that arrived twice
is known by its fence. Stopping asks for no more jobs, finishes those in hand and returns.
"""

import logging
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import PurePath
from typing import TYPE_CHECKING, Protocol, TypeAlias, runtime_checkable

from taktloom.connect.binding import VariableMismatchError
from taktloom.connect.pauses import RetryPauses
from taktloom.connect.tracing import job_span, mark_failed
from taktloom.connect.worker import ESCALATION, BpmnError, JobWorker, Retry
from taktloom.feel import FeelValue, from_python
from taktloom.model.errors import IncidentError, MisuseError
from taktloom.model.identifiers import JobId
from taktloom.model.operations import LockedJob

if TYPE_CHECKING:
    from opentelemetry.trace import TracerProvider

_LOG = logging.getLogger(__name__)
_BEATS_PER_LOCK = 3  # two may get lost

AnyWorker: TypeAlias = JobWorker[..., object]


class JobSource(Protocol):
    """Where jobs come from and outcomes go: the embedded engine's `jobs`, or HttpJobSource.

    MisuseError says that an outcome is not wanted (any more); IncidentError that the source cannot be reached now.
    """

    def lock(
        self, job_types: Sequence[str], *, worker: str, max_jobs: int, lock_for: timedelta, wait: timedelta
    ) -> Sequence[LockedJob]:
        """Lock jobs, waiting for the first one."""

    def complete(self, job_id: JobId, fence: int, variables: Mapping[str, FeelValue]) -> object:
        """Finish a job."""

    def fail(
        self, job_id: JobId, fence: int, message: str, *, retries: int | None, retry_in: timedelta | None
    ) -> object:
        """Give a job back as failed."""

    def throw_error(
        self, job_id: JobId, fence: int, error_code: str, *, message: str, variables: Mapping[str, FeelValue] | None
    ) -> object:
        """End a job with a BPMN error."""

    def throw_escalation(
        self, job_id: JobId, fence: int, escalation_code: str, *, variables: Mapping[str, FeelValue] | None
    ) -> bool:
        """Throw an escalation; whether the job is still locked."""

    def heartbeat(self, job_id: JobId, fence: int, lock_for: timedelta) -> object:
        """Prolong a lock."""


class Feed(Protocol):
    """Jobs as they come; `close` may be called from another thread."""

    def __iter__(self) -> Iterator[LockedJob]: ...

    def close(self) -> None:
        """End it."""


@runtime_checkable
class StreamingSource(JobSource, Protocol):
    """A source that pushes jobs: HttpJobSource."""

    def stream(self, job_types: Sequence[str], *, worker: str, max_jobs: int, lock_for: timedelta) -> Feed:
        """Jobs as they come, never more than *max_jobs* that have not ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolOptions:
    """name: of this worker process, shown to operators. wait: how long one question for jobs may take.

    is_streaming: jobs are pushed by the source (a StreamingSource) as they come, instead of asked for.
    tracer_provider: of OpenTelemetry, for a span around each job, in the trace of the call that started the instance.
    """

    name: str
    wait: timedelta = timedelta(seconds=20)
    is_streaming: bool = False
    tracer_provider: "TracerProvider | None" = None


@dataclass(slots=True, kw_only=True)
class _Lease:
    """A job in hand; until: when its lock ends, later with each heartbeat."""

    job: LockedJob
    lock_for: timedelta
    until: datetime

    def is_over(self) -> bool:
        return _now() >= self.until


class WorkerPool:
    """Runs workers against a source until stopped."""

    def __init__(self, workers: Sequence[AnyWorker], source: JobSource, options: PoolOptions) -> None:
        self._source, self._options = source, options
        self._stopping = threading.Event()
        self._leases: dict[JobId, _Lease] = {}
        self._feeds: set[Feed] = set()
        if options.is_streaming and not isinstance(source, StreamingSource):
            raise MisuseError("This source of jobs does not push them.", remedy="Poll it, or use a server's.")
        fetch = self._listen if options.is_streaming else self._poll
        self._threads = [
            threading.Thread(target=fetch, args=(one,), name=f"taktloom-worker-{one.job_type}", daemon=True)
            for one in workers
        ]
        shortest = min((one.lock for one in workers), default=timedelta(seconds=30))
        self._beat_s = shortest.total_seconds() / _BEATS_PER_LOCK
        self._finished = threading.Event()
        self._heart = threading.Thread(target=self._beat, name="taktloom-worker-heart", daemon=True)

    def start(self) -> None:
        """Begin to ask for jobs."""
        for thread in (*self._threads, self._heart):
            thread.start()

    def request_stop(self) -> None:
        """Ask for no more jobs; returns at once."""
        self._stopping.set()
        for feed in tuple(self._feeds):
            feed.close()

    def stop(self) -> None:
        """Ask for no more jobs and return when those in hand are done."""
        self.request_stop()
        for thread in self._threads:
            thread.join()
        self._finished.set()
        self._heart.join()

    def _poll(self, worker: AnyWorker) -> None:
        free = threading.Semaphore(worker.concurrency)
        pauses = RetryPauses()
        with ThreadPoolExecutor(worker.concurrency, thread_name_prefix=f"taktloom-{worker.job_type}") as threads:
            while not self._stopping.is_set():
                slots = _take_free(free, worker.concurrency)
                if self._stopping.is_set():  # while all threads were busy
                    return
                pauses.begin()
                try:
                    jobs = self._ask(worker, slots)
                    pauses.succeed()
                except Exception as error:  # whatever it is, the worker must not die of it silently
                    jobs, pause = (), pauses.fail()
                    _LOG.warning("worker %s cannot get jobs (%s); next try in %.1f s", worker.job_type, error, pause)
                    self._stopping.wait(pause)
                for _ in range(slots - len(jobs)):
                    free.release()
                for job in jobs:
                    threads.submit(self._work, worker, job, free)

    def _listen(self, worker: AnyWorker) -> None:
        free = threading.Semaphore(worker.concurrency)
        pauses = RetryPauses()
        with ThreadPoolExecutor(worker.concurrency, thread_name_prefix=f"taktloom-{worker.job_type}") as threads:
            while not self._stopping.is_set():
                pauses.begin()
                try:
                    for job in self._feed(worker):
                        pauses.succeed()
                        free.acquire()
                        threads.submit(self._work, worker, job, free)
                except Exception as error:  # whatever it is, the worker must not die of it silently
                    pause = pauses.fail()
                    _LOG.warning("worker %s gets no jobs (%s); next try in %.1f s", worker.job_type, error, pause)
                    self._stopping.wait(pause)

    def _feed(self, worker: AnyWorker) -> Iterator[LockedJob]:
        source = self._source
        assert isinstance(source, StreamingSource)  # seen to at the beginning
        feed = source.stream(
            [worker.job_type], worker=self._options.name, max_jobs=worker.concurrency, lock_for=worker.lock
        )
        self._feeds.add(feed)
        try:
            if not self._stopping.is_set():  # else it would not be closed any more
                yield from feed
        finally:
            self._feeds.discard(feed)

    def _ask(self, worker: AnyWorker, slots: int) -> Sequence[LockedJob]:
        return self._source.lock(
            [worker.job_type],
            worker=self._options.name,
            max_jobs=slots,
            lock_for=worker.lock,
            wait=self._options.wait,
        )

    def _work(self, worker: AnyWorker, job: LockedJob, free: threading.Semaphore) -> None:
        lease = self._leases[job.job_id] = _Lease(job=job, lock_for=worker.lock, until=_now() + worker.lock)
        try:
            with job_span(self._options.tracer_provider, job):
                self._deliver(lease, _outcome(worker, job, self._source))
        except Exception:
            _LOG.exception("job %s: the outcome could not be given back", job.job_id)
        finally:
            self._leases.pop(job.job_id, None)
            free.release()

    def _deliver(self, lease: _Lease, outcome: Callable[[], object]) -> None:
        pauses, job = RetryPauses(), lease.job
        while True:
            pauses.begin()
            try:
                outcome()
                return
            except MisuseError as error:
                _LOG.warning("job %s: the outcome is not wanted: %s", job.job_id, error)
                return
            except IncidentError as error:
                if lease.is_over():
                    _LOG.warning("job %s: the lock ran out before the outcome was taken: %s", job.job_id, error)
                    return
                self._finished.wait(pauses.fail())

    def _beat(self) -> None:
        while not self._finished.wait(self._beat_s):
            for lease in list(self._leases.values()):
                self._prolong(lease)

    def _prolong(self, lease: _Lease) -> None:
        asked_at, job = _now(), lease.job
        try:
            self._source.heartbeat(job.job_id, job.fence, lease.lock_for)
            lease.until = asked_at + lease.lock_for
        except (IncidentError, MisuseError) as error:
            if job.job_id in self._leases:  # else it was completed in between
                _LOG.warning("job %s: no heartbeat: %s", job.job_id, error)


def run_workers(
    workers: Sequence[AnyWorker], source: JobSource, options: PoolOptions, *, until: threading.Event
) -> None:
    """Run workers until the event is set, then finish the jobs in hand."""
    pool = WorkerPool(workers, source, options)
    pool.start()
    until.wait()
    pool.stop()


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - a worker lives in real time


def _take_free(free: threading.Semaphore, limit: int) -> int:
    """Wait for one free slot, then take all that are free."""
    free.acquire()
    taken = 1
    while taken < limit and free.acquire(blocking=False):
        taken += 1
    return taken


def _outcome(worker: AnyWorker, job: LockedJob, source: JobSource) -> Callable[[], object]:
    """Run the function; what to tell the source."""
    ESCALATION.set(lambda code, variables: source.throw_escalation(job.job_id, job.fence, code, variables=variables))
    try:
        variables = worker.run(job)
    except BpmnError as error:
        given = {name: from_python(value) for name, value in error.variables.items()}
        code, message = error.code, error.message
        return lambda: source.throw_error(job.job_id, job.fence, code, message=message, variables=given)
    except Retry as retry:
        reason, after = retry.reason or "asked to be called again", retry.after
        return lambda: source.fail(job.job_id, job.fence, reason, retries=None, retry_in=after)
    except VariableMismatchError as mismatch:
        mark_failed(mismatch)
        cause = mismatch.cause
        return lambda: source.fail(job.job_id, job.fence, cause, retries=0, retry_in=None)
    except Exception as error:
        mark_failed(error)
        _LOG.exception("job %s of type %s failed", job.job_id, job.job_type)
        said = _without_values(error)
        return lambda: source.fail(job.job_id, job.fence, said, retries=None, retry_in=None)
    return lambda: source.complete(job.job_id, job.fence, variables)


def _without_values(error: Exception) -> str:
    """Class and place of an exception; its text may quote variables and stays in the worker's own log."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{where}"
