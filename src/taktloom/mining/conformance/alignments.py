# SPDX-License-Identifier: Apache-2.0
"""Optimal alignments of variants and a net: the fewest moves in the log alone or the model alone.

A* over pairs of a visible state of the net and a position in the trace. A synchronous move is free, a log move and a
visible model move cost one, silent steps nothing. The estimate never exceeds the true rest: events whose activity
cannot come any more will be log moves, activities that must still come and are no longer in the trace will be model
moves. A fitting trace is walked straight through.

Each variant is aligned once and weighted by its cases. A search that looks at more states than the limit, or
at states with more than MOST_HELD steps in all, which take the memory, gives bounds instead of a cost: from below what
is proved, from above what the best alignment without repair costs; fitness is then told with both.
Sources: Adriansyah, van Dongen & van der Aalst, "Conformance checking using cost-based fitness analysis", EDOC 2011;
Carmona, van Dongen, Solti & Weidlich, "Conformance Checking", Springer 2018, chapter 7 (fitness).
"""

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import TypeAlias

from taktloom.mining.conformance.visible_moves import VisibleGraph, VisibleState
from taktloom.mining.petri import PetriNet
from taktloom.mining.processes import in_processes
from taktloom.mining.watching import HEED_EVERY, heed
from taktloom.model.errors import MisuseError

ALIGNMENT_METHOD = "cost-based alignments, Adriansyah, van Dongen & van der Aalst 2011"
DEFAULT_LIMIT = 200_000
MOST_HELD = 1_500_000
VARIANTS_PER_TASK = 32
_FAR = 1 << 30


class NoWayToTheEndError(MisuseError):
    """The final marking of the net cannot be reached, or is not within the limit: there is nothing to align with."""

    code = "TL-2162"


class MoveKind(StrEnum):
    """synchronous: event and step; log: an event that the model does not allow; model: a step without an event."""

    SYNCHRONOUS = "synchronous"
    LOG = "log"
    MODEL = "model"


@dataclass(frozen=True, slots=True)
class Move:
    """One move; silent steps are not listed."""

    kind: MoveKind
    activity: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Alignment:
    """of: the trace. cost: of the moves. least_cost: proved; smaller than cost where the limit was met."""

    of: tuple[str, ...]
    moves: tuple[Move, ...]
    cost: int
    least_cost: int

    @property
    def is_optimal(self) -> bool:
        """Nothing cheaper exists."""
        return self.cost == self.least_cost


@dataclass(frozen=True, slots=True, kw_only=True)
class AlignedVariant:
    """fitness: 1 − cost ÷ (events + cheapest run of the model alone)."""

    alignment: Alignment
    cases: int
    fitness: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AlignedLog:
    """fitness: of the log, costs summed before dividing; mean_fitness: of cases. highest_fitness: equals fitness
    unless limits were met. model_cost: the cheapest run of the model alone."""

    variants: tuple[AlignedVariant, ...]
    fitness: float
    highest_fitness: float
    mean_fitness: float
    fitting_cases: int
    cases: int
    model_cost: int

    @property
    def is_exact(self) -> bool:
        """Every alignment is optimal."""
        return all(variant.alignment.is_optimal for variant in self.variants)


_Reached: TypeAlias = "tuple[VisibleState, int, int, _Reached | None, MoveKind | None, int]"
"""state, position, cost, what it was reached from, by which move, of which activity"""


