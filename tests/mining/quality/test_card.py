# SPDX-License-Identifier: Apache-2.0
from datetime import UTC, datetime
from pathlib import Path

import pytest

from taktloom.mining.logs.importing import import_log
from taktloom.mining.logs.requests import BadRows, ImportRequest
from taktloom.mining.quality.card import WEIGHTS, QualityCard
from taktloom.mining.review import review

AT = datetime(2026, 1, 1, tzinfo=UTC)
HEADER = "case_id,activity,timestamp,resource,role,amount\n"


def card(folder: Path, rows: str, timezone: str | None = "Europe/Amsterdam", header: str = HEADER) -> QualityCard:
    path = folder / "log.csv"
    path.write_text(header + rows)
    request = ImportRequest(path=path, name="log", imported_at=AT, timezone=timezone, bad_rows=BadRows.SKIP)
    return review(import_log(request, folder / "logs")).quality


def rules(card: QualityCard) -> dict[str, str]:
    return {finding.rule: finding.parameters.get("value", "") for finding in card.findings}


def test_a_clean_log_has_no_findings(tmp_path: Path) -> None:
    rows = (
        "1,A,2024-01-02 09:00:01,Ann,x,5\n"
        "1,B,2024-01-02 10:00:02,Bo,x,5\n"
        "2,A,2024-01-02 09:30:03,Ann,x,7\n"
        "2,B,2024-01-03 09:00:04,Bo,x,7\n"
    )

    found = card(tmp_path, rows)

    assert found.findings == ()
    assert [each.rule for each in found.cannot_be_known] == ["unknown-working-time", "unknown-seasons"]
    assert found.score == 95.0
    assert sum(WEIGHTS.values()) == 100


def test_each_defect_is_found_and_counted(tmp_path: Path) -> None:
    rows = (
        "1,A,2024-10-27 02:30:00,Ann,x,5\n"
        "1,A,2024-10-27 02:30:00,Ann,x,5\n"
        "1,B,2024-03-31 02:30:00,Ann,x,5\n"
        "2,A,2024-01-02 09:00:01,,x,5\n"
        "2,B,never,Ann,x,5\n"
    )

    made = card(tmp_path, rows)
    found, messages = rules(made), {each.rule: each.message for each in made.findings}

    assert found["duplicate-rows"] == "1"
    assert found["same-time-steps"] == "1"
    assert found["out-of-order"] == "1"
    assert found["ambiguous-local-times"] == "2"
    assert found["missing-local-times"] == "1"
    assert found["rows-skipped"] == "1"
    assert "resource-missing" in found
    assert messages["duplicate-rows"] == "One row repeats another in case, activity, time and resource."
    assert messages["ambiguous-local-times"].startswith("2 times lie in the hour that occurs twice")


def test_a_worse_log_scores_lower(tmp_path: Path) -> None:
    (tmp_path / "good").mkdir()
    (tmp_path / "bad").mkdir()
    good = card(tmp_path / "good", "1,A,2024-01-02 09:00:01,Ann,x,5\n1,B,2024-01-02 10:00:02,Bo,x,5\n")
    bad = card(tmp_path / "bad", "1,A,2024-01-02 00:00:00,,x,5\n1,B,2024-01-02 00:00:00,,x,5\n")

    assert bad.score < good.score - 30
    assert {each.name: each.score for each in bad.components}["clock"] == 10


@pytest.mark.parametrize(
    ("rows", "header", "timezone", "unknown"),
    [
        ("1,A,2024-01-02T09:00:01Z,Ann,x,5\n", HEADER, None, {"working-time", "local-hours"}),
        ("1,A,2024-01-02 09:00,Ann,x,5\n", HEADER, "UTC", {"working-time", "fine-times"}),
        (
            "1,A,2024-01-02 09:00:01\n",
            "case_id,activity,timestamp\n",
            "UTC",
            {"working-time", "who-works", "decision-rules"},
        ),
        (
            "1,A,2024-01-02 09:00:01,Ann,5\n",
            "case_id,activity,timestamp,resource,amount\n",
            "UTC",
            {"working-time", "roles"},
        ),
        (
            "1,A,2024-01-02 09:00:01,2024-01-02 08:00:00,Ann,x,5\n",
            "case_id,activity,timestamp,start_time,resource,role,amount\n",
            "UTC",
            set(),
        ),
    ],
)
def test_what_cannot_be_known_follows_from_what_is_missing(
    tmp_path: Path, rows: str, header: str, timezone: str | None, unknown: set[str]
) -> None:
    found = card(tmp_path, rows, timezone, header)

    assert {each.rule for each in found.cannot_be_known} == {f"unknown-{rule}" for rule in unknown}
    assert all(each.remedy for each in found.cannot_be_known)


def test_work_at_night_raises_doubt_about_the_zone(tmp_path: Path) -> None:
    assert "night-work" in rules(card(tmp_path, "1,A,2024-01-02 03:00:01,Ann,x,5\n1,B,2024-01-02 04:00:02,Bo,x,5\n"))


def test_cases_cut_by_the_ends_of_the_log_are_counted(tmp_path: Path) -> None:
    rows = "".join(
        (
            f"{n},A,2024-01-{2 + n // 10:02} 09:{n % 60:02}:00,Ann,x,5\n"
            f"{n},Z,2024-01-{2 + n // 10:02} 12:{n % 60:02}:00,Ann,x,5\n"
        )
        for n in range(200)
    )
    rows += "cut,M,2024-01-02 09:00:00,Ann,x,5\ncut,Z,2024-01-02 10:00:00,Ann,x,5\n"
    rows += "open,A,2024-01-21 11:00:00,Ann,x,5\nopen,M,2024-01-21 12:00:00,Ann,x,5\n"

    found = rules(card(tmp_path, rows))

    assert (found["truncated-start"], found["truncated-end"]) == ("1", "1")
