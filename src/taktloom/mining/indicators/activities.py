# SPDX-License-Identifier: Apache-2.0
"""The indicators of every activity of a log, each with its number of observations or the reason why it is not known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from taktloom.mining.decisions.discovering import MinedDecision, Verdict
from taktloom.mining.indicators.names import EXPLANATIONS, IndicatorName
from taktloom.mining.indicators.weighted import Codes, IndicatorSource, Numbers, measure_weighted
from taktloom.mining.logs.canonical import CanonicalLog
from taktloom.mining.logs.variants import VariantTable
from taktloom.mining.statistics.arrays import NOBODY, LogArrays, load_arrays
from taktloom.mining.statistics.resources import Actor, ResourceEvidence
from taktloom.model.events import EVENT_ATTRIBUTE_PREFIX
from taktloom.model.process import Activity, ExclusiveGateway, ProcessDefinition

COMMON_COVERAGE = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """value None: not computable, *reason* says what it would need. n: observations behind the value."""

    name: IndicatorName
    value: float | None
    n: int
    formula: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityIndicators:
    """All indicators of one activity."""

    activity: str
    events: int
    cases: int
    indicators: Mapping[IndicatorName, Indicator]


def load_indicator_source(log: CanonicalLog, resources: Sequence[ResourceEvidence]) -> IndicatorSource:
    """Prepare *log*; *resources*: its classified resources (human or system)."""
    arrays = load_arrays(log)
    held, recorded = _held_values(log.events().collect())
    return IndicatorSource(
        log=arrays,
        case_index=np.repeat(np.arange(arrays.starts.size), np.diff(np.append(arrays.starts, arrays.case.size))),
        is_exception=exceptional_cases(log.variants()),
        actor=_actors(arrays, resources),
        already_held=held,
        recorded=recorded,
    )


def exceptional_cases(table: VariantTable) -> NDArray[np.bool_]:
    """Per case: its variant is not among the commonest ones that together cover 80 % of the cases."""
    counts = np.array([variant.cases for variant in table.variants], dtype=np.int64)
    before = np.cumsum(counts) - counts
    common = before < COMMON_COVERAGE * counts.sum()
    rare: NDArray[np.bool_] = ~common
    return rare[table.case_variants]


def _actors(log: LogArrays, resources: Sequence[ResourceEvidence]) -> Codes:
    code = {Actor.SYSTEM: 1, Actor.HUMAN: 0, Actor.CANNOT_TELL: -1}
    told = {evidence.resource: code[evidence.actor] for evidence in resources}
    return np.array([told.get(name, -1) for name in log.resources], dtype=np.int64)


def _held_values(events: pl.DataFrame) -> tuple[Numbers | None, Numbers | None]:
    names = [name for name in events.columns if name.startswith(EVENT_ATTRIBUTE_PREFIX)]
    if not names:
        return None, None
    earlier = [pl.col(name).forward_fill().shift(1).over("case_id").eq(pl.col(name)).fill_null(False) for name in names]
    table = events.select(
        pl.sum_horizontal(each.cast(pl.Float64) for each in earlier).alias("held"),
        pl.sum_horizontal(pl.col(name).is_not_null().cast(pl.Float64) for name in names).alias("recorded"),
    )
    return table["held"].to_numpy(), table["recorded"].to_numpy()


def measure_indicators(
    source: IndicatorSource, *, decisions: Mapping[str, MinedDecision] | None = None
) -> tuple[ActivityIndicators, ...]:
    """Every activity, most events first (ties by label). decisions: activity -> the choice right after it."""
    measured = measure_weighted(source, np.ones(source.cases))
    log = source.log
    events = np.bincount(log.activity, minlength=len(log.activities))
    observations = _observations(source)
    rows = []
    for code in np.flatnonzero(events).tolist():
        label = log.activities[code]
        indicators = {
            name: _indicator(name, float(values[code]), int(observations[name][code]))
            for name, values in measured.items()
        }
        decision = (decisions or {}).get(label)
        indicators[IndicatorName.DECISION_DETERMINISM] = _determinism(decision)
        cases = round(float(measured[IndicatorName.CASE_FREQUENCY][code]) * source.cases)
        rows.append(ActivityIndicators(activity=label, events=int(events[code]), cases=cases, indicators=indicators))
    return tuple(sorted(rows, key=lambda row: (-row.events, row.activity)))


def decisions_after(process: ProcessDefinition, mined: Sequence[MinedDecision]) -> Mapping[str, MinedDecision]:
    """Activity -> the choice at the gateway right behind it."""
    by_gateway = {decision.gateway: decision for decision in mined}
    gateways = {node.id for node in process.nodes if isinstance(node, ExclusiveGateway)}
    names = {node.id: node.name for node in process.nodes if isinstance(node, Activity)}
    return {
        names[flow.source]: by_gateway[flow.target]
        for flow in process.flows
        if flow.source in names and flow.target in gateways and flow.target in by_gateway
    }


def judged_alternatives(process: ProcessDefinition, mined: Sequence[MinedDecision]) -> Mapping[str, MinedDecision]:
    """Activities that are themselves the outcome of a choice between activities for which no rule was found.

    Such an activity tells what a person decided (grant or refuse), so doing it is deciding.
    """
    names = {node.id: node.name for node in process.nodes if isinstance(node, Activity)}
    target = {flow.id: flow.target for flow in process.flows}
    found: dict[str, MinedDecision] = {}
    for decision in mined:
        chosen = [names[target[flow]] for flow in decision.flows if target[flow] in names]
        if decision.verdict is not Verdict.RULE and len(chosen) > 1 and len(chosen) == len(decision.flows):
            found.update(dict.fromkeys(chosen, decision))
    return found


def _indicator(name: IndicatorName, value: float, n: int) -> Indicator:
    explanation = EXPLANATIONS[name]
    if np.isnan(value):
        reason = f"needs-{explanation.needs}" if explanation.needs else "no-observation"
        return Indicator(name=name, value=None, n=n, formula=explanation.formula, reason=reason)
    return Indicator(name=name, value=value, n=n, formula=explanation.formula)


def _determinism(decision: MinedDecision | None) -> Indicator:
    name = IndicatorName.DECISION_DETERMINISM
    formula = EXPLANATIONS[name].formula
    if decision is None:
        return Indicator(name=name, value=None, n=0, formula=formula, reason="no-choice-after-it")
    if decision.accuracy is None:
        return Indicator(name=name, value=None, n=decision.choices, formula=formula, reason=decision.verdict.value)
    return Indicator(
        name=name, value=decision.accuracy, n=decision.choices, formula=f"{formula}; {decision.validation}"
    )


def _observations(source: IndicatorSource) -> Mapping[IndicatorName, Codes]:
    """How many events, transitions or cases each indicator of each activity rests on."""
    log, count = source.log, len(source.log.activities)
    events = np.bincount(log.activity, minlength=count)
    key = np.unique(source.case_index * count + log.activity)
    cases = np.bincount(key % count, minlength=count)
    into = np.bincount(log.activity[log.follows], minlength=count)
    both = (log.resource[log.follows] != NOBODY) & (log.resource[log.follows - 1] != NOBODY)
    known = np.bincount(log.activity[log.resource != NOBODY], minlength=count)
    recorded = np.zeros(count) if source.recorded is None else np.bincount(log.activity, source.recorded, count)
    return {
        IndicatorName.EVENTS_PER_MONTH: events,
        IndicatorName.CASE_FREQUENCY: cases,
        IndicatorName.STANDARDISATION: events,
        IndicatorName.REWORK: events,
        IndicatorName.EXCEPTION_SHARE: cases,
        IndicatorName.QUICK_SHARE: into,
        IndicatorName.RUBBER_STAMP_SHARE: into,
        IndicatorName.HAND_OFF_SHARE: np.bincount(log.activity[log.follows][both], minlength=count),
        IndicatorName.RESOURCE_SPREAD: known,
        IndicatorName.AUTOMATION_RATE: known,
        IndicatorName.WAITING_HOURS: into,
        IndicatorName.PROCESSING_HOURS: np.bincount(log.activity[log.has_start], minlength=count),
        IndicatorName.DATA_DETERMINISM: recorded.astype(np.int64),
    }
