# SPDX-License-Identifier: Apache-2.0
"""Nothing of a JSON body is lost or taken for something else: digits, entries, characters, kinds."""

from typing import Any

import httpx
import pytest

from taktloom.web.bodies import WrittenNumber, read_decimal, read_json
from tests.web.client import Client
from tests.web.test_tasks import MODEL


def evaluate(client: Client, value: bytes) -> httpx.Response:
    """What the variable `a` is, of this JSON."""
    return send(client, "/expressions/evaluations", b'{"expression":"a","context":{"a":%s}}' % value)


def send(client: Client, path: str, body: bytes) -> httpx.Response:
    return client.call("POST", path, content=body, headers={"Content-Type": "application/json"})


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (b"0.12345678901234567890123", "0.12345678901234567890123"),
        (b"-9007199254740993.5", "-9007199254740993.5"),
        (b"1e-400", "0." + "0" * 399 + "1"),
        (b"1e400", "1" + "0" * 400),
        (b"0.10000000000000000000", "0.1"),
        (b"[0.1, 1E+2, 12345678901234567890]", "[0.1, 100, 12345678901234567890]"),
    ],
)
def test_a_number_of_a_body_is_the_decimal_that_is_written(admin: Client, written: bytes, text: str) -> None:
    assert evaluate(admin, written).json()["text"] == text


@pytest.mark.parametrize("written", [b"NaN", b"-Infinity", b"9" * 4301, b'{"b":1,"c":2,"b":3}'])
def test_what_json_does_not_say_clearly_is_refused(admin: Client, written: bytes) -> None:
    answer = evaluate(admin, written)

    assert (answer.status_code, answer.json()["code"]) == (422, "TL-2926")
    assert answer.json()["place"]["element_id"].startswith("body")


def test_an_entry_that_is_named_twice_is_refused_by_name(admin: Client) -> None:
    answer = send(admin, "/expressions/evaluations", b'{"expression":"1","expression":"2"}')

    assert (answer.status_code, answer.json()["place"]["element_id"]) == (422, "body.expression")


@pytest.mark.parametrize(
    "body",
    [
        b'{"expression":"a","context":{"a":"\xed\xa0\x80"}}',
        '{"expression":"a","context":{"a":"\\ud800"}}'.encode("utf-16"),
        b'{"expression":"\xff"}',
    ],
)
def test_a_body_that_is_not_utf_8_is_refused(admin: Client, body: bytes) -> None:
    answer = send(admin, "/expressions/evaluations", body)

    assert (answer.status_code, answer.json()["code"]) == (400, "TL-2922")


def test_a_mark_of_utf_8_before_the_body_is_no_part_of_it(admin: Client) -> None:
    assert send(admin, "/expressions/evaluations", b'\xef\xbb\xbf{"expression":"1"}').json()["value"] == 1


def test_a_value_that_feel_cannot_hold_is_refused_with_the_variables_name(admin: Client) -> None:
    answer = evaluate(admin, b'{"@type":"date","value":"2026-02-30"}')

    assert (answer.json()["code"], answer.json()["place"]["element_id"]) == ("TL-2301", "a")


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/messages", {"name": "paid", "time_to_live_s": False}, "body.time_to_live_s"),
        ("/messages", {"name": "paid", "time_to_live_s": "60"}, "body.time_to_live_s"),
        ("/jobs/completions", {"completions": [{"job_id": "1", "fence": True}]}, "body.completions.0.fence"),
        ("/batches/preview", {"kind": "cancel", "selection": {"query": {"with_incidents": 0}}}, "with_incidents"),
        ("/batches/preview", {"kind": "cancel", "selection": {"query": {"started_after": 2011}}}, "started_after"),
        ("/batches/preview", {"kind": "cancel", "selection": {"query": {"started_after": "2011"}}}, "started_after"),
    ],
)
def test_a_field_takes_only_the_kind_that_the_document_names(
    admin: Client, path: str, body: dict[str, Any], field: str
) -> None:
    answer = admin.call("POST", path, json=body)

    assert (answer.status_code, answer.json()["code"]) == (422, "TL-2922")
    assert any(field in one["place"]["element_id"] for one in answer.json()["findings"])


@pytest.mark.parametrize("value", ["2011", "0.5", "20110101", "-5", "1e9"])
@pytest.mark.parametrize(
    ("path", "name"),
    [("/instances", "started_before"), ("/tasks", "due_before"), ("/calendars/office/days", "start")],
)
def test_a_number_is_no_time(admin: Client, path: str, name: str, value: str) -> None:
    answer = admin.call("GET", path, params={name: value})

    assert (answer.status_code, answer.json()["findings"][0]["place"]["element_id"]) == (422, f"query.{name}")


def test_a_time_is_taken_as_iso_8601_writes_it(admin: Client) -> None:
    for written in ("2026-01-31T12:00:00Z", "2026-01-31T12:00:00.123456+01:00", "2026-01-31t12:00z"):
        assert admin.call("GET", "/instances", params={"started_before": written}).status_code == 200, written


def test_numbers_are_doubles_where_these_are_exact() -> None:
    assert read_json(b"[0.1, 1e2, 0.10, 1234567.125]") == [0.1, 100.0, 0.1, 1234567.125]
    assert read_json(b"1e-9999999999999999999999") == WrittenNumber("1e-9999999999999999999999")
    assert str(read_json(b"0.12345678901234567890", read_decimal)) == "0.12345678901234567890"


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("/instances?limit=1&limit=2", "query.limit"),
        ("/tasks?state=open&state=any", "query.state"),
        ("/instances?search=%ff", "query"),
        ("/instances?search=%ed%a0%80", "query"),
    ],
)
def test_a_parameter_is_given_once_and_in_utf_8(admin: Client, address: str, place: str) -> None:
    answer = admin.call("GET", address)

    assert (answer.status_code, answer.json()["code"]) == (422, "TL-2926")
    assert answer.json()["place"]["element_id"] == place


def test_a_parameter_that_takes_several_values_may_come_several_times(admin: Client) -> None:
    answer = admin.call("GET", "/logs/none/review?activity=a&activity=b")

    assert (answer.status_code, answer.json()["code"]) == (404, "TL-2121")


def test_two_files_of_one_name_are_refused_and_nothing_is_deployed(admin: Client) -> None:
    files = [("files", ("a.bpmn", MODEL)), ("files", ("a.bpmn", MODEL.replace(b"permit", b"other")))]

    answer = admin.call("POST", "/deployments", files=files)

    assert (answer.status_code, answer.json()["code"], answer.json()["place"]["element_id"]) == (
        422,
        "TL-2926",
        "a.bpmn",
    )
    assert admin.get("/processes")["items"] == []


def test_a_form_that_cannot_be_read_is_refused_with_what_can(admin: Client) -> None:
    for kind in ("multipart/form-data", "multipart/form-data; boundary=other"):
        answer = admin.call("POST", "/logs/uploads", content=b"--one--\r\n", headers={"Content-Type": kind})

        assert answer.status_code == 400, kind
        assert answer.json()["remedy"].startswith("Send multipart/form-data with its boundary"), kind
