# SPDX-License-Identifier: Apache-2.0
"""Logs that are valid and odd: each gives a review with warnings that count, or a refusal that names the rows."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from taktloom.app.review import _mine
from taktloom.app.review_records import map_record, review_record
from taktloom.mining.logs.canonical import CanonicalLog
from taktloom.mining.logs.errors import BadRowsError, LogTooLargeError, TooManyActivitiesError
from taktloom.mining.logs.importing import import_log
from taktloom.mining.logs.requests import BadRows, ImportLimits, ImportRequest
from taktloom.mining.review import ReviewReport, review, review_to_json
from tests.mining.given_logs import IMPORTED_AT

HEADER = "case_id,activity,timestamp,resource\n"


def load(folder: Path, rows: str, **options: object) -> CanonicalLog:
    path = folder / "log.csv"
    path.write_text(HEADER + rows, encoding="utf-8")
    request = ImportRequest(path=path, name="log", imported_at=IMPORTED_AT, **options)  # type: ignore[arg-type]
    return import_log(request, folder / "logs")


def reviewed(log: CanonicalLog) -> ReviewReport:
    """The review, with everything that a page makes of it."""
    report = review(log)
    review_record(report)
    map_record(report, activity_share=1.0, edge_share=1.0)
    review_to_json(report)
    return report


def counted(report: ReviewReport) -> dict[str, str]:
    return {finding.rule: finding.parameters.get("value", "") for finding in report.quality.findings}


def test_a_single_event_is_a_log(tmp_path: Path) -> None:
    log = load(tmp_path, "1,a,2024-01-01T08:00:00Z,Ann\n")

    report = reviewed(log)

    assert (report.case_count, report.event_count, report.variant_count) == (1, 1, 1)
    assert report.durations.summary.median_s == 0
    assert _mine(log, 0.2).fitness == 1.0


def test_a_single_case_is_a_log(tmp_path: Path) -> None:
    log = load(tmp_path, "".join(f"1,{one},2024-01-01T0{n}:00:00Z,Ann\n" for n, one in enumerate("abcb")))

    report = reviewed(log)

    assert (report.case_count, report.activity_count) == (1, 3)
    assert report.rework[0].activity == "b"


def test_events_all_at_one_instant_are_counted_as_such(tmp_path: Path) -> None:
    rows = "".join(f"{case},{one},2024-01-01T08:00:00Z,Ann\n" for case in range(5) for one in "abc")

    report = reviewed(load(tmp_path, rows))

    assert (counted(report)["same-time-steps"], counted(report)["same-time-batches"]) == ("10", "15")
    assert report.first_at == report.last_at


def test_names_longer_than_a_name_can_be_are_bad_rows(tmp_path: Path) -> None:
    rows = f"1,{'x' * 10_000},2024-01-01T08:00:00Z,Ann\n1,{'y' * 1_000},2024-01-01T09:00:00Z,Ann\n"

    with pytest.raises(BadRowsError) as refused:
        load(tmp_path, rows)
    log = load(tmp_path, rows, bad_rows=BadRows.SKIP)

    assert [(one.rule, one.place.line) for one in refused.value.examples] == [("activity-too-long", 2)]
    assert len(refused.value.examples[0].parameters["value"]) == 80
    assert (log.metadata.counts.events, counted(reviewed(log))["rows-skipped"]) == (1, "1")


def test_emoji_and_right_to_left_names_come_through_unchanged(tmp_path: Path) -> None:
    names = ["📦 pack", "اعتماد الطلب", "\u202eevil", "👩‍👩‍👧 zwj", "a\u0301"]
    log = load(tmp_path, "".join(f"1,{one},2024-01-01T0{n}:00:00Z,Ann\n" for n, one in enumerate(names)))

    report = reviewed(log)

    assert report.variants[0].activities == tuple(names)
    assert all(name in _mine(log, 0.2).bpmn_xml for name in names)


def test_control_characters_in_names_are_shown_as_replaced_and_counted(tmp_path: Path) -> None:
    log = load(tmp_path, "1,a\x01b,2024-01-01T08:00:00Z,Ann\n1,c,2024-01-01T09:00:00Z,B\x0bo\n")

    report = reviewed(log)

    assert report.variants[0].activities == ("a\ufffdb", "c")
    assert counted(report)["unprintable-labels"] == "2"
    assert "a\ufffdb" in _mine(log, 0.2).bpmn_xml


def test_case_ids_are_texts_whatever_number_they_look_like(tmp_path: Path) -> None:
    ids = ["1", "01", "1.0", "001", "1e0"]

    log = load(tmp_path, "".join(f"{one},a,2024-01-01T08:00:00Z,Ann\n" for one in ids))

    assert sorted(log.case_table()["case_id"].to_list()) == sorted(ids)


def test_a_column_of_free_text_is_no_activity(tmp_path: Path) -> None:
    rows = "".join(f"{n // 10},act{n},2024-01-01T0{n % 10}:00:00Z,Ann\n" for n in range(200_000))

    with pytest.raises(TooManyActivitiesError) as refused:
        load(tmp_path, rows)

    assert refused.value.parameters == {"found": "200000", "limit": "10000", "column": "activity"}
    assert "another column" in str(refused.value)
    assert refused.value.place.source == "log.csv"
    assert list((tmp_path / "logs").iterdir()) == []


def test_the_limit_of_activities_itself_is_kept(tmp_path: Path) -> None:
    rows = "1,a,2024-01-01T08:00:00Z,Ann\n1,b,2024-01-01T09:00:00Z,Ann\n"

    assert load(tmp_path, rows, limits=ImportLimits(activities=2)).metadata.counts.activities == 2


def test_the_first_and_the_last_year_are_read_and_doubted(tmp_path: Path) -> None:
    rows = "1,a,0001-01-01T00:00:00Z,Ann\n1,b,9999-12-31T23:59:59Z,Ann\n2,a,2024-01-01T00:00:00Z,Bo\n"

    report = reviewed(load(tmp_path, rows))

    assert (report.first_at.year, report.last_at.year) == (1, 9999)
    assert counted(report)["implausible-times"] == "2"


@pytest.mark.parametrize(
    ("time", "zone"),
    [
        ("0001-01-01T00:00:00+08:00", None),
        ("9999-12-31T23:59:59-05:00", None),
        ("0001-01-01 00:00:00", "Asia/Shanghai"),
        ("9999-12-31 23:59:59", "America/New_York"),
        ("0000-06-01T00:00:00Z", None),
    ],
)
def test_times_outside_the_years_1_to_9999_are_bad_rows(tmp_path: Path, time: str, zone: str | None) -> None:
    with pytest.raises(BadRowsError) as refused:
        load(tmp_path, f"1,a,{time},Ann\n", timezone=zone)

    assert [one.rule for one in refused.value.examples] == ["time-out-of-range"]


def test_a_leap_second_is_the_first_second_of_the_next_minute(tmp_path: Path) -> None:
    report = reviewed(load(tmp_path, "1,a,2016-12-31T23:59:60Z,Ann\n1,b,2017-01-01T00:00:00Z,Ann\n"))

    assert report.first_at == datetime(2017, 1, 1, tzinfo=UTC)
    assert counted(report)["same-time-steps"] == "1"


def test_the_hour_that_clocks_skip_and_the_one_that_occurs_twice_are_counted(tmp_path: Path) -> None:
    rows = "1,a,2024-03-31 02:30:00,Ann\n1,b,2024-03-31 03:40:00,Ann\n2,a,2024-10-27 02:30:00,Bo\n"

    report = reviewed(load(tmp_path, rows, timezone="Europe/Amsterdam"))

    assert (counted(report)["missing-local-times"], counted(report)["ambiguous-local-times"]) == ("1", "1")


@pytest.mark.parametrize("after", ["", "1,b,2026-01-02T10:00:00Z,Ann\n"])
def test_a_row_of_fifty_million_characters_is_named(tmp_path: Path, after: str) -> None:
    with pytest.raises(LogTooLargeError) as refused:
        load(tmp_path, f"1,{'a' * 50_000_000},2026-01-01T10:00:00Z,Ann\n{after}")

    assert (refused.value.parameters["what"], refused.value.place.line) == ("characters in a line", 2)


def test_a_row_of_five_million_characters_is_one_bad_row(tmp_path: Path) -> None:
    with pytest.raises(BadRowsError) as refused:
        load(tmp_path, f'1,{"a" * 5_000_000},2026-01-01T10:00:00Z,"Ann\nB"\n')

    assert [(each.rule, each.place.line) for each in refused.value.examples] == [("row-too-large", 2)]


def test_a_quote_that_is_never_closed_is_named_though_it_swallows_every_row(tmp_path: Path) -> None:
    with pytest.raises(BadRowsError) as refused:
        load(tmp_path, '1,"a,2026-01-01T10:00:00Z,Ann\n1,b,2026-01-02T10:00:00Z,Ann\n')

    assert [(each.rule, each.place.line) for each in refused.value.examples] == [("quote-not-closed", 2)]
