# SPDX-License-Identifier: Apache-2.0
"""What can come out of a container beside its normal end: errors, escalations, the cancelling of a transaction."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from taktloom.kernel.rules import Container
from taktloom.model.event_definitions import (
    CancelDefinition,
    CompensateDefinition,
    ErrorDefinition,
    EscalationDefinition,
    SingleDefinition,
    single_definitions,
)
from taktloom.model.identifiers import ElementId
from taktloom.model.process import (
    Activity,
    BoundaryEvent,
    CallActivity,
    EndEvent,
    IntermediateThrowEvent,
    ManualTask,
    StartEvent,
    SubProcess,
    Task,
    Transaction,
)

__all__ = ["NO_OUTCOME", "Outcome", "can_happen", "outcome_of", "outcomes_of", "thrown_in"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What leaves a container. errors, escalations: codes thrown in the model and not caught inside.

    throws_any: whether a worker, a person or a called process inside may throw errors that the model does not name;
    escalates_any: likewise for escalations, which only called processes throw. completes: whether it can end normally.
    """

    errors: frozenset[str] = frozenset()
    escalations: frozenset[str] = frozenset()
    throws_any: bool = False
    escalates_any: bool = False
    cancels: bool = False
    completes: bool = True

    def escaping_errors(self, boundaries: Iterable[BoundaryEvent]) -> frozenset[str]:
        """The errors that none of the activity's boundary events catches."""
        caught = {one.code for event in boundaries for one in _of(event, ErrorDefinition)}
        return frozenset() if None in caught else self.errors - caught


NO_OUTCOME = Outcome()


def outcome_of(container: Container, inner: Mapping[ElementId, Outcome], *, completes: bool) -> Outcome:
    """The outcome of *container*, given those of its sub-processes."""
    thrown = thrown_in(container, inner)
    handlers = list(_handler_starts(container))
    catches_all = _catches_all(handlers, ErrorDefinition)
    return replace(
        thrown,
        errors=frozenset() if catches_all else thrown.errors - _codes(handlers, ErrorDefinition),
        escalations=thrown.escalations - _codes(handlers, EscalationDefinition),
        completes=completes,
    )


def outcomes_of(containers: Iterable[Container]) -> dict[ElementId, Outcome]:
    """The outcomes of all containers of a process (outer ones first), each taken to complete."""
    found: dict[ElementId, Outcome] = {}
    for container in reversed(list(containers)):
        found[ElementId(container.owner.id)] = outcome_of(container, found, completes=True)
    return found


def thrown_in(container: Container, inner: Mapping[ElementId, Outcome]) -> Outcome:
    """What is thrown in the scope of *container*, before its event sub-processes catch any of it."""
    errors: set[str] = set()
    escalations: set[str] = set()
    throws_any = escalates_any = cancels = False
    for node in container.nodes.values():
        if isinstance(node, EndEvent | IntermediateThrowEvent):
            for one in single_definitions(node.definition):
                errors |= {one.code or ""} if isinstance(one, ErrorDefinition) else set()
                escalations |= {one.code or ""} if isinstance(one, EscalationDefinition) else set()
                cancels = cancels or isinstance(one, CancelDefinition)
        elif isinstance(node, Activity):
            outcome = inner.get(node.id, NO_OUTCOME)
            attached = container.boundaries.get(node.id, ())
            errors |= outcome.escaping_errors(attached)
            escalations |= outcome.escalations - _codes(attached, EscalationDefinition)
            throws_any = throws_any or outcome.throws_any or _is_opaque(node)
            escalates_any = escalates_any or outcome.escalates_any or isinstance(node, CallActivity)
            cancels = cancels or (outcome.cancels and not isinstance(node, Transaction))
    return Outcome(
        errors=frozenset(errors),
        escalations=frozenset(escalations),
        throws_any=throws_any,
        escalates_any=escalates_any,
        cancels=cancels,
    )


def can_happen(event: BoundaryEvent, host: Activity, outcome: Outcome | None) -> bool:
    """Whether the boundary event can be triggered, as far as the model tells."""
    return any(_can_trigger(one, host, outcome or NO_OUTCOME) for one in single_definitions(event.definition))


def _can_trigger(definition: SingleDefinition, host: Activity, outcome: Outcome) -> bool:
    is_inside_known = isinstance(host, SubProcess)
    match definition:
        case CompensateDefinition():
            return False
        case CancelDefinition():
            return outcome.cancels
        case ErrorDefinition(code=code):
            if not is_inside_known or outcome.throws_any:
                return True
            return bool(outcome.errors) if code is None else code in outcome.errors
        case EscalationDefinition(code=code):
            if not is_inside_known or outcome.escalates_any:
                return True
            return bool(outcome.escalations) if code is None else code in outcome.escalations
        case _:
            return True


def _is_opaque(node: Activity) -> bool:
    """Whether work outside the model may throw an error here: all but what is passed through and sub-processes."""
    return not isinstance(node, SubProcess | Task | ManualTask)


def _handler_starts(container: Container) -> Iterator[StartEvent]:
    for node in container.nodes.values():
        if isinstance(node, SubProcess) and node.triggered_by_event:
            yield from (inner for inner in node.nodes if isinstance(inner, StartEvent))


def _codes(events: Iterable[BoundaryEvent | StartEvent], kind: type) -> frozenset[str]:
    return frozenset(one.code for event in events for one in _of(event, kind) if one.code is not None)


def _catches_all(events: Iterable[BoundaryEvent | StartEvent], kind: type) -> bool:
    return any(one.code is None for event in events for one in _of(event, kind))


def _of(event: BoundaryEvent | StartEvent, kind: type) -> list[ErrorDefinition | EscalationDefinition]:
    return [one for one in single_definitions(event.definition) if isinstance(one, kind)]  # type: ignore[misc]
