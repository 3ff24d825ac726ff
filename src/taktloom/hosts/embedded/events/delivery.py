# SPDX-License-Identifier: Apache-2.0
"""What goes from instance to instance: thrown messages and signals, calls, and what called instances answer.

It is delivered in the transaction of the advance that sent it, after that advance: nothing is sent that was not
committed, and nothing committed is lost. A receiver that has ended meanwhile hears nothing.
"""

from collections.abc import Callable, Mapping
from typing import TypeVar, cast

from taktloom.feel.values import FeelValue
from taktloom.hosts.embedded.advancing.advance import advance, event_time
from taktloom.hosts.embedded.advancing.instances import VersionSuspendedError, start_instance
from taktloom.hosts.embedded.advancing.message_targets import send_outside
from taktloom.hosts.embedded.core.catalogue import RunnableDefinition, UnknownProcessError
from taktloom.hosts.embedded.core.live import Caller, InstanceEndedError, LiveInstance
from taktloom.hosts.embedded.core.unit import Outgoing, Unit
from taktloom.hosts.embedded.events.messages import THROWN_KEPT, Message, correlate
from taktloom.hosts.embedded.events.signals import Signal, broadcast
from taktloom.kernel.commands import (
    CancelChild,
    Command,
    CompensateChild,
    ContinueChild,
    EscalateToCaller,
    FinishInstance,
    InstanceOutcome,
    StartChild,
    ThrowMessage,
    ThrowSignal,
)
from taktloom.kernel.events import (
    ChildCompleted,
    ChildEscalated,
    ChildFailed,
    CompensationTriggered,
    EscalationHandled,
    InstanceCancelled,
    InstanceStarted,
    KernelEvent,
)
from taktloom.kernel.state import InstanceState
from taktloom.model.errors import NotFoundError
from taktloom.model.identifiers import InstanceKey, ProcessId

_CommandType = TypeVar("_CommandType", bound=Command)
_Rule = Callable[[Unit, LiveInstance, Command], None]
_TAG = "tag:"


def deliver(unit: Unit, outgoing: Outgoing) -> None:
    """Carry out a command that concerns other instances than its sender."""
    RULES[type(outgoing.command)](unit, outgoing.sender, outgoing.command)


def _throw_message(unit: Unit, sender: LiveInstance, command: ThrowMessage) -> None:
    if send_outside(unit, sender, command):
        return
    message = Message(
        name=command.message_name,
        correlation_key=command.correlation_key,
        variables=command.variables,
        time_to_live=THROWN_KEPT,
        traceparent=sender.traceparent,
    )
    correlate(unit, message, command.variables, None)


def _throw_signal(unit: Unit, sender: LiveInstance, command: ThrowSignal) -> None:
    signal = Signal(
        name=command.signal_name,
        variables=command.variables,
        passed=command.passed,
        traceparent=sender.traceparent,
    )
    broadcast(unit, signal, command.variables, None)


def _start_child(unit: Unit, sender: LiveInstance, command: StartChild) -> None:
    depth = 1 if sender.caller is None else sender.caller.depth + 1
    caller = Caller(instance_key=sender.instance_key, child_id=command.child_id, depth=depth)
    if depth > unit.core.limits.call_depth:
        message = f"Calls are nested deeper than {unit.core.limits.call_depth}."
        _answer(unit, caller, lambda now: ChildFailed(occurred_at=now, child_id=caller.child_id, message=message))
        return

    def start() -> None:
        event = InstanceStarted(occurred_at=event_time(unit, sender), variables=command.variables, is_called=True)
        start_instance(
            unit,
            _called(unit, sender, command),
            event,
            business_key=sender.business_key,
            subject_key=sender.subject_key,
            caller=caller,
            traceparent=sender.traceparent,
        )

    try:
        unit.attempt(start)
    except (NotFoundError, VersionSuspendedError) as error:
        cause = error.cause
        _answer(unit, caller, lambda now: ChildFailed(occurred_at=now, child_id=caller.child_id, message=cause))


def _called(unit: Unit, sender: LiveInstance, command: StartChild) -> RunnableDefinition:
    """The version that the call activity's binding means; raises UnknownProcessError."""
    name = {"tenant_id": unit.tenant_id, "process_id": command.process_id}
    process_id = ProcessId(command.process_id)
    if command.binding.startswith(_TAG):
        tag = command.binding.removeprefix(_TAG)
        row = unit.session.first("definition_of_tag", **name, version_tag=tag)
        if row is None:
            raise UnknownProcessError(
                f"No version of process {process_id} has the tag '{tag}'.",
                remedy="Deploy it with this version tag, then try again.",
                parameters={"name": process_id, "tag": tag},
            )
        return unit.core.catalogue.startable(unit.session, unit.tenant_id, process_id, row.integer("version"))
    version: int | None = None
    if command.binding == "deployment":
        own = unit.session.first(
            "definition_by_key", tenant_id=unit.tenant_id, definition_key=sender.definition.definition_key
        )
        row = own and unit.session.first("definition_of_deployment", **name, deployed_at=own.integer("deployed_at"))
        version = None if row is None else row.integer("version")
    return unit.core.catalogue.startable(unit.session, unit.tenant_id, process_id, version)


