# SPDX-License-Identifier: Apache-2.0
"""Process instances: start, look at, change variables, cancel; their journal and event log."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict

from taktloom.feel.wire import values_from_python
from taktloom.hosts.embedded.advancing.advance import advance, begin, event_time, next_instance_key
from taktloom.hosts.embedded.advancing.operator_actions import Order, record_action
from taktloom.hosts.embedded.core.catalogue import RunnableDefinition
from taktloom.hosts.embedded.core.changes import Topic
from taktloom.hosts.embedded.core.limits import page_size, require_count, require_within
from taktloom.hosts.embedded.core.live import Caller, LiveInstance, unknown_instance
from taktloom.hosts.embedded.core.unit import Core, Unit, refused_or
from taktloom.hosts.embedded.core.values import ValueOwner
from taktloom.hosts.embedded.core.views import (
    element_visits,
    incident_view,
    instance_summary,
    job_view,
    signal_view,
    timer_view,
    user_task_view,
)
from taktloom.hosts.embedded.history.event_rows import event_of
from taktloom.hosts.embedded.history.replays import replay
from taktloom.hosts.embedded.history.stored_instances import read_instance
from taktloom.kernel.events import ActivitiesActivated, InstanceCancelled, InstanceStarted, VariablesSet
from taktloom.kernel.kept_variables import Variables
from taktloom.kernel.state import InstanceState, InstanceStatus
from taktloom.kernel.state_json import save_state
from taktloom.model.cursors import number_of_cursor
from taktloom.model.errors import ConflictError, MisuseError, NondeterminismError, TaktloomError
from taktloom.model.events import Event
from taktloom.model.identifiers import (
    DefinitionKey,
    ElementId,
    InstanceKey,
    ProcessId,
    SubjectKey,
    SubscriptionId,
    TenantId,
)
from taktloom.model.interventions import HistoryLevel
from taktloom.model.journal import JournalEntry
from taktloom.model.operations import (
    InstanceDetail,
    InstanceQuery,
    InstanceSummary,
    Page,
    SubscriptionView,
    VariableView,
)
from taktloom.model.places import Place
from taktloom.model.trace_context import valid_traceparent
from taktloom.storage import Row, Session, to_micros, to_micros_or_none
from taktloom.storage.refusals import require_storable

_AT_ONCE = 100  # starts in one piece of work: others wait no longer than for these
COUNTED_UP_TO = 10_000  # a total above this is given as None: counting on would cost more than it tells


class VersionSuspendedError(ConflictError):
    """No instance of this version starts until it is resumed."""

    code = "TL-2581"


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceStart:
    """One start of many. variables: FEEL values or Python's own, as everywhere at these doors."""

    variables: Mapping[str, object]
    business_key: str | None = None
    subject_key: SubjectKey | None = None


class _Named(TypedDict):
    instance_key: InstanceKey
    process_id: ProcessId


class ReplayDiffersError(NondeterminismError):
    """The journal replays to another state than the present one."""

    code = "TL-4501"


