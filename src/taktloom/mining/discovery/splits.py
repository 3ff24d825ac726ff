# SPDX-License-Identifier: Apache-2.0
"""Splitting a log along a cut; events that do not fit the cut are dropped, as few as possible.

Exclusive: a trace belongs to the part with most of its events. Sequence: the split points that drop the fewest events
(exact, by dynamic programming; ties to the earliest part). Parallel: projection. Loop: runs of events of one part; the
body gets an empty trace wherever two redo runs meet or a trace begins or ends with one.
Source: Leemans, Fahland & van der Aalst, BPM Workshops 2013, section 3.3 (filtering log splitting).
"""

from collections import Counter
from collections.abc import Iterator

from taktloom.mining.discovery.cuts import Cut
from taktloom.mining.discovery.follows import CodedLog
from taktloom.mining.discovery.process_tree import Operator
from taktloom.mining.watching import heeding


def split_log(log: CodedLog, cut: Cut) -> list[CodedLog]:
    """One sublog per part of the cut, in the cut's order."""
    part_of = {activity: index for index, part in enumerate(cut.parts) for activity in part}
    split = {
        Operator.EXCLUSIVE: _split_exclusive,
        Operator.SEQUENCE: _split_sequence,
        Operator.PARALLEL: _split_parallel,
        Operator.LOOP: _split_loop,
    }[cut.operator]
    sublogs: list[Counter[tuple[int, ...]]] = [Counter() for _ in cut.parts]
    for trace, count in heeding(log.items()):
        for index, piece in split(trace, part_of, len(cut.parts)):
            sublogs[index][piece] += count
    return list(sublogs)


def project(log: CodedLog, kept: frozenset[int]) -> CodedLog:
    """The log with the events of *kept* only."""
    projected: Counter[tuple[int, ...]] = Counter()
    for trace, count in heeding(log.items()):
        projected[tuple(activity for activity in trace if activity in kept)] += count
    return projected


def _split_exclusive(
    trace: tuple[int, ...], part_of: dict[int, int], parts: int
) -> Iterator[tuple[int, tuple[int, ...]]]:
    held = Counter(part_of[activity] for activity in trace)
    chosen = max(range(parts), key=lambda index: (held[index], -index))
    yield chosen, tuple(activity for activity in trace if part_of[activity] == chosen)


def _split_parallel(
    trace: tuple[int, ...], part_of: dict[int, int], parts: int
) -> Iterator[tuple[int, tuple[int, ...]]]:
    for index in range(parts):
        yield index, tuple(activity for activity in trace if part_of[activity] == index)


def _split_sequence(
    trace: tuple[int, ...], part_of: dict[int, int], parts: int
) -> Iterator[tuple[int, tuple[int, ...]]]:
    ranks = [part_of[activity] for activity in trace]
    assigned = ranks if ranks == sorted(ranks) else _cheapest_monotone(ranks, parts)
    pieces: list[list[int]] = [[] for _ in range(parts)]
    for activity, rank, place in zip(trace, ranks, assigned, strict=True):
        if rank == place:
            pieces[rank].append(activity)
    for index, piece in enumerate(pieces):
        yield index, tuple(piece)


def _cheapest_monotone(ranks: list[int], parts: int) -> list[int]:
    """A non-decreasing assignment that differs from *ranks* at the fewest places."""
    cost = [0] * parts
    came_from: list[list[int]] = []
    for rank in ranks:
        best, row, step = 0, [], []
        for part in range(parts):
            if cost[part] < cost[best]:
                best = part
            step.append(best)
            row.append(cost[best] + (rank != part))
        cost = row
        came_from.append(step)
    part = min(range(parts), key=lambda index: cost[index])
    assigned = []
    for step in reversed(came_from):
        assigned.append(part)
        part = step[part]
    return assigned[::-1]


def _split_loop(trace: tuple[int, ...], part_of: dict[int, int], parts: int) -> Iterator[tuple[int, tuple[int, ...]]]:
    previous = -1  # before the first run
    piece: list[int] = []
    for activity in trace:
        part = part_of[activity]
        if part != previous and previous >= 0:
            yield previous, tuple(piece)
            piece = []
        if part != previous and part > 0 and previous != 0:
            yield 0, ()
        piece.append(activity)
        previous = part
    yield max(previous, 0), tuple(piece)
    if previous > 0:
        yield 0, ()
