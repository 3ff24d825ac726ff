# SPDX-License-Identifier: Apache-2.0
"""Two logs, or two periods of one log, beside each other: what differs beyond chance."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from taktloom.app.analyses.cells import duration_text
from taktloom.app.analyses.explanation import EPOCH, arrays_of, difference_table, require_known
from taktloom.app.analyses.records import (
    GREATEST_SEED,
    Analysis,
    AnalysisInput,
    AnalysisOutput,
    AnalysisParameterError,
    OutputTable,
    other_log,
    parameter,
)
from taktloom.model.places import Place

if TYPE_CHECKING:
    from taktloom.mining.explanation.comparing import LogComparison, Part
    from taktloom.mining.statistics.arrays import LogArrays

Window = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareParameters:
    """What to compare: another log, the time before and after an instant, or two periods."""

    other: str = other_log("Another log to compare this one with.")
    split_at: str = parameter("Periods: cases begun before this instant, and from it on.", default="")
    first_period: str = parameter("First period, as 2026-01-01/2026-04-01; cases by their begin.", default="")
    second_period: str = parameter("Second period, likewise.", default="")
    ending: str = parameter(
        "Activities that end a case, joined by |; whole durations are compared then, open cases as far as seen.",
        default="",
    )
    level: float = parameter(
        "Probability of telling a difference where there is none.", default=0.05, least=0.001, most=0.2
    )
    permutations: int = parameter("Random dealings of the cases.", default=499, least=99, most=9_999)
    seed: int = parameter("Where chance begins.", default=1, least=0, most=GREATEST_SEED)


def _compare(source: AnalysisInput, parameters: CompareParameters) -> AnalysisOutput:
    from taktloom.mining.explanation.cohorts import ComparisonSettings
    from taktloom.mining.explanation.comparing import compare_logs

    source.report("comparing", 0, None)
    first, second, shared = _parts(source, parameters)
    settings = ComparisonSettings(level=parameters.level, permutations=parameters.permutations, seed=parameters.seed)
    ending = tuple(name.strip() for name in parameters.ending.split("|") if name.strip()) or None
    for name in ending or ():
        require_known("ending", name, sorted({*first.log.activities, *second.log.activities}))
    found = compare_logs(first, second, settings, shared_cases=shared, ending=ending)
    notes = (
        *_REACH,
        *_watching(found),
        *(_UNTOLD_VOLUME if found.volume_unit is None else ()),
        *(_SHARED if shared else ()),
    )
    return AnalysisOutput(data=found, tables=_tables(found), notes=notes)


def _watching(found: "LogComparison") -> tuple[str, ...]:
    """How long cases were watched, and what that leaves untold."""
    duration, left_out = duration_text(found.watched_s), found.left_out
    watched = (
        f"Every case is watched for {duration} from its begin; {left_out} cases near the ends of a log are left out. "
        "What differs only later is not told."
    )
    if found.durations is None:
        ending: tuple[str, ...] = _NO_ENDING
    else:
        ending = _DURATIONS if found.durations.horizon_s is not None else _NO_HORIZON
    return watched, *(_DOUBTFUL_START if found.is_start_doubtful else ()), *ending


def _parts(source: AnalysisInput, parameters: CompareParameters) -> "tuple[Part, Part, int]":
    """The two sides, and how many case ids they share. Raises AnalysisParameterError, EmptyViewError."""
    from taktloom.mining.explanation.comparing import Part, period_of

    ways = [name for name in ("other", "split_at", "first_period") if getattr(parameters, name)]
    if len(ways) != 1 or bool(parameters.first_period) != bool(parameters.second_period):
        raise _refused("other", "Give one of: another log, an instant to split at, or two periods.")
    if parameters.other:
        other = AnalysisInput(log=source.others["other"], report=source.report)
        names = [each.log.metadata.name for each in (source, other)]
        shared = set(source.log.case_table()["case_id"]) & set(other.log.case_table()["case_id"])
        ours, theirs = (Part(name=name, log=arrays_of(each)) for name, each in zip(names, (source, other), strict=True))
        return ours, theirs, len(shared)
    arrays = arrays_of(source)
    first, second = (
        period_of(arrays, window, f"{_moment(window[0])}/{_moment(window[1])}")
        for window in _windows(arrays, parameters)
    )
    return first, second, 0


def _windows(arrays: "LogArrays", parameters: CompareParameters) -> tuple[Window, Window]:
    if parameters.first_period:
        windows = (
            _interval("first_period", parameters.first_period),
            _interval("second_period", parameters.second_period),
        )
        if max(windows[0][0], windows[1][0]) < min(windows[0][1], windows[1][1]):
            raise _refused("second_period", "The two periods overlap; give two that do not.")
        return windows
    begins = arrays.occurred_at[arrays.starts]
    split = _instant("split_at", parameters.split_at)
    low, high = int(begins.min()), int(begins.max()) + 1
    return (min(low, split), split), (split, max(high, split))


def _interval(name: str, text: str) -> Window:
    begin, _, end = text.partition("/")
    window = _instant(name, begin), _instant(name, end)
    if window[0] >= window[1]:
        raise _refused(name, "A period begins before it ends.")
    return window


def _instant(name: str, text: str) -> int:
    """µs UTC. A date alone is its midnight in UTC; a time needs its zone."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise _refused(
            name, "Give dates as 2026-01-31, or instants with their zone, as 2026-01-31T00:00:00Z."
        ) from None
    if moment.tzinfo is None:
        if "T" in text or " " in text:
            raise _refused(name, "Give dates as 2026-01-31, or instants with their zone, as 2026-01-31T00:00:00Z.")
        moment = moment.replace(tzinfo=UTC)
    return (moment - EPOCH) // timedelta(microseconds=1)


