# SPDX-License-Identifier: Apache-2.0
"""Discovery: a model from a log, and the miners compared on it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from taktloom.app.analyses.records import Analysis, AnalysisInput, AnalysisOutput, OutputTable, parameter

if TYPE_CHECKING:
    from taktloom.mining.conformance.model_quality import ModelQuality
    from taktloom.mining.discovery.miners import ChosenModel, DiscoveredModel, MinerSettings

QUALITY_COLUMNS = ("fitness", "precision", "F", "generalisation", "simplicity", "soundness", "size")


class MinerName(StrEnum):
    """best: the one whose model does best on cases it has not seen."""

    BEST = "best"
    INDUCTIVE = "inductive"
    INDUCTIVE_GRAPH = "inductive-graph"
    SPLIT = "split"
    HEURISTICS = "heuristics"
    ALPHA = "alpha"
    ALPHA_PLUS = "alpha-plus"


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoverParameters:
    """Which miner, and its thresholds; `best` takes none."""

    miner: MinerName = parameter("Which miner; best tries several on cases held out.", default=MinerName.BEST)
    noise: float = parameter("Inductive: share of rare behaviour left out.", default=0.2, least=0, most=1)
    concurrency: float = parameter("Split: imbalance still concurrent.", default=0.1, least=0, most=1)
    filtering: float = parameter("Split: percentile of rare edges dropped.", default=0.4, least=0, most=1)
    dependency: float = parameter("Heuristics: least dependency.", default=0.9, least=0, most=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareParameters:
    """Nothing to choose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoveryResult:
    """miner with its thresholds, the four qualities of its model, and the tree where the miner makes one."""

    miner: str
    quality: "ModelQuality"
    has_bpmn: bool
    tree: str | None
    tried: tuple[str, ...] = ()


def _discover(source: AnalysisInput, parameters: DiscoverParameters) -> AnalysisOutput:
    from taktloom.mining.discovery.miners import discover_and_measure
    from taktloom.mining.discovery.process_tree import describe_tree

    tried: tuple[str, ...] = ()
    if parameters.miner is MinerName.BEST:
        chosen = _chosen(source)
        model, quality = chosen.model, chosen.quality
        tried = tuple(f"{each.settings.title}: F {each.held_out.f_score:.3f}" for each in chosen.candidates)
    else:
        model, quality = discover_and_measure(source.variants, source.variants, _settings(parameters))
    result = DiscoveryResult(
        miner=model.settings.title,
        quality=quality,
        has_bpmn=model.sketch is not None,
        tree=None if model.tree is None else describe_tree(model.tree),
        tried=tried,
    )
    table = OutputTable(
        title="Model", columns=("miner", *QUALITY_COLUMNS), rows=((result.miner, *quality_cells(quality)),)
    )
    return AnalysisOutput(data=result, tables=(table,), notes=_METHODS, files=_files(source, model))


_METHODS = (
    "Fitness: token-based replay. Precision: escaping edges. F: harmonic mean. Size: places, transitions and arcs.",
)


def discovered_model(source: AnalysisInput, parameters: DiscoverParameters) -> "DiscoveredModel":
    """The model of the miner that is asked for."""
    from taktloom.mining.discovery.miners import discover_model

    if parameters.miner is MinerName.BEST:
        return _chosen(source).model
    source.report("discovering", 0, None)
    return discover_model(source.variants, _settings(parameters))


def _settings(parameters: DiscoverParameters) -> "MinerSettings":
    from taktloom.mining.discovery.miners import Miner, MinerSettings

    return MinerSettings(
        miner=Miner(parameters.miner.value),
        noise=parameters.noise,
        concurrency=parameters.concurrency,
        filtering=parameters.filtering,
        dependency=parameters.dependency,
    )


def _chosen(source: AnalysisInput) -> "ChosenModel":
    from taktloom.mining.discovery.miners import choose_model

    return choose_model(*split_by_time(source))


