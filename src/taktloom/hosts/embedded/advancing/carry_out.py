# SPDX-License-Identifier: Apache-2.0
"""What each kernel command does to the tables; a table from command type to function, one row per command.

A function gives the event that answers its command, where the engine knows the answer at once.
"""

import json
from collections.abc import Callable, Mapping
from typing import TypeVar, cast

from taktloom.feel.values import FeelValue
from taktloom.feel.wire import json_text, utf8
from taktloom.hosts.embedded.advancing.back_off import stored_back_off
from taktloom.hosts.embedded.advancing.calendars import reckon_later
from taktloom.hosts.embedded.advancing.causes import Cause, cause_signature
from taktloom.hosts.embedded.advancing.deployed_decisions import count_use
from taktloom.hosts.embedded.advancing.task_rows import end_task, open_task
from taktloom.hosts.embedded.core.changes import Topic
from taktloom.hosts.embedded.core.live import LiveInstance
from taktloom.hosts.embedded.core.ready_jobs import ReadyJob
from taktloom.hosts.embedded.core.unit import Outgoing, Unit
from taktloom.hosts.embedded.core.values import ValueOwner, digest, dump_values, load_values
from taktloom.kernel import message_matches
from taktloom.kernel.commands import (
    CancelChild,
    CancelJob,
    CancelTimer,
    CancelUserTask,
    ChooseFlow,
    CloseIncident,
    Command,
    CompensateChild,
    ContinueChild,
    CreateJob,
    EscalateToCaller,
    EvaluateDecision,
    FinishInstance,
    OpenUserTask,
    PlanTimer,
    RaiseIncident,
    ReadDataStores,
    RecordEvent,
    RetryJob,
    StartChild,
    StartTimer,
    Subscribe,
    SubscribeSignal,
    ThrowMessage,
    ThrowSignal,
    Unsubscribe,
    WriteDataStore,
)
from taktloom.kernel.events import DataStoreRead, DecisionEvaluated, KernelEvent, MessageCorrelated, TimerPlanned
from taktloom.kernel.kept_variables import variables_text
from taktloom.model.errors import NondeterminismError, TaktloomError
from taktloom.model.interventions import HistoryLevel
from taktloom.model.trace_context import TRACEPARENT
from taktloom.storage import SqlValue, to_micros, to_micros_or_none

_CommandType = TypeVar("_CommandType", bound=Command)
_Rule = Callable[[Unit, LiveInstance, Command], KernelEvent | None]
_BESIDE_THE_FLOW = frozenset({"boundaryEvent", "startEvent"})  # those of event sub-processes, once an instance runs


def correlation_digest(correlation_key: str | None) -> str:
    """What stands in the index for a correlation key; empty where any key fits."""
    return "" if correlation_key is None else digest(utf8(correlation_key))


def seal(unit: Unit, instance: LiveInstance, values: Mapping[str, FeelValue]) -> bytes:
    """Values as they are stored."""
    return unit.core.codec.seal(utf8(variables_text(values)), instance.owner)


def _create_job(unit: Unit, instance: LiveInstance, command: CreateJob) -> None:
    headers = _headers(instance, command)
    sealed = unit.core.job_values.seal(unit.session, instance, command.variables)
    now = to_micros(unit.now)
    row: dict[str, SqlValue] = {
        "tenant_id": unit.tenant_id,
        "job_id": command.job_id,
        "instance_key": instance.instance_key,
        "process_id": instance.definition.process_id,
        "element_id": command.element_id,
        "job_type": command.job_type,
        "state": "available",
        "retries": command.retries,
        "attempt": 0,
        "fence": 0,
        "worker": None,
        "ready_at": now,
        "now": now,
        "taken_at": None,
        "headers": headers,
        "variables_sealed": sealed,
        "priority": command.priority,
        "back_off": stored_back_off(command),
    }
    unit.session.defer("insert_job", command.job_id, **row)
    job = ReadyJob(
        job_id=command.job_id,
        job_type=command.job_type,
        instance_key=instance.instance_key,
        process_id=instance.definition.process_id,
        element_id=command.element_id,
        subject_key=instance.subject_key,
        headers=headers,
        variables_sealed=sealed,
        retries_left=command.retries,
        attempt=0,
        fence=0,
        priority=command.priority,
        ready_at=now,
        insert=row,
        epoch=unit.session.epoch,
    )
    unit.core.ready_jobs.add(unit.session, unit.tenant_id, job)
    unit.note_often(Topic.JOBS, "created", instance, command.job_type)


