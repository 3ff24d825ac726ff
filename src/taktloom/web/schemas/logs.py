# SPDX-License-Identifier: Apache-2.0
"""Event logs: import, review, process map, variants, mined model, potential, draft automation."""

from typing import Literal

from pydantic import ConfigDict, Field, JsonValue

from taktloom.web.schemas.shared import FindingOut, In, Instant, Out, Problem

LogRole = Literal["case", "activity", "timestamp", "start_timestamp", "resource", "role", "lifecycle"]
Interval = tuple[float, float]


class SniffColumn(Out):
    name: str
    type: str
    samples: list[str]
    missing_share: float


class ColumnMapping(In):
    """Which column plays which part. attributes: column → level; `auto`: case when no case holds two values.
    time_of_day: the clock times of a timestamp that holds dates alone."""

    model_config = ConfigDict(extra="forbid", frozen=True, from_attributes=True)

    case: str | None = None
    activity: str | None = None
    timestamp: str | None = None
    start_timestamp: str | None = None
    resource: str | None = None
    role: str | None = None
    lifecycle: str | None = None
    instance: str | None = None
    event_id: str | None = None
    time_of_day: str | None = None
    start_time_of_day: str | None = None
    attributes: dict[str, Literal["case", "event", "auto"]] = Field(default_factory=dict)


class LogSniff(Out):
    """A first look at a file. missing_parts: required parts without a recognised column. date_formats: all readings
    that fit; with more than one the person should choose."""

    file_name: str
    format: str
    encoding: str | None
    delimiter: str | None
    size_bytes: int
    columns: list[SniffColumn]
    suggested: ColumnMapping
    missing_parts: list[str]
    confidence: dict[str, float]
    needs_timezone: bool
    date_formats: list[str]


class UploadOut(Out):
    upload_id: str
    sniff: LogSniff


class ImportIn(In):
    """mapping left out: the suggested one."""

    upload_id: str = Field(max_length=64)
    name: str = Field(default="", max_length=200)
    mapping: ColumnMapping | None = None
    timezone: str | None = Field(default=None, max_length=64)
    date_format: str | None = Field(default=None, max_length=100)
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    encoding: str | None = Field(default=None, max_length=40)
    skip_bad_rows: bool = False
    object_type: str | None = Field(default=None, max_length=500)


class RemapIn(In):
    mapping: ColumnMapping
    timezone: str | None = Field(default=None, max_length=64)
    date_format: str | None = Field(default=None, max_length=100)
    skip_bad_rows: bool = False


class ImportStarted(Out):
    import_id: str


class ImportOut(Out):
    """Progress of a long work; eta_s null while unknown. findings: what was noticed, e.g. rows left out."""

    import_id: str
    state: Literal["waiting", "running", "done", "failed", "cancelled"]
    stage: str
    done: int
    total: int | None
    eta_s: float | None
    log_id: str | None = None
    skipped_rows: int = 0
    findings: list[FindingOut] = Field(default_factory=list)
    problem: Problem | None = None


class LogSummary(Out):
    log_id: str
    name: str
    source_name: str
    imported_at: Instant
    timezone: str | None
    cases: int
    events: int
    activities: int
    variants: int
    first_event_at: Instant | None
    last_event_at: Instant | None
    is_synthetic: bool
    is_engine_history: bool


class LogHistory(Out):
    """The engine's own history: until when it was read, and how many events of the process are newer."""

    process_id: str
    read_at: Instant
    newer_events: int


class HistoryIn(In):
    process_id: str = Field(min_length=1, max_length=200)


class AttributeColumn(Out):
    """An attribute that a filter can name, such as `case.amount` or `resource`, and its type in the stored log."""

    name: str
    type: str


class LogDetail(LogSummary):
    mapping: ColumnMapping
    attributes: list[AttributeColumn]
    skipped_rows: int
    findings: list[FindingOut]
    history: LogHistory | None = None


class LogChange(In):
    name: str = Field(min_length=1, max_length=200)


class QualityComponent(Out):
    name: str
    score: float
    weight: float


class Unknowable(Out):
    """A question that this log cannot answer, and what would be needed."""

    rule: str
    question: str
    needs: str = ""
    parameters: dict[str, str] = Field(default_factory=dict)


class QualityCard(Out):
    score: float
    components: list[QualityComponent]
    findings: list[FindingOut]
    unknowable: list[Unknowable]


class HistogramBin(Out):
    from_s: float
    to_s: float
    cases: int


class Durations(Out):
    median_s: float | None
    mean_s: float | None
    p95_s: float | None
    histogram: list[HistogramBin]


class ActivityShare(Out):
    activity: str
    count: int
    of: int
    share: float


class RubberStamps(Out):
    """Events under 60 s after their predecessor in the case by the same resource. of: events with a predecessor."""

    count: int
    of: int
    share: float | None
    by_activity: list[ActivityShare]


class Handover(Out):
    source: str
    target: str
    count: int


class Handovers(Out):
    share: float | None
    count: int
    of: int
    top: list[Handover]


class Rework(Out):
    activity: str
    cases: int
    repeats: int
    self_loops: int
    share: float


class ResourceRow(Out):
    resource: str
    kind: Literal["human", "system", "unclear"]
    why: list[str]
    events: int


class ActivityCount(Out):
    activity: str
    cases: int


class ReviewReport(Out):
    cases: int
    events: int
    activities: int
    variants: int
    log_id: str
    name: str
    is_synthetic: bool
    timezone: str | None
    first_event_at: Instant
    last_event_at: Instant
    quality: QualityCard
    durations: Durations
    rubber_stamps: RubberStamps
    handovers: Handovers
    role_handovers: Handovers
    rework: list[Rework]
    resources: list[ResourceRow]
    start_activities: list[ActivityCount]
    end_activities: list[ActivityCount]


