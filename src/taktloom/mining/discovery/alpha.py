# SPDX-License-Identifier: Apache-2.0
"""The alpha algorithm and alpha+ (short loops): the textbook miners, from footprint to Petri net.

They take no frequencies into account and promise a sound net only for complete logs of structured workflow nets;
what they find in other logs may be unsound, which is why soundness is always told with the model.
Sources: van der Aalst, Weijters & Maruster, "Workflow mining: discovering process models from event logs", IEEE TKDE
16, 2004 (alpha); Alves de Medeiros, van Dongen, van der Aalst & Weijters, "Process mining: extending the
alpha-algorithm to mine short loops", BETA working paper 113, 2004 (alpha+).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from taktloom.mining.discovery.coding import VariantCounts, code_variants
from taktloom.mining.discovery.follows import CodedLog, follows_graph
from taktloom.mining.petri import PetriNet, Transition
from taktloom.mining.watching import heeding, tell
from taktloom.model.errors import LimitExceededError

MAX_ALPHA_ACTIVITIES = 200
MAX_CANDIDATE_PLACES = 50_000

Pair = tuple[frozenset[int], frozenset[int]]


class TooManyPlacesError(LimitExceededError):
    """The footprint of the log has more candidate places than the alpha algorithm can sift."""

    code = "TL-2151"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Footprint:
    """The relations between activities: causal (a → b) and unrelated (a # b, both directions and a with itself)."""

    activities: tuple[int, ...]
    causal: frozenset[tuple[int, int]]
    unrelated: frozenset[tuple[int, int]]


def discover_alpha(variants: VariantCounts) -> PetriNet:
    """The net of the alpha algorithm. Raises TooManyActivitiesError (200) and TooManyPlacesError."""
    names, log = code_variants(variants, limit=MAX_ALPHA_ACTIVITIES)
    graph = follows_graph(log)
    footprint = _footprint(graph.alphabet, frozenset(graph.edges), frozenset())
    places = _maximal_pairs(footprint)
    return _net(names, places, starts=graph.starts, ends=graph.ends)


def discover_alpha_plus(variants: VariantCounts) -> PetriNet:
    """The net of alpha+, which also finds loops of one and of two activities; errors as `discover_alpha`."""
    names, log = code_variants(variants, limit=MAX_ALPHA_ACTIVITIES)
    whole = follows_graph(log)
    repeated = frozenset(activity for activity in whole.alphabet if (activity, activity) in whole.edges)
    rest: dict[tuple[int, ...], int] = {}
    for trace, count in heeding(log.items()):
        kept = tuple(activity for activity in trace if activity not in repeated)
        rest[kept] = rest.get(kept, 0) + count
    graph = follows_graph(rest)
    footprint = _footprint(graph.alphabet, frozenset(graph.edges), _two_loops(rest))
    places = _maximal_pairs(footprint)
    loops = {activity: _home_of(activity, places, frozenset(whole.edges), repeated) for activity in sorted(repeated)}
    return _net(names, places, starts=graph.starts, ends=graph.ends, loops=loops)


def _two_loops(log: CodedLog) -> frozenset[tuple[int, int]]:
    """Pairs (a, b) with both a b a and b a b in the log."""
    seen = {(t[i], t[i + 1]) for t in log for i in range(len(t) - 2) if t[i] == t[i + 2] and t[i] != t[i + 1]}
    return frozenset((a, b) for a, b in seen if (b, a) in seen)


def _footprint(
    activities: tuple[int, ...], follows: frozenset[tuple[int, int]], two_loops: frozenset[tuple[int, int]]
) -> _Footprint:
    causal = frozenset((a, b) for a, b in follows if (b, a) not in follows or (a, b) in two_loops)
    unrelated = frozenset(
        (a, b) for a in activities for b in activities if (a, b) not in follows and (b, a) not in follows
    )
    return _Footprint(activities=activities, causal=causal, unrelated=unrelated)


def _maximal_pairs(footprint: _Footprint) -> list[Pair]:
    """The maximal (A, B): every a → b, all of A unrelated to each other, and all of B."""
    found: set[Pair] = {(frozenset((a,)), frozenset((b,))) for a, b in footprint.causal if _fits(footprint, (a,), (b,))}
    queue = sorted(found, key=_ordered)
    maximal: list[Pair] = []
    for number, pair in enumerate(queue):
        tell("discovering", number, len(queue))
        wider = _wider(footprint, pair)
        if not wider:
            maximal.append(pair)
        for each in wider:
            if each not in found:
                found.add(each)
                queue.append(each)
        if len(found) > MAX_CANDIDATE_PLACES:
            raise TooManyPlacesError(
                f"The footprint of the log has more than {MAX_CANDIDATE_PLACES} candidate places.",
                remedy="Filter the log to its frequent variants, or use the inductive miner.",
                parameters={"limit": str(MAX_CANDIDATE_PLACES)},
            )
    return sorted(maximal, key=_ordered)


def _fits(footprint: _Footprint, givers: Iterable[int], takers: Iterable[int]) -> bool:
    givers, takers = tuple(givers), tuple(takers)
    return (
        all((a, b) in footprint.causal for a in givers for b in takers)
        and all((a, b) in footprint.unrelated for a in givers for b in givers)
        and all((a, b) in footprint.unrelated for a in takers for b in takers)
    )


def _wider(footprint: _Footprint, pair: Pair) -> list[Pair]:
    givers, takers = pair
    wider: list[Pair] = []
    for activity in footprint.activities:
        if activity not in givers and _fits(footprint, givers | {activity}, takers):
            wider.append((givers | {activity}, takers))
        if activity not in takers and _fits(footprint, givers, takers | {activity}):
            wider.append((givers, takers | {activity}))
    return wider


def _ordered(pair: Pair) -> tuple[list[int], list[int]]:
    return sorted(pair[0]), sorted(pair[1])


def _home_of(
    activity: int, places: list[Pair], follows: frozenset[tuple[int, int]], repeated: frozenset[int]
) -> Pair | None:
    """The place that a loop of one activity takes its token from and gives it back to; None where there is none."""
    before = {a for a, b in follows if b == activity and a not in repeated}
    after = {b for a, b in follows if a == activity and b not in repeated}
    givers, takers = before - after, after - before
    scored = [(len(pair[0] & givers) + len(pair[1] & takers), at) for at, pair in enumerate(places)]
    fitting = [(score, -at) for score, at in scored if score and places[at][0] & givers and places[at][1] & takers]
    return places[-max(fitting)[1]] if fitting else None


def _net(
    names: Sequence[str],
    places: list[Pair],
    *,
    starts: Iterable[int],
    ends: Iterable[int],
    loops: "dict[int, Pair | None] | None" = None,
) -> PetriNet:
    """Place 0 is initial, 1 final; transitions in the order of the names. A loop without a place floats: dead."""
    looping = loops or {}
    number = {pair: at + 2 for at, pair in enumerate(places)}
    first, last = set(starts), set(ends)
    transitions = []
    for activity, name in enumerate(names):
        inputs = [at for pair, at in number.items() if activity in pair[1]] + ([0] if activity in first else [])
        outputs = [at for pair, at in number.items() if activity in pair[0]] + ([1] if activity in last else [])
        home = looping.get(activity)
        if home is not None:
            inputs, outputs = [number[home]], [number[home]]
        transitions.append(
            Transition(id=f"t{activity}", label=name, inputs=tuple(sorted(inputs)), outputs=tuple(sorted(outputs)))
        )
    labels = ("initial", "final", *(f"p{at}" for at in range(2, len(places) + 2)))
    return PetriNet(places=labels, transitions=tuple(transitions), initial=0, final=1)
