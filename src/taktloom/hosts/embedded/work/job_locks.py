# SPDX-License-Identifier: Apache-2.0
"""Handing out jobs: those of the highest priority first, of equal ones the oldest, each under a lock that runs out.

An engine that has the database to itself hands them out of its memory; of several nodes on a server each lets the
server choose, which passes over what another one is taking.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from taktloom.hosts.embedded.core.held_jobs import HeldJob
from taktloom.hosts.embedded.core.ready_jobs import ReadyJob, ready_job
from taktloom.hosts.embedded.core.unit import Unit
from taktloom.hosts.embedded.core.values import ValueOwner
from taktloom.model.identifiers import SubjectKey
from taktloom.model.operations import LockedJob
from taktloom.storage import Row, SqlValue, to_micros


@dataclass(frozen=True, slots=True, kw_only=True)
class LockOrder:
    """What a worker asks for. job_types: each once. until: when its locks run out."""

    job_types: Sequence[str]
    worker: str
    max_jobs: int
    until: datetime


def lock_jobs(unit: Unit, order: LockOrder) -> tuple[LockedJob, ...]:
    """Lock what is ready, in the order of priority and creation."""
    held = unit.core.held_jobs
    before = held.change_count(unit.session)
    if unit.core.database.is_shared:
        locked = list(map(ready_job, _choose_on_the_server(unit, order)))
    else:
        locked = [_lock(unit, job, order) for job in _remembered(unit, order)]
        before = held.change_count(unit.session)
    for job in locked:
        if job.has_timed_out:
            unit.count_job("timed-out", job.job_type)
    locked.sort(key=lambda job: (-job.priority, job.job_id))
    micros = to_micros(order.until)
    held.hold(
        unit.session,
        unit.tenant_id,
        [
            HeldJob(job.job_id, job.job_type, job.instance_key, "locked", job.fence, order.worker, micros)
            for job in locked
        ],
        before=before,
    )
    owners: dict[SubjectKey | None, ValueOwner] = {}
    return tuple([_handed_out(unit, job, order.until, owners) for job in locked])


def _remembered(unit: Unit, order: LockOrder) -> Iterator[ReadyJob]:
    return unit.core.ready_jobs.take(
        unit.session,
        unit.tenant_id,
        order.job_types,
        order.max_jobs,
        now=to_micros(unit.now),
        until=to_micros(order.until),
    )


def _lock(unit: Unit, job: ReadyJob, order: LockOrder) -> ReadyJob:
    """The job as it is locked; where its row still waits to be written, it is written so."""
    now, until = to_micros(unit.now), to_micros(order.until)
    locked = job._replace(attempt=job.attempt + 1, fence=job.fence + 1)
    if job.insert is not None and job.epoch is not None and job.epoch == unit.session.epoch:
        row = {
            **job.insert,
            "state": "locked",
            "attempt": locked.attempt,
            "fence": locked.fence,
            "worker": order.worker,
            "ready_at": until,
            "taken_at": now,
        }
        unit.session.defer_newest("insert_job", job.job_id, **row)
    else:
        unit.session.defer(
            "lock_job",
            job.job_id,
            tenant_id=unit.tenant_id,
            job_id=job.job_id,
            worker=order.worker,
            now=now,
            locked_until=until,
        )
    return locked


def _choose_on_the_server(unit: Unit, order: LockOrder) -> list[Row]:
    terms: dict[str, SqlValue] = {
        "tenant_id": unit.tenant_id,
        "now": to_micros(unit.now),
        "locked_until": to_micros(order.until),
        "worker": order.worker,
    }
    if len(order.job_types) > 1:
        types = json.dumps(order.job_types)
        return unit.session.all("lock_jobs", job_types=types, max_jobs=order.max_jobs, **terms)
    # The jobs of one type and priority lie in the order in which they are handed out; others have to be sorted.
    rows: list[Row] = []
    asked: dict[str, SqlValue] = {"job_type": order.job_types[0], "max_jobs": order.max_jobs}
    for level in unit.session.all("ready_job_priorities", tenant_id=unit.tenant_id, now=to_micros(unit.now), **asked):
        left = order.max_jobs - len(rows)
        if left == 0:
            break
        rows += unit.session.all(
            "lock_jobs_of_type",
            job_type=order.job_types[0],
            priority=level.integer("priority"),
            max_jobs=left,
            **terms,
        )
    return rows


def _handed_out(unit: Unit, job: ReadyJob, until: datetime, owners: dict[SubjectKey | None, ValueOwner]) -> LockedJob:
    """owners: those met so far, for most jobs have the same."""
    owner = owners.get(job.subject_key)
    if owner is None:
        owner = owners[job.subject_key] = ValueOwner(tenant_id=unit.tenant_id, subject_key=job.subject_key)
    return LockedJob(
        job_id=job.job_id,
        job_type=job.job_type,
        instance_key=job.instance_key,
        process_id=job.process_id,
        element_id=job.element_id,
        variables=unit.core.job_values.open(unit.session, job.instance_key, owner, job.variables_sealed),
        headers=_headers(job.headers),
        retries_left=job.retries_left,
        attempt=job.attempt,
        fence=job.fence,
        locked_until=until,
        priority=job.priority,
    )


def _headers(text: str) -> Mapping[str, str]:
    headers: Mapping[str, str] = {} if text == "{}" else json.loads(text)
    return headers
