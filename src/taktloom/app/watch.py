# SPDX-License-Identifier: Apache-2.0
"""Watch a process beside its baseline, the numbers of the start page, and the stream of changes."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from taktloom.app.changes import Subscription
from taktloom.app.context import Access, Context, use_case
from taktloom.app.demo_state import DemoState, read_demo_state
from taktloom.app.tasks import TaskListRequest, list_tasks
from taktloom.assure.permissions import Permission
from taktloom.model.errors import NotFoundError
from taktloom.model.identifiers import ElementId, ProcessId
from taktloom.model.operations import InstanceQuery, ProcessSummary
from taktloom.model.process import AnyFlowNode, SubProcess

if TYPE_CHECKING:
    from taktloom.hosts.embedded import ElementSpan
    from taktloom.insight.cycle_times import CycleTimes, Difference, DurationBin

HOURS = 24
WORKER_KEPT = timedelta(minutes=10)
_PROCESSES = 500
_INCIDENTS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleRecord:
    """Cycle times of finished instances; needed_n: how many a comparison needs."""

    n: int
    median_s: float | None
    p95_s: float | None
    histogram: "tuple[DurationBin, ...]"
    enough_data: bool
    needed_n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineRecord:
    """Cycle times of the baseline's cases."""

    log_id: str
    log_name: str
    n: int
    median_s: float | None
    p95_s: float | None
    histogram: "tuple[DurationBin, ...]"
    is_synthetic: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementRecord:
    """Waiting and working of one element; None: no data."""

    element_id: str
    element_name: str
    visits: int
    waiting_median_s: float | None
    working_median_s: float | None
    waiting_p95_s: float | None
    working_p95_s: float | None
    active: int
    incidents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchRecord:
    """A process live."""

    process_id: str
    process_name: str
    version: int
    open: int
    finished: int
    finished_today: int
    incidents: int
    cycle: CycleRecord
    baseline: BaselineRecord | None
    difference: "Difference"
    elements: tuple[ElementRecord, ...]
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HourRecord:
    """Instances finished in the hour that begins at *hour*."""

    hour: datetime
    finished: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerRecord:
    """A worker that asked for jobs lately."""

    name: str
    job_types: tuple[str, ...]
    last_seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupRecord:
    """What of the first steps is done."""

    has_log: bool
    has_process: bool
    has_task: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeRecord:
    """The start page; what the caller may not see is zero or empty."""

    open_instances: int
    incidents: int
    my_tasks: int
    finished_24h: int
    throughput: tuple[HourRecord, ...]
    workers: tuple[WorkerRecord, ...]
    setup: SetupRecord
    demo: DemoState | None


@use_case(Permission.INSTANCE_VIEW)
def watch_process(context: Context, *, process_id: str) -> WatchRecord:
    """Open, finished, incidents, cycle times beside the baseline, waiting and working per element."""
    from taktloom.insight.cycle_times import NEEDED, compare_cycle_times, summarise_cycle_times

    engine, key, now = context.rooms.engine, ProcessId(process_id), context.rooms.clock()
    summary = engine.deployments.process(key)
    durations = [one.total_seconds() for one in engine.measurements.cycle_times(key)]
    cycle = summarise_cycle_times(durations)
    baseline_s, baseline = _baseline(context, summary.latest.baseline_log_id)
    midnight = _midnight(now, context.rooms.settings.zone)
    return WatchRecord(
        process_id=process_id,
        process_name=summary.latest.name,
        version=summary.latest.version,
        open=summary.active,
        finished=cycle.n,
        finished_today=engine.measurements.finished_between(midnight, now, process_id=key),
        incidents=summary.incidents,
        cycle=_cycle_record(cycle, NEEDED),
        baseline=baseline,
        difference=compare_cycle_times(durations, baseline_s),
        elements=_elements(context, key),
        updated_at=now,
    )


@use_case(Access.SIGNED_IN)
def show_home(context: Context) -> HomeRecord:
    """The numbers of the start page."""
    permissions = context.principal.permissions
    may_see = Permission.INSTANCE_VIEW in permissions
    engine = context.rooms.engine
    processes = engine.deployments.processes(limit=_PROCESSES).items
    throughput = _throughput(context) if may_see else ()
    tasks = list_tasks(context, request=TaskListRequest(limit=1)) if Permission.TASK_WORK in permissions else None
    return HomeRecord(
        open_instances=sum(one.active for one in processes) if may_see else 0,
        incidents=sum(one.incidents for one in processes) if may_see else 0,
        my_tasks=0 if tasks is None else tasks.total or 0,
        finished_24h=sum(one.finished for one in throughput),
        throughput=throughput,
        workers=_workers(context) if may_see else (),
        setup=_setup(context, processes),
        demo=read_demo_state(context.rooms),
    )


@use_case(Access.SIGNED_IN)
def open_stream(context: Context, *, topics: tuple[str, ...]) -> Subscription:
    """Changes on these topics from now on; topics that the caller may not see stay silent."""
    allowed = tuple(topic for topic in topics if _permission(topic) in context.principal.permissions)
    return context.rooms.changes.subscribe(allowed)


