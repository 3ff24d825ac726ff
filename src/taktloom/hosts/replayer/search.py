# SPDX-License-Identifier: Apache-2.0
"""The explanation of a case with the fewest deviations: best-first search over positions of the kernel.

Completing open work with the next event is free, so is work that the log never records, a timer that fires when it is
due, and a choice that the data do not contradict. Everything else is a deviation and costs one. Events whose activity
is nowhere in the model will be deviations whatever happens: that is the estimate of the rest, never too high, so the
first end that is reached is a best one. Positions at the same event with the same marking count as one, whatever their
data. As alignments (Adriansyah, van Dongen & van der Aalst, EDOC 2011), with data and time as in Mannhardt, de Leoni,
Reijers & van der Aalst, "Balanced multi-perspective checking of process conformance", Computing 98, 2016, the model
being the interpreter itself.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from taktloom.hosts.replayer.cases import ReplayCase, ReplayEvent, ReplayLimits
from taktloom.hosts.replayer.observable import ObservableProcess
from taktloom.hosts.replayer.position import (
    Choice,
    RunningTimer,
    advanced,
    choices,
    errors_caught,
    fired,
    marking,
    open_work,
    running_timers,
)
from taktloom.kernel import InstanceState
from taktloom.kernel.events import InstanceStarted, KernelEvent
from taktloom.kernel.state import InstanceStatus
from taktloom.model.conformance import Deviation, DeviationKind
from taktloom.model.identifiers import ElementId, InstanceKey, TimerId

INSTANCE = InstanceKey("1")


@dataclass(frozen=True, slots=True)
class Explanation:
    """deviations: in order. is_exact: none with fewer exists (as far as markings tell positions apart)."""

    deviations: tuple[Deviation, ...]
    is_exact: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Position:
    """at: how many events are explained; now: the kernel's time; missed: timers that the case is known to ignore."""

    state: InstanceState
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
    """Positions by cost and estimate, then the one that explains most, then the older one."""

    hopeless: tuple[int, ...]
    queue: list[tuple[int, int, int, _Position]] = field(default_factory=list)
    seen: dict[tuple[object, ...], int] = field(default_factory=dict)
    count: int = 0

    def add(self, position: _Position) -> None:
        self.count += 1
        rest = self.hopeless[position.at]
        heapq.heappush(self.queue, (position.cost + rest, -position.at, self.count, position))


