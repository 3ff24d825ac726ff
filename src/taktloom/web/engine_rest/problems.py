# SPDX-License-Identifier: Apache-2.0
"""Errors of this convention: `{type, message}` with the statuses that its clients know."""

from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from taktloom.model.errors import (
    DefinitionError,
    IncidentError,
    InputRefusedError,
    MisuseError,
    NotAuthenticatedError,
    NotFoundError,
    PermissionDeniedError,
    RateExceededError,
    TaktloomError,
)
from taktloom.web.problems import BodyTooLargeError, failure_of, too_large

# The first family that fits decides.
_ANSWERS: Mapping[type[TaktloomError], tuple[int, str]] = {
    NotAuthenticatedError: (401, "AuthenticationException"),
    PermissionDeniedError: (403, "AuthorizationException"),
    NotFoundError: (404, "InvalidRequestException"),
    RateExceededError: (429, "RestException"),
    DefinitionError: (400, "ParseException"),
    InputRefusedError: (400, "InvalidRequestException"),
    MisuseError: (400, "RestException"),
    IncidentError: (503, "ProcessEngineException"),  # waiting helps, as it says by Retry-After
    TaktloomError: (500, "ProcessEngineException"),
}
_TYPES = {"MessageMismatchError": "MismatchingMessageCorrelationException"}  # by class


def install(application: FastAPI) -> None:
    """Answer every error of *application* in this form."""
    application.add_exception_handler(TaktloomError, _on_taktloom_error)
    application.add_exception_handler(RequestValidationError, _on_validation_error)
    application.add_exception_handler(ValidationError, _on_validation_error)
    application.add_exception_handler(HTTPException, _on_http_exception)
    application.add_exception_handler(Exception, _on_failure)


def answer(error: TaktloomError) -> Response:
    """The error as a response; cause and remedy make the message, the code stands in brackets."""
    status, kind = next(answer for family, answer in _ANSWERS.items() if isinstance(error, family))
    findings = error.findings if isinstance(error, DefinitionError) else ()
    listed = "".join(f"\n{finding.message}" for finding in findings[:20])
    message = f"{error.cause} {error.remedy} [{error.code}]{listed}"
    response = _response(status, _TYPES.get(type(error).__name__, kind), message)
    if status in {429, 503}:
        _waiting(response, error.parameters.get("retry_after_s", "5"))
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Basic realm="engine-rest", charset="UTF-8"'
    return response


def _waiting(response: Response, seconds: str = "5") -> Response:
    response.headers["Retry-After"] = seconds
    return response


def _response(status: int, kind: str, message: str) -> Response:
    return JSONResponse({"type": kind, "message": message, "code": None}, status_code=status)


async def _on_taktloom_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, TaktloomError)
    return answer(error)


async def _on_validation_error(request: Request, error: Exception) -> Response:
    if isinstance(error, ValidationError):
        return await _on_failure(request, error)  # a response of ours that does not fit its own schema
    assert isinstance(error, RequestValidationError)
    said = "; ".join(f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in error.errors()[:20])
    return _response(400, "InvalidRequestException", said)


async def _on_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    cause: BodyTooLargeError | None = too_large(error)
    if cause is not None:
        raise cause
    if isinstance(error.__cause__, TaktloomError):  # as the body was read
        return answer(error.__cause__)
    if error.status_code == 405:
        taken = (error.headers or {}).get("Allow", "")
        response = _response(405, "RestException", f"This address does not take {request.method}. Send {taken}.")
        response.headers.update(error.headers or {})
        return response
    if error.status_code == 400:  # what FastAPI makes of a body that is no text, or nested too deeply for its parser
        said = "The body of the request cannot be read. Send JSON in UTF-8 that is not nested deeply."
        return _response(400, "InvalidRequestException", said)
    kind = "NotFoundException" if error.status_code == 404 else "RestException"
    return _response(error.status_code, kind, str(error.detail))


async def _on_failure(request: Request, error: Exception) -> Response:
    problem = failure_of(error)
    if problem.status == 503:
        return _waiting(_response(503, "ProcessEngineException", f"{problem.detail} {problem.remedy} [{problem.code}]"))
    return _response(500, "ProcessEngineException", f"{problem.detail} Error id: {problem.error_id}.")
