# SPDX-License-Identifier: Apache-2.0
"""A log sorted by way of the disk is the log sorted in memory, but for the numbers of its cases."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from taktloom.mining.logs import csv_blocks
from taktloom.mining.logs.canonical import CanonicalLog
from taktloom.mining.logs.errors import (
    BadRowsError,
    DateFormatNeededError,
    ImportCancelledError,
    TooManyActivitiesError,
)
from taktloom.mining.logs.importing import import_log
from taktloom.mining.logs.mapping import AttributeColumn, ColumnMapping
from taktloom.mining.logs.requests import BadRows, ImportLimits, ImportRequest
from taktloom.mining.statistics.in_parts import count_flows, measure_durations_in_parts, time_flows
from tests.mining.given_logs import IMPORTED_AT, given_path

IN_BUCKETS = ImportLimits(held_rows=600, part_rows=200)
ATTRIBUTES = ("amount", "channel", "note", "rare", "seldom", "flag")
MAPPING = ColumnMapping(
    case="case",
    activity="activity",
    timestamp="time",
    start_timestamp="begun",
    resource="who",
    lifecycle="lifecycle",
    attributes=tuple(AttributeColumn(source=name, name=name) for name in ATTRIBUTES),
)


def _rows() -> pl.DataFrame:
    chance = random.Random(11)
    rows = []
    at = datetime(2024, 1, 1, tzinfo=UTC)
    for number in range(900):
        case = chance.randint(1, 120)
        at += timedelta(seconds=chance.choice((0, 0, 30, -20)))
        rows.append(
            {
                "case": f" case {case}",
                "activity": f"step {chance.randint(0, 6)}" if case > 1 else "only here",
                "time": at,
                "begun": at - timedelta(seconds=5) if case % 3 else None,
                "who": chance.choice(("ada", "bob", None)),
                "lifecycle": chance.choice(("start", "complete", "complete", "COMPLETE")),
                "amount": case * 10,
                "channel": f"{case % 4}",
                "note": str(number) if case != 7 else "seven",
                "rare": "x" if number == 450 else None,
                "seldom": 5 if case == 60 else None,
                "flag": "true" if case % 2 else "false",
            }
        )
    return pl.DataFrame(
        rows,
        infer_schema_length=None,
        schema_overrides={"time": pl.Datetime("us", "UTC"), "begun": pl.Datetime("us", "UTC")},
    )


def _load(frame: pl.DataFrame, folder: Path, limits: ImportLimits | None = None, **options: object) -> CanonicalLog:
    folder.mkdir(exist_ok=True)
    frame.write_parquet(folder / "log.parquet")
    request = ImportRequest(
        path=folder / "log.parquet",
        name="log",
        imported_at=IMPORTED_AT,
        mapping=MAPPING,
        limits=limits or ImportLimits(),
        **options,  # type: ignore[arg-type]
    )
    return import_log(request, folder / "logs")


def _events(log: CanonicalLog) -> pl.DataFrame:
    return log.events().collect().sort("case_id", "occurred_at", "position")


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> CanonicalLog:
    return _load(_rows(), tmp_path_factory.mktemp("held"))


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> CanonicalLog:
    return _load(_rows(), tmp_path_factory.mktemp("buckets"), IN_BUCKETS)


def test_the_log_is_the_one_sorted_in_memory(held: CanonicalLog, log: CanonicalLog) -> None:
    assert len(log.metadata.segments) > 5
    assert_frame_equal(_events(log), _events(held))
    assert log.labels == held.labels
    assert (log.metadata.facts, log.metadata.columns) == (held.metadata.facts, held.metadata.columns)
    assert (log.counts, log.metadata.mapping) == (held.counts, held.metadata.mapping)
    assert sorted(log.cases) == sorted(held.cases)


def test_rows_are_in_canonical_order(log: CanonicalLog) -> None:
    rows = log.coded().collect()

    assert_frame_equal(rows, rows.sort("case", "occurred_at", "position"))
    assert rows["case"].unique().sort().to_list() == list(range(rows["case"].n_unique()))


def test_analyses_have_the_same_numbers(held: CanonicalLog, log: CanonicalLog) -> None:
    assert count_flows(log) == count_flows(held)
    assert time_flows(log) == time_flows(held)
    assert measure_durations_in_parts(log) == measure_durations_in_parts(held)
    assert {each.id: each.cases for each in log.variants().variants} == {
        each.id: each.cases for each in held.variants().variants
    }


def test_bad_rows_of_all_buckets_are_refused_together_or_counted(tmp_path: Path) -> None:
    bad = _rows().with_columns(
        activity=pl.when(pl.int_range(pl.len()).is_in([3, 500, 899])).then(None).otherwise("activity")
    )

    with pytest.raises(BadRowsError) as caught:
        _load(bad, tmp_path / "refused", IN_BUCKETS)
    with pytest.raises(BadRowsError) as expected:
        _load(bad, tmp_path / "held")
    kept = _load(bad, tmp_path / "skipped", IN_BUCKETS, bad_rows=BadRows.SKIP)

    assert (caught.value.bad_rows, caught.value.total_rows) == (3, 900)
    assert caught.value.examples == expected.value.examples
    assert kept.metadata.facts.skipped_rows == 3


def test_the_limit_of_activities_holds_for_all_buckets_together(tmp_path: Path) -> None:
    with pytest.raises(TooManyActivitiesError):
        _load(_rows(), tmp_path, replace(IN_BUCKETS, activities=7))


def test_a_cancelled_import_leaves_nothing(tmp_path: Path) -> None:
    _rows().write_parquet(tmp_path / "log.parquet")
    request = ImportRequest(
        path=tmp_path / "log.parquet", name="log", imported_at=IMPORTED_AT, mapping=MAPPING, limits=IN_BUCKETS
    )
    asked: list[None] = []

    def cancelled() -> bool:
        asked.append(None)
        return len(asked) > 20

    with pytest.raises(ImportCancelledError):
        import_log(request, tmp_path / "logs", cancelled=cancelled)
    assert list((tmp_path / "logs").iterdir()) == []


def _write(rows: pl.DataFrame, path: Path) -> None:
    rows = rows.with_columns(pl.col(pl.Datetime("us", "UTC")).dt.strftime("%d/%m/%Y %H:%M:%S"))
    if path.suffix == ".parquet":
        rows.write_parquet(path)
    else:
        rows.write_csv(path, quote_style="always" if path.stem == "quoted" else "never")


def _days() -> pl.DataFrame:
    """Rows whose times fit both readings of the date but for a few."""
    day = pl.col("case").str.extract(r"(\d+)").cast(pl.Int64) % 12 + 1
    at = pl.datetime(2024, 3, pl.when(pl.int_range(pl.len()) == 444).then(25).otherwise(day), 8, time_zone="UTC")
    return _rows().with_columns(time=at + pl.duration(seconds=pl.int_range(pl.len())), begun=at)


@pytest.mark.parametrize("name", ["plain.csv", "quoted.csv", "texts.parquet"])
def test_times_that_are_texts_are_read_as_the_whole_log_tells(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_blocks, "BLOCK_BYTES", 9_000)
    _write(_days(), tmp_path / name)

    held = _import(tmp_path / name, tmp_path / "held", ImportLimits())
    log = _import(tmp_path / name, tmp_path / "buckets", IN_BUCKETS)

    assert len(log.metadata.segments) > len(held.metadata.segments)
    assert_frame_equal(_events(log), _events(held))
    assert (log.metadata.facts, log.metadata.columns) == (held.metadata.facts, held.metadata.columns)
    assert (log.counts, log.labels) == (held.counts, held.labels)


@pytest.mark.parametrize("name", ["plain.csv", "texts.parquet"])
def test_a_choice_of_the_caller_stays_one(name: str, tmp_path: Path) -> None:
    _write(_days().filter(pl.int_range(pl.len()) != 444), tmp_path / name)

    for folder, limits in (("held", ImportLimits()), ("buckets", IN_BUCKETS)):
        with pytest.raises(DateFormatNeededError) as caught:
            _import(tmp_path / name, tmp_path / folder, limits)
        assert caught.value.formats == ("%d/%m/%Y", "%m/%d/%Y")


def test_rows_that_do_not_split_are_counted_once_and_named_by_their_line(tmp_path: Path) -> None:
    _write(_days().with_columns(what=pl.lit("x")), tmp_path / "quoted.csv")
    lines = (tmp_path / "quoted.csv").read_text().splitlines()
    lines[100:100] = ['"too short"', '"too short"']
    lines[700] = lines[700].replace('"step', '"","step', 1).replace('" case', '"case', 1)
    lines[800] = '"","' + lines[800].split('","', 1)[1]
    (tmp_path / "quoted.csv").write_text("\n".join(lines))

    refused: list[BadRowsError] = []
    kept: list[CanonicalLog] = []
    for folder, limits in (("held", ImportLimits()), ("buckets", IN_BUCKETS)):
        with pytest.raises(BadRowsError) as caught:
            _import(tmp_path / "quoted.csv", tmp_path / folder, limits)
        refused.append(caught.value)
        kept.append(_import(tmp_path / "quoted.csv", tmp_path / f"{folder}-kept", limits, bad_rows=BadRows.SKIP))

    assert [(each.bad_rows, each.total_rows) for each in refused] == [(4, 902)] * 2
    assert refused[0].examples == refused[1].examples
    assert (kept[0].metadata.facts, kept[0].counts) == (kept[1].metadata.facts, kept[1].counts)


@pytest.mark.data
@pytest.mark.parametrize("name", ["02_teleclaims.xes.gz", "SEPSIS.xes.gz"])
def test_xes_goes_by_way_of_the_disk_too(name: str, tmp_path: Path) -> None:
    held = _import(given_path(name), tmp_path / "held", ImportLimits(), mapping=None)
    limits = ImportLimits(held_rows=held.metadata.facts.rows - 1, part_rows=5_000)
    log = _import(given_path(name), tmp_path / "buckets", limits, mapping=None)

    assert len(log.metadata.segments) >= 4
    assert_frame_equal(_events(log), _events(held))
    assert (log.metadata.facts, log.metadata.columns) == (held.metadata.facts, held.metadata.columns)
    assert (log.counts, log.labels) == (held.counts, held.labels)


def _import(path: Path, folder: Path, limits: ImportLimits, **options: object) -> CanonicalLog:
    request = ImportRequest(
        path=path, name="log", imported_at=IMPORTED_AT, mapping=MAPPING, limits=limits, timezone="Europe/Amsterdam"
    )
    return import_log(replace(request, **options), folder)  # type: ignore[arg-type]
