# SPDX-License-Identifier: Apache-2.0
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from taktloom.app.demo.generator import (
    COST_LIMIT,
    DemoLog,
    add_working_time,
    generate_permit_log,
    write_permit_log,
)
from taktloom.app.demo.wording import WORDINGS, DemoLanguage
from taktloom.mining.logs.importing import import_log
from taktloom.mining.logs.requests import ImportRequest
from taktloom.mining.review import ReviewReport, review
from taktloom.mining.statistics.resources import Actor


@pytest.fixture(scope="module", params=list(DemoLanguage))
def demo(request: pytest.FixtureRequest) -> DemoLog:
    return generate_permit_log(language=request.param)


@pytest.fixture(scope="module")
def report(demo: DemoLog, tmp_path_factory: pytest.TempPathFactory) -> ReviewReport:
    folder = tmp_path_factory.mktemp("demo")
    language = next(each for each in DemoLanguage if WORDINGS[each].header == demo.header)
    write_permit_log(folder / "permits.csv", language=language)
    request = ImportRequest(
        path=folder / "permits.csv", name="permits", imported_at=datetime(2026, 1, 1, tzinfo=UTC), is_synthetic=True
    )
    return review(import_log(request, folder / "logs"))


def test_equal_arguments_give_equal_rows_and_another_seed_others() -> None:
    one = generate_permit_log(cases=50)

    assert one == generate_permit_log(cases=50)
    assert one.rows != generate_permit_log(cases=50, seed=7).rows


def test_both_languages_tell_the_same_story() -> None:
    english, chinese = (generate_permit_log(language=each, cases=200) for each in DemoLanguage)

    assert len(english.rows) == len(chinese.rows)
    assert [row[-1] for row in english.rows] == [row[-1] for row in chinese.rows]
    assert not {row[1] for row in english.rows} & {row[1] for row in chinese.rows}
    assert list(english.truth.rubber_stamps.values()) == list(chinese.truth.rubber_stamps.values())


@pytest.mark.parametrize("language", DemoLanguage)
def test_every_word_of_one_language_exists_in_the_other(language: DemoLanguage) -> None:
    english, other = WORDINGS[DemoLanguage.ENGLISH], WORDINGS[language]

    assert len(other.header) == len(english.header)
    for table in ("attributes", "activities", "roles", "people", "values"):
        assert set(getattr(other, table)) == set(getattr(english, table))
        assert len(set(getattr(other, table).values())) == len(getattr(english, table))


def test_the_risk_check_is_done_exactly_where_the_hidden_rule_says(demo: DemoLog) -> None:
    wording = next(each for each in WORDINGS.values() if each.header == demo.header)
    assessed, checked, risky = set(), set(), set()
    for row in demo.rows:
        case, activity, district, cost = row[0], row[1], row[7], int(row[10])
        if activity == wording.activities["prepare"]:
            assessed.add(case)
        if activity == demo.truth.rule_activity:
            checked.add(case)
        if cost > COST_LIMIT or district in {wording.values["harbour"], wording.values["old-town"]}:
            risky.add(case)

    assert assessed & checked == assessed & risky
    assert len(checked) == demo.truth.cases_with_rule_activity
    assert 0.2 < len(checked) / demo.truth.cases < 0.8


def test_the_truth_is_what_an_import_of_the_log_shows(demo: DemoLog, report: ReviewReport) -> None:
    truth = demo.truth

    assert (report.case_count, report.event_count) == (truth.cases, truth.events) == (1_500, len(demo.rows))
    assert report.is_synthetic
    stamps = {each.activity: each.rubber_stamps for each in report.rubber_stamps.activities if each.rubber_stamps}
    assert stamps == dict(truth.rubber_stamps)
    systems = {each.resource for each in report.resources if each.actor is Actor.SYSTEM}
    assert systems == set(truth.system_resources)
    assert {each.actor for each in report.resources} == {Actor.SYSTEM, Actor.HUMAN}
    assert 0 < truth.open_cases < 60
    assert truth.cases_with_rework > 200


def test_starts_are_known_for_the_longer_steps_only(report: ReviewReport) -> None:
    known = Counter(node.working.count > 0 for node in report.map.nodes)

    assert known[True] >= 4
    assert known[False] >= 4
    assert "unknown-working-time" not in {each.rule for each in report.quality.cannot_be_known}


def test_working_time_skips_nights_and_weekends() -> None:
    friday = datetime(2024, 9, 6, 17, 0)  # noqa: DTZ001 - wall clock

    assert add_working_time(friday, timedelta(hours=1)) == datetime(2024, 9, 9, 9, 0)  # noqa: DTZ001
    assert add_working_time(friday, timedelta(hours=9)) == datetime(2024, 9, 9, 17, 0)  # noqa: DTZ001


def test_the_file_is_the_log(tmp_path: Path) -> None:
    truth = write_permit_log(tmp_path / "log.csv", cases=20)

    assert len((tmp_path / "log.csv").read_text().splitlines()) == truth.events + 1
