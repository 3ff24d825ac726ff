# SPDX-License-Identifier: Apache-2.0
"""External tasks: jobs as the clients of Camunda 7's REST convention fetch, hold and finish them.

A worker holds a task by its name instead of a fence. A lock that has run out still counts while nobody else has taken
the task: those clients do not prolong locks, and refusing would only have the work done twice. Each lock raises the
job's fence, so that a worker of `/api/v1` and one of this door cannot both complete a job.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import product
from typing import cast

from taktloom.feel.wire import utf8, values_from_python
from taktloom.hosts.embedded.advancing.advance import advance, event_time
from taktloom.hosts.embedded.advancing.back_off import pause_after_failure
from taktloom.hosts.embedded.core.changes import Topic
from taktloom.hosts.embedded.core.limits import require_count, require_within
from taktloom.hosts.embedded.core.live import LiveInstance
from taktloom.hosts.embedded.core.unit import Core, Unit
from taktloom.hosts.embedded.core.values import ValueOwner
from taktloom.hosts.embedded.work.jobs import LONGEST_LOCK
from taktloom.kernel.events import IncidentResolved, JobCompleted, JobErrorThrown, JobFailed, KernelEvent, VariablesSet
from taktloom.kernel.state import InstanceState
from taktloom.model.errors import ConflictError, MisuseError, NotFoundError
from taktloom.model.external_tasks import ExternalTask, ExternalTaskQuery, FetchedTask, FetchRequest, TopicRequest
from taktloom.model.identifiers import (
    DefinitionKey,
    ElementId,
    IncidentId,
    InstanceKey,
    JobId,
    ProcessId,
    SubjectKey,
    TenantId,
)
from taktloom.model.places import Place
from taktloom.storage import Row, Session, to_micros

_OPEN = frozenset({"available", "waiting", "locked", "failed"})
_NO_RETRIES = "The retries were set to 0."
_LOOKED_AT = 1_000  # candidates whose variables are compared for one fetch; the next fetch looks again
_TOPICS_LISTED = 1_000
_LARGEST_PRIORITY = 2**31 - 1


class UnknownExternalTaskError(NotFoundError):
    """No open external task has that id."""

    code = "TL-2532"


class ExternalTaskHeldError(ConflictError):
    """Another worker holds the task, or nobody does."""

    code = "TL-2533"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalResult:
    """What a worker hands in. local_variables: seen by the activity's output mappings, and by nothing else."""

    worker: str
    variables: Mapping[str, object] = field(default_factory=dict)
    local_variables: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalFailure:
    """Why a task failed. retries: how many are left, 0 makes an incident. details: may quote values; kept sealed.

    variables: set in the instance all the same.
    """

    worker: str
    message: str
    details: str | None = None
    retries: int | None = None
    retry_in: timedelta | None = None
    variables: Mapping[str, object] = field(default_factory=dict)


