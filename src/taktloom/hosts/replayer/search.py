# SPDX-License-Identifier: Apache-2.0
"""The explanation of a case with the fewest deviations: best-first search over positions of the kernel.

Completing open work with the next event is free, so is work that the log never records, a timer that fires when it is
due, and a choice that the data do not contradict. Everything else is a deviation and costs one. The estimate of the
rest (`outlook`) is never too high, so the first end that is reached is a best one. What a move leads to is asked of the
kernel when the move's turn comes.
As alignments (Adriansyah, van Dongen & van der Aalst, EDOC 2011), with data and time as in Mannhardt, de Leoni,
Reijers & van der Aalst, "Balanced multi-perspective checking of process conformance", Computing 98, 2016, the model
being the interpreter itself.
"""

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeAlias

from taktloom.hosts.replayer.cases import ReplayCase, ReplayEvent, ReplayLimits
from taktloom.hosts.replayer.observable import ObservableProcess
from taktloom.hosts.replayer.outlook import Outlook, Rest
from taktloom.hosts.replayer.position import NO_VALUES, Choice, Decide, OpenWork, RunningTimer, Values, fired
from taktloom.hosts.replayer.situations import Situation, Situations, text_of
from taktloom.model.conformance import Deviation, DeviationKind
from taktloom.model.identifiers import ElementId, TimerId

Reach: TypeAlias = Callable[[], Situation]


@dataclass(frozen=True, slots=True)
class Explanation:
    """deviations: in order. is_exact: none with fewer exists."""

    deviations: tuple[Deviation, ...]
    is_exact: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Position:
    """at: how many events are explained; now: the kernel's time; missed: timers that the case is known to ignore.

    reach: gives the situation.
    """

    reach: Reach
    at: int
    now: datetime
    cost: int = 0
    missed: frozenset[TimerId] = frozenset()
    before: "_Position | None" = None
    deviation: Deviation | None = None

    @property
    def deviations(self) -> tuple[Deviation, ...]:
        found: list[Deviation] = []
        position: _Position | None = self
        while position is not None:
            if position.deviation is not None:
                found.append(position.deviation)
            position = position.before
        return tuple(reversed(found))


@dataclass(slots=True)
class _Frontier:
    """Positions by what their explanation costs at least, then the one that explains most, then by the deviations that
    are found and not just foreseen, then the newer one."""

    rest: Rest
    queue: list[tuple[int, int, int, int, _Position]] = field(default_factory=list)
    seen: dict[tuple[int, frozenset[TimerId], int], int] = field(default_factory=dict)
    count: int = 0

    def add(self, position: _Position, hoped: int) -> None:
        self.count += 1
        heapq.heappush(self.queue, (hoped, -position.at, -position.cost, -self.count, position))

    def next(self) -> tuple[_Position, Situation, int] | None:
        """The most hopeful position that was not reached as cheaply before, with what it costs at least."""
        while self.queue:
            hoped, *_, position = heapq.heappop(self.queue)
            situation = position.reach()
            least = position.cost + self.rest.estimate(position.at, situation.reachable, situation.required)
            if least > hoped:
                self.add(position, least)
                continue
            key = (position.at, position.missed, situation.number)
            if self.seen.get(key, position.cost + 1) > position.cost:
                self.seen[key] = position.cost
                return position, situation, hoped
        return None


