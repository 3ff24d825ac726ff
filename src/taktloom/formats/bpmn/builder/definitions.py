# SPDX-License-Identifier: Apache-2.0
"""Event definitions by short names."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from taktloom.model.event_definitions import (
    CancelDefinition,
    CompensateDefinition,
    ConditionalDefinition,
    ErrorDefinition,
    EscalationDefinition,
    LinkDefinition,
    MessageDefinition,
    MultipleDefinition,
    SignalDefinition,
    SingleDefinition,
    TerminateDefinition,
    TimerDefinition,
)
from taktloom.model.identifiers import ElementId

__all__ = [
    "cancel",
    "compensation",
    "conditional",
    "error",
    "escalation",
    "link",
    "message",
    "multiple",
    "shared",
    "signal",
    "terminate",
    "timer",
]

Definition = TypeVar(
    "Definition",
    CancelDefinition,
    CompensateDefinition,
    ConditionalDefinition,
    ErrorDefinition,
    EscalationDefinition,
    LinkDefinition,
    MessageDefinition,
    SignalDefinition,
    TerminateDefinition,
    TimerDefinition,
)


def timer(*, date: str | None = None, duration: str | None = None, cycle: str | None = None) -> TimerDefinition:
    """A timer; exactly one of the three: ISO 8601 literal or FEEL."""
    return TimerDefinition(date=date, duration=duration, cycle=cycle)


def message(name: str, key: str | None = None, *, reads: Mapping[str, str] | None = None) -> MessageDefinition:
    """A message. key: FEEL correlation key. reads: correlation property and the FEEL text that reads it."""
    retrievals = tuple((ElementId(name), path) for name, path in (reads or {}).items())
    return MessageDefinition(name=name, correlation_key=key, retrievals=retrievals)


def signal(name: str) -> SignalDefinition:
    """A signal."""
    return SignalDefinition(name=name)


def error(code: str | None = None) -> ErrorDefinition:
    """An error; None catches every code."""
    return ErrorDefinition(code=code)


def escalation(code: str | None = None) -> EscalationDefinition:
    """An escalation; None catches every code."""
    return EscalationDefinition(code=code)


def conditional(condition: str) -> ConditionalDefinition:
    """A condition that is watched."""
    return ConditionalDefinition(condition=condition)


def compensation(activity: str | None = None, *, waits: bool = True) -> CompensateDefinition:
    """Compensation of the activity with this id, or of all of the scope."""
    return CompensateDefinition(activity=ElementId(activity) if activity else None, wait_for_completion=waits)


def cancel() -> CancelDefinition:
    """Cancels a transaction."""
    return CancelDefinition()


def link(name: str) -> LinkDefinition:
    """A jump to the link of this name."""
    return LinkDefinition(name=name)


def terminate() -> TerminateDefinition:
    """Ends the scope at once."""
    return TerminateDefinition()


def multiple(*definitions: SingleDefinition, is_parallel: bool = False) -> MultipleDefinition:
    """Any of several definitions, or all of them."""
    return MultipleDefinition(definitions=definitions, is_parallel=is_parallel)


def shared(shared_id: str, definition: Definition) -> Definition:
    """The definition as a root element of the file, named by `eventDefinitionRef` wherever it is used."""
    return replace(definition, shared_id=ElementId(shared_id))