class MapNode(Out):
    activity: str
    events: int
    cases: int
    median_gap_s: float | None
    median_working_s: float | None


class MapEdge(Out):
    source: str
    target: str
    events: int
    cases: int
    median_s: float | None
    mean_s: float | None
    p95_s: float | None


class ProcessMap(Out):
    """nodes_total, edges_total: before the shares cut any off."""

    nodes: list[MapNode]
    edges: list[MapEdge]
    starts: list[ActivityCount]
    ends: list[ActivityCount]
    nodes_total: int
    edges_total: int


class Variant(Out):
    variant_id: str
    activities: list[str]
    cases: int
    share: float
    cumulative_share: float
    median_s: float | None


class FilterStepReach(Out):
    cases: int
    cases_before: int
    events: int
    events_before: int


class MinedModel(Out):
    bpmn_xml: str
    fitness: float
    precision: float | None
    method: str
    noise: float
    is_sound: bool
    cases: int
    fitting_cases: int


class Contribution(Out):
    """measured: the indicator; value: the same from 0 to 1 between the ends of norm. weight: as used; they sum to 1."""

    feature: str
    kind: str
    measured: float
    interval: Interval | None
    norm: Interval
    value: float
    weight: float
    contribution: float
    n: int
    how: str
    source: str


class Evidence(Out):
    """An indicator that is no part of the score."""

    indicator: str
    value: float
    interval: Interval | None
    n: int
    how: str
    source: str


class RankShift(Out):
    """Without the feature the activity would have this rank."""

    feature: str
    rank_without: int


class NotComputable(Out):
    """code: why, stable; reason: the same as an English sentence; parameters: n, the observations there were."""

    feature: str
    code: str
    reason: str
    parameters: dict[str, str]


class Amount(Out):
    """A number and where it comes from: `measured` in the log or `given` by a person. n: observations behind it."""

    value: float
    unit: str
    basis: Literal["measured", "given"]
    n: int


class ClassReason(Out):
    """A stable code, the measured value and the limit that it met."""

    code: str
    value: float | None
    limit: float | None


class PotentialActivity(Out):
    """interval, rank_interval: 95 % of the resamples, null for too few events; the rank's over other weights of the
    kinds of evidence too. potential_class cannot-tell: too few events, or an interval that fits every class.
    moved_by: the feature without which the rank would change most."""

    activity: str
    score: float
    interval: Interval | None
    rank: int
    rank_interval: Interval | None
    moved_by: RankShift | None
    potential_class: Literal["eliminate", "decide-by-rule", "call-an-api", "assist", "keep-human", "cannot-tell"]
    class_reasons: list[ClassReason]
    contributions: list[Contribution]
    evidence: list[Evidence]
    not_computable: list[NotComputable]
    events: int
    cases: int
    hours: Amount | None
    money: Amount | None


class PotentialMethod(Out):
    """How the intervals were made: a stable code, its numbers (cases, resamples, seed, percent), and in English."""

    code: str
    text: str
    parameters: dict[str, str]


class WorkingHours(Out):
    """What work was counted in. given: a business calendar of this name, version and zone; discovered: the hours that
    the log shows, *own* resources by their own and *shared* by everybody's; clock: around the clock, for the reason."""

    basis: Literal["given", "discovered", "clock"]
    week: dict[str, list[str]]
    own: int
    shared: int
    support: float | None
    name: str
    version: int | None
    zone: str
    reason: str
    text: str


class Potential(Out):
    """rank_stability: mean Kendall's tau-b between this order and those of the resamples; weight_stability: between it
    and those by other weights of the kinds of evidence; null for fewer than two activities with enough events."""

    activities: list[PotentialActivity]
    formula: str
    rank_stability: float | None
    weight_stability: float | None
    method: PotentialMethod
    working_hours: WorkingHours


class RatesIn(In):
    """Money per hour, given by a person. hourly: activity or role → amount; default: for all others."""

    currency: str = Field(min_length=3, max_length=3)
    hourly: dict[str, float] = Field(default_factory=dict)
    default: float | None = Field(default=None, ge=0)


class DraftIn(In):
    """language: of the labels and questions that the draft adds."""

    name: str | None = Field(default=None, min_length=1, max_length=200)
    language: Literal["en", "zh-CN"] = "en"


class DraftDecision(Out):
    """A choice. accepted: the mined rule decides it; else a person does, for the *reason* (a code)."""

    gateway: str
    accuracy: float | None
    majority: float | None
    gain: float | None
    accepted: bool
    n: int
    reason: str


class DraftElement(Out):
    """What an activity became and why: a code, and the values behind it."""

    element_id: str
    activity: str
    kind: str
    why: str
    values: dict[str, JsonValue]


class DraftReport(Out):
    """left_out: activities that are not in the draft, with their events."""

    draft_id: str
    name: str
    process_id: str
    coverage: float
    fitness: float
    precision: float | None
    cases: int
    fitting_cases: int
    decisions: list[DraftDecision]
    elements: list[DraftElement]
    left_out: dict[str, int]


class WorkOut(Out):
    """Progress of an assessment, a draft, an analysis, or one on an SQL engine (query). total, eta_s: null while
    unknown. draft: of a done draft."""

    work_id: str
    kind: Literal["potential", "draft", "analysis", "query"]
    state: Literal["waiting", "running", "done", "failed", "cancelled"]
    stage: str
    done: int
    total: int | None
    eta_s: float | None
    draft: DraftReport | None = None
    problem: Problem | None = None
