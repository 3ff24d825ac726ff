# SPDX-License-Identifier: Apache-2.0
"""The client: one method per thing to do, typed results. Variables are Python or FEEL values, both ways.

Raises RequestRefusedError for what the server refuses, ServerUnavailableError when it does not answer in several tries.
Safe to use from several threads.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from types import TracebackType
from typing import TypeVar, cast

import httpx
from pydantic import TypeAdapter

from taktloom.client.transport import Transport
from taktloom.connect import HttpJobSource, JobFeed
from taktloom.feel import from_json, from_python, to_json, to_python
from taktloom.model.operations import (
    Deployment,
    IncidentView,
    InstanceSummary,
    LockedJob,
    RefusedStart,
    Started,
    UserTaskView,
)

Kind = TypeVar("Kind")
Variables = Mapping[str, object]
NOTHING: Variables = {}
_STARTS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class InstanceStart:
    """One start of many."""

    variables: Variables = field(default_factory=dict)
    business_key: str | None = None


class Client:
    """A server's interface under the API key of a service account."""

    def __init__(self, server: str, key: str, *, tries: int = 4, transport: httpx.BaseTransport | None = None) -> None:
        """server: its address, such as `https://taktloom.example.org`. tries: how often a request is sent at most."""
        self._transport = Transport(server, key, tries=tries, transport=transport)
        self._jobs = HttpJobSource(server, key, transport=transport)

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()
        self._jobs.close()

    def deploy(self, files: Mapping[str, bytes]) -> Deployment:
        """Deploy `.bpmn`, `.dmn` and `.form` files together, all or none."""
        return _typed(Deployment, self._transport.post_files("/deployments", files))

    def start(
        self,
        process_id: str,
        variables: Variables = NOTHING,
        *,
        business_key: str | None = None,
        version: int | None = None,
    ) -> InstanceSummary:
        """Start an instance of the newest version, or of the one asked for."""
        body = {"variables": _wire(variables), "business_key": business_key, "version": version}
        return _typed(InstanceSummary, self._transport.post(f"/processes/{process_id}/instances", body))

    def start_many(
        self, process_id: str, starts: Sequence[InstanceStart], *, version: int | None = None
    ) -> tuple[str | RefusedStart, ...]:
        """Start many instances, 500 in a request; in order their keys, or why one was refused."""
        answers: list[str | RefusedStart] = []
        for at in range(0, len(starts), _STARTS_AT_ONCE):
            asked = starts[at : at + _STARTS_AT_ONCE]
            some = [{"variables": _wire(one.variables), "business_key": one.business_key} for one in asked]
            answer = self._transport.post(f"/processes/{process_id}/starts", {"starts": some, "version": version})
            told = _typed(Started, answer)
            outcomes: dict[int, str | RefusedStart] = {one.number: one.instance_key for one in told.started}
            outcomes.update({one.number: replace(one, number=at + one.number) for one in told.refused})
            answers += [outcomes[number] for number in range(len(some))]
        return tuple(answers)

    def instance(self, instance_key: str) -> InstanceSummary:
        """One instance."""
        return _typed(InstanceSummary, self._detail(instance_key)["summary"])

    def variables(self, instance_key: str) -> dict[str, object]:
        """The instance's own variables."""
        rows = cast("list[dict[str, object]]", self._detail(instance_key)["variables"])
        own = (row for row in rows if row["scope_element_id"] is None)
        return {str(row["name"]): to_python(from_json(row["value"])) for row in own}

    def instances(
        self, process_id: str | None = None, *, status: str | None = None, search: str | None = None
    ) -> Iterator[InstanceSummary]:
        """Instances, newest first; pages are fetched as they are needed."""
        query = {"process_id": process_id, "status": status, "search": search}
        return self._all(InstanceSummary, "/instances", query)

    def cancel(self, instance_key: str, *, reason: str = "") -> None:
        """End an instance now."""
        self._transport.post(f"/instances/{instance_key}/cancel", {"reason": reason})

    def set_variables(self, instance_key: str, variables: Variables, *, reason: str = "") -> None:
        """Set variables of an instance."""
        body = {"variables": _wire(variables), "reason": reason}
        self._transport.put(f"/instances/{instance_key}/variables", body)

    def publish(  # noqa: PLR0913 - what is optional is keyword-only
        self,
        name: str,
        correlation_key: str | None = None,
        variables: Variables = NOTHING,
        *,
        message_id: str | None = None,
        time_to_live: timedelta = timedelta(),
        business_key: str | None = None,
    ) -> tuple[str, ...]:
        """Publish a message for one receiver; the instance that it moved or started, empty for none."""
        body = {
            "name": name,
            "correlation_key": correlation_key,
            "variables": _wire(variables),
            "message_id": message_id,
            "time_to_live_s": time_to_live.total_seconds(),
            "business_key": business_key,
        }
        answer = cast("dict[str, list[str]]", self._transport.post("/messages", body))
        return tuple(answer["correlated"])

    def broadcast(self, signal: str, variables: Variables = NOTHING) -> tuple[str, ...]:
        """Throw a signal; the instances that heard it or were started by it."""
        answer = self._transport.post("/signals", {"name": signal, "variables": _wire(variables)})
        return tuple(cast("dict[str, list[str]]", answer)["heard"])

    def tasks(self, process_id: str | None = None, *, view: str = "all") -> Iterator[UserTaskView]:
        """Open user tasks, oldest first."""
        return self._all(UserTaskView, "/tasks", {"process_id": process_id, "view": view})

    def complete_task(self, user_task_id: str, variables: Variables = NOTHING) -> None:
        """Complete a user task with the form's values."""
        self._transport.post(f"/tasks/{user_task_id}/complete", {"variables": _wire(variables)})

    def stream_jobs(
        self, job_types: Sequence[str], *, worker: str, max_jobs: int = 1, lock_for: timedelta = timedelta(seconds=60)
    ) -> JobFeed:
        """Jobs as they come, never more than *max_jobs* that have not ended; `close` ends it from another thread.

        The server ends a stream after some minutes: ask for another one then.
        """
        return self._jobs.stream(job_types, worker=worker, max_jobs=max_jobs, lock_for=lock_for)

    def complete_job(self, job: LockedJob, variables: Variables = NOTHING) -> None:
        """Finish a job under its fence."""
        self._jobs.complete(job.job_id, job.fence, {name: from_python(value) for name, value in variables.items()})

    def fail_job(self, job: LockedJob, message: str, *, retry_in: timedelta | None = None) -> None:
        """Give a job back as failed."""
        self._jobs.fail(job.job_id, job.fence, message, retry_in=retry_in)

    def incidents(self, process_id: str | None = None) -> Iterator[IncidentView]:
        """Open incidents, newest first."""
        return self._all(IncidentView, "/incidents", {"process_id": process_id})

    def resolve(self, incident_id: str, variables: Variables | None = None, *, reason: str = "") -> None:
        """Set variables where given, then let the element try again."""
        body = {"variables": None if variables is None else _wire(variables), "reason": reason}
        self._transport.post(f"/incidents/{incident_id}/resolve", body)

    def evaluate(self, decision_id: str, inputs: Variables = NOTHING) -> object:
        """The value of the newest version of a decision."""
        answer = self._transport.post(f"/decisions/{decision_id}/evaluations", {"inputs": _wire(inputs)})
        return to_python(from_json(cast("dict[str, object]", answer)["value"]))

    def _detail(self, instance_key: str) -> dict[str, object]:
        return cast("dict[str, object]", self._transport.get(f"/instances/{instance_key}"))

    def _all(self, kind: type[Kind], path: str, query: Mapping[str, object]) -> Iterator[Kind]:
        fetch: Callable[..., object] = partial(self._transport.get, path, limit=200, **query)
        cursor: object = None
        while True:
            page = cast("dict[str, object]", fetch(cursor=cursor))
            for item in cast("list[object]", page["items"]):
                yield _typed(kind, item)
            cursor = page["next_cursor"]
            if cursor is None:
                return


_ADAPTERS: Mapping[type, TypeAdapter[object]] = {
    kind: TypeAdapter[object](kind) for kind in (Deployment, IncidentView, InstanceSummary, UserTaskView, Started)
}


def _typed(kind: type[Kind], data: object) -> Kind:
    """An answer as the record that the server made it from."""
    return cast("Kind", _ADAPTERS[kind].validate_python(data))


def _wire(variables: Variables) -> dict[str, object]:
    return {name: to_json(from_python(value)) for name, value in variables.items()}
