# SPDX-License-Identifier: Apache-2.0
"""Staged rows to good rows: times read, rows that cannot be events refused or left out, texts coded as integers."""

import itertools
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from taktloom.mining.logs.canonical import Labels
from taktloom.mining.logs.coded_texts import (
    CodedTexts,
    absent_texts,
    code_texts,
    in_order,
    mark_rows,
    relabel,
    spell_texts,
    strip_texts,
)
from taktloom.mining.logs.errors import BadRowsError, ImportCancelledError, TooManyActivitiesError
from taktloom.mining.logs.mapping import ColumnMapping
from taktloom.mining.logs.metadata import ImportFacts
from taktloom.mining.logs.requests import BadRows, ImportRequest, ImportStage, ImportWatch, Progress
from taktloom.mining.logs.side_by_side import side_by_side
from taktloom.mining.logs.staging import ROW_COLUMN, Staging
from taktloom.mining.logs.times import ClockRules, ParsedTimes, parse_times_in_parts, with_clock
from taktloom.model.events import Lifecycle
from taktloom.model.findings import Finding, Severity
from taktloom.model.places import Place

FIRST_EXAMPLES = 20
OFFSETS_KEPT = 50
DAY_US = 86_400_000_000
EARLIEST_US, LATEST_US = -719_162 * DAY_US, 2_932_897 * DAY_US - 1  # the years 1 to 9999, which Python can show
LABELS = ("activity", "resource", "role")
UNPRINTABLE = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x{fffe}\x{ffff}]"
REASONS = {
    "case-missing": "The case is empty.",
    "activity-missing": "The activity is empty.",
    "time-missing": "The time is empty.",
    "time-unreadable": "The time cannot be read.",
    "time-out-of-range": "The time is outside the years 1 to 9999.",
    "case-too-long": "The case is longer than a name can be.",
    "activity-too-long": "The activity is longer than a name can be.",
    "start-time-unreadable": "The start time cannot be read.",
    "start-time-out-of-range": "The start time is outside the years 1 to 9999.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """One build: what goes in, by which rules, where to, and who listens."""

    staging: Staging
    mapping: ColumnMapping
    request: ImportRequest
    rules: ClockRules
    target: Path
    watch: ImportWatch

    @property
    def place(self) -> Place:
        """The source as a place."""
        return Place(source=self.staging.source.name)

    def report(self, stage: ImportStage, done: int) -> None:
        """Tell the caller; raises ImportCancelledError when they have had enough."""
        if self.watch.cancelled():
            raise ImportCancelledError(self.staging.source.name)
        self.watch.report(Progress(stage=stage, done=done, total=self.staging.rows))

    def parts(self, column: str) -> Iterator[pl.Series]:
        """A column of the source, `part_rows` at a time."""
        return self.staging.load_parts(column, self.request.limits.part_rows)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GoodRows:
    """Rows that are events, in source order.

    frame: case, activity, resource, role (codes), started_at, occurred_at (µs), offset_min, lifecycle, instance and
    event_id (texts). numbers: their staged row indexes. case_ids: by case code.
    """

    frame: pl.DataFrame
    numbers: NDArray[np.uint32]
    labels: Labels
    case_ids: pl.Series
    facts: ImportFacts


def read_rows(build: Build) -> GoodRows:
    """The good rows; raises BadRowsError when there are others and the request does not leave them out."""
    mapping, limits = build.mapping, build.request.limits
    texts, times, starts = _read_parts(build)
    reasons = _bad_reasons(texts["case"], texts["activity"], times, starts, limits.label_characters)
    good, skipped = _require_good(build, reasons)
    columns = {part: coded.codes for part, coded in texts.items()}
    columns |= {
        "started_at": _nothing(build) if starts is None else starts.utc,
        "occurred_at": times.utc,
        "offset_min": times.offset_min,
    }
    columns |= {part: _spelled(build, getattr(mapping, part)) for part in ("lifecycle", "instance", "event_id")}
    frame = pl.DataFrame({name: columns.pop(name) for name in list(columns)})
    if skipped:
        frame = frame.filter(good)
    facts = replace(
        _facts(times, starts, frame, skipped), formula_cells=build.staging.formula_cells * build.staging.counts_rejects
    )
    del times, starts
    numbers = np.flatnonzero(good.to_numpy()) if skipped else np.arange(frame.height, dtype=np.uint32)
    numbers = numbers.astype(np.uint32, copy=False)
    frame, labels, unprintable = _final_codes(frame, texts, build)
    build.report(ImportStage.BUILDING, build.staging.rows // 2)
    return GoodRows(
        frame=frame,
        numbers=numbers,
        labels=Labels(
            activities=labels["activity"].to_list(),
            resources=labels["resource"].to_list(),
            roles=labels["role"].to_list(),
            lifecycles=[],
        ),
        case_ids=labels["case"],
        facts=replace(facts, unprintable_labels=unprintable),
    )


def _final_codes(
    frame: pl.DataFrame, texts: dict[str, CodedTexts], build: Build
) -> tuple[pl.DataFrame, dict[str, pl.Series], int]:
    """*frame* with codes of the labels that good rows have, the labels by part, and how many were made printable.

    Cases are numbered as they first appear, the others by their sorted labels: independent of the order of rows.
    """
    unprintable, labels = 0, {}
    parts = list(texts)
    works = [partial(_final, part, frame.drop_in_place(part), texts.pop(part).labels) for part in parts]
    for part, (coded, changed) in zip(parts, side_by_side(works), strict=True):
        unprintable += changed
        frame, labels[part] = frame.with_columns(coded.codes.alias(part)), coded.labels
        if part == "activity" and coded.labels.len() > (most := build.request.limits.activities):
            raise TooManyActivitiesError(coded.labels.len(), most, build.mapping.activity, build.place)
    return frame, labels, unprintable


def _final(part: str, codes: pl.Series, labels: pl.Series) -> tuple[CodedTexts, int]:
    """The final codes of one part, and how many of its labels were made printable."""
    coded = CodedTexts(codes=codes, labels=labels)
    if part == "case":
        return in_order(coded), 0
    unprintable = int(mark_rows(coded, coded.labels.str.contains(UNPRINTABLE)).sum())
    return in_order(relabel(coded, printable(coded.labels)), is_sorted=True), unprintable


def _read_parts(build: Build) -> tuple[dict[str, CodedTexts], ParsedTimes, ParsedTimes | None]:
    """Case, activity, resource and role coded, while another thread reads the times: both take about as long."""
    stop = threading.Event()
    with ThreadPoolExecutor(max_workers=1) as beside:
        reading = beside.submit(_all_times, build, stop)
        try:
            texts = {part: _texts(build, getattr(build.mapping, part)) for part in ("case", *LABELS)}
            while not wait([reading], timeout=0.1).done:
                build.report(ImportStage.BUILDING, 0)
        except BaseException:
            stop.set()  # the thread's work is for nobody then
            raise
        return texts, *reading.result()


def _all_times(build: Build, stop: threading.Event) -> tuple[ParsedTimes, ParsedTimes | None]:
    found = [_times(build, column, clock, stop) for column, clock in build.mapping.time_columns()]
    return found[0], found[1] if len(found) > 1 else None


def _times(build: Build, column: str, clock: str | None, stop: threading.Event) -> ParsedTimes:
    if clock is None and (ready := build.staging.ready.times.get(column)) is not None:
        return ready
    rules = build.rules
    if (decided := build.staging.date_formats.get(column)) is not None:
        rules = replace(rules, date_format=decided)
    parts = partial(time_parts, build, column, clock)
    return parse_times_in_parts(lambda: itertools.takewhile(lambda _: not stop.is_set(), parts()), rules)


def time_parts(build: Build, column: str, clock: str | None) -> Iterator[pl.Series]:
    """A column of times part by part; *clock* has their times of day, where they are dates alone."""
    if clock is None:
        return build.parts(column)
    return (with_clock(*pair) for pair in zip(build.parts(column), build.parts(clock), strict=True))


def _texts(build: Build, column: str | None) -> CodedTexts:
    """A column as coded texts without blanks around them; empty is null."""
    if column is None:
        return absent_texts(build.staging.rows)
    if (ready := build.staging.ready.texts.get(column)) is not None:
        return strip_texts(ready)
    parts = build.parts(column)
    first = next(parts)
    if first.dtype.is_float():  # a case number with gaps comes as float from data frames: 7.0 is case 7
        values = build.staging.load(column)
        whole = values.cast(pl.Int64, strict=False)
        return strip_texts(code_texts([whole if (whole.cast(values.dtype) == values).all() else values]))
    return strip_texts(code_texts(_watched(itertools.chain((first,), parts), build)))


def _watched(parts: Iterator[pl.Series], build: Build) -> Iterator[pl.Series]:
    for part in parts:
        build.report(ImportStage.BUILDING, 0)
        yield part


def _spelled(build: Build, column: str | None) -> pl.Series:
    return _nothing(build) if column is None else spell_texts(_texts(build, column))


def _nothing(build: Build) -> pl.Series:
    """A column without values and without memory."""
    return pl.repeat(None, build.staging.rows, dtype=pl.Null(), eager=True)


def _empty(rows: int, dtype: pl.DataType) -> pl.Series:
    return pl.repeat(None, rows, dtype=dtype, eager=True)


def printable(texts: pl.Series) -> pl.Series:
    """*texts* with � for what no XML file may hold, so that models of the log can be written."""
    return texts.str.replace_all(UNPRINTABLE, "\ufffd")


def _out_of_range(utc: pl.Series) -> pl.Series:
    return ((utc < EARLIEST_US) | (utc > LATEST_US)).fill_null(False)


def _bad_reasons(
    case: CodedTexts, activity: CodedTexts, times: ParsedTimes, starts: ParsedTimes | None, longest: int
) -> pl.Series:
    """Per row the first reason why it is no event, null for good rows."""
    checks = {
        "case-missing": case.codes.is_null(),
        "activity-missing": activity.codes.is_null(),
        "case-too-long": mark_rows(case, case.labels.str.len_chars() > longest),
        "activity-too-long": mark_rows(activity, activity.labels.str.len_chars() > longest),
        "time-unreadable": times.is_bad,
        "time-missing": times.utc.is_null(),
        "time-out-of-range": _out_of_range(times.utc),
    }
    if starts is not None:
        checks["start-time-unreadable"] = starts.is_bad
        checks["start-time-out-of-range"] = _out_of_range(starts.utc)
    reasons = pl.coalesce([pl.when(check).then(pl.lit(reason)) for reason, check in checks.items()])
    return (
        pl.select(reasons.alias("reason")).to_series()
        if any(check.any() for check in checks.values())
        else _empty(0, pl.String())
    )


def _require_good(build: Build, reasons: pl.Series) -> tuple[pl.Series, int]:
    """Which rows are good and how many rows are left out, those that did not even split included."""
    staging = build.staging
    bad = reasons.is_not_null()
    rejected = len(staging.rejected_rows) if staging.counts_rejects else 0
    bad_rows = int(bad.sum() or 0) + rejected
    if bad_rows == 0:
        return bad, 0
    total = staging.rows + rejected
    if build.request.bad_rows is BadRows.REFUSE or bad_rows == total:
        given = staging.examples if staging.counts_rejects else ()
        examples = sorted((*given, *_examples(build, reasons)), key=lambda each: each.place.line or 0)
        raise BadRowsError(bad_rows, total, Place(source=staging.source.name), tuple(examples[:FIRST_EXAMPLES]))
    return (~bad if bad.len() else ~_empty(staging.rows, pl.Boolean()).is_not_null()), bad_rows


def _examples(build: Build, reasons: pl.Series) -> list[Finding]:
    mapping, staging = build.mapping, build.staging
    columns = {
        "case-missing": mapping.case,
        "activity-missing": mapping.activity,
        "case-too-long": mapping.case,
        "activity-too-long": mapping.activity,
        "time-out-of-range": mapping.timestamp,
        "start-time-out-of-range": mapping.start_timestamp or "",
        "time-missing": mapping.timestamp,
        "time-unreadable": mapping.timestamp,
        "start-time-unreadable": mapping.start_timestamp or "",
    }
    examples = []
    for index in np.flatnonzero(reasons.is_not_null().to_numpy())[:FIRST_EXAMPLES].tolist():
        reason, row = str(reasons[index]), row_number(staging, index)
        column = columns[reason]
        value = staging.scan().select(staging.columns[column]).slice(index, 1).collect().item()
        examples.append(
            Finding(
                severity=Severity.ERROR,
                rule=reason,
                message=f"Row {row}, column '{column}': {REASONS[reason]}",
                place=Place(source=staging.source.name, line=row, element_id=column),
                parameters={"row": str(row), "column": column, "value": str(value or "")[:80]},
            )
        )
    return examples


def row_number(staging: Staging, index: int) -> int:
    """The 1-based record of a staged row in its file, header and rejected rows counted."""
    if ROW_COLUMN in staging.schema_columns:
        index = int(staging.scan().select(ROW_COLUMN).slice(index, 1).collect().item())
    row = index + staging.first_row
    for rejected in staging.rejected_rows:
        if rejected > row:
            break
        row += 1
    return row


def _facts(times: ParsedTimes, starts: ParsedTimes | None, frame: pl.DataFrame, skipped: int) -> ImportFacts:
    offsets = frame["offset_min"].drop_nulls().unique().sort().head(OFFSETS_KEPT).to_list()
    facts = ImportFacts(
        rows=frame.height,
        skipped_rows=skipped,
        ambiguous_local_times=times.ambiguous,
        missing_local_times=times.missing,
        times_have_zone=times.had_zone,
        offsets=tuple(offsets),
        finest_unit_us=times.finest_unit_us,
    )
    if starts is None:
        return facts
    backwards = (frame["started_at"] > frame["occurred_at"]).sum()
    return replace(
        facts,
        ambiguous_local_times=times.ambiguous + starts.ambiguous,
        missing_local_times=times.missing + starts.missing,
        ends_before_start=int(backwards or 0),
    )


def complete_lifecycle(lifecycle: pl.Series) -> pl.Series:
    """Transitions in lower case where they are the standard's; absent means complete."""
    lowered = lifecycle.str.to_lowercase()
    known = lowered.is_in([each.value for each in Lifecycle])
    return pl.select(pl.when(known).then(lowered).otherwise(lifecycle).fill_null(Lifecycle.COMPLETE.value)).to_series()