def _headers(instance: LiveInstance, command: CreateJob) -> str:
    """What the model says, and the trace that the job belongs to, as JSON."""
    if instance.traceparent is None and not command.headers:
        return "{}"
    trace = {} if instance.traceparent is None else {TRACEPARENT: instance.traceparent}
    return json.dumps({**trace, **command.headers}, sort_keys=True, ensure_ascii=False)


def _cancel_job(unit: Unit, instance: LiveInstance, command: CancelJob) -> None:
    unit.core.held_jobs.forget(unit.tenant_id, command.job_id)
    unit.core.ready_jobs.forget(command.job_id)
    unit.session.defer(
        "cancel_job", command.job_id, tenant_id=unit.tenant_id, job_id=command.job_id, now=to_micros(unit.now)
    )
    unit.note(Topic.JOBS, "cancelled", instance)


def _retry_job(unit: Unit, instance: LiveInstance, command: RetryJob) -> None:
    unit.core.held_jobs.forget(unit.tenant_id, command.job_id)
    unit.core.ready_jobs.forget_all()
    unit.session.defer(
        "offer_job_again",
        command.job_id,
        tenant_id=unit.tenant_id,
        job_id=command.job_id,
        retries=command.retries,
        now=to_micros(unit.now),
        variables_sealed=unit.core.job_values.seal(unit.session, instance, command.variables),
    )
    unit.note(Topic.JOBS, "created", instance)


def _open_user_task(unit: Unit, instance: LiveInstance, command: OpenUserTask) -> None:
    sealed = unit.core.job_values.seal_for_user_task(unit.session, instance, command.variables)
    open_task(unit, instance, command, sealed)
    unit.note(Topic.TASKS, "opened", instance)


def _cancel_user_task(unit: Unit, instance: LiveInstance, command: CancelUserTask) -> None:
    end_task(unit, command.user_task_id, "cancelled")
    unit.note(Topic.TASKS, "cancelled", instance)


def _plan_timer(unit: Unit, instance: LiveInstance, command: PlanTimer) -> KernelEvent:
    due_at, missed = reckon_later(unit, command.reckoning)
    return TimerPlanned(occurred_at=instance.advanced_at, timer_id=command.timer_id, due_at=due_at, missed=missed)


def _start_timer(unit: Unit, instance: LiveInstance, command: StartTimer) -> None:
    unit.session.defer(
        "insert_timer",
        command.timer_id,
        tenant_id=unit.tenant_id,
        timer_id=command.timer_id,
        instance_key=instance.instance_key,
        element_id=command.element_id,
        due_at=to_micros(command.due_at),
    )
    unit.note(Topic.TIMERS, "started", instance)


def _cancel_timer(unit: Unit, instance: LiveInstance, command: CancelTimer) -> None:
    del instance
    unit.session.defer("delete_timer", command.timer_id, tenant_id=unit.tenant_id, timer_id=command.timer_id)


def _subscribe(unit: Unit, instance: LiveInstance, command: Subscribe) -> KernelEvent | None:
    buffered = _take_buffered(unit, instance, command)
    if buffered is not None:
        return MessageCorrelated(
            occurred_at=instance.advanced_at, subscription_id=command.subscription_id, variables=buffered
        )
    key = command.correlation_key
    unit.session.defer(
        "insert_subscription",
        command.subscription_id,
        tenant_id=unit.tenant_id,
        subscription_id=command.subscription_id,
        instance_key=instance.instance_key,
        element_id=command.element_id,
        message_name=command.message_name,
        correlation_digest=correlation_digest(key),
        correlation_key_sealed=None if key is None else unit.core.codec.seal(utf8(key), instance.owner),
        matches_sealed=None if not command.matches else seal(unit, instance, _wanted(command)),
    )
    return None


def _wanted(command: Subscribe) -> Mapping[str, FeelValue]:
    return {"texts": [text for text, _ in command.matches], "values": [value for _, value in command.matches]}


