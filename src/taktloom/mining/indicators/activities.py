# SPDX-License-Identifier: Apache-2.0
"""The indicators of every activity of a log, each with its number of observations or the reason why it is not known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from taktloom.evidence.proportions import share_interval
from taktloom.evidence.resampling import Interval, percentile_interval
from taktloom.mining.decisions.discovering import MinedDecision, Verdict
from taktloom.mining.distinct import distinct
from taktloom.mining.indicators.names import EXPLANATIONS, IndicatorName
from taktloom.mining.indicators.regularity import Codes, Numbers
from taktloom.mining.indicators.source import IndicatorSource
from taktloom.mining.indicators.weighted import Measured, measure_weighted
from taktloom.mining.statistics.arrays import NOBODY
from taktloom.model.process import Activity, ExclusiveGateway, ProcessDefinition


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """value None: not computable, *reason* says what it would need. n: observations behind the value.

    interval: 95 % of the bootstrap draws; of decisions Wilson's; None where nothing was drawn.
    """

    name: IndicatorName
    value: float | None
    n: int
    formula: str
    reason: str = ""
    interval: Interval | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityIndicators:
    """All indicators of one activity."""

    activity: str
    events: int
    cases: int
    indicators: Mapping[IndicatorName, Indicator]


def measure_indicators(
    source: IndicatorSource,
    *,
    decisions: Mapping[str, MinedDecision] | None = None,
    draws: Sequence[Measured] = (),
) -> tuple[ActivityIndicators, ...]:
    """Every activity, most events first (ties by label).

    decisions: activity -> the choice right after it. draws: the same measured with the weights of bootstrap draws.
    """
    measured = measure_weighted(source, np.ones(source.cases))
    log = source.log
    events = np.bincount(log.activity, minlength=len(log.activities))
    observations = _observations(source)
    drawn = {
        name: np.array([draw[name] for draw in draws]).reshape(len(draws), len(log.activities)) for name in measured
    }
    rows = []
    for code in np.flatnonzero(events).tolist():
        label = log.activities[code]
        indicators = {
            name: _indicator(name, float(values[code]), int(observations[name][code]), drawn[name][:, code : code + 1])
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


def _indicator(name: IndicatorName, value: float, n: int, draws: Numbers) -> Indicator:
    explanation = EXPLANATIONS[name]
    if np.isnan(value):
        reason = f"needs-{explanation.needs}" if explanation.needs else "no-observation"
        return Indicator(name=name, value=None, n=n, formula=explanation.formula, reason=reason)
    interval = percentile_interval(draws.ravel())
    return Indicator(name=name, value=value, n=n, formula=explanation.formula, interval=interval)


def _determinism(decision: MinedDecision | None) -> Indicator:
    name = IndicatorName.DECISION_DETERMINISM
    formula = EXPLANATIONS[name].formula
    if decision is None:
        return Indicator(name=name, value=None, n=0, formula=formula, reason="no-choice-after-it")
    if decision.accuracy is None:
        return Indicator(name=name, value=None, n=decision.choices, formula=formula, reason=decision.verdict.value)
    return Indicator(
        name=name,
        value=decision.accuracy,
        n=decision.choices,
        formula=f"{formula}; {decision.validation}",
        interval=share_interval(round(decision.accuracy * decision.choices), decision.choices),
    )


def _observations(source: IndicatorSource) -> Mapping[IndicatorName, Codes]:
    """How many events, transitions or cases each indicator of each activity rests on."""
    log, count = source.log, len(source.log.activities)
    events = np.bincount(log.activity, minlength=count)
    key = distinct(source.case_index * count + log.activity)
    cases = np.bincount(key % count, minlength=count)
    into = np.bincount(log.activity[log.follows], minlength=count)
    both = (log.resource[log.follows] != NOBODY) & (log.resource[log.follows - 1] != NOBODY)
    known = np.bincount(log.activity[log.resource != NOBODY], minlength=count)
    started = np.bincount(log.activity[log.has_start], minlength=count)
    comparable = np.zeros(count) if source.comparable is None else np.bincount(log.activity, source.comparable, count)
    nothing = np.zeros(count, dtype=np.int64)
    told = {
        IndicatorName.CASE_FREQUENCY: cases,
        IndicatorName.ORDERING: cases,
        IndicatorName.VARIANT_CONCENTRATION: cases,
        IndicatorName.FAILURE_RATE: nothing if source.has_failed is None else cases,
        IndicatorName.QUICK_SHARE: into,
        IndicatorName.TYPICAL_TIME_S: into,
        IndicatorName.TYPICAL_WORK_S: started,
        IndicatorName.RUBBER_STAMP_SHARE: into,
        IndicatorName.WAITING_HOURS: into,
        IndicatorName.SYSTEM_SWITCH_SHARE: nothing if source.system is None else into,
        IndicatorName.HAND_OFF_SHARE: np.bincount(log.activity[log.follows][both], minlength=count),
        IndicatorName.PING_PONG_SHARE: known,
        IndicatorName.RESOURCE_SPREAD: known,
        IndicatorName.ROLE_SPREAD: np.bincount(log.activity[log.role != NOBODY], minlength=count),
        IndicatorName.AUTOMATION_RATE: known,
        IndicatorName.PROCESSING_HOURS: started,
        IndicatorName.TIME_STABILITY: started,
        IndicatorName.MANUAL_HOURS: started,
        IndicatorName.BATCH_SHARE: np.bincount(log.activity[source.batch_told], minlength=count),
        IndicatorName.TIMER_REGULARITY: nothing if source.phases is None else events,
        IndicatorName.DATA_DETERMINISM: comparable.astype(np.int64),
    }
    return {name: told.get(name, events) for name in IndicatorName}
