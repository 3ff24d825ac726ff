# SPDX-License-Identifier: Apache-2.0
"""Declare: constraints that hold in most cases, and the cases that break given ones.

Support: share of all cases in which the constraint is activated and holds. Confidence: share of the activated cases in
which it holds. Of constraints that imply each other only the strongest is kept.
Sources: Pesic & van der Aalst, BPM Workshops 2006 (templates); Di Ciccio & Mecella, ACM TMIS 5, 2015 (support,
confidence and the hierarchy of templates).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from taktloom.mining.conformance.relations import Flags, Relation, TraceRelations, code_traces, relate, require_few
from taktloom.mining.watching import telling

MAX_DECLARE_ACTIVITIES = 300
VARIANTS_LISTED = 20


class Unary(StrEnum):
    """Templates on one activity."""

    EXISTENCE = "existence"
    ABSENCE_OF_TWO = "absence-of-two"
    EXACTLY_ONE = "exactly-one"
    INIT = "init"
    END = "end"


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraint:
    """A template over one or two activities; second "" for one."""

    template: Unary | Relation
    first: str
    second: str = ""

    @property
    def text(self) -> str:
        """`response(register, pay)`."""
        return f"{self.template}({', '.join(name for name in (self.first, self.second) if name)})"


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredConstraint:
    """A constraint with its cases: activated, and of those satisfied; support and confidence in 0..1."""

    constraint: Constraint
    activated_cases: int
    satisfied_cases: int
    support: float
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenConstraint:
    """The cases that break a constraint, with the variants that do, most frequent first."""

    constraint: Constraint
    cases: int
    variants: tuple[tuple[str, ...], ...]


# stronger -> weaker, as the templates imply each other
_IMPLIES: Mapping[Unary | Relation, tuple[Unary | Relation, ...]] = {
    Unary.EXACTLY_ONE: (Unary.EXISTENCE, Unary.ABSENCE_OF_TWO),
    Unary.INIT: (Unary.EXISTENCE,),
    Unary.END: (Unary.EXISTENCE,),
    Relation.CHAIN_SUCCESSION: (Relation.CHAIN_RESPONSE, Relation.CHAIN_PRECEDENCE, Relation.ALTERNATE_SUCCESSION),
    Relation.CHAIN_RESPONSE: (Relation.ALTERNATE_RESPONSE,),
    Relation.CHAIN_PRECEDENCE: (Relation.ALTERNATE_PRECEDENCE,),
    Relation.ALTERNATE_SUCCESSION: (Relation.ALTERNATE_RESPONSE, Relation.ALTERNATE_PRECEDENCE, Relation.SUCCESSION),
    Relation.ALTERNATE_RESPONSE: (Relation.RESPONSE,),
    Relation.ALTERNATE_PRECEDENCE: (Relation.PRECEDENCE,),
    Relation.SUCCESSION: (Relation.RESPONSE, Relation.PRECEDENCE, Relation.CO_EXISTENCE),
    Relation.RESPONSE: (Relation.RESPONDED_EXISTENCE,),
    Relation.CO_EXISTENCE: (Relation.RESPONDED_EXISTENCE,),
    Relation.NOT_CO_EXISTENCE: (Relation.NOT_SUCCESSION,),
    Relation.NOT_SUCCESSION: (Relation.NOT_CHAIN_SUCCESSION,),
}
# likewise, of the same activities the other way round: precedence(a, b) is responded-existence(b, a) and more
_IMPLIES_TURNED: Mapping[Unary | Relation, Relation] = {
    Relation.PRECEDENCE: Relation.RESPONDED_EXISTENCE,
    Relation.CO_EXISTENCE: Relation.RESPONDED_EXISTENCE,
    Relation.NOT_CO_EXISTENCE: Relation.NOT_SUCCESSION,
}
_SYMMETRIC = frozenset({Relation.CO_EXISTENCE, Relation.NOT_CO_EXISTENCE})


def discover_constraints(
    variants: Mapping[tuple[str, ...], int], *, support: float = 0.1, confidence: float = 1.0
) -> tuple[MeasuredConstraint, ...]:
    """Every constraint with at least that support and confidence that no kept one implies; most supported first.

    Negative templates are told for activities that both occur often enough. Raises TooManyPairsError above 300.
    """
    names, traces = code_traces(variants)
    require_few(len(names), MAX_DECLARE_ACTIVITIES)
    total = sum(cases for _, cases in traces)
    counts = _Counts(len(names))
    for trace, cases in telling(traces, "checking"):
        counts.add(relate(trace, len(names)), trace, cases)
    measured = counts.measured(names, total)
    kept = _strongest([each for each in measured if each.support >= support and each.confidence >= confidence])
    return tuple(sorted(kept, key=lambda each: (-each.support, -each.confidence, each.constraint.text)))


def check_constraints(
    variants: Mapping[tuple[str, ...], int], constraints: Iterable[Constraint]
) -> tuple[BrokenConstraint, ...]:
    """Per constraint the cases that break it. An activity that the log does not know never occurs."""
    wanted = tuple(constraints)
    names, traces = code_traces(variants, names=[name for each in wanted for name in (each.first, each.second) if name])
    require_few(len(names), MAX_DECLARE_ACTIVITIES)
    code = {name: number for number, name in enumerate(names)}
    broken: list[list[tuple[int, list[int]]]] = [[] for _ in wanted]
    for trace, cases in telling(traces, "checking"):
        relations = relate(trace, len(names))
        for number, constraint in enumerate(wanted):
            if not _holds(constraint, relations, trace, code):
                broken[number].append((cases, trace))
    return tuple(
        BrokenConstraint(
            constraint=constraint,
            cases=sum(cases for cases, _ in rows),
            variants=tuple(
                tuple(names[at] for at in trace)
                for _, trace in sorted(rows, key=lambda row: (-row[0], row[1]))[:VARIANTS_LISTED]
            ),
        )
        for constraint, rows in zip(wanted, broken, strict=True)
    )


def _holds(constraint: Constraint, relations: TraceRelations, trace: list[int], code: Mapping[str, int]) -> bool:
    first = code[constraint.first]
    if isinstance(constraint.template, Relation):
        return bool(relations.holds(constraint.template)[first, code[constraint.second]])
    return bool(_unary(constraint.template, relations, trace)[first])


def _unary(template: Unary, relations: TraceRelations, trace: list[int]) -> Flags:
    count = relations.count
    if template is Unary.EXISTENCE:
        return np.greater_equal(count, 1)
    if template is Unary.ABSENCE_OF_TWO:
        return np.less_equal(count, 1)
    if template is Unary.EXACTLY_ONE:
        return np.equal(count, 1)
    holds = np.zeros(count.size, dtype=bool)
    if trace:
        holds[trace[0 if template is Unary.INIT else -1]] = True
    return holds


class _Counts:
    """Activated and satisfied cases per template and activity or pair."""

    def __init__(self, activities: int) -> None:
        shape = (activities, activities)
        self._occurring = np.zeros(activities, dtype=np.int64)
        self._unary = {template: np.zeros(activities, dtype=np.int64) for template in Unary}
        self._activated = {relation: np.zeros(shape, dtype=np.int64) for relation in Relation}
        self._satisfied = {relation: np.zeros(shape, dtype=np.int64) for relation in Relation}

    def add(self, relations: TraceRelations, trace: list[int], cases: int) -> None:
        self._occurring += cases * relations.occurs
        for template in Unary:
            self._unary[template] += cases * _unary(template, relations, trace)
        for relation in Relation:
            activated = relations.activated(relation)
            self._activated[relation] += cases * activated
            self._satisfied[relation] += cases * (activated & relations.holds(relation))

    def measured(self, names: list[str], total: int) -> Iterable[MeasuredConstraint]:
        for template, satisfied in self._unary.items():
            for at, name in enumerate(names):
                yield _measured(Constraint(template=template, first=name), total, int(satisfied[at]), total)
        for relation in Relation:
            for a, b in np.argwhere(self._satisfied[relation] > 0).tolist():
                if a == b or (relation in _SYMMETRIC and a > b):
                    continue
                constraint = Constraint(template=relation, first=names[a], second=names[b])
                held = int(self._satisfied[relation][a, b])
                yield _measured(constraint, int(self._activated[relation][a, b]), held, total)


def _measured(constraint: Constraint, activated: int, satisfied: int, total: int) -> MeasuredConstraint:
    return MeasuredConstraint(
        constraint=constraint,
        activated_cases=activated,
        satisfied_cases=satisfied,
        support=satisfied / total if total else 0.0,
        confidence=satisfied / activated if activated else 0.0,
    )


def _strongest(found: list[MeasuredConstraint]) -> list[MeasuredConstraint]:
    """Leave out what a kept constraint on the same activities implies, step by step down the hierarchy."""
    implied: set[tuple[Unary | Relation, str, str]] = set()
    for each in found:
        queue = [(each.constraint.template, each.constraint.first, each.constraint.second)]
        for stronger in queue:
            weaker = [one for one in _directly_implied(*stronger) if one not in implied]
            implied.update(weaker)
            queue += weaker
    return [
        each
        for each in found
        if (each.constraint.template, each.constraint.first, each.constraint.second) not in implied
    ]


def _directly_implied(
    template: Unary | Relation, first: str, second: str
) -> Iterator[tuple[Unary | Relation, str, str]]:
    for weaker in _IMPLIES.get(template, ()):
        yield weaker, first, second
        if weaker in _SYMMETRIC:
            yield weaker, second, first
    if template in _IMPLIES_TURNED:
        yield _IMPLIES_TURNED[template], second, first
