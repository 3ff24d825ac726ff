# SPDX-License-Identifier: Apache-2.0
"""Works that take longer than a request: an assessment of the potential, a draft."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import JSONResponse

from taktloom.app import works
from taktloom.app.calls import calls
from taktloom.app.long_work import WorkStatus
from taktloom.web.callers import Caller
from taktloom.web.problems import problem_of
from taktloom.web.routes import Route
from taktloom.web.schemas import logs as schemas
from taktloom.web.schemas.convert import shown

router = APIRouter(prefix="/works", tags=["works"], route_class=Route)

ACCEPTED: dict[int | str, dict[str, Any]] = {
    202: {"model": schemas.WorkOut, "description": "Takes longer; follow it at `/works`"}
}


@router.get("/{work_id}")
@calls(works.show_work)
def show_work(context: Caller, work_id: str) -> schemas.WorkOut:
    """How far a work has come, and what it made."""
    return work_out(works.show_work(context, work_id=work_id))


@router.delete("/{work_id}", status_code=204)
@calls(works.cancel_work)
def cancel_work(context: Caller, work_id: str) -> None:
    """Cancel a work; nothing of it remains."""
    works.cancel_work(context, work_id=work_id)


def begun(status: WorkStatus) -> JSONResponse:
    """The answer of a route whose result takes longer than a request: the work to follow."""
    return JSONResponse(work_out(works.work_progress(status)).model_dump(mode="json"), status_code=202)


def work_out(progress: works.WorkProgress) -> schemas.WorkOut:
    """As it is sent."""
    problem = None if progress.error is None else problem_of(progress.error)
    return shown(schemas.WorkOut, progress).model_copy(update={"problem": problem})
