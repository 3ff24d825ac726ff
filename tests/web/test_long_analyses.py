# SPDX-License-Identifier: Apache-2.0
"""Long analyses over REST and on the command line: cancelled where they are, never answered from an older import."""

import json
import os
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from taktloom.app import answering, logs, object_mining
from taktloom.app.analyses import files, running
from taktloom.app.analyses.records import AnalysisInput, AnalysisOutput
from taktloom.app.analyses.table import ANALYSES
from taktloom.app.context import LOCAL_OPERATOR, Context
from taktloom.app.long_work import WorkKind
from taktloom.app.wiring import Rooms
from taktloom.mining import watching
from taktloom.mining.discovery import inductive
from taktloom.mining.logs.times import ClockRules
from taktloom.mining.objects.records import ObjectLogReading, ObjectRecords
from taktloom.mining.prediction import boosting, forecasting
from tests.web.client import Client, expect

HEAD = "case,activity,time\n"
FIRST = HEAD + "1,a,2026-01-01T00:00:00Z\n1,b,2026-01-01T01:00:00Z\n"
NEWER = FIRST + "2,a,2026-01-02T00:00:00Z\n2,b,2026-01-02T03:00:00Z\n"
PATIENCE_S = 60

# Begins `taktloom mine times`, whose work says when it runs and then goes on until it is stopped.
ENDLESS = """
import itertools, sys
from dataclasses import replace
from taktloom.app.analyses.table import ANALYSES
from taktloom.cli.main import run

def endless(source, parameters):
    print("running", flush=True)
    for count in itertools.count():
        source.report("counting", count, None)

ANALYSES["times"] = replace(ANALYSES["times"], run=endless)
import taktloom.cli.mine
sys.exit(run(["mine", "times", sys.argv[1]]))
"""


@pytest.fixture
def log_id(rooms: Rooms, tmp_path: Path) -> str:
    return imported(rooms, tmp_path, FIRST)


@pytest.fixture
def learnable_log(rooms: Rooms, tmp_path: Path) -> str:
    """Enough cases to learn from."""
    rows = "".join(
        f"{n},{step},2026-{1 + n // 28:02}-{1 + n % 28:02}T{hour:02}:00:00Z\n"
        for n in range(150)
        for hour, step in enumerate("abcd" if n % 3 else "acbd")
    )
    return imported(rooms, tmp_path, HEAD + rows)


def imported(rooms: Rooms, folder: Path, text: str) -> str:
    (folder / "log.csv").write_text(text, encoding="utf-8")
    context = Context(principal=LOCAL_OPERATOR, rooms=rooms)
    return logs.import_file(context, path=folder / "log.csv", request=logs.ImportRequest()).log_id


