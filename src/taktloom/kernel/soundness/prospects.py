# SPDX-License-Identifier: Apache-2.0
"""What can never happen, beside the control flow: events that nothing triggers, constant conditions, misspelt names."""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from taktloom.feel import compile_expression
from taktloom.kernel.rules import Container, containers_of
from taktloom.kernel.soundness.findings import said
from taktloom.kernel.soundness.outcomes import Outcome, can_happen, outcomes_of, thrown_in
from taktloom.kernel.soundness.rules import (
    BOUNDARY_NEVER_TRIGGERED,
    CONDITION_CONSTANT,
    HANDLER_NEVER_TRIGGERED,
    NAME_MISSPELT,
    SIGNAL_NEVER_THROWN,
)
from taktloom.model.errors import DefinitionError, LimitExceededError
from taktloom.model.event_definitions import (
    CompensateDefinition,
    ErrorDefinition,
    EscalationDefinition,
    SignalDefinition,
    single_definitions,
)
from taktloom.model.findings import Finding
from taktloom.model.identifiers import ElementId
from taktloom.model.process import (
    Activity,
    BoundaryEvent,
    EndEvent,
    IntermediateCatchEvent,
    IntermediateThrowEvent,
    MultiInstanceLoop,
    ProcessDefinition,
    SequenceFlow,
    StartEvent,
    SubProcess,
)
from taktloom.model.process_data import DataElement

__all__ = ["check_prospects"]

_LIKENESS = 0.84  # of two names of which one is taken for a slip of the other
_SHORTEST = 4  # shorter names are alike too easily


def check_prospects(definition: ProcessDefinition, names: Iterable[str]) -> tuple[Finding, ...]:
    """Warnings about *definition*; *names*: the variables that the model sets."""
    containers = containers_of(definition)
    outcomes = outcomes_of(containers)
    found: list[Finding] = []
    thrown = _thrown_signals(containers)
    known = sorted({*names, *_data_names(containers)})
    for container in containers:
        found.extend(_boundaries(container, outcomes))
        found.extend(_handlers(container, outcomes))
        found.extend(_signals(container, thrown))
        found.extend(_conditions(container, known))
    return tuple(found)


def _boundaries(container: Container, outcomes: dict[ElementId, Outcome]) -> Iterator[Finding]:
    for event in container.of(BoundaryEvent):
        host = container.nodes.get(event.attached_to)
        is_compensation = any(isinstance(one, CompensateDefinition) for one in single_definitions(event.definition))
        if isinstance(host, Activity) and not is_compensation and not can_happen(event, host, outcomes.get(host.id)):
            yield said(BOUNDARY_NEVER_TRIGGERED, event, host=host.id)


def _handlers(container: Container, outcomes: dict[ElementId, Outcome]) -> Iterator[Finding]:
    thrown = thrown_in(container, outcomes)
    for sub_process in container.of(SubProcess):
        for start in sub_process.nodes if sub_process.triggered_by_event else ():
            definitions = single_definitions(start.definition) if isinstance(start, StartEvent) else ()
            if definitions and not any(_is_thrown(one, thrown) for one in definitions):
                yield said(HANDLER_NEVER_TRIGGERED, start)


def _is_thrown(definition: object, thrown: Outcome) -> bool:
    match definition:
        case ErrorDefinition(code=code):
            return thrown.throws_any or (bool(thrown.errors) if code is None else code in thrown.errors)
        case EscalationDefinition(code=code):
            return thrown.escalates_any or (bool(thrown.escalations) if code is None else code in thrown.escalations)
        case _:
            return True


def _thrown_signals(containers: Iterable[Container]) -> set[str]:
    found: set[str] = set()
    for container in containers:
        for node in container.nodes.values():
            if isinstance(node, EndEvent | IntermediateThrowEvent):
                singles = single_definitions(node.definition)
                found.update(one.name for one in singles if isinstance(one, SignalDefinition))
            loop = getattr(node, "loop", None)
            if isinstance(loop, MultiInstanceLoop):
                events = (loop.none_event, loop.one_event, *(each.event for each in loop.complex_behaviors))
                singles = tuple(one for event in events for one in single_definitions(event))
                found.update(one.name for one in singles if isinstance(one, SignalDefinition))
    return found


def _signals(container: Container, thrown: set[str]) -> Iterator[Finding]:
    """Signals that start a process come from others; those that a running one waits for may be its own."""
    for node in container.nodes.values():
        if not isinstance(node, IntermediateCatchEvent | BoundaryEvent):
            continue
        for one in single_definitions(node.definition):
            if isinstance(one, SignalDefinition) and one.name not in thrown and not one.name.startswith("="):
                yield said(SIGNAL_NEVER_THROWN, node, signal=one.name)


def _conditions(container: Container, known: list[str]) -> Iterator[Finding]:
    for flow in container.flows:
        if flow.condition is None:
            continue
        try:
            condition = compile_expression(flow.condition.strip().removeprefix("="), known)
        except DefinitionError:  # said where conditions are compiled
            continue
        yield from _names(flow, condition.unknown_names, known)
        if not condition.unknown_names and not _uses_any(flow.condition, known):
            try:
                value = condition.evaluate({}).value
            except LimitExceededError:
                continue
            if isinstance(value, bool):
                yield said(CONDITION_CONSTANT, flow, value="true" if value else "false")


def _uses_any(text: str, known: Iterable[str]) -> bool:
    return any(name in text for name in known) or "now" in text or "today" in text


def _names(flow: SequenceFlow, unknown: Iterable[str], known: list[str]) -> Iterator[Finding]:
    for name in sorted(unknown):
        alike = get_close_matches(name, known, 1, _LIKENESS) if len(name) >= _SHORTEST else []
        if alike:
            yield said(NAME_MISSPELT, flow, variable=name, known=alike[0])


def _data_names(containers: Iterable[Container]) -> Iterator[str]:
    for container in containers:
        elements: tuple[DataElement, ...] = (*container.owner.data_objects, *container.owner.properties)
        yield from (element.variable for element in elements)
