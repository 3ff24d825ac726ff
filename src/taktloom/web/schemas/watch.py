# SPDX-License-Identifier: Apache-2.0
"""Watch, home and system."""

from typing import Literal

from pydantic import Field

from taktloom.web.schemas.logs import HistogramBin, Interval
from taktloom.web.schemas.shared import Instant, Out


class Health(Out):
    status: Literal["ok"]
    version: str


class Limits(Out):
    upload_bytes: int


class DemoState(Out):
    """The guided example. step: the last one that is done."""

    process_id: str | None
    log_id: str | None
    is_synthetic: bool
    is_driver_running: bool


class System(Out):
    """scopes: names that a service account's `routes` may hold."""

    version: str
    data_folder: str
    zone: str
    limits: Limits
    sqlite_version: str
    scopes: list[str]
    demo: DemoState | None


class CycleTimes(Out):
    n: int
    median_s: float | None
    p95_s: float | None
    histogram: list[HistogramBin]
    enough_data: bool
    needed_n: int


class Baseline(Out):
    log_id: str
    log_name: str
    n: int
    median_s: float | None
    p95_s: float | None
    histogram: list[HistogramBin]
    is_synthetic: bool


class Difference(Out):
    """median_ratio: median now / median of the baseline. verdict `cannot-tell` names what it `needs`."""

    median_ratio: float | None
    interval: Interval | None
    verdict: Literal["shorter", "longer", "cannot-tell"]
    needs: str


class ElementWatch(Out):
    element_id: str
    element_name: str
    visits: int
    waiting_median_s: float | None
    working_median_s: float | None
    waiting_p95_s: float | None
    working_p95_s: float | None
    active: int
    incidents: int


class Watch(Out):
    process_id: str
    process_name: str
    version: int
    open: int
    finished: int
    finished_today: int
    incidents: int
    cycle: CycleTimes
    baseline: Baseline | None
    difference: Difference
    elements: list[ElementWatch]
    updated_at: Instant


class ThroughputHour(Out):
    hour: Instant
    finished: int


class WorkerRow(Out):
    name: str
    job_types: list[str]
    last_seen_at: Instant


class Setup(Out):
    has_log: bool
    has_process: bool
    has_task: bool


class Home(Out):
    open_instances: int
    incidents: int
    my_tasks: int
    finished_24h: int
    throughput: list[ThroughputHour]
    workers: list[WorkerRow]
    setup: Setup
    demo: DemoState | None = Field(default=None)