class ExternalTasks:
    """External tasks of one tenant."""

    def __init__(self, core: Core, tenant_id: TenantId) -> None:
        self._core, self._tenant_id = core, tenant_id

    def fetch(self, request: FetchRequest) -> tuple[FetchedTask, ...]:
        """Lock what is ready now; empty when nothing is. Raises MisuseError, LimitExceededError."""
        limits = self._core.limits
        require_within("max_tasks", request.max_tasks, limits.jobs_per_lock)
        require_count("topics", request.topics, limits.batch_items)
        require_within("worker", len(request.worker), limits.text_characters)
        for topic in request.topics:
            _require_positive("lock_duration", topic.lock_for)
        now = to_micros(self._core.clock.now())
        with self._core.database.reading() as session:
            if not any(_candidates(session, self._tenant_id, topic, request, now) for topic in request.topics):
                return ()
        return self._core.submit(self._tenant_id, lambda unit: _fetch(unit, request))

    def get(self, task_id: str) -> ExternalTask:
        """One open task. Raises UnknownExternalTaskError."""
        with self._core.database.reading() as session:
            return _task(_row(session, self._tenant_id, task_id))

    def search(self, query: ExternalTaskQuery) -> tuple[ExternalTask, ...]:
        """Open tasks by id."""
        with self._core.database.reading() as session:
            rows = session.all("list_external_tasks", **self._filters(query), limit=query.limit, offset=query.offset)
        return tuple(map(_task, rows))

    def count(self, query: ExternalTaskQuery) -> int:
        """How many a list would show without its page."""
        with self._core.database.reading() as session:
            return session.count("count_external_tasks", **self._filters(query))

    def topics(self) -> tuple[str, ...]:
        """Topics of open tasks, by name."""
        with self._core.database.reading() as session:
            rows = session.all("open_topics", tenant_id=self._tenant_id, limit=_TOPICS_LISTED)
        return tuple(row.text("job_type") for row in rows)

    def failure_details(self, task_id: str) -> str | None:
        """What the worker said of the last failure at length. Raises UnknownExternalTaskError."""
        with self._core.database.reading() as session:
            row = _row(session, self._tenant_id, task_id)
        sealed = row.blob_or_none("failure_details_sealed")
        return None if sealed is None else self._core.codec.unseal(sealed, _owner(self._tenant_id, row)).decode()

    def complete(self, task_id: str, result: ExternalResult) -> None:
        """Finish the task. Raises UnknownExternalTaskError, ExternalTaskHeldError."""

        def work(unit: Unit) -> None:
            row = _held(unit, task_id, result.worker)
            instance = _end(unit, row)
            given = dict(values_from_python(result.variables))
            if result.local_variables and _has_outputs(instance, row):
                # Output mappings read both; what is not local is set in the instance whether they pass it on or not.
                if result.variables:
                    _advance(unit, instance, row, VariablesSet, variables=given)
                given |= values_from_python(result.local_variables)
            if JobId(task_id) in instance.state.jobs:  # unless the variables let an event take over
                _advance(unit, instance, row, JobCompleted, job_id=JobId(task_id), variables=given)

        self._core.submit(self._tenant_id, work)

    def fail(self, task_id: str, failure: ExternalFailure) -> None:
        """Give the task back as failed; errors as complete."""
        message = failure.message[: self._core.limits.text_characters]

        def work(unit: Unit) -> None:
            row = _held(unit, task_id, failure.worker)
            unit.count_job("failed", row.text("job_type"))
            _write_details(unit, row, failure.details)
            instance = unit.instance(InstanceKey(row.text("instance_key")))
            if failure.variables:
                _advance(unit, instance, row, VariablesSet, variables=values_from_python(failure.variables))
            left = row.integer("retries_left") - 1 if failure.retries is None else failure.retries
            name = {"tenant_id": unit.tenant_id, "job_id": task_id, "failure": message}
            if JobId(task_id) not in instance.state.jobs:
                return
            if left > 0:
                pause = pause_after_failure(row, left, failure.retry_in)
                unit.session.run("postpone_job", **name, retries_left=left, ready_at=to_micros(unit.now + pause))
                unit.note(Topic.JOBS, "created")
                return
            unit.session.run("fail_job", **name)
            _advance(unit, instance, row, JobFailed, job_id=JobId(task_id), message=message)

        self._core.submit(self._tenant_id, work)

    def throw_error(self, task_id: str, error_code: str, message: str, result: ExternalResult) -> None:
        """End the task with a BPMN error; errors as complete."""
        limits = self._core.limits
        require_within("error_code", len(error_code), limits.text_characters)

        def work(unit: Unit) -> None:
            row = _held(unit, task_id, result.worker)
            unit.count_job("bpmn-error", row.text("job_type"))
            instance = unit.instance(InstanceKey(row.text("instance_key")))
            unit.session.run("end_job_by_error", tenant_id=unit.tenant_id, job_id=task_id, now=to_micros(unit.now))
            _advance(
                unit,
                instance,
                row,
                JobErrorThrown,
                job_id=JobId(task_id),
                error_code=error_code,
                message=message[: limits.text_characters],
                variables=values_from_python(result.variables),
            )

        self._core.submit(self._tenant_id, work)

    def lock(self, task_id: str, *, worker: str, lock_for: timedelta) -> None:
        """Lock one task by its id. Raises UnknownExternalTaskError, ExternalTaskHeldError."""
        _require_positive("lock_duration", lock_for)

        def work(unit: Unit) -> None:
            row = _row(unit.session, unit.tenant_id, task_id)
            if row.text("state") == "failed":
                raise _not_held(task_id, "it has failed and waits for an operator")
            if row.integer("is_held"):
                raise _not_held(task_id, "its instance is suspended")
            if _is_locked(row, unit) and row.text_or_none("worker") != worker:
                raise _not_held(task_id, "another worker has locked it")
            _lock(unit, task_id, worker, lock_for)

        self._core.submit(self._tenant_id, work)

    def extend(self, task_id: str, *, worker: str, lock_for: timedelta) -> None:
        """Lock the task for longer, from now; errors as complete."""
        _require_positive("lock_duration", lock_for)

        def work(unit: Unit) -> None:
            _held(unit, task_id, worker)
            until = to_micros(unit.now + min(lock_for, LONGEST_LOCK))
            unit.session.run("extend_job_lock", tenant_id=unit.tenant_id, job_id=task_id, locked_until=until)

        self._core.submit(self._tenant_id, work)

    def unlock(self, task_id: str) -> None:
        """Give the task back, whoever holds it. Raises UnknownExternalTaskError."""

        def work(unit: Unit) -> None:
            _row(unit.session, unit.tenant_id, task_id)
            unit.session.run("unlock_external_task", tenant_id=unit.tenant_id, job_id=task_id, now=to_micros(unit.now))
            unit.note(Topic.JOBS, "created")

        self._core.submit(self._tenant_id, work)

    def set_retries(self, task_id: str, retries: int, *, actor: str | None = None) -> None:
        """Set how often the task may still be tried; one that waits as an incident is offered again.

        With 0 one that nobody holds becomes an incident. Raises UnknownExternalTaskError, MisuseError.
        """
        self.set_retries_of_many([task_id], retries, actor=actor)

    def set_retries_of_many(self, task_ids: Sequence[str], retries: int, *, actor: str | None = None) -> None:
        """As set_retries, of all these tasks or of none; raises LimitExceededError too."""
        if not 0 <= retries <= _LARGEST_PRIORITY:
            raise MisuseError("The number of retries is a whole number from 0.", remedy="Give 0 or more.")
        require_within("tasks", len(task_ids), _LOOKED_AT)

        def work(unit: Unit) -> None:
            for task_id in task_ids:
                _set_retries(unit, task_id, retries, actor)

        self._core.submit(self._tenant_id, work)

    def set_priority(self, task_id: str, priority: int) -> None:
        """Set the priority by which tasks are fetched. Raises UnknownExternalTaskError, MisuseError."""
        if abs(priority) > _LARGEST_PRIORITY:
            raise MisuseError("The priority is a whole number of 32 bits.", remedy="Give a smaller one.")

        def work(unit: Unit) -> None:
            _row(unit.session, unit.tenant_id, task_id)
            unit.session.run("set_job_priority", tenant_id=unit.tenant_id, job_id=task_id, priority=priority)

        self._core.submit(self._tenant_id, work)

    def _filters(self, query: ExternalTaskQuery) -> dict[str, str | int | None]:
        return {
            "tenant_id": self._tenant_id,
            "now": to_micros(self._core.clock.now()),
            "task_id": query.task_id,
            "topic": query.topic,
            "worker": query.worker,
            "instance_key": query.instance_key,
            "process_id": query.process_id,
            "definition_key": query.definition_key,
            "element_id": query.element_id,
            "is_locked": None if query.is_locked is None else int(query.is_locked),
            "has_retries": None if query.has_retries is None else int(query.has_retries),
        }


