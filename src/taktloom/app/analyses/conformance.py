# SPDX-License-Identifier: Apache-2.0
"""Conformance: alignments with and token replay on a model, constraints, skeletons and times that hold in a log."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from taktloom.app.analyses.discovery import DiscoverParameters, discovered_model
from taktloom.app.analyses.models import net_of
from taktloom.app.analyses.records import Analysis, AnalysisInput, AnalysisOutput, OutputTable, document, parameter

if TYPE_CHECKING:
    from taktloom.mining.petri import PetriNet

LISTED = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class AlignParameters(DiscoverParameters):
    """The model, or the miner that makes one, and how far to search."""

    model: str = document("BPMN or PNML file to align with; without it a model is discovered.", default="")

    limit: int = parameter(
        "States looked at per variant; beyond, bounds are told.", default=200_000, least=100, most=2_000_000
    )
    jobs: int = parameter("Processes that align.", default=1, least=1, most=8)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenReplayParameters(DiscoverParameters):
    """The model, or the miner that makes one."""

    model: str = document("BPMN or PNML file to replay on; without it a model is discovered.", default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclareParameters:
    """Which constraints are told."""

    support: float = parameter("Least share of cases.", default=0.1, least=0, most=1)
    confidence: float = parameter("Least share of the cases that activate it.", default=1.0, least=0, most=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SkeletonParameters:
    """How strict the skeleton is."""

    noise: float = parameter("Share of cases that may break a relation.", default=0.0, least=0, most=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class TemporalParameters:
    """What counts as unusual."""

    zeta: float = parameter("Standard deviations from the mean.", default=6.0, least=0, most=1000)


def _align(source: AnalysisInput, parameters: AlignParameters) -> AnalysisOutput:
    from taktloom.mining.conformance.alignments import ALIGNMENT_METHOD, MoveKind, align_log

    net, name = _net(source, parameters)

    def report(done: int, total: int) -> None:
        source.report("aligning", done, total)

    aligned = align_log(net, source.variants, limit=parameters.limit, jobs=parameters.jobs, report=report)
    ranked = sorted(aligned.variants, key=lambda each: (each.alignment.cost == 0, -each.cases, each.alignment.of))
    rows = tuple(
        (
            each.cases,
            each.alignment.cost,
            each.fitness,
            " > ".join(each.alignment.of),
            ", ".join(
                f"{move.kind} {move.activity}" for move in each.alignment.moves if move.kind is not MoveKind.SYNCHRONOUS
            ),
        )
        for each in ranked[:LISTED]
    )
    summary = OutputTable(
        title="Alignment",
        columns=("model", "fitness", "highest", "mean of cases", "fitting cases", "cases"),
        rows=(
            (
                name,
                aligned.fitness,
                aligned.highest_fitness,
                aligned.mean_fitness,
                aligned.fitting_cases,
                aligned.cases,
            ),
        ),
    )
    variants = OutputTable(title="Variants", columns=("cases", "cost", "fitness", "variant", "moves"), rows=rows)
    return AnalysisOutput(data=aligned, tables=(summary, variants), notes=(f"{ALIGNMENT_METHOD}.",))


def _net(source: AnalysisInput, parameters: AlignParameters | TokenReplayParameters) -> "tuple[PetriNet, str]":
    """The net that is given or discovered, and what it is called."""
    if parameters.model:
        return net_of(parameters.model, source.log.activities), "given"
    discovered = discovered_model(source, parameters)
    return discovered.net, discovered.settings.title


def _token_replay(source: AnalysisInput, parameters: TokenReplayParameters) -> AnalysisOutput:
    from taktloom.mining.conformance import PRECISION_METHOD, check_fitness, measure_precision
    from taktloom.mining.watching import step

    net, name = _net(source, parameters)
    with step("replaying", 0, 2):
        found = check_fitness(net, source.variants)
    with step("replaying", 1, 2):
        found = replace(found, precision=measure_precision(net, source.variants))
    ranked = sorted(found.variants, key=lambda each: (not each.deviations, -each.cases, each.activities))
    summary = OutputTable(
        title="Token replay",
        columns=("model", "fitness", "precision", "fitting cases", "cases"),
        rows=((name, found.fitness, found.precision, found.fitting_cases, found.cases),),
    )
    variants = OutputTable(
        title="Variants",
        columns=("cases", "fitness", "variant", "deviations"),
        rows=tuple(
            (each.cases, each.fitness, " > ".join(each.activities), "; ".join(each.deviations))
            for each in ranked[:LISTED]
        ),
    )
    return AnalysisOutput(data=found, tables=(summary, variants), notes=(f"{found.method}.", f"{PRECISION_METHOD}."))


def _declare(source: AnalysisInput, parameters: DeclareParameters) -> AnalysisOutput:
    from taktloom.mining.conformance.declare import discover_constraints

    found = discover_constraints(source.variants, support=parameters.support, confidence=parameters.confidence)
    rows = tuple((each.constraint.text, each.support, each.confidence, each.activated_cases) for each in found[:LISTED])
    table = OutputTable(title="Constraints", columns=("constraint", "support", "confidence", "activated"), rows=rows)
    return AnalysisOutput(data=found, tables=(table,))


def _skeleton(source: AnalysisInput, parameters: SkeletonParameters) -> AnalysisOutput:
    from taktloom.mining.conformance.log_skeleton import discover_skeleton

    found = discover_skeleton(source.variants, noise=parameters.noise)
    data = {
        name: sorted(getattr(found, name))
        for name in ("equivalence", "always_after", "always_before", "never_together", "directly_follows")
    }
    rows = tuple((name.replace("_", " "), *pair) for name, pairs in data.items() for pair in pairs)
    table = OutputTable(title="Relations", columns=("relation", "first", "second"), rows=rows, words=("relation",))
    frequencies = {name: sorted(counts) for name, counts in sorted(found.frequencies.items())}
    return AnalysisOutput(data={**data, "frequencies": frequencies}, tables=(table,))


def _temporal_profile(source: AnalysisInput, parameters: TemporalParameters) -> AnalysisOutput:
    from taktloom.mining.conformance.temporal_profile import check_temporal_profile, discover_temporal_profile
    from taktloom.mining.statistics.arrays import load_arrays

    arrays = load_arrays(source.log)
    profile = discover_temporal_profile(arrays)
    source.report("checking", 0, None)
    checked = check_temporal_profile(arrays, profile, zeta=parameters.zeta)
    ranked = sorted(profile.pairs, key=lambda pair: (-pair.count, pair.first, pair.second))[:LISTED]
    rows = tuple((pair.first, pair.second, pair.count, pair.mean_s, pair.deviation_s) for pair in ranked)
    columns = ("first", "second", "count", "mean s", "deviation s")
    return AnalysisOutput(
        data={"profile": profile, "conformance": checked},
        tables=(
            OutputTable(title="Times", columns=columns, rows=rows),
            OutputTable(
                title="Deviating cases",
                columns=("cases", "deviating"),
                rows=((checked.cases, checked.deviating_cases),),
            ),
        ),
    )


ANALYSES: tuple[Analysis[Any], ...] = (
    Analysis(
        name="align",
        summary="Align every variant with a given or discovered model: fitness, and where cases leave the model.",
        example="receipt.csv --timezone Europe/Amsterdam --miner inductive",
        parameters=AlignParameters,
        run=_align,
    ),
    Analysis(
        name="token-replay",
        summary="Replay every variant on a given or discovered model: fitness and precision, and where tokens lack.",
        example="receipt.csv --timezone Europe/Amsterdam --miner inductive",
        parameters=TokenReplayParameters,
        run=_token_replay,
    ),
    Analysis(
        name="declare",
        summary="Constraints that hold between activities (Declare), with support and confidence.",
        example="receipt.csv --timezone Europe/Amsterdam --support 0.5",
        parameters=DeclareParameters,
        run=_declare,
    ),
    Analysis(
        name="skeleton",
        summary="Log skeleton: what is always before, after, together, never together, and how often.",
        example="receipt.csv --timezone Europe/Amsterdam --noise 0.02",
        parameters=SkeletonParameters,
        run=_skeleton,
    ),
    Analysis(
        name="temporal-profile",
        summary="The usual time between any two activities, and the cases where it was not.",
        example="receipt.csv --timezone Europe/Amsterdam --zeta 4",
        parameters=TemporalParameters,
        run=_temporal_profile,
        counts_only=True,
    ),
)
