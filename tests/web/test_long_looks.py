# SPDX-License-Identifier: Apache-2.0
"""Review, map, variants, model, filter and export of a log that takes longer: works that are joined, cancelled, and
never answered from an older import or for another question."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from taktloom.app import answering, log_export, logs, review
from taktloom.app.context import LOCAL_OPERATOR, Context
from taktloom.app.wiring import Rooms
from taktloom.mining import filters
from taktloom.mining import review as mining_review
from taktloom.mining.logs.canonical import CanonicalLog
from taktloom.mining.statistics.arrays import load_arrays
from tests.web.client import Client, expect

HEAD = "case,activity,time\n"
FIRST = HEAD + "1,a,2026-01-01T00:00:00Z\n1,b,2026-01-01T01:00:00Z\n2,c,2026-01-01T01:00:00Z\n"
NEWER = FIRST + "3,a,2026-01-02T00:00:00Z\n3,b,2026-01-02T03:00:00Z\n"
PATIENCE_S = 60
LOOKS = (
    "review", "filter", "map", "map.svg", "map.csv", "variants", "variants.csv", "model", "model.bpmn",
    "export.csv", "export.xes", "export.xes.gz", "export.parquet",
)  # fmt: skip


def context(rooms: Rooms) -> Context:
    return Context(principal=LOCAL_OPERATOR, rooms=rooms)


@pytest.fixture
def log_id(rooms: Rooms, tmp_path: Path) -> str:
    (tmp_path / "log.csv").write_text(FIRST, encoding="utf-8")
    return logs.import_file(context(rooms), path=tmp_path / "log.csv", request=logs.ImportRequest()).log_id


def replace_by_newer(rooms: Rooms, log_id: str, folder: Path) -> None:
    (folder / "newer.csv").write_text(NEWER, encoding="utf-8")
    with (folder / "newer.csv").open("rb") as file:
        upload_id, _ = rooms.logs.keep_upload("newer.csv", file, limit=10_000)
    begun = logs.import_newer(context(rooms), log_id=log_id, request=logs.ImportRequest(upload_id=upload_id))
    assert rooms.long_work.wait(begun, seconds=PATIENCE_S).state.value == "done"


class Held:
    """Holds a function up until it may go on, and counts its calls."""

    def __init__(self, held: Callable[..., Any]) -> None:
        self.reached, self.go_on, self.calls = threading.Event(), threading.Event(), 0
        self._held = held

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        self.calls += 1
        self.reached.set()
        self.go_on.wait(PATIENCE_S)
        return self._held(*arguments, **named)


def answer_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answering, "ANSWERED_WITHIN_S", 0.0)
    monkeypatch.setattr(log_export, "ANSWERED_WITHIN_S", 0.0)


@pytest.mark.parametrize("look", LOOKS)
def test_a_look_that_takes_longer_is_a_work_and_then_answers_the_same(
    admin: Client, rooms: Rooms, log_id: str, look: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    soon = expect(admin.call("GET", f"/logs/{log_id}/{look}"), 200).content
    rooms.logs.forget_results(log_id)
    answer_at_once(monkeypatch)
    held = Held(rooms.logs.open_log if look.startswith("export") else rooms.logs.result)
    monkeypatch.setattr(rooms.logs, "open_log" if look.startswith("export") else "result", held)

    held.go_on.set()
    answer = admin.call("GET", f"/logs/{log_id}/{look}")
    if answer.status_code == 202:
        assert (answer.json()["kind"], admin.follow(answer.json())["state"]) == ("analysis", "done")
    later = expect(admin.call("GET", f"/logs/{log_id}/{look}"), 200)

    assert later.content == soon


def test_map_and_review_wait_for_one_computation_each_shaped_as_asked(
    admin: Client, log_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(review._review_of(review.ALL))
    monkeypatch.setattr(review, "_review_of", lambda chosen: held)
    answer_at_once(monkeypatch)

    works = [expect(admin.call("GET", f"/logs/{log_id}/{look}"), 202).json() for look in ("review", "map", "map.csv")]
    held.go_on.set()
    assert [admin.follow(work)["state"] for work in works] == ["done"] * 3

    assert works[0]["work_id"] == works[1]["work_id"]
    assert held.calls == 1
    assert admin.get(f"/logs/{log_id}/review")["cases"] == 2
    assert [one["source"] for one in admin.get(f"/logs/{log_id}/map")["edges"]] == ["a"]


def test_a_look_is_cancelled_and_nothing_of_it_is_kept(
    admin: Client, log_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(load_arrays)
    monkeypatch.setattr(mining_review, "load_arrays", held)
    answer_at_once(monkeypatch)
    work = expect(admin.call("GET", f"/logs/{log_id}/review"), 202).json()
    assert held.reached.wait(PATIENCE_S)

    expect(admin.call("DELETE", f"/works/{work['work_id']}"), 204)
    held.go_on.set()
    ended = admin.follow(work)

    assert (ended["state"], ended["stage"]) == ("cancelled", "reviewing")
    monkeypatch.undo()
    assert admin.get(f"/logs/{log_id}/review")["cases"] == 2


def test_what_an_older_import_is_still_asked_is_no_answer_for_the_newer(
    admin: Client, rooms: Rooms, log_id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(review._review_of(review.ALL))
    with monkeypatch.context() as patch:
        patch.setattr(review, "_review_of", lambda chosen: held)
        answer_at_once(patch)
        older = expect(admin.call("GET", f"/logs/{log_id}/review"), 202).json()
        assert held.reached.wait(PATIENCE_S)
    replace_by_newer(rooms, log_id, tmp_path)

    newer = admin.get(f"/logs/{log_id}/review")
    held.go_on.set()
    admin.follow(older)

    assert newer["cases"] == 3
    assert admin.get(f"/logs/{log_id}/review")["cases"] == 3


@pytest.mark.parametrize(
    "way",
    [(look, end) for look in ("review", "export.csv", "export.parquet", "export.xes") for end in ("gone", "newer")],
)
def test_a_log_that_goes_under_way_is_no_defect(
    admin: Client, rooms: Rooms, log_id: str, way: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its files go while they are read: the person is told that, not that something is wrong on our side."""
    look, becomes = way
    held = Held(filters.apply_filter)
    with monkeypatch.context() as patch:
        for room in (filters, mining_review):
            patch.setattr(room, "apply_filter", held)
        answer_at_once(patch)
        work = expect(admin.call("GET", f"/logs/{log_id}/{look}"), 202).json()
        assert held.reached.wait(PATIENCE_S)
        if becomes == "gone":
            expect(admin.call("DELETE", f"/logs/{log_id}"), 204)
        else:
            replace_by_newer(rooms, log_id, rooms.settings.data)
            for file in rooms.logs.open_log(log_id).folder.glob("*.parquet"):
                file.rename(file.with_suffix(".away"))
        held.go_on.set()
        ended = admin.follow(work)

    assert (ended["state"], ended["problem"]["code"]) == ("failed", "TL-2121" if becomes == "gone" else "TL-2009")
    assert ended["problem"]["remedy"]
    folder = rooms.settings.data / "exports" / log_id
    assert not folder.exists() or list(folder.iterdir()) == []