class Instances:
    """Process instances of one tenant."""

    def __init__(self, core: Core, tenant_id: TenantId) -> None:
        self._core, self._tenant_id = core, tenant_id

    def start(  # noqa: PLR0913 - what is optional is keyword-only, and none of it belongs to another
        self,
        process_id: ProcessId,
        variables: Mapping[str, object],
        *,
        version: int | None = None,
        business_key: str | None = None,
        subject_key: SubjectKey | None = None,
        actor: str | None = None,
        traceparent: str | None = None,
    ) -> InstanceSummary:
        """Start the newest version, or the one asked for, at its none start event.

        traceparent: the trace that the call belongs to (W3C Trace Context); its jobs carry it on as a header.
        Raises UnknownProcessError, NotFoundError (no none start event), LimitExceededError.
        """
        asked = InstanceStart(variables=variables, business_key=business_key, subject_key=subject_key)
        require_within("business_key", len(business_key or ""), self._core.limits.text_characters)

        def work(unit: Unit) -> InstanceSummary:
            definition = unit.core.catalogue.startable(unit.session, unit.tenant_id, process_id, version)
            return _start(unit, definition, asked, actor, traceparent)

        return self._core.submit(self._tenant_id, work)

    def start_many(
        self,
        process_id: ProcessId,
        starts: Sequence[InstanceStart],
        *,
        version: int | None = None,
        actor: str | None = None,
        traceparent: str | None = None,
    ) -> tuple[InstanceSummary | TaktloomError, ...]:
        """Start many instances in few transactions; answers in order, a refused one does not touch the others.

        Raises UnknownProcessError, NotFoundError (no none start event), LimitExceededError (too many).
        """
        limits = self._core.limits
        require_count("starts", starts, limits.batch_items)

        def start_one(unit: Unit, definition: RunnableDefinition, asked: InstanceStart) -> InstanceSummary:
            require_within("business_key", len(asked.business_key or ""), limits.text_characters)
            return _start(unit, definition, asked, actor, traceparent)

        def starting(some: Sequence[InstanceStart]) -> Callable[[Unit], list[InstanceSummary | Exception]]:
            def work(unit: Unit) -> list[InstanceSummary | Exception]:
                definition = unit.core.catalogue.startable(unit.session, unit.tenant_id, process_id, version)
                return [unit.outcome(start_one, unit, definition, asked) for asked in some]

            return work

        portions = [starts[at : at + _AT_ONCE] for at in range(0, len(starts), _AT_ONCE)]
        futures = [self._core.post(self._tenant_id, starting(some)) for some in portions]
        return tuple(refused_or(outcome) for future in futures for outcome in future.result())

    def cancel(self, instance_key: InstanceKey, *, reason: str = "", actor: str | None = None) -> None:
        """End the instance at once; raises UnknownInstanceError, InstanceEndedError."""
        require_within("reason", len(reason), self._core.limits.text_characters)

        def work(unit: Unit) -> None:
            instance = unit.instance(instance_key)
            occurred_at = event_time(unit, instance)
            advance(unit, instance, InstanceCancelled(occurred_at=occurred_at, actor=actor, reason=reason))
            order = Order(actor=actor, reason=reason)
            record_action(unit, "cancel-instance", order, **_named(instance))

        self._core.submit(self._tenant_id, work)

    def set_variables(
        self,
        instance_key: InstanceKey,
        variables: Mapping[str, object],
        *,
        element_id: ElementId | None = None,
        reason: str = "",
        actor: str | None = None,
    ) -> None:
        """Set variables of the instance, or of an active element that has its own; errors as cancel."""
        values = values_from_python(variables)

        def work(unit: Unit) -> None:
            instance = unit.instance(instance_key)
            occurred_at = event_time(unit, instance)
            event = VariablesSet(occurred_at=occurred_at, actor=actor, variables=values, element_id=element_id)
            advance(unit, instance, event)
            order = Order(actor=actor, reason=reason)
            record_action(unit, "set-variables", order, **_named(instance), variables=sorted(variables))

        self._core.submit(self._tenant_id, work)

    def activate(
        self,
        instance_key: InstanceKey,
        element_ids: tuple[ElementId, ...],
        variables: Mapping[str, object],
        *,
        actor: str | None = None,
    ) -> None:
        """Start activities of an active ad-hoc sub-process; errors as cancel, and NotFoundError for other elements."""
        values = values_from_python(variables)

        def work(unit: Unit) -> None:
            instance = unit.instance(instance_key)
            occurred_at = event_time(unit, instance)
            event = ActivitiesActivated(occurred_at=occurred_at, actor=actor, element_ids=element_ids, variables=values)
            advance(unit, instance, event)

        self._core.submit(self._tenant_id, work)

    def search(self, query: InstanceQuery) -> Page[InstanceSummary]:
        """Instances, newest first. Raises MisuseError for a status that there is not."""
        limit = page_size(query.limit, self._core.limits)
        filters = _filters(self._tenant_id, query)
        with self._core.database.reading() as session:
            rows = session.all(
                "list_instances", **filters, element_id=query.element_id, before=query.cursor, limit=limit + 1
            )
            total = (
                session.count("count_instances", **filters, limit=COUNTED_UP_TO + 1)
                if query.element_id is None
                else None
            )
        items = tuple(map(instance_summary, rows[:limit]))
        cursor = items[-1].instance_key if len(rows) > limit else None
        return Page(items=items, next_cursor=cursor, total=None if total is None or total > COUNTED_UP_TO else total)

    def summary(self, instance_key: InstanceKey) -> InstanceSummary:
        """One instance as a row; raises UnknownInstanceError."""
        with self._core.database.reading() as session:
            return _summary(session, self._tenant_id, instance_key)

    def detail(self, instance_key: InstanceKey) -> InstanceDetail:
        """All that the instance page shows; raises UnknownInstanceError."""
        name = {"tenant_id": self._tenant_id, "instance_key": instance_key}
        now = self._core.clock.now()
        with self._core.database.reading() as session:
            stored = read_instance(self._core, session, self._tenant_id, instance_key)
            row, definition, state = stored.row, stored.definition, stored.state
            owner = self._owner(row)
            return InstanceDetail(
                summary=instance_summary(row),
                visits=element_visits(session.rows("events_of_instance", **name), definition, state),
                variables=_variables(state, definition),
                incidents=tuple(map(incident_view, session.rows("incidents_of_instance", **name))),
                jobs=tuple(job_view(job, now=now) for job in session.rows("jobs_of_instance", **name)),
                user_tasks=tuple(map(user_task_view, session.rows("user_tasks_of_instance", **name))),
                timers=tuple(map(timer_view, session.rows("timers_of_instance", **name))),
                subscriptions=tuple(
                    self._subscription(entry, owner) for entry in session.rows("subscriptions_of_instance", **name)
                ),
                signals=tuple(map(signal_view, session.rows("signals_of_instance", **name))),
                called=tuple(
                    map(
                        instance_summary,
                        session.rows(
                            "called_instances",
                            tenant_id=self._tenant_id,
                            caller_key=instance_key,
                            limit=self._core.limits.page_rows,
                        ),
                    )
                ),
                journal_size=stored.journal_size,
            )

    def events(self, instance_key: InstanceKey) -> tuple[Event, ...]:
        """The event-log rows of the instance, in order; raises UnknownInstanceError."""
        with self._core.database.reading() as session:
            self._row(session, instance_key)
            rows = session.all("events_of_instance", tenant_id=self._tenant_id, instance_key=instance_key)
        return tuple(event_of(row, self._core.codec) for row in rows)

    def journal(self, instance_key: InstanceKey, *, cursor: str | None = None, limit: int = 100) -> Page[JournalEntry]:
        """The kernel events of the instance in order; raises UnknownInstanceError."""
        limit = page_size(limit, self._core.limits)
        with self._core.database.reading() as session:
            self._row(session, instance_key)
            entries = self._entries(session, instance_key, after=number_of_cursor(cursor) or 0, limit=limit + 1)
            total = session.count("journal_size", tenant_id=self._tenant_id, instance_key=instance_key)
        items = entries[:limit]
        next_cursor = str(items[-1].sequence) if len(entries) > limit else None
        return Page(items=items, next_cursor=next_cursor, total=total)

    def check_replay(self, instance_key: InstanceKey) -> int:
        """Replay the whole journal and compare with the state that the engine goes on from; the number of entries.

        That is the one in its memory, where it is there, else what the database tells. Raises UnknownInstanceError,
        ReplayDiffersError: history and code disagree, which is our defect.
        """
        kept = self._core.submit(self._tenant_id, lambda unit: unit.core.live.kept_state(self._tenant_id, instance_key))
        with self._core.database.reading() as session:
            stored = read_instance(self._core, session, self._tenant_id, instance_key)
            size, present = kept or (stored.journal_size, save_state(stored.state))
            entries = self._entries(session, instance_key, after=0, limit=size)
            state = replay(
                lambda key: self._core.catalogue.by_key(session, self._tenant_id, key).executable,
                DefinitionKey(stored.row.text("definition_key")),
                instance_key,
                [entry.payload for entry in entries],
            )
        if save_state(state) != present:
            raise ReplayDiffersError(
                f"The journal of instance {instance_key} replays to another state than the present one.",
                Place(element_id=instance_key),
                "Report this with the journal; the instance goes on from the present state.",
                {"instance_key": instance_key},
            )
        return len(entries)

    def _entries(
        self, session: Session, instance_key: InstanceKey, *, after: int, limit: int
    ) -> tuple[JournalEntry, ...]:
        rows = session.rows(
            "journal_entries", tenant_id=self._tenant_id, instance_key=instance_key, after=after, limit=limit
        )
        return tuple(self._entry(row) for row in rows)

    def _entry(self, row: Row) -> JournalEntry:
        owner = self._owner(row)
        return JournalEntry(
            tenant_id=self._tenant_id,
            instance_key=InstanceKey(row.text("instance_key")),
            sequence=row.integer("sequence"),
            occurred_at=row.instant("occurred_at"),
            kind=row.text("kind"),
            payload=self._core.codec.unseal(row.blob("payload_sealed"), owner),
            actor=row.text_or_none("actor"),
            subject_key=owner.subject_key,
        )

    def _row(self, session: Session, instance_key: InstanceKey) -> Row:
        row = session.first("instance_with_state", tenant_id=self._tenant_id, instance_key=instance_key)
        if row is None:
            raise unknown_instance(instance_key)
        return row

    def _owner(self, row: Row) -> ValueOwner:
        subject = row.text_or_none("subject_key")
        return ValueOwner(tenant_id=self._tenant_id, subject_key=None if subject is None else SubjectKey(subject))

    def _subscription(self, row: Row, owner: ValueOwner) -> SubscriptionView:
        sealed = row.blob_or_none("correlation_key_sealed")
        return SubscriptionView(
            subscription_id=SubscriptionId(row.text("subscription_id")),
            element_id=ElementId(row.text("element_id")),
            message_name=row.text("message_name"),
            correlation_key=None if sealed is None else self._core.codec.unseal(sealed, owner).decode(),
        )