def _fetch(unit: Unit, request: FetchRequest) -> tuple[FetchedTask, ...]:
    found: dict[str, tuple[Row, TopicRequest]] = {}
    for topic in request.topics:
        rows = _candidates(unit.session, unit.tenant_id, topic, request, to_micros(unit.now))
        fitting = (row for row in rows if _fits(unit, row, topic))
        for row, _ in zip(fitting, range(request.max_tasks), strict=False):
            found.setdefault(row.text("job_id"), (row, topic))
    chosen = sorted(found.values(), key=_order(request))[: request.max_tasks]
    return tuple(_fetched(unit, row.text("job_id"), request.worker, topic.lock_for) for row, topic in chosen)


def _candidates(
    session: Session, tenant_id: TenantId, topic: TopicRequest, request: FetchRequest, now: int
) -> list[Row]:
    rows: list[Row] = []
    for process_id, definition_key in product(topic.process_ids or (None,), topic.definition_keys or (None,)):
        rows += session.all(
            "external_task_candidates",
            tenant_id=tenant_id,
            topic=topic.topic,
            now=now,
            business_key=topic.business_key,
            process_id=process_id,
            definition_key=definition_key,
            version_tag=topic.version_tag,
            by_priority=int(request.by_priority),
            newest_first=int(request.newest_first),
            limit=_LOOKED_AT if topic.process_variables else request.max_tasks,
        )
    return rows


