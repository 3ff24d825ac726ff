# SPDX-License-Identifier: Apache-2.0
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from taktloom.mining.filters import (
    KeepBetween,
    LogFilter,
    apply_filter,
    filter_from_json,
    filter_to_json,
    keep_cases,
    keep_events,
    measure_filter,
)
from taktloom.mining.filters.case_conditions import (
    CaseAll,
    CaseAny,
    CaseCondition,
    CaseDuration,
    CaseIn,
    CaseLength,
    CaseNot,
    FollowRule,
    Follows,
    FourEyes,
    Having,
    Lacking,
    Period,
    PeriodRule,
    Repeats,
    Sample,
    SeparationRule,
    TopVariants,
    VariantCoverage,
    VariantIn,
)
from taktloom.mining.filters.errors import FilterTooLargeError, UnknownAttributeError
from taktloom.mining.filters.event_conditions import ActivityIn, CompletedIn, EventAttribute
from taktloom.mining.filters.log_filter import LastRule
from taktloom.mining.filters.values import Missing, NumberRange, OneOf
from taktloom.mining.logs.canonical import CanonicalLog
from taktloom.mining.logs.errors import MalformedRecordError
from taktloom.mining.logs.importing import import_log
from taktloom.mining.logs.requests import ImportLimits, ImportRequest
from taktloom.mining.logs.variants import variant_id
from taktloom.mining.statistics.arrays import load_arrays
from taktloom.mining.statistics.directly_follows import discover_directly_follows_graph

BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
EVENTS = (
    ("c1", "A", 0, "Ann", 5),
    ("c1", "B", 5, "Ann", None),
    ("c2", "A", 10, "Bo", 7),
    ("c2", "C", 12, "Bo", None),
    ("c2", "B", 30, "Ann", 9),
    ("c3", "A", 40, None, None),
    ("c3", "B", 45, None, None),
)


def at(minute: int) -> datetime:
    return BEGIN + timedelta(minutes=minute)


def import_rows(folder: Path, part_rows: int) -> CanonicalLog:
    lines = ["case_id,activity,timestamp,resource,amount"]
    lines += [f"{case},{what},{at(m).isoformat()},{who or ''},{n or ''}" for case, what, m, who, n in EVENTS]
    path = folder / "log.csv"
    path.write_text("\n".join(lines) + "\n")
    limits = ImportLimits(part_rows=part_rows)
    return import_log(ImportRequest(path=path, name="log", imported_at=BEGIN, limits=limits), folder)


@pytest.fixture(scope="module", params=[1_000, 2], ids=["one segment", "segment per case"])
def log(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> CanonicalLog:
    return import_rows(tmp_path_factory.mktemp("log"), request.param)


def cases(log: CanonicalLog, condition: CaseCondition) -> list[str]:
    return apply_filter(log, keep_cases(condition)).case_table()["case_id"].to_list()


def steps(log: CanonicalLog, condition: LogFilter) -> list[tuple[str, str]]:
    return apply_filter(log, condition).events().select("case_id", "activity").collect().rows()


def test_cases_variants_and_coverage_keep_whole_cases(log: CanonicalLog) -> None:
    ab = variant_id(("A", "B"))

    assert steps(log, keep_cases(CaseIn(cases=("c2",)))) == [("c2", "A"), ("c2", "C"), ("c2", "B")]
    assert cases(log, VariantIn(variants=(ab,))) == ["c1", "c3"]
    assert cases(log, TopVariants(count=1)) == ["c1", "c3"]
    assert cases(log, VariantCoverage(share=0.6)) == ["c1", "c3"]
    assert cases(log, VariantCoverage(share=0.7)) == ["c1", "c2", "c3"]
    assert cases(log, Having(activities=("C",))) == ["c2"]
    assert cases(log, Lacking(activities=("C",))) == ["c1", "c3"]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (PeriodRule.CONTAINED, ["c2"]),
        (PeriodRule.ACTIVE, ["c1", "c2"]),
        (PeriodRule.INTERSECTING, ["c1", "c2"]),
        (PeriodRule.STARTED, ["c2"]),
        (PeriodRule.ENDED, ["c1", "c2"]),
    ],
)
def test_a_period_keeps_cases_by_its_rule(log: CanonicalLog, rule: PeriodRule, expected: list[str]) -> None:
    assert cases(log, Period(since=at(5), until=at(31), rule=rule)) == expected


def test_a_case_without_an_event_in_the_period_may_be_open_in_it(log: CanonicalLog) -> None:
    assert cases(log, Period(since=at(13), until=at(20), rule=PeriodRule.INTERSECTING)) == ["c2"]
    assert cases(log, Period(since=at(13), until=at(20), rule=PeriodRule.ACTIVE)) == []
    assert cases(log, Period(since=at(40))) == ["c3"]


