# SPDX-License-Identifier: Apache-2.0
"""Jobs as server-sent events: an event `job` for each, a comment every 15 seconds, an end when the stream is over."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from taktloom.app.job_streams import LOOK_EVERY_S, JobStream
from taktloom.web.callers import is_still_admitted
from taktloom.web.schemas.convert import shown
from taktloom.web.schemas.running import LockedJob
from taktloom.web.stream import HEARTBEAT_S


async def job_events(stream: JobStream, request: Request) -> AsyncIterator[str]:
    """The lines until the worker goes or the stream is over; closes the stream."""
    loop, woken = asyncio.get_running_loop(), asyncio.Event()
    stream.changes.wake = lambda: loop.call_soon_threadsafe(woken.set)
    last_sign = loop.time()
    try:
        yield "retry: 1000\n\n: connected\n\n"
        while not stream.is_over and not await request.is_disconnected() and await is_still_admitted(request):
            woken.clear()
            for job in await run_in_threadpool(stream.take):
                yield f"event: job\nid: {job.job_id}\ndata: {shown(LockedJob, job).model_dump_json()}\n\n"
                last_sign = loop.time()
            if loop.time() - last_sign >= HEARTBEAT_S:
                yield ": alive\n\n"
                last_sign = loop.time()
            with suppress(TimeoutError):
                await asyncio.wait_for(woken.wait(), timeout=LOOK_EVERY_S)
        yield "event: end\ndata: {}\n\n"
    finally:
        stream.close()