def _order(request: FetchRequest) -> Callable[[tuple[Row, TopicRequest]], tuple[int, int, str]]:
    sign = -1 if request.newest_first else 1

    def key(entry: tuple[Row, TopicRequest]) -> tuple[int, int, str]:
        row = entry[0]
        priority = -row.integer("priority") if request.by_priority else 0
        return priority, sign * row.integer("created_at"), row.text("job_id")

    return key


def _fits(unit: Unit, row: Row, topic: TopicRequest) -> bool:
    """Whether the instance's own variables equal those that the topic asks for."""
    if not topic.process_variables:
        return True
    state = unit.instance(InstanceKey(row.text("instance_key"))).state
    present = {} if state.root is None else state.scopes[state.root].variables
    return all(name in present and present[name] == value for name, value in topic.process_variables.items())


def _fetched(unit: Unit, task_id: str, worker: str, lock_for: timedelta) -> FetchedTask:
    _lock(unit, task_id, worker, lock_for)
    row = _row(unit.session, unit.tenant_id, task_id)
    instance_key, owner = InstanceKey(row.text("instance_key")), _owner(unit.tenant_id, row)
    variables = unit.core.job_values.open(unit.session, instance_key, owner, row.blob("variables_sealed"))
    instance = unit.instance(instance_key)
    return FetchedTask(task=_task(row), variables=variables, local_names=_local_names(instance.state, JobId(task_id)))


def _local_names(state: InstanceState, job_id: JobId) -> frozenset[str]:
    token = state.jobs.get(job_id)
    if token is None or token.inner is None:
        return frozenset()
    return frozenset(state.scopes[token.inner].variables)


def _lock(unit: Unit, task_id: str, worker: str, lock_for: timedelta) -> None:
    unit.session.run(
        "lock_external_task",
        tenant_id=unit.tenant_id,
        job_id=task_id,
        worker=worker,
        now=to_micros(unit.now),
        locked_until=to_micros(unit.now + min(lock_for, LONGEST_LOCK)),
    )


def _held(unit: Unit, task_id: str, worker: str) -> Row:
    """The open task that *worker* locked last."""
    row = _row(unit.session, unit.tenant_id, task_id)
    if row.text("state") != "locked":
        raise _not_held(task_id, f"it is {row.text('state')}")
    if row.text_or_none("worker") != worker:
        raise _not_held(task_id, "another worker has locked it")
    return row


def _is_locked(row: Row, unit: Unit) -> bool:
    return row.text("state") == "locked" and row.integer("ready_at") > to_micros(unit.now)


def _end(unit: Unit, row: Row) -> LiveInstance:
    unit.count_job("completed", row.text("job_type"))
    instance = unit.instance(InstanceKey(row.text("instance_key")))
    unit.session.run(
        "end_job",
        tenant_id=unit.tenant_id,
        job_id=row.text("job_id"),
        state="completed",
        now=to_micros(unit.now),
    )
    return instance


def _advance(unit: Unit, instance: LiveInstance, row: Row, kind: Callable[..., KernelEvent], **content: object) -> None:
    """Advance by an event of *kind* in the name of the worker."""
    actor = row.text_or_none("worker")
    advance(unit, instance, kind(occurred_at=event_time(unit, instance), actor=actor, **content))


def _has_outputs(instance: LiveInstance, row: Row) -> bool:
    executable = instance.definition.executable
    return bool(executable.nodes[executable.node_index[ElementId(row.text("element_id"))]].outputs)


def _write_details(unit: Unit, row: Row, details: str | None) -> None:
    plain = None if details is None else utf8(details)
    require_within("error_details", len(plain or b""), unit.core.limits.variable_bytes)
    unit.session.run(
        "write_failure_details",
        tenant_id=unit.tenant_id,
        job_id=row.text("job_id"),
        failure_details_sealed=None if plain is None else unit.core.codec.seal(plain, _owner(unit.tenant_id, row)),
    )


def _set_retries(unit: Unit, task_id: str, retries: int, actor: str | None) -> None:
    row = _row(unit.session, unit.tenant_id, task_id)
    if retries > 0 and row.text("state") == "failed":
        _offer_again(unit, row, actor)
    unit.session.run("set_job_retries", tenant_id=unit.tenant_id, job_id=task_id, retries_left=retries)
    if retries == 0 and row.text("state") != "failed" and not _is_locked(row, unit):
        unit.session.run("fail_job", tenant_id=unit.tenant_id, job_id=task_id, failure=_NO_RETRIES)
        instance = unit.instance(InstanceKey(row.text("instance_key")))
        _advance(unit, instance, row, JobFailed, job_id=JobId(task_id), message=_NO_RETRIES)


def _offer_again(unit: Unit, row: Row, actor: str | None) -> None:
    name = {"tenant_id": unit.tenant_id, "instance_key": row.text("instance_key"), "job_id": row.text("job_id")}
    incident = unit.session.first("open_incident_of_job", **name)
    if incident is None:
        return
    instance = unit.instance(InstanceKey(row.text("instance_key")))
    incident_id = IncidentId(incident.text("incident_id"))
    occurred_at = event_time(unit, instance)
    advance(
        unit, instance, IncidentResolved(occurred_at=occurred_at, actor=actor, incident_id=incident_id, variables={})
    )


def _row(session: Session, tenant_id: TenantId, task_id: str) -> Row:
    row = session.first("external_task", tenant_id=tenant_id, job_id=task_id)
    if row is None or row.text("state") not in _OPEN:
        raise UnknownExternalTaskError(
            f"There is no external task {task_id}.",
            Place(element_id=task_id),
            "Drop it and fetch others: it is done, cancelled or was never there.",
            {"task_id": task_id},
        )
    return row


def _task(row: Row) -> ExternalTask:
    failure = row.text_or_none("failure")
    is_locked = row.text("state") == "locked"
    return ExternalTask(
        task_id=JobId(row.text("job_id")),
        topic=row.text("job_type"),
        worker=row.text_or_none("worker"),
        locked_until=row.instant("ready_at") if is_locked else None,
        instance_key=InstanceKey(row.text("instance_key")),
        process_id=ProcessId(row.text("process_id")),
        definition_key=DefinitionKey(row.text("definition_key")),
        version_tag=row.text_or_none("version_tag"),
        business_key=row.text_or_none("business_key"),
        element_id=ElementId(row.text("element_id")),
        retries=None if failure is None else row.integer("retries_left"),
        retries_left=row.integer("retries_left"),
        priority=row.integer("priority"),
        failure=failure or None,
        created_at=row.instant("created_at"),
        is_open=row.text("state") in _OPEN,
        headers=cast("Mapping[str, str]", json.loads(row.text("headers"))),
    )


def _owner(tenant_id: TenantId, row: Row) -> ValueOwner:
    subject = row.text_or_none("subject_key")
    return ValueOwner(tenant_id=tenant_id, subject_key=None if subject is None else SubjectKey(subject))


def _not_held(task_id: str, why: str) -> ExternalTaskHeldError:
    return ExternalTaskHeldError(
        f"The external task {task_id} is not held by this worker: {why}.",
        Place(element_id=task_id),
        "Drop it: another worker does it or has done it. Lock for longer when work takes longer than the lock.",
        {"task_id": task_id, "why": why},
    )


def _require_positive(name: str, duration: timedelta) -> None:
    if duration <= timedelta():
        raise MisuseError(f"{name} must be a positive duration.", remedy="Give a duration above zero.")
