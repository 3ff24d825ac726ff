# SPDX-License-Identifier: Apache-2.0
"""Explanation: what goes together with slow, failed and reworked cases."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from taktloom.app.analyses.records import (
    Analysis,
    AnalysisInput,
    AnalysisOutput,
    AnalysisParameterError,
    OutputTable,
    parameter,
)
from taktloom.mining.explanation.root_causes import Outcome
from taktloom.model.places import Place

if TYPE_CHECKING:
    from taktloom.mining.statistics.arrays import LogArrays

LISTED = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class CausesParameters:
    """Which cases count as affected, and how sure to be."""

    outcome: Outcome = parameter("Which cases to explain: slow, failed or reworked.", default=Outcome.SLOW)
    slow_share: float = parameter("Slow: the slowest share of cases.", default=0.2, least=0.01, most=0.5)
    failure: str = parameter("Failed: the activity that means failure.", default="")
    level: float = parameter("Probability of telling a cause where there is none.", default=0.01, least=0.001, most=0.2)
    permutations: int = parameter("Random dealings of the outcome.", default=499, least=99, most=9_999)
    seed: int = parameter("Where chance begins.", default=1, least=0)


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
    from taktloom.mining.explanation.factors import find_factors
    from taktloom.mining.explanation.root_causes import Question, find_root_causes

    arrays = arrays_of(source)
    if parameters.outcome is Outcome.FAILED:
        require_known("failure", parameters.failure, arrays.activities)
    question = Question(
        outcome=parameters.outcome,
        slow_share=parameters.slow_share,
        failure=(parameters.failure,) if parameters.failure else (),
        level=parameters.level,
        permutations=parameters.permutations,
        seed=parameters.seed,
    )
    found = find_root_causes(
        arrays,
        find_factors(arrays, source.log.case_table()),
        question,
        report=lambda done, total: source.report("dealing the outcome at random", done, total),
    )
    columns = (
        "told", "kind", "name", "value", "cases with", "share with", "share without", "difference", "low", "high",
        "p of the family", "q",
    )  # fmt: skip
    rows = tuple(
        (
            each.is_told, each.factor.kind.value, each.factor.name, each.factor.value, each.cases_with,
            each.share_with, each.share_without, each.difference, each.interval.low, each.interval.high,
            each.p_family, each.q,
        )
        for each in found.causes[:LISTED]
    )  # fmt: skip
    return AnalysisOutput(data=found, tables=(OutputTable(title="Factors", columns=columns, rows=rows),), notes=_REACH)


_REACH = (
    "Association, not proof: a factor may go together with what really is the cause.",
    "Told: beyond chance although so many factors were tried (Westfall and Young, permutations).",
    "The column q is the false discovery rate (Benjamini and Hochberg).",
)

ANALYSES: tuple[Analysis[Any], ...] = (
    Analysis(
        name="causes",
        summary="What goes together with slow, failed or reworked cases, beyond chance.",
        example="receipt.csv --timezone Europe/Amsterdam --outcome slow",
        parameters=CausesParameters,
        run=_causes,
    ),
)
