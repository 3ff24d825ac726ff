# SPDX-License-Identifier: Apache-2.0
"""Root causes: which factors go together with slow, failed or reworked cases. Association, never proof of a cause.

Each factor splits the cases in two; the share of affected cases in both is compared. As many factors are tried, the
probability is that of the whole family: how often the greatest difference of all factors is as great when the outcome
is dealt to the cases at random (Westfall & Young 1993). Factors that define the outcome are left out: the activity that
means failure, and repetitions and numbers of events where rework is asked for. Of a case that is still open only the
time so far is known: it is slow once that is too long already, and left out before.
Sources: those of `evidence.multiplicity` and `evidence.proportions`; z with the permutation variance of a 2x2 table.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from taktloom.evidence.multiplicity import benjamini_hochberg, family_wise, two_sided_normal
from taktloom.evidence.proportions import difference_interval
from taktloom.evidence.resampling import Interval
from taktloom.mining.explanation.errors import TooFewCasesError
from taktloom.mining.explanation.factors import LEAST_CASES, Factor, FactorKind, FactorTable
from taktloom.mining.explanation.outcomes import Outcome
from taktloom.mining.performance.times import open_case_mask
from taktloom.mining.statistics.arrays import LogArrays
from taktloom.mining.statistics.durations import case_durations_us

DEFAULT_PERMUTATIONS = 499
DEFAULT_LEVEL = 0.01
BLOCK = 50
MOST_CASES = 200_000

Marks = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Which cases count as affected.

    slow_share: the share of ended cases that count as slow, 0..1. ending: activities that end a case, None: all have
    ended. failure: activities that mean failure. level: the probability that anything at all is told where nothing
    holds.
    """

    outcome: Outcome
    slow_share: float = 0.2
    ending: tuple[str, ...] | None = None
    failure: tuple[str, ...] = ()
    level: float = DEFAULT_LEVEL
    permutations: int = DEFAULT_PERMUTATIONS
    seed: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """A factor and how often cases with and without it are affected.

    difference: share_with - share_without, with interval (not adjusted for the number of factors). ratio: None where
    no case without the factor is affected. p_family: adjusted for all factors; q: false discovery rate.
    """

    factor: Factor
    cases_with: int
    share_with: float
    share_without: float
    difference: float
    interval: Interval
    ratio: float | None
    z: float
    p_family: float
    q: float
    is_told: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RootCauses:
    """Strongest first. cases: looked at; of more than 200,000 a seeded sample. affected: of them. undecided: left out,
    for they are open and may still become slow."""

    outcome: Outcome
    cases: int
    undecided: int
    affected: int
    factors: int
    level: float
    permutations: int
    seed: int
    causes: tuple[Cause, ...]

    @property
    def told(self) -> tuple[Cause, ...]:
        """The causes that are beyond chance at the level."""
        return tuple(each for each in self.causes if each.is_told)


def find_root_causes(
    log: LogArrays, table: FactorTable, question: Question, *, report: Callable[[int, int], None] | None = None
) -> RootCauses:
    """The factors of *table* ranked by how far the shares of affected cases are apart.

    report: hears how many permutations of how many are done. Raises TooFewCasesError when fewer than ten cases are
    affected, or fewer than ten are not.
    """
    affected, undecided = affected_cases(log, question), undecided_cases(log, question)
    table = table.without(_DEFINING[question.outcome], frozenset(question.failure))
    sample = _sample(np.flatnonzero(~undecided), question.seed)
    found = compare_shares(table.factors, table.marks[sample], affected[sample], question, report)
    return replace(found, undecided=int(undecided.sum()))


_DEFINING = {
    Outcome.SLOW: frozenset[FactorKind](),
    Outcome.FAILED: frozenset[FactorKind](),
    Outcome.REWORKED: frozenset({FactorKind.REPEATED_ACTIVITY, FactorKind.EVENT_COUNT}),
}


def affected_cases(log: LogArrays, question: Question) -> Marks:
    """Per case whether it is slow, failed or reworked (some activity more than once)."""
    if question.outcome is Outcome.SLOW:
        is_open, longest = open_case_mask(log, question.ending), _longest_us(log, question)
        slow: Marks = np.where(is_open, _so_far_us(log), case_durations_us(log)) > longest
        return slow
    index = np.repeat(np.arange(log.starts.size), np.diff(np.append(log.starts, log.case.size)))
    if question.outcome is Outcome.FAILED:
        means_failure = np.array([name in question.failure for name in log.activities], dtype=np.bool_)
        failed: Marks = np.bincount(index[means_failure[log.activity]], minlength=log.starts.size) > 0
        return failed
    pairs, counts = np.unique(index * len(log.activities) + log.activity, return_counts=True)
    repeated = pairs[counts > 1] // len(log.activities)
    reworked: Marks = np.bincount(repeated, minlength=log.starts.size) > 0
    return reworked