def test_a_running_analysis_is_cancelled_and_nothing_of_it_is_kept(
    admin: Client, log_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached, go_on = threading.Event(), threading.Event()
    times = ANALYSES["times"]

    def waiting(source: AnalysisInput, parameters: object) -> AnalysisOutput:
        source.report("counting", 1, 9)
        reached.set()
        go_on.wait(PATIENCE_S)
        source.report("counting", 2, 9)
        return times.run(source, parameters)

    monkeypatch.setattr(answering, "ANSWERED_WITHIN_S", 0.0)
    monkeypatch.setattr(running, "ANALYSES", {**ANALYSES, "times": replace(times, run=waiting)})
    work = expect(admin.call("GET", f"/logs/{log_id}/analyses/times"), 202).json()
    assert reached.wait(PATIENCE_S)

    expect(admin.call("DELETE", f"/works/{work['work_id']}"), 204)
    go_on.set()
    ended = admin.follow(work)

    assert (ended["state"], ended["stage"], ended["done"]) == ("cancelled", "counting", 2)
    assert expect(admin.call("DELETE", f"/works/{work['work_id']}"), 409).json()["code"] == "TL-2009"
    monkeypatch.undo()
    assert admin.get(f"/logs/{log_id}/analyses/times")["tables"][0]["rows"]


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("predict?task=next-activity", (boosting, "learning", 5)),
        ("predict?task=next-activity", (forecasting, "comparing", 0)),
        ("discover?miner=inductive", (inductive, "discovering", 250)),
        ("miners", (inductive, "trying miners", 41)),
    ],
)
def test_an_analysis_is_cancelled_in_its_midst(
    admin: Client, learnable_log: str, path: str, where: tuple[ModuleType, str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("sklearn")
    reached, go_on = threading.Event(), threading.Event()
    (room, *told), tell = where, watching.tell

    def slow(stage: str, done: int, total: int | None = None) -> None:
        if (stage, done) in {("learning", 5), ("comparing", 0), ("discovering", 2)}:
            reached.set()
            go_on.wait(PATIENCE_S)
        tell(stage, done, total)

    monkeypatch.setattr(room, "tell", slow)
    monkeypatch.setattr(answering, "ANSWERED_WITHIN_S", 0.0)
    work = expect(admin.call("GET", f"/logs/{learnable_log}/analyses/{path}"), 202).json()
    assert reached.wait(PATIENCE_S)

    expect(admin.call("DELETE", f"/works/{work['work_id']}"), 204)
    go_on.set()
    ended = admin.follow(work)

    assert (ended["state"], ended["stage"], ended["done"]) == ("cancelled", *told)


def test_a_newer_import_is_never_answered_with_results_of_the_older(
    admin: Client, rooms: Rooms, log_id: str, tmp_path: Path
) -> None:
    path = f"/logs/{log_id}/analyses/times"
    before = admin.get(path)["result"]
    context = Context(principal=LOCAL_OPERATOR, rooms=rooms)
    (tmp_path / "newer.csv").write_text(NEWER, encoding="utf-8")
    with (tmp_path / "newer.csv").open("rb") as file:
        upload_id, _ = rooms.logs.keep_upload("newer.csv", file, limit=10_000)

    work = logs.import_newer(context, log_id=log_id, request=logs.ImportRequest(upload_id=upload_id))
    rooms.long_work.wait(work, seconds=PATIENCE_S)
    after = admin.get(path)["result"]

    assert before != after
    assert admin.get(path)["result"] == after


def test_control_c_stops_a_command_and_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text(FIRST, encoding="utf-8")
    (tmp_path / "temporary").mkdir()
    process = subprocess.Popen(
        [sys.executable, "-c", ENDLESS, str(tmp_path / "log.csv")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(tmp_path / "temporary"), "TAKTLOOM_DATA": str(tmp_path / "data")},
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "running\n"

    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=PATIENCE_S)

    assert (process.returncode, said.splitlines()[-1]) == (130, "stopped")
    assert list((tmp_path / "temporary").iterdir()) == []
    assert "Traceback" not in said


def object_upload(admin: Client) -> str:
    """Address of an uploaded object-centric log: three orders that are placed, then paid."""
    events = [
        {
            "id": f"{step}{n}",
            "type": step,
            "time": f"2026-01-0{n}T0{at}:00:00Z",
            "relationships": [{"objectId": f"o{n}"}],
        }
        for n in (1, 2, 3)
        for at, step in enumerate(("place", "pay"))
    ]
    objects = [{"id": f"o{n}", "type": "order"} for n in (1, 2, 3)]
    content = json.dumps({"events": events, "objects": objects}).encode()
    files = {"file": ("orders.jsonocel", content, "application/json")}
    return f"/logs/uploads/{expect(admin.call('POST', '/logs/uploads', files=files), 201).json()['upload_id']}"


def hold_up_reading(monkeypatch: pytest.MonkeyPatch, reached: threading.Event, go_on: threading.Event) -> None:
    """Reading an object-centric log stops half way, until it may go on."""
    build = ObjectRecords.build

    def waiting(records: ObjectRecords, rules: ClockRules) -> ObjectLogReading:
        reached.set()
        go_on.wait(PATIENCE_S)
        watching.tell("reading", 1, 2)
        return build(records, rules)

    monkeypatch.setattr(ObjectRecords, "build", waiting)


@pytest.mark.parametrize(("model", "list_of"), [("object-graph", "flows"), ("object-net", "arcs")])
def test_a_model_of_an_uploaded_object_log_is_cancelled_and_nothing_of_it_is_kept(
    admin: Client, model: str, list_of: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = object_upload(admin)
    reached, go_on = threading.Event(), threading.Event()
    hold_up_reading(monkeypatch, reached, go_on)
    monkeypatch.setattr(object_mining, "ANSWERED_WITHIN_S", 0.0)
    work = expect(admin.call("GET", f"{address}/{model}"), 202).json()
    assert reached.wait(PATIENCE_S)
    joined = expect(admin.call("GET", f"{address}/{model}.svg"), 202).json()

    expect(admin.call("DELETE", f"/works/{work['work_id']}"), 204)
    go_on.set()
    ended = admin.follow(work)

    assert (work["kind"], joined["work_id"]) == ("analysis", work["work_id"])
    assert (ended["state"], ended["stage"], ended["done"], ended["total"]) == ("cancelled", "reading", 750, 1000)
    monkeypatch.undo()
    assert len(admin.get(f"{address}/{model}")[list_of]) >= 1


def test_a_model_of_an_uploaded_object_log_is_computed_once_and_kept_as_long_as_the_upload(
    admin: Client, rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = object_upload(admin)
    first = admin.get(f"{address}/object-graph")
    monkeypatch.setattr(ObjectRecords, "build", None)

    again = admin.get(f"{address}/object-graph")
    picture = expect(admin.call("GET", f"{address}/object-graph.svg"), 200)
    rooms.logs.drop_upload(address.rsplit("/", 1)[1])

    assert again == first
    assert picture.text.startswith("<svg")
    assert admin.call("GET", f"{address}/object-graph").status_code == 404


def test_an_import_of_an_object_log_is_cancelled_while_its_cases_are_collected(
    admin: Client, rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload_id = object_upload(admin).rsplit("/", 1)[1]
    reached, go_on = threading.Event(), threading.Event()
    hold_up_reading(monkeypatch, reached, go_on)
    begun = admin.post("/logs", {"upload_id": upload_id}, status=202)
    assert reached.wait(PATIENCE_S)
    expect(admin.call("DELETE", f"/logs/imports/{begun['import_id']}"), 204)
    go_on.set()
    ended = rooms.long_work.wait(begun["import_id"], seconds=PATIENCE_S)

    assert (ended.state.value, ended.stage, ended.done) == ("cancelled", "reading", 750)
    assert admin.get("/logs")["items"] == []


def test_a_file_of_an_analysis_that_takes_long_is_a_work_and_then_answered_from_what_it_made(
    admin: Client, log_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached, go_on, made = threading.Event(), threading.Event(), []
    file_of = files.file_of

    def waiting(output: AnalysisOutput, wanted: str) -> tuple[str, bytes]:
        reached.set()
        go_on.wait(PATIENCE_S)
        made.append(wanted)
        return file_of(output, wanted)

    monkeypatch.setattr(answering, "ANSWERED_WITHIN_S", 0.0)
    monkeypatch.setattr(running, "file_of", waiting)
    path = f"/logs/{log_id}/analyses/times/files/table.csv"
    work = expect(admin.call("GET", path), 202).json()
    assert reached.wait(PATIENCE_S)
    joined = expect(admin.call("GET", path), 202).json()
    go_on.set()
    ended = admin.follow(work)
    first, second = (expect(admin.call("GET", path), 200) for _ in range(2))

    assert (work["kind"], joined["work_id"]) == ("analysis", work["work_id"])
    assert (ended["state"], ended["stage"]) == ("done", "writing")
    assert first.headers["content-disposition"] == 'attachment; filename="table.csv"'
    assert first.content == second.content
    assert made == ["table.csv"]


def test_a_file_being_made_is_cancelled_and_a_file_that_is_not_written_is_told(
    admin: Client, log_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached, go_on = threading.Event(), threading.Event()
    times = ANALYSES["times"]

    def waiting(source: AnalysisInput, parameters: object) -> AnalysisOutput:
        reached.set()
        go_on.wait(PATIENCE_S)
        source.report("counting", 2, 9)
        return times.run(source, parameters)

    with monkeypatch.context() as patch:
        patch.setattr(answering, "ANSWERED_WITHIN_S", 0.0)
        patch.setattr(running, "ANALYSES", {**ANALYSES, "times": replace(times, run=waiting)})
        work = expect(admin.call("GET", f"/logs/{log_id}/analyses/times/files/table.csv"), 202).json()
        assert reached.wait(PATIENCE_S)
        expect(admin.call("DELETE", f"/works/{work['work_id']}"), 204)
        go_on.set()
        ended = admin.follow(work)

    assert ended["state"] == "cancelled"
    assert expect(admin.call("GET", f"/logs/{log_id}/analyses/times/files/plot.exe"), 404).json()["code"] == "TL-2004"
    assert expect(admin.call("GET", "/logs/nowhere/analyses/times/files/table.csv"), 404).json()["code"] == "TL-2121"


def test_what_is_known_is_answered_while_all_threads_are_busy(
    admin: Client, rooms: Rooms, log_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/logs/{log_id}/analyses/times"
    before, table = admin.get(path), expect(admin.call("GET", f"{path}/files/table.csv"), 200).content
    go_on = threading.Event()
    works = [rooms.long_work.begin(lambda handle: go_on.wait(PATIENCE_S), kind=WorkKind.ANALYSIS) for _ in range(2)]
    monkeypatch.setattr(answering, "ANSWERED_WITHIN_S", 0.0)

    after, again = admin.get(path), expect(admin.call("GET", f"{path}/files/table.csv"), 200).content
    elsewhere = rooms.long_work.begin(lambda handle: "answered", kind=WorkKind.QUERY)

    assert (after, again) == (before, table)
    assert rooms.long_work.wait(elsewhere, seconds=PATIENCE_S).result == "answered"
    go_on.set()
    assert [rooms.long_work.wait(each, seconds=PATIENCE_S).state.value for each in works] == ["done", "done"]


def test_small_looks_are_answered_while_long_analyses_run_and_searches_wait(
    admin: Client, rooms: Rooms, log_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()
    works = [rooms.long_work.begin(lambda handle: go_on.wait(PATIENCE_S), kind=WorkKind.ANALYSIS) for _ in range(2)]
    looks = ("review", "variants", "analyses/times", "analyses/temporal-profile")

    with monkeypatch.context() as patch:
        patch.setattr(answering, "ANSWERED_WITHIN_S", PATIENCE_S)
        seen = [admin.call("GET", f"/logs/{log_id}/{look}").status_code for look in looks]
    monkeypatch.setattr(answering, "ANSWERED_WITHIN_S", 0.0)
    search = expect(admin.call("GET", f"/logs/{log_id}/analyses/align"), 202).json()
    monkeypatch.setattr(answering, "SMALL_LOG_EVENTS", 0)
    large = expect(admin.call("GET", f"/logs/{log_id}/analyses/dotted"), 202).json()

    assert seen == [200] * len(looks)
    assert [rooms.long_work.show(each["work_id"]).state.value for each in (search, large)] == ["waiting", "waiting"]
    go_on.set()
    assert [admin.follow(each)["state"] for each in (search, large)] == ["done", "done"]
    assert [rooms.long_work.wait(each, seconds=PATIENCE_S).state.value for each in works] == ["done", "done"]


def test_a_misspelt_field_beside_the_text_of_a_file_is_refused(admin: Client, log_id: str) -> None:
    path = f"/logs/{log_id}/analyses/align"

    misspelt = admin.post(path, {"modle": "<definitions/>"}, 422)
    misplaced = admin.post(path, {"model": "", "jobs": 2}, 422)

    assert [each["code"] for each in (misspelt, misplaced)] == ["TL-2922", "TL-2922"]
    assert ["jobs" in str(finding) for finding in misplaced["findings"]] == [True]
    assert admin.post(path, {"model": ""}) == admin.get(path)
