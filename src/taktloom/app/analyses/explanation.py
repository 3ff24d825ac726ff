# SPDX-License-Identifier: Apache-2.0
"""Explanation: what goes together with slow, failed and reworked cases, how two cohorts differ, when it changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from taktloom.app.analyses.records import (
    GREATEST_SEED,
    Analysis,
    AnalysisInput,
    AnalysisOutput,
    AnalysisParameterError,
    OutputTable,
    parameter,
)
from taktloom.mining.explanation.outcomes import Outcome
from taktloom.model.events import CASE_ATTRIBUTE_PREFIX
from taktloom.model.places import Place

if TYPE_CHECKING:
    from taktloom.mining.explanation.cohorts import Difference
    from taktloom.mining.explanation.drift import Shift
    from taktloom.mining.explanation.profiles import Marks
    from taktloom.mining.statistics.arrays import LogArrays

LISTED = 50
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class CausesParameters:
    """Which cases count as affected, and how sure to be."""

    outcome: Outcome = parameter("Which cases to explain: slow, failed or reworked.", default=Outcome.SLOW)
    slow_share: float = parameter("Slow: the slowest share of cases.", default=0.2, least=0.01, most=0.5)
    ending: str = parameter("Slow: activities that end a case, joined by |; empty: every case has ended.", default="")
    failure: str = parameter("Failed: the activity that means failure.", default="")
    level: float = parameter("Probability of telling a cause where there is none.", default=0.01, least=0.001, most=0.2)
    permutations: int = parameter("Random dealings of the outcome.", default=499, least=99, most=9_999)
    seed: int = parameter("Where chance begins.", default=1, least=0, most=GREATEST_SEED)


def arrays_of(source: AnalysisInput) -> "LogArrays":
    """The log as arrays. Raises EmptyViewError when no case is left."""
    from taktloom.mining.review import EmptyViewError
    from taktloom.mining.statistics.arrays import load_arrays

    arrays = load_arrays(source.log)
    if arrays.case.size == 0:
        raise EmptyViewError(source.log.metadata.log_id)
    return arrays


def require_known(name: str, value: str, known: list[str]) -> None:
    """Raises AnalysisParameterError unless *value* is one of *known*."""
    if value not in known:
        shown = ", ".join(known[:30]) + (" …" if len(known) > 30 else "")
        raise AnalysisParameterError(
            f"The parameter '{name}' is not understood.",
            Place(element_id=name),
            f"Allowed: {shown}.",
            {"name": name, "allowed": shown},
        )


def _causes(source: AnalysisInput, parameters: CausesParameters) -> AnalysisOutput:
    from taktloom.evidence.multiplicity import enough_permutations
    from taktloom.mining.explanation.factors import find_factors
    from taktloom.mining.explanation.root_causes import Question, find_root_causes

    arrays = arrays_of(source)
    if parameters.outcome is Outcome.FAILED:
        require_known("failure", parameters.failure, arrays.activities)
    ending = tuple(name.strip() for name in parameters.ending.split("|") if name.strip()) or None
    for name in ending or ():
        require_known("ending", name, arrays.activities)
    question = Question(
        outcome=parameters.outcome,
        slow_share=parameters.slow_share,
        ending=ending,
        failure=(parameters.failure,) if parameters.failure else (),
        level=parameters.level,
        permutations=enough_permutations(parameters.permutations, parameters.level),
        seed=parameters.seed,
    )
    found = find_root_causes(
        arrays,
        find_factors(arrays, source.log.case_table()),
        question,
        report=lambda done, total: source.report("dealing the outcome at random", done, total),
    )
    columns = (
        "told", "kind", "factor", "value", "cases with", "share with", "share without", "difference", "low", "high",
        "p of the family", "q",
    )  # fmt: skip
    rows = tuple(
        (
            each.is_told, each.factor.kind.replace("-", " "), each.factor.name, each.factor.value, each.cases_with,
            each.share_with, each.share_without, each.difference, each.interval.low, each.interval.high,
            each.p_family, each.q,
        )
        for each in found.causes[:LISTED]
    )  # fmt: skip
    undecided = (f"{found.undecided} open cases may still become slow: they are left out.",) if found.undecided else ()
    return AnalysisOutput(
        data=found,
        tables=(OutputTable(title="Factors", columns=columns, rows=rows, words=("kind",)),),
        notes=(*undecided, *_REACH),
    )


_REACH = (
    "Association, not proof: a factor may go together with what really is the cause.",
    "Told: beyond chance although so many factors were tried (Westfall and Young, permutations).",
    "The column q is the false discovery rate (Benjamini and Hochberg).",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortParameters:
    """How to part the cases: by a value of a case attribute. (`compare` parts them by time.)"""

    attribute: str = parameter("Attribute: the case attribute that parts the cases.")
    value: str = parameter("Attribute: cases with this value, and all others.")
    level: float = parameter(
        "Probability of telling a difference where there is none.", default=0.05, least=0.001, most=0.2
    )
    permutations: int = parameter("Random dealings of the cases.", default=499, least=99, most=9_999)
    seed: int = parameter("Where chance begins.", default=1, least=0, most=GREATEST_SEED)


def _cohorts(source: AnalysisInput, parameters: CohortParameters) -> AnalysisOutput:
    from taktloom.mining.explanation.cohorts import ComparisonSettings, compare_cohorts
    from taktloom.mining.explanation.profiles import profile_cases

    source.report("comparing", 0, None)
    profiles = profile_cases(arrays_of(source))
    is_first = _first_cohort(source, parameters)
    settings = ComparisonSettings(level=parameters.level, permutations=parameters.permutations, seed=parameters.seed)
    found = compare_cohorts(
        profiles.only(is_first.nonzero()[0]),
        profiles.only((~is_first).nonzero()[0]),
        settings,
    )
    cases = OutputTable(title="Cohorts", columns=("first", "second"), rows=((found.first_cases, found.second_cases),))
    table = difference_table(found.differences)
    return AnalysisOutput(data=found, tables=(table, cases), notes=_COHORT_REACH)


def difference_table(differences: "Sequence[Difference]") -> OutputTable:
    """Differences of two sets of cases, those that are told first."""
    columns = ("told", "kind", "what", "first", "second", "difference", "low", "high", "p of the family")
    rows = tuple(
        (
            each.is_told, each.kind.replace("-", " "), " > ".join(each.name), each.first, each.second, each.difference,
            each.interval and each.interval.low, each.interval and each.interval.high, each.p_family,
        )
        for each in differences[:LISTED]
    )  # fmt: skip
    return OutputTable(
        title="Differences",
        columns=columns,
        rows=rows,
        words=("kind",),
        measured=("first", "second", "difference", "low", "high"),
        units=tuple(_UNITS.get(each.kind.value, "") for each in differences[:LISTED]),
    )


_UNITS = {"variant": "share", "edge": "share", "work": "share", "case-time": "s", "edge-time": "s"}


def _first_cohort(source: AnalysisInput, parameters: CohortParameters) -> "Marks":
    import numpy as np
    import polars as pl

    cases = source.log.case_table()
    known = [name for name in cases.columns if name.startswith(CASE_ATTRIBUTE_PREFIX)]
    require_known("attribute", parameters.attribute, known)
    values = cases[parameters.attribute].cast(pl.String).to_list()
    return np.array([value == parameters.value for value in values], dtype=np.bool_)


_COHORT_REACH = (
    "Shares are of cases, times are medians; differences are first minus second.",
    "Told: beyond chance although so many things were compared (Westfall and Young, permutations).",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftParameters:
    """How sure to be that the process changed."""

    level: float = parameter(
        "Probability of telling a change where there is none.", default=0.01, least=0.005, most=0.2
    )
    permutations: int = parameter("Random orders of the cases.", default=199, least=99, most=9_999)
    seed: int = parameter("Where chance begins.", default=1, least=0, most=GREATEST_SEED)


def _drift(source: AnalysisInput, parameters: DriftParameters) -> AnalysisOutput:
    from taktloom.mining.explanation.drift import DriftSettings, find_drift
    from taktloom.mining.explanation.profiles import profile_cases

    found = find_drift(
        profile_cases(arrays_of(source)),
        DriftSettings(level=parameters.level, permutations=parameters.permutations, seed=parameters.seed),
        report=lambda done, total: source.report("searching", done, total),
    )
    rows = tuple(
        (
            each.at.isoformat(), each.p, each.cases_before, each.cases_after,
            "; ".join(_shift(one) for one in each.shifts),
        )
        for each in found.points
    )  # fmt: skip
    columns = ("first case after", "p", "cases before", "cases after", "what changed most")
    cut = (
        (f"Left out: {found.left_out} cases at the ends of the log, as some may be cut off.",) if found.left_out else ()
    )
    return AnalysisOutput(
        data=found, tables=(OutputTable(title="Changes", columns=columns, rows=rows),), notes=(*_DRIFT_REACH, *cut)
    )


def _shift(shift: "Shift") -> str:
    name = " > ".join(shift.name)
    if shift.kind == "time":
        return f"{name}: {shift.before / 3_600:.2f} h -> {shift.after / 3_600:.2f} h"
    return f"{name}: {shift.before:.2f} -> {shift.after:.2f}"


_DRIFT_REACH = (
    "Cases by their begin; cumulative sums of flows, variants, times and who did what, tested by permutation.",
    "A season, a busy spell longer than a twentieth of the log, or another mix of cases looks like a change.",
    "A gradual change is dated somewhere within it.",
)

ANALYSES: tuple[Analysis[Any], ...] = (
    Analysis(
        name="drift",
        summary="When the process changed: dated points, and which flows changed most.",
        example="receipt.csv --timezone Europe/Amsterdam",
        parameters=DriftParameters,
        run=_drift,
    ),
    Analysis(
        name="cohorts",
        summary="Compare the cases with a value and all others: variants, flows and times that differ beyond chance.",
        example="receipt.csv --timezone Europe/Amsterdam --attribute case.channel --value Internet",
        parameters=CohortParameters,
        run=_cohorts,
    ),
    Analysis(
        name="causes",
        summary="What goes together with slow, failed or reworked cases, beyond chance.",
        example="receipt.csv --timezone Europe/Amsterdam --outcome slow",
        parameters=CausesParameters,
        run=_causes,
    ),
)
