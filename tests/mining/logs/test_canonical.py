# SPDX-License-Identifier: Apache-2.0
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taktloom.mining.filters import apply_filter, keep_cases
from taktloom.mining.filters.case_conditions import CaseIn
from taktloom.mining.logs.canonical import CanonicalLog
from taktloom.mining.logs.errors import UnreadableLogError
from taktloom.mining.logs.export import events_csv
from taktloom.mining.logs.importing import import_log
from taktloom.mining.logs.requests import ImportRequest
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


def at(minute: int) -> datetime:
    return BEGIN + timedelta(minutes=minute)


def test_events_have_the_columns_of_the_event_schema(log: CanonicalLog) -> None:
    names = log.events().collect_schema().names()

    assert set(EVENT_COLUMNS) <= set(names)
    assert log.events().collect()["event_id"].to_list() == [str(n) for n in range(7)]


def test_blocks_of_events_are_the_events_also_of_a_part(log: CanonicalLog) -> None:
    rows = np.arange(7) != 1
    first = np.arange(log.case_count) == 0
    for view in (log, log.keep(log.kept_cases, rows), log.keep(first)):
        for size in (1, 2, 3, 100):
            assert pl.concat(list(view.event_blocks(size))).equals(view.events().collect())


@SHORT
@given(EVENTS)
def test_what_is_exported_imports_to_the_same_log(events: list[Event]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        first = import_events(events, Path(folder))
        path = Path(folder) / "exported.csv"
        path.write_text("".join(events_csv(first)), newline="")

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
            one = apply_filter(whole, keep_cases(CaseIn(cases=(case,)))).events().select(columns).collect()
            other = apply_filter(piecewise, keep_cases(CaseIn(cases=(case,)))).events().select(columns).collect()
            assert one.equals(other)


def test_a_folder_without_log_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableLogError):
        CanonicalLog.open(tmp_path)
