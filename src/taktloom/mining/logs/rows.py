# SPDX-License-Identifier: Apache-2.0
"""Staged rows to good rows: times read, rows that cannot be events refused or left out, texts coded as integers."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from taktloom.mining.logs.canonical import Labels
from taktloom.mining.logs.errors import BadRowsError, ImportCancelledError, TooManyActivitiesError
from taktloom.mining.logs.mapping import ColumnMapping
from taktloom.mining.logs.metadata import ImportFacts
from taktloom.mining.logs.requests import BadRows, ImportRequest, ImportStage, ImportWatch, Progress
from taktloom.mining.logs.staging import Staging
from taktloom.mining.logs.times import ClockRules, ParsedTimes, parse_times
from taktloom.model.events import Lifecycle
from taktloom.model.findings import Finding, Severity
from taktloom.model.places import Place

FIRST_EXAMPLES = 20
OFFSETS_KEPT = 50
DAY_US = 86_400_000_000
EARLIEST_US, LATEST_US = -719_162 * DAY_US, 2_932_897 * DAY_US - 1  # the years 1 to 9999, which Python can show
LABELS = ("activity_label", "resource_label", "role_label")
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

    def report(self, stage: ImportStage, done: int) -> None:
        """Tell the caller; raises ImportCancelledError when they have had enough."""
        if self.watch.cancelled():
            raise ImportCancelledError(self.staging.source.name)
        self.watch.report(Progress(stage=stage, done=done, total=self.staging.rows))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GoodRows:
    """Rows that are events, in source order.

    frame: case, activity, resource, role (codes), started_at, occurred_at (µs), offset_min, lifecycle, instance and
    event_id (texts). numbers: their staged row indexes. case_ids: by case code.
    """

    frame: pl.DataFrame
    numbers: NDArray[np.int64]
    labels: Labels
    case_ids: pl.Series
    facts: ImportFacts


def read_rows(build: Build) -> GoodRows:
    """The good rows; raises BadRowsError when there are others and the request does not leave them out."""
    mapping, staging = build.mapping, build.staging
    times = parse_times(staging.load(mapping.timestamp), build.rules)
    starts = None
    if mapping.start_timestamp is not None:
        starts = parse_times(staging.load(mapping.start_timestamp), build.rules)
    case, activity = _text(build, mapping.case), _text(build, mapping.activity)
    reasons = _bad_reasons(case, activity, times, starts, build.request.limits.label_characters)
    good, skipped = _require_good(build, reasons)
    frame = pl.DataFrame(
        {
            "case_id": case,
            "activity_label": activity,
            "started_at": _empty(case.len(), pl.Int64()) if starts is None else starts.utc,
            "occurred_at": times.utc,
            "offset_min": times.offset_min,
            "lifecycle": _text(build, mapping.lifecycle),
            "instance": _text(build, mapping.instance),
            "event_id": _text(build, mapping.event_id),
            "resource_label": _text(build, mapping.resource),
            "role_label": _text(build, mapping.role),
        }
    )
    del case, activity
    if skipped:
        frame = frame.filter(good)
    unprintable = sum(count_unprintable(frame[name]) for name in LABELS)
    if unprintable:
        frame = frame.with_columns(printable(frame[name]) for name in LABELS)
    facts = replace(_facts(times, starts, frame, skipped), unprintable_labels=unprintable)
    coded, case_ids = code_texts(frame.drop_in_place("case_id"))
    frame = frame.with_columns(coded.alias("case"))
    coded, activities = code_texts(frame.drop_in_place("activity_label"), is_sorted=True)
    if activities.len() > build.request.limits.activities:
        raise TooManyActivitiesError(activities.len(), build.request.limits.activities, mapping.activity)
    frame = frame.with_columns(coded.alias("activity"))
    coded, resources = code_texts(frame.drop_in_place("resource_label"), is_sorted=True)
    frame = frame.with_columns(coded.alias("resource"))
    coded, roles = code_texts(frame.drop_in_place("role_label"), is_sorted=True)
    frame = frame.with_columns(coded.alias("role"))
    labels = Labels(
        activities=activities.to_list(), resources=resources.to_list(), roles=roles.to_list(), lifecycles=[]
    )
    numbers = np.flatnonzero(good.to_numpy()) if skipped else np.arange(frame.height)
    return GoodRows(frame=frame, numbers=numbers, labels=labels, case_ids=case_ids, facts=facts)


def _text(build: Build, column: str | None) -> pl.Series:
    """A column as text without blanks around it; empty is null."""
    if column is None:
        return _empty(build.staging.rows, pl.String())
    values = build.staging.load(column)
    if values.dtype.is_float():  # a case number with gaps comes as float from data frames: 7.0 is case 7
        whole = values.cast(pl.Int64, strict=False)
        values = whole if (whole.cast(values.dtype) == values).all() else values
    texts = values.cast(pl.String)
    if texts.str.contains(r"^\s|\s$|^$").any():
        texts = texts.str.strip_chars().replace("", None)
    return texts


def _empty(rows: int, dtype: pl.DataType) -> pl.Series:
    return pl.repeat(None, rows, dtype=dtype, eager=True)


def printable(texts: pl.Series) -> pl.Series:
    """*texts* with � for what no XML file may hold, so that models of the log can be written."""
    return texts.str.replace_all(UNPRINTABLE, "\ufffd")


def count_unprintable(texts: pl.Series) -> int:
    """How many of *texts* `printable` would change."""
    return 0 if texts.null_count() == texts.len() else int(texts.str.contains(UNPRINTABLE).sum() or 0)


def _out_of_range(utc: pl.Series) -> pl.Series:
    return ((utc < EARLIEST_US) | (utc > LATEST_US)).fill_null(False)


def _bad_reasons(
    case: pl.Series, activity: pl.Series, times: ParsedTimes, starts: ParsedTimes | None, longest: int
) -> pl.Series:
    """Per row the first reason why it is no event, null for good rows."""
    checks = {
        "case-missing": case.is_null(),
        "activity-missing": activity.is_null(),
        "case-too-long": (case.str.len_chars() > longest).fill_null(False),
        "activity-too-long": (activity.str.len_chars() > longest).fill_null(False),
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
    bad_rows = int(bad.sum() or 0) + len(staging.rejected_rows)
    if bad_rows == 0:
        return bad, 0
    total = staging.rows + len(staging.rejected_rows)
    if build.request.bad_rows is BadRows.REFUSE or bad_rows == total:
        examples = sorted((*staging.examples, *_examples(build, reasons)), key=lambda each: each.place.line or 0)
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
    row = index + staging.first_row
    for rejected in staging.rejected_rows:
        if rejected > row:
            break
        row += 1
    return row


def code_texts(texts: pl.Series, *, is_sorted: bool = False) -> tuple[pl.Series, pl.Series]:
    """A number per text (UInt32, null for null) and the labels by number, in order of first appearance or sorted.

    The categories are a mapping of their own, freed with the series: one pass that hashes, without a join.
    """
    if texts.null_count() == texts.len():
        return texts.cast(pl.UInt32), pl.Series(texts.name, [], dtype=pl.String)
    found = texts.cast(pl.Categorical(pl.Categories.random())).to_physical().cast(pl.UInt32)
    codes = found.fill_null(int(found.max() or 0) + 1).to_numpy()  # type: ignore[call-overload]
    first_rows = np.full(int(codes.max()) + 1, -1, dtype=np.int64)
    first_rows[codes[::-1]] = np.arange(codes.size - 1, -1, -1)  # the last write is the first row
    present = np.flatnonzero(first_rows >= 0)
    present = present[present != codes.max()] if found.null_count() else present
    labels = texts.gather(first_rows[present])
    by_first_row = np.argsort(first_rows[present])
    order = labels.arg_sort().to_numpy() if is_sorted else by_first_row
    if np.array_equal(present[order], np.arange(order.size)):
        return found, labels
    rank = np.zeros(first_rows.size, dtype=np.uint32)
    rank[present[order]] = np.arange(order.size, dtype=np.uint32)
    ranked = pl.Series(texts.name, rank[codes])
    if found.null_count():
        ranked = pl.select(pl.when(found.is_not_null()).then(ranked)).to_series()
    return ranked, labels.gather(order)


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
