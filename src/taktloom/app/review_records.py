# SPDX-License-Identifier: Apache-2.0
"""What the doors show of a review: mining's report under the names of the REST contract."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from taktloom.model.findings import Finding

if TYPE_CHECKING:
    from taktloom.mining.quality.card import QualityCard
    from taktloom.mining.review import ActivityCount
    from taktloom.mining.review import ReviewReport as MinedReview
    from taktloom.mining.statistics.directly_follows import DirectlyFollowsGraph
    from taktloom.mining.statistics.handovers import HandOvers
    from taktloom.mining.statistics.resources import ResourceEvidence


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentRecord:
    """One part of the quality score, 0..100, with its weight in percent."""

    name: str
    score: float
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknowableRecord:
    """What this log cannot answer, and what would be needed."""

    rule: str
    question: str
    needs: str
    parameters: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityRecord:
    """How far the log can be trusted."""

    score: float
    components: tuple[ComponentRecord, ...]
    findings: tuple[Finding, ...]
    unknowable: tuple[UnknowableRecord, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BinRecord:
    """Cases whose duration is in [from_s, to_s)."""

    from_s: float
    to_s: float
    cases: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DurationsRecord:
    """Durations of cases."""

    median_s: float | None
    mean_s: float | None
    p95_s: float | None
    histogram: tuple[BinRecord, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareRecord:
    """count of `of` events of an activity."""

    activity: str
    count: int
    of: int
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RubberStampsRecord:
    """Events under 60 s after their predecessor in the case by the same resource; of: events with a predecessor."""

    count: int
    of: int
    share: float | None
    by_activity: tuple[ShareRecord, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverRecord:
    """Work that went from one to another."""

    source: str
    target: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoversRecord:
    """Hand-overs; of: transitions whose two resources are known."""

    share: float | None
    count: int
    of: int
    top: tuple[HandoverRecord, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReworkRecord:
    """Executions of an activity beyond the first of a case."""

    activity: str
    cases: int
    repeats: int
    self_loops: int
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceRecord:
    """A resource: human, system or unclear, and why."""

    resource: str
    kind: str
    why: tuple[str, ...]
    events: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityCountRecord:
    """How many cases begin or end with an activity."""

    activity: str
    cases: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRecord:
    """The review."""

    cases: int
    events: int
    activities: int
    variants: int
    log_id: str
    name: str
    is_synthetic: bool
    timezone: str | None
    first_event_at: datetime
    last_event_at: datetime
    quality: QualityRecord
    durations: DurationsRecord
    rubber_stamps: RubberStampsRecord
    handovers: HandoversRecord
    role_handovers: HandoversRecord
    rework: tuple[ReworkRecord, ...]
    resources: tuple[ResourceRecord, ...]
    start_activities: tuple[ActivityCountRecord, ...]
    end_activities: tuple[ActivityCountRecord, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeRecord:
    """An activity of the map; median_gap_s: since the step before it; median_working_s: None without start times."""

    activity: str
    events: int
    cases: int
    median_gap_s: float | None
    median_working_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeRecord:
    """*target* directly after *source*."""

    source: str
    target: str
    events: int
    cases: int
    median_s: float | None
    mean_s: float | None
    p95_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MapRecord:
    """The directly-follows map, perhaps cut; totals are before the cut."""

    nodes: tuple[NodeRecord, ...]
    edges: tuple[EdgeRecord, ...]
    starts: tuple[ActivityCountRecord, ...]
    ends: tuple[ActivityCountRecord, ...]
    nodes_total: int
    edges_total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantRecord:
    """A variant."""

    variant_id: str
    activities: tuple[str, ...]
    cases: int
    share: float
    cumulative_share: float
    median_s: float | None


def review_record(report: "MinedReview") -> ReviewRecord:
    """From mining's report."""
    return ReviewRecord(
        cases=report.case_count,
        events=report.event_count,
        activities=report.activity_count,
        variants=report.variant_count,
        log_id=report.log_id,
        name=report.name,
        is_synthetic=report.is_synthetic,
        timezone=report.timezone,
        first_event_at=report.first_at,
        last_event_at=report.last_at,
        quality=_quality(report.quality),
        durations=_durations(report),
        rubber_stamps=_rubber_stamps(report),
        handovers=_handovers(report.hand_overs),
        role_handovers=_handovers(report.role_hand_overs),
        rework=tuple(
            ReworkRecord(
                activity=one.activity,
                cases=one.cases_with_repeats,
                repeats=one.repeats,
                self_loops=one.self_loops,
                share=one.share,
            )
            for one in report.rework
        ),
        resources=tuple(_resource(one) for one in report.resources),
        start_activities=_counts(report.start_activities),
        end_activities=_counts(report.end_activities),
    )


