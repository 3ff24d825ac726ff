# SPDX-License-Identifier: Apache-2.0
"""Tables on SQL engines over REST: the numbers of the command line, of Python and of an import; what may go wrong."""

import contextlib
import io
import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from taktloom.app import connections
from taktloom.app.connections import TableRequest
from taktloom.app.context import LOCAL_OPERATOR, Context
from taktloom.app.settings import read_settings
from taktloom.app.wiring import Rooms, utc_now
from taktloom.cli.main import run
from taktloom.mining.filters import apply_filter, filter_from_json
from taktloom.mining.sql import event_table
from taktloom.mining.statistics.arrays import load_arrays
from taktloom.mining.statistics.durations import measure_case_durations
from taktloom.mining.statistics.handovers import measure_hand_overs
from taktloom.mining.statistics.in_parts import count_flows, time_flows
from taktloom.mining.statistics.rework import measure_rework
from tests.mining.sql.rows import EVENTS
from tests.mining.sql.test_statistics import local
from tests.web.client import Client, expect

PASSWORD = "g3heim %s"
EVENT_TABLE = 'case = "case"\nactivity = "activity"\ntime = "time"\n'
SETTINGS = f"""
[connections.warehouse]
engine = "duckdb://FOLDER/warehouse.db"
[connections.warehouse.tables.orders]
table = "events"
start = "begun"
resource = "who"
{EVENT_TABLE}
[connections.warehouse.tables.empty]
table = "nothing"
{EVENT_TABLE}
[connections.warehouse.tables.endless]
table = "endless"
{EVENT_TABLE}
[connections.warehouse.tables.gone]
table = "x'; DROP TABLE events; --"
{EVENT_TABLE}
[connections.warehouse.tables.other-columns]
table = "nothing"
order = "no such column"
{EVENT_TABLE}
[connections.hasty]
engine = "duckdb://FOLDER/warehouse.db"
time_limit_s = 1
row_limit = 3
[connections.hasty.tables.orders]
table = "events"
{EVENT_TABLE}
[connections.hasty.tables.endless]
table = "endless"
{EVENT_TABLE}
[connections.remote]
engine = "postgresql://reader@127.0.0.1:1/sales"
password_file = "FOLDER/password"
[connections.remote.tables.orders]
table = "events"
{EVENT_TABLE}
"""
ENDLESS = """
CREATE VIEW endless AS SELECT i::varchar AS "case", 'a' AS activity, timestamp '2026-01-01' AS time
FROM range(4000000000000) t(i)
"""
ORDERS = "/connections/warehouse/tables/orders/analyses"
HAVING = {"steps": [{"keep": "cases", "where": {"type": "having", "activities": ["a"]}}]}


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine is, a count is an answer; tests of works want it at once."""
    monkeypatch.setattr(connections, "ANSWERED_WITHIN_S", 100.0)


@pytest.fixture
def rooms(tmp_path: Path) -> Iterator[Rooms]:
    with duckdb.connect(str(tmp_path / "warehouse.db")) as made:
        made.register("given", EVENTS.to_arrow())
        made.execute("CREATE TABLE events AS SELECT * FROM given")
        made.execute("CREATE TABLE nothing AS SELECT * FROM given LIMIT 0")
        made.execute(ENDLESS)
    (tmp_path / "password").write_text(PASSWORD + "\n", encoding="utf-8")
    (tmp_path / "data").mkdir()
    text = SETTINGS.replace("FOLDER", str(tmp_path))
    (tmp_path / "data" / "taktloom.toml").write_text(text, encoding="utf-8")
    opened = Rooms(read_settings({"data": tmp_path / "data", "sync": "normal"}, environment={}))
    yield opened
    opened.close()


def printed(*words: str) -> Any:
    """What a command prints as JSON."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert run(list(words)) == 0
    return json.loads(out.getvalue())


@pytest.mark.parametrize("steps", [None, json.dumps(HAVING)], ids=["all", "filtered"])
def test_rest_command_python_and_an_import_tell_the_same_numbers(
    admin: Client, rooms: Rooms, tmp_path: Path, steps: str | None
) -> None:
    whole = local(EVENTS, tmp_path)
    log = whole if steps is None else apply_filter(whole, filter_from_json(HAVING))
    arrays, context = load_arrays(log), Context(principal=LOCAL_OPERATOR, rooms=rooms)
    truths = {
        "flows": count_flows(log),
        "times": time_flows(log),
        "variants": log.variants().variants,
        "durations": measure_case_durations(arrays),
        "rework": measure_rework(arrays),
        "hand-overs": measure_hand_overs(arrays),
    }
    for analysis, truth in truths.items():
        over_rest = admin.get(f"{ORDERS}/{analysis}", params={} if steps is None else {"filter": steps})
        words = ["mine", "sql", analysis, "--connection", "warehouse", "--table", "orders"]
        words += ["--data", str(rooms.settings.data), "--json", *([] if steps is None else ["--filter", steps])]
        request = TableRequest(connection="warehouse", table="orders", analysis=analysis, steps=steps)

        assert connections.analyse_table(context, request=request).counted.output.data == truth
        assert printed(*words)["result"] == over_rest["result"]
        assert over_rest["facts"]["rows"] == count_flows(log).events


