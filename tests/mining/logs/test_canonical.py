# SPDX-License-Identifier: Apache-2.0
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taktloom.mining.logs.canonical import CanonicalLog
from taktloom.mining.logs.errors import MalformedRecordError, UnreadableLogError
from taktloom.mining.logs.export import events_csv
from taktloom.mining.logs.filters import LogFilter, PeriodRule, filter_from_json, filter_to_json
from taktloom.mining.logs.importing import import_log
from taktloom.mining.logs.requests import ImportRequest
from taktloom.mining.logs.variants import variant_id
from taktloom.model.events import EVENT_COLUMNS

BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
CELL = st.text(alphabet="abXY é中,;\"'|0.-", min_size=1, max_size=6).map(lambda text: f"n{text}".strip())
EVENT = st.tuples(
    st.sampled_from(["c1", "c2", "c3"]),
    st.sampled_from(["A", "B", "C"]) | CELL,
    st.integers(0, 20),
    st.none() | st.sampled_from(["Ann", "王敏"]),
    st.none() | CELL,
)
EVENTS = st.lists(EVENT, min_size=1, max_size=25)
SHORT = settings(max_examples=settings().max_examples // 2)  # every example imports files
Event = tuple[str, str, int, str | None, str | None]


def import_events(events: list[Event], folder: Path, name: str = "log") -> CanonicalLog:
    frame = pl.DataFrame(
        [
            (case, activity, (BEGIN + timedelta(minutes=minute)).isoformat(), who, note)
            for case, activity, minute, who, note in events
        ],
        schema=dict.fromkeys(("case_id", "activity", "timestamp", "resource", "note"), pl.String),
        orient="row",
    )
    path = folder / f"{name}.csv"
    frame.write_csv(path)
    return import_log(ImportRequest(path=path, name=name, imported_at=BEGIN), folder / "logs")


@pytest.fixture
def log(tmp_path: Path) -> CanonicalLog:
    events: list[Event] = [
        ("c1", "A", 0, "Ann", None),
        ("c1", "B", 5, "Ann", None),
        ("c2", "A", 10, "Bo", None),
        ("c2", "C", 12, "Bo", None),
        ("c2", "B", 30, "Ann", None),
        ("c3", "A", 40, None, None),
        ("c3", "B", 45, None, None),
    ]
    return import_events(events, tmp_path)


def kept(log: CanonicalLog, condition: LogFilter) -> list[tuple[str, str]]:
    return log.filter(condition).events().select("case_id", "activity").collect().rows()


def at(minute: int) -> datetime:
    return BEGIN + timedelta(minutes=minute)


def test_events_have_the_columns_of_the_event_schema(log: CanonicalLog) -> None:
    names = log.events().collect_schema().names()

    assert set(EVENT_COLUMNS) <= set(names)
    assert log.events().collect()["event_id"].to_list() == [str(n) for n in range(7)]


def test_cases_variants_and_coverage_keep_whole_cases(log: CanonicalLog) -> None:
    ab = variant_id(("A", "B"))

    assert kept(log, LogFilter(cases=("c2",))) == [("c2", "A"), ("c2", "C"), ("c2", "B")]
    assert kept(log, LogFilter(variants=(ab,))) == [("c1", "A"), ("c1", "B"), ("c3", "A"), ("c3", "B")]
    assert kept(log, LogFilter(top_variants=1)) == kept(log, LogFilter(variants=(ab,)))
    assert kept(log, LogFilter(variant_coverage=0.6)) == kept(log, LogFilter(variants=(ab,)))
    assert len(kept(log, LogFilter(variant_coverage=0.7))) == 7
    assert kept(log, LogFilter(having=("C",))) == kept(log, LogFilter(cases=("c2",)))
    assert kept(log, LogFilter(lacking=("C",))) == kept(log, LogFilter(variants=(ab,)))


def test_a_period_keeps_cases_by_its_rule(log: CanonicalLog) -> None:
    since, until = at(5), at(31)

    def cases(rule: PeriodRule) -> list[str]:
        found = log.filter(LogFilter(since=since, until=until, period_rule=rule))
        return found.case_table()["case_id"].to_list()

    assert cases(PeriodRule.CONTAINED) == ["c2"]
    assert cases(PeriodRule.INTERSECTING) == ["c1", "c2"]
    assert cases(PeriodRule.STARTED) == ["c2"]
    assert log.filter(LogFilter(since=at(40))).case_table()["case_id"].to_list() == ["c3"]


def test_an_activity_filter_drops_events_and_variants_follow(log: CanonicalLog) -> None:
    view = log.filter(LogFilter(activities=("A", "B")))

    assert [variant.activities for variant in view.variants().variants] == [("A", "B")]
    assert (view.counts.cases, view.counts.events, view.counts.activities) == (3, 6, 2)
    assert log.counts.variants == 2


def test_filters_follow_one_another(log: CanonicalLog) -> None:
    view = (
        log.filter(LogFilter(activities=("A", "B")))
        .filter(LogFilter(cases=("c2",)))
        .filter(LogFilter(activities=("B",)))
    )

    assert view.events().select("case_id", "activity").collect().rows() == [("c2", "B")]
    assert view.case_table()["case_id"].to_list() == ["c2"]


@SHORT
@given(
    EVENTS,
    st.builds(
        LogFilter,
        cases=st.just(()) | st.just(("c1", "c3")),
        activities=st.just(()) | st.just(("A", "C")),
        top_variants=st.none() | st.integers(1, 3),
        since=st.none() | st.integers(0, 20).map(at),
        period_rule=st.sampled_from(PeriodRule),
    ),
)
def test_a_filter_keeps_the_order_and_nothing_else(events: list[Event], condition: LogFilter) -> None:
    with tempfile.TemporaryDirectory() as folder:
        log = import_events(events, Path(folder))

        whole = log.coded().collect()
        part = log.filter(condition).coded().collect()

        places = {position: place for place, position in enumerate(whole["position"].to_list())}
        order = [places[position] for position in part["position"].to_list()]
        assert order == sorted(order)
        assert part.equals(whole[order])


@SHORT
@given(EVENTS)
def test_what_is_exported_imports_to_the_same_log(events: list[Event]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        first = import_events(events, Path(folder))
        path = Path(folder) / "exported.csv"
        path.write_text(events_csv(first), newline="")

        second = import_log(ImportRequest(path=path, name="again", imported_at=BEGIN), Path(folder) / "logs")

        columns = ["case_id", "activity", "occurred_at", "resource", "lifecycle"]
        assert second.events().select(columns).collect().equals(first.events().select(columns).collect())
        notes = [name for name in first.events().collect_schema().names() if name.endswith(".note")]
        assert second.events().select(notes).collect().equals(first.events().select(notes).collect())
        assert [v.id for v in second.variants().variants] == [v.id for v in first.variants().variants]


@SHORT
@given(EVENTS)
def test_the_order_of_cases_in_the_file_does_not_change_any_case(events: list[Event]) -> None:
    by_case: dict[str, list[Event]] = {}
    for event in events:
        by_case.setdefault(event[0], []).append(event)
    regrouped = [event for case in sorted(by_case, reverse=True) for event in by_case[case]]

    with tempfile.TemporaryDirectory() as folder:
        whole = import_events(events, Path(folder), "whole")
        piecewise = import_events(regrouped, Path(folder), "piecewise")

        columns = ["case_id", "activity", "occurred_at", "resource"]
        for case in by_case:
            one = whole.filter(LogFilter(cases=(case,))).events().select(columns).collect()
            other = piecewise.filter(LogFilter(cases=(case,))).events().select(columns).collect()
            assert one.equals(other)


def test_a_filter_survives_json() -> None:
    condition = LogFilter(
        cases=("1",), since=at(1), until=at(2), period_rule=PeriodRule.STARTED, variants=("x",), top_variants=3,
        variant_coverage=0.5, activities=("A",), having=("B",), lacking=("C",),
    )  # fmt: skip

    assert filter_from_json(filter_to_json(condition)) == condition
    assert filter_from_json({}) == LogFilter()


@pytest.mark.parametrize(
    ("record", "field"),
    [
        ({"since": "2024-01-01T00:00:00"}, "since"),
        ({"since": "yesterday"}, "since"),
        ({"colour": "red"}, "colour"),
        ({"cases": "1"}, "cases"),
        ({"cases": [1]}, "cases"),
        ({"top_variants": 0}, "top_variants"),
        ({"variant_coverage": 1.5}, "variant_coverage"),
        ({"period_rule": "about", "since": "2024-01-01T00:00:00Z"}, "period_rule"),
    ],
)
def test_a_filter_of_the_wrong_shape_is_refused_by_field(record: dict[str, object], field: str) -> None:
    with pytest.raises(MalformedRecordError) as caught:
        filter_from_json(record)

    assert caught.value.parameters["field"] == field


def test_a_folder_without_log_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableLogError):
        CanonicalLog.open(tmp_path)