def test_a_path_is_direct_or_eventual_within_times_and_without_steps_between(log: CanonicalLog) -> None:
    def follows(**options: object) -> list[str]:
        return cases(log, Follows(source=("A",), target=("B",), **options))  # type: ignore[arg-type]

    minutes = [timedelta(minutes=n) for n in (5, 19, 20)]
    assert follows() == ["c1", "c2", "c3"]
    assert follows(rule=FollowRule.DIRECTLY) == ["c1", "c3"]
    assert follows(at_most=minutes[0]) == ["c1", "c3"]
    assert follows(at_least=minutes[1]) == ["c2"]
    assert follows(at_least=minutes[2], at_most=minutes[2]) == ["c2"]
    assert follows(without=("C",)) == ["c1", "c3"]


def test_four_eyes_tells_one_person_from_two_and_counts_nobody_for_neither(log: CanonicalLog) -> None:
    same = FourEyes(first=("A",), second=("B",), rule=SeparationRule.SAME)
    different = FourEyes(first=("A",), second=("B",), rule=SeparationRule.DIFFERENT)

    assert cases(log, same) == ["c1"]
    assert cases(log, different) == ["c2"]
    assert cases(log, FourEyes(first=("A",), second=("C",))) == ["c2"]


def test_attributes_are_tested_on_the_event_and_missing_is_a_test_of_its_own(log: CanonicalLog) -> None:
    def events(column: str, test: OneOf | NumberRange | Missing) -> list[tuple[str, str]]:
        return steps(log, keep_events(EventAttribute(column=column, test=test)))

    assert events("event.amount", NumberRange(at_least=6, at_most=9)) == [("c2", "A"), ("c2", "B")]
    assert events("event.amount", OneOf(values=(5, 9.0, "7"))) == [("c1", "A"), ("c2", "B")]
    assert events("resource", Missing()) == [("c3", "A"), ("c3", "B")]
    with pytest.raises(UnknownAttributeError) as caught:
        events("event.colour", Missing())
    assert caught.value.columns == ("resource", "role", "lifecycle", "event.amount")


def test_what_drops_events_changes_variants_and_drops_empty_cases(log: CanonicalLog) -> None:
    view = apply_filter(log, keep_events(ActivityIn(activities=("A", "B"))))
    only_c = apply_filter(log, keep_events(ActivityIn(activities=("C",))))

    assert [variant.activities for variant in view.variants().variants] == [("A", "B")]
    assert (view.counts.cases, view.counts.events, view.counts.activities) == (3, 6, 2)
    assert log.counts.variants == 2
    assert only_c.case_table()["case_id"].to_list() == ["c2"]
    flows = discover_directly_follows_graph(load_arrays(view)).flows
    assert [(flow.source, flow.target, flow.frequency) for flow in flows] == [("A", "B", 3)]


def test_a_stretch_reaches_from_the_first_begin_to_an_end_after_it(log: CanonicalLog) -> None:
    first = KeepBetween(begin=("A",), end=("C", "B"))
    last = KeepBetween(begin=("A",), end=("C", "B"), until=LastRule.LAST)

    assert steps(log, LogFilter(steps=(first,)))[2:4] == [("c2", "A"), ("c2", "C")]
    assert len(steps(log, LogFilter(steps=(last,)))) == 7
    assert steps(log, LogFilter(steps=(KeepBetween(begin=("C",), end=("B",)),))) == [("c2", "C"), ("c2", "B")]


def test_durations_lengths_and_repeats(log: CanonicalLog) -> None:
    assert cases(log, CaseDuration(at_least=timedelta(minutes=5), at_most=timedelta(minutes=6))) == ["c1", "c3"]
    assert cases(log, CaseLength(at_least=3)) == ["c2"]
    assert cases(log, Repeats()) == []
    assert cases(log, Repeats(activities=("A",), at_least=1)) == ["c1", "c2", "c3"]


def test_conditions_combine(log: CanonicalLog) -> None:
    has_c, is_c3 = Having(activities=("C",)), CaseIn(cases=("c3",))

    assert cases(log, CaseAny(conditions=(has_c, is_c3))) == ["c2", "c3"]
    assert cases(log, CaseAll(conditions=(CaseNot(condition=has_c), is_c3))) == ["c3"]
    assert cases(log, CaseAll(conditions=())) == ["c1", "c2", "c3"]
    assert cases(log, CaseAny(conditions=())) == []