class CaseSearch:
    """Explains cases by one model. decide: evaluates a decision of the model; None: what decisions give is unknown."""

    def __init__(
        self, model: ObservableProcess, limits: ReplayLimits, recorded: frozenset[str], decide: Decide | None = None
    ) -> None:
        self.model, self.limits, self.recorded = model, limits, recorded
        self._known = frozenset(model.labels.values())
        self._outlook = Outlook(model.process, model.labels, recorded)
        self._situations = Situations(model, self._outlook, subsets=limits.subsets, decide=decide)

    def explain(self, case: ReplayCase, still: Callable[[], None] = lambda: None) -> Explanation:
        """The best explanation within the limits, else one that gives up the rest of the case.

        still: called at every position that is looked at; it may raise to end the search.
        """
        self._situations.make_room()
        frontier = _Frontier(Rest.of(case.activities, self._outlook.code, self._known))
        for position in self._beginnings(case):
            frontier.add(position, 0)
        best: _Position | None = None
        for _ in range(self.limits.positions):
            still()
            found = frontier.next()
            if found is None:
                break
            position, situation, hoped = found
            if position.at == len(case.events) and situation.is_over:
                return Explanation(position.deviations, is_exact=True)
            if best is None or (position.at, -position.cost) > (best.at, -best.cost):
                best = position
            for following in self._following(position, situation, case):
                frontier.add(following, max(hoped, following.cost))
        return self._given_up(case, best, is_exact=not frontier.queue)

    def _given_up(self, case: ReplayCase, best: _Position | None, *, is_exact: bool) -> Explanation:
        """What is explained so far, and every event after it as impossible."""
        rest = case.events[0 if best is None else best.at :]
        given_up = tuple(Deviation(kind=DeviationKind.EVENT_NOT_POSSIBLE, what=each.activity) for each in rest)
        stopped = Deviation(kind=DeviationKind.CANNOT_GO_ON, what="")
        return Explanation((*(best.deviations if best is not None else ()), *given_up, stopped), is_exact=is_exact)

    def _beginnings(self, case: ReplayCase) -> Iterator[_Position]:
        starts: tuple[ElementId | None, ...] = self.model.starts or (None,)
        for start in starts:
            first = self._situations.first(case.begun_at, case.variables, start)
            yield _Position(reach=_known(first), at=0, now=case.begun_at)
            if start is not None and case.events and self.model.labels[start] == case.events[0].activity:
                yield _Position(reach=_known(first), at=1, now=case.begun_at)

    def _following(self, position: _Position, situation: Situation, case: ReplayCase) -> Iterator[_Position]:
        event = case.events[position.at] if position.at < len(case.events) else None
        if situation.is_over:
            if event is not None:
                yield self._skipped(position, situation, event)
            return
        asked = self._situations.choices(situation, position.now)
        if asked:
            yield from (self._taken(position, situation, choice) for choice in reversed(asked))
            return
        due = self._first_due(position, situation.timers, event)
        if due is not None:
            if event is not None:
                yield self._ignored(position, situation, due)
            yield self._timer_fired(position, situation, due, max(position.now, due.due_at or position.now))
            return
        if situation.state.incidents and event is None:
            yield self._stopped(position, situation)
        yield from (self._timer_fired(position, situation, timer, position.now) for timer in reversed(situation.timers))
        yield from self._unobserved(position, situation)
        if event is not None:
            yield self._skipped(position, situation, event)
            yield from self._matched(position, situation, event)

    def _first_due(
        self, position: _Position, timers: list[RunningTimer], event: ReplayEvent | None
    ) -> RunningTimer | None:
        for timer in timers:
            is_due = timer.due_at is not None and event is not None and timer.due_at < event.occurred_at
            if is_due and timer.id not in position.missed:
                return timer
        return None

    def _matched(self, position: _Position, situation: Situation, event: ReplayEvent) -> Iterator[_Position]:
        at = max(position.now, event.occurred_at)
        for work in reversed(situation.work):
            if self.model.labels.get(work.element_id) == event.activity:
                yield self._moved(position, self._completion(situation, work, event.variables, at), at, by=1)

    def _unobserved(self, position: _Position, situation: Situation) -> Iterator[_Position]:
        """Work that the log does not tell of: free where it never does, else missing in this case."""
        for work in reversed((*situation.work, *situation.errors)):
            label = self.model.labels.get(work.element_id, str(work.element_id))
            missing = Deviation(kind=DeviationKind.ACTIVITY_MISSING, what=label, element_id=work.element_id)
            deviation = missing if label in self.recorded else None
            reach = self._completion(situation, work, NO_VALUES, position.now)
            yield self._moved(position, reach, position.now, deviation=deviation)

    def _completion(self, situation: Situation, work: OpenWork, values: Values, at: datetime) -> Reach:
        def reach() -> Situation:
            results = self._situations.decided(work, values, at)
            return self._situations.after(situation, work.make(at, results), (work.key, text_of(results)))

        return reach

    def _taken(self, position: _Position, situation: Situation, choice: Choice) -> _Position:
        deviation = None
        if choice.says_otherwise:
            what = ", ".join(choice.flows)
            deviation = Deviation(kind=DeviationKind.DATA_SAY_OTHERWISE, what=what, element_id=choice.element_id)

        def reach() -> Situation:
            return self._situations.after(situation, choice.event(position.now), (choice.request_id, choice.flows))

        return self._moved(position, reach, position.now, deviation=deviation)

    def _timer_fired(self, position: _Position, situation: Situation, timer: RunningTimer, at: datetime) -> _Position:
        is_early = timer.due_at is not None and timer.due_at > at
        label = self.model.labels.get(timer.element_id, str(timer.element_id))
        early = Deviation(kind=DeviationKind.TIMER_EARLY, what=label, element_id=timer.element_id)

        def reach() -> Situation:
            return self._situations.after(situation, fired(timer, at), timer.id)

        return self._moved(position, reach, at, deviation=early if is_early else None)

    def _ignored(self, position: _Position, situation: Situation, timer: RunningTimer) -> _Position:
        label = self.model.labels.get(timer.element_id, str(timer.element_id))
        deviation = Deviation(kind=DeviationKind.TIMER_SHOULD_HAVE_FIRED, what=label, element_id=timer.element_id)
        moved = self._moved(position, lambda: situation, position.now, deviation=deviation)
        return replace(moved, missed=position.missed | {timer.id})

    def _skipped(self, position: _Position, situation: Situation, event: ReplayEvent) -> _Position:
        deviation = Deviation(kind=DeviationKind.EVENT_NOT_POSSIBLE, what=event.activity)
        return self._moved(position, lambda: situation, max(position.now, event.occurred_at), by=1, deviation=deviation)

    def _stopped(self, position: _Position, situation: Situation) -> _Position:
        incident = next(iter(situation.state.incidents.values()))
        node = self.model.process.nodes[incident.element]
        what = self.model.labels.get(node.id, str(node.id))
        deviation = Deviation(kind=DeviationKind.CANNOT_GO_ON, what=what, element_id=node.id)
        return self._moved(position, lambda: self._situations.stopped, position.now, deviation=deviation)

    def _moved(
        self,
        position: _Position,
        reach: Reach,
        at: datetime,
        *,
        by: int = 0,
        deviation: Deviation | None = None,
    ) -> _Position:
        return _Position(
            reach=reach,
            at=position.at + by,
            now=at,
            cost=position.cost + (deviation is not None),
            missed=position.missed,
            before=position,
            deviation=deviation,
        )


def _known(situation: Situation) -> Callable[[], Situation]:
    """Of a position whose situation need not be computed any more."""
    return lambda: situation
