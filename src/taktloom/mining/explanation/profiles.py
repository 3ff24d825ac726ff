# SPDX-License-Identifier: Apache-2.0
"""Cases as profiles: their variant, their directly-follows edges with times, who did what, their begin and duration.

Columns needed: case, activity, resource, occurred_at (µs), started_at where known. Profiles of two logs can be joined:
names, not codes, are compared.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from taktloom.mining.statistics.arrays import MICROSECONDS_PER_SECOND, NOBODY, LogArrays
from taktloom.mining.statistics.durations import case_durations_us

Numbers = NDArray[np.float64]
Marks = NDArray[np.bool_]
Codes = NDArray[np.int64]
Edge = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CaseProfiles:
    """variants, edges, works: names by code; a work is an activity and the resource that did it. variant: code per
    case. Transitions, one per row: the case (index, ascending), the edge's code, its time and how long after the begin
    of the case it ended, in seconds. Rows of work with a known resource: the case (ascending), the work's code and how
    long after the begin. begins: µs per case."""

    variants: tuple[tuple[str, ...], ...]
    edges: tuple[Edge, ...]
    works: tuple[Edge, ...]
    variant: Codes
    durations_s: Numbers
    begins: Codes
    transition_case: Codes
    transition_edge: Codes
    transition_s: Numbers
    transition_after_s: Numbers
    work_case: Codes
    work: Codes
    work_after_s: Numbers

    @property
    def cases(self) -> int:
        """Number of cases."""
        return int(self.variant.size)

    @property
    def lengths(self) -> Codes:
        """Events per case."""
        counts: Codes = np.bincount(self.transition_case, minlength=self.cases) + 1
        return counts

    def only(self, cases: Codes) -> "CaseProfiles":
        """These cases (indexes, ascending); names keep their codes."""
        place = np.full(self.cases, -1, dtype=np.int64)
        place[cases] = np.arange(cases.size)
        kept = np.flatnonzero(place[self.transition_case] >= 0)
        done = np.flatnonzero(place[self.work_case] >= 0)
        return replace(
            self,
            variant=self.variant[cases],
            durations_s=self.durations_s[cases],
            begins=self.begins[cases],
            transition_case=place[self.transition_case[kept]],
            transition_edge=self.transition_edge[kept],
            transition_s=self.transition_s[kept],
            transition_after_s=self.transition_after_s[kept],
            work_case=place[self.work_case[done]],
            work=self.work[done],
            work_after_s=self.work_after_s[done],
        )

    def watched(self, horizon_s: float) -> "CaseProfiles":
        """Every case as it stood *horizon_s* seconds after its begin: the variant, transitions and work so far.

        Its duration is that to its last event so far: whether a later one comes is known of some cases only.
        """
        seen = np.flatnonzero(self.transition_after_s <= horizon_s)
        durations = np.zeros(self.cases)
        np.maximum.at(durations, self.transition_case[seen], self.transition_after_s[seen])
        done = np.flatnonzero(self.work_after_s <= horizon_s)
        lengths = np.bincount(self.transition_case[seen], minlength=self.cases) + 1
        numbers: dict[tuple[str, ...], int] = {}
        so_far = [
            numbers.setdefault(self.variants[code][:length], len(numbers))
            for code, length in zip(self.variant.tolist(), lengths.tolist(), strict=True)
        ]
        return replace(
            self,
            variants=tuple(numbers),
            variant=np.array(so_far, dtype=np.int64),
            durations_s=durations,
            transition_case=self.transition_case[seen],
            transition_edge=self.transition_edge[seen],
            transition_s=self.transition_s[seen],
            transition_after_s=self.transition_after_s[seen],
            work_case=self.work_case[done],
            work=self.work[done],
            work_after_s=self.work_after_s[done],
        )

    def joined(self, other: "CaseProfiles") -> "CaseProfiles":
        """These cases and then those of *other*."""
        variants = {name: code for code, name in enumerate(dict.fromkeys(self.variants + other.variants))}
        edges = {name: code for code, name in enumerate(dict.fromkeys(self.edges + other.edges))}
        works = {name: code for code, name in enumerate(dict.fromkeys(self.works + other.works))}
        return CaseProfiles(
            variants=tuple(variants),
            edges=tuple(edges),
            works=tuple(works),
            variant=np.concatenate(
                [each.recoded(each.variant, [variants[name] for name in each.variants]) for each in (self, other)]
            ),
            durations_s=np.concatenate([self.durations_s, other.durations_s]),
            begins=np.concatenate([self.begins, other.begins]),
            transition_case=np.concatenate([self.transition_case, other.transition_case + self.cases]),
            transition_edge=np.concatenate(
                [each.recoded(each.transition_edge, [edges[name] for name in each.edges]) for each in (self, other)]
            ),
            transition_s=np.concatenate([self.transition_s, other.transition_s]),
            transition_after_s=np.concatenate([self.transition_after_s, other.transition_after_s]),
            work_case=np.concatenate([self.work_case, other.work_case + self.cases]),
            work=np.concatenate(
                [each.recoded(each.work, [works[name] for name in each.works]) for each in (self, other)]
            ),
            work_after_s=np.concatenate([self.work_after_s, other.work_after_s]),
        )

    @staticmethod
    def recoded(codes: Codes, new: list[int]) -> Codes:
        """*codes* with each code replaced by that of *new*."""
        return np.array(new, dtype=np.int64)[codes] if codes.size else codes

    def variant_marks(self, most: int) -> tuple[list[tuple[str, ...]], Marks]:
        """The commonest variants, and per case x variant whether the case has it."""
        common = _commonest(self.variant, len(self.variants), most)
        return [self.variants[code] for code in common], self.variant[:, None] == np.array(common)[None, :]

    def edge_marks(self, most: int) -> tuple[list[tuple[str, ...]], Marks]:
        """The commonest edges, and per case x edge whether the case has it."""
        common = _commonest(self.transition_edge, len(self.edges), most)
        return [self.edges[code] for code in common], self._marks(self.transition_case, self.transition_edge, common)

    def work_marks(self, most: int) -> tuple[list[tuple[str, ...]], Marks]:
        """The commonest pairs of activity and resource, and per case x pair whether the case has it."""
        common = _commonest(self.work, len(self.works), most)
        return [self.works[code] for code in common], self._marks(self.work_case, self.work, common)

    def _marks(self, case: Codes, codes: Codes, common: list[int]) -> Marks:
        marks = np.zeros((self.cases, len(common)), dtype=np.bool_)
        for place, code in enumerate(common):
            marks[case[codes == code], place] = True
        return marks

    def edge_times(self, most: int) -> list[tuple[tuple[str, ...], Numbers]]:
        """For the commonest edges the mean time per case in seconds, NaN where a case does not have the edge."""
        found: list[tuple[tuple[str, ...], Numbers]] = []
        for code in _commonest(self.transition_edge, len(self.edges), most):
            rows = self.transition_edge == code
            counts = np.bincount(self.transition_case[rows], minlength=self.cases)
            sums = np.bincount(self.transition_case[rows], weights=self.transition_s[rows], minlength=self.cases)
            times = np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
            found.append((self.edges[code], times))
        return found


def _commonest(codes: Codes, names: int, most: int) -> list[int]:
    counts = np.bincount(codes, minlength=names)
    return [code for code in np.argsort(-counts, kind="stable")[:most].tolist() if counts[code]]


def profile_cases(log: LogArrays) -> CaseProfiles:
    """The profiles of the cases of *log*, in order of case code."""
    lengths = np.diff(np.append(log.starts, log.case.size))
    index = np.repeat(np.arange(log.starts.size), lengths)
    source, target = log.activity[log.follows - 1], log.activity[log.follows]
    pairs, edge = np.unique(source * len(log.activities) + target, return_inverse=True)
    numbers: dict[tuple[int, ...], int] = {}
    variant = np.empty(log.starts.size, dtype=np.int64)
    activity = log.activity.tolist()
    for case, (begin, length) in enumerate(zip(log.starts.tolist(), lengths.tolist(), strict=True)):
        sequence = tuple(activity[begin : begin + length])
        variant[case] = numbers.setdefault(sequence, len(numbers))
    names, width = log.activities, len(log.activities)
    after_s = (log.occurred_at - np.repeat(log.occurred_at[log.starts], lengths)) / MICROSECONDS_PER_SECOND
    done = np.flatnonzero(log.resource != NOBODY)
    pairs_done, work = np.unique(log.activity[done] * len(log.resources) + log.resource[done], return_inverse=True)
    return CaseProfiles(
        variants=tuple(tuple(names[code] for code in sequence) for sequence in numbers),
        edges=tuple((names[pair // width], names[pair % width]) for pair in pairs.tolist()),
        works=tuple(
            (names[pair // len(log.resources)], log.resources[pair % len(log.resources)])
            for pair in pairs_done.tolist()
        ),
        variant=variant,
        durations_s=case_durations_us(log) / MICROSECONDS_PER_SECOND,
        begins=log.occurred_at[log.starts],
        transition_case=index[log.follows],
        transition_edge=edge.astype(np.int64),
        transition_s=log.gap_us / MICROSECONDS_PER_SECOND,
        transition_after_s=after_s[log.follows],
        work_case=index[done],
        work=work.astype(np.int64),
        work_after_s=after_s[done],
    )
