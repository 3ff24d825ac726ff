# SPDX-License-Identifier: Apache-2.0
"""Jobs of a server, over its REST interface under a service account's key; long polling.

What the server refuses (4xx) becomes the same error as in process; what cannot be reached or fails (5xx) becomes
ServerUnavailableError, to be tried again.
"""

import json
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal

import httpx

from taktloom.connect.job_feed import TIMEOUT, JobFeed
from taktloom.connect.tracing import CURRENT
from taktloom.feel import FeelValue, from_json, to_json
from taktloom.model.errors import (
    ConflictError,
    IncidentError,
    LimitExceededError,
    MisuseError,
    NotAuthenticatedError,
    NotFoundError,
    PermissionDeniedError,
)
from taktloom.model.identifiers import ElementId, InstanceKey, JobId, ProcessId
from taktloom.model.operations import LockedJob
from taktloom.model.places import Place
from taktloom.model.trace_context import TRACEPARENT

_ANSWER_TIME = timedelta(seconds=30)
_PAUSES_S = (0.2, 1.0, 3.0)
_REFUSALS: Mapping[int, type[MisuseError]] = {
    401: NotAuthenticatedError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    413: LimitExceededError,
}


class ServerUnavailableError(IncidentError):
    """The server cannot be reached or has failed; try again."""

    code = "TL-3801"


class HttpJobSource:
    """The jobs of a server; *key* is an API key of a service account. Safe to use from several threads."""

    def __init__(self, server: str, key: str, *, transport: httpx.BaseTransport | None = None) -> None:
        self._client = httpx.Client(
            base_url=f"{server.rstrip('/')}/api/v1",
            headers={"Authorization": f"Bearer {key}"},
            timeout=_ANSWER_TIME.total_seconds(),
            transport=transport,
        )

    def lock(
        self, job_types: Sequence[str], *, worker: str, max_jobs: int, lock_for: timedelta, wait: timedelta
    ) -> tuple[LockedJob, ...]:
        """Lock jobs, waiting up to *wait* for the first one."""
        body = {
            "job_types": list(job_types),
            "worker": worker,
            "max_jobs": max_jobs,
            "lock_s": lock_for.total_seconds(),
            "wait_s": wait.total_seconds(),
        }
        answer = self._post("/jobs/activations", body, patience=wait + _ANSWER_TIME)
        jobs = answer.get("jobs")
        return tuple(_job(entry) for entry in jobs) if isinstance(jobs, list) else ()

    def stream(self, job_types: Sequence[str], *, worker: str, max_jobs: int, lock_for: timedelta) -> JobFeed:
        """Jobs as they come, never more than *max_jobs* that have not ended. Iterating raises as lock does."""
        query: dict[str, str | list[str]] = {
            "job_type": list(job_types),
            "worker": worker,
            "max_jobs": str(max_jobs),
            "lock_s": str(lock_for.total_seconds()),
        }
        return JobFeed(lambda: self._open_stream(query), _job_of_event, self._silent)

    def complete(self, job_id: JobId, fence: int, variables: Mapping[str, FeelValue]) -> None:
        """Finish a job."""
        self._post(f"/jobs/{job_id}/completion", {"fence": fence, "variables": _wire(variables)})

    def fail(
        self,
        job_id: JobId,
        fence: int,
        message: str,
        *,
        retries: int | None = None,
        retry_in: timedelta | None = None,
    ) -> None:
        """Give a job back as failed."""
        body: dict[str, object] = {"fence": fence, "message": message}
        if retries is not None:
            body["retries"] = retries
        if retry_in is not None:
            body["retry_in_s"] = retry_in.total_seconds()
        self._post(f"/jobs/{job_id}/failure", body)

    def throw_error(
        self,
        job_id: JobId,
        fence: int,
        error_code: str,
        *,
        message: str = "",
        variables: Mapping[str, FeelValue] | None = None,
    ) -> None:
        """End a job with a BPMN error."""
        body = {"fence": fence, "error_code": error_code, "message": message, "variables": _wire(variables or {})}
        self._post(f"/jobs/{job_id}/error", body)

    def throw_escalation(
        self, job_id: JobId, fence: int, escalation_code: str, *, variables: Mapping[str, FeelValue] | None = None
    ) -> bool:
        """Throw an escalation; whether the job is still locked. Sent again when no answer comes, done once."""
        body = {"fence": fence, "escalation_code": escalation_code, "variables": _wire(variables or {})}
        headers = {"Idempotency-Key": secrets.token_hex(16)}
        for pause in _PAUSES_S:
            try:
                return bool(self._post(f"/jobs/{job_id}/escalation", body, headers=headers)["is_still_locked"])
            except ServerUnavailableError:
                time.sleep(pause)
        return bool(self._post(f"/jobs/{job_id}/escalation", body, headers=headers)["is_still_locked"])

    def heartbeat(self, job_id: JobId, fence: int, lock_for: timedelta) -> None:
        """Prolong a lock."""
        self._post(f"/jobs/{job_id}/heartbeat", {"fence": fence, "lock_s": lock_for.total_seconds()})

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _post(
        self,
        path: str,
        body: Mapping[str, object],
        *,
        patience: timedelta = _ANSWER_TIME,
        headers: Mapping[str, str] | None = None,
    ) -> Mapping[str, object]:
        try:
            answer = self._client.post(
                path, json=body, timeout=patience.total_seconds(), headers={**_trace(), **(headers or {})}
            )
        except httpx.TransportError as error:
            raise self._silent(error) from error
        self._require_success(answer)
        return _json_object(answer.content)

    @contextmanager
    def _open_stream(self, query: Mapping[str, str | list[str]]) -> Iterator[httpx.Response]:
        with self._client.stream("GET", "/jobs/stream", params=query, timeout=TIMEOUT) as answer:
            if answer.status_code >= 400:
                answer.read()
            self._require_success(answer)
            yield answer

    def _silent(self, error: httpx.TransportError) -> ServerUnavailableError:
        return ServerUnavailableError(
            f"The server does not answer: {type(error).__name__}.",
            Place(source=str(self._client.base_url)),
            "Check the address and that the server runs.",
        )

    def _require_success(self, answer: httpx.Response) -> None:
        """Raises what a refusal or a failure stands for."""
        if answer.status_code >= 500:
            raise ServerUnavailableError(
                f"The server failed with status {answer.status_code}.",
                Place(source=str(self._client.base_url)),
                "Try again; look into the server's log.",
            )
        if answer.status_code >= 400:
            raise _refusal(answer.status_code, _json_object(answer.content))


