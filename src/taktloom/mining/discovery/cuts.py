# SPDX-License-Identifier: Apache-2.0
"""The four cuts of the inductive miner on a directly-follows graph.

A cut is an operator with a partition of the alphabet. They are tried in the order exclusive, sequence, parallel, loop;
parts are ordered (sequence: by flow; loop: body first; else by smallest code), so the result does not depend on the
order of the log. Sets of activities are bit masks.
Source: Leemans, Fahland & van der Aalst, Petri Nets 2013, definitions of the four cuts; for grouping the optional
runs of a sequence: Leemans 2017, strict sequence cut (here as: single-entry single-exit runs that are skipped as a
whole).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from taktloom.mining.discovery.follows import FollowsGraph
from taktloom.mining.discovery.process_tree import Operator


@dataclass(frozen=True, slots=True)
class Cut:
    """parts: at least two disjoint non-empty sets that cover the alphabet."""

    operator: Operator
    parts: tuple[frozenset[int], ...]


def find_cut(graph: FollowsGraph) -> Cut | None:
    """The first cut that the graph allows, None when there is none."""
    if len(graph.alphabet) < 2:
        return None
    for find in (_exclusive_cut, _sequence_cut, _parallel_cut, _loop_cut):
        cut = find(graph)
        if cut is not None:
            return cut
    return None


class _Partition:
    """Disjoint sets with path halving; the smaller code is the root."""

    def __init__(self, members: Iterable[int]) -> None:
        self._parent = {member: member for member in members}

    def find(self, member: int) -> int:
        while self._parent[member] != member:
            self._parent[member] = self._parent[self._parent[member]]
            member = self._parent[member]
        return member

    def join(self, one: int, other: int) -> None:
        first, second = sorted((self.find(one), self.find(other)))
        self._parent[second] = first

    def parts(self) -> list[frozenset[int]]:
        groups: dict[int, set[int]] = {}
        for member in sorted(self._parent):
            groups.setdefault(self.find(member), set()).add(member)
        return [frozenset(group) for group in groups.values()]


def _exclusive_cut(graph: FollowsGraph) -> Cut | None:
    parts = _connected_parts(graph.alphabet, graph)
    return Cut(Operator.EXCLUSIVE, tuple(parts)) if len(parts) > 1 else None


def _connected_parts(members: Iterable[int], graph: FollowsGraph) -> list[frozenset[int]]:
    partition = _Partition(members)
    inside = set(partition._parent)
    for source, target in graph.edges:
        if source in inside and target in inside:
            partition.join(source, target)
    return partition.parts()


def _sequence_cut(graph: FollowsGraph) -> Cut | None:
    lead = _successors(graph)
    if _is_strongly_connected(graph.alphabet, lead):
        return None
    reach = _reachability(graph.alphabet, lead)
    back, everything = _transposed(reach), _mask(frozenset(graph.alphabet))
    unordered = {activity: everything & ~(reach[activity] ^ back[activity]) for activity in graph.alphabet}
    parts = _components(graph.alphabet, unordered)
    while True:
        merged = _merge_unordered(parts, reach)
        if len(merged) == len(parts):
            break
        parts = merged
    if len(parts) < 2:
        return None
    forward = {part: sum(1 for other in parts if other is not part and _reaches(part, other, reach)) for part in parts}
    parts.sort(key=lambda part: -forward[part])
    grouped = _group_skipped_runs(parts, graph)
    return Cut(Operator.SEQUENCE, tuple(grouped))


def _successors(graph: FollowsGraph) -> dict[int, int]:
    """Activity -> bit mask of the activities that an edge leads to."""
    lead = dict.fromkeys(graph.alphabet, 0)
    for source, target in graph.edges:
        lead[source] |= 1 << target
    return lead


def _members(mask: int) -> Iterator[int]:
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


def _transposed(lead: dict[int, int]) -> dict[int, int]:
    back = dict.fromkeys(lead, 0)
    for source, row in lead.items():
        bit = 1 << source
        for target in _members(row):
            back[target] |= bit
    return back


def _spread(first: int, lead: dict[int, int], within: int) -> int:
    """Mask of *first* and of all that rows lead to from it without leaving *within*."""
    found = fresh = 1 << first
    while fresh:
        row = 0
        for activity in _members(fresh):
            row |= lead[activity]
        fresh = row & within & ~found
        found |= fresh
    return found


def _components(alphabet: Iterable[int], related: dict[int, int]) -> list[frozenset[int]]:
    """The parts that a symmetric relation joins, ordered by their smallest code."""
    left, parts = _mask(frozenset(alphabet)), []
    while left:
        part = _spread((left & -left).bit_length() - 1, related, left)
        parts.append(frozenset(_members(part)))
        left &= ~part
    return parts


def _is_strongly_connected(alphabet: tuple[int, ...], lead: dict[int, int]) -> bool:
    everything = _mask(frozenset(alphabet))
    return (
        _spread(alphabet[0], lead, everything) == everything
        and _spread(alphabet[0], _transposed(lead), everything) == everything
    )


def _reachability(alphabet: tuple[int, ...], lead: dict[int, int]) -> dict[int, int]:
    """Activity -> bit mask of the activities that one or more edges lead to (Warshall on rows)."""
    reach = dict(lead)
    for middle in alphabet:
        bit, row = 1 << middle, reach[middle]
        for source in alphabet:
            if reach[source] & bit:
                reach[source] |= row
        # the row may have grown by itself only through the middle, which changes nothing
    return reach


def _mask(part: frozenset[int]) -> int:
    return sum(1 << activity for activity in part)


def _reaches(one: frozenset[int], other: frozenset[int], reach: dict[int, int]) -> bool:
    mask = _mask(other)
    return any(reach[activity] & mask for activity in one)


def _merge_unordered(parts: list[frozenset[int]], reach: dict[int, int]) -> list[frozenset[int]]:
    """Join parts that reach each other in both directions or in none."""
    partition = _Partition(range(len(parts)))
    masks = [_mask(part) for part in parts]
    rows = []
    for part in parts:
        row = 0
        for activity in part:
            row |= reach[activity]
        rows.append(row)
    for i in range(len(parts)):
        for j in range(i + 1, len(parts)):
            if bool(rows[i] & masks[j]) == bool(rows[j] & masks[i]):
                partition.join(i, j)
    return [frozenset().union(*(parts[index] for index in group)) for group in partition.parts()]


def _group_skipped_runs(parts: list[frozenset[int]], graph: FollowsGraph) -> list[frozenset[int]]:
    """Join runs of parts that are entered at the first, left at the last, and skipped as a whole."""
    rank = {activity: index for index, part in enumerate(parts) for activity in part}
    last = len(parts)
    hops = {(rank[a], rank[b]) for a, b in graph.edges if rank[a] != rank[b]}
    hops |= {(-1, rank[a]) for a in graph.starts} | {(rank[a], last) for a in graph.ends}
    grouped: list[frozenset[int]] = []
    position = 0
    while position < last:
        end = next((e for e in range(last - 1, position, -1) if _is_skipped_run(position, e, hops, last)), position)
        grouped.append(frozenset().union(*parts[position : end + 1]))
        position = end + 1
    return grouped


def _is_skipped_run(first: int, end: int, hops: set[tuple[int, int]], last: int) -> bool:
    if first == 0 and end == last - 1:
        return False
    skipped = False
    for source, target in hops:
        if source < first and target > end:
            skipped = True
        if source < first < target <= end or first <= source < end < target:
            return False
    return skipped


def _parallel_cut(graph: FollowsGraph) -> Cut | None:
    lead = _successors(graph)
    back = _transposed(lead)
    everything = _mask(frozenset(graph.alphabet))
    apart = {activity: everything & ~(lead[activity] & back[activity]) for activity in graph.alphabet}
    whole: list[frozenset[int]] = []
    lacking: list[frozenset[int]] = []
    for part in _components(graph.alphabet, apart):
        complete = not part.isdisjoint(graph.starts) and not part.isdisjoint(graph.ends)
        (whole if complete else lacking).append(part)
    if len(whole) < 2:
        return None
    whole[0] = whole[0].union(*lacking)
    return Cut(Operator.PARALLEL, tuple(whole))


def _loop_cut(graph: FollowsGraph) -> Cut | None:
    body = set(graph.starts) | set(graph.ends)
    parts = _connected_parts([a for a in graph.alphabet if a not in body], graph)
    redo = [part for part in parts if _is_redo(part, body, graph)]
    if not redo:
        return None
    redone: frozenset[int] = frozenset().union(*redo)
    return Cut(Operator.LOOP, (frozenset(graph.alphabet) - redone, *redo))


def _is_redo(part: frozenset[int], body: set[int], graph: FollowsGraph) -> bool:
    """A redo part is entered only from ends, from all of them, and left only to starts, to all of them."""
    for source, target in graph.edges:
        enters, leaves = source in body and target in part, source in part and target in body
        if enters and (source not in graph.ends or any((end, target) not in graph.edges for end in graph.ends)):
            return False
        if leaves and (target not in graph.starts or any((source, s) not in graph.edges for s in graph.starts)):
            return False
    return True
