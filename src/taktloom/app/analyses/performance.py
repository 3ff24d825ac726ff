# SPDX-License-Identifier: Apache-2.0
"""Performance: times of cases, where they wait, the spectrum and the dotted chart."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from taktloom.app.analyses.records import Analysis, AnalysisInput, AnalysisOutput, OutputTable, PlotLanguage, parameter

if TYPE_CHECKING:
    from taktloom.mining.drawing.time_svg import TimeWords
    from taktloom.mining.statistics.arrays import LogArrays, TimeSummary

LISTED = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class TimesParameters:
    """What counts as time, and when a case has ended."""

    open_hours: str = parameter("Hours that count on working days, such as 09:00-17:00; empty: all.", default="")
    open_zone: str = parameter("Time zone of the hours.", default="UTC")
    holidays: str = parameter("Country whose holidays do not count, such as NL; empty: none.", default="")
    ending: str = parameter("Activities that end a case, joined by |; empty: every case has ended.", default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartParameters:
    """How much is drawn, and in which words."""

    marks: int = parameter("Lines or dots drawn at most.", default=5000, least=100, most=50_000)
    language: PlotLanguage = parameter("Language of the words in the drawing.", default=PlotLanguage.ENGLISH)


def _times(source: AnalysisInput, parameters: TimesParameters) -> AnalysisOutput:
    from taktloom.mining.performance.queues import measure_queues
    from taktloom.mining.performance.times import (
        NOT_KNOWN,
        check_littles_law,
        measure_cycle_times,
        rank_bottlenecks,
    )

    arrays = counted_arrays(source, parameters)
    ending = tuple(name.strip() for name in parameters.ending.split("|") if name.strip()) or None
    cycle = measure_cycle_times(arrays, ending=ending)
    source.report("bottlenecks", 1, 2)
    steps, law, queues = rank_bottlenecks(arrays), check_littles_law(arrays), measure_queues(arrays)
    kinds = (("cycle", cycle.cycle), ("working", cycle.working), ("waiting", cycle.waiting))
    summary = OutputTable(
        title="Cases",
        columns=("time", "cases", "mean s", "median s", "95 % s"),
        words=("time",),
        rows=tuple((kind, *_cells(summary)) for kind, summary in kinds if summary is not None),
    )
    return AnalysisOutput(
        data={"cycle_times": cycle, "bottlenecks": steps[:LISTED], "littles_law": law, "queues": queues},
        tables=(
            summary,
            OutputTable(
                title="Median with open cases",
                columns=("open cases", "median s", "low s", "high s"),
                rows=((cycle.open_cases, cycle.median_s, cycle.median_low_s, cycle.median_high_s),),
            ),
            OutputTable(
                title="Bottlenecks",
                columns=("from", "to", "count", "mean s", "median s", "95 % s", "total s", "share"),
                rows=tuple(
                    (each.source, each.target, *_cells(each.before), each.total_s, each.share)
                    for each in steps[:LISTED]
                ),
            ),
            OutputTable(
                title="Queues",
                columns=("before", "waits", "mean s", "mean cases waiting", "most at once"),
                rows=tuple(
                    (each.activity, each.waits, each.mean_wait_s, each.mean_cases, each.most_cases)
                    for each in (queues or ())[:LISTED]
                ),
            ),
        ),
        notes=() if cycle.working is not None else (NOT_KNOWN,),
    )


def counted_arrays(source: AnalysisInput, parameters: TimesParameters) -> "LogArrays":
    """The log's arrays, in open time where hours are given. Raises EmptyViewError, AnalysisParameterError."""
    from taktloom.mining.performance.open_time import in_open_time
    from taktloom.mining.review import EmptyViewError
    from taktloom.mining.statistics.arrays import load_arrays

    arrays = load_arrays(source.log)
    if arrays.case.size == 0:
        raise EmptyViewError(source.log.metadata.log_id)
    if not parameters.open_hours and not parameters.holidays:
        return arrays
    return in_open_time(arrays, calendar_of(parameters))


