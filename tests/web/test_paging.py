# SPDX-License-Identifier: Apache-2.0
"""Pages: a cursor belongs to its list, and what comes or goes meanwhile neither repeats nor hides a row."""

import pytest

from taktloom.app.wiring import Rooms
from taktloom.model.identifiers import ProcessId
from tests.web.client import Client
from tests.web.test_tasks import MODEL


@pytest.fixture
def started(rooms: Rooms) -> list[str]:
    """Keys of seven instances, oldest first."""
    rooms.engine.deployments.deploy({"permit.bpmn": MODEL})
    return [start(rooms) for _ in range(7)]


def start(rooms: Rooms) -> str:
    return str(rooms.engine.instances.start(ProcessId("permit"), {}).instance_key)


def test_a_cursor_of_other_filters_or_of_another_list_is_refused(admin: Client, started: list[str]) -> None:
    cursor = admin.get("/instances?process_id=permit&limit=2")["next_cursor"]

    for address in ("/instances", "/instances?process_id=other", "/tasks?view=all", "/audit", "/drafts"):
        answer = admin.call("GET", address, params={"cursor": cursor})
        assert (answer.status_code, answer.json()["code"]) == (400, "TL-2005"), address
        assert answer.json()["place"]["element_id"] == "cursor"


def test_a_cursor_of_another_instance_is_refused(admin: Client, started: list[str]) -> None:
    for key in started[:2]:
        admin.call("PUT", f"/instances/{key}/variables", json={"variables": {"n": 1}, "reason": "x"})
    cursor = admin.get(f"/instances/{started[0]}/journal?limit=1")["next_cursor"]

    assert len(admin.get(f"/instances/{started[0]}/journal", params={"cursor": cursor})["items"]) == 1
    assert admin.call("GET", f"/instances/{started[1]}/journal", params={"cursor": cursor}).status_code == 400


def test_another_limit_or_a_moved_hour_keeps_the_place(admin: Client, started: list[str]) -> None:
    first = admin.get("/instances?started_after=2026-01-01T00:00:00Z&limit=3")

    rest = admin.get("/instances?started_after=2026-01-01T00:00:01Z&limit=100", params={"cursor": first["next_cursor"]})

    assert keys(first) + keys(rest) == started[::-1]
    assert rest["next_cursor"] is None


def test_instances_that_come_and_go_meanwhile_neither_repeat_nor_hide_a_row(
    rooms: Rooms, admin: Client, started: list[str]
) -> None:
    seen: list[str] = []
    cursor = None
    while True:
        page = admin.get("/instances", params={"limit": "2"} | ({"cursor": cursor} if cursor else {}))
        seen += keys(page)
        cursor = page["next_cursor"]
        if cursor is None:
            break
        start(rooms)

    assert seen == started[::-1]


def test_tasks_that_come_meanwhile_neither_repeat_nor_hide_a_row(
    rooms: Rooms, admin: Client, started: list[str]
) -> None:
    seen: list[str] = []
    cursor = None
    for _ in range(20):
        params = {"view": "all", "order": "priority", "limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = admin.get("/tasks", params=params)
        seen += [task["instance_key"] for task in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
        if len(seen) < 5:
            start(rooms)

    assert len(seen) == len(set(seen))
    assert set(started) <= set(seen)


def keys(page: dict[str, list[dict[str, str]]]) -> list[str]:
    return [one["instance_key"] for one in page["items"]]
