# SPDX-License-Identifier: Apache-2.0
"""What the engine does for each command of an instance: one entry per class of `Command`, complete by test."""

from collections.abc import Callable, Mapping

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
    InstanceOutcome,
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
from taktloom.kernel.events import (
    ChildCompleted,
    ChildEscalated,
    ChildFailed,
    CompensationTriggered,
    DataStoreRead,
    DecisionEvaluated,
    EscalationHandled,
    InstanceCancelled,
    KernelEvent,
    TimerFired,
    TimerPlanned,
)
from taktloom.model.errors import MisuseError
from taktloom.testing.deliveries import deliver_kept, deliver_message, deliver_signal
from taktloom.testing.instance import Caller, Incident, Instance
from taktloom.testing.mailbox import MessageWait, SentMessage
from taktloom.testing.work import Job, UserTask
from taktloom.testing.world import World, is_active

__all__ = ["CARRY_OUT", "carry_out"]

CALL_DEPTH = 100  # a process that calls itself without end fails here


def carry_out(world: World, instance: Instance, command: Command) -> None:
    """Obey."""
    CARRY_OUT[type(command)](world, instance, command)


def _create_job(world: World, instance: Instance, command: CreateJob) -> None:
    world.jobs[command.job_id] = Job(
        id=command.job_id,
        type=command.job_type,
        element_id=command.element_id,
        instance=instance,
        values=command.variables,
        headers=command.headers,
        retries=command.retries,
    )


def _retry_job(world: World, instance: Instance, command: RetryJob) -> None:
    failed = world.failed_jobs.pop(command.job_id)
    world.jobs[command.job_id] = Job(
        id=failed.id,
        type=failed.type,
        element_id=failed.element_id,
        instance=instance,
        values=command.variables,
        headers=failed.headers,
        retries=command.retries,
    )


def _cancel_job(world: World, instance: Instance, command: CancelJob) -> None:
    del instance
    world.jobs.pop(command.job_id, None)
    world.failed_jobs.pop(command.job_id, None)


def _open_user_task(world: World, instance: Instance, command: OpenUserTask) -> None:
    world.user_tasks[command.user_task_id] = UserTask(
        id=command.user_task_id,
        element_id=command.element_id,
        name=command.name,
        instance=instance,
        values=command.variables,
        assignee=command.assignee,
        candidate_groups=command.candidate_groups,
        due_at=command.due_at if command.due_by is None else world.reckon(command.due_by),
        form_id=command.form_id,
    )


def _cancel_user_task(world: World, instance: Instance, command: CancelUserTask) -> None:
    del instance
    world.user_tasks.pop(command.user_task_id, None)


def _plan_timer(world: World, instance: Instance, command: PlanTimer) -> None:
    due_at, missed = world.reckon_later(command.reckoning)
    facts = {"timer_id": command.timer_id, "due_at": due_at, "missed": missed}
    world.queue.append(lambda: world.send(instance, TimerPlanned, facts) if is_active(instance) else None)


def _start_timer(world: World, instance: Instance, command: StartTimer) -> None:
    def ring() -> None:
        if command.timer_id in instance._state.timers and world.may_fire(instance.id):
            world.send(instance, TimerFired, {"timer_id": command.timer_id})

    world.alarms.set(command.due_at, ring)


def _subscribe(world: World, instance: Instance, command: Subscribe) -> None:
    node = instance._deployed.executable.nodes[instance._deployed.executable.node_index[command.element_id]]
    takes_kept = node.element_type not in {"boundaryEvent", "startEvent"}
    world.mailbox.add(MessageWait(instance=instance, command=command, takes_kept=takes_kept))
    world.queue.append(lambda: deliver_kept(world, command.subscription_id))


def _subscribe_signal(world: World, instance: Instance, command: SubscribeSignal) -> None:
    world.signals.add(command.signal_name, command.subscription_id, instance)


def _unsubscribe(world: World, instance: Instance, command: Unsubscribe) -> None:
    del instance
    world.mailbox.remove(command.subscription_id)
    world.signals.remove(command.subscription_id)


def _throw_message(world: World, instance: Instance, command: ThrowMessage) -> None:
    del instance
    message = SentMessage(
        name=command.message_name, correlation_key=command.correlation_key, variables=command.variables
    )
    world.queue.append(lambda: deliver_message(world, message))


def _throw_signal(world: World, instance: Instance, command: ThrowSignal) -> None:
    del instance
    world.queue.append(lambda: deliver_signal(world, command.signal_name, command.variables, command.passed))


def _start_child(world: World, instance: Instance, command: StartChild) -> None:
    def start() -> None:
        if command.child_id not in instance._state.children:
            return None  # the call was broken off before it began
        called = world.library.called(command.process_id, command.binding, instance._deployed)
        if called is None:
            return fail(f"No process '{command.process_id}' is deployed.")
        if _depth(instance) >= CALL_DEPTH:
            return fail(f"More than {CALL_DEPTH} calls inside each other.")
        try:
            world.start(called, command.variables, caller=Caller(instance=instance, child_id=command.child_id))
        except MisuseError as refused:
            return fail(refused.cause)
        return None

    def fail(message: str) -> None:
        world.send(instance, ChildFailed, {"child_id": command.child_id, "message": message})

    world.queue.append(start)