def _cancel_child(unit: Unit, sender: LiveInstance, command: CancelChild) -> None:
    row = unit.session.first(
        "called_instance", tenant_id=unit.tenant_id, caller_key=sender.instance_key, child_id=command.child_id
    )
    if row is None:
        return
    child = unit.instance(InstanceKey(row.text("instance_key")))
    child.caller = None  # nobody waits for its answer any more
    occurred_at = event_time(unit, child)
    advance(unit, child, InstanceCancelled(occurred_at=occurred_at, reason="The call activity was cancelled."))


def _continue_child(unit: Unit, sender: LiveInstance, command: ContinueChild) -> None:
    row = unit.session.first(
        "called_instance", tenant_id=unit.tenant_id, caller_key=sender.instance_key, child_id=command.child_id
    )
    if row is not None:
        child = unit.instance(InstanceKey(row.text("instance_key")))
        if child.state.held:
            advance(unit, child, EscalationHandled(occurred_at=event_time(unit, child)))


def _compensate_child(unit: Unit, sender: LiveInstance, command: CompensateChild) -> None:
    """The called instance has ended; it goes on to undo what it did, and ends once more."""
    row = unit.session.first(
        "ended_called_instance", tenant_id=unit.tenant_id, caller_key=sender.instance_key, child_id=command.child_id
    )
    if row is None or command.child_id not in sender.state.children:
        return
    child = unit.ended_instance(InstanceKey(row.text("instance_key")))
    unit.session.run("reopen_instance", tenant_id=unit.tenant_id, instance_key=child.instance_key)
    advance(unit, child, CompensationTriggered(occurred_at=event_time(unit, child)))


def _escalate(unit: Unit, sender: LiveInstance, command: EscalateToCaller) -> None:
    caller = sender.caller
    if caller is not None:
        _answer(
            unit,
            caller,
            lambda now: ChildEscalated(
                occurred_at=now,
                child_id=caller.child_id,
                escalation_code=command.escalation_code,
                variables=command.variables,
            ),
        )


def _finished(unit: Unit, sender: LiveInstance, command: FinishInstance) -> None:
    caller = sender.caller
    if caller is None:
        return
    variables = _variables(sender.state)
    if command.outcome in {InstanceOutcome.COMPLETED, InstanceOutcome.TERMINATED}:
        _answer(
            unit,
            caller,
            lambda now: ChildCompleted(
                occurred_at=now,
                child_id=caller.child_id,
                variables=variables,
                is_compensable=command.is_compensable,
            ),
        )
        return
    message = f"The called instance {sender.instance_key} ended as {command.outcome}."
    _answer(
        unit,
        caller,
        lambda now: ChildFailed(
            occurred_at=now,
            child_id=caller.child_id,
            error_code=command.error_code,
            message=message,
            variables=variables,
        ),
    )


def _variables(state: InstanceState) -> Mapping[str, FeelValue]:
    return {} if state.root is None else dict(state.scopes[state.root].variables)


def _answer(unit: Unit, caller: Caller, event: "Callable[..., KernelEvent]") -> None:
    """Advance the calling instance, unless it has ended or waits no longer. event: made for the time of the advance."""
    try:
        instance = unit.instance(caller.instance_key)
    except InstanceEndedError:
        return
    if caller.child_id in instance.state.children:
        advance(unit, instance, event(event_time(unit, instance)))


def _rule(
    kind: type[_CommandType], function: Callable[[Unit, LiveInstance, _CommandType], None]
) -> tuple[type[Command], _Rule]:
    # The table is asked with type(command), so the argument fits.
    return cast("type[Command]", kind), cast("_Rule", function)


RULES: Mapping[type[Command], _Rule] = dict(
    [
        _rule(ThrowMessage, _throw_message),
        _rule(ThrowSignal, _throw_signal),
        _rule(StartChild, _start_child),
        _rule(CancelChild, _cancel_child),
        _rule(ContinueChild, _continue_child),
        _rule(CompensateChild, _compensate_child),
        _rule(EscalateToCaller, _escalate),
        _rule(FinishInstance, _finished),
    ]
)
