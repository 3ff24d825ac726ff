# SPDX-License-Identifier: Apache-2.0
"""What a log cannot tell, however well it is read, with what it would take: said before anybody asks."""

from collections.abc import Iterator, Mapping

from taktloom.mining.logs.metadata import ImportFacts
from taktloom.mining.quality.clocks import DAY_US, HOUR_US, MINUTE_US
from taktloom.model.findings import Finding, Severity

YEAR_DAYS = 365


def find_unknowable(
    measures: Mapping[str, float], facts: ImportFacts, *, has_case_attributes: bool, timezone: str | None
) -> Iterator[Finding]:
    """Findings for what is missing: columns first, then what the times do not show. *measures* are the card's."""
    yield from _without_columns(measures)
    yield from _without_finer_times(facts)
    yield from _without_more_time(measures)
    if is_utc_only(facts, timezone):
        yield _unknown("local-hours", "Local working hours: all times are written in UTC.", "The zone: --timezone.")
    if not has_case_attributes:
        yield _unknown(
            "decision-rules",
            "Which facts decide a case's path: the log has no attributes.",
            "Case data such as type, amount, channel.",
        )


def is_utc_only(facts: ImportFacts, timezone: str | None) -> bool:
    """Whether the local wall clock is unknown: offsets are all zero and the caller named no zone."""
    return timezone is None and facts.times_have_zone and set(facts.offsets) <= {0}


def _without_columns(measures: Mapping[str, float]) -> Iterator[Finding]:
    if measures["start_share"] == 0:
        yield _unknown(
            "working-time",
            "Working time: the log has completions only. Waiting and working cannot be told apart.",
            "A start time per step.",
        )
    if measures["resource_share"] == 0:
        yield _unknown(
            "who-works",
            "Hand-overs, rubber stamps, human or system: no event names a resource.",
            "The person or system of each step.",
        )
    elif measures["role_share"] == 0:
        yield _unknown("roles", "Hand-overs between roles: no event names a role.", "The role of each step.")


def _without_finer_times(facts: ImportFacts) -> Iterator[Finding]:
    if facts.finest_unit_us >= MINUTE_US:
        unit = "days" if facts.finest_unit_us >= DAY_US else "hours" if facts.finest_unit_us >= HOUR_US else "minutes"
        yield _unknown(
            "fine-times",
            f"Anything quicker than the clock shows: times are in whole {unit}.",
            "Times with seconds.",
            unit=unit,
        )


def _without_more_time(measures: Mapping[str, float]) -> Iterator[Finding]:
    if 0 < measures["days_covered"] < YEAR_DAYS:
        days = f"{measures['days_covered']:.0f}"
        yield _unknown(
            "seasons",
            f"Seasons: the log covers {days} days. What changes within it may come back every year.",
            "A year or more.",
            days=days,
        )
    if measures["cases_still_open"]:
        yield _unknown(
            "finished-cases",
            "Which of the last cases are finished: nothing marks the end of a case.",
            "An event or attribute that says how each case ended.",
        )


def _unknown(rule: str, message: str, remedy: str, **parameters: str) -> Finding:
    return Finding(
        severity=Severity.INFORMATION, rule=f"unknown-{rule}", message=message, remedy=remedy, parameters=parameters
    )
