# SPDX-License-Identifier: Apache-2.0
"""Why cases wait, and when work began where the log tells completions only."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from taktloom.app.analyses.explanation import arrays_of
from taktloom.app.analyses.records import (
    Analysis,
    AnalysisInput,
    AnalysisOutput,
    OutputTable,
    PlotLanguage,
    parameter,
    refusal,
)

if TYPE_CHECKING:
    from taktloom.mining.organisation.calendars import DiscoveredCalendar
    from taktloom.mining.performance.start_times import StartEstimates
    from taktloom.mining.performance.waiting import WaitingCauses
    from taktloom.mining.performance.weekly_hours import WeeklyHours
    from taktloom.mining.statistics.arrays import LogArrays, TimeSummary

LISTED = 200


class Starts(StrEnum):
    """recorded: only what the log tells. estimated: missing starts are estimated."""

    RECORDED = "recorded"
    ESTIMATED = "estimated"


class Hours(StrEnum):
    """discovered: each resource's own working hours. always: around the clock."""

    DISCOVERED = "discovered"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True, kw_only=True)
class StartsParameters:
    """When a duration is not believed, and whether nights count as work."""

    outlier: float = parameter(
        "Times the activity's median that a duration is believed; 0: as the activity's own spread says.",
        default=0.0,
        least=0,
        most=1e6,
    )
    hours: Hours = parameter("Working hours: discovered for each resource, or always.", default=Hours.DISCOVERED)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingParameters(StartsParameters):
    """What starts and working hours rest on."""

    starts: Starts = parameter("Recorded starts only, or missing ones estimated.", default=Starts.RECORDED)
    tolerance_s: int = parameter("Seconds between two steps of a batch at most.", default=60, least=0, most=86_400)
    language: PlotLanguage = parameter("Language of the words in the drawing.", default=PlotLanguage.ENGLISH)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityStarts:
    """processing: time from the start to the completion; rules: events by what their start rests on."""

    activity: str
    processing: "TimeSummary"
    rules: dict[str, int]
    unknown: int


def _starts(source: AnalysisInput, parameters: StartsParameters) -> AnalysisOutput:
    import numpy as np

    from taktloom.mining.performance.start_times import StartRule
    from taktloom.mining.statistics.arrays import summarise_groups

    arrays = arrays_of(source)
    found = _estimated(arrays, parameters)
    known = np.flatnonzero(~found.unknown)
    count = len(arrays.activities)
    took = summarise_groups(arrays.activity[known], (arrays.occurred_at - found.started_at)[known], count)
    by_rule = [np.bincount(arrays.activity[known][found.rule[known] == rule], minlength=count) for rule in StartRule]
    unknown = np.bincount(arrays.activity[found.unknown], minlength=count)
    records = [
        ActivityStarts(
            activity=arrays.activities[code],
            processing=took[code],
            rules={rule.name.lower(): int(by_rule[rule][code]) for rule in StartRule},
            unknown=int(unknown[code]),
        )
        for code in np.flatnonzero(np.bincount(arrays.activity, minlength=count)).tolist()
    ]
    records.sort(key=lambda each: (-each.processing.count, each.activity))
    rules = [rule.name.lower() for rule in StartRule]
    table = OutputTable(
        title="Estimated starts",
        columns=("activity", "mean s", "median s", "95 % s", *(rule.replace("_", " ") for rule in rules), "unknown"),
        rows=tuple(
            (
                each.activity,
                each.processing.mean_s,
                each.processing.median_s,
                each.processing.p95_s,
                *each.rules.values(),
                each.unknown,
            )
            for each in records[:LISTED]
        ),
    )
    return AnalysisOutput(data=records, tables=(table,), notes=(_ASSUMPTION,))


def _estimated(arrays: "LogArrays", parameters: StartsParameters) -> "StartEstimates":
    from taktloom.mining.performance.start_times import estimate_starts

    calendars = _calendars(arrays) if parameters.hours is Hours.DISCOVERED else ()
    return estimate_starts(arrays, _weekly(arrays, calendars), outlier=parameters.outlier or None)


_ASSUMPTION = (
    "Assumed: work begins when the case is ready and the resource has completed what it did before, "
    "one piece at a time."
)


