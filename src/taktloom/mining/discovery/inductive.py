# SPDX-License-Identifier: Apache-2.0
"""The inductive miner with infrequency filter (IMf) on variants.

Recursion on (sub)logs: base case; a cut of the whole directly-follows graph; a cut of the filtered one; a fall-through
that always makes progress. Cost grows with the number of variants, not of cases. Deterministic: activities are coded in
the order of their names and every choice is made in that order.
Source: Leemans, Fahland & van der Aalst, "Discovering Block-Structured Process Models from Event Logs", Petri Nets 2013
(IM, fall-throughs), and "... Containing Infrequent Behaviour", BPM Workshops 2013 (IMf).
"""

from collections import Counter
from collections.abc import Callable

from taktloom.mining.discovery.coding import VariantCounts, code_variants, require_share
from taktloom.mining.discovery.cuts import Cut, find_cut
from taktloom.mining.discovery.follows import CodedLog, FollowsGraph, follows_graph, without_infrequent
from taktloom.mining.discovery.process_tree import (
    SILENT,
    ActivityLeaf,
    Block,
    Operator,
    ProcessTree,
    exclusive,
    loop,
    parallel,
)
from taktloom.mining.discovery.splits import project, split_log
from taktloom.mining.discovery.tree_reduction import reduce_tree
from taktloom.mining.watching import heed, heeding, tell

DEFAULT_NOISE = 0.2


def discover_process_tree(variants: VariantCounts, *, noise: float = DEFAULT_NOISE) -> ProcessTree:
    """Discover a process tree; every activity of a kept event has exactly one leaf.

    noise: 0 keeps all behaviour (IM), 1 the strongest only. An empty log gives a silent leaf.
    Raises ThresholdOutOfRangeError and TooManyActivitiesError (more than 2,000 activities).
    """
    require_share("noise", noise)
    names, log = code_variants(variants)
    return reduce_tree(_Miner(names, noise).mine(log))


class _Miner:
    """One run: the names of the codes and the threshold."""

    def __init__(self, names: list[str], noise: float) -> None:
        self._names = names
        self._noise = noise
        self._placed = 0
        # The base cases filter at half the threshold of the graph: at 0.2, the paper's full one would take 2.3 events
        # per case for one, and make steps compulsory that nearly a fifth of the cases skip.
        self._least_share = noise / 2

    def mine(self, log: CodedLog) -> ProcessTree:
        cases, empty = sum(log.values()), log.get((), 0)
        if empty == cases:
            return SILENT
        if empty:
            rest = self.mine({trace: count for trace, count in log.items() if trace})
            return exclusive(rest, SILENT) if empty >= self._least_share * cases else rest
        graph = follows_graph(log)
        if len(graph.alphabet) == 1 and self._is_single(log, cases):
            return self._leaf(graph.alphabet[0])
        cut = find_cut(graph) or find_cut(without_infrequent(graph, self._noise))
        return self._mine_parts(log, cut) if cut else self._fall_through(log, graph)

    def _leaf(self, activity: int) -> ActivityLeaf:
        self._placed += 1
        tell("discovering", self._placed, len(self._names))
        return ActivityLeaf(self._names[activity])

    def _is_single(self, log: CodedLog, cases: int) -> bool:
        """About once per trace: cases ÷ (cases + events) is one half when exact, and off by little."""
        events = sum(len(trace) * count for trace, count in log.items())
        return abs(cases / (events + cases) - 0.5) <= self._least_share

    def _mine_parts(self, log: CodedLog, cut: Cut) -> ProcessTree:
        # an exclusive part may get no trace at all once its events are dropped as noise: it is no branch then
        children = [self.mine(sublog) for sublog in split_log(log, cut) if sublog]
        if cut.operator is Operator.LOOP:
            redo = children[1] if len(children) == 2 else exclusive(*children[1:])
            return loop(children[0], redo)
        return children[0] if len(children) == 1 else Block(cut.operator, tuple(children))

    def _fall_through(self, log: CodedLog, graph: FollowsGraph) -> ProcessTree:
        attempts: tuple[Callable[[CodedLog, FollowsGraph], ProcessTree | None], ...] = (
            self._once_per_trace,
            self._concurrent_activity,
            self._strict_silent_loop,
            self._silent_loop,
        )
        for attempt in attempts:
            tree = attempt(log, graph)
            if tree is not None:
                return tree
        leaves = tuple(self._leaf(activity) for activity in graph.alphabet)
        return loop(leaves[0] if len(leaves) == 1 else exclusive(*leaves), SILENT)

    def _once_per_trace(self, log: CodedLog, graph: FollowsGraph) -> ProcessTree | None:
        if len(graph.alphabet) < 2:
            return None
        for activity in graph.alphabet:
            if all(trace.count(activity) == 1 for trace in heeding(log)):
                rest = frozenset(graph.alphabet) - {activity}
                return parallel(self._leaf(activity), self.mine(project(log, rest)))
        return None

    def _concurrent_activity(self, log: CodedLog, graph: FollowsGraph) -> ProcessTree | None:
        if len(graph.alphabet) < 3:
            return None
        for activity in graph.alphabet:
            heed()
            rest = project(log, frozenset(graph.alphabet) - {activity})
            remaining = follows_graph(rest)
            if find_cut(remaining) or find_cut(without_infrequent(remaining, self._noise)):
                return parallel(self.mine(project(log, frozenset((activity,)))), self.mine(rest))
        return None

    def _strict_silent_loop(self, log: CodedLog, graph: FollowsGraph) -> ProcessTree | None:
        return self._cut_traces(log, lambda before, at: before in graph.ends and at in graph.starts)

    def _silent_loop(self, log: CodedLog, graph: FollowsGraph) -> ProcessTree | None:
        return self._cut_traces(log, lambda _, at: at in graph.starts)

    def _cut_traces(self, log: CodedLog, begins: Callable[[int, int], bool]) -> ProcessTree | None:
        pieces: Counter[tuple[int, ...]] = Counter()
        for trace, count in heeding(log.items()):
            first = 0
            for index in range(1, len(trace)):
                if begins(trace[index - 1], trace[index]):
                    pieces[trace[first:index]] += count
                    first = index
            pieces[trace[first:]] += count
        if sum(pieces.values()) == sum(log.values()):
            return None
        return loop(self.mine(pieces), SILENT)