def _json_object(content: bytes) -> Mapping[str, object]:
    try:
        data = json.loads(content, parse_float=Decimal) if content else {}
    except (ValueError, RecursionError):
        data = {}
    return data if isinstance(data, dict) else {}


def _refusal(status: int, problem: Mapping[str, object]) -> MisuseError:
    kind = _REFUSALS.get(status, MisuseError)
    parameters = problem.get("parameters")
    return kind(
        str(problem.get("detail") or problem.get("title") or f"The server refused with status {status}."),
        remedy=str(problem.get("remedy") or ""),
        parameters={str(k): str(v) for k, v in parameters.items()} if isinstance(parameters, dict) else {},
    )


def _trace() -> dict[str, str]:
    traceparent = CURRENT.get()
    return {} if traceparent is None else {TRACEPARENT: traceparent}


def _job_of_event(data: str) -> LockedJob:
    return _job(_json_object(data.encode()))


def _wire(variables: Mapping[str, FeelValue]) -> dict[str, object]:
    return {name: to_json(value) for name, value in variables.items()}


def _job(entry: Mapping[str, object]) -> LockedJob:
    variables, headers = entry.get("variables"), entry.get("headers")
    return LockedJob(
        job_id=JobId(str(entry["job_id"])),
        job_type=str(entry["job_type"]),
        instance_key=InstanceKey(str(entry["instance_key"])),
        process_id=ProcessId(str(entry["process_id"])),
        element_id=ElementId(str(entry["element_id"])),
        variables={str(k): from_json(v) for k, v in variables.items()} if isinstance(variables, dict) else {},
        headers={str(k): str(v) for k, v in headers.items()} if isinstance(headers, dict) else {},
        retries_left=int(str(entry["retries_left"])),
        attempt=int(str(entry["attempt"])),
        fence=int(str(entry["fence"])),
        locked_until=datetime.fromisoformat(str(entry["locked_until"])),
        priority=int(str(entry.get("priority", 0))),
    )