def split_by_time(source: AnalysisInput) -> tuple[dict[tuple[str, ...], int], dict[tuple[str, ...], int]]:
    """The variants of the earlier 70 % of cases by their first event, and of the later 30 %; with fewer than ten
    cases both are all."""
    from taktloom.mining.statistics.arrays import load_arrays

    table, arrays = source.log.variants(), load_arrays(source.log)
    if len(table.case_codes) < 10:
        return dict(source.variants), dict(source.variants)
    order = arrays.occurred_at[arrays.starts].argsort(kind="stable")
    cut = int(len(order) * 0.7)
    parts: tuple[dict[tuple[str, ...], int], dict[tuple[str, ...], int]] = ({}, {})
    for part, places in zip(parts, (order[:cut], order[cut:]), strict=True):
        for number in table.case_variants[places].tolist():
            activities = table.variants[number].activities
            part[activities] = part.get(activities, 0) + 1
    return parts


def quality_cells(quality: "ModelQuality") -> tuple[object, ...]:
    """The values of QUALITY_COLUMNS."""
    size = quality.places + quality.transitions + quality.arcs
    shares = (quality.fitness, quality.precision, quality.f_score, quality.generalisation, quality.simplicity)
    return (*shares, quality.soundness.verdict.value, size)


def _files(source: AnalysisInput, model: "DiscoveredModel") -> dict[str, Callable[[], bytes]]:
    from taktloom.app.model_files import bpmn_bytes, process_id_of
    from taktloom.formats.layout import layout
    from taktloom.formats.pnml import write_pnml
    from taktloom.mining.discovery.bpmn_from_sketch import bpmn_from_sketch
    from taktloom.mining.drawing.model_svg import net_svg, process_svg
    from taktloom.mining.net_exchange import to_exchange
    from taktloom.model.process import Definitions

    name, sketch = source.log.metadata.name, model.sketch
    files: dict[str, Callable[[], bytes]] = {"model.pnml": lambda: write_pnml(to_exchange(model.net, name=name))}
    if sketch is None:
        files["plot.svg"] = lambda: net_svg(model.net).encode()
        return files
    process = bpmn_from_sketch(sketch, process_id=process_id_of(name), name=name)
    files["model.bpmn"] = lambda: bpmn_bytes(Definitions(processes=(process,)))
    files["plot.svg"] = lambda: process_svg(process, layout(process)).encode()
    files["net.svg"] = lambda: net_svg(model.net).encode()
    return files


def _compare(source: AnalysisInput, parameters: CompareParameters) -> AnalysisOutput:
    from taktloom.mining.discovery.miners import Miner, MinerSettings, discover_and_measure
    from taktloom.mining.watching import step

    results = []
    for number, miner in enumerate(Miner):
        with step("trying miners", number, len(Miner)):
            settings = MinerSettings(miner=miner)
            model, quality = discover_and_measure(source.variants, source.variants, settings)
        results.append(
            DiscoveryResult(miner=model.settings.title, quality=quality, has_bpmn=bool(model.sketch), tree=None)
        )
    rows = tuple((each.miner, *quality_cells(each.quality)) for each in results)
    table = OutputTable(title="Miners", columns=("miner", *QUALITY_COLUMNS), rows=rows)
    return AnalysisOutput(data=tuple(results), tables=(table,), notes=_METHODS)


ANALYSES: tuple[Analysis[DiscoverParameters] | Analysis[CompareParameters], ...] = (
    Analysis(
        name="discover",
        summary="Discover a process model: BPMN and Petri net, with its four qualities and soundness.",
        example="receipt.csv --timezone Europe/Amsterdam --miner split -o receipt.bpmn -o plot.svg",
        parameters=DiscoverParameters,
        run=_discover,
    ),
    Analysis(
        name="miners",
        summary="Compare all miners on a log, with their default thresholds.",
        example="receipt.csv --timezone Europe/Amsterdam",
        parameters=CompareParameters,
        run=_compare,
    ),
)
