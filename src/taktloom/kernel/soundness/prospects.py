# SPDX-License-Identifier: Apache-2.0
"""What can never happen, beside the control flow: events that nothing triggers, constant conditions, misspelt names."""

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches

from taktloom.feel import compile_expression
from taktloom.kernel.rules import Container, containers_of
from taktloom.kernel.soundness.findings import said
from taktloom.kernel.soundness.outcomes import Outcome, can_happen, outcomes_of, thrown_in
from taktloom.kernel.soundness.rules import (
    BOUNDARY_NEVER_TRIGGERED,
    CONDITION_CONSTANT,
    HANDLER_NEVER_TRIGGERED,
    MESSAGE_NEVER_CAUGHT,
    NAME_MISSPELT,
    SIGNAL_NEVER_CAUGHT,
    SIGNAL_NEVER_THROWN,
)
from taktloom.kernel.soundness.uncaught import Surroundings, uncaught
from taktloom.model.errors import DefinitionError, LimitExceededError
from taktloom.model.event_definitions import (
    CompensateDefinition,
    ErrorDefinition,
    EscalationDefinition,
    EventDefinition,
    MessageDefinition,
    SignalDefinition,
    SingleDefinition,
    single_definitions,
)
from taktloom.model.findings import Finding
from taktloom.model.identifiers import ElementId
from taktloom.model.process import (
    Activity,
    BoundaryEvent,
    EndEvent,
    FlowNode,
    IntermediateCatchEvent,
    IntermediateThrowEvent,
    MultiInstanceLoop,
    ProcessDefinition,
    ReceiveTask,
    SendTask,
    SequenceFlow,
    StartEvent,
    SubProcess,
)
from taktloom.model.process_data import DataElement

__all__ = ["check_prospects"]

_LIKENESS = 0.84  # of two names of which one is taken for a slip of the other
_NAMED = (MessageDefinition, SignalDefinition)
_SHORTEST = 4  # shorter names are alike too easily


def check_prospects(
    definition: ProcessDefinition, names: Iterable[str], together: Sequence[ProcessDefinition] = ()
) -> tuple[Finding, ...]:
    """Warnings about *definition*; *names*: the variables that the model sets. together: as in `check_soundness`."""
    containers = containers_of(definition)
    everywhere = [
        *containers,
        *(one for other in together if other.id != definition.id for one in containers_of(other)),
    ]
    outcomes = outcomes_of(containers)
    found: list[Finding] = []
    thrown, caught = _thrown_signals(everywhere), _caught(everywhere)
    known = sorted({*names, *_data_names(containers)})
    for container in containers:
        found.extend(_boundaries(container, outcomes))
        found.extend(_handlers(container, outcomes))
        found.extend(_signals(container, thrown))
        found.extend(_unheard(container, caught))
        found.extend(_conditions(container, known))
    throws = ((container, node, one) for container in containers for node, one in _thrown([container]))
    found.extend(uncaught(throws, Surroundings(everywhere)))
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
    return {one.name for _, one in _thrown(containers) if isinstance(one, SignalDefinition)}


def _thrown(containers: Iterable[Container]) -> Iterator[tuple[FlowNode, SingleDefinition]]:
    """What events and the instances of loops throw, with who throws it; not what a worker does instead."""
    for container in containers:
        for node in container.nodes.values():
            events: list[EventDefinition | None] = []
            if isinstance(node, EndEvent | IntermediateThrowEvent) and node.job is None:
                events.append(node.definition)
            if isinstance(node, SendTask) and node.job is None:
                events.append(node.message)
            loop = getattr(node, "loop", None)
            if isinstance(loop, MultiInstanceLoop):
                events += [loop.none_event, loop.one_event, *(each.event for each in loop.complex_behaviors)]
            yield from ((node, one) for event in events for one in single_definitions(event))


def _caught(containers: Iterable[Container]) -> set[tuple[type, str]]:
    """Messages and signals that events and receive tasks wait for, by kind and name."""
    found: set[tuple[type, str]] = set()
    for container in containers:
        for node in container.nodes.values():
            event: EventDefinition | None = node.message if isinstance(node, ReceiveTask) else None
            if isinstance(node, StartEvent | IntermediateCatchEvent | BoundaryEvent):
                event = node.definition
            singles = single_definitions(event)
            found.update((type(one), one.name) for one in singles if isinstance(one, _NAMED))
    return found


def _unheard(container: Container, caught: set[tuple[type, str]]) -> Iterator[Finding]:
    """Messages and signals that nobody takes; where a name is worked out at run time it may be any."""
    worked_out = {kind for kind, name in caught if name.startswith("=")}
    for node, one in _thrown([container]):
        if not isinstance(one, _NAMED) or one.name.startswith("=") or type(one) in worked_out or not one.name:
            continue
        if (type(one), one.name) not in caught:
            if isinstance(one, SignalDefinition):
                yield said(SIGNAL_NEVER_CAUGHT, node, signal=one.name)
            else:
                yield said(MESSAGE_NEVER_CAUGHT, node, message=one.name)


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
