# SPDX-License-Identifier: Apache-2.0
"""Log skeletons: six relations that hold in (nearly) all cases, and the cases that break them.

Equivalence: equally often in each case. Always-after, always-before: if the first occurs, the second does later or
earlier. Never-together. Directly-follows: seen. Frequencies: how often an activity occurs in a case. noise: share of
cases that may break a relation that is still told.
Source: Verbeek & Medeiros de Carvalho, "Log skeletons: a classification approach to process discovery", 2018.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from taktloom.mining.conformance.relations import Flags, TraceRelations, code_traces, relate, require_few
from taktloom.mining.watching import telling

MAX_SKELETON_ACTIVITIES = 1_000

Pairs = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSkeleton:
    """Pairs of activities per relation; frequencies: allowed counts per activity."""

    equivalence: Pairs
    always_after: Pairs
    always_before: Pairs
    never_together: Pairs
    directly_follows: Pairs
    frequencies: Mapping[str, frozenset[int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SkeletonConformance:
    """fitting_cases break nothing. broken: relation and pair (or activity) -> cases, most cases first."""

    cases: int
    fitting_cases: int
    broken: tuple[tuple[str, str, str, int], ...]


def discover_skeleton(variants: Mapping[tuple[str, ...], int], *, noise: float = 0.0) -> LogSkeleton:
    """The skeleton of the log; noise in 0..1. Raises TooManyPairsError above 1,000 activities."""
    names, traces = code_traces(variants)
    require_few(len(names), MAX_SKELETON_ACTIVITIES)
    size, total = len(names), sum(cases for _, cases in traces)
    broken = {name: np.zeros((size, size), dtype=np.int64) for name in _RELATIONS}
    seen = np.zeros((size, size), dtype=np.int64)
    counts: list[Counter[int]] = [Counter() for _ in names]
    for trace, cases in telling(traces, "checking"):
        relations = relate(trace, size)
        seen += cases * (relations.follows > 0)
        for name, violated in _RELATIONS.items():
            broken[name] += cases * violated(relations)
        for at, count in enumerate(relations.count.tolist()):
            counts[at][count] += cases
    allowed = noise * total
    found = {
        name: frozenset((names[a], names[b]) for a, b in np.argwhere(rows <= allowed).tolist() if a != b)
        for name, rows in broken.items()
    }
    return LogSkeleton(
        **found,
        directly_follows=frozenset((names[a], names[b]) for a, b in np.argwhere(seen > allowed).tolist()),
        frequencies={name: _usual(counts[at], allowed) for at, name in enumerate(names)},
    )


def check_skeleton(skeleton: LogSkeleton, variants: Mapping[tuple[str, ...], int]) -> SkeletonConformance:
    """Which cases break which relations. An activity that the skeleton does not know breaks its frequency."""
    names, traces = code_traces(variants, names=list(skeleton.frequencies))
    code = {name: at for at, name in enumerate(names)}
    pairs = {name: [(code[a], code[b]) for a, b in sorted(getattr(skeleton, name))] for name in _RELATIONS}
    follows = {(code[a], code[b]) for a, b in skeleton.directly_follows}
    broken: Counter[tuple[str, str, str]] = Counter()
    fitting = 0
    for trace, cases in telling(traces, "checking"):
        relations = relate(trace, len(names))
        faults = set[tuple[str, str, str]]()
        for name, wanted in pairs.items():
            violated = _RELATIONS[name](relations)
            faults |= {(name, names[a], names[b]) for a, b in wanted if violated[a, b]}
        steps = set(pairwise(trace)) - follows
        faults |= {("directly_follows", names[a], names[b]) for a, b in steps}
        for at, count in enumerate(relations.count.tolist()):
            if count not in skeleton.frequencies.get(names[at], frozenset({0})):
                faults.add(("frequencies", names[at], ""))
        fitting += 0 if faults else cases
        for fault in faults:
            broken[fault] += cases
    rows = sorted(broken.items(), key=lambda item: (-item[1], item[0]))
    return SkeletonConformance(
        cases=sum(cases for _, cases in traces),
        fitting_cases=fitting,
        broken=tuple((*fault, cases) for fault, cases in rows),
    )


def _unequal(trace: TraceRelations) -> Flags:
    return np.not_equal(trace.count[:, None], trace.count[None, :])


def _not_after(trace: TraceRelations) -> Flags:
    return trace.occurs[:, None] & ~(trace.last[None, :] > trace.last[:, None])


def _not_before(trace: TraceRelations) -> Flags:
    before = trace.occurs[None, :] & (trace.first[None, :] < trace.first[:, None])
    return trace.occurs[:, None] & ~before


def _together(trace: TraceRelations) -> Flags:
    return trace.occurs[:, None] & trace.occurs[None, :]


_RELATIONS = {
    "equivalence": _unequal,
    "always_after": _not_after,
    "always_before": _not_before,
    "never_together": _together,
}


def _usual(counts: Counter[int], allowed: float) -> frozenset[int]:
    """The most frequent counts that cover all but *allowed* cases."""
    rest, usual = sum(counts.values()), set[int]()
    for count, cases in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        if usual and rest <= allowed:
            break
        usual.add(count)
        rest -= cases
    return frozenset(usual)
