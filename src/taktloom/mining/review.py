# SPDX-License-Identifier: Apache-2.0
"""The review of a log: everything that one look at it tells, from one load of its canonical columns.

`review_to_json` has `cases`, `events`, `activities` and `variants` as counts at the top.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import cast

import numpy as np

from taktloom.mining.filters import ALL_PASS, LogFilter, apply_filter, filter_to_json
from taktloom.mining.logs.canonical import CanonicalLog
from taktloom.mining.quality.card import QualityCard, assess_quality
from taktloom.mining.quality.unknowable import is_utc_only
from taktloom.mining.statistics.arrays import LogArrays, TimeSummary, load_arrays, summarise_groups
from taktloom.mining.statistics.directly_follows import DirectlyFollowsGraph, discover_directly_follows_graph
from taktloom.mining.statistics.durations import CaseDurations, case_durations_us, measure_case_durations
from taktloom.mining.statistics.handovers import (
    ActivityHandOvers,
    HandOvers,
    measure_hand_overs,
    measure_hand_overs_into,
    measure_role_hand_overs,
)
from taktloom.mining.statistics.resources import ResourceEvidence, classify_resources
from taktloom.mining.statistics.rework import ActivityRework, measure_rework
from taktloom.mining.statistics.rubber_stamps import RubberStamps, find_rubber_stamps
from taktloom.mining.watching import step
from taktloom.model.errors import ConflictError
from taktloom.model.places import Place

STAGE, STEPS = "reviewing", 7
VARIANTS_LISTED = 200
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class EmptyViewError(ConflictError):
    """The filter leaves no case."""

    code = "TL-2120"

    def __init__(self, log_id: str) -> None:
        super().__init__("No case meets the filter.", Place(source=log_id), "Loosen the filter.")
        self.args = (log_id,)


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantRow:
    """A variant with its share of the cases, that of it and all before it, and its cases' durations."""

    id: str
    activities: tuple[str, ...]
    cases: int
    share: float
    cumulative_share: float
    duration: TimeSummary


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityCount:
    """How many cases begin (or end) with an activity."""

    activity: str
    cases: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewReport:
    """A review; first_at and last_at are the first and last completion in UTC. variants: the most frequent, at most
    VARIANTS_LISTED of variant_count."""

    log_id: str
    name: str
    is_synthetic: bool
    filter: LogFilter
    timezone: str | None
    case_count: int
    event_count: int
    activity_instance_count: int
    activity_count: int
    variant_count: int
    first_at: datetime
    last_at: datetime
    quality: QualityCard
    map: DirectlyFollowsGraph
    start_activities: tuple[ActivityCount, ...]
    end_activities: tuple[ActivityCount, ...]
    variants: tuple[VariantRow, ...]
    durations: CaseDurations
    rework: tuple[ActivityRework, ...]
    hand_overs: HandOvers
    role_hand_overs: HandOvers
    hand_overs_into: tuple[ActivityHandOvers, ...]
    rubber_stamps: RubberStamps
    resources: tuple[ResourceEvidence, ...]


def review(log: CanonicalLog, *, condition: LogFilter = ALL_PASS) -> ReviewReport:
    """Review *log*, or the part of it that passes *condition*; raises EmptyViewError when nothing does."""
    with step(STAGE, 0, STEPS):
        view = apply_filter(log, condition)
    with step(STAGE, 1, STEPS):
        arrays = load_arrays(view)
    if arrays.case.size == 0:
        raise EmptyViewError(log.metadata.log_id)
    with step(STAGE, 2, STEPS):
        graph = discover_directly_follows_graph(arrays)
    with step(STAGE, 3, STEPS):
        variants = _variant_rows(view, arrays)
    return _report(_Seen(log=log, condition=condition, view=view, arrays=arrays), graph, variants)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What of which log is looked at."""

    log: CanonicalLog
    condition: LogFilter
    view: CanonicalLog
    arrays: LogArrays


def _report(seen: _Seen, graph: DirectlyFollowsGraph, variants: tuple[VariantRow, ...]) -> ReviewReport:
    arrays, metadata, counts = seen.arrays, seen.log.metadata, seen.view.counts
    with step(STAGE, 4, STEPS):
        quality = assess_quality(
            arrays, metadata.facts, has_case_attributes=bool(metadata.columns), timezone=metadata.timezone
        )
    with step(STAGE, 5, STEPS):
        has_clock = not is_utc_only(metadata.facts, metadata.timezone)
        resources = classify_resources(arrays, has_local_clock=has_clock, finest_unit_us=metadata.facts.finest_unit_us)
    with step(STAGE, 6, STEPS):
        return ReviewReport(
            log_id=metadata.log_id,
            name=metadata.name,
            is_synthetic=metadata.is_synthetic,
            filter=seen.condition,
            timezone=metadata.timezone,
            case_count=counts.cases,
            event_count=counts.events,
            activity_instance_count=counts.activity_instances,
            activity_count=counts.activities,
            variant_count=counts.variants,
            first_at=_instant(arrays.occurred_at.min()),
            last_at=_instant(arrays.occurred_at.max()),
            quality=quality,
            map=graph,
            start_activities=_ranked({node.activity: node.first_in for node in graph.nodes}),
            end_activities=_ranked({node.activity: node.last_in for node in graph.nodes}),
            variants=variants,
            durations=measure_case_durations(arrays),
            rework=measure_rework(arrays),
            hand_overs=measure_hand_overs(arrays),
            role_hand_overs=measure_role_hand_overs(arrays),
            hand_overs_into=measure_hand_overs_into(arrays),
            rubber_stamps=find_rubber_stamps(arrays),
            resources=resources,
        )


def _instant(microseconds: np.int64) -> datetime:
    return EPOCH + timedelta(microseconds=int(microseconds))


def _ranked(cases: Mapping[str, int]) -> tuple[ActivityCount, ...]:
    rows = [ActivityCount(activity=activity, cases=count) for activity, count in cases.items() if count]
    return tuple(sorted(rows, key=lambda row: (-row.cases, row.activity)))


def _variant_rows(view: CanonicalLog, arrays: LogArrays) -> tuple[VariantRow, ...]:
    table = view.variants()
    durations = summarise_groups(table.case_variants, case_durations_us(arrays), len(table))
    total, covered, rows = table.case_codes.size, 0, []
    for variant, duration in list(zip(table.variants, durations, strict=True))[:VARIANTS_LISTED]:
        covered += variant.cases
        rows.append(
            VariantRow(
                id=variant.id,
                activities=variant.activities,
                cases=variant.cases,
                share=variant.cases / total,
                cumulative_share=covered / total,
                duration=duration,
            )
        )
    return tuple(rows)


def review_to_json(report: ReviewReport) -> dict[str, object]:
    """The report as plain JSON values: counts at the top, the variants themselves as `variant_table`."""
    record = {
        field.name: to_plain(getattr(report, field.name))
        for field in fields(ReviewReport)
        if not field.name.endswith("_count") and field.name not in {"filter", "variants"}
    }
    return {
        "cases": report.case_count,
        "events": report.event_count,
        "activities": report.activity_count,
        "variants": report.variant_count,
        "activity_instances": report.activity_instance_count,
        "filter": filter_to_json(report.filter),
        **record,
        "variant_table": to_plain(report.variants),
    }


def to_plain(value: object) -> object:
    """Records, enums, instants, mappings and sequences as plain JSON values."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Enum):
        return cast("object", value.value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): to_plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_plain(each) for each in value]
    return value