class Aligner:
    """Aligns traces with one net; keeps what it learned about the net. limit: states looked at per trace."""

    def __init__(self, net: PetriNet, *, limit: int = DEFAULT_LIMIT) -> None:
        self._graph, self._limit = VisibleGraph(net), limit
        empty = self._search(())
        if empty is None:
            raise NoWayToTheEndError(
                "The model cannot reach its end.",
                remedy="Check its soundness; a model that ends is needed to align cases with.",
            )
        self.model_cost, reached = empty
        if reached is None:
            raise NoWayToTheEndError(
                f"The model does not reach its end within {limit} states.",
                remedy="Check its soundness, let more states be looked at, or check fitness by token replay.",
                parameters={"limit": str(limit)},
            )
        self._model_run = self._moves(reached, ())

    def align(self, trace: tuple[str, ...]) -> Alignment:
        """An alignment of *trace* with the fewest moves, or bounds where the limit is met."""
        codes = tuple(self._graph.code.get(activity, -1) for activity in trace)
        found = self._search(codes)
        if found is None:
            raise NoWayToTheEndError("The model cannot reach its end.", remedy="Check its soundness.")
        cost, reached = found
        if reached is None:
            return self._unrepaired(trace, cost)
        return Alignment(of=trace, moves=self._moves(reached, trace), cost=cost, least_cost=cost)

    def fitness(self, alignment: Alignment, *, least: bool = False) -> float:
        """Fitness of one alignment; least: at its proved cost instead, the highest it could be."""
        worst = len(alignment.of) + self.model_cost
        return 1 - (alignment.least_cost if least else alignment.cost) / worst if worst else 1.0

    def _search(self, codes: tuple[int, ...]) -> "tuple[int, _Reached | None] | None":
        """(proved cost, what ends the best alignment); the latter None where the limit was met. None: no end at all."""
        if self._graph.held > MOST_HELD // 2:
            self._graph.forget()
        queue = _Queue(self._graph, codes)
        queue.offer((self._graph.initial, 0, 0, None, None, -1))
        while (reached := queue.next()) is not None:
            state, at = reached[0], reached[1]
            if queue.looked_at % HEED_EVERY == 1:
                heed()
            if queue.looked_at > self._limit or self._graph.held > MOST_HELD:
                return queue.least, None
            self._graph.expanded(state)
            if at == len(codes) and self._graph.is_final(state):
                return reached[2], reached
            queue.take_free_moves(reached)
        return None

    def _unrepaired(self, trace: tuple[str, ...], least: int) -> Alignment:
        """The alignment that is always there: all events in the log alone, then a run of the model alone."""
        moves = (*(Move(MoveKind.LOG, activity) for activity in trace), *self._model_run)
        return Alignment(of=trace, moves=moves, cost=len(trace) + self.model_cost, least_cost=least)

    def _moves(self, reached: "_Reached", trace: tuple[str, ...]) -> tuple[Move, ...]:
        moves: list[Move] = []
        step: _Reached | None = reached
        while step is not None:
            _, at, _, before, kind, code = step
            if kind is not None:
                moves.append(Move(kind, self._graph.labels[code] if kind is MoveKind.MODEL else trace[at - 1]))
            step = before
        return tuple(reversed(moves))


class _Queue:
    """Reached pairs by estimate; within one the newest goes first, the farthest in the trace as long as events fit.

    Moves that make an alignment dearer than its estimate are put off until that estimate's turn: a trace that fits
    never asks for them, and they are most of all moves.
    """

    def __init__(self, graph: VisibleGraph, codes: tuple[int, ...]) -> None:
        self._codes, self._width = codes, len(codes) + 1
        self._rest = _Rest(codes)
        self._ready: dict[int, list[_Reached]] = {}
        self._put_off: dict[int, list[_Reached]] = {}
        self._best: dict[int, int] = {}
        self._settled: set[int] = set()
        self.least = 0

    @property
    def looked_at(self) -> int:
        """How many pairs were taken from the queue."""
        return len(self._settled)

    def offer(self, reached: "_Reached") -> None:
        """Queue a pair unless it was reached as cheaply before."""
        state, at, cost = reached[0], reached[1], reached[2]
        place = state.number * self._width + at
        if cost < self._best.get(place, _FAR):
            self._best[place] = cost
            self._ready.setdefault(cost + self._rest.estimate(state, at), []).append(reached)

    def next(self) -> "_Reached | None":
        """The most hopeful pair, None when there is none."""
        while self._ready or self._put_off:
            bucket = self._ready.get(self.least)
            while bucket:
                reached = bucket.pop()
                place = reached[0].number * self._width + reached[1]
                if place not in self._settled:
                    self._settled.add(place)
                    return reached
            self._ready.pop(self.least, None)
            self.least += 1
            for reached in self._put_off.pop(self.least, ()):
                self._take_dear_moves(reached)
        return None

    def take_free_moves(self, reached: "_Reached") -> None:
        """Offer what the estimate has already counted: synchronous moves, and moves that cannot be avoided."""
        state, at, cost = reached[0], reached[1], reached[2]
        lacking = state.required & ~self._rest.masks[at]
        if lacking:
            for code, after in state.others:
                if lacking >> code & 1:
                    self.offer((after, at, cost + 1, reached, MoveKind.MODEL, code))
        if at < len(self._codes):
            code = self._codes[at]
            if code < 0 or not state.reachable >> code & 1:
                self.offer((state, at + 1, cost + 1, reached, MoveKind.LOG, code))
            for after in state.steps(code):
                self.offer((after, at + 1, cost, reached, MoveKind.SYNCHRONOUS, code))
        self._put_off.setdefault(self.least + 1, []).append(reached)

    def _take_dear_moves(self, reached: "_Reached") -> None:
        state, at, cost = reached[0], reached[1], reached[2]
        for code, after in state.others:
            self.offer((after, at, cost + 1, reached, MoveKind.MODEL, code))
        if at < len(self._codes):
            self.offer((state, at + 1, cost + 1, reached, MoveKind.LOG, self._codes[at]))


