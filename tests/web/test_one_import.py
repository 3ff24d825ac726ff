# SPDX-License-Identifier: Apache-2.0
"""One upload is one import: the same order joins, another is refused while it runs."""

import threading

import pytest

from taktloom.app.wiring import Rooms
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
