# SPDX-License-Identifier: Apache-2.0
"""The embedded engine: the parts of one tenant, over one database, joined.

    engine = EmbeddedEngine.open(Path("taktloom-data/engine.db"))
    engine.start()                     # timers run; without it the engine does what it is told, and no more
    engine.deployments.deploy({"permit.bpmn": content}, by="ada")
    engine.instances.start(ProcessId("permit"), {"amount": Decimal(100)})
    engine.drain()                     # finish what is under way, then close

Another process may open the same file at the same time (the command line beside the server): each write takes SQLite's
write lock, and each side notices the other's commits. On PostgreSQL several engines share the work (see
postgresql_database.py).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from taktloom.hosts.embedded.advancing.calendars import Calendars
from taktloom.hosts.embedded.advancing.deployed_decisions import DeployedDecisions
from taktloom.hosts.embedded.advancing.instances import Instances
from taktloom.hosts.embedded.advancing.operator_actions import OperatorActions
from taktloom.hosts.embedded.core.catalogue import Catalogue
from taktloom.hosts.embedded.core.changes import Change, ChangeFeed, Listener, Topic
from taktloom.hosts.embedded.core.clock import Clock, IdSource, SystemClock, SystemIds
from taktloom.hosts.embedded.core.held_jobs import HeldJobs
from taktloom.hosts.embedded.core.idempotency import IdempotentRequests
from taktloom.hosts.embedded.core.job_values import JobValues
from taktloom.hosts.embedded.core.limits import EngineLimits
from taktloom.hosts.embedded.core.live import LiveInstances
from taktloom.hosts.embedded.core.ready_jobs import ReadyJobs
from taktloom.hosts.embedded.core.unit import Core
from taktloom.hosts.embedded.core.values import PlainValues, ValueCodec
from taktloom.hosts.embedded.core.writer import Memory, Writer
from taktloom.hosts.embedded.definitions.deployments import Deployments
from taktloom.hosts.embedded.definitions.drafts import Drafts
from taktloom.hosts.embedded.definitions.versions import Versions
from taktloom.hosts.embedded.events.conditions import Conditions
from taktloom.hosts.embedded.events.delivery import deliver
from taktloom.hosts.embedded.events.message_selection import MessageSelections
from taktloom.hosts.embedded.events.messages import Messages
from taktloom.hosts.embedded.events.outbox import Webhooks
from taktloom.hosts.embedded.events.signals import Signals
from taktloom.hosts.embedded.events.timers import Timers, TimerThread
from taktloom.hosts.embedded.history.event_rows import EventLogSource
from taktloom.hosts.embedded.history.measurements import Measurements
from taktloom.hosts.embedded.history.time_travel import TimeTravel
from taktloom.hosts.embedded.operations.batches import Batches, BatchThread
from taktloom.hosts.embedded.operations.incident_groups import IncidentGroups
from taktloom.hosts.embedded.operations.incidents import Incidents
from taktloom.hosts.embedded.operations.migration import Migrations
from taktloom.hosts.embedded.operations.modification import Modifications
from taktloom.hosts.embedded.operations.restarts import Restarts
from taktloom.hosts.embedded.operations.retention import Retention, RetentionThread
from taktloom.hosts.embedded.operations.steady_time import SteadyTime
from taktloom.hosts.embedded.operations.stuck import StuckInstances
from taktloom.hosts.embedded.operations.suspension import Suspension
from taktloom.hosts.embedded.operations.vital_signs import VitalSigns
from taktloom.hosts.embedded.stores.database import ServerOptions
from taktloom.hosts.embedded.stores.opening import open_database
from taktloom.hosts.embedded.work.external_tasks import ExternalTasks
from taktloom.hosts.embedded.work.jobs import Jobs, JobSignals
from taktloom.hosts.embedded.work.task_notes import TaskNotes
from taktloom.hosts.embedded.work.user_tasks import UserTasks
from taktloom.model.identifiers import DEFAULT_TENANT, TenantId
from taktloom.storage import SyncLevel


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineOptions:
    """What an engine is built with; tests give their own clock and ids.

    writer, vfs: simulations give a writer without a thread and the name of a registered SQLite file layer with faults.
    server: how to use a database server, where the database is on one.
    catalogue: what is compiled already, for engines over copies of one database; None: nothing is.
    """

    clock: Clock = field(default_factory=SystemClock)
    ids: IdSource = field(default_factory=SystemIds)
    codec: ValueCodec = field(default_factory=PlainValues)
    limits: EngineLimits = field(default_factory=EngineLimits)
    sync: SyncLevel = SyncLevel.FULL
    server: ServerOptions = field(default_factory=ServerOptions)
    writer: type[Writer] = Writer
    vfs: str | None = None
    catalogue: Catalogue | None = None


class _Memories:
    """All that the writer remembers."""

    def __init__(self, *memories: Memory) -> None:
        self._memories = memories

    def forget_all(self) -> None:
        """See Memory."""
        for memory in self._memories:
            memory.forget_all()


class EmbeddedEngine:
    """The engine as seen by one tenant; `for_tenant` gives it as seen by another."""

    def __init__(self, core: Core, signals: JobSignals, tenant_id: TenantId = DEFAULT_TENANT) -> None:
        self._core, self._signals = core, signals
        self._timer_thread: TimerThread | None = None
        self._batch_thread: BatchThread | None = None
        self._retention_thread: RetentionThread | None = None
        self.tenant_id = tenant_id
        self.deployments = Deployments(core, tenant_id)
        self.decisions = DeployedDecisions(core, tenant_id)
        self.instances = Instances(core, tenant_id)
        self.jobs = Jobs(core, tenant_id, signals)
        self.external_tasks = ExternalTasks(core, tenant_id)
        self.user_tasks = UserTasks(core, tenant_id)
        self.task_notes = TaskNotes(core, tenant_id)
        self.calendars = Calendars(core, tenant_id)
        self.incidents = Incidents(core, tenant_id)
        self.messages = Messages(core, tenant_id)
        self.message_selections = MessageSelections(core, tenant_id)
        self.signals = Signals(core, tenant_id)
        self.conditions = Conditions(core, tenant_id)
        self.drafts = Drafts(core, tenant_id)
        self.event_log = EventLogSource(core, tenant_id)
        self.measurements = Measurements(core, tenant_id)
        self.timers = Timers(core)
        self.operator_actions = OperatorActions(core, tenant_id)
        self.suspension = Suspension(core, tenant_id)
        self.modifications = Modifications(core, tenant_id)
        self.migrations = Migrations(core, tenant_id)
        self.incident_groups = IncidentGroups(core, tenant_id)
        self.batches = Batches(core, tenant_id)
        self.retention = Retention(core, tenant_id)
        self.restarts = Restarts(core, tenant_id)
        self.time_travel = TimeTravel(core, tenant_id)
        self.stuck = StuckInstances(core, tenant_id)
        self.versions = Versions(core, tenant_id)
        self.idempotent_requests = IdempotentRequests(core, tenant_id)
        self.vital_signs = VitalSigns(core, tenant_id)
        self.webhooks = Webhooks(core, tenant_id)

    @classmethod
    def open(cls, where: Path | str | None, options: EngineOptions | None = None) -> "EmbeddedEngine":
        """Open or create the database: a file, the address of a PostgreSQL database, or None for memory.

        Raises UnsafeSqliteError, DatabaseUnusableError, NewerDatabaseError, UnsafeCommitError, MissingDriverError.
        """
        options = options or EngineOptions()
        database = open_database(where, sync=options.sync, server=options.server, vfs=options.vfs)
        database.prepare_history(options.clock.now())
        feed, signals = ChangeFeed(), JobSignals()
        catalogue = options.catalogue if options.catalogue is not None else Catalogue()
        live = LiveInstances(catalogue, options.codec, options.limits, lambda: database.is_shared)
        held_jobs, ready_jobs = HeldJobs(), ReadyJobs()
        core = Core(
            database=database,
            writer=options.writer(database, memory=_Memories(live, held_jobs, ready_jobs), feed=feed),
            feed=feed,
            catalogue=catalogue,
            live=live,
            held_jobs=held_jobs,
            ready_jobs=ready_jobs,
            job_values=JobValues(options.codec, long_from=options.limits.job_value_characters),
            clock=options.clock,
            ids=options.ids,
            codec=options.codec,
            limits=options.limits,
            deliver=deliver,
        )
        feed.wake(signals.wake, [(Topic.JOBS, "created")])
        feed.subscribe(core.listeners.hear, (Topic.EVERYTHING,))
        database.listen(core.writer.look)
        return cls(core, signals)

    def for_tenant(self, tenant_id: TenantId) -> "EmbeddedEngine":
        """The same engine for another tenant; start, drain and close belong to the first one."""
        return EmbeddedEngine(self._core, self._signals, tenant_id)

    def start(self) -> None:
        """Let timers fire, batches run and old instances go by themselves; what came due meanwhile fires now, once."""
        if self._timer_thread is None:
            self._timer_thread = TimerThread(self._core, self.timers)
            self._batch_thread = BatchThread(self._core, self.batches)
            steady = SteadyTime(self._core.clock, last=self.vital_signs.last_pulse())
            self._retention_thread = RetentionThread(self.retention, steady)

    def drain(self) -> None:
        """Stop timers, send waiting workers home, finish what is queued, close. For SIGTERM."""
        if self._timer_thread is not None:
            self._timer_thread.stop()
            self._timer_thread = None
        if self._batch_thread is not None:
            self._batch_thread.stop()
            self._batch_thread = None
        if self._retention_thread is not None:
            self._retention_thread.stop()
            self._retention_thread = None
        self._signals.close()
        try:
            self._core.writer.close()
        finally:
            self._core.database.close()

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Hear of this tenant's changes after their commit (see ChangeFeed); calling the result ends it."""

        def hear(change: Change) -> None:
            if change.topic is Topic.EVERYTHING or change.tenant_id == self.tenant_id:
                listener(change)

        return self._core.feed.subscribe(hear)

    def backup(self, target: Path) -> None:
        """Copy the live database to the file *target*, consistent in itself."""
        self._core.database.backup(target)
