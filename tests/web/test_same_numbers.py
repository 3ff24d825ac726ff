# SPDX-License-Identifier: Apache-2.0
"""The same analysis of the same part of a log tells the same numbers in Python, on the command line and over REST.

What a filter leaves is told by plain loops too, and every door's numbers are held against those.
"""

import contextlib
import io
import json
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from taktloom.app import logs, notebooks
from taktloom.app.context import LOCAL_OPERATOR, Context
from taktloom.app.settings import Settings
from taktloom.app.wiring import Rooms
from taktloom.cli.main import run
from taktloom.mining.filters import filter_from_json
from taktloom.model.errors import TaktloomError
from taktloom.storage import SyncLevel
from taktloom.web.schemas.analyses import result_out
from tests.mining.filters.filter_oracle import Log as PlainLog
from tests.mining.filters.filter_oracle import apply_plainly
from tests.mining.filters.plain_cases import plain_cases
from tests.mining.given_logs import given_path
from tests.web.client import Client, expect

pytestmark = pytest.mark.data
LOG, ZONE = "Production.csv", "Europe/Athens"


def cases(**where: object) -> dict[str, object]:
    return {"keep": "cases", "where": where}


def events(**where: object) -> dict[str, object]:
    return {"keep": "events", "where": where}


def some_event(column: str, **test: object) -> dict[str, object]:
    return cases(type="some_event", where={"type": "attribute", "column": column, "test": test})