def test_rules_are_counted_over_rest(admin: Client) -> None:
    found = admin.get(f"{ORDERS}/rules", params={"rule": ["four_eyes: a -> B", "exists 1: a"]})

    assert [each["rule"] for each in found["result"]] == ["four_eyes: a -> B", "exists 1: a"]
    assert sum(found["result"][0][verdict] for verdict in ("kept", "broken", "undecided")) == 50
    assert admin.call("GET", f"{ORDERS}/rules").status_code == 400
    assert admin.call("GET", f"{ORDERS}/flows", params={"rule": "exists 1: a"}).status_code == 400


def test_the_list_says_what_each_connection_can_do_and_never_where_it_is(admin: Client, tmp_path: Path) -> None:
    answer = expect(admin.call("GET", "/connections"), 200)
    found = {one["name"]: one for one in answer.json()["items"]}
    tables = {one["name"]: one for one in found["warehouse"]["tables"]}

    assert answer.json()["notes"] == []
    assert (found["warehouse"]["engine"], found["warehouse"]["readiness"]) == ("duckdb", "ready")
    assert (found["hasty"]["time_limit_s"], found["hasty"]["row_limit"]) == (1, 3)
    assert "hand-overs" in tables["orders"]["analyses"]
    assert "hand-overs" not in tables["empty"]["analyses"]
    for hidden in (str(tmp_path), "reader", "127.0.0.1", "sales", "who", PASSWORD):
        assert hidden not in answer.text


def test_without_connections_the_list_says_who_adds_them(admin: Client, rooms: Rooms) -> None:
    rooms.settings = replace(rooms.settings, connections={})

    found = admin.get("/connections")

    assert found["items"] == []
    assert "administrator" in found["notes"][0]


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/connections/warehouse/tables/gone/analyses/flows", (503, "TL-3190", "table")),
        ("/connections/warehouse/tables/other-columns/analyses/flows", (503, "TL-3190", "column")),
        ("/connections/warehouse/tables/empty/analyses/flows", (422, "TL-2191", "no-rows")),
        ("/connections/warehouse/tables/empty/analyses/hand-overs", (400, "TL-2000", None)),
        ("/connections/warehouse/tables/events/analyses/flows", (404, "TL-2004", None)),
        ("/connections/duckdb:%2F%2F%2Fx/tables/orders/analyses/flows", (404, None, None)),
        ("/connections/warehouse/tables/orders/analyses/delete", (422, "TL-2922", None)),
        (f"{ORDERS}/flows?engine=duckdb:///x", (422, "TL-2923", None)),
        (f"{ORDERS}/flows?filter=%7B", (422, None, None)),
        (f"{ORDERS}/flows/files/plot.exe", (404, "TL-2004", None)),
        ("/connections/hasty/tables/orders/analyses/variants", (413, "TL-2192", None)),
        ("/connections/hasty/tables/endless/analyses/flows", (413, "TL-2192", None)),
    ],
)
def test_what_cannot_be_done_is_told_with_its_kind(
    admin: Client, path: str, told: tuple[int, str | None, str | None]
) -> None:
    status, code, reason = told

    problem = expect(admin.call("GET", path), status).json()

    assert code in {None, problem["code"]}
    assert problem["parameters"].get("reason") == reason
    assert admin.get(f"{ORDERS}/flows")["facts"]["rows"] == EVENTS.height