def _start(
    unit: Unit, definition: RunnableDefinition, asked: InstanceStart, actor: str | None, traceparent: str | None
) -> InstanceSummary:
    for text in (asked.business_key, asked.subject_key, traceparent):
        require_storable(text)  # now: the row is written with those of others
    event = InstanceStarted(occurred_at=unit.now, actor=actor, variables=Variables(values_from_python(asked.variables)))
    started = begin_instance(
        unit,
        definition,
        event,
        business_key=asked.business_key,
        subject_key=asked.subject_key,
        traceparent=traceparent,
    )
    unit.settle()
    if unit.core.live.is_current(started):
        return _started_summary(started, event)
    return _summary(unit.session, unit.tenant_id, started.instance_key)


def start_instance(  # noqa: PLR0913 - what is optional is keyword-only, and none of it belongs to another
    unit: Unit,
    definition: RunnableDefinition,
    event: InstanceStarted,
    *,
    business_key: str | None = None,
    subject_key: SubjectKey | None = None,
    caller: Caller | None = None,
    traceparent: str | None = None,
) -> InstanceKey:
    """As begin_instance, for those who need no more than its key."""
    started = begin_instance(
        unit,
        definition,
        event,
        business_key=business_key,
        subject_key=subject_key,
        caller=caller,
        traceparent=traceparent,
    )
    return started.instance_key


