# SPDX-License-Identifier: Apache-2.0
"""Locked jobs, remembered by the writer, so that a completion need not look its job up.

Only the writer's thread touches it. What is remembered is right as long as nothing else writes to the table of jobs:
the session counts such changes, and the writer forgets everything when another process has committed. Whoever defers a
write to a job (`Session.defer`) lets it be forgotten first.
"""

from collections import OrderedDict
from typing import NamedTuple

from taktloom.model.identifiers import InstanceKey, JobId, TenantId
from taktloom.storage import Session

_KEPT = 20_000
_TABLE = "job"


class HeldJob(NamedTuple):
    """What a completion must know. state: of the job, as stored. ready_at: end of its lock, microseconds since 1970."""

    job_id: JobId
    job_type: str
    instance_key: InstanceKey
    state: str
    fence: int
    worker: str | None
    ready_at: int


class HeldJobs:
    """The writer's memory of locked jobs."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[TenantId, JobId], HeldJob] = OrderedDict()
        self._seen = (0, 0)
        self.mark = 0  # moves on with all that is remembered

    def find(self, session: Session, tenant_id: TenantId, job_id: JobId) -> HeldJob | None:
        """The job as it was locked, unless something else may have happened to it since."""
        self._look(session)
        return self._kept.get((tenant_id, job_id))

    def hold(self, session: Session, tenant_id: TenantId, jobs: list[HeldJob], *, before: tuple[int, int]) -> None:
        """Remember *jobs*, just locked by one statement; before: the count of changes when it began."""
        self.mark += 1
        if before != self._seen:
            self._kept.clear()
        self._seen = session.change_count(_TABLE)
        self._kept.update({(tenant_id, job.job_id): job for job in jobs})
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)

    def change_count(self, session: Session) -> tuple[int, int]:
        """The mark to give to `hold`."""
        return session.change_count(_TABLE)

    def forget(self, tenant_id: TenantId, job_id: JobId) -> None:
        """Something happens to this job."""
        self._kept.pop((tenant_id, job_id), None)

    def forget_all(self) -> None:
        """Look all up anew."""
        self._kept.clear()

    def _look(self, session: Session) -> None:
        seen = session.change_count(_TABLE)
        if seen != self._seen:
            self._kept.clear()
            self._seen = seen
