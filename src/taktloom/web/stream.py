# SPDX-License-Identifier: Apache-2.0
"""Server-sent events: one hint per change, a comment every 15 seconds, an end with the server or the session."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC

from starlette.requests import Request

from taktloom.app.changes import Change, Subscription
from taktloom.web.callers import is_still_admitted

HEARTBEAT_S = 15.0
LOOK_EVERY_S = 5.0  # whether the session or key still holds


async def event_stream(changes: Subscription, request: Request) -> AsyncIterator[str]:
    """The lines of the stream until the client goes, the server stops or the session ends; closes the subscription."""
    loop, woken = asyncio.get_running_loop(), asyncio.Event()
    changes.wake = lambda: loop.call_soon_threadsafe(woken.set)
    try:
        yield "retry: 2000\n\n: connected\n\n"
        last_sign = last_look = loop.time()
        while not changes.is_closed and not await request.is_disconnected():
            if loop.time() - last_look >= LOOK_EVERY_S:
                if not await is_still_admitted(request):
                    return
                last_look = loop.time()
            for change in changes.take():
                yield f"data: {_line(change)}\n\n"
                last_sign = loop.time()
            if loop.time() - last_sign >= HEARTBEAT_S:
                yield ": alive\n\n"
                last_sign = loop.time()
            with suppress(TimeoutError):
                await asyncio.wait_for(woken.wait(), timeout=LOOK_EVERY_S)
            woken.clear()
    finally:
        changes.close()


def _line(change: Change) -> str:
    return json.dumps(
        {
            "topic": change.topic,
            "kind": change.kind,
            "at": change.at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            "process_id": change.process_id,
            "instance_key": change.instance_key,
        }
    )
