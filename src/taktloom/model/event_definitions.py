# SPDX-License-Identifier: Apache-2.0
"""What events wait for or throw. Source: BPMN 2.0.2, 10.5.5.

Every definition may carry its own `id`, and `shared_id` when the event names it by `eventDefinitionRef`: the id of the
definition among the root elements. Neither takes part in comparison.
"""

from dataclasses import dataclass, field
from typing import TypeAlias

from taktloom.model.identifiers import ElementId


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionIdentity:
    """What all event definitions have. root_id: id of the message, signal, error or escalation that it refers to."""

    id: ElementId | None = field(default=None, compare=False)
    shared_id: ElementId | None = field(default=None, compare=False)
    root_id: ElementId | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerDefinition(DefinitionIdentity):
    """Exactly one of date, duration, cycle is given: ISO 8601 literal (a cycle: or cron) or FEEL text.

    calendar: the name of the business calendar that it counts by; None for the wall calendar.
    """

    date: str | None = None
    duration: str | None = None
    cycle: str | None = None
    calendar: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDefinition(DefinitionIdentity):
    """A message by name, literal or FEEL after `=`; *correlation_key* is FEEL text, None where any of the name fits.

    retrievals: of each BPMN correlation property that can be read from this message the property's id and the FEEL
    text that reads it from the message's variables.
    """

    name: str
    correlation_key: str | None = None
    retrievals: tuple[tuple[ElementId, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalDefinition(DefinitionIdentity):
    """A signal by name, literal or FEEL after `=`; broadcast to all who wait for it."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorDefinition(DefinitionIdentity):
    """A BPMN error by code; None catches every code."""

    code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationDefinition(DefinitionIdentity):
    """An escalation by code; None catches every code."""

    code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionalDefinition(DefinitionIdentity):
    """FEEL *condition* that is watched while the event waits."""

    condition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CompensateDefinition(DefinitionIdentity):
    """Compensates *activity*, or None: everything completed in the scope; the thrower waits for it by default."""

    activity: ElementId | None = None
    wait_for_completion: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelDefinition(DefinitionIdentity):
    """Cancels the transaction around the end event, or catches that at its boundary."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkDefinition(DefinitionIdentity):
    """A jump inside one process level: from each throwing link to the catching link of the same name."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminateDefinition(DefinitionIdentity):
    """Ends the process instance or its enclosing scope at once."""


SingleDefinition: TypeAlias = (
    TimerDefinition
    | MessageDefinition
    | SignalDefinition
    | ErrorDefinition
    | EscalationDefinition
    | ConditionalDefinition
    | CompensateDefinition
    | CancelDefinition
    | LinkDefinition
    | TerminateDefinition
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MultipleDefinition(DefinitionIdentity):
    """Several definitions: catching waits for any of them (all of them where *is_parallel*), throwing throws all."""

    definitions: tuple[SingleDefinition, ...]
    is_parallel: bool = False


EventDefinition: TypeAlias = SingleDefinition | MultipleDefinition


def single_definitions(definition: EventDefinition | None) -> tuple[SingleDefinition, ...]:
    """All single definitions of an event, none for a none event."""
    if definition is None:
        return ()
    return definition.definitions if isinstance(definition, MultipleDefinition) else (definition,)
