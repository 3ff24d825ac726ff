# SPDX-License-Identifier: Apache-2.0
"""Errors as RFC 9457 problems: the only place that knows HTTP status codes.

Our own failures (anything that is no TaktloomError) are logged with their stack under an id; the answer tells the id
and nothing else.
"""

import logging
import secrets
from asyncio import CancelledError
from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from taktloom.app.machine import refusal_for_others
from taktloom.model.errors import (
    ConflictError,
    DefinitionError,
    IncidentError,
    InputRefusedError,
    LimitExceededError,
    MisuseError,
    NotAuthenticatedError,
    NotFoundError,
    PermissionDeniedError,
    RateExceededError,
    TaktloomError,
    UnexpectedError,
)
from taktloom.model.findings import Finding, Severity
from taktloom.model.places import Place
from taktloom.web.schemas.shared import FindingOut, PlaceOut, Problem


class BodyTooLargeError(Exception):
    """The body went over the limit while it was read."""


class BodyTooSlowError(BodyTooLargeError):
    """The body did not come in time; answered where the one above is."""


class NotServedError(MisuseError):
    """The address does not exist, or not for this method."""

    code = "TL-2904"


class RequestUnreadableError(InputRefusedError):
    """The request does not fit its schema; the findings name the fields."""

    code = "TL-2922"


MEDIA_TYPE = "application/problem+json"
LOGGER = logging.getLogger("taktloom.web")

# The first family that fits decides, so special ones stand before general ones.
STATUS: Mapping[type[TaktloomError], int] = {
    NotAuthenticatedError: 401,
    PermissionDeniedError: 403,
    NotFoundError: 404,
    ConflictError: 409,
    RateExceededError: 429,
    LimitExceededError: 413,
    InputRefusedError: 422,
    DefinitionError: 422,
    MisuseError: 400,
    IncidentError: 503,
    TaktloomError: 500,
}
TITLES: Mapping[int, str] = {
    400: "The request cannot be carried out",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "Wrong method",
    408: "Too slow",
    409: "In conflict with the present state",
    413: "Over the limit",
    422: "Refused",
    429: "Too many attempts",
    500: "Our failure",
    503: "Not possible now",
}


class Failures:
    """Answers what nothing else answers, inside of what counts and protects every answer.

    The framework's own handler stands outside of that and raises again after it has answered: the server would log the
    stack a second time and cut the connection, so that the client's next request failed too.
    """

    def __init__(self, application: ASGIApp) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        has_begun = is_answered = False

        async def send_noting(message: Message) -> None:
            nonlocal has_begun, is_answered
            has_begun = True
            await send(message)
            is_answered = message["type"] == "http.response.body" and not message.get("more_body")

        try:
            await self._application(scope, receive, send_noting)
        except (BodyTooLargeError, CancelledError, KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # a panic of a compiled library is no Exception
            if not has_begun and scope["type"] == "http":
                await problem_response(failure_of(error))(scope, receive, send)
            elif not is_answered:
                raise


def install(application: FastAPI) -> None:
    """Answer every error of *application* as a problem."""
    application.add_exception_handler(TaktloomError, _on_taktloom_error)
    application.add_exception_handler(RequestValidationError, _on_validation_error)
    application.add_exception_handler(ValidationError, _on_validation_error)
    application.add_exception_handler(HTTPException, _on_http_exception)
    application.add_exception_handler(Exception, _on_failure)


def problem_of(error: TaktloomError) -> Problem:
    """The problem that tells *error*."""
    status = status_of(error)
    findings = _findings(error)
    return Problem(
        type=f"urn:taktloom:error:{error.code}",
        title=TITLES.get(status, TITLES[400]),
        status=status,
        code=error.code,
        detail=error.cause,
        place=PlaceOut.model_validate(error.place),
        remedy=error.remedy,
        parameters=dict(error.parameters),
        findings=[FindingOut.model_validate(finding) for finding in findings],
    )


def status_of(error: TaktloomError) -> int:
    """The HTTP status of an error's family."""
    return next(status for family, status in STATUS.items() if isinstance(error, family))


def failure_of(error: BaseException) -> Problem:
    """The problem that tells of a failure of ours; logs it with its stack under the problem's error id.

    A machine that refuses is no failure of ours: a disk that is full, a file that another program has locked.
    """
    refusal = refusal_for_others(error)
    if refusal is not None:
        LOGGER.warning("%s (%s)", refusal, type(error).__name__)
        return problem_of(refusal)
    error_id = secrets.token_hex(6)
    LOGGER.error("unexpected error %s", error_id, exc_info=error)
    return Problem(
        type=f"urn:taktloom:error:{UnexpectedError.code}",
        title=TITLES[500],
        status=500,
        code=UnexpectedError.code,
        detail="Something went wrong on our side.",
        remedy="Try again; if it stays, report the error id and the server's log around it.",
        error_id=error_id,
    )


def problem_response(problem: Problem) -> Response:
    """The problem as a response; Retry-After where waiting helps."""
    wait = problem.parameters.get("retry_after_s", "5" if problem.status == 503 else None)
    headers = None if wait is None else {"Retry-After": wait}
    content = problem.model_dump(mode="json")
    return JSONResponse(content, status_code=problem.status, media_type=MEDIA_TYPE, headers=headers)


def refused(status: int, code: str, detail: str, remedy: str) -> Problem:
    """A problem that the HTTP side itself finds."""
    return Problem(
        type=f"urn:taktloom:error:{code}",
        title=TITLES.get(status, TITLES[400]),
        status=status,
        code=code,
        detail=detail,
        remedy=remedy,
    )


async def _on_taktloom_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, TaktloomError)
    problem = problem_of(error)
    if problem.status >= 500:
        LOGGER.warning("%s %s: %s", request.method, request.url.path, error)
    return problem_response(problem)