def _refused(name: str, remedy: str) -> AnalysisParameterError:
    return AnalysisParameterError(
        f"The parameter '{name}' is not understood.", Place(element_id=name), remedy, {"name": name}
    )


def _moment(time_us: int) -> str:
    moment = EPOCH + timedelta(microseconds=time_us)
    return moment.date().isoformat() if (moment.hour, moment.minute) == (0, 0) else moment.strftime("%Y-%m-%dT%H:%MZ")


def _tables(found: "LogComparison") -> tuple[OutputTable, ...]:
    sides = tuple(
        (
            each.name, each.cases, each.events, each.activities, each.variants, _moment(each.begin_us),
            _moment(each.end_us), each.median_s,
        )
        for each in (found.first, found.second)
    )  # fmt: skip
    only = tuple(
        (side, name) for side, names in (("first", found.first_only), ("second", found.second_only)) for name in names
    )
    flows = tuple(
        (row.source, row.target, row.first, row.second, row.first / found.first.cases, row.second / found.second.cases)
        for row in found.flows
    )
    return (
        difference_table(found.cohorts.differences),
        *_duration_tables(found),
        OutputTable(
            title="Sides",
            columns=("side", "cases", "events", "activities", "variants", "first event", "last event", "median s"),
            rows=sides,
        ),
        OutputTable(title="Activities of one side only", columns=("side", "activity"), rows=only, words=("side",)),
        OutputTable(
            title="Flows",
            columns=("source", "target", "first", "second", "first per case", "second per case"),
            rows=flows,
        ),
    )


def _duration_tables(found: "LogComparison") -> tuple[OutputTable, ...]:
    durations = found.durations
    if durations is None:
        return ()
    sides = tuple(
        (
            name, each.cases, each.open_cases, each.median_s, each.median_low_s, each.median_high_s,
            each.restricted_mean_s,
        )
        for name, each in ((found.first.name, durations.first), (found.second.name, durations.second))
    )  # fmt: skip
    interval = durations.interval
    difference = (
        durations.is_told, durations.horizon_s, durations.difference_s, interval and interval.low,
        interval and interval.high, durations.p,
    )  # fmt: skip
    return (
        OutputTable(
            title="Durations with open cases",
            columns=("side", "cases", "open cases", "median s", "low s", "high s", "mean up to the horizon s"),
            rows=sides,
        ),
        OutputTable(
            title="Difference of durations",
            columns=("told", "horizon s", "difference s", "low s", "high s", "p of log-rank"),
            rows=(difference,),
        ),
    )


_REACH = (
    "Shares are of cases, times medians, volume and events per case means; differences: first minus second.",
    "Told: beyond chance although so many things were compared (Westfall and Young, permutations).",
)
_NO_ENDING = (
    "What ends a case is not given: the medians of the sides count open cases as if they had ended.",
    "Give the activities that end a case to compare whole durations.",
)
_DURATIONS = (
    "Durations: Kaplan and Meier, log-rank test; differences are of mean times up to a horizon that both sides reach.",
)
_NO_HORIZON = ("Durations cannot be compared: a side has fewer than ten cases, or none that has ended.",)
_DOUBTFUL_START = ("A side lies near to the start of its log: some of its cases may have begun before it.",)
_UNTOLD_VOLUME = ("The volume cannot be told: a side is shorter than fourteen days.",)
_SHARED = ("Both logs hold some of the same cases: they are not independent, and real differences look smaller.",)

ANALYSES: tuple[Analysis[Any], ...] = (
    Analysis(
        name="compare",
        summary="Compare two logs, or two periods of one: volume, variants, flows and times that differ beyond chance.",
        example="receipt.csv --timezone Europe/Amsterdam --split-at 2011-01-01",
        parameters=CompareParameters,
        run=_compare,
    ),
)
