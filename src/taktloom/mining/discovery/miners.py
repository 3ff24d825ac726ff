# SPDX-License-Identifier: Apache-2.0
"""Every miner by name, each with its quality; and the choice among them on cases that they have not seen."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from taktloom.mining.conformance.model_quality import ModelQuality, measure_quality
from taktloom.mining.conformance.process_net import process_net
from taktloom.mining.discovery.alpha import discover_alpha, discover_alpha_plus
from taktloom.mining.discovery.bpmn_from_net import NotFreeChoiceError, sketch_net
from taktloom.mining.discovery.bpmn_from_sketch import bpmn_from_sketch
from taktloom.mining.discovery.causal_net import sketch_causal_net
from taktloom.mining.discovery.coding import VariantCounts, code_variants
from taktloom.mining.discovery.follows import follows_graph
from taktloom.mining.discovery.graph_inductive import mine_graph
from taktloom.mining.discovery.heuristics import HeuristicsThresholds, discover_causal_net
from taktloom.mining.discovery.inductive import DEFAULT_NOISE, discover_process_tree
from taktloom.mining.discovery.petri_from_tree import petri_net_from_tree
from taktloom.mining.discovery.process_tree import ProcessTree
from taktloom.mining.discovery.sketch import ProcessSketch, sketch_process
from taktloom.mining.discovery.split import DEFAULT_CONCURRENCY, DEFAULT_FILTERING, discover_split
from taktloom.mining.petri import PetriNet
from taktloom.mining.watching import step
from taktloom.model.errors import MisuseError
from taktloom.model.identifiers import ProcessId

LEAST_FITNESS = 0.85  # a model that fits fewer is too far from the log to be called its process


class Miner(StrEnum):
    """inductive: IMf (noise 0 is IM). inductive-graph: IMd, on the directly-follows graph alone."""

    INDUCTIVE = "inductive"
    INDUCTIVE_GRAPH = "inductive-graph"
    SPLIT = "split"
    HEURISTICS = "heuristics"
    ALPHA = "alpha"
    ALPHA_PLUS = "alpha-plus"


@dataclass(frozen=True, slots=True, kw_only=True)
class MinerSettings:
    """One miner and its thresholds in 0..1; those of other miners are not looked at."""

    miner: Miner
    noise: float = DEFAULT_NOISE
    concurrency: float = DEFAULT_CONCURRENCY
    filtering: float = DEFAULT_FILTERING
    dependency: float = 0.9

    @property
    def title(self) -> str:
        """`split (concurrency 0.1, filtering 0.4)`."""
        names = _THRESHOLDS[self.miner]
        values = ", ".join(f"{name} {getattr(self, name):g}" for name in names)
        return f"{self.miner} ({values})" if values else str(self.miner)


_THRESHOLDS: Mapping[Miner, tuple[str, ...]] = {
    Miner.INDUCTIVE: ("noise",),
    Miner.INDUCTIVE_GRAPH: ("noise",),
    Miner.SPLIT: ("concurrency", "filtering"),
    Miner.HEURISTICS: ("dependency",),
    Miner.ALPHA: (),
    Miner.ALPHA_PLUS: (),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoveredModel:
    """net always; sketch (for BPMN) None where the net is not free-choice; tree where the miner makes one."""

    settings: MinerSettings
    net: PetriNet
    sketch: ProcessSketch | None
    tree: ProcessTree | None = None


class NoSoundModelError(MisuseError):
    """None of the candidates gave a sound model that fits."""

    code = "TL-2152"


def discover_model(variants: VariantCounts, settings: MinerSettings) -> DiscoveredModel:
    """Run the miner. Raises ThresholdOutOfRangeError, TooManyActivitiesError, TooManyPlacesError (alpha)."""
    return _MINERS[settings.miner](variants, settings)


def _from_tree(settings: MinerSettings, tree: ProcessTree) -> DiscoveredModel:
    return DiscoveredModel(settings=settings, net=petri_net_from_tree(tree), sketch=sketch_process(tree), tree=tree)


def _from_sketch(settings: MinerSettings, sketch: ProcessSketch) -> DiscoveredModel:
    net = process_net(bpmn_from_sketch(sketch, process_id=ProcessId("discovered"))).net
    return DiscoveredModel(settings=settings, net=net, sketch=sketch)


def _from_net(settings: MinerSettings, net: PetriNet) -> DiscoveredModel:
    try:
        return DiscoveredModel(settings=settings, net=net, sketch=sketch_net(net))
    except NotFreeChoiceError:
        return DiscoveredModel(settings=settings, net=net, sketch=None)


def _inductive(variants: VariantCounts, settings: MinerSettings) -> DiscoveredModel:
    return _from_tree(settings, discover_process_tree(variants, noise=settings.noise))


def _inductive_graph(variants: VariantCounts, settings: MinerSettings) -> DiscoveredModel:
    names, log = code_variants(variants)
    tree = mine_graph(follows_graph(log), names, noise=settings.noise, empty=log.get((), 0))
    return _from_tree(settings, tree)


def _split(variants: VariantCounts, settings: MinerSettings) -> DiscoveredModel:
    sketch = discover_split(variants, concurrency=settings.concurrency, filtering=settings.filtering)
    return _from_sketch(settings, sketch)


def _heuristics(variants: VariantCounts, settings: MinerSettings) -> DiscoveredModel:
    net = discover_causal_net(variants, thresholds=HeuristicsThresholds(dependency=settings.dependency))
    return _from_sketch(settings, sketch_causal_net(net))


_MINERS: Mapping[Miner, Callable[[VariantCounts, MinerSettings], DiscoveredModel]] = {
    Miner.INDUCTIVE: _inductive,
    Miner.INDUCTIVE_GRAPH: _inductive_graph,
    Miner.SPLIT: _split,
    Miner.HEURISTICS: _heuristics,
    Miner.ALPHA: lambda variants, settings: _from_net(settings, discover_alpha(variants)),
    Miner.ALPHA_PLUS: lambda variants, settings: _from_net(settings, discover_alpha_plus(variants)),
}

CANDIDATES: tuple[MinerSettings, ...] = (
    *(MinerSettings(miner=Miner.INDUCTIVE, noise=noise) for noise in (0.0, 0.1, 0.2, 0.4)),
    *(
        MinerSettings(miner=Miner.SPLIT, concurrency=concurrency, filtering=filtering)
        for concurrency in (0.0, 0.1, 0.3)
        for filtering in (0.1, 0.4, 0.8)
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Settings tried on a part of the log, and the quality of their model on the other part."""

    settings: MinerSettings
    held_out: ModelQuality


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenModel:
    """The model of the best candidate, discovered from the whole log; its quality there; all candidates, best first."""

    model: DiscoveredModel
    quality: ModelQuality
    candidates: tuple[Candidate, ...]