def _permission(topic: str) -> Permission:
    return {
        "tasks": Permission.TASK_WORK,
        "processes": Permission.PROCESS_VIEW,
        "drafts": Permission.PROCESS_EDIT,
    }.get(topic, Permission.INSTANCE_VIEW)


def _baseline(context: Context, log_id: str | None) -> tuple[list[float], BaselineRecord | None]:
    from taktloom.insight.cycle_times import summarise_cycle_times

    if log_id is None:
        return [], None
    try:
        durations = case_durations(context, log_id)
    except NotFoundError:
        return [], None  # the log was deleted since
    metadata, cycle = context.rooms.logs.metadata(log_id), summarise_cycle_times(durations)
    return durations, BaselineRecord(
        log_id=log_id,
        log_name=metadata.name,
        n=cycle.n,
        median_s=cycle.median_s,
        p95_s=cycle.p95_s,
        histogram=cycle.histogram,
        is_synthetic=metadata.is_synthetic,
    )


def case_durations(context: Context, log_id: str) -> list[float]:
    """Durations of a log's cases, in seconds."""
    from taktloom.mining.statistics.arrays import load_arrays
    from taktloom.mining.statistics.durations import case_durations_us

    return context.rooms.logs.result(
        log_id, ("durations",), lambda log: [float(value) / 1e6 for value in case_durations_us(load_arrays(log))]
    )


def _cycle_record(cycle: "CycleTimes", needed: int) -> CycleRecord:
    return CycleRecord(
        n=cycle.n,
        median_s=cycle.median_s,
        p95_s=cycle.p95_s,
        histogram=cycle.histogram,
        enough_data=cycle.enough_data,
        needed_n=needed,
    )


def _elements(context: Context, process_id: ProcessId) -> tuple[ElementRecord, ...]:
    engine = context.rooms.engine
    spans: dict[ElementId, list[ElementSpan]] = defaultdict(list)
    for span in engine.measurements.element_spans(process_id):
        spans[span.element_id].append(span)
    active = engine.measurements.active_elements(process_id)
    open_incidents = engine.incidents.search(process_id=process_id, limit=_INCIDENTS).items
    incidents = Counter(one.element_id for one in open_incidents)
    names = dict(_names(engine.deployments.executable(process_id).definition.nodes))
    known = [element_id for element_id in names if element_id in {*spans, *active, *incidents}]
    gone = sorted({*spans, *active, *incidents} - set(known))
    return tuple(
        _element(one, names.get(one) or one, spans[one], (active.get(one, 0), incidents[one]))
        for one in (*known, *gone)
    )


def _element(element_id: ElementId, name: str, spans: "list[ElementSpan]", counts: tuple[int, int]) -> ElementRecord:
    from taktloom.insight.cycle_times import summarise_cycle_times

    taken = [span for span in spans if span.taken_at is not None]
    waiting = summarise_cycle_times(
        [(span.taken_at - span.created_at).total_seconds() for span in taken if span.taken_at]
    )
    working = summarise_cycle_times(
        [(span.ended_at - span.taken_at).total_seconds() for span in taken if span.taken_at]
    )
    return ElementRecord(
        element_id=element_id,
        element_name=name,
        visits=len(spans),
        waiting_median_s=waiting.median_s,
        working_median_s=working.median_s,
        waiting_p95_s=waiting.p95_s,
        working_p95_s=working.p95_s,
        active=counts[0],
        incidents=counts[1],
    )


def _names(nodes: Iterable[AnyFlowNode]) -> Iterable[tuple[ElementId, str]]:
    for node in nodes:
        yield node.id, node.name
        if isinstance(node, SubProcess):
            yield from _names(node.nodes)


def _throughput(context: Context) -> tuple[HourRecord, ...]:
    now = context.rooms.clock()
    first = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=HOURS - 1)
    hours = [first + timedelta(hours=number) for number in range(HOURS)]
    measurements = context.rooms.engine.measurements
    return tuple(
        HourRecord(hour=hour, finished=measurements.finished_between(hour, hour + timedelta(hours=1))) for hour in hours
    )


def _workers(context: Context) -> tuple[WorkerRecord, ...]:
    since = context.rooms.clock() - WORKER_KEPT
    return tuple(
        WorkerRecord(name=one.name, job_types=one.job_types, last_seen_at=one.last_seen_at)
        for one in context.rooms.engine.jobs.workers()
        if one.last_seen_at >= since
    )


def _setup(context: Context, processes: tuple[ProcessSummary, ...]) -> SetupRecord:
    instances = context.rooms.engine.instances.search(InstanceQuery(limit=1)).items if processes else ()
    logs_folder = context.rooms.settings.data / "logs"
    has_log = logs_folder.is_dir() and any(not one.name.startswith(".") for one in logs_folder.iterdir())
    return SetupRecord(has_log=has_log, has_process=bool(processes), has_task=bool(instances))


def _midnight(now: datetime, zone: str) -> datetime:
    return now.astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)
