# SPDX-License-Identifier: Apache-2.0
"""Every case has a verdict for every rule: kept, broken at an event, or not yet decidable."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from taktloom.calendars.definition import calendar_from
from taktloom.mining.filters.case_conditions import CaseLength, Having
from taktloom.mining.logs.canonical import CanonicalLog
from taktloom.mining.logs.errors import MalformedRecordError
from taktloom.mining.logs.importing import import_log
from taktloom.mining.logs.requests import ImportRequest
from taktloom.mining.rules import (
    BusinessRule,
    RuleKind,
    RuleResult,
    RuleSet,
    check_rules,
    rule_from_text,
    rule_to_text,
    rules_from_json,
    rules_to_json,
)
from taktloom.mining.rules.checking import VERDICTS

WEEK = {day: ["09:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
OFFICE = calendar_from({"zone": "Europe/Amsterdam", "week": WEEK})
# Friday 2026-01-09 in Amsterdam is UTC+1.
ROWS = """case,activity,time,resource
one,order,2026-01-09T15:00:00Z,Ann
one,pay,2026-01-12T09:00:00Z,Bob
one,ship,2026-01-13T09:00:00Z,Ann
two,order,2026-01-09T15:00:00Z,Ann
two,pay,2026-01-14T09:00:00Z,Ann
two,ship,2026-01-14T10:00:00Z,Bob
three,pay,2026-01-09T15:00:00Z,
three,order,2026-01-09T16:00:00Z,Cid
three,ship,2026-01-10T16:00:00Z,Cid
four,order,2026-01-15T10:00:00Z,Ann
"""


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> CanonicalLog:
    folder: Path = tmp_path_factory.mktemp("rules")
    (folder / "log.csv").write_text(ROWS, encoding="utf-8")
    request = ImportRequest(path=folder / "log.csv", name="log", imported_at=datetime(2026, 2, 1, tzinfo=UTC))
    return import_log(request, folder)


def checked(log: CanonicalLog, rule: BusinessRule | str, *, ending: tuple[str, ...] | None = None) -> RuleResult:
    chosen = rule_from_text(rule) if isinstance(rule, str) else rule
    return check_rules(log, RuleSet(rules=(chosen,), calendar=OFFICE), ending=ending).results[0]


def verdicts(log: CanonicalLog, rule: BusinessRule | str, *, ending: tuple[str, ...] | None = None) -> dict[str, str]:
    found = checked(log, rule, ending=ending).verdicts.tolist()
    return {case: VERDICTS[index].value for case, index in zip(log.cases, found, strict=True)}


def test_within_working_days_counts_from_the_time_of_day_and_leaves_the_weekend_out(log: CanonicalLog) -> None:
    result = checked(log, "response: order -> pay within 2 working days", ending=("ship",))

    told = {violation.case_id: violation for violation in result.violations}
    assert verdicts(log, "response: order -> pay within 2 working days", ending=("ship",)) == {
        "one": "kept", "two": "broken", "three": "broken", "four": "undecided",
    }  # fmt: skip
    assert told["two"].activity == "order"
    assert told["two"].due_at == datetime(2026, 1, 13, 15, tzinfo=UTC)
    assert result.share == pytest.approx(1 / 3)


def test_within_working_hours_only_open_time_passes(log: CanonicalLog) -> None:
    # Friday 16:00 to Monday 10:00 in Amsterdam: one hour and one hour.
    assert verdicts(log, "response: order -> pay within 2 working hours")["one"] == "kept"
    assert verdicts(log, "response: order -> pay within 1 working hours")["one"] == "broken"


def test_an_open_case_whose_time_has_run_out_is_broken_and_not_undecided(log: CanonicalLog) -> None:
    rule = "response: pay -> refund within 26 hours"

    assert verdicts(log, rule, ending=("none of them",)) == {
        "one": "broken", "two": "undecided", "three": "broken", "four": "undecided",
    }  # fmt: skip


def test_what_no_continuation_can_change_is_decided_in_open_cases_too(log: CanonicalLog) -> None:
    assert verdicts(log, "exists: order", ending=("none",)) == dict.fromkeys(log.cases, "kept")
    assert verdicts(log, "absence: pay", ending=("none",))["four"] == "undecided"
    assert verdicts(log, "absence: pay", ending=("none",))["one"] == "broken"
    assert verdicts(log, "precedence: order -> pay", ending=("none",)) == {
        "one": "kept", "two": "kept", "three": "broken", "four": "kept",
    }  # fmt: skip


def test_four_eyes_is_broken_at_the_second_step_of_the_same_person_and_unknown_where_nobody_is_named(
    log: CanonicalLog,
) -> None:
    result = checked(log, "four_eyes: order -> pay")

    assert (result.kept, result.broken, result.undecided, result.activated) == (2, 1, 1, 3)
    assert [(one.case_id, one.activity, one.resource) for one in result.violations] == [("two", "pay", "Ann")]


def test_one_person_keeps_a_case_and_what_must_not_happen_together_is_found(log: CanonicalLog) -> None:
    assert verdicts(log, "same_person: order -> ship") == {
        "one": "kept", "two": "broken", "three": "kept", "four": "kept",
    }  # fmt: skip
    assert checked(log, "not_together: pay -> ship").broken == 3
    assert checked(log, "at_most 1: pay | ship").violations[0].activity == "ship"


def test_a_filter_is_a_rule_and_says_which_cases_a_rule_is_about(log: CanonicalLog) -> None:
    rule = BusinessRule(kind=RuleKind.CASE_MEETS, where=CaseLength(at_most=2), only=Having(activities=("pay",)))

    assert verdicts(log, rule) == {"one": "broken", "two": "broken", "three": "broken", "four": "outside"}


@pytest.mark.parametrize(
    "text",
    [
        "exists 2: a", "absence: a | b", "at_most 3: a", "response: a -> b within 2 working days",
        "precedence: a | c -> b within 8 hours", "four_eyes: a -> b", "same_person: a -> b", "not_together: a -> b",
    ],
)  # fmt: skip
def test_a_rule_can_be_written_on_a_line_and_kept_as_json(text: str) -> None:
    rule = rule_from_text(text)

    assert rule_to_text(rule) == text.replace("exists 1:", "exists:")
    assert rules_from_json(rules_to_json((rule,)), calendar=OFFICE).rules == (rule,)


@pytest.mark.parametrize(
    ("record", "field"),
    [
        ({}, "rules"),
        ({"rules": [{"kind": "never"}]}, "rules[0].kind"),
        ({"rules": [{"kind": "exists"}]}, "rules[0].first"),
        ({"rules": [{"kind": "exists", "first": ["a"], "second": ["b"]}]}, "rules[0].second"),
        ({"rules": [{"kind": "exists", "first": ["a"], "times": 0}]}, "rules[0].times"),
        ({"rules": [{"kind": "response", "first": ["a"], "second": ["b"], "within": "soon"}]}, "rules[0].within"),
        ({"rules": [{"kind": "absence", "first": ["a"], "within": "2 days"}]}, "rules[0].within"),
        ({"rules": [{"kind": "case_meets", "where": {"type": "having"}}]}, "rules[0].where.activities"),
        ({"rules": [{"kind": "four_eyes", "first": ["a"], "second": ["a"]}]}, "rules[0].second"),
        ({"rules": [{"kind": "exists", "first": ["a"], "colour": 1}]}, "rules[0].colour"),
        (
            {"rules": [{"kind": "response", "first": ["a"], "second": ["b"], "within": "2 working days"}]},
            "calendar",
        ),
        ({"calendar": {"zone": "Mars"}, "rules": [{"kind": "exists", "first": ["a"]}]}, "calendar"),
    ],
)
def test_a_rule_that_does_not_fit_is_refused_by_the_path_of_its_field(record: dict[str, object], field: str) -> None:
    with pytest.raises(MalformedRecordError) as refused:
        rules_from_json(record)

    assert refused.value.args[0] == field


@pytest.mark.parametrize("text", ["", "order -> pay", "never: a", "response: a", "exists: ", "at_most 0: a"])
def test_a_line_that_is_no_rule_is_refused(text: str) -> None:
    with pytest.raises(MalformedRecordError):
        rule_from_text(text)