def choose_model(
    known: VariantCounts,
    held_out: VariantCounts,
    *,
    candidates: Sequence[MinerSettings] = CANDIDATES,
) -> ChosenModel:
    """Try each candidate on *known* and take the best F-score on *held_out* among sound models that fit >= 0.85.

    The winner's settings then discover from both parts together. Raises NoSoundModelError; ties go to the first.
    """
    tried = []
    for number, settings in enumerate(candidates):
        with step("trying miners", number, len(candidates) + 1):
            _, quality = discover_and_measure(known, held_out, settings)
        tried.append(Candidate(settings=settings, held_out=quality))
    tried.sort(key=lambda each: -each.held_out.f_score)
    best = next((each for each in tried if _is_acceptable(each.held_out)), None)
    if best is None:
        raise NoSoundModelError(
            f"No miner found a sound model that fits at least {LEAST_FITNESS:.0%} of the held-out cases.",
            remedy="Filter the log to one process or to its frequent variants, then try again.",
            parameters={"fitness": str(LEAST_FITNESS)},
        )
    whole = dict(known)
    for variant, cases in held_out.items():
        whole[variant] = whole.get(variant, 0) + cases
    with step("trying miners", len(candidates), len(candidates) + 1):
        model, quality = discover_and_measure(whole, whole, best.settings)
    return ChosenModel(model=model, quality=quality, candidates=tuple(tried))


def discover_and_measure(
    known: VariantCounts, measured: VariantCounts, settings: MinerSettings
) -> tuple[DiscoveredModel, ModelQuality]:
    """The model of *known* and its quality on *measured*; errors as `discover_model`."""
    with step("discovering", 0, 2):
        model = discover_model(known, settings)
    with step("measuring", 1, 2):
        return model, measure_quality(model.net, measured)


def _is_acceptable(quality: ModelQuality) -> bool:
    return quality.soundness.is_sound and quality.fitness >= LEAST_FITNESS
