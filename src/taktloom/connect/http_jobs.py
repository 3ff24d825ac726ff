# SPDX-License-Identifier: Apache-2.0
"""Jobs of a server, over its REST interface under a service account's key; long polling.

What the server refuses (4xx) becomes the same error as in process; what cannot be reached or fails (5xx) becomes
ServerUnavailableError, to be tried again.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import httpx

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

_ANSWER_TIME = timedelta(seconds=30)
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

    def heartbeat(self, job_id: JobId, fence: int, lock_for: timedelta) -> None:
        """Prolong a lock."""
        self._post(f"/jobs/{job_id}/heartbeat", {"fence": fence, "lock_s": lock_for.total_seconds()})

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _post(
        self, path: str, body: Mapping[str, object], *, patience: timedelta = _ANSWER_TIME
    ) -> Mapping[str, object]:
        try:
            answer = self._client.post(path, json=body, timeout=patience.total_seconds())
        except httpx.TransportError as error:
            raise ServerUnavailableError(
                f"The server does not answer: {type(error).__name__}.",
                Place(source=str(self._client.base_url)),
                "Check the address and that the server runs.",
            ) from error
        if answer.status_code >= 500:
            raise ServerUnavailableError(
                f"The server failed with status {answer.status_code}.",
                Place(source=str(self._client.base_url)),
                "Try again; look into the server's log.",
            )
        content = _json_object(answer.content)
        if answer.status_code >= 400:
            raise _refusal(answer.status_code, content)
        return content


def _json_object(content: bytes) -> Mapping[str, object]:
    try:
        data = json.loads(content, parse_float=Decimal) if content else {}
    except ValueError:
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
    )