def _take_buffered(unit: Unit, instance: LiveInstance, command: Subscribe) -> Mapping[str, FeelValue] | None:
    """The oldest message in the buffer that fits; it is taken out. What listens beside the flow takes none."""
    executable = instance.definition.executable
    if executable.nodes[executable.node_index[command.element_id]].element_type in _BESIDE_THE_FLOW:
        return None
    for row in unit.session.all(
        "buffered_messages",
        tenant_id=unit.tenant_id,
        message_name=command.message_name,
        correlation_digest=correlation_digest(command.correlation_key),
        now=to_micros(unit.now),
        limit=unit.core.limits.batch_items if command.matches else 1,
    ):
        # Nobody knows at publishing time whom a buffered message is about: it is sealed for the tenant.
        plain = unit.core.codec.unseal(row.blob("variables_sealed"), ValueOwner(tenant_id=unit.tenant_id))
        variables = load_values(plain)
        if message_matches(command.matches, variables, unit.now):
            unit.session.run(
                "take_message",
                tenant_id=unit.tenant_id,
                message_id=row.text("message_id"),
                correlated_with=json.dumps([instance.instance_key]),
            )
            return variables
    return None


def _subscribe_signal(unit: Unit, instance: LiveInstance, command: SubscribeSignal) -> None:
    unit.session.defer(
        "insert_signal_subscription",
        command.subscription_id,
        tenant_id=unit.tenant_id,
        subscription_id=command.subscription_id,
        instance_key=instance.instance_key,
        element_id=command.element_id,
        signal_name=command.signal_name,
    )


def _unsubscribe(unit: Unit, instance: LiveInstance, command: Unsubscribe) -> None:
    del instance
    name = {"tenant_id": unit.tenant_id, "subscription_id": command.subscription_id}
    unit.session.defer("delete_subscription", command.subscription_id, **name)  # it is in one of the two tables
    unit.session.defer("delete_signal_subscription", command.subscription_id, **name)


def _send(unit: Unit, instance: LiveInstance, command: Command) -> None:
    """It concerns other instances: delivered after this one's advance, in the same transaction."""
    unit.outgoing.append(Outgoing(sender=instance, command=command))


def _read_data_stores(unit: Unit, instance: LiveInstance, command: ReadDataStores) -> KernelEvent:
    values: dict[str, FeelValue] = {}
    for store in command.stores:
        row = unit.session.first("data_store", tenant_id=unit.tenant_id, store_id=store)
        if row is not None:
            plain = unit.core.codec.unseal(row.blob("value_sealed"), ValueOwner(tenant_id=unit.tenant_id))
            values[store] = load_values(plain)["value"]
    return DataStoreRead(occurred_at=instance.advanced_at, request_id=command.request_id, values=values)


def _write_data_store(unit: Unit, instance: LiveInstance, command: WriteDataStore) -> None:
    del instance  # a data store outlives instances and is about nobody known: it is sealed for the tenant
    sealed = unit.core.codec.seal(dump_values({"value": command.value}), ValueOwner(tenant_id=unit.tenant_id))
    unit.session.run(
        "write_data_store",
        tenant_id=unit.tenant_id,
        store_id=command.store,
        now=to_micros(unit.now),
        value_sealed=sealed,
    )


def _evaluate_decision(unit: Unit, instance: LiveInstance, command: EvaluateDecision) -> KernelEvent:
    value: FeelValue = None
    failure: str | None = None
    try:
        decided = unit.core.catalogue.evaluate(
            unit.session, unit.tenant_id, command.decision_id, command.inputs, now=instance.advanced_at
        )
        count_use(unit, decided.checksum, decided.model, decided.result.trace, instance.advanced_at)
        answer = decided.require_answer()
        json_text(answer)  # raises where it cannot be stored: a function
        value = answer
    except TaktloomError as error:
        failure = str(error)
    return DecisionEvaluated(
        occurred_at=instance.advanced_at, request_id=command.request_id, value=value, error=failure
    )


def _choose_flow(unit: Unit, instance: LiveInstance, command: ChooseFlow) -> None:
    del unit, instance
    raise NondeterminismError(
        f"The kernel asks for a flow at {command.element_id}, but this host compiles without external choices."
    )


