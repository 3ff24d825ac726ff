# SPDX-License-Identifier: Apache-2.0
"""One upload is one import: the same order joins, another is refused while it runs."""

import json
import threading

import pytest

from taktloom.app import logs
from taktloom.app.wiring import Rooms
from taktloom.mining import watching
from taktloom.mining.logs.times import ClockRules
from taktloom.mining.objects.records import ObjectLogReading, ObjectRecords
from tests.web.client import Client, expect

CSV = b"case,activity,time\n1,a,2026-01-01T00:00:00Z\n"
PATIENCE_S = 60


def upload(admin: Client, name: str = "log.csv") -> str:
    files = {"file": (name, CSV, "text/csv")}
    found: str = expect(admin.call("POST", "/logs/uploads", files=files), 201).json()["upload_id"]
    return found


def test_an_upload_is_imported_once_whoever_asks_again(
    admin: Client, rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload_id = upload(admin)
    import_log, reached, go_on = rooms.logs.catalogue.import_log, threading.Event(), threading.Event()

    def held(*arguments: object, **named: object) -> object:
        reached.set()
        go_on.wait(PATIENCE_S)
        return import_log(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(rooms.logs.catalogue, "import_log", held)
    first = admin.post("/logs", {"upload_id": upload_id}, status=202)["import_id"]
    assert reached.wait(PATIENCE_S)

    again = admin.post("/logs", {"upload_id": upload_id}, status=202)["import_id"]
    other = expect(admin.call("POST", "/logs", json={"upload_id": upload_id, "name": "other"}), 409).json()
    go_on.set()
    ended = rooms.long_work.wait(first, seconds=PATIENCE_S)

    assert (again, ended.state.value) == (first, "done")
    assert (other["code"], other["parameters"]["id"]) == ("TL-2953", first)
    assert [one["name"] for one in admin.get("/logs")["items"]] == ["log"]
    assert admin.call("POST", "/logs", json={"upload_id": upload_id}).status_code == 404


def test_a_cancelled_import_gives_the_upload_back_when_it_has_ended(
    admin: Client, rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload_id = upload(admin, "订单日志.csv")
    import_log, reached, go_on = rooms.logs.catalogue.import_log, threading.Event(), threading.Event()

    def held(*arguments: object, **named: object) -> object:
        reached.set()
        go_on.wait(PATIENCE_S)
        return import_log(*arguments, **named)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(rooms.logs.catalogue, "import_log", held)
        first = admin.post("/logs", {"upload_id": upload_id}, status=202)["import_id"]
        assert reached.wait(PATIENCE_S)
        expect(admin.call("DELETE", f"/logs/imports/{first}"), 204)
        ending = admin.call("POST", "/logs", json={"upload_id": upload_id})
        go_on.set()
        ended = rooms.long_work.wait(first, seconds=PATIENCE_S)

    second = admin.post("/logs", {"upload_id": upload_id}, status=202)["import_id"]

    assert (ending.status_code, ended.state.value) == (409, "cancelled")
    assert rooms.long_work.wait(second, seconds=PATIENCE_S).state.value == "done"
    assert [one["log_id"] for one in admin.get("/logs")["items"]] == ["订单日志"]


def object_log() -> bytes:
    events = [{"id": "e", "type": "a", "time": "2026-01-01T00:00:00Z", "relationships": [{"objectId": "o"}]}]
    return json.dumps({"events": events, "objects": [{"id": "o", "type": "order"}]}).encode()


def held_up(monkeypatch: pytest.MonkeyPatch, reached: threading.Event, go_on: threading.Event) -> None:
    build = ObjectRecords.build

    def waiting(records: ObjectRecords, rules: ClockRules) -> ObjectLogReading:
        reached.set()
        go_on.wait(PATIENCE_S)
        watching.tell("reading", 1, 2)
        return build(records, rules)

    monkeypatch.setattr(logs, "ANSWERED_WITHIN_S", 0.0)
    monkeypatch.setattr(ObjectRecords, "build", waiting)


def test_an_upload_that_is_looked_at_for_longer_is_a_work_and_then_told(
    admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached, go_on = threading.Event(), threading.Event()
    held_up(monkeypatch, reached, go_on)
    answer = expect(admin.call("POST", "/logs/uploads", files={"file": ("o.jsonocel", object_log())}), 202)
    place = answer.headers["location"].removeprefix("/api/v1")
    assert reached.wait(PATIENCE_S)
    go_on.set()

    assert admin.follow(answer.json())["state"] == "done"
    monkeypatch.undo()
    told = admin.get(place)

    assert told["upload_id"] == place.rsplit("/", 1)[1]
    assert told["sniff"]["suggested"]["case"] == "case_id"


def test_a_cancelled_look_leaves_no_upload(admin: Client, rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    reached, go_on = threading.Event(), threading.Event()
    held_up(monkeypatch, reached, go_on)
    answer = expect(admin.call("POST", "/logs/uploads", files={"file": ("o.jsonocel", object_log())}), 202)
    assert reached.wait(PATIENCE_S)

    expect(admin.call("DELETE", f"/works/{answer.json()['work_id']}"), 204)
    go_on.set()

    assert admin.follow(answer.json())["state"] == "cancelled"
    assert admin.call("GET", answer.headers["location"].removeprefix("/api/v1")).status_code == 404
    assert list((rooms.settings.data / "uploads").iterdir()) == []


@pytest.mark.parametrize(("name", "content"), [("o.jsonocel", object_log()), ("log.csv", CSV)])
def test_what_an_upload_holds_is_told_again(admin: Client, name: str, content: bytes) -> None:
    first = expect(admin.call("POST", "/logs/uploads", files={"file": (name, content)}), 201).json()

    assert admin.get(f"/logs/uploads/{first['upload_id']}") == first
