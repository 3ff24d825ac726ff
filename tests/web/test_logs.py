# SPDX-License-Identifier: Apache-2.0
import json
import shutil
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from taktloom.app import answering
from taktloom.app.wiring import Rooms
from tests.app.models import LOG_CSV, imported_file
from tests.web.client import Client, expect
from tests.web.test_long_looks import Held


def _upload(client: Client, content: bytes, name: str = "log.csv") -> Any:
    return expect(client.call("POST", "/logs/uploads", files={"file": (name, content, "text/csv")}), 201).json()


def _import(client: Client, body: dict[str, object], path: str = "/logs") -> Any:
    import_id = client.post(path, body, 202)["import_id"]
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        status = client.get(f"/logs/imports/{import_id}")
        if status["state"] not in {"waiting", "running"}:
            return status
    raise AssertionError("the import did not end")


@pytest.fixture(scope="module")
def kept_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the imported log; each test that asks for its id gets a copy."""
    return imported_file(tmp_path_factory.mktemp("imported"), LOG_CSV, name="Permits")


@pytest.fixture
def log_id(rooms: Rooms, kept_log: Path) -> str:
    shutil.copytree(kept_log, rooms.logs.catalogue.folder / kept_log.name)
    return kept_log.name


def test_an_upload_tells_what_it_holds(admin: Client) -> None:
    sniff = _upload(admin, LOG_CSV.encode())["sniff"]

    assert [column["name"] for column in sniff["columns"]] == ["case_id", "activity", "timestamp", "resource"]
    suggested = sniff["suggested"]
    assert (suggested["case"], suggested["activity"], suggested["timestamp"]) == ("case_id", "activity", "timestamp")
    assert not sniff["needs_timezone"]


def test_an_imported_log_is_reviewed(admin: Client, log_id: str) -> None:
    summary = admin.get("/logs")["items"][0]
    review = admin.get(f"/logs/{log_id}/review")
    mapped = admin.get(f"/logs/{log_id}/map")
    variants = admin.get(f"/logs/{log_id}/variants")

    assert (summary["name"], summary["cases"], summary["events"]) == ("Permits", 2, 4)
    assert (summary["first_event_at"], summary["last_event_at"]) == ("2026-01-01T09:00:00Z", "2026-01-02T12:00:00Z")
    assert [review[name] for name in ("cases", "events", "activities", "variants")] == [2, 4, 2, 1]
    assert review["handovers"]["count"] == 2
    assert [(edge["source"], edge["target"], edge["median_s"]) for edge in mapped["edges"]] == [
        ("register", "decide", 7200.0)
    ]
    assert [variant["activities"] for variant in variants] == [["register", "decide"]]


def test_a_filter_narrows_and_one_that_leaves_nothing_says_so(admin: Client, log_id: str) -> None:
    one = admin.get(f"/logs/{log_id}/review?from=2026-01-02T00:00:00Z")
    nothing = admin.call("GET", f"/logs/{log_id}/review?from=2027-01-01T00:00:00Z")

    assert (one["cases"], one["durations"]["median_s"]) == (1, 10800.0)
    assert nothing.status_code == 409
    assert nothing.json()["remedy"]


def test_a_filter_of_steps_narrows_everything_and_tells_what_each_step_leaves(admin: Client, log_id: str) -> None:
    chosen = quote(
        json.dumps(
            {
                "steps": [
                    {"keep": "cases", "where": {"type": "duration", "at_least_s": 10800}},
                    {"keep": "events", "where": {"type": "activity", "activities": ["decide"]}},
                ]
            }
        )
    )

    reach = admin.get(f"/logs/{log_id}/filter?filter={chosen}")
    review = admin.get(f"/logs/{log_id}/review?filter={chosen}")
    wrong = quote(json.dumps({"steps": [{"keep": "all"}]}))
    refused = admin.call("GET", f"/logs/{log_id}/review?filter={wrong}")

    assert reach == [
        {"cases": 1, "cases_before": 2, "events": 2, "events_before": 4},
        {"cases": 1, "cases_before": 1, "events": 1, "events_before": 2},
    ]
    assert (review["cases"], review["events"], review["activities"]) == (1, 1, 1)
    assert (refused.status_code, refused.json()["parameters"]["field"]) == (422, "steps[0].keep")


def test_exports_are_files(admin: Client, log_id: str) -> None:
    svg = expect(admin.call("GET", f"/logs/{log_id}/map.svg"), 200)
    table = expect(admin.call("GET", f"/logs/{log_id}/map.csv"), 200)
    model = expect(admin.call("GET", f"/logs/{log_id}/model.bpmn"), 200)

    assert svg.headers["content-type"] == "image/svg+xml"
    assert b"<svg" in svg.content
    assert table.content.decode("utf-8-sig").splitlines()[1].startswith("register,decide,2,2,7200.0")
    assert b"BPMNShape" in model.content
    assert 'attachment; filename="model.bpmn"' in model.headers["content-disposition"]


def test_no_label_of_an_exported_table_is_computed_by_a_spreadsheet(admin: Client) -> None:
    text = 'case_id,activity,timestamp\n1,"=HYPERLINK(""x"")",2026-01-01T09:00:00Z\n1,@b,2026-01-01T10:00:00Z\n'
    upload = _upload(admin, text.encode())
    log_id = _import(admin, {"upload_id": upload["upload_id"], "name": "Hostile"})["log_id"]

    table, events = (admin.call("GET", f"/logs/{log_id}/{name}").text for name in ("map.csv", "export.csv"))

    assert "'=HYPERLINK" in table.splitlines()[1]
    assert ",'@b," in table.splitlines()[1]
    assert "'=HYPERLINK" in events
    assert "'@b" in events


def test_a_log_goes_out_as_a_file_that_is_read_again(admin: Client, log_id: str) -> None:
    xes = expect(admin.call("GET", f"/logs/{log_id}/export.xes?activity=decide"), 200)
    table = expect(admin.call("GET", f"/logs/{log_id}/export.csv"), 200)
    unknown = admin.call("GET", f"/logs/{log_id}/export.pdf")

    again = _import(admin, {"upload_id": _upload(admin, xes.content, "log.xes")["upload_id"], "name": "Again"})
    assert admin.get(f"/logs/{again['log_id']}")["events"] == 4
    assert table.text.splitlines()[1].startswith("0,")
    assert unknown.status_code == 422


def test_a_log_is_renamed_replaced_and_deleted(admin: Client, log_id: str) -> None:
    expect(admin.call("PATCH", f"/logs/{log_id}", json={"name": "Bouwvergunningen"}), 200)
    newer = LOG_CSV + "3,register,2026-01-03T09:00:00Z,ann\n"
    upload = _upload(admin, newer.encode())
    status = _import(admin, {"upload_id": upload["upload_id"]}, f"/logs/{log_id}/newer")
    detail = admin.get(f"/logs/{log_id}")

    assert (status["state"], status["log_id"]) == ("done", log_id)
    assert (detail["name"], detail["cases"]) == ("Bouwvergunningen", 3)
    assert admin.get(f"/logs/{log_id}/review")["cases"] == 3
    expect(admin.call("DELETE", f"/logs/{log_id}"), 204)
    expect(admin.call("GET", f"/logs/{log_id}"), 404)


def test_bad_rows_refuse_the_import_with_examples_and_nothing_remains(admin: Client) -> None:
    bad = LOG_CSV + "4,,2026-01-03T09:00:00Z,ann\n"
    upload = _upload(admin, bad.encode())

    status = _import(admin, {"upload_id": upload["upload_id"]})

    assert status["state"] == "failed"
    assert status["problem"]["status"] == 422
    assert status["problem"]["findings"]
    assert admin.get("/logs")["items"] == []
    skipped = _import(admin, {"upload_id": upload["upload_id"], "skip_bad_rows": True})
    assert (skipped["state"], skipped["skipped_rows"]) == ("done", 1)


def test_naive_times_ask_for_the_zone(admin: Client) -> None:
    upload = _upload(admin, LOG_CSV.replace("T", " ").replace("Z", "").encode())
    assert upload["sniff"]["needs_timezone"]

    refused = _import(admin, {"upload_id": upload["upload_id"]})
    taken = _import(admin, {"upload_id": upload["upload_id"], "timezone": "Europe/Amsterdam"})

    assert refused["problem"]["parameters"]["option"] == "--timezone"
    assert taken["state"] == "done"


def test_what_is_no_log_is_refused_at_once(admin: Client) -> None:
    answer = admin.call("POST", "/logs/uploads", files={"file": ("x.csv", b"", "text/csv")})

    assert answer.status_code == 422
    assert not list((admin.rooms.settings.data / "uploads").iterdir())


def test_an_upload_id_never_leaves_its_folder(admin: Client) -> None:
    for upload_id in ("../../etc", "..", "0" * 16):
        assert admin.call("POST", "/logs", json={"upload_id": upload_id}).status_code == 404


def test_rates_are_kept_per_log(admin: Client, log_id: str) -> None:
    rates = {"currency": "EUR", "hourly": {"decide": 60.0}, "default": None}
    expect(admin.call("PUT", f"/logs/{log_id}/rates", json=rates), 204)

    assert admin.get(f"/logs/{log_id}/rates") == rates
    assert [one["activity"] for one in admin.assess(log_id)["activities"]] == ["register", "decide"]


@pytest.mark.data
def test_the_receipt_log_becomes_a_running_draft(admin: Client, test_data: Path) -> None:
    upload = _upload(admin, (test_data / "logs" / "receipt.csv").read_bytes(), "receipt.csv")
    status = _import(admin, {"upload_id": upload["upload_id"], "timezone": "Europe/Amsterdam"})
    log_id = status["log_id"]

    review = admin.get(f"/logs/{log_id}/review")
    report = admin.follow(admin.post(f"/logs/{log_id}/draft", {"name": "Receipt"}, 202))["draft"]
    draft = admin.get(f"/drafts/{report['draft_id']}")
    deployed = admin.post("/deployments", {"draft_id": report["draft_id"], "revision": draft["revision"]}, 201)
    process = deployed["processes"][0]
    admin.post(f"/processes/{process['process_id']}/instances", {"variables": {}}, 201)
    watch = admin.get(f"/watch/{process['process_id']}")

    assert [review[name] for name in ("cases", "events", "activities", "variants")] == [1434, 8577, 27, 116]
    assert (review["rubber_stamps"]["count"], review["rubber_stamps"]["of"]) == (4288, 7143)
    assert report["coverage"] >= 0.95
    assert report["fitness"] >= 0.85
    assert draft["source_log_id"] == log_id
    assert watch["baseline"]["n"] == 1434
    assert watch["difference"] == {
        "median_ratio": None,
        "interval": None,
        "verdict": "cannot-tell",
        "needs": "finished-cases",
    }


@pytest.mark.parametrize("part", ["review", "map", "model", "model.bpmn"])
def test_a_filter_that_leaves_no_case_is_refused_alike_everywhere(admin: Client, log_id: str, part: str) -> None:
    nothing = admin.call("GET", f"/logs/{log_id}/{part}?from=2027-01-01T00:00:00Z")

    assert (nothing.status_code, nothing.json()["code"]) == (409, "TL-2120")


def test_cases_that_touch_an_activity_can_be_left_out(admin: Client) -> None:
    content = "case_id,activity,timestamp\n"
    for case, activities in (("1", "abc"), ("2", "ab"), ("3", "ad")):
        content += "".join(f"{case},{one},2026-01-0{case}T0{n}:00:00Z\n" for n, one in enumerate(activities))
    upload = _upload(admin, content.encode())
    log_id = _import(admin, {"upload_id": upload["upload_id"], "name": "Paths"})["log_id"]

    assert admin.get(f"/logs/{log_id}/review?without=c")["cases"] == 2
    assert admin.get(f"/logs/{log_id}/review?without=c&without=d")["cases"] == 1
    assert [one["activities"] for one in admin.get(f"/logs/{log_id}/variants?without=d&activity=c")] == [
        ["a", "b", "c"]
    ]
    assert admin.get(f"/logs/{log_id}/model?without=c&without=d")["cases"] == 1
    assert admin.call("GET", f"/logs/{log_id}/map?without=a").json()["code"] == "TL-2120"


def test_a_column_that_was_left_out_can_be_chosen_later(admin: Client) -> None:
    upload = _upload(admin, LOG_CSV.encode())
    mapping = {"case": "case_id", "activity": "activity", "timestamp": "timestamp"}
    log_id = _import(admin, {"upload_id": upload["upload_id"], "name": "Few", "mapping": mapping})["log_id"]
    assert admin.get(f"/logs/{log_id}/review")["handovers"]["share"] is None

    columns = admin.get(f"/logs/{log_id}/columns")["columns"]
    status = _import(admin, {"mapping": {**mapping, "resource": "resource"}}, f"/logs/{log_id}/remap")

    assert [column["name"] for column in columns] == ["case_id", "activity", "timestamp", "resource"]
    assert columns[3]["samples"] == ["ann", "bob"]
    assert status["state"] == "done"
    assert admin.get(f"/logs/{log_id}/review")["handovers"]["count"] == 2


def test_a_part_that_is_missing_is_named_and_the_others_are_suggested(admin: Client) -> None:
    sniff = _upload(admin, b"case_id,activity,note\n1,a,x\n1,b,y\n")["sniff"]

    assert sniff["missing_parts"] == ["timestamp"]
    assert (sniff["suggested"]["case"], sniff["suggested"]["activity"]) == ("case_id", "activity")
    assert sniff["suggested"]["attributes"] == {"note": "auto"}


def test_a_failed_import_carries_its_whole_problem(admin: Client) -> None:
    upload = _upload(admin, b"case_id,activity,note\n1,a,x\n1,b,y\n")

    status = _import(admin, {"upload_id": upload["upload_id"], "name": "No times"})

    assert (status["state"], status["problem"]["code"]) == ("failed", "TL-2101")
    assert status["problem"]["parameters"]["reason"] == "no-times"
    document = admin.get("/openapi.json")["components"]["schemas"]["ImportOut"]["properties"]
    assert document["problem"]["anyOf"][0] == {"$ref": "#/components/schemas/Problem"}


def test_the_potential_of_a_part_is_that_of_its_cases_only(admin: Client, log_id: str) -> None:
    one = json.dumps({"steps": [{"keep": "cases", "where": {"type": "sample", "count": 1}}]})
    path = f"/logs/{log_id}/potential"

    part = _waited(admin, path, filter=one)

    assert part["method"]["parameters"]["cases"] == "1"
    assert admin.assess(log_id)["method"]["parameters"]["cases"] == "2"
    nothing = json.dumps({"steps": [{"keep": "cases", "where": {"type": "having", "activities": ["nowhere"]}}]})
    assert admin.call("GET", path, params={"filter": nothing}).json()["code"] == "TL-2120"


def _waited(admin: Client, path: str, **query: str) -> Any:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        answer = admin.call("GET", path, params=query)
        if answer.status_code == 200:
            return answer.json()
        time.sleep(0.05)
    raise AssertionError(answer.text)


def test_a_log_names_the_attributes_that_a_filter_can_ask_for(admin: Client, log_id: str) -> None:
    named = {one["name"] for one in admin.get(f"/logs/{log_id}")["attributes"]}

    for name in named:
        kind = "case_attribute" if name.startswith("case.") else "some_event"
        test = {"column": name, "test": {"type": "missing"}}
        where = (
            {"type": kind, **test}
            if kind == "case_attribute"
            else {"type": kind, "where": {"type": "attribute", **test}}
        )
        steps = json.dumps({"steps": [{"keep": "cases", "where": {"type": kind, **where}}]})
        assert admin.call("GET", f"/logs/{log_id}/filter", params={"filter": steps}).status_code == 200


def test_a_long_analysis_is_a_work_that_can_be_followed(
    admin: Client, log_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(admin.rooms.logs.result)
    monkeypatch.setattr(admin.rooms.logs, "result", held)
    monkeypatch.setattr(answering, "ANSWERED_WITHIN_S", 0.0)
    path = f"/logs/{log_id}/analyses/times"

    begun = expect(admin.call("GET", path), 202).json()
    held.go_on.set()

    assert begun["kind"] == "analysis"
    assert admin.follow(begun)["state"] == "done"
    monkeypatch.setattr(answering, "ANSWERED_WITHIN_S", 30.0)
    assert admin.get(path)["tables"][0]["title"] == "Cases"


def test_the_parameters_of_an_analysis_say_what_a_form_needs(admin: Client) -> None:
    analyses = {
        one["name"]: {each["name"]: each for each in one["parameters"]} for one in admin.get("/analyses")["items"]
    }

    assert analyses["discover"]["miner"]["kind"] == "choice"
    assert "inductive" in analyses["discover"]["miner"]["choices"]
    assert (analyses["discover"]["noise"]["kind"], analyses["align"]["limit"]["kind"]) == ("number", "integer")
    assert analyses["rules"]["rules"]["kind"] == "document"


def test_the_potential_says_by_codes_what_it_cannot_tell_and_how_it_was_made(admin: Client, log_id: str) -> None:
    potential = admin.assess(log_id)

    assert potential["method"]["code"] == "bootstrap-of-cases"
    assert potential["method"]["parameters"]["cases"] == "2"
    assert {one["feature"]: one["code"] for one in potential["activities"][0]["not_computable"]}["hours"] == (
        "needs-start-times"
    )


OVER_A_WEEKEND = """case,activity,start_time,time
1,Decide,2025-05-09T16:30:00+02:00,2025-05-12T08:30:00+02:00
2,Decide,2025-05-16T16:30:00+02:00,2025-05-19T08:30:00+02:00
"""


def test_working_hours_count_by_the_business_calendar_that_is_asked_for(admin: Client) -> None:
    upload = _upload(admin, OVER_A_WEEKEND.encode())
    log_id = _import(admin, {"upload_id": upload["upload_id"], "name": "Weekends"})["log_id"]
    week = {day: ["08:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
    definition = {"zone": "Europe/Berlin", "week": week}
    expect(admin.call("PUT", "/calendars/office", json={"definition": definition, "is_default": True}), 200)

    by_the_clock = admin.assess(log_id)
    by_calendar = expect(admin.call("GET", f"/logs/{log_id}/potential?calendar=default"), 200).json()
    unknown = admin.call("GET", f"/logs/{log_id}/potential?calendar=none")

    assert [by_the_clock["working_hours"][name] for name in ("basis", "reason")] == ["clock", "few-events"]
    told = by_calendar["working_hours"]
    assert (told["basis"], told["name"], told["version"], told["zone"]) == ("given", "office", 1, "Europe/Berlin")
    assert told["week"] == week
    hours = [each["activities"][0]["hours"]["value"] for each in (by_the_clock, by_calendar)]
    assert hours[0] == pytest.approx(64 * hours[1])
    assert (unknown.status_code, unknown.json()["code"]) == (404, "TL-2552")


def test_an_uploaded_object_centric_log_is_told_as_graph_and_net(admin: Client) -> None:
    events = [
        {"id": "e1", "type": "place", "time": "2024-01-01T00:00:00Z", "relationships": [{"objectId": "o1"}]},
        {"id": "e2", "type": "pay", "time": "2024-01-02T00:00:00Z", "relationships": [{"objectId": "o1"}]},
    ]
    content = json.dumps({"events": events, "objects": [{"id": "o1", "type": "order"}]}).encode()
    files = {"file": ("orders.jsonocel", content, "application/json")}
    path = f"/logs/uploads/{expect(admin.call('POST', '/logs/uploads', files=files), 201).json()['upload_id']}"

    graph = expect(admin.call("GET", f"{path}/object-graph"), 200).json()
    net = expect(admin.call("GET", f"{path}/object-net?object_type=order&noise=0"), 200).json()
    pictures = [expect(admin.call("GET", f"{path}/object-{name}.svg"), 200) for name in ("graph", "net")]

    assert [(flow["source"], flow["target"], flow["median_s"]) for flow in graph["flows"]] == [("place", "pay", 86400)]
    assert (len(net["places"]), net["fits"][0]["fitness"]) == (3, 1)
    assert {picture.headers["content-type"] for picture in pictures} == {"image/svg+xml"}
    assert admin.call("GET", f"{path}/object-net?object_type=none").status_code == 404
    assert admin.call("GET", "/logs/uploads/none/object-graph").status_code == 404
