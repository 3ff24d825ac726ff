# SPDX-License-Identifier: Apache-2.0
"""The quality card: how far a log can be trusted, and what cannot be known from it.

Score = weighted mean of five components, each 0 to 100 and shown beside it:
completeness 30 (rows that could be read x events that name a resource, the latter at half weight), order 25 (steps with
distinguishable times, rows in order), uniqueness 15 (rows without a twin), clock 20 (resolution: seconds or finer
100, minutes 70, hours 40, days 10; times in hours that occur twice or never take their share), lifecycle 10 (instances
with a start; 50 when the log has completions only, minus orphans).
The score compares exports of one process; the findings say what to do about it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from taktloom.mining.logs.metadata import ImportFacts
from taktloom.mining.quality.clocks import DAY_US, HOUR_US, MINUTE_US, SECOND_US, read_clocks
from taktloom.mining.quality.truncation import find_truncation
from taktloom.mining.quality.unknowable import find_unknowable
from taktloom.mining.statistics.arrays import NOBODY, LogArrays
from taktloom.model.findings import Finding, Severity

EPOCH_END_US, FAR_US = 365 * DAY_US, 47_482 * DAY_US  # 1971 and 2100: zero dates, 9999-12-31 and the like
NIGHT_HOURS = (22, 23, 0, 1, 2, 3, 4, 5)
BATCH_SIZE = 10
WEIGHTS: Mapping[str, int] = {"completeness": 30, "order": 25, "uniqueness": 15, "clock": 20, "lifecycle": 10}


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityComponent:
    """One part of the score: 0 to 100, with its weight in percent."""

    name: str
    score: float
    weight: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityCard:
    """Score 0 to 100 with its components; findings of what is wrong; what cannot be known, with what it would need.

    measures: the numbers behind, by name.
    """

    score: float
    components: tuple[QualityComponent, ...]
    findings: tuple[Finding, ...]
    cannot_be_known: tuple[Finding, ...]
    measures: Mapping[str, float]


def assess_quality(
    log: LogArrays, facts: ImportFacts, *, has_case_attributes: bool, timezone: str | None
) -> QualityCard:
    """The card of *log*; *facts* are of the whole import, also when *log* is a filtered view."""
    measures = measure(log, facts)
    components = tuple(
        QualityComponent(name=name, score=round(score, 1), weight=WEIGHTS[name])
        for name, score in _components(measures, facts).items()
    )
    return QualityCard(
        score=round(sum(each.score * each.weight for each in components) / 100, 1),
        components=components,
        findings=tuple(_findings(measures, facts)),
        cannot_be_known=tuple(
            find_unknowable(measures, facts, has_case_attributes=has_case_attributes, timezone=timezone)
        ),
        measures=measures,
    )


def measure(log: LogArrays, facts: ImportFacts) -> dict[str, float]:
    """The numbers of the card. Shares are 0 to 1."""
    rows, follows = max(1, log.case.size), max(1, log.follows.size)
    hours = np.bincount((log.local // HOUR_US) % 24, minlength=24)
    _, same_instant = np.unique(log.occurred_at, return_counts=True)
    truncation, clocks = find_truncation(log), read_clocks(log, facts.finest_unit_us)
    span = int(log.occurred_at.max() - log.occurred_at.min()) if log.occurred_at.size else 0
    return {
        "rows": facts.rows,
        "skipped_rows": facts.skipped_rows,
        "resource_share": float((log.resource != NOBODY).sum() / rows),
        "role_share": float((log.role != NOBODY).sum() / rows),
        "start_share": float(log.has_start.sum() / rows),
        "same_time_steps": int((log.gap_us == 0).sum()),
        "same_time_share": float((log.gap_us == 0).sum() / follows),
        "batch_events": int(same_instant[same_instant >= BATCH_SIZE].sum()),
        "night_share": float(hours[list(NIGHT_HOURS)].sum() / rows),
        "out_of_order_rows": facts.out_of_order_rows,
        "duplicate_rows": facts.duplicate_rows,
        "ambiguous_local_times": facts.ambiguous_local_times,
        "missing_local_times": facts.missing_local_times,
        "orphan_starts": facts.orphan_starts,
        "orphan_completes": facts.orphan_completes,
        "intermediate_events": facts.intermediate_events,
        "ends_before_start": facts.ends_before_start,
        "unprintable_labels": facts.unprintable_labels,
        "implausible_times": int(((log.occurred_at < EPOCH_END_US) | (log.occurred_at >= FAR_US)).sum()),
        "finest_unit_s": facts.finest_unit_us / SECOND_US,
        "coarse_times": facts.rows if facts.finest_unit_us >= MINUTE_US else 0,
        "coarse_events": clocks.coarse_events,
        "midnight_events": clocks.midnight_events,
        "summer_shift_h": clocks.summer_shift_h,
        "offsets": len(set(facts.offsets)),
        "cases_without_completion": facts.cases_without_completion,
        "days_covered": span / DAY_US,
        "cases_begun_before": truncation.begun_before,
        "cases_still_open": truncation.still_open,
    }


def _components(measures: Mapping[str, float], facts: ImportFacts) -> dict[str, float]:
    rows = max(1, facts.rows)
    read = facts.rows / max(1, facts.rows + facts.skipped_rows)
    clock = next(
        score
        for unit, score in ((DAY_US, 10), (HOUR_US, 40), (MINUTE_US, 70), (0, 100))
        if facts.finest_unit_us >= unit
    )
    odd_hours = (facts.ambiguous_local_times + facts.missing_local_times) / rows
    orphans = (facts.orphan_starts + facts.ends_before_start) / rows
    return {
        "completeness": 100 * read * (0.5 + 0.5 * measures["resource_share"]),
        "order": 100 * (1 - measures["same_time_share"]) * (1 - facts.out_of_order_rows / rows / 2),
        "uniqueness": 100 * (1 - facts.duplicate_rows / rows),
        "clock": clock * (1 - min(1.0, odd_hours)),
        "lifecycle": max(0.0, 50 + 50 * measures["start_share"] - 100 * orphans),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Check:
    """A finding that is made when its measure is above *limit*. one: the message when there is just one of them."""

    rule: str
    measure: str
    limit: float
    message: str
    remedy: str
    one: str = ""
    severity: Severity = Severity.WARNING


CHECKS = (
    _Check(
        rule="rows-skipped", measure="skipped_rows", limit=0,
        message="{value} rows could not be read and were left out.",
        one="One row could not be read and was left out.", remedy="Mend them in the source and import again.",
    ),
    _Check(
        rule="duplicate-rows", measure="duplicate_rows", limit=0,
        message="{value} rows repeat another in case, activity, time and resource.",
        one="One row repeats another in case, activity, time and resource.",
        remedy="Check whether the export joined tables; frequencies may be too high.",
    ),
    _Check(
        rule="out-of-order", measure="out_of_order_rows", limit=0, severity=Severity.INFORMATION,
        message="{value} rows stood before an earlier one of their case; they were sorted by time.",
        one="One row stood before an earlier one of its case; the rows were sorted by time.",
        remedy="Nothing, if the source was not meant to be in order.",
    ),
    _Check(
        rule="same-time-steps", measure="same_time_steps", limit=0,
        message="{value} steps carry the same time as the step before; their order is the source's.",
        one="One step carries the same time as the step before; their order is the source's.",
        remedy="Export finer times if the system has them.",
    ),
    _Check(
        rule="same-time-batches", measure="batch_events", limit=0, severity=Severity.INFORMATION,
        message="{value} events lie on instants shared by ten or more events: batches, or times set by a job.",
        remedy="Ask which system writes them.",
    ),
    _Check(
        rule="ambiguous-local-times", measure="ambiguous_local_times", limit=0,
        message="{value} times lie in the hour that occurs twice when clocks go back; the earlier was taken.",
        one="One time lies in the hour that occurs twice when clocks go back; the earlier was taken.",
        remedy="Export times with their offset.",
    ),
    _Check(
        rule="missing-local-times", measure="missing_local_times", limit=0,
        message="{value} times lie in the hour that clocks skip in spring: is the zone right?",
        one="One time lies in the hour that clocks skip in spring: is the zone right?",
        remedy="Check the zone that was named.",
    ),
    _Check(
        rule="implausible-times", measure="implausible_times", limit=0,
        message="{value} events lie before 1971 or after 2099: placeholders for times that are not known?",
        one="One event lies before 1971 or after 2099: a placeholder for a time that is not known?",
        remedy="Leave their rows out of the export; durations and the period of the log are wrong with them.",
    ),
    _Check(
        rule="coarse-times", measure="coarse_times", limit=0, severity=Severity.INFORMATION,
        message="No time of the log is finer than a whole minute.",
        remedy="Export finer times if the system has them; short waits and their order cannot be seen.",
    ),
    _Check(
        rule="mixed-resolution", measure="coarse_events", limit=0,
        message="{value} events are of activities timed in whole minutes, hours or days; others are timed finer.",
        one="One event is of an activity timed in whole minutes, hours or days; others are timed finer.",
        remedy="Their times are rounded: do not trust waits before and after them below that unit.",
    ),
    _Check(
        rule="midnight-times", measure="midnight_events", limit=0, severity=Severity.INFORMATION,
        message="{value} events lie exactly on local midnight: dates without a time?",
        one="One event lies exactly on local midnight: a date without a time?",
        remedy="Ask whether the source knows the time of day; such events come before all others of their day.",
    ),
    _Check(
        rule="many-offsets", measure="offsets", limit=2,
        message="The source writes {value} different offsets; one place has at most two a year.",
        remedy="Check whether systems of several zones write this log; hours of the day are each system's own.",
    ),
    _Check(
        rule="cases-without-completion", measure="cases_without_completion", limit=0,
        message="{value} cases have starts only and were left out.",
        one="One case has starts only and was left out.", remedy="They may still be open.",
    ),
    _Check(
        rule="unprintable-labels", measure="unprintable_labels", limit=0,
        message="{value} names hold control characters, shown as �.",
        one="One name holds control characters, shown as �.", remedy="Check the encoding of the export.",
    ),
    _Check(
        rule="ends-before-start", measure="ends_before_start", limit=0,
        message="{value} activities end before they start.",
        one="One activity ends before it starts.", remedy="Check the two time columns.",
    ),
    _Check(
        rule="orphan-starts", measure="orphan_starts", limit=0,
        message="{value} starts have no completion and were left out.",
        one="One start has no completion and was left out.", remedy="They may still be open.",
    ),
    _Check(
        rule="orphan-completes", measure="orphan_completes", limit=0, severity=Severity.INFORMATION,
        message="{value} completions have no start: their working time is unknown.",
        one="One completion has no start: its working time is unknown.", remedy="Export the starts too.",
    ),
    _Check(
        rule="intermediate-events", measure="intermediate_events", limit=0, severity=Severity.INFORMATION,
        message="{value} events tell of scheduling, assigning or suspending and are no steps of their own.",
        one="One event tells of scheduling, assigning or suspending and is no step of its own.", remedy="",
    ),
    _Check(
        rule="night-work", measure="night_share", limit=0.5,
        message="{percent} % of the events lie between 22:00 and 06:00: the time zone may be wrong.",
        remedy="Check the zone, or import again with --timezone.",
    ),
    _Check(
        rule="truncated-start", measure="cases_begun_before", limit=0,
        message="{value} cases seem to have begun before the log does.",
        one="One case seems to have begun before the log does.", remedy="Leave them out of durations.",
    ),
    _Check(
        rule="truncated-end", measure="cases_still_open", limit=0,
        message="{value} cases seem to be open when the log ends.",
        one="One case seems to be open when the log ends.", remedy="Leave them out of durations.",
    ),
)  # fmt: skip


def _findings(measures: Mapping[str, float], facts: ImportFacts) -> list[Finding]:
    findings = [_finding(check, measures[check.measure]) for check in CHECKS if measures[check.measure] > check.limit]
    if measures["summer_shift_h"]:
        findings.append(
            Finding(
                severity=Severity.WARNING,
                rule="summer-time",
                message="In summer the day of this log lies an hour off that of winter: the zone may be wrong.",
                remedy="Import again and name the zone in which people work.",
            )
        )
    missing = 1 - measures["resource_share"]
    if 0 < missing < 1:
        findings.append(
            Finding(
                severity=Severity.WARNING,
                rule="resource-missing",
                message=f"{missing:.1%} of the events name no resource.",
                remedy="Hand-overs and rubber stamps count the others only.",
                parameters={"percent": f"{100 * missing:.1f}"},
            )
        )
    return findings


def _finding(check: _Check, value: float) -> Finding:
    parameters = {"value": f"{value:g}" if value < 1 else str(int(value)), "percent": f"{100 * value:.0f}"}
    return Finding(
        severity=check.severity,
        rule=check.rule,
        message=(check.one if check.one and value == 1 else check.message).format(**parameters),
        remedy=check.remedy,
        parameters=parameters,
    )