def test_a_step_is_judged_on_what_the_steps_before_it_left(log: CanonicalLog) -> None:
    late = Period(since=at(10))

    assert steps(log, keep_cases(late, TopVariants(count=1)))[0] == ("c2", "A")
    reach = measure_filter(log, keep_cases(late).then(*keep_events(CompletedIn(until=at(41))).steps))
    assert [(one.cases_before, one.cases, one.events_before, one.events) for one in reach] == [
        (3, 2, 7, 5),
        (2, 2, 5, 4),
    ]


def test_a_sample_is_drawn_alike_again_and_a_larger_one_holds_the_smaller(tmp_path: Path) -> None:
    frame = pl.DataFrame({"case_id": range(2_000)}).with_columns(
        activity=pl.lit("A"), timestamp=pl.lit("2024-01-01T00:00:00Z")
    )
    frame.write_csv(tmp_path / "many.csv")
    log = import_log(ImportRequest(path=tmp_path / "many.csv", name="many", imported_at=BEGIN), tmp_path)

    tenth, half = (set(cases(log, Sample(share=share, seed=7))) for share in (0.1, 0.5))

    assert tenth < half
    assert 140 < len(tenth) < 260
    assert 900 < len(half) < 1_100
    assert set(cases(log, Sample(share=0.1, seed=7))) == tenth != set(cases(log, Sample(share=0.1, seed=8)))
    assert len(cases(log, Sample(count=17, seed=1))) == 17
    assert len(cases(log, Sample(share=1.0))) == len(cases(log, Sample(count=5_000))) == 2_000


def test_the_json_form_is_the_documented_one() -> None:
    condition = keep_cases(
        Follows(source=("A",), target=("B",), at_most=timedelta(hours=2), rule=FollowRule.DIRECTLY),
        Period(since=at(0), rule=PeriodRule.ENDED),
    ).then(KeepBetween(begin=("A",), end=("B",)))
    record = {
        "steps": [
            {
                "keep": "cases",
                "where": {"type": "follows", "source": ["A"], "target": ["B"], "rule": "directly", "at_most_s": 7200.0},
            },
            {"keep": "cases", "where": {"type": "period", "since": "2024-01-01T00:00:00+00:00", "rule": "ended"}},
            {"keep": "between", "begin": ["A"], "end": ["B"]},
        ]
    }

    assert filter_to_json(condition) == record
    assert filter_from_json(record) == condition
    assert filter_from_json({}) == LogFilter()


@pytest.mark.parametrize(
    ("where", "field"),
    [
        ({"type": "period", "since": "2024-01-01T00:00:00"}, "where.since"),
        ({"type": "period", "since": "yesterday"}, "where.since"),
        ({"type": "period", "rule": "about"}, "where.rule"),
        ({"type": "colour"}, "where.type"),
        ({"type": "having"}, "where.activities"),
        ({"type": "having", "activities": "A"}, "where.activities"),
        ({"type": "having", "activities": [1]}, "where.activities[0]"),
        ({"type": "having", "activities": []}, "where.activities"),
        ({"type": "having", "activities": ["A"], "colour": 1}, "where.colour"),
        ({"type": "top_variants", "count": 0}, "where.count"),
        ({"type": "top_variants", "count": True}, "where.count"),
        ({"type": "variant_coverage", "share": 1.5}, "where.share"),
        ({"type": "duration", "at_least_s": -1}, "where.at_least"),
        ({"type": "duration", "at_least_s": 1e20}, "where.at_least_s"),
        ({"type": "sample", "share": 0.1, "count": 3}, "where.share"),
        ({"type": "not", "condition": {"type": "having"}}, "where.condition.activities"),
        ({"type": "any", "conditions": [{"type": "having"}]}, "where.conditions[0].activities"),
        (
            {"type": "case_attribute", "column": "case.x", "test": {"type": "one_of", "values": [None]}},
            "where.test.values[0]",
        ),
        ({"type": "four_eyes", "first": ["A"], "second": ["A"]}, "where.second"),
    ],
)
def test_a_filter_of_the_wrong_shape_is_refused_by_the_path_of_its_field(where: dict[str, object], field: str) -> None:
    with pytest.raises(MalformedRecordError) as caught:
        filter_from_json({"steps": [{"keep": "cases", "where": where}]})

    assert caught.value.parameters["field"] == f"steps[0].{field}"


def test_a_filter_nested_or_grown_without_end_is_refused() -> None:
    deep: dict[str, object] = {"type": "having", "activities": ["A"]}
    for _ in range(100):
        deep = {"type": "not", "condition": deep}
    wide = [{"type": "having", "activities": ["A"]}] * 501

    for where in (deep, {"type": "any", "conditions": wide}):
        with pytest.raises(FilterTooLargeError):
            filter_from_json({"steps": [{"keep": "cases", "where": where}]})
    with pytest.raises(FilterTooLargeError):
        filter_from_json({"steps": [{"keep": "cases", "where": wide[0]}] * 51})