def _waiting(source: AnalysisInput, parameters: WaitingParameters) -> AnalysisOutput:
    from taktloom.mining.organisation.calendars import CalendarLevel
    from taktloom.mining.performance.start_times import StartRule, with_starts
    from taktloom.mining.performance.waiting import CAUSES, find_waiting_causes

    arrays = arrays_of(source)
    notes: tuple[str, ...] = ()
    estimated = None
    if parameters.starts is Starts.ESTIMATED:
        source.report("estimating starts", 0, None)
        estimates = _estimated(arrays, parameters)
        arrays, notes = with_starts(arrays, estimates), (_ASSUMPTION, *_shortened(estimates))
        estimated = estimates.rule != StartRule.RECORDED
    if arrays.started_at is None:
        raise refusal("starts", "The log has no starts.", "estimated")
    if not (arrays.resource >= 0).any():
        raise refusal("resource", "The log names no resources.", "a log with a resource column")
    source.report("working hours", 0, None)
    calendars = _calendars(arrays) if parameters.hours is Hours.DISCOVERED else ()
    found = find_waiting_causes(
        arrays,
        _weekly(arrays, calendars),
        tolerance_us=parameters.tolerance_s * 1_000_000,
        estimated=estimated,
    )
    totals = OutputTable(
        title="Waiting by cause",
        columns=("cause", "hours", "share"),
        words=("cause",),
        rows=tuple(
            (cause.value, found.by_cause[cause] / 3_600, found.by_cause[cause] / (found.total_s or 1))
            for cause in CAUSES
        ),
    )
    steps = OutputTable(
        title="Steps",
        columns=("from", "to", "count", "hours", *(cause.value for cause in CAUSES)),
        rows=tuple(
            (
                each.source,
                each.target,
                each.count,
                each.waiting_s / 3_600,
                *(each.by_cause[cause] / 3_600 for cause in CAUSES),
            )
            for each in found.steps[:LISTED]
        ),
    )
    untold = (f"Of {found.untold} waits the cause cannot be told: no start or no resource.",) if found.untold else ()
    hidden = sum(each.level is CalendarLevel.CANNOT_TELL for each in calendars)
    always = (
        (f"The working hours of {hidden} resources cannot be told: they count as always at work.",) if hidden else ()
    )
    return AnalysisOutput(
        data=found,
        tables=(totals, steps),
        notes=(*notes, *untold, *always),
        files={"plot.svg": lambda: _plot(found, parameters.language).encode()},
    )


def _shortened(estimates: "StartEstimates") -> tuple[str, ...]:
    from taktloom.mining.performance.start_times import StartRule

    count = int((estimates.rule == StartRule.TYPICAL).sum())
    if not count:
        return ()
    reach = "The waiting that this leaves may be told as batching or extraneous although it was long work."
    return (f"{count} starts were estimated from the usual time of work.", reach)


def _calendars(arrays: "LogArrays") -> "tuple[DiscoveredCalendar, ...]":
    from taktloom.mining.organisation.calendars import discover_calendars
    from taktloom.mining.organisation.roles import discover_roles

    return discover_calendars(arrays, [role.resources for role in discover_roles(arrays)])


def _weekly(arrays: "LogArrays", calendars: "Sequence[DiscoveredCalendar]") -> "dict[str, WeeklyHours]":
    """Each resource's hours, without the days on which nobody worked."""
    from taktloom.mining.organisation.calendars import weekly_slots
    from taktloom.mining.organisation.closed_days import day_numbers, find_closed_days
    from taktloom.mining.performance.weekly_hours import WeeklyHours

    closed = day_numbers(find_closed_days(arrays)) if calendars else []
    return {each.resource: WeeklyHours(weekly_slots(each), closed) for each in calendars}


_CHINESE = {
    "batching": "批处理",
    "contention": "争用",
    "prioritisation": "优先级",
    "unavailability": "不可用",
    "extraneous": "外部因素",
}


def _plot(found: "WaitingCauses", language: PlotLanguage) -> str:
    from taktloom.mining.drawing.bars_svg import BarRow, stacked_bars_svg
    from taktloom.mining.performance.waiting import CAUSES

    rows = [
        BarRow(label=f"{each.source} → {each.target}", values=tuple(each.by_cause[one] / 3_600 for one in CAUSES))
        for each in found.steps[:30]
    ]
    words, unit = (_CHINESE, "小时") if language is PlotLanguage.CHINESE else ({}, "h")
    return stacked_bars_svg(rows, legend=[words.get(cause.value, cause.value) for cause in CAUSES], unit=unit)


ANALYSES: tuple[Analysis[Any], ...] = (
    Analysis(
        name="waiting",
        summary="Why cases wait: batching, contention, prioritisation, unavailability, or something outside the log.",
        example="receipt.csv --timezone Europe/Amsterdam --starts estimated -o waiting.svg",
        parameters=WaitingParameters,
        run=_waiting,
    ),
    Analysis(
        name="starts",
        summary="Estimate when work began where the log tells completions only.",
        example="receipt.csv --timezone Europe/Amsterdam",
        parameters=StartsParameters,
        run=_starts,
        counts_only=True,
    ),
)
