# SPDX-License-Identifier: Apache-2.0
"""Privacy: what can be shown of a log without showing a person."""

from dataclasses import dataclass
from typing import Any

from taktloom.app.analyses.explanation import arrays_of
from taktloom.app.analyses.records import Analysis, AnalysisInput, AnalysisOutput, OutputTable, parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateMapParameters:
    """How private, and how much one case may give."""

    epsilon: float = parameter("Privacy budget; less is more private.", default=1.0, least=0.01, most=10)
    contribution: int = parameter("Transitions that one case may give.", default=10, least=1, most=1_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateVariantsParameters:
    """How many cases a variant must have."""

    k: int = parameter("Least number of cases of a variant.", default=5, least=2, most=1_000_000)


def _private_map(source: AnalysisInput, parameters: PrivateMapParameters) -> AnalysisOutput:
    from taktloom.mining.privacy.noisy_graph import private_graph

    found = private_graph(arrays_of(source), epsilon=parameters.epsilon, contribution=parameters.contribution)
    rows = tuple((each.source, each.target, each.frequency) for each in found.flows)
    flows = OutputTable(title="Flows", columns=("source", "target", "noisy frequency"), rows=rows)
    loss = OutputTable(
        title="Loss",
        columns=("epsilon", "transitions per case", "expected error"),
        rows=((found.epsilon, found.contribution, found.expected_error),),
    )
    return AnalysisOutput(data=found, tables=(flows, loss), notes=_MAP_REACH)


def _private_variants(source: AnalysisInput, parameters: PrivateVariantsParameters) -> AnalysisOutput:
    from taktloom.mining.privacy.anonymous_variants import anonymise_variants

    whole = None
    if source.whole is not None:
        whole = {each.activities: each.cases for each in source.whole.variants().variants}
    found = anonymise_variants(source.variants, k=parameters.k, whole=whole)
    rows = tuple((cases, " > ".join(activities)) for activities, cases in found.variants.items())
    loss = (found.cases, found.generalised_cases, found.suppressed_cases)
    data = {
        "variants": [{"activities": list(activities), "cases": cases} for activities, cases in found.variants.items()],
        "k": found.k,
        "cases": found.cases,
        "generalised_cases": found.generalised_cases,
        "suppressed_cases": found.suppressed_cases,
    }
    tables = (
        OutputTable(title="Variants", columns=("cases", "variant"), rows=rows),
        OutputTable(title="Loss", columns=("cases", "generalised", "suppressed"), rows=(loss,)),
    )
    notes = (*_VARIANTS_REACH, *(_FEWER_THAN_K if found.is_silent else ()), *(_PART if source.whole else ()))
    return AnalysisOutput(data=data, tables=tables, notes=notes)


_FEWER_THAN_K = ("A number that would tell of fewer than k cases is left empty.",)
_PART = ("Of a part of a log a variant is told where k of its cases or more lie outside the part, too.",)
_VARIANTS_REACH = (
    "Hidden is which of k cases somebody's is; not what all published variants with a known part have in common.",
    "Publish one answer: maps, resources, exports, and answers on two parts or states of a log tell of single cases.",
)

_MAP_REACH = (
    "Differential privacy for cases; the names of the activities count as public.",
    "Every new run spends the budget again, also on another part of the log.",
)

ANALYSES: tuple[Analysis[Any], ...] = (
    Analysis(
        name="private-map",
        summary="A directly-follows graph with differential privacy for cases, and its loss.",
        example="receipt.csv --timezone Europe/Amsterdam --epsilon 1",
        parameters=PrivateMapParameters,
        run=_private_map,
    ),
    Analysis(
        name="private-variants",
        summary="Variants that at least k cases share, and what was lost.",
        example="receipt.csv --timezone Europe/Amsterdam --k 10",
        parameters=PrivateVariantsParameters,
        run=_private_variants,
    ),
)