def begin_instance(  # noqa: PLR0913 - what is optional is keyword-only, and none of it belongs to another
    unit: Unit,
    definition: RunnableDefinition,
    event: InstanceStarted,
    *,
    business_key: str | None = None,
    subject_key: SubjectKey | None = None,
    caller: Caller | None = None,
    traceparent: str | None = None,
) -> LiveInstance:
    """Write a new instance and run its first event, inside the present unit of work.

    Raises VersionSuspendedError.
    """
    history_level, traceparent = _start_terms(unit, definition), valid_traceparent(traceparent)
    key = next_instance_key(unit, unit.core.ids)
    unit.session.defer(
        "insert_instance",
        key,
        tenant_id=unit.tenant_id,
        instance_key=key,
        definition_key=definition.definition_key,
        process_id=definition.process_id,
        process_name=definition.name,
        version=definition.version,
        business_key=business_key,
        subject_key=subject_key,
        started_at=to_micros(event.occurred_at),
        started_by=event.actor,
        caller_key=None if caller is None else caller.instance_key,
        child_id=None if caller is None else caller.child_id,
        call_depth=0 if caller is None else caller.depth,
        history_level=history_level,
        traceparent=traceparent,
    )
    instance = LiveInstance(
        tenant_id=unit.tenant_id,
        instance_key=key,
        definition=definition,
        business_key=business_key,
        subject_key=subject_key,
        state=InstanceState(instance_key=key),
        journal_size=0,
        advanced_at=event.occurred_at,
        caller=caller,
        history_level=HistoryLevel(history_level),
        traceparent=traceparent,
    )
    begin(unit, instance, event)
    unit.note(Topic.INSTANCES, "started", instance)
    return instance