class _Rest:
    """The estimate for the rest of one trace."""

    def __init__(self, codes: tuple[int, ...]) -> None:
        self._unknown = [0] * (len(codes) + 1)
        self._counts: list[Counter[int]] = [Counter()]
        self.masks = [0]
        for code in reversed(codes):
            known = Counter(self._counts[-1])
            if code >= 0:
                known[code] += 1
            self._counts.append(known)
            self.masks.append(self.masks[-1] | (1 << code if code >= 0 else 0))
        self._counts.reverse()
        self.masks.reverse()
        for at in range(len(codes) - 1, -1, -1):
            self._unknown[at] = self._unknown[at + 1] + (codes[at] < 0)
        self._known: dict[tuple[int, int, int], int] = {}

    def estimate(self, state: VisibleState, at: int) -> int:
        """Log moves and model moves that no alignment of the rest can avoid."""
        lost, lacking = self.masks[at] & ~state.reachable, state.required & ~self.masks[at]
        if not lost and not lacking:
            return self._unknown[at]
        key = (at, lost, lacking)
        found = self._known.get(key)
        if found is None:
            counts = self._counts[at]
            gone = sum(count for code, count in counts.items() if lost >> code & 1)
            found = self._known[key] = self._unknown[at] + gone + lacking.bit_count()
        return found


def align_log(
    net: PetriNet,
    variants: Mapping[tuple[str, ...], int],
    *,
    limit: int = DEFAULT_LIMIT,
    jobs: int = 1,
    report: Callable[[int, int], None] = lambda done, total: None,
) -> AlignedLog:
    """Align every variant. limit: states per variant; jobs: processes; report: variants done, of all.

    Raises NoWayToTheEndError, SilentBehaviourTooLargeError.
    """
    aligner = Aligner(net, limit=limit)
    traces = sorted(variants)
    alignments = _in_processes(net, traces, limit, jobs, report) if jobs > 1 else _here(aligner, traces, report)
    rows = tuple(
        AlignedVariant(alignment=each, cases=variants[each.of], fitness=aligner.fitness(each)) for each in alignments
    )
    return _summed(aligner, rows)


def _here(aligner: Aligner, traces: list[tuple[str, ...]], report: Callable[[int, int], None]) -> list[Alignment]:
    alignments = []
    for number, trace in enumerate(traces):
        if number % VARIANTS_PER_TASK == 0:
            report(number, len(traces))
        alignments.append(aligner.align(trace))
    return alignments


def _in_processes(
    net: PetriNet, traces: list[tuple[str, ...]], limit: int, jobs: int, report: Callable[[int, int], None]
) -> list[Alignment]:
    tasks = [traces[begin : begin + VARIANTS_PER_TASK] for begin in range(0, len(traces), VARIANTS_PER_TASK)]
    alignments: list[Alignment] = []
    report(0, len(traces))
    with closing(in_processes(partial(_part_aligner, net, limit), tasks, jobs=jobs)) as parts:
        for part in parts:
            alignments += part
            report(len(alignments), len(traces))
    return alignments


def _part_aligner(net: PetriNet, limit: int) -> Callable[[list[tuple[str, ...]]], list[Alignment]]:
    aligner = Aligner(net, limit=limit)
    return lambda traces: [aligner.align(trace) for trace in traces]


def _summed(aligner: Aligner, rows: tuple[AlignedVariant, ...]) -> AlignedLog:
    cases = sum(row.cases for row in rows)
    worst = sum((len(row.alignment.of) + aligner.model_cost) * row.cases for row in rows)
    cost = sum(row.alignment.cost * row.cases for row in rows)
    least = sum(row.alignment.least_cost * row.cases for row in rows)
    return AlignedLog(
        variants=rows,
        fitness=1 - cost / worst if worst else 1.0,
        highest_fitness=1 - least / worst if worst else 1.0,
        mean_fitness=sum(row.fitness * row.cases for row in rows) / cases if cases else 1.0,
        fitting_cases=sum(row.cases for row in rows if row.alignment.cost == 0),
        cases=cases,
        model_cost=aligner.model_cost,
    )