@pytest.mark.parametrize("look", LOOKS)
def test_a_filter_that_is_none_is_an_answer_and_no_work(
    admin: Client, log_id: str, look: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_at_once(monkeypatch)

    assert admin.call("GET", f"/logs/{log_id}/{look}", params={"filter": '{"steps": 3}'}).status_code == 422


def test_an_export_is_made_once_and_anew_for_a_newer_import(
    admin: Client, rooms: Rooms, log_id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(log_export._write)
    held.go_on.set()
    monkeypatch.setattr(log_export, "_write", held)

    first, second = (expect(admin.call("GET", f"/logs/{log_id}/export.csv"), 200) for _ in range(2))
    replace_by_newer(rooms, log_id, tmp_path)
    newer = expect(admin.call("GET", f"/logs/{log_id}/export.csv"), 200)

    assert held.calls == 2
    assert first.content == second.content
    assert (len(first.text.splitlines()), len(newer.text.splitlines())) == (4, 6)
    assert 'filename="log.csv"' in newer.headers["content-disposition"]


def test_a_cancelled_export_leaves_no_file(
    admin: Client, rooms: Rooms, log_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(CanonicalLog.event_blocks)
    monkeypatch.setattr(CanonicalLog, "event_blocks", lambda log: held(log))  # noqa: PLW0108 - a method
    answer_at_once(monkeypatch)
    work = expect(admin.call("GET", f"/logs/{log_id}/export.csv"), 202).json()
    assert held.reached.wait(PATIENCE_S)

    expect(admin.call("DELETE", f"/works/{work['work_id']}"), 204)
    held.go_on.set()

    assert admin.follow(work)["state"] == "cancelled"
    assert list((rooms.settings.data / "exports" / log_id).iterdir()) == []


def test_only_the_newest_exports_stay_on_the_disk(admin: Client, rooms: Rooms, log_id: str) -> None:
    for number in range(12):
        expect(admin.call("GET", f"/logs/{log_id}/export.csv", params={"top_variants": number + 1}), 200)

    assert len(list((rooms.settings.data / "exports" / log_id).iterdir())) == 8
    rooms.logs.forget(log_id)
    assert not (rooms.settings.data / "exports" / log_id).exists()