def _started_summary(started: LiveInstance, event: InstanceStarted) -> InstanceSummary:
    """What `_summary` would read of an instance that was started in the same transaction, without reading it."""
    definition, state = started.definition, started.state
    return InstanceSummary(
        instance_key=started.instance_key,
        definition_key=definition.definition_key,
        process_id=definition.process_id,
        process_name=definition.name,
        version=definition.version,
        status=state.status.value,
        business_key=started.business_key,
        started_at=event.occurred_at,
        started_by=event.actor,
        ended_at=None if state.status is InstanceStatus.ACTIVE else started.advanced_at,
        open_incidents=len(state.incidents),
        caller_key=None if started.caller is None else started.caller.instance_key,
    )


def is_suspended_version(unit: Unit, definition: RunnableDefinition) -> bool:
    """Whether no instance of the version may start now."""
    row = unit.session.kept("start_terms", tenant_id=unit.tenant_id, definition_key=definition.definition_key)
    return row is not None and row.value("suspended_at") is not None


def _start_terms(unit: Unit, definition: RunnableDefinition) -> str:
    """The level of history that new instances have; raises VersionSuspendedError."""
    row = unit.session.kept("start_terms", tenant_id=unit.tenant_id, definition_key=definition.definition_key)
    if row is not None and row.value("suspended_at") is not None:
        raise VersionSuspendedError(
            f"Version {definition.version} of process {definition.process_id} is suspended.",
            Place(element_id=definition.process_id),
            "Resume it, or start another version.",
            {"process_id": definition.process_id, "version": str(definition.version)},
        )
    return HistoryLevel.FULL if row is None else row.text("history_level")


def _named(instance: LiveInstance) -> _Named:
    return {"instance_key": instance.instance_key, "process_id": instance.definition.process_id}


def _summary(session: Session, tenant_id: TenantId, instance_key: InstanceKey) -> InstanceSummary:
    row = session.first("instance_by_key", tenant_id=tenant_id, instance_key=instance_key)
    if row is None:
        raise unknown_instance(instance_key)
    return instance_summary(row)


def _filters(tenant_id: TenantId, query: InstanceQuery) -> dict[str, str | int | None]:
    if query.status is not None and query.status not in set(InstanceStatus):
        remedy = "Give active, completed, terminated, cancelled or failed."
        raise MisuseError("Instances have no such status.", remedy=remedy)
    return {
        "tenant_id": tenant_id,
        "process_id": query.process_id,
        "version": query.version,
        "version_tag": query.version_tag,
        "status": query.status,
        "with_incidents": None if query.with_incidents is None else int(query.with_incidents),
        "is_suspended": None if query.is_suspended is None else int(query.is_suspended),
        "started_after": to_micros_or_none(query.started_after),
        "started_before": to_micros_or_none(query.started_before),
        "search": query.search or None,
    }


def _variables(state: InstanceState, definition: RunnableDefinition) -> tuple[VariableView, ...]:
    nodes = definition.executable.nodes
    return tuple(
        VariableView(name=name, value=value, scope_element_id=None if scope.parent is None else nodes[scope.element].id)
        for scope in state.scopes.values()
        for name, value in sorted(scope.variables.items())
    )
