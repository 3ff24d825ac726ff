# SPDX-License-Identifier: Apache-2.0
"""Times of running and finished work, as rows for `insight`: cycle times, waiting and working per element.

Waiting ends when a worker locks the job or a person claims the task (the last time, when it happened several times);
working ends with completion. A task completed without a claim has no waiting time of its own.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from taktloom.hosts.embedded.core.unit import Core
from taktloom.model.identifiers import ElementId, ProcessId, TenantId
from taktloom.storage import Row, to_micros

_ROWS = 100_000  # the newest ones; percentiles do not change visibly beyond


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementSpan:
    """One completed job or user task of an element; taken_at None: nobody claimed it before completion."""

    element_id: ElementId
    created_at: datetime
    taken_at: datetime | None
    ended_at: datetime


class Measurements:
    """Times of one tenant's processes."""

    def __init__(self, core: Core, tenant_id: TenantId) -> None:
        self._core, self._tenant_id = core, tenant_id

    def cycle_times(self, process_id: ProcessId) -> tuple[timedelta, ...]:
        """Start to end of completed instances, newest first, at most 100,000."""
        with self._core.database.reading() as session:
            rows = session.all("finished_cycles", tenant_id=self._tenant_id, process_id=process_id, limit=_ROWS)
        return tuple(row.instant("ended_at") - row.instant("started_at") for row in rows)

    def finished_between(self, since: datetime, until: datetime, *, process_id: ProcessId | None = None) -> int:
        """How many instances ended from *since* up to before *until*."""
        with self._core.database.reading() as session:
            return session.count(
                "finished_between",
                tenant_id=self._tenant_id,
                process_id=process_id,
                since=to_micros(since),
                until=to_micros(until),
            )

    def element_spans(self, process_id: ProcessId) -> tuple[ElementSpan, ...]:
        """Completed jobs and user tasks, newest first of each, at most 100,000 each."""
        name = {"tenant_id": self._tenant_id, "process_id": process_id}
        with self._core.database.reading() as session:
            jobs = list(_spans(session.rows("job_spans", **name, limit=_ROWS)))
            tasks = list(_spans(session.rows("user_task_spans", **name, limit=_ROWS)))
        return (*jobs, *tasks)

    def active_elements(self, process_id: ProcessId) -> dict[ElementId, int]:
        """Open jobs and user tasks per element."""
        with self._core.database.reading() as session:
            rows = session.all("active_elements", tenant_id=self._tenant_id, process_id=process_id)
        return {ElementId(row.text("element_id")): row.integer("active") for row in rows}


def _spans(rows: Iterable[Row]) -> Iterator[ElementSpan]:
    for row in rows:
        yield ElementSpan(
            element_id=ElementId(row.text("element_id")),
            created_at=row.instant("created_at"),
            taken_at=row.instant_or_none("taken_at"),
            ended_at=row.instant("ended_at"),
        )
