# SPDX-License-Identifier: Apache-2.0
"""The four qualities of a discovered model, and whether it is sound: told together, because each can be had alone.

- fitness: token-based replay; precision: escaping edges; F: their harmonic mean.
- generalisation: 1 − mean over transitions of 1 ÷ √(times fired while replaying); what fires rarely may be chance.
- simplicity: 1 ÷ (1 + max(0, mean arcs per node − 2)): a chain scores 1.
Sources: Buijs, van Dongen & van der Aalst, "Quality dimensions in process discovery", IJCIS 23, 2014 (generalisation);
Blum, "Metrics in process discovery", TR/DCC-2015-6, 2015 (inverse arc degree); the others as in their modules.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from taktloom.mining.conformance.precision import measure_precision
from taktloom.mining.conformance.replay import Replayer, TraceReplay, token_fitness
from taktloom.mining.net_soundness import NetSoundness, check_soundness
from taktloom.mining.petri import PetriNet
from taktloom.mining.watching import step, telling

GENERALISATION_METHOD = "frequency of use, Buijs, van Dongen & van der Aalst 2014"
SIMPLICITY_METHOD = "inverse arc degree, Blum 2015"
CHAIN_DEGREE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelQuality:
    """Shares in 0..1. fitting_cases of cases replay without a deviation. size: places, transitions and arcs."""

    fitness: float
    precision: float
    f_score: float
    generalisation: float
    simplicity: float
    soundness: NetSoundness
    fitting_cases: int
    cases: int
    places: int
    transitions: int
    arcs: int


def measure_quality(net: PetriNet, variants: Mapping[tuple[str, ...], int]) -> ModelQuality:
    """Replay every variant once and measure; cost grows with variants, not with cases."""
    with step("measuring", 0, 3):
        totals, fired, fitting = _replayed(net, variants)
    fitness = token_fitness(*totals) if variants else 1.0
    with step("measuring", 1, 3):
        precision = measure_precision(net, variants)
    with step("measuring", 2, 3):
        soundness = check_soundness(net)
    return ModelQuality(
        fitness=fitness,
        precision=precision,
        f_score=f_score(fitness, precision),
        generalisation=_generalisation(len(net.transitions), fired),
        simplicity=measure_simplicity(net),
        soundness=soundness,
        fitting_cases=fitting,
        cases=sum(variants.values()),
        places=len(net.places),
        transitions=len(net.transitions),
        arcs=_arcs(net),
    )


def _replayed(net: PetriNet, variants: Mapping[tuple[str, ...], int]) -> tuple[list[int], Counter[int], int]:
    """Token counts of the log, how often each transition fires, and how many cases fit."""
    replayer = Replayer(net)
    totals = [0, 0, 0, 0]
    fired: Counter[int] = Counter()
    fitting = 0
    for trace, cases in telling(variants.items(), "replaying"):
        replay = replayer.replay(trace)
        counts = (replay.missing, replay.consumed, replay.remaining, replay.produced)
        totals = [total + count * cases for total, count in zip(totals, counts, strict=True)]
        fitting += cases if replay.is_fitting else 0
        for index, times in _firings(replay).items():
            fired[index] += times * cases
    return totals, fired, fitting


def f_score(fitness: float, precision: float) -> float:
    """The harmonic mean; 0 where both are 0."""
    return 2 * fitness * precision / (fitness + precision) if fitness + precision else 0.0


def measure_simplicity(net: PetriNet) -> float:
    """Inverse arc degree of places and transitions, in (0, 1]."""
    nodes = len(net.places) + len(net.transitions)
    return 1 / (1 + max(0.0, 2 * _arcs(net) / nodes - CHAIN_DEGREE)) if nodes else 1.0


def _arcs(net: PetriNet) -> int:
    return sum(len(transition.inputs) + len(transition.outputs) for transition in net.transitions)


def _firings(replay: TraceReplay) -> Counter[int]:
    fired = Counter(replay.ending)
    for event in replay.events:
        fired.update(event.silent)
        if event.transition is not None:
            fired[event.transition] += 1
    return fired


def _generalisation(transitions: int, fired: Mapping[int, int]) -> float:
    if not transitions:
        return 1.0
    rarity = sum(fired[index] ** -0.5 if fired.get(index) else 1.0 for index in range(transitions))
    return 1 - rarity / transitions