def test_an_unreachable_engine_and_its_password_are_told_to_nobody(
    admin: Client, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = "/connections/remote/tables/orders/analyses/flows"
    with caplog.at_level(logging.WARNING):
        refused = expect(admin.call("GET", path), 503)

        def talkative(url: str, **options: object) -> None:
            raise RuntimeError(f"wrong password {options['password']} for {url}?password=g3heim%20%25s")

        monkeypatch.setattr(event_table, "connect", talkative)
        repeated = expect(admin.call("GET", path), 503)

    assert refused.json()["parameters"] == {"reason": "engine"}
    assert refused.json()["detail"] == "The connection 'remote' cannot be reached."
    assert "127.0.0.1" in caplog.text
    assert "wrong password …" in caplog.text
    for text in (refused.text, repeated.text, caplog.text):
        assert PASSWORD not in text
        assert "g3heim" not in text


def test_a_password_that_cannot_be_read_is_the_administrators_to_mend(admin: Client, tmp_path: Path) -> None:
    (tmp_path / "password").unlink()

    problem = expect(admin.call("GET", "/connections/remote/tables/orders/analyses/flows"), 503)

    assert problem.json()["parameters"] == {"reason": "password"}
    assert str(tmp_path) not in problem.text


@pytest.mark.parametrize("path", ["/connections", f"{ORDERS}/flows", f"{ORDERS}/flows/files/table.csv"])
def test_who_may_not_see_logs_sees_no_connections(rooms: Rooms, client: Client, path: str) -> None:
    assert client.call("GET", path).status_code == 401
    assert expect(client.sign_in("case-worker").call("GET", path), 403).json()["code"] == "TL-2003"


def test_a_long_count_is_a_work_that_stops_the_engine_when_it_is_cancelled(
    admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "ANSWERED_WITHIN_S", 0.0)
    path = "/connections/warehouse/tables/endless/analyses/flows"
    work = expect(admin.call("GET", path), 202).json()
    joined = expect(admin.call("GET", path), 202).json()
    told = work
    while told["stage"] != "checking the table":
        told = admin.get(f"/works/{work['work_id']}")
        assert told["state"] in {"waiting", "running"}

    expect(admin.call("DELETE", f"/works/{work['work_id']}"), 204)
    ended = admin.follow(work)

    assert (work["kind"], joined["work_id"]) == ("query", work["work_id"])
    assert (ended["state"], ended["problem"]["code"]) == ("cancelled", "TL-2009")
    assert expect(admin.call("DELETE", f"/works/{work['work_id']}"), 409).json()["code"] == "TL-2009"


def test_a_work_goes_on_when_its_connection_is_removed_and_its_result_is_found_no_more(
    admin: Client, rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "ANSWERED_WITHIN_S", 0.0)
    work = expect(admin.call("GET", f"{ORDERS}/flows"), 202).json()

    rooms.settings = replace(rooms.settings, connections={})
    ended = admin.follow(work)

    assert ended["state"] == "done"
    assert admin.call("GET", f"{ORDERS}/flows").status_code == 404


def test_a_result_is_kept_for_a_while_and_counted_anew_when_asked(admin: Client, rooms: Rooms, tmp_path: Path) -> None:
    now = [utc_now()]

    def clock() -> datetime:
        return now[0]

    rooms.clock = clock
    first = admin.get(f"{ORDERS}/rework")
    with duckdb.connect(str(tmp_path / "warehouse.db")) as made:
        made.execute("INSERT INTO events SELECT 'new', activity, time, begun, who FROM events LIMIT 1")
    now[0] += timedelta(seconds=599)

    kept = admin.get(f"{ORDERS}/rework")
    fresh = admin.get(f"{ORDERS}/rework", params={"fresh": "true"})
    after = admin.get(f"{ORDERS}/rework")
    now[0] += timedelta(seconds=600)
    later = admin.get(f"{ORDERS}/rework")

    assert kept == first
    assert fresh["facts"]["rows"] == first["facts"]["rows"] + 1
    assert after == fresh
    assert later["counted_at"] > fresh["counted_at"]


def test_a_file_of_a_count_is_its_table(admin: Client) -> None:

    csv = expect(admin.call("GET", f"{ORDERS}/flows/files/table.csv"), 200)
    page = expect(admin.call("GET", f"{ORDERS}/flows/files/page.html"), 200)
    rows = admin.get(f"{ORDERS}/flows")["tables"][0]["rows"]

    assert csv.headers["content-disposition"] == 'attachment; filename="table.csv"'
    assert len(csv.text.strip().splitlines()) == len(rows) + 1
    assert "Flows" in page.text


def test_the_command_takes_one_source(rooms: Rooms, capsys: pytest.CaptureFixture[str]) -> None:
    data = ["--data", str(rooms.settings.data)]

    assert run(["mine", "sql", "flows", "--table", "orders", *data]) != 0
    assert run(["mine", "sql", "flows", "--table", "orders", "--connection", "warehouse", "--case", "who", *data]) != 0
    assert run(["mine", "sql", "flows", "--table", "orders", "--connection", "nowhere", *data]) != 0
    said = capsys.readouterr().err

    assert "Give --engine or --connection" in said
    assert "The settings tell which columns" in said
    assert "There is no such connection" in said
