# SPDX-License-Identifier: Apache-2.0
"""Readers of event definitions, inline or by `eventDefinitionRef`, and of the root elements that they name."""

from collections.abc import Callable, Mapping

from lxml import etree

from taktloom.formats.bpmn.extensions import Extensions
from taktloom.formats.bpmn.names import CALENDAR, bpmn, local_name, reference
from taktloom.formats.bpmn.reading import Reading, children, is_true, text_of
from taktloom.model.event_definitions import (
    CancelDefinition,
    CompensateDefinition,
    ConditionalDefinition,
    ErrorDefinition,
    EscalationDefinition,
    EventDefinition,
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
    "DEFINITION_READERS",
    "definition_elements",
    "read_definition",
    "read_message",
    "read_message_root",
    "read_single_definition",
]


def definition_elements(reading: Reading, element: etree._Element) -> list[tuple[etree._Element, ElementId | None]]:
    """The event definitions of an event: those inside, then those referred to with their shared id."""
    found: list[tuple[etree._Element, ElementId | None]] = [
        (child, None) for child in element if local_name(child.tag) in DEFINITION_READERS
    ]
    for pointer in children(element, "eventDefinitionRef"):
        name = reference(pointer.text)
        target = reading.roots.get(name)
        if target is not None and local_name(target.tag) in DEFINITION_READERS:
            found.append((target, ElementId(name)))
    return found


def read_definition(reading: Reading, element: etree._Element) -> EventDefinition | None:
    """What the event waits for or throws; None where it has no definition."""
    singles = [
        read_single_definition(reading, found, shared) for found, shared in definition_elements(reading, element)
    ]
    if len(singles) > 1:
        return MultipleDefinition(definitions=tuple(singles), is_parallel=is_true(element, "parallelMultiple"))
    return singles[0] if singles else None


def read_single_definition(
    reading: Reading, element: etree._Element, shared: ElementId | None = None
) -> SingleDefinition:
    """One event definition element; *shared*: its id when it was referred to."""
    given = element.get("id")
    return DEFINITION_READERS[local_name(element.tag)](
        reading, element, _Identity(None if shared or not given else ElementId(given), shared)
    )


def read_message(reading: Reading, element: etree._Element, attribute: str = "messageRef") -> MessageDefinition | None:
    """The message that *element* names by messageRef, else by its operation; None where it names none."""
    message = reading.root(element, attribute)
    if message is None and not element.get(attribute):
        message = reading.operation_message(element)
    return None if message is None else read_message_root(reading, message)


def read_message_root(reading: Reading, message: etree._Element) -> MessageDefinition:
    """A <message>."""
    return MessageDefinition(
        root_id=_id_of(message),
        name=(message.get("name") or "").strip(),
        correlation_key=Extensions(message).get("subscription", "correlationKey") or None,
        retrievals=_retrievals(reading, message),
    )


class _Identity:
    """The ids of a definition; its own and the shared one."""

    __slots__ = ("id", "shared_id")

    def __init__(self, own: ElementId | None, shared: ElementId | None) -> None:
        self.id, self.shared_id = own, shared


def _retrievals(reading: Reading, message: etree._Element) -> tuple[tuple[ElementId, str], ...]:
    found = []
    for name, expression in reading.retrievals.get(message.get("id") or "", ()):
        text = reading.expression(expression)
        if text is not None:
            found.append((name, text))
    return tuple(found)


def _id_of(element: etree._Element | None) -> ElementId | None:
    given = None if element is None else element.get("id")
    return ElementId(given) if given else None


def _read_timer(reading: Reading, element: etree._Element, ids: _Identity) -> SingleDefinition:
    texts = {name: reading.expression(element.find(bpmn(name))) for name in ("timeDate", "timeDuration", "timeCycle")}
    return TimerDefinition(
        id=ids.id,
        shared_id=ids.shared_id,
        date=texts["timeDate"],
        duration=texts["timeDuration"],
        cycle=texts["timeCycle"],
        calendar=element.get(CALENDAR) or None,
    )


def _read_message(reading: Reading, element: etree._Element, ids: _Identity) -> SingleDefinition:
    message = read_message(reading, element) or MessageDefinition(name="")
    return MessageDefinition(
        id=ids.id,
        shared_id=ids.shared_id,
        root_id=message.root_id,
        name=message.name,
        correlation_key=message.correlation_key,
        retrievals=message.retrievals,
    )


def _read_signal(reading: Reading, element: etree._Element, ids: _Identity) -> SingleDefinition:
    signal = reading.root(element, "signalRef")
    name = "" if signal is None else (signal.get("name") or signal.get("id") or "").strip()
    return SignalDefinition(id=ids.id, shared_id=ids.shared_id, root_id=_id_of(signal), name=name)


def _read_error(reading: Reading, element: etree._Element, ids: _Identity) -> SingleDefinition:
    error = reading.root(element, "errorRef")
    code = None if error is None else error.get("errorCode") or None
    return ErrorDefinition(id=ids.id, shared_id=ids.shared_id, root_id=_id_of(error), code=code)


def _read_escalation(reading: Reading, element: etree._Element, ids: _Identity) -> SingleDefinition:
    escalation = reading.root(element, "escalationRef")
    code = None if escalation is None else escalation.get("escalationCode") or None
    return EscalationDefinition(id=ids.id, shared_id=ids.shared_id, root_id=_id_of(escalation), code=code)


def _read_conditional(reading: Reading, element: etree._Element, ids: _Identity) -> SingleDefinition:
    condition = reading.expression(element.find(bpmn("condition"))) or ""
    return ConditionalDefinition(id=ids.id, shared_id=ids.shared_id, condition=condition)


def _read_compensate(reading: Reading, element: etree._Element, ids: _Identity) -> SingleDefinition:
    del reading
    activity = reference(element.get("activityRef"))
    return CompensateDefinition(
        id=ids.id,
        shared_id=ids.shared_id,
        activity=ElementId(activity) if activity else None,
        wait_for_completion=is_true(element, "waitForCompletion", missing=True),
    )


def _read_cancel(reading: Reading, element: etree._Element, ids: _Identity) -> SingleDefinition:
    del reading, element
    return CancelDefinition(id=ids.id, shared_id=ids.shared_id)


def _read_link(reading: Reading, element: etree._Element, ids: _Identity) -> SingleDefinition:
    """A link's name; tools that leave it out name the other end by <target> or <source>."""
    name = (element.get("name") or "").strip()
    if not name:
        for kind in ("target", "source"):
            other = reading.link_name(text_of(element.find(bpmn(kind))))
            name = name or other
    return LinkDefinition(id=ids.id, shared_id=ids.shared_id, name=name)


def _read_terminate(reading: Reading, element: etree._Element, ids: _Identity) -> SingleDefinition:
    del reading, element
    return TerminateDefinition(id=ids.id, shared_id=ids.shared_id)


DEFINITION_READERS: Mapping[str, Callable[[Reading, etree._Element, _Identity], SingleDefinition]] = {
    "timerEventDefinition": _read_timer,
    "messageEventDefinition": _read_message,
    "signalEventDefinition": _read_signal,
    "errorEventDefinition": _read_error,
    "escalationEventDefinition": _read_escalation,
    "conditionalEventDefinition": _read_conditional,
    "compensateEventDefinition": _read_compensate,
    "cancelEventDefinition": _read_cancel,
    "linkEventDefinition": _read_link,
    "terminateEventDefinition": _read_terminate,
}