class CaseSearch:
    """Explains cases by one model."""

    def __init__(self, model: ObservableProcess, limits: ReplayLimits, recorded: frozenset[str]) -> None:
        self.model, self.limits, self.recorded = model, limits, recorded
        self.known = frozenset(model.labels.values())

    def explain(self, case: ReplayCase) -> Explanation:
        """The best explanation within the limits, else one that gives up the rest of the case."""
        frontier = _Frontier(_hopeless(case.activities, self.known))
        for position in self._beginnings(case):
            frontier.add(position)
        best: _Position | None = None
        for _ in range(self.limits.positions):
            if not frontier.queue:
                break
            _, _, _, position = heapq.heappop(frontier.queue)
            key = (position.at, position.missed, marking(self.model.process, position.state))
            if frontier.seen.get(key, position.cost + 1) <= position.cost:
                continue
            frontier.seen[key] = position.cost
            if self._is_end(position, case):
                return Explanation(position.deviations, is_exact=True)
            if best is None or (position.at, -position.cost) > (best.at, -best.cost):
                best = position
            for following in self._following(position, case):
                frontier.add(following)
        rest = case.events[0 if best is None else best.at :]
        given_up = tuple(Deviation(kind=DeviationKind.EVENT_NOT_POSSIBLE, what=each.activity) for each in rest)
        stopped = Deviation(kind=DeviationKind.CANNOT_GO_ON, what="")
        return Explanation(
            (*(best.deviations if best is not None else ()), *given_up, stopped), is_exact=not frontier.queue
        )

    def _beginnings(self, case: ReplayCase) -> Iterator[_Position]:
        empty = InstanceState(instance_key=INSTANCE)
        starts: tuple[ElementId | None, ...] = self.model.starts or (None,)
        for start in starts:
            event = InstanceStarted(occurred_at=case.begun_at, variables=dict(case.variables), start_element=start)
            state = advanced(self.model.process, empty, event)
            yield _Position(state=state, at=0, now=case.begun_at)
            if start is not None and case.events and self.model.labels[start] == case.events[0].activity:
                yield _Position(state=state, at=1, now=case.begun_at)

    def _is_end(self, position: _Position, case: ReplayCase) -> bool:
        return position.at == len(case.events) and position.state.status is not InstanceStatus.ACTIVE

    def _following(self, position: _Position, case: ReplayCase) -> Iterator[_Position]:
        if position.state.status is not InstanceStatus.ACTIVE:
            yield self._skipped(position, case.events[position.at])
            return
        asked = choices(self.model.process, position.state, position.now, self.limits.subsets)
        if asked:
            yield from (self._taken(position, choice) for choice in asked)
            return
        event = case.events[position.at] if position.at < len(case.events) else None
        timers = running_timers(self.model.process, position.state)
        due = self._first_due(position, timers, event)
        if due is not None:
            yield self._timer_fired(position, due, max(position.now, due.due_at or position.now))
            if event is not None:
                yield self._ignored(position, due)
            return
        if event is not None:
            yield from self._matched(position, event)
            yield self._skipped(position, event)
        yield from self._unobserved(position, event)
        yield from (self._timer_fired(position, timer, position.now) for timer in timers)
        if position.state.incidents and event is None:
            yield self._stopped(position)

    def _first_due(
        self, position: _Position, timers: list[RunningTimer], event: ReplayEvent | None
    ) -> RunningTimer | None:
        for timer in timers:
            is_due = timer.due_at is not None and event is not None and timer.due_at < event.occurred_at
            if is_due and timer.id not in position.missed:
                return timer
        return None

    def _matched(self, position: _Position, event: ReplayEvent) -> Iterator[_Position]:
        at = max(position.now, event.occurred_at)
        for work in open_work(self.model.process, position.state):
            if self.model.labels.get(work.element_id) == event.activity:
                yield self._moved(position, work.make(at, event.variables), at, by=1)

    def _unobserved(self, position: _Position, event: ReplayEvent | None) -> Iterator[_Position]:
        """Work that the log does not tell of: free where it never does, else missing in this case."""
        for work in (
            *open_work(self.model.process, position.state),
            *errors_caught(self.model.process, position.state),
        ):
            label = self.model.labels.get(work.element_id, str(work.element_id))
            missing = Deviation(kind=DeviationKind.ACTIVITY_MISSING, what=label, element_id=work.element_id)
            deviation = missing if label in self.recorded else None
            yield self._moved(position, work.make(position.now, {}), position.now, deviation=deviation)

    def _taken(self, position: _Position, choice: Choice) -> _Position:
        deviation = None
        if choice.says_otherwise:
            what = ", ".join(choice.flows)
            deviation = Deviation(kind=DeviationKind.DATA_SAY_OTHERWISE, what=what, element_id=choice.element_id)
        return self._moved(position, choice.event(position.now), position.now, deviation=deviation)

    def _timer_fired(self, position: _Position, timer: RunningTimer, at: datetime) -> _Position:
        is_early = timer.due_at is not None and timer.due_at > at
        label = self.model.labels.get(timer.element_id, str(timer.element_id))
        early = Deviation(kind=DeviationKind.TIMER_EARLY, what=label, element_id=timer.element_id)
        return self._moved(position, fired(timer, at), at, deviation=early if is_early else None)

    def _ignored(self, position: _Position, timer: RunningTimer) -> _Position:
        label = self.model.labels.get(timer.element_id, str(timer.element_id))
        deviation = Deviation(kind=DeviationKind.TIMER_SHOULD_HAVE_FIRED, what=label, element_id=timer.element_id)
        return _Position(
            state=position.state,
            at=position.at,
            now=position.now,
            cost=position.cost + 1,
            missed=position.missed | {timer.id},
            before=position,
            deviation=deviation,
        )

    def _skipped(self, position: _Position, event: ReplayEvent) -> _Position:
        return _Position(
            state=position.state,
            at=position.at + 1,
            now=max(position.now, event.occurred_at),
            cost=position.cost + 1,
            missed=position.missed,
            before=position,
            deviation=Deviation(kind=DeviationKind.EVENT_NOT_POSSIBLE, what=event.activity),
        )

    def _stopped(self, position: _Position) -> _Position:
        incident = next(iter(position.state.incidents.values()))
        node = self.model.process.nodes[incident.element]
        ended = InstanceState(instance_key=INSTANCE, status=InstanceStatus.FAILED)
        what = self.model.labels.get(node.id, str(node.id))
        return _Position(
            state=ended,
            at=position.at,
            now=position.now,
            cost=position.cost + 1,
            before=position,
            deviation=Deviation(kind=DeviationKind.CANNOT_GO_ON, what=what, element_id=node.id),
        )

    def _moved(
        self, position: _Position, event: KernelEvent, at: datetime, *, by: int = 0, deviation: Deviation | None = None
    ) -> _Position:
        return _Position(
            state=advanced(self.model.process, position.state, event),
            at=position.at + by,
            now=at,
            cost=position.cost + (deviation is not None),
            missed=position.missed,
            before=position,
            deviation=deviation,
        )


def _hopeless(activities: tuple[str, ...], known: frozenset[str]) -> tuple[int, ...]:
    """From each event on how many are nowhere in the model."""
    counts = [0]
    for activity in reversed(activities):
        counts.append(counts[-1] + (activity not in known))
    return tuple(reversed(counts))
