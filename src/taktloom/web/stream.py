# SPDX-License-Identifier: Apache-2.0
"""Server-sent events: one hint per change, a comment every 15 seconds, an end when the server stops."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC

from starlette.requests import Request

from taktloom.app.changes import Change, Subscription

HEARTBEAT_S = 15.0


async def event_stream(changes: Subscription, request: Request) -> AsyncIterator[str]:
    """The lines of the stream until the client goes or the server stops; closes the subscription."""
    loop, woken = asyncio.get_running_loop(), asyncio.Event()
    changes.wake = lambda: loop.call_soon_threadsafe(woken.set)
    try:
        yield "retry: 2000\n\n: connected\n\n"
        while not changes.is_closed and not await request.is_disconnected():
            for change in changes.take():
                yield f"data: {_line(change)}\n\n"
            try:
                await asyncio.wait_for(woken.wait(), timeout=HEARTBEAT_S)
            except TimeoutError:
                yield ": alive\n\n"
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
