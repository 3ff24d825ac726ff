# SPDX-License-Identifier: Apache-2.0
import asyncio
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from taktloom.app.changes import Change, ChangeFeed
from taktloom.app.context import ANONYMOUS, LOCAL_OPERATOR, Principal
from taktloom.app.wiring import Rooms
from taktloom.web import stream
from taktloom.web.stream import event_stream
from tests.app.models import PERMIT_BPMN
from tests.web.client import Client, expect


class Connected:
    """A request whose client stays."""

    async def is_disconnected(self) -> bool:
        """It does not go."""
        return False


def test_the_stream_sends_hints_and_ends_with_the_server() -> None:
    async def read() -> list[str]:
        feed = ChangeFeed()
        lines = event_stream(feed.subscribe(("tasks",)), Connected())  # type: ignore[arg-type]
        seen = [await anext(lines)]
        at = datetime(2026, 3, 2, tzinfo=UTC)
        feed.publish(Change(topic="tasks", kind="created", at=at, process_id="permit", instance_key="1"))
        seen.append(await anext(lines))
        feed.close()
        return [*seen, *[line async for line in lines]]

    first, second = asyncio.run(read())

    assert ": connected" in first
    assert second == (
        'data: {"topic": "tasks", "kind": "created", "at": "2026-03-02T00:00:00Z", '
        '"process_id": "permit", "instance_key": "1"}\n\n'
    )


def test_what_happens_in_the_engine_reaches_the_stream(rooms: Rooms, admin: Client) -> None:
    files = [("files", ("permit.bpmn", PERMIT_BPMN, "application/xml"))]
    expect(admin.call("POST", "/deployments", files=files), 201)
    subscription = rooms.changes.subscribe(("tasks", "watch:permit"))

    key = admin.post("/processes/permit/instances", {"variables": {}}, 201)["instance_key"]

    changes = subscription.take()
    assert {change.topic for change in changes} >= {"tasks", "instances"}
    assert {change.instance_key for change in changes if change.process_id == "permit"} == {key}


def test_a_case_worker_hears_of_tasks_only(rooms: Rooms) -> None:
    from taktloom.app.context import Context, user_principal
    from taktloom.app.watch import open_stream
    from taktloom.assure.permissions import Role

    principal = user_principal(user_id="1", username="mei", roles=(Role.CASE_WORKER,), groups=())
    subscription = open_stream(Context(principal=principal, rooms=rooms), topics=("tasks", "incidents", "watch:x"))

    assert subscription.topics == ("tasks",)


def test_the_stream_ends_with_the_session_that_opened_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "LOOK_EVERY_S", 0.0)
    sessions = [LOCAL_OPERATOR, LOCAL_OPERATOR, ANONYMOUS]

    async def find_principal() -> Principal:
        return sessions.pop(0)

    request = Connected()
    request.state = SimpleNamespace(principal=LOCAL_OPERATOR, find_principal=find_principal)  # type: ignore[attr-defined]

    async def read() -> list[str]:
        return [line async for line in event_stream(ChangeFeed().subscribe(("tasks",)), request)]  # type: ignore[arg-type]

    assert asyncio.run(read()) == ["retry: 2000\n\n: connected\n\n"]
    assert sessions == []