def _raise_incident(unit: Unit, instance: LiveInstance, command: RaiseIncident) -> None:
    definition = instance.definition
    unit.session.defer(
        "insert_incident",
        command.incident_id,
        tenant_id=unit.tenant_id,
        incident_id=command.incident_id,
        instance_key=instance.instance_key,
        process_id=definition.process_id,
        process_name=definition.name,
        version=definition.version,
        element_id=command.element_id,
        element_name=definition.element_name(command.element_id),
        kind=command.kind.value,
        message=command.message[: unit.core.limits.text_characters],
        job_id=command.job_id,
        now=to_micros(unit.now),
        signature=cause_signature(Cause.of(instance.definition, command)),
    )
    _count_incident(unit, instance, 1)
    unit.note(Topic.INCIDENTS, "raised", instance)


def _close_incident(unit: Unit, instance: LiveInstance, command: CloseIncident) -> None:
    if unit.session.run(
        "close_incident", tenant_id=unit.tenant_id, incident_id=command.incident_id, now=to_micros(unit.now)
    ):
        _count_incident(unit, instance, -1)
    unit.note(Topic.INCIDENTS, "closed", instance)


def _count_incident(unit: Unit, instance: LiveInstance, difference: int) -> None:
    unit.session.defer(
        "add_open_incidents",
        instance.instance_key,
        tenant_id=unit.tenant_id,
        instance_key=instance.instance_key,
        difference=difference,
    )


def _record_event(unit: Unit, instance: LiveInstance, command: RecordEvent) -> None:
    if instance.history_level is not HistoryLevel.FULL and not _is_kept(instance, command):
        return
    unit.session.defer(
        "insert_event",
        tenant_id=unit.tenant_id,
        instance_key=instance.instance_key,
        process_id=instance.definition.process_id,
        version=instance.definition.version,
        visit=command.visit,
        element_id=command.element_id,
        element_type=command.element_type,
        activity=command.activity,
        lifecycle=command.lifecycle,
        started_at=to_micros_or_none(command.started_at),
        occurred_at=to_micros(instance.advanced_at),
        resource=command.resource,
        role=command.role,
        attributes_sealed=seal(unit, instance, command.attributes) if command.attributes else None,
    )


def _is_kept(instance: LiveInstance, command: RecordEvent) -> bool:
    """Of the levels below full only `activity` keeps anything: visits of activities."""
    if instance.history_level is HistoryLevel.NONE:
        return False
    executable = instance.definition.executable
    return executable.nodes[executable.node_index[command.element_id]].behaviour.is_recorded_from_start


def _finish(unit: Unit, instance: LiveInstance, command: FinishInstance) -> None:
    unit.session.defer(
        "end_instance",
        instance.instance_key,
        tenant_id=unit.tenant_id,
        instance_key=instance.instance_key,
        status=command.outcome.value,
        ended_at=to_micros(instance.advanced_at),
    )
    unit.core.job_values.forget(unit.session, instance)
    unit.note(Topic.INSTANCES, "ended", instance)
    if instance.caller is not None:
        _send(unit, instance, command)


def _rule(
    kind: type[_CommandType], function: Callable[[Unit, LiveInstance, _CommandType], KernelEvent | None]
) -> tuple[type[Command], _Rule]:
    # The table is asked with type(command), so the argument fits.
    return cast("type[Command]", kind), cast("_Rule", function)


RULES: Mapping[type[Command], _Rule] = dict(
    [
        _rule(CreateJob, _create_job),
        _rule(CancelJob, _cancel_job),
        _rule(RetryJob, _retry_job),
        _rule(OpenUserTask, _open_user_task),
        _rule(CancelUserTask, _cancel_user_task),
        _rule(PlanTimer, _plan_timer),
        _rule(StartTimer, _start_timer),
        _rule(CancelTimer, _cancel_timer),
        _rule(Subscribe, _subscribe),
        _rule(SubscribeSignal, _subscribe_signal),
        _rule(Unsubscribe, _unsubscribe),
        _rule(ThrowMessage, _send),
        _rule(ThrowSignal, _send),
        _rule(StartChild, _send),
        _rule(CancelChild, _send),
        _rule(ContinueChild, _send),
        _rule(CompensateChild, _send),
        _rule(EscalateToCaller, _send),
        _rule(ReadDataStores, _read_data_stores),
        _rule(WriteDataStore, _write_data_store),
        _rule(EvaluateDecision, _evaluate_decision),
        _rule(ChooseFlow, _choose_flow),
        _rule(RaiseIncident, _raise_incident),
        _rule(CloseIncident, _close_incident),
        _rule(RecordEvent, _record_event),
        _rule(FinishInstance, _finish),
    ]
)
