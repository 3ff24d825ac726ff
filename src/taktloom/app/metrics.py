# SPDX-License-Identifier: Apache-2.0
"""Numbers for monitoring, in Prometheus' form, in a registry of their own.

Labels have few values: processes and job types only the hundred most frequent ones, routes as templates, never an
instance, a person or a value.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Histogram, PlatformCollector, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from taktloom import __version__
from taktloom.app.changes import Change
from taktloom.app.context import Context, use_case
from taktloom.app.wiring import Rooms
from taktloom.assure.permissions import Permission
from taktloom.model.errors import TaktloomError

if TYPE_CHECKING:
    from taktloom.hosts.embedded.operations.vital_signs import OpenCounts

CONTENT_TYPE = CONTENT_TYPE_LATEST
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    """Counts what happens from now on, and what is open when somebody asks."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self.registry.register(_Standing(rooms))
        self._changes = Counter(
            "taktloom_changes", "Committed changes of the engine.", ("topic", "kind"), registry=self.registry
        )
        self._requests = Counter(
            "taktloom_http_requests", "Answered requests.", ("method", "route", "status"), registry=self.registry
        )
        self._seconds = Histogram(
            "taktloom_http_request_seconds",
            "From the request to the end of its answer.",
            ("route",),
            registry=self.registry,
            buckets=_BUCKETS,
        )
        rooms.change_listeners.append(self._hear)

    def answered(self, *, method: str, route: str, status: int, took: timedelta) -> None:
        """A request was answered."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(took.total_seconds())

    def _hear(self, change: Change) -> None:
        self._changes.labels(change.topic, change.kind).inc()


class _Standing:
    """What is open, read when asked for."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    def describe(self) -> list[Metric]:
        """Nothing: registering must not open the engine."""
        return []

    def collect(self) -> Iterator[Metric]:
        """The gauges."""
        monitor, vital_signs = self._rooms.monitor, self._rooms.engine.vital_signs
        yield _labelled("taktloom_info", "What runs.", ("version",), {(__version__,): 1})
        events = CounterMetricFamily(
            "taktloom_jobs", "What became of jobs since the start.", labels=("job_type", "event")
        )
        for key, times in vital_signs.job_events.items():
            events.add_metric(key, times)
        yield events
        try:
            counts = vital_signs.counts()
        except TaktloomError:
            counts = None  # the alarm must be heard just when the store is away
        yield from () if counts is None else _open(counts)
        for name, said, number in (
            ("taktloom_store_readable", "0 while the store answers no query.", int(counts is not None)),
            ("taktloom_read_only", "1 while the store refuses writes.", int(monitor.is_read_only)),
            ("taktloom_clock_behind_seconds", "Clock behind the last pulse.", monitor.clock_behind.total_seconds()),
        ):
            yield GaugeMetricFamily(name, said, value=number)


def _open(counts: "OpenCounts") -> Iterator[Metric]:
    yield _labelled(
        "taktloom_instances_active",
        "Active process instances.",
        ("process_id",),
        {(name,): number for name, number in counts.instances.items()},
    )
    yield _labelled(
        "taktloom_jobs_open",
        "Open jobs.",
        ("job_type", "state"),
        {(job_type, state): number for (job_type, state), number in counts.jobs.items()},
    )
    for name, said, number in (
        ("taktloom_incidents_open", "Open incidents.", counts.incidents),
        ("taktloom_user_tasks_open", "Open user tasks.", counts.user_tasks),
        ("taktloom_outbox_waiting", "Webhook messages to be delivered.", counts.outbox),
        ("taktloom_outbox_dead", "Webhook messages given up.", counts.dead_letters),
        ("taktloom_timer_lag_seconds", "Overdue time of the oldest timer.", counts.timer_lag.total_seconds()),
    ):
        yield GaugeMetricFamily(name, said, value=number)


def _labelled(
    name: str, said: str, labels: tuple[str, ...], values: Mapping[tuple[str, ...], int]
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, said, labels=labels)
    for key, value in values.items():
        family.add_metric(key, value)
    return family


@use_case(Permission.SYSTEM_VIEW)
def read_metrics(context: Context, *, metrics: Metrics) -> bytes:
    """All numbers, as text."""
    del context
    return bytes(generate_latest(metrics.registry))
