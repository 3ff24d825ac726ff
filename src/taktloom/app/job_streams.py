# SPDX-License-Identifier: Apache-2.0
"""Jobs pushed to workers as they come, never more at a time than a worker has room for.

A stream counts the jobs that it has given out and that are still under the lock it gave them. It hands out the next one
when one of them has ended: told at once by the use cases of this process, and by the store itself, asked every few
seconds, for what other nodes did or a clock. A stream has an end, so that a key that was withdrawn gets no more jobs.
"""

import threading
import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from taktloom.app.changes import Subscription
from taktloom.app.context import Context, use_case
from taktloom.app.jobs import Activation, activate_jobs, require_job_type
from taktloom.assure.permissions import Permission
from taktloom.model.identifiers import JobId
from taktloom.model.operations import LockedJob

LONGEST = timedelta(minutes=10)
LOOK_EVERY_S = 2.0


class JobStream:
    """One worker's stream. `take` may be called from any thread, by one at a time."""

    def __init__(self, context: Context, wanted: Activation, changes: Subscription) -> None:
        self.changes = changes
        self._context, self._wanted = context, wanted
        self._held: dict[JobId, int] = {}
        self._lock = threading.Lock()
        self._looked_at = self._began_at = time.monotonic()

    @property
    def is_over(self) -> bool:
        """Whether the worker has to ask for a new stream, or the server stops."""
        return self.changes.is_closed or time.monotonic() - self._began_at > LONGEST.total_seconds()

    @property
    def held(self) -> frozenset[JobId]:
        """Jobs given out that have not ended as far as is known."""
        with self._lock:
            return frozenset(self._held)

    def take(self) -> tuple[LockedJob, ...]:
        """Jobs for the room that there is."""
        self.changes.take()
        self._look()
        free = self._wanted.max_jobs - len(self.held)
        if free <= 0:
            return ()
        jobs = activate_jobs(self._context, wanted=replace(self._wanted, max_jobs=free))
        with self._lock:
            self._held.update({job.job_id: job.fence for job in jobs})
        return jobs

    def hear(self, job_ids: Iterable[JobId]) -> None:
        """These jobs have ended."""
        with self._lock:
            known = [job_id for job_id in job_ids if self._held.pop(job_id, None) is not None]
        if known:
            self.changes.wake()

    def close(self) -> None:
        """The worker has gone; its jobs stay locked until it ends them or their locks run out."""
        self.changes.close()
        self._context.rooms.job_streams.remove(self)

    def _look(self) -> None:
        now = time.monotonic()
        if now - self._looked_at < LOOK_EVERY_S:
            return
        self._looked_at = now
        with self._lock:
            asked = dict(self._held)
        still = self._context.rooms.engine.jobs.still_locked(asked) if asked else frozenset()
        with self._lock:
            for job_id in asked.keys() - still:
                self._held.pop(job_id, None)


@use_case(Permission.JOB_WORK)
def open_job_stream(context: Context, *, wanted: Activation) -> JobStream:
    """A stream of jobs; max_jobs: how many the worker holds at most. Raises PermissionDeniedError for other types."""
    for job_type in wanted.job_types:
        require_job_type(context, job_type)
    stream = JobStream(context, wanted, context.rooms.changes.subscribe(("jobs",)))
    context.rooms.job_streams.add(stream)
    return stream
