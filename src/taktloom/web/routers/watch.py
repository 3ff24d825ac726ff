# SPDX-License-Identifier: Apache-2.0
"""Health, system, home, watch and the live stream."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import StreamingResponse

from taktloom.app import system, watch
from taktloom.app.calls import calls
from taktloom.web.callers import Caller
from taktloom.web.routes import Route
from taktloom.web.schemas import watch as schemas
from taktloom.web.schemas.convert import shown
from taktloom.web.stream import event_stream

router = APIRouter(route_class=Route)


@router.get("/health", tags=["system"])
@calls(system.check_health)
def check_health(context: Caller) -> schemas.Health:
    """Answers when the server is ready."""
    return shown(schemas.Health, system.check_health(context))


@router.get("/system", tags=["system"])
@calls(system.describe_system)
def describe_system(context: Caller) -> schemas.System:
    """Version, limits, time zone, and whether this is the guided example."""
    return shown(schemas.System, system.describe_system(context))


@router.get("/home", tags=["watch"])
@calls(watch.show_home)
def show_home(context: Caller) -> schemas.Home:
    """The numbers of the start page; those that the caller may not see are left at zero."""
    return shown(schemas.Home, watch.show_home(context))


@router.get("/watch/{process_id}", tags=["watch"])
@calls(watch.watch_process)
def watch_process(context: Caller, process_id: str) -> schemas.Watch:
    """A process live: open, finished, incidents, cycle times beside the baseline, times per element."""
    return shown(schemas.Watch, watch.watch_process(context, process_id=process_id))


@router.get("/stream", tags=["watch"], response_class=StreamingResponse)
@calls(watch.open_stream)
def stream(
    context: Caller,
    request: Request,
    topics: Annotated[str, Query(max_length=2000)] = "instances,tasks,incidents",
) -> StreamingResponse:
    """Server-sent events: hints on what to fetch again. Topics: instances, tasks, incidents, watch:PROCESS_ID."""
    changes = watch.open_stream(context, topics=tuple(topic for topic in topics.split(",") if topic))
    return StreamingResponse(
        event_stream(changes, request),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )
