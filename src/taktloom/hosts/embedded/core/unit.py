# SPDX-License-Identifier: Apache-2.0
"""What all parts of the engine share, and the unit of work in which each of them changes the database."""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from typing import ParamSpec, TypeVar

from taktloom.hosts.embedded.core.catalogue import Catalogue
from taktloom.hosts.embedded.core.changes import Change, ChangeFeed, Topic, change_somewhere
from taktloom.hosts.embedded.core.clock import Clock, IdSource
from taktloom.hosts.embedded.core.held_jobs import HeldJobs
from taktloom.hosts.embedded.core.job_values import JobValues
from taktloom.hosts.embedded.core.limits import EngineLimits, require_within
from taktloom.hosts.embedded.core.listeners import Listeners
from taktloom.hosts.embedded.core.live import LiveInstance, LiveInstances
from taktloom.hosts.embedded.core.ready_jobs import ReadyJobs
from taktloom.hosts.embedded.core.values import ValueCodec
from taktloom.hosts.embedded.core.writer import Writer
from taktloom.hosts.embedded.stores.database import Database
from taktloom.kernel.commands import Command
from taktloom.model.errors import TaktloomError
from taktloom.model.identifiers import InstanceKey, TenantId
from taktloom.model.records import made_often
from taktloom.storage import Session

Result = TypeVar("Result")
Arguments = ParamSpec("Arguments")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """What *sender* has ordered that concerns other instances: to be delivered after its own advance."""

    sender: LiveInstance
    command: Command


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """The engine's shared parts; one per database. deliver: carries out what goes from instance to instance."""

    database: Database
    writer: Writer
    feed: ChangeFeed
    catalogue: Catalogue
    live: LiveInstances
    held_jobs: HeldJobs
    ready_jobs: ReadyJobs
    job_values: JobValues
    clock: Clock
    ids: IdSource
    codec: ValueCodec
    limits: EngineLimits
    deliver: "Callable[[Unit, Outgoing], None]"
    listeners: Listeners = field(default_factory=Listeners)

    def submit(self, tenant_id: TenantId, work: "Callable[[Unit], Result]") -> Result:
        """Run *work* in the writer's next transaction; its result once that is committed."""
        return self.post(tenant_id, work).result()

    def post(self, tenant_id: TenantId, work: "Callable[[Unit], Result]", *, is_late: bool = False) -> "Future[Result]":
        """As submit, without waiting. is_late: after all other work of its transaction."""
        touched: list[tuple[TenantId, InstanceKey]] = []
        marks = self._marks()

        def run(session: Session, changes: list[Change]) -> Result:
            nonlocal marks
            marks, now = self._marks(), self.clock.now()
            unit = Unit(core=self, tenant_id=tenant_id, session=session, now=now, changes=changes, touched=touched)
            result = work(unit)
            unit.settle()
            self.listeners.write_outbox(session, changes, now=now, ids=self.ids)
            return result

        def undo() -> None:
            self.live.take_back(touched)
            if self._marks() != marks:
                self.held_jobs.forget_all()
                self.ready_jobs.forget_all()
            self.listeners.forget()

        return self.writer.post(run, undo=undo, is_late=is_late)

    def _marks(self) -> tuple[int, int]:
        return self.held_jobs.mark, self.ready_jobs.mark


@made_often
@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One piece of work inside a transaction. now: stamped once, for all that happens in it.

    touched: every instance that was asked for, in order; what the memory holds of them is wrong if this is taken back.
    outgoing: what instances have sent to others and is not delivered yet; it belongs to the same transaction.
    """

    core: Core
    tenant_id: TenantId
    session: Session
    now: datetime
    changes: list[Change]
    touched: list[tuple[TenantId, InstanceKey]]
    outgoing: deque[Outgoing] = field(default_factory=deque)

    def settle(self) -> None:
        """Deliver what instances have sent to others, until nothing is left. Raises LimitExceededError."""
        delivered = 0
        while self.outgoing:
            delivered += 1
            require_within("deliveries", delivered, self.core.limits.deliveries)
            self.core.deliver(self, self.outgoing.popleft())

    def attempt(
        self, work: "Callable[Arguments, Result]", *args: "Arguments.args", **terms: "Arguments.kwargs"
    ) -> Result:
        """Run part of the work so that, when it raises, its own changes are taken back and the rest stays."""
        touched, changes, outgoing = len(self.touched), len(self.changes), len(self.outgoing)
        ready_jobs, mark = self.core.ready_jobs, self.core.ready_jobs.mark
        try:
            with self.session.savepoint():
                return work(*args, **terms)
        except BaseException:
            self.core.live.take_back(self.touched[touched:])
            if ready_jobs.mark != mark:
                ready_jobs.forget_all()
            del self.changes[changes:]
            while len(self.outgoing) > outgoing:
                self.outgoing.pop()
            raise

    def outcome(
        self, work: "Callable[Arguments, Result]", *args: "Arguments.args", **terms: "Arguments.kwargs"
    ) -> "Result | Exception":
        """As attempt, for one part of many: what it raises is its outcome, as long as the others can go on."""
        try:
            return self.attempt(work, *args, **terms)
        except Exception as error:
            if not self.can_go_on:
                raise
            return error

    @property
    def can_go_on(self) -> bool:
        """Whether a failed attempt has left the transaction and the rest of the work as they were."""
        return self.session.in_transaction and not self.session.is_spoilt

    def instance(self, instance_key: InstanceKey) -> LiveInstance:
        """The active instance, for changing; see LiveInstances.load for the errors."""
        self.touched.append((self.tenant_id, instance_key))
        return self.core.live.load(self.session, self.tenant_id, instance_key)

    def ended_instance(self, instance_key: InstanceKey) -> LiveInstance:
        """An instance that has ended, for going on with it; raises UnknownInstanceError."""
        self.touched.append((self.tenant_id, instance_key))
        return self.core.live.load(self.session, self.tenant_id, instance_key, even_ended=True)

    def count_job(self, kind: str, job_type: str) -> None:
        """Count what became of a job, after the commit."""
        self.changes.append(change_somewhere(Topic.WORK, kind, self.tenant_id, job_type))

    def note(self, topic: Topic, kind: str, instance: LiveInstance | None = None) -> None:
        """Tell the change feed after the commit."""
        self.changes.append(
            Change(topic, kind, self.tenant_id)
            if instance is None
            else Change(topic, kind, self.tenant_id, instance.definition.process_id, instance.instance_key)
        )

    def note_often(self, topic: Topic, kind: str, instance: LiveInstance, job_type: str | None = None) -> None:
        """As note, for what comes with every step: where it was is told only if somebody listens.

        job_type: of a job that is to be counted under this kind.
        """
        if not self.core.feed.is_heard(topic):
            self.changes.append(change_somewhere(topic, kind, self.tenant_id, job_type))
            return
        process_id = instance.definition.process_id
        self.changes.append(Change(topic, kind, self.tenant_id, process_id, instance.instance_key, job_type))


def refused_or(outcome: "Result | Exception") -> "Result | TaktloomError":
    """What the caller is told of one part of many; raises what is nobody's refusal, but our defect or the store's."""
    if isinstance(outcome, Exception) and not isinstance(outcome, TaktloomError):
        raise outcome
    return outcome