def map_record(report: "MinedReview", *, activity_share: float, edge_share: float) -> MapRecord:
    """The map with the most frequent activities and, among them, connections; see `select_map`."""
    from taktloom.mining.drawing.map_parts import select_map

    graph: DirectlyFollowsGraph = report.map
    shown = select_map(graph, activities=activity_share, flows=edge_share)
    names = {node.activity for node in shown.nodes}
    return MapRecord(
        nodes=tuple(
            NodeRecord(
                activity=node.activity,
                events=node.events,
                cases=node.cases,
                median_gap_s=node.elapsed_before.median_s,
                median_working_s=node.working.median_s,
            )
            for node in shown.nodes
        ),
        edges=tuple(
            EdgeRecord(
                source=flow.source,
                target=flow.target,
                events=flow.frequency,
                cases=flow.cases,
                median_s=flow.elapsed.median_s,
                mean_s=flow.elapsed.mean_s,
                p95_s=flow.elapsed.p95_s,
            )
            for flow in shown.flows
        ),
        starts=tuple(one for one in _counts(report.start_activities) if one.activity in names),
        ends=tuple(one for one in _counts(report.end_activities) if one.activity in names),
        nodes_total=len(graph.nodes),
        edges_total=len(graph.flows),
    )


def _quality(card: "QualityCard") -> QualityRecord:
    return QualityRecord(
        score=card.score,
        components=tuple(ComponentRecord(name=one.name, score=one.score, weight=one.weight) for one in card.components),
        findings=card.findings,
        unknowable=tuple(
            UnknowableRecord(rule=one.rule, question=one.message, needs=one.remedy, parameters=dict(one.parameters))
            for one in card.cannot_be_known
        ),
    )


def _durations(report: "MinedReview") -> DurationsRecord:
    summary = report.durations.summary
    return DurationsRecord(
        median_s=summary.median_s,
        mean_s=summary.mean_s,
        p95_s=summary.p95_s,
        histogram=tuple(
            BinRecord(from_s=one.from_s, to_s=one.until_s, cases=one.cases) for one in report.durations.histogram
        ),
    )


def _resource(evidence: "ResourceEvidence") -> ResourceRecord:
    kind = "unclear" if evidence.actor.value == "cannot-tell" else evidence.actor.value
    why = evidence.evidence_for_system if kind == "system" else evidence.evidence_for_human
    both = (*evidence.evidence_for_system, *evidence.evidence_for_human)
    return ResourceRecord(
        resource=evidence.resource, kind=kind, why=both if kind == "unclear" else why, events=evidence.facts.events
    )


def _rubber_stamps(report: "MinedReview") -> RubberStampsRecord:
    stamps = report.rubber_stamps
    return RubberStampsRecord(
        count=stamps.rubber_stamps,
        of=stamps.with_predecessor,
        share=stamps.share if stamps.is_computable else None,
        by_activity=tuple(
            ShareRecord(activity=one.activity, count=one.rubber_stamps, of=one.with_predecessor, share=one.share)
            for one in stamps.activities
        ),
    )


def _handovers(measured: "HandOvers") -> HandoversRecord:
    return HandoversRecord(
        share=measured.share if measured.transitions else None,
        count=measured.handed_over,
        of=measured.transitions,
        top=tuple(HandoverRecord(source=one.giver, target=one.taker, count=one.count) for one in measured.pairs),
    )


def _counts(rows: "tuple[ActivityCount, ...]") -> tuple[ActivityCountRecord, ...]:
    return tuple(ActivityCountRecord(activity=one.activity, cases=one.cases) for one in rows)