async def _on_validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError | ValidationError)
    if isinstance(error, ValidationError) and not error.title.endswith("In") and error.title != "DeployDraft":
        return problem_response(failure_of(error))  # a response of ours that does not fit its own schema
    findings = [
        Finding(
            severity=Severity.ERROR,
            rule=str(one["type"]),
            message=str(one["msg"]),
            place=Place(element_id=".".join(str(part) for part in one["loc"])),
        )
        for one in error.errors()[:20]
    ]
    problem = refused(
        422, RequestUnreadableError.code, "The request does not fit its schema.", "Mend the named fields."
    )
    shown = [FindingOut.model_validate(finding) for finding in findings]
    return problem_response(problem.model_copy(update={"findings": shown}))


async def _on_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    refusal = too_large(error)
    if refusal is not None:
        raise refusal  # FastAPI turns what goes wrong while reading a body into a 400
    if isinstance(error.__cause__, TaktloomError):  # found while the body was read
        return await _on_taktloom_error(request, error.__cause__)
    if error.status_code == 400:  # what FastAPI makes of a body that is no text, or nested too deeply for its parser
        cause, remedy = "The body of the request cannot be read.", "Send JSON in UTF-8 that is not nested deeply."
        if request.headers.get("Content-Type", "").startswith("multipart/"):
            remedy = "Send multipart/form-data with its boundary, short heads and no more files than the address takes."
        return problem_response(refused(400, RequestUnreadableError.code, cause, remedy))
    response = problem_response(_not_served(request, error))
    response.headers.update(error.headers or {})
    return response


def _not_served(request: Request, error: HTTPException) -> Problem:
    """What is wrong with the address, or with the method at it."""
    if error.status_code != 405:
        return refused(error.status_code, NotServedError.code, str(error.detail), "See /api/v1/docs for all addresses.")
    taken = (error.headers or {}).get("Allow", "")
    cause, remedy = (
        f"This address does not take {request.method}.",
        f"Send {taken}. See /api/v1/docs for all addresses.",
    )
    problem = refused(405, NotServedError.code, cause, remedy)
    return problem.model_copy(update={"parameters": {"method": request.method, "allowed": taken}})


async def _on_failure(request: Request, error: Exception) -> Response:
    return problem_response(failure_of(error))


def too_large(error: BaseException) -> BodyTooLargeError | None:
    """The refusal of a body that hides behind what FastAPI makes of it; None for another error."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, BodyTooLargeError):
            return cause
        cause = cause.__cause__ or cause.__context__
    return None


def _findings(error: TaktloomError) -> tuple[Finding, ...]:
    if isinstance(error, DefinitionError):
        return error.findings
    return error.examples if isinstance(error, InputRefusedError) else ()