def calendar_of(parameters: TimesParameters) -> "Any":
    """The calendar of the hours that are given. Raises AnalysisParameterError."""
    from taktloom.app.analyses.records import refusal
    from taktloom.calendars.definition import calendar_from, calendar_problems

    hours = [parameters.open_hours or "00:00-24:00"]
    document = {
        "zone": parameters.open_zone,
        "week": dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), hours),
        "holidays": [parameters.holidays] if parameters.holidays else [],
    }
    problems = calendar_problems(document)
    if problems:
        raise refusal("open_hours", "The hours are not understood.", problems[0].message)
    return calendar_from(document)


def _cells(summary: "TimeSummary") -> Sequence[object]:
    return summary.count, summary.mean_s, summary.median_s, summary.p95_s


def _spectrum(source: AnalysisInput, parameters: ChartParameters) -> AnalysisOutput:
    from taktloom.mining.drawing.time_svg import spectrum_svg
    from taktloom.mining.performance.spectrum import performance_spectrum

    segments = performance_spectrum(counted_arrays(source, TimesParameters()), marks=parameters.marks)
    rows = tuple((each.source, each.target, each.occurrences, each.begins_us.size) for each in segments)
    table = OutputTable(title="Segments", columns=("from", "to", "occurrences", "drawn"), rows=rows)
    data = [
        {
            "source": each.source,
            "target": each.target,
            "occurrences": each.occurrences,
            "begins_us": each.begins_us.tolist(),
            "ends_us": each.ends_us.tolist(),
            "quartile": each.quartile.tolist(),
        }
        for each in segments
    ]
    words = _words(parameters.language)
    return AnalysisOutput(
        data=data, tables=(table,), files={"plot.svg": lambda: spectrum_svg(segments, words).encode()}
    )


def _dotted(source: AnalysisInput, parameters: ChartParameters) -> AnalysisOutput:
    from taktloom.mining.drawing.time_svg import dotted_svg
    from taktloom.mining.performance.spectrum import dotted_chart

    chart = dotted_chart(counted_arrays(source, TimesParameters()), marks=parameters.marks)
    table = OutputTable(
        title="Dots", columns=("cases", "events", "drawn"), rows=((chart.cases, chart.events, chart.line.size),)
    )
    data = {
        "cases": chart.cases,
        "events": chart.events,
        "activities": chart.activities,
        "line": chart.line.tolist(),
        "at_us": chart.at_us.tolist(),
        "activity": chart.activity.tolist(),
    }
    words = _words(parameters.language)
    return AnalysisOutput(data=data, tables=(table,), files={"plot.svg": lambda: dotted_svg(chart, words).encode()})


def _words(language: PlotLanguage) -> "TimeWords":
    from taktloom.mining.drawing.time_svg import ENGLISH, TimeWords

    if language is PlotLanguage.ENGLISH:
        return ENGLISH
    return TimeWords(
        quartiles=("最快的四分之一", "第二个", "第三个", "最慢的四分之一"),
        others="其他活动",
        cases="个案例，按首个事件排列",
        nothing="没有可画的内容：没有案例含两个事件。",
        no_events="没有可画的内容：日志没有事件。",
    )


ANALYSES: tuple[Analysis[Any], ...] = (
    Analysis(
        name="times",
        summary="Cycle, working and waiting times, bottlenecks, queues and Little's law; in working hours if wanted.",
        example="receipt.csv --timezone Europe/Amsterdam --open-hours 09:00-17:00 --open-zone Europe/Amsterdam",
        parameters=TimesParameters,
        run=_times,
        counts_only=True,
    ),
    Analysis(
        name="spectrum",
        summary="Performance spectrum: every occurrence of the most frequent steps as a line in time.",
        example="receipt.csv --timezone Europe/Amsterdam -o spectrum.svg",
        parameters=ChartParameters,
        run=_spectrum,
        counts_only=True,
    ),
    Analysis(
        name="dotted",
        summary="Dotted chart: every event as a dot, a line per case.",
        example="receipt.csv --timezone Europe/Amsterdam -o dotted.svg",
        parameters=ChartParameters,
        run=_dotted,
        counts_only=True,
    ),
)
