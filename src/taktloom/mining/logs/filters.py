# SPDX-License-Identifier: Apache-2.0
"""What part of a log to look at: a value that can be stored, sent and combined.

Conditions on cases are judged on the whole case as it is in the log (or view) being filtered; then `activities` drops
events. Order within cases never changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from taktloom.mining.logs.errors import MalformedRecordError
from taktloom.mining.logs.json_records import as_optional_instant, as_optional_number, as_optional_text, as_texts


class PeriodRule(StrEnum):
    """Which cases a period keeps: all events inside; at least one inside; first event inside."""

    CONTAINED = "contained"
    INTERSECTING = "intersecting"
    STARTED = "started"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFilter:
    """Keep what meets every condition given; empty tuples and None mean no condition.

    since inclusive, until exclusive, both with zone. variants: variant ids. top_variants: the k most frequent.
    variant_coverage: the fewest most frequent variants that hold at least this share (0-1] of cases.
    activities: keep only these activities' events. having / lacking: cases with / without any of these activities.
    """

    cases: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    period_rule: PeriodRule = PeriodRule.CONTAINED
    variants: tuple[str, ...] = ()
    top_variants: int | None = None
    variant_coverage: float | None = None
    activities: tuple[str, ...] = ()
    having: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("since", "until"):
            instant = getattr(self, name)
            if instant is not None and instant.tzinfo is None:
                raise MalformedRecordError(field=name, expected="instant with zone")
        if self.top_variants is not None and self.top_variants < 1:
            raise MalformedRecordError(field="top_variants", expected="integer of at least 1")
        if self.variant_coverage is not None and not 0 < self.variant_coverage <= 1:
            raise MalformedRecordError(field="variant_coverage", expected="share above 0, at most 1")

    @property
    def is_empty(self) -> bool:
        """Whether everything passes."""
        return self == LogFilter(period_rule=self.period_rule)


TEXT_LISTS = ("cases", "variants", "activities", "having", "lacking")


def filter_to_json(condition: LogFilter) -> dict[str, object]:
    """The filter as plain JSON values; absent conditions are left out."""
    record: dict[str, object] = {
        name: list(getattr(condition, name)) for name in TEXT_LISTS if getattr(condition, name)
    }
    if condition.since is not None:
        record["since"] = condition.since.isoformat()
    if condition.until is not None:
        record["until"] = condition.until.isoformat()
    if condition.since is not None or condition.until is not None:
        record["period_rule"] = condition.period_rule.value
    if condition.top_variants is not None:
        record["top_variants"] = condition.top_variants
    if condition.variant_coverage is not None:
        record["variant_coverage"] = condition.variant_coverage
    return record


def filter_from_json(record: Mapping[str, object]) -> LogFilter:
    """The inverse of `filter_to_json`; unknown fields and wrong shapes are refused by name."""
    known = {*TEXT_LISTS, "since", "until", "period_rule", "top_variants", "variant_coverage"}
    for name in record:
        if name not in known:
            raise MalformedRecordError(field=name, expected=f"one of {', '.join(sorted(known))}")
    top = as_optional_number(record, "top_variants")
    rule = as_optional_text(record, "period_rule") or PeriodRule.CONTAINED.value
    if rule not in tuple(PeriodRule):
        raise MalformedRecordError(field="period_rule", expected=" | ".join(PeriodRule))
    return LogFilter(
        cases=as_texts(record, "cases"),
        since=as_optional_instant(record, "since"),
        until=as_optional_instant(record, "until"),
        period_rule=PeriodRule(rule),
        variants=as_texts(record, "variants"),
        top_variants=None if top is None else int(top),
        variant_coverage=as_optional_number(record, "variant_coverage"),
        activities=as_texts(record, "activities"),
        having=as_texts(record, "having"),
        lacking=as_texts(record, "lacking"),
    )
