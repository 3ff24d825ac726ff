# SPDX-License-Identifier: Apache-2.0
"""Long polling for jobs: try, then wait for a change of instances, and try again, until there is one or time is up.

Waiting costs no thread. A hint can get lost between trying and waiting only if the subscription were opened after the
first try; it is opened before. Jobs also become available by the clock (a retry's back-off, a lock that ran out), of
which no change tells: hence a try every few seconds.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import TypeVar

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from taktloom.app import jobs
from taktloom.app.context import Context
from taktloom.model.errors import NotAuthenticatedError
from taktloom.model.operations import LockedJob
from taktloom.web.callers import is_still_admitted

RETRY_S = 2.0
Taken = TypeVar("Taken")


async def activate_or_wait(
    context: Context, request: Request, wanted: jobs.Activation, wait: timedelta
) -> Sequence[LockedJob]:
    """Locked jobs, empty when none came within *wait* or the server stops."""
    return await take_or_wait(context, request, partial(jobs.activate_jobs, context, wanted=wanted), wait)


async def take_or_wait(
    context: Context, request: Request, take: Callable[[], Sequence[Taken]], wait: timedelta
) -> Sequence[Taken]:
    """What *take* gives, tried again at every hint that there are new jobs; empty as above.

    Raises NotAuthenticatedError when the caller's key was revoked or has expired meanwhile.
    """
    loop, woken = asyncio.get_running_loop(), asyncio.Event()
    changes = context.rooms.changes.subscribe(("jobs",))
    changes.wake = lambda: loop.call_soon_threadsafe(woken.set)
    deadline = loop.time() + wait.total_seconds()
    try:
        while True:
            woken.clear()
            changes.take()  # whatever they tell of is seen by the try that follows
            locked = await run_in_threadpool(take)
            left = deadline - loop.time()
            if locked or left <= 0 or changes.is_closed or await request.is_disconnected():
                return locked
            with suppress(TimeoutError):
                await asyncio.wait_for(woken.wait(), timeout=min(left, RETRY_S))
            if not await is_still_admitted(request):
                raise NotAuthenticatedError(
                    "The key or session has ended while the request waited.", remedy="Ask for a new key, or sign in."
                )
    finally:
        changes.close()
