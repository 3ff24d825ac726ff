# SPDX-License-Identifier: Apache-2.0
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from taktloom.mining.filters import keep_cases
from taktloom.mining.filters.case_conditions import CaseIn, TopVariants
from taktloom.mining.logs.importing import import_log
from taktloom.mining.logs.requests import ImportRequest
from taktloom.mining.review import EmptyViewError, review, review_to_json
from tests.mining.given_logs import CASE_LEVEL_LOGS, given_log


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "timezone"),
    [("receipt.csv", None), ("08_receipt.xes.gz", None), ("receipt.parquet", "Europe/Amsterdam")],
)
def test_receipt_reviews_to_its_known_numbers_in_every_format(name: str, timezone: str | None) -> None:
    record = review_to_json(review(given_log(name, timezone)))

    assert (record["cases"], record["events"], record["activities"], record["variants"]) == (1_434, 8_577, 27, 116)
    stamps = record["rubber_stamps"]
    assert isinstance(stamps, dict)
    assert (stamps["rubber_stamps"], stamps["with_predecessor"]) == (4_288, 7_143)


@pytest.mark.data
def test_receipt_tells_that_working_time_cannot_be_known() -> None:
    report = review(given_log("receipt.csv"))

    assert [each.rule for each in report.quality.cannot_be_known] == ["unknown-working-time"]
    assert report.variants[0].cases == 713
    assert report.variants[0].share == pytest.approx(713 / 1_434)
    assert report.first_at == datetime(2010, 10, 2, 7, 20, 39, 266_000, tzinfo=UTC)
    assert {each.actor.value for each in report.resources} == {"human", "cannot-tell"}


@pytest.mark.data
@pytest.mark.parametrize("name", CASE_LEVEL_LOGS)
def test_a_review_of_any_given_log_is_json_with_its_counts_on_top(name: str) -> None:
    log = given_log(name)

    record = json.loads(json.dumps(review_to_json(review(log)), allow_nan=False))

    assert record["cases"] == log.counts.cases
    assert record["variants"] == len(log.variants())
    assert 0 <= record["quality"]["score"] <= 100
    assert sum(each["cases"] for each in record["start_activities"]) == log.counts.cases
    assert record["variant_table"][-1]["cumulative_share"] <= 1 + 1e-9


@pytest.mark.data
def test_a_filtered_review_counts_the_view_and_names_the_filter() -> None:
    condition = keep_cases(TopVariants(count=1))

    report = review(given_log("receipt.csv"), condition=condition)

    assert (report.case_count, report.variant_count, report.event_count) == (713, 1, 713 * 6)
    assert review_to_json(report)["filter"] == {
        "steps": [{"keep": "cases", "where": {"type": "top_variants", "count": 1}}]
    }


def test_a_filter_that_leaves_nothing_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("case_id,activity,timestamp\n1,A,2024-01-01T00:00:00Z\n")
    log = import_log(ImportRequest(path=path, name="log", imported_at=datetime(2026, 1, 1, tzinfo=UTC)), tmp_path)

    with pytest.raises(EmptyViewError):
        review(log, condition=keep_cases(CaseIn(cases=("2",))))


def test_a_log_of_one_event_can_be_reviewed(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("case_id,activity,timestamp\n1,A,2024-01-01T00:00:00Z\n")
    log = import_log(ImportRequest(path=path, name="log", imported_at=datetime(2026, 1, 1, tzinfo=UTC)), tmp_path)

    report = review(log)

    assert (report.case_count, report.event_count, report.map.flows) == (1, 1, ())
    assert not report.rubber_stamps.is_computable
    assert {each.rule for each in report.quality.cannot_be_known} >= {"unknown-who-works", "unknown-local-hours"}
