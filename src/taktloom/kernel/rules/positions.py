# SPDX-License-Identifier: Apache-2.0
"""Which event definition may not stand at which event: one rule for each. Source: BPMN 2.0.2, 10.5."""

from collections.abc import Callable, Iterator

from taktloom.kernel.rules.container import Container
from taktloom.kernel.rules.structural import Breaches, Check, StructuralRule, breach
from taktloom.model.event_definitions import (
    CancelDefinition,
    CompensateDefinition,
    ConditionalDefinition,
    ErrorDefinition,
    EscalationDefinition,
    LinkDefinition,
    SingleDefinition,
    TerminateDefinition,
    TimerDefinition,
    single_definitions,
)
from taktloom.model.process import (
    BoundaryEvent,
    EndEvent,
    IntermediateCatchEvent,
    IntermediateThrowEvent,
    StartEvent,
)
from taktloom.model.rules import Rule

__all__ = ["RULES"]

AnyEvent = StartEvent | EndEvent | IntermediateCatchEvent | IntermediateThrowEvent | BoundaryEvent


def _events(container: Container, kind: type[AnyEvent]) -> Iterator[AnyEvent]:
    yield from container.of(kind)


def _starts(container: Container) -> Iterator[AnyEvent]:
    """Start events of the process; those of sub-processes have rules of their own."""
    if container.is_process:
        yield from container.of(StartEvent)


def _at(events: Callable[[Container], Iterator[AnyEvent]], kind: type[SingleDefinition]) -> Check:
    def check(container: Container) -> Breaches:
        for event in events(container):
            if any(isinstance(one, kind) for one in single_definitions(event.definition)):
                yield breach(event)

    return check


def _any_start(container: Container) -> Iterator[AnyEvent]:
    yield from _events(container, StartEvent)


def _catch(container: Container) -> Iterator[AnyEvent]:
    yield from _events(container, IntermediateCatchEvent)


def _throw(container: Container) -> Iterator[AnyEvent]:
    yield from _events(container, IntermediateThrowEvent)


def _boundary(container: Container) -> Iterator[AnyEvent]:
    yield from _events(container, BoundaryEvent)


def _end(container: Container) -> Iterator[AnyEvent]:
    yield from _events(container, EndEvent)


START = "BPMN 2.0.2, 10.5.2: the triggers of a start event at the top of a process."
HANDLED = "Handle it in an event sub-process or at a boundary."
ELSEWHERE = "Use another event definition here."
CATCH = "BPMN 2.0.2, 10.5.4: the triggers of a catching intermediate event in normal flow."
THROW = "BPMN 2.0.2, 10.5.4: the results of a throwing intermediate event."
BOUNDARY = "BPMN 2.0.2, 10.5.4: the triggers of an event attached to a boundary."
END = "BPMN 2.0.2, 10.5.3: the results of an end event."

_RULES: tuple[tuple[Rule, Check], ...] = (
    (
        Rule(
            name="error-at-start-event",
            message="The start event of a process waits for an error.",
            remedy=HANDLED,
            clause=START,
        ),
        _at(_starts, ErrorDefinition),
    ),
    (
        Rule(
            name="escalation-at-start-event",
            message="The start event of a process waits for an escalation.",
            remedy=HANDLED,
            clause=START,
        ),
        _at(_starts, EscalationDefinition),
    ),
    (
        Rule(
            name="compensation-at-start-event",
            message="The start event of a process waits for compensation.",
            remedy=HANDLED,
            clause=START,
        ),
        _at(_starts, CompensateDefinition),
    ),
    (
        Rule(name="cancel-at-start-event", message="A start event cancels.", remedy=ELSEWHERE, clause=START),
        _at(_any_start, CancelDefinition),
    ),
    (
        Rule(name="link-at-start-event", message="A start event is a link.", remedy=ELSEWHERE, clause=START),
        _at(_any_start, LinkDefinition),
    ),
    (
        Rule(name="terminate-at-start-event", message="A start event terminates.", remedy=ELSEWHERE, clause=START),
        _at(_any_start, TerminateDefinition),
    ),
    (
        Rule(
            name="error-at-catch-event",
            message="An intermediate event in the flow waits for an error.",
            remedy=HANDLED,
            clause=CATCH,
        ),
        _at(_catch, ErrorDefinition),
    ),
    (
        Rule(
            name="escalation-at-catch-event",
            message="An intermediate event in the flow waits for an escalation.",
            remedy=HANDLED,
            clause=CATCH,
        ),
        _at(_catch, EscalationDefinition),
    ),
    (
        Rule(
            name="compensation-at-catch-event",
            message="An intermediate event in the flow waits for compensation.",
            remedy=HANDLED,
            clause=CATCH,
        ),
        _at(_catch, CompensateDefinition),
    ),
    (
        Rule(
            name="cancel-at-catch-event",
            message="An intermediate event in the flow waits for a cancellation.",
            remedy="Attach it to the transaction.",
            clause=CATCH,
        ),
        _at(_catch, CancelDefinition),
    ),
    (
        Rule(
            name="terminate-at-catch-event",
            message="A catching intermediate event terminates.",
            remedy=ELSEWHERE,
            clause=CATCH,
        ),
        _at(_catch, TerminateDefinition),
    ),
    (
        Rule(name="timer-at-throw-event", message="An event throws a timer.", remedy=ELSEWHERE, clause=THROW),
        _at(_throw, TimerDefinition),
    ),
    (
        Rule(
            name="error-at-throw-event",
            message="An intermediate event throws an error.",
            remedy="Throw errors at end events.",
            clause=THROW,
        ),
        _at(_throw, ErrorDefinition),
    ),
    (
        Rule(name="condition-at-throw-event", message="An event throws a condition.", remedy=ELSEWHERE, clause=THROW),
        _at(_throw, ConditionalDefinition),
    ),
    (
        Rule(
            name="cancel-at-throw-event",
            message="An intermediate event cancels.",
            remedy="Cancel a transaction at an end event in it.",
            clause=THROW,
        ),
        _at(_throw, CancelDefinition),
    ),
    (
        Rule(
            name="terminate-at-throw-event",
            message="A throwing intermediate event terminates.",
            remedy="Make it an end event.",
            clause=THROW,
        ),
        _at(_throw, TerminateDefinition),
    ),
    (
        Rule(name="link-at-boundary-event", message="A boundary event is a link.", remedy=ELSEWHERE, clause=BOUNDARY),
        _at(_boundary, LinkDefinition),
    ),
    (
        Rule(
            name="terminate-at-boundary-event",
            message="A boundary event terminates.",
            remedy="Lead a flow from the event to a terminate end event.",
            clause=BOUNDARY,
        ),
        _at(_boundary, TerminateDefinition),
    ),
    (
        Rule(name="timer-at-end-event", message="An end event waits for a timer.", remedy=ELSEWHERE, clause=END),
        _at(_end, TimerDefinition),
    ),
    (
        Rule(
            name="condition-at-end-event", message="An end event waits for a condition.", remedy=ELSEWHERE, clause=END
        ),
        _at(_end, ConditionalDefinition),
    ),
    (
        Rule(
            name="link-at-end-event",
            message="An end event is a link.",
            remedy="Make it a throwing intermediate event.",
            clause=END,
        ),
        _at(_end, LinkDefinition),
    ),
)

RULES: tuple[StructuralRule, ...] = tuple(StructuralRule(rule, check) for rule, check in _RULES)
