# SPDX-License-Identifier: Apache-2.0
"""From the outputs of the matching rules to the answer of the table (DMN 1.5, 8.2.10).

Each policy takes the matching outputs in rule order (never empty) and gives the answer; null and a warning where the
policy is broken. Priorities: rank of each output component in its list of output values, leftmost column first.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from taktloom.feel.builtins import BUILT_INS
from taktloom.feel.errors import WarningKind
from taktloom.feel.kinds import FeelValue
from taktloom.feel.operators import equal
from taktloom.feel.runtime import Run, apply
from taktloom.model.decision import Aggregation, HitPolicy

__all__ = ["HIT_POLICIES", "LISTING_POLICIES", "Hit", "aggregate"]

LISTING_POLICIES = frozenset({HitPolicy.RULE_ORDER, HitPolicy.OUTPUT_ORDER, HitPolicy.COLLECT})


@dataclass(frozen=True, slots=True)
class Hit:
    """A matching rule: its index, its answer, and its rank by output values (smaller is better)."""

    rule: int
    answer: FeelValue
    rank: tuple[int, ...] = ()


def _unique(run: Run, hits: Sequence[Hit]) -> FeelValue:
    if len(hits) == 1:
        return hits[0].answer
    rules = ", ".join(str(hit.rule + 1) for hit in hits)
    run.warn(WarningKind.DECISION, f"The hit policy is UNIQUE, but the rules {rules} match.")
    return None


def _any(run: Run, hits: Sequence[Hit]) -> FeelValue:
    first = hits[0].answer
    if all((hit.answer is None and first is None) or equal(hit.answer, first, run.step) is True for hit in hits):
        return first
    run.warn(WarningKind.DECISION, "The hit policy is ANY, but the matching rules have different outputs.")
    return None


def _first(run: Run, hits: Sequence[Hit]) -> FeelValue:
    return hits[0].answer


def _priority(run: Run, hits: Sequence[Hit]) -> FeelValue:
    return min(hits, key=lambda hit: hit.rank).answer


def _rule_order(run: Run, hits: Sequence[Hit]) -> FeelValue:
    return [hit.answer for hit in hits]


def _output_order(run: Run, hits: Sequence[Hit]) -> FeelValue:
    return [hit.answer for hit in sorted(hits, key=lambda hit: hit.rank)]


HIT_POLICIES: dict[HitPolicy, Callable[[Run, Sequence[Hit]], FeelValue]] = {
    HitPolicy.UNIQUE: _unique,
    HitPolicy.ANY: _any,
    HitPolicy.PRIORITY: _priority,
    HitPolicy.FIRST: _first,
    HitPolicy.RULE_ORDER: _rule_order,
    HitPolicy.OUTPUT_ORDER: _output_order,
    HitPolicy.COLLECT: _rule_order,
}


def aggregate(run: Run, aggregation: Aggregation, answers: list[FeelValue]) -> FeelValue:
    """COLLECT with +, <, > or #."""
    if aggregation is Aggregation.COUNT:
        return Decimal(len(answers))
    return apply(run, BUILT_INS[aggregation.value.lower()], [answers])
