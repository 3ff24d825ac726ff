# SPDX-License-Identifier: Apache-2.0
"""Cases as profiles: their variant, their directly-follows edges with times, their begin and duration.

Columns needed: case, activity, occurred_at (µs), started_at where known. Profiles of two logs can be joined: names,
not codes, are compared.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from taktloom.mining.statistics.arrays import MICROSECONDS_PER_SECOND, LogArrays
from taktloom.mining.statistics.durations import case_durations_us

Numbers = NDArray[np.float64]
Marks = NDArray[np.bool_]
Codes = NDArray[np.int64]
Edge = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CaseProfiles:
    """variants, edges: names by code. variant: code per case. Transitions, one per row: the case (index, ascending),
    the edge's code and its time in seconds. begins: µs per case."""

    variants: tuple[tuple[str, ...], ...]
    edges: tuple[Edge, ...]
    variant: Codes
    durations_s: Numbers
    begins: Codes
    transition_case: Codes
    transition_edge: Codes
    transition_s: Numbers

    @property
    def cases(self) -> int:
        """Number of cases."""
        return int(self.variant.size)

    def only(self, cases: Codes) -> "CaseProfiles":
        """These cases (indexes, ascending); names keep their codes."""
        place = np.full(self.cases, -1, dtype=np.int64)
        place[cases] = np.arange(cases.size)
        kept = np.flatnonzero(place[self.transition_case] >= 0)
        return CaseProfiles(
            variants=self.variants,
            edges=self.edges,
            variant=self.variant[cases],
            durations_s=self.durations_s[cases],
            begins=self.begins[cases],
            transition_case=place[self.transition_case[kept]],
            transition_edge=self.transition_edge[kept],
            transition_s=self.transition_s[kept],
        )

    def joined(self, other: "CaseProfiles") -> "CaseProfiles":
        """These cases and then those of *other*."""
        variants = {name: code for code, name in enumerate(dict.fromkeys(self.variants + other.variants))}
        edges = {name: code for code, name in enumerate(dict.fromkeys(self.edges + other.edges))}
        return CaseProfiles(
            variants=tuple(variants),
            edges=tuple(edges),
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
        marks = np.zeros((self.cases, len(common)), dtype=np.bool_)
        for place, code in enumerate(common):
            marks[self.transition_case[self.transition_edge == code], place] = True
        return [self.edges[code] for code in common], marks

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
    return CaseProfiles(
        variants=tuple(tuple(names[code] for code in sequence) for sequence in numbers),
        edges=tuple((names[pair // width], names[pair % width]) for pair in pairs.tolist()),
        variant=variant,
        durations_s=case_durations_us(log) / MICROSECONDS_PER_SECOND,
        begins=log.occurred_at[log.starts],
        transition_case=index[log.follows],
        transition_edge=edge.astype(np.int64),
        transition_s=log.gap_us / MICROSECONDS_PER_SECOND,
    )
