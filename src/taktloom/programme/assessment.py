# SPDX-License-Identifier: Apache-2.0
"""From a log to its potential and to a draft, in one call each: what the doors use."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import polars as pl

from taktloom.evidence.resampling import DEFAULT_REPLICATES
from taktloom.formats.bpmn import write_bpmn
from taktloom.formats.layout import layout
from taktloom.mining.conformance import check_fitness, measure_precision
from taktloom.mining.conformance.process_net import ProcessNet, process_net
from taktloom.mining.decisions.discovering import MinedDecision, mine_decisions
from taktloom.mining.discovery.bpmn_from_sketch import bpmn_from_tree
from taktloom.mining.discovery.inductive import DEFAULT_NOISE, discover_process_tree
from taktloom.mining.indicators import NamedCalendar, decisions_after, judged_alternatives, load_indicator_source
from taktloom.mining.logs.canonical import CanonicalLog
from taktloom.mining.quality.unknowable import is_utc_only
from taktloom.mining.statistics.arrays import load_arrays
from taktloom.mining.statistics.resources import classify_resources
from taktloom.mining.watching import heed
from taktloom.model.conformance import ConformanceReport
from taktloom.model.identifiers import ProcessId
from taktloom.model.process import Definitions, ProcessDefinition
from taktloom.programme.draft import Draft, DraftRequest, draft_automation
from taktloom.programme.policy import DEFAULT_POLICY, Policy
from taktloom.programme.potential import PotentialReport, PotentialRequest, assess_potential
from taktloom.programme.rates import Rates
from taktloom.programme.stages import Report, Stage, part_of, unheard
from taktloom.programme.wording import DraftLanguage


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoveredModel:
    """The process that a log shows, how well it tells the log, and what was found at its choices."""

    process: ProcessDefinition
    noise: float
    conformance: ConformanceReport
    decisions: tuple[MinedDecision, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentOptions:
    """How to assess; rates None: no money is shown. calendar None: work counts in the hours that the log shows. report:
    hears the stages."""

    noise: float = DEFAULT_NOISE
    policy: Policy = field(default=DEFAULT_POLICY)
    rates: Rates | None = None
    calendar: NamedCalendar | None = None
    replicates: int = DEFAULT_REPLICATES
    report: Report = unheard


def variant_counts(log: CanonicalLog) -> dict[tuple[str, ...], int]:
    """Activities -> number of cases."""
    return {variant.activities: variant.cases for variant in log.variants().variants}


def discover_model(
    log: CanonicalLog, *, process_id: ProcessId, noise: float = DEFAULT_NOISE, report: Report = unheard
) -> DiscoveredModel:
    """Discover, check against the whole log, and mine the choices. Fitness and precision as in `mining.conformance`."""
    variants = variant_counts(log)
    process = _discover_process(log, variants, process_id=process_id, noise=noise, report=report)
    net = process_net(process)
    with part_of(Stage.REPLAYING, 0, 2, report):
        conformance = check_fitness(net.net, variants)
    with part_of(Stage.REPLAYING, 1, 2, report):
        conformance = replace(conformance, precision=measure_precision(net.net, variants))
    decisions = _mine_choices(log, net, report)
    return DiscoveredModel(process=process, noise=noise, conformance=conformance, decisions=decisions)


def _discover_process(
    log: CanonicalLog,
    variants: Mapping[tuple[str, ...], int],
    *,
    process_id: ProcessId,
    noise: float,
    report: Report,
) -> ProcessDefinition:
    with part_of(Stage.DISCOVERING, 0, 1, report):
        tree = discover_process_tree(variants, noise=noise)
    return bpmn_from_tree(tree, process_id=process_id, name=log.metadata.name)


def _mine_choices(log: CanonicalLog, net: ProcessNet, report: Report) -> tuple[MinedDecision, ...]:
    return mine_decisions(log.events().collect(), net, report=lambda done, total: report(Stage.CHOICES, done, total))


def model_file(model: DiscoveredModel) -> bytes:
    """The discovered process as laid out BPMN."""
    return write_bpmn(Definitions(processes=(model.process,), diagram=layout(model.process)))


def assess_log(log: CanonicalLog, options: AssessmentOptions | None = None) -> PotentialReport:
    """The potential of every activity of *log*. Of the model only the choices count: its fitness is not measured."""
    options = options or AssessmentOptions()
    process = _discover_process(
        log, variant_counts(log), process_id=ProcessId("discovered"), noise=options.noise, report=options.report
    )
    choices = _mine_choices(log, process_net(process), options.report)
    with part_of(Stage.MEASURING, 0, 2, options.report):
        resources = classify_resources(
            load_arrays(log),
            has_local_clock=not is_utc_only(log.metadata.facts, log.metadata.timezone),
            finest_unit_us=log.metadata.facts.finest_unit_us,
        )
        heed()
        source = load_indicator_source(log, resources, calendar=options.calendar)
    return assess_potential(
        PotentialRequest(
            source=source,
            decisions=decisions_after(process, choices),
            judged=judged_alternatives(process, choices),
            policy=options.policy,
            rates=options.rates,
            replicates=options.replicates,
            report=options.report,
        )
    )


def draft_from_log(
    log: CanonicalLog,
    potential: PotentialReport,
    *,
    process_id: ProcessId,
    name: str,
    language: DraftLanguage = DraftLanguage.ENGLISH,
) -> Draft:
    """Draft an automation of the whole log."""
    events: pl.DataFrame = log.events().collect()
    return draft_automation(
        DraftRequest(
            process_id=process_id,
            name=name,
            events=events,
            variants=variant_counts(log),
            potential=potential.activities,
            language=language,
        )
    )