def undecided_cases(log: LogArrays, question: Question) -> Marks:
    """Per case whether it is open and may still become slow."""
    if question.outcome is not Outcome.SLOW:
        return np.zeros(log.starts.size, dtype=np.bool_)
    undecided: Marks = open_case_mask(log, question.ending) & (_so_far_us(log) <= _longest_us(log, question))
    return undecided


def _longest_us(log: LogArrays, question: Question) -> float:
    """How long the cases take that are not slow; told by those that have ended."""
    ended = case_durations_us(log)[~open_case_mask(log, question.ending)]
    if ended.size < LEAST_CASES:
        raise TooFewCasesError(ended.size, LEAST_CASES)
    return float(np.quantile(ended, 1 - question.slow_share))


def _so_far_us(log: LogArrays) -> NDArray[np.int64]:
    """From each case's begin to the last event of the log."""
    so_far: NDArray[np.int64] = case_durations_us(log) + int(log.occurred_at.max()) - log.occurred_at[log.ends]
    return so_far


def _sample(cases: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    if cases.size <= MOST_CASES:
        return cases
    return np.sort(np.random.default_rng(seed).choice(cases, MOST_CASES, replace=False))


def compare_shares(
    factors: tuple[Factor, ...],
    marks: Marks,
    affected: Marks,
    question: Question,
    report: Callable[[int, int], None] | None = None,
) -> RootCauses:
    """The comparison itself; *marks*: cases x factors, *affected*: per case. Raises TooFewCasesError."""
    cases, hit = affected.size, int(affected.sum())
    if min(hit, cases - hit) < LEAST_CASES:
        raise TooFewCasesError(min(hit, cases - hit), LEAST_CASES)
    marked = marks.sum(axis=0)
    tells: Marks = np.asarray((marked > 0) & (marked < cases), dtype=np.bool_)
    factors, marks = tuple(each for each, kept in zip(factors, tells.tolist(), strict=True) if kept), marks[:, tells]
    having = marks.sum(axis=0).astype(np.int64)
    both = (marks & affected[:, None]).sum(axis=0).astype(np.int64)
    expected, deviation = having * hit / cases, _deviation(having, hit, cases)
    z = (both - expected) / deviation
    maxima = _permuted_maxima(marks, affected, question, report)
    p_family = family_wise(np.abs(z), maxima)
    q = benjamini_hochberg(two_sided_normal(z))
    causes = []
    for i, factor in enumerate(factors):
        counts = (int(both[i]), int(having[i]), hit, cases)
        causes.append(_cause(factor, counts, float(z[i]), (float(p_family[i]), float(q[i])), question.level))
    causes.sort(key=lambda each: (-round(abs(each.z), 9), each.z < 0, each.factor.kind, each.factor.name))
    return RootCauses(
        outcome=question.outcome,
        cases=cases,
        undecided=0,
        affected=hit,
        factors=len(factors),
        level=question.level,
        permutations=question.permutations,
        seed=question.seed,
        causes=tuple(causes),
    )


def _deviation(having: NDArray[np.int64], hit: int, cases: int) -> NDArray[np.float64]:
    """Standard deviation of the affected cases with the factor when the outcome is dealt at random."""
    spread = having * (cases - having) * (hit * (cases - hit) / (cases * cases * max(cases - 1.0, 1.0)))
    deviation: NDArray[np.float64] = np.sqrt(np.maximum(spread, 1e-12))
    return deviation


def _permuted_maxima(
    marks: Marks, affected: Marks, question: Question, report: Callable[[int, int], None] | None
) -> NDArray[np.float64]:
    """The greatest |z| of all factors, per random dealing of the outcome."""
    generator = np.random.default_rng(question.seed)
    having, hit, cases = marks.sum(axis=0), int(affected.sum()), affected.size
    if not having.size:
        return np.zeros(question.permutations)
    expected, deviation = having * hit / cases, _deviation(having, hit, cases)
    columns, outcome = marks.T.astype(np.float32), affected.astype(np.float32)
    maxima: list[NDArray[np.float64]] = []
    for done in range(0, question.permutations, BLOCK):
        if report is not None:
            report(done, question.permutations)
        dealt = np.tile(outcome, (min(BLOCK, question.permutations - done), 1))
        counts = columns @ generator.permuted(dealt, axis=1).T
        maxima.append(np.abs((counts - expected[:, None]) / deviation[:, None]).max(axis=0))
    return np.concatenate(maxima)


def _cause(
    factor: Factor, counts: tuple[int, int, int, int], z: float, probabilities: tuple[float, float], level: float
) -> Cause:
    both, having, hit, cases = counts
    lacking = cases - having
    share_with, share_without = both / having, (hit - both) / lacking
    return Cause(
        factor=factor,
        cases_with=having,
        share_with=share_with,
        share_without=share_without,
        difference=share_with - share_without,
        interval=difference_interval((both, having), (hit - both, lacking)),
        ratio=share_with / share_without if share_without else None,
        z=z,
        p_family=probabilities[0],
        q=probabilities[1],
        is_told=probabilities[0] <= level,
    )