FIRST, LAST = "2012-02-01T00:00:00+02:00", "2012-03-26T10:15:00+03:00"  # offsets of the zone's winter and summer time
INSPECTION, PACKING, NONE = "Final Inspection Q.C.", "Packing", "无此活动"
FILTERS: dict[str, list[dict[str, object]]] = {
    "all": [],
    "period contained": [cases(type="period", since=FIRST, until=LAST, rule="contained")],
    "period intersecting": [cases(type="period", since=FIRST, until=LAST, rule="intersecting")],
    "endpoints": [cases(type="starts_with", activities=["Start"]), cases(type="ends_with", activities=["End", NONE])],
    "top variants": [cases(type="top_variants", count=7)],
    "coverage": [cases(type="variant_coverage", share=0.25)],
    "numbers, both ends in": [some_event("event.@@duration", type="number_range", at_least=3480, at_most=3540)],
    "a number": [cases(type="case_attribute", column="case.variant-index", test={"type": "one_of", "values": [7, 8]})],
    "a text is no number": [
        cases(type="case_attribute", column="case.variant-index", test={"type": "one_of", "values": ["7", "8"]})
    ],
    "texts": [some_event("resource", type="one_of", values=["ID4932", NONE])],
    "a text in a text": [some_event("resource", type="contains", text="49")],
    "missing": [some_event("resource", type="missing")],
    "directly, at once": [
        cases(type="follows", source=[INSPECTION], target=[PACKING], rule="directly", at_most_s=86_400)
    ],
    "eventually, without": [
        cases(type="follows", source=["Start"], target=[PACKING], rule="eventually", without=["Turning & Milling Q.C."])
    ],
    "performance": [cases(type="duration", at_least_s=86_400, at_most_s=864_000)],
    "rework": [cases(type="repeats", activities=["Turning & Milling"], at_least=4)],
    "four eyes": [cases(type="four_eyes", first=["Turning & Milling"], second=[INSPECTION], rule="different")],
    "with and without": [
        cases(type="having", activities=["Lapping"]),
        cases(type="lacking", activities=["Round Grinding", NONE]),
    ],
    "sample": [cases(type="sample", share=0.2, seed=5)],
    "stretch": [{"keep": "between", "begin": ["Turning & Milling"], "end": [INSPECTION], "until": "first"}],
    "without an activity": [events(type="not", condition={"type": "activity", "activities": ["Start", "End"]})],
    "events in time": [events(type="completed_in", since=FIRST, until=LAST)],
    "one case": [cases(type="case", cases=["Case1"])],
    "nothing": [cases(type="having", activities=[NONE])],
}
EMPTY = {"a text is no number", "missing", "nothing"}
ANALYSED = (
    "clusters", "declare", "dotted", "handovers", "private-variants", "resources", "roles", "skeleton",
    "spectrum", "starts", "waiting", "temporal-profile", "times",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Doors:
    """REST and the command line on one folder, Python on its own."""

    client: Client
    log_id: str
    log: notebooks.Log

    def ask(self, name: str, record: dict[str, object]) -> httpx.Response:
        """The answer, once there is one."""
        path, chosen = f"/logs/{self.log_id}/analyses/{name}", {"filter": json.dumps(record)}
        answer = self.client.call("GET", path, params=chosen)
        while answer.status_code == 202:
            self.client.follow(answer.json())
            answer = self.client.call("GET", path, params=chosen)
        return answer

    def over_rest(self, name: str, record: dict[str, object]) -> Any:
        """The result."""
        return expect(self.ask(name, record), 200).json()

    def command(self, *arguments: str) -> Any:
        """The document of a command that succeeds; NaN and Infinity are no JSON."""
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            assert self.code(*arguments) == 0
        return json.loads(out.getvalue(), parse_constant=_refuse)

    def code(self, *arguments: str) -> int:
        """The exit code of a command."""
        return run([*arguments, "--data", str(self.client.rooms.settings.data), "--json"])


def _refuse(constant: str) -> object:
    raise AssertionError(f"{constant} is no JSON")


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    rooms = Rooms(Settings(data=tmp_path_factory.mktemp("doors"), sync=SyncLevel.NORMAL))
    context = Context(principal=LOCAL_OPERATOR, rooms=rooms)
    log_id = logs.import_file(context, path=given_path(LOG), request=logs.ImportRequest(timezone=ZONE)).log_id
    with Client(rooms) as client:
        yield Doors(
            client=client.sign_in("admin"), log_id=log_id, log=notebooks.read_log(given_path(LOG), timezone=ZONE)
        )
    rooms.close()


@pytest.fixture(scope="module")
def plain(doors: Doors) -> PlainLog:
    return plain_cases(doors.client.rooms.logs.open_log(doors.log_id))


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_leaves_the_same_behind_every_door_and_what_plain_loops_leave(
    name: str, doors: Doors, plain: PlainLog
) -> None:
    record: dict[str, object] = {"steps": FILTERS[name]}
    expected = apply_plainly(plain, filter_from_json(record))
    size = (len(expected), sum(len(case.events) for case in expected))

    part = doors.log.filtered(record)
    reach = doors.client.get(f"/logs/{doors.log_id}/filter", params={"filter": json.dumps(record)})
    told = doors.command("log", "filter", doors.log_id, "--filter", json.dumps(record))

    assert told == reach
    assert not told or (told[-1]["cases"], told[-1]["events"]) == size
    assert (part.cases().height, part.events().height) == size
    assert part.events()["position"].to_list() == [event.position for case in expected for event in case.events]
    assert (name in EMPTY) == (not expected)


@pytest.mark.parametrize("name", [name for name in FILTERS if name not in EMPTY])
def test_times_of_a_part_are_the_same_behind_every_door_and_those_of_plain_loops(
    name: str, doors: Doors, plain: PlainLog
) -> None:
    record: dict[str, object] = {"steps": FILTERS[name]}
    expected = apply_plainly(plain, filter_from_json(record))
    took = [(case.events[-1].at - min(each.begun_at for each in case.events)).total_seconds() for case in expected]

    rest = doors.over_rest("times", record)
    command = doors.command("mine", "times", doors.log_id, "--filter", json.dumps(record))
    python = doors.log.filtered(record).analyse("times")

    assert command["result"] == rest["result"]
    assert tables_of(python) == rest["tables"]
    label, count, mean_s, median_s, _ = python.frame.row(0)
    assert (label, count) == ("cycle", len(took))
    assert (mean_s, median_s) == pytest.approx((statistics.fmean(took), statistics.median(took)))


@pytest.mark.parametrize("analysis", ANALYSED)
def test_an_analysis_of_a_part_tells_the_same_behind_every_door(analysis: str, doors: Doors) -> None:
    record: dict[str, object] = {"steps": FILTERS["period contained"]}

    rest = doors.over_rest(analysis, record)
    command = doors.command("mine", analysis, doors.log_id, "--filter", json.dumps(record))
    python = doors.log.filtered(record).analyse(analysis)

    assert command["result"] == rest["result"]
    assert tables_of(python) == rest["tables"]
    assert (command["notes"], list(python.notes)) == (rest["notes"], rest["notes"])


@pytest.mark.parametrize("analysis", ANALYSED)
def test_an_analysis_of_nothing_is_refused_or_told_alike_behind_every_door(analysis: str, doors: Doors) -> None:
    record: dict[str, object] = {"steps": FILTERS["nothing"]}

    rest = doors.ask(analysis, record)
    code = doors.code("mine", analysis, doors.log_id, "--filter", json.dumps(record))
    try:
        doors.log.filtered(record).analyse(analysis)
        refusal = None
    except TaktloomError as error:
        refusal = error.code

    assert (code, rest.status_code < 300, refusal is None) in {(0, True, True), (1, False, False)}
    assert refusal is None or rest.json()["code"] == refusal


def tables_of(result: notebooks.Result) -> list[dict[str, object]]:
    told: list[dict[str, object]] = result_out(result.output).model_dump(mode="json")["tables"]
    return told
