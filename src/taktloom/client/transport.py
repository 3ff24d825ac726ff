# SPDX-License-Identifier: Apache-2.0
"""Requests, sent again when no answer came: changing ones under an idempotency key, so that they are done once."""

import json
import secrets
import time
from collections.abc import Callable, Mapping
from decimal import Decimal

import httpx

from taktloom.connect import ServerUnavailableError
from taktloom.model.errors import MisuseError
from taktloom.model.places import Place

SECONDS = 30.0
_LONGEST_PAUSE_S = 30.0
_TRY_AGAIN = frozenset({429, 502, 503, 504})


class RequestRefusedError(MisuseError):
    """The server refused the request. problem_code: the server's own code of the cause; status: HTTP's."""

    code = "TL-2911"

    def __init__(
        self, cause: str, remedy: str, parameters: Mapping[str, str], *, problem_code: str, status: int
    ) -> None:
        super().__init__(cause, remedy=remedy, parameters=parameters)
        self.problem_code, self.status = problem_code, status


class Transport:
    """Talks to one server under one key."""

    def __init__(
        self,
        server: str,
        key: str,
        *,
        tries: int = 4,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._tries, self._sleep = max(tries, 1), sleep
        self._client = httpx.Client(
            base_url=f"{server.rstrip('/')}/api/v1",
            headers={"Authorization": f"Bearer {key}"},
            timeout=SECONDS,
            transport=transport,
        )

    def get(self, path: str, **query: object) -> object:
        """The JSON of an answer."""
        given = {name: str(value) for name, value in query.items() if value is not None}
        return self._send("GET", path, params=given)

    def post(self, path: str, body: object) -> object:
        """As get; done once, however often it has to be sent."""
        return self._send("POST", path, json=body, headers={"Idempotency-Key": secrets.token_hex(16)})

    def post_files(self, path: str, files: Mapping[str, bytes]) -> object:
        """As post, with files."""
        listed = [("files", (name, content, "application/octet-stream")) for name, content in files.items()]
        # One boundary for all tries: the server compares the bytes of what is sent again.
        headers = {
            "Idempotency-Key": secrets.token_hex(16),
            "Content-Type": f"multipart/form-data; boundary={secrets.token_hex(16)}",
        }
        return self._send("POST", path, files=listed, headers=headers)

    def put(self, path: str, body: object) -> object:
        """As get; setting something twice is setting it once."""
        return self._send("PUT", path, json=body)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _send(self, method: str, path: str, **content: object) -> object:
        answer: httpx.Response | None = None
        failure = ""
        for attempt in range(1, self._tries + 1):
            try:
                answer = self._client.request(method, path, **content)  # type: ignore[arg-type]  # as the callers give
            except httpx.TransportError as error:
                answer, failure = None, type(error).__name__
            if answer is not None and not _may_help(answer):
                return _content(answer)
            if attempt < self._tries:
                self._sleep(_pause(answer, attempt))
        if answer is not None and answer.status_code < 500:
            return _content(answer)
        raise ServerUnavailableError(
            f"The server does not answer: {failure or f'status {answer.status_code if answer else 0}'}.",
            Place(source=str(self._client.base_url)),
            "Check the address and that the server runs.",
        )


def _may_help(answer: httpx.Response) -> bool:
    """Whether sending it again may bring another answer."""
    return answer.status_code in _TRY_AGAIN or (answer.status_code == 409 and "Retry-After" in answer.headers)


def _pause(answer: httpx.Response | None, attempt: int) -> float:
    wanted = "" if answer is None else answer.headers.get("Retry-After", "")
    return min(float(wanted) if wanted.isdecimal() else 0.2 * 2**attempt, _LONGEST_PAUSE_S)


def _content(answer: httpx.Response) -> object:
    if answer.status_code < 400:
        return json.loads(answer.content, parse_float=Decimal) if answer.content else None
    problem = _problem(answer)
    parameters = problem.get("parameters")
    raise RequestRefusedError(
        str(problem.get("detail") or f"The server refused with status {answer.status_code}."),
        str(problem.get("remedy") or ""),
        {str(name): str(value) for name, value in parameters.items()} if isinstance(parameters, dict) else {},
        problem_code=str(problem.get("code") or ""),
        status=answer.status_code,
    )


def _problem(answer: httpx.Response) -> Mapping[str, object]:
    try:
        problem = json.loads(answer.content)
    except ValueError:
        return {}
    return problem if isinstance(problem, dict) else {}
