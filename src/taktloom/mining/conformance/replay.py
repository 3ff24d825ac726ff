# SPDX-License-Identifier: Apache-2.0
"""Token-based replay of variants on a Petri net, and its fitness.

Each event fires the transition of its label; silent transitions are fired on the way where they enable it (shortest
run, lazily). Tokens that lack are put in and counted as missing; an event whose label the net does not have is
counted as one missing and one consumed token. At the end silent transitions lead to the final marking where they
can; what lies elsewhere remains. fitness = ½(1 − Σ missing / Σ consumed) + ½(1 − Σ remaining / Σ produced), variants
weighted by cases.
Lazy replay takes the nearest silent choice, which may be the wrong one: a split that gives one branch or both (as the
heuristics miner's bindings do), or one of two repetitions. Where it does not fit, a run that yields the trace is looked
for (`fitting_runs`, bounded); with one, nothing is missing and nothing remains. A trace that no run yields keeps its
lazy replay, which may then judge it worse than the best choices would, never better.
Sources: Rozinat & van der Aalst, Information Systems 33, 2008, definition of the token-based fitness metric; Berti &
van der Aalst, "Reviving token-based replay: increasing speed while improving diagnostics", ATAED 2019.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from taktloom.mining.conformance.fitting_runs import FittingRun, FittingRuns
from taktloom.mining.conformance.silent_search import SilentSearch
from taktloom.mining.petri import Marking, PetriNet, count_tokens, marking_of, missing_places, tokens_in
from taktloom.mining.watching import heeding, telling
from taktloom.model.conformance import ConformanceReport, VariantConformance

REPLAY_METHOD = "token-based replay, Rozinat & van der Aalst 2008"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventReplay:
    """One event replayed: the silent transitions fired before it, its own (None: no such label), tokens put in."""

    silent: tuple[int, ...]
    transition: int | None
    missing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceReplay:
    """One variant replayed: per event, the silent transitions at the end, and the four token counts."""

    events: tuple[EventReplay, ...]
    ending: tuple[int, ...]
    missing: int
    consumed: int
    remaining: int
    produced: int

    @property
    def is_fitting(self) -> bool:
        """No token was missing, none remained."""
        return self.missing == 0 and self.remaining == 0

    @property
    def fitness(self) -> float:
        """Fitness of this trace alone, 0..1."""
        return token_fitness(self.missing, self.consumed, self.remaining, self.produced)


def token_fitness(missing: int, consumed: int, remaining: int, produced: int) -> float:
    """The fitness formula; consumed and produced are at least one (end and start place)."""
    return 0.5 * (1 - missing / consumed) + 0.5 * (1 - remaining / produced)


class Replayer:
    """Replays traces on one net; keeps what it learned about silent runs."""

    def __init__(self, net: PetriNet) -> None:
        self.net = net
        self.search = SilentSearch(net)
        self.by_label: dict[str, tuple[int, ...]] = {}
        for index, transition in enumerate(net.transitions):
            if transition.label is not None:
                self.by_label[transition.label] = (*self.by_label.get(transition.label, ()), index)

    def choose(self, activity: str, marking: Marking) -> tuple[int | None, tuple[int, ...]]:
        """The transition for *activity* and the silent run before it; the shortest run wins, then the first.

        Where no run enables any of them: the one that lacks the fewest tokens, without silent transitions.
        """
        candidates = self.by_label.get(activity, ())
        paths = [(index, self.search.path_enabling(index, marking)) for index in candidates]
        ways = [(len(path), index, path) for index, path in paths if path is not None]
        if ways:
            _, index, path = min(ways)
            return index, path
        lacking = [(len(missing_places(self.net.transitions[index], marking)), index) for index in candidates]
        return (min(lacking)[1] if lacking else None), ()

    def replay(self, trace: tuple[str, ...]) -> TraceReplay:
        """Replay one trace from the initial to the final marking: lazily, and where that fails, by a run that fits."""
        lazy = self._replay_lazily(trace)
        if lazy.is_fitting:
            return lazy
        run = self._fitting_runs.find(trace)
        return lazy if run is None else self._fitted(run)

    @cached_property
    def _fitting_runs(self) -> FittingRuns:
        return FittingRuns(self.net, self.search)

    def _replay_lazily(self, trace: tuple[str, ...]) -> TraceReplay:
        marking = self.net.initial_marking
        events: list[EventReplay] = []
        missing = consumed = 0
        produced = 1
        for activity in heeding(trace):
            index, path = self.choose(activity, marking)
            lacking: tuple[int, ...] = ()
            if index is None:
                missing, consumed = missing + 1, consumed + 1
            else:
                marking = self.search.after(marking, path)
                lacking = missing_places(self.net.transitions[index], marking)
                marking = self._put_in(marking, lacking)
                marking = self.search.after(marking, (index,))
                missing += len(lacking)
                consumed += self._taken((*path, index))
                produced += self._given((*path, index))
            events.append(EventReplay(silent=path, transition=index, missing=1 if index is None else len(lacking)))
        ending = self.search.path_to_end(marking)
        marking = self.search.after(marking, ending)
        reached = tokens_in(marking, self.net.final) > 0
        return TraceReplay(
            events=tuple(events),
            ending=ending,
            missing=missing + (not reached),
            consumed=consumed + self._taken(ending) + 1,
            remaining=count_tokens(marking) - reached,
            produced=produced + self._given(ending),
        )

    def _fitted(self, run: FittingRun) -> TraceReplay:
        fired = [index for silent, visible in run.steps for index in (*silent, visible)] + list(run.ending)
        return TraceReplay(
            events=tuple(EventReplay(silent=silent, transition=visible, missing=0) for silent, visible in run.steps),
            ending=run.ending,
            missing=0,
            consumed=self._taken(fired) + 1,
            remaining=0,
            produced=self._given(fired) + 1,
        )

    def _taken(self, fired: Iterable[int]) -> int:
        return sum(len(self.net.transitions[index].inputs) for index in fired)

    def _given(self, fired: Iterable[int]) -> int:
        return sum(len(self.net.transitions[index].outputs) for index in fired)

    def _put_in(self, marking: Marking, places: tuple[int, ...]) -> Marking:
        return Marking(marking + marking_of(places))


def check_fitness(net: PetriNet, variants: Mapping[tuple[str, ...], int]) -> ConformanceReport:
    """Replay every variant and weigh by cases. precision is None here.

    variants: activities -> number of cases (> 0). deviations of a variant: `3 missing before 'b'`, in order.
    """
    replayer = Replayer(net)
    totals = [0, 0, 0, 0]
    rows: list[VariantConformance] = []
    fitting = 0
    for activities, cases in telling(variants.items(), "replaying"):
        replay = replayer.replay(activities)
        counts = (replay.missing, replay.consumed, replay.remaining, replay.produced)
        totals = [total + count * cases for total, count in zip(totals, counts, strict=True)]
        fitting += cases if replay.is_fitting else 0
        rows.append(
            VariantConformance(
                activities=activities,
                cases=cases,
                fitness=replay.fitness,
                deviations=_deviations(activities, replay),
            )
        )
    return ConformanceReport(
        method=REPLAY_METHOD,
        fitness=token_fitness(*totals) if rows else 1.0,
        precision=None,
        fitting_cases=fitting,
        cases=sum(variants.values()),
        variants=tuple(rows),
    )


def _deviations(activities: tuple[str, ...], replay: TraceReplay) -> tuple[str, ...]:
    found = [
        f"{event.missing} missing before '{activity}'" if event.transition is not None else f"unknown '{activity}'"
        for activity, event in zip(activities, replay.events, strict=True)
        if event.missing
    ]
    return (*found, *((f"{replay.remaining} remaining",) if replay.remaining else ()))