def _cancel_child(world: World, instance: Instance, command: CancelChild) -> None:
    def cancel(child: Instance) -> None:
        if is_active(child):
            caller, child.caller = child.caller, None  # nobody waits for its answer any more
            world.send(child, InstanceCancelled, {"reason": "The call was broken off."})
            child.caller = caller

    for child in _called(instance, command):
        world.queue.appendleft(lambda child=child: cancel(child))  # type: ignore[misc]


def _continue_child(world: World, instance: Instance, command: ContinueChild) -> None:
    def go_on(child: Instance) -> None:
        if is_active(child) and child._state.held:
            world.send(child, EscalationHandled, {})

    for child in _called(instance, command):
        world.queue.append(lambda child=child: go_on(child))  # type: ignore[misc]


def _compensate_child(world: World, instance: Instance, command: CompensateChild) -> None:
    def compensate(child: Instance) -> None:
        if command.child_id in instance._state.children and not is_active(child):
            world.send(child, CompensationTriggered, {})

    for child in _called(instance, command):
        world.queue.append(lambda child=child: compensate(child))  # type: ignore[misc]


def _called(instance: Instance, command: CancelChild | ContinueChild | CompensateChild) -> list[Instance]:
    """The called instance that the command means, if it has begun."""
    children = instance.children
    return [child for child in children if child.caller is not None and child.caller.child_id == command.child_id]


def _escalate_to_caller(world: World, instance: Instance, command: EscalateToCaller) -> None:
    facts = {"escalation_code": command.escalation_code, "variables": command.variables}
    _answer_caller(world, instance, ChildEscalated, facts)


def _read_data_stores(world: World, instance: Instance, command: ReadDataStores) -> None:
    def answer() -> None:
        if command.request_id in instance._state.requests:
            values = {store: world.stores.get(store) for store in command.stores}
            world.send(instance, DataStoreRead, {"request_id": command.request_id, "values": values})

    world.queue.append(answer)


def _write_data_store(world: World, instance: Instance, command: WriteDataStore) -> None:
    del instance
    world.stores[command.store] = command.value


def _evaluate_decision(world: World, instance: Instance, command: EvaluateDecision) -> None:
    def answer() -> None:
        if command.request_id not in instance._state.requests:
            return
        value, error = world.library.decide(command.decision_id, command.inputs, world.now)
        facts = {"request_id": command.request_id, "value": value, "error": error}
        world.send(instance, DecisionEvaluated, facts)

    world.queue.append(answer)


def _raise_incident(world: World, instance: Instance, command: RaiseIncident) -> None:
    del world
    instance._incidents[command.incident_id] = Incident(
        id=command.incident_id, element_id=command.element_id, kind=command.kind.value, message=command.message
    )


def _close_incident(world: World, instance: Instance, command: CloseIncident) -> None:
    del world
    instance._incidents.pop(command.incident_id, None)


def _finish(world: World, instance: Instance, command: FinishInstance) -> None:
    variables = instance._state.scopes[instance._state.root].variables if instance._state.root is not None else {}
    if command.outcome in {InstanceOutcome.COMPLETED, InstanceOutcome.TERMINATED}:
        facts: dict[str, object] = {"variables": dict(variables), "is_compensable": command.is_compensable}
        _answer_caller(world, instance, ChildCompleted, facts)
    else:
        message = f"The called instance is {command.outcome}."
        facts = {"error_code": command.error_code, "message": message, "variables": dict(variables)}
        _answer_caller(world, instance, ChildFailed, facts)


def _answer_caller(
    world: World, instance: Instance, kind: Callable[..., KernelEvent], facts: Mapping[str, object]
) -> None:
    caller = instance.caller
    if caller is None:
        return

    def answer() -> None:
        if is_active(caller.instance) and caller.child_id in caller.instance._state.children:
            world.send(caller.instance, kind, {"child_id": caller.child_id, **facts})

    world.queue.append(answer)


def _depth(instance: Instance) -> int:
    depth = 0
    while instance.caller is not None:
        instance, depth = instance.caller.instance, depth + 1
    return depth


def _nothing(world: World, instance: Instance, command: Command) -> None:
    """A timer that is cancelled finds nothing when it rings; rows of the event log are no concern of the kit."""
    del world, instance, command


CARRY_OUT: Mapping[type, Callable[..., None]] = {
    CreateJob: _create_job,
    CancelJob: _cancel_job,
    RetryJob: _retry_job,
    OpenUserTask: _open_user_task,
    CancelUserTask: _cancel_user_task,
    PlanTimer: _plan_timer,
    StartTimer: _start_timer,
    CancelTimer: _nothing,
    Subscribe: _subscribe,
    SubscribeSignal: _subscribe_signal,
    Unsubscribe: _unsubscribe,
    ThrowMessage: _throw_message,
    ThrowSignal: _throw_signal,
    StartChild: _start_child,
    CancelChild: _cancel_child,
    ContinueChild: _continue_child,
    CompensateChild: _compensate_child,
    EscalateToCaller: _escalate_to_caller,
    ReadDataStores: _read_data_stores,
    WriteDataStore: _write_data_store,
    EvaluateDecision: _evaluate_decision,
    ChooseFlow: _nothing,  # the kit compiles without external choices
    RaiseIncident: _raise_incident,
    CloseIncident: _close_incident,
    RecordEvent: _nothing,
    FinishInstance: _finish,
}
