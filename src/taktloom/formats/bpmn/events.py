# SPDX-License-Identifier: Apache-2.0
"""Readers of the events and of their definitions, inline or by `eventDefinitionRef`."""

from collections.abc import Callable, Mapping

from lxml import etree

from taktloom.formats.bpmn.extensions import Extensions
from taktloom.formats.bpmn.names import bpmn, local_name
from taktloom.formats.bpmn.reading import Reading, children
from taktloom.model.event_definitions import (
    ErrorDefinition,
    EventDefinition,
    MessageDefinition,
    TerminateDefinition,
    TimerDefinition,
)
from taktloom.model.identifiers import ElementId
from taktloom.model.process import (
    AnyFlowNode,
    BoundaryEvent,
    EndEvent,
    IntermediateCatchEvent,
    IntermediateThrowEvent,
    StartEvent,
)

__all__ = ["EVENT_READERS", "unsupported_event"]

NEEDS_DEFINITION = frozenset({"intermediateCatchEvent", "boundaryEvent"})


def unsupported_event(reading: Reading, element: etree._Element, kind: str) -> str:
    """Why the event cannot be read as one of the model's; "" if it can."""
    found = [local_name(definition.tag) for definition in _definitions(reading, element)]
    if len(found) > 1:
        return "several event definitions"
    if not found:
        return "no event definition" if kind in NEEDS_DEFINITION else ""
    return "" if found[0] in DEFINITION_READERS else found[0]


def _definitions(reading: Reading, element: etree._Element) -> list[etree._Element]:
    """The event definitions: those inside, then those referred to."""
    inside = [child for child in element if local_name(child.tag).endswith("EventDefinition")]
    referred = []
    for reference in children(element, "eventDefinitionRef"):
        target = reading.roots.get((reference.text or "").strip().rpartition(":")[2])
        if target is not None:
            referred.append(target)
        else:
            reading.report(
                "reference-unknown",
                reference,
                f"'eventDefinitionRef' refers to '{(reference.text or '').strip()}', which does not exist.",
                "Refer to an event definition of the file.",
            )
    return inside + referred


def _definition(reading: Reading, element: etree._Element) -> EventDefinition | None:
    for definition in _definitions(reading, element):
        return DEFINITION_READERS[local_name(definition.tag)](reading, definition)
    return None


def _read_timer(reading: Reading, element: etree._Element) -> EventDefinition:
    texts = {name: reading.expression(element.find(bpmn(name))) for name in ("timeDate", "timeDuration", "timeCycle")}
    return TimerDefinition(date=texts["timeDate"], duration=texts["timeDuration"], cycle=texts["timeCycle"])


def _read_message(reading: Reading, element: etree._Element) -> EventDefinition:
    message = reading.root(element, "messageRef")
    if message is None:
        return MessageDefinition(name="")
    key = Extensions(message).get("subscription", "correlationKey")
    return MessageDefinition(name=(message.get("name") or "").strip(), correlation_key=key or None)


def _read_error(reading: Reading, element: etree._Element) -> EventDefinition:
    error = reading.root(element, "errorRef")
    return ErrorDefinition(code=None if error is None else error.get("errorCode") or None)


def _read_terminate(reading: Reading, element: etree._Element) -> EventDefinition:
    del reading, element
    return TerminateDefinition()


DEFINITION_READERS: Mapping[str, Callable[[Reading, etree._Element], EventDefinition]] = {
    "timerEventDefinition": _read_timer,
    "messageEventDefinition": _read_message,
    "errorEventDefinition": _read_error,
    "terminateEventDefinition": _read_terminate,
}
_CHILDREN = frozenset({*DEFINITION_READERS, "eventDefinitionRef"})


def _read_start(reading: Reading, element: etree._Element) -> AnyFlowNode:
    extensions = Extensions(element)
    return StartEvent(
        **reading.node(element, frozenset({"isInterrupting"}), _CHILDREN),
        definition=_definition(reading, element),
        outputs=extensions.mappings("output"),
        form_id=extensions.form_id(),
    )


def _read_end(reading: Reading, element: etree._Element) -> AnyFlowNode:
    return EndEvent(**reading.node(element, frozenset(), _CHILDREN), definition=_definition(reading, element))


def _read_catch(reading: Reading, element: etree._Element) -> AnyFlowNode:
    definition = _definition(reading, element)
    assert definition is not None  # unsupported_event has refused the others
    return IntermediateCatchEvent(
        **reading.node(element, frozenset({"parallelMultiple"}), _CHILDREN),
        definition=definition,
        outputs=Extensions(element).mappings("output"),
    )


def _read_throw(reading: Reading, element: etree._Element) -> AnyFlowNode:
    return IntermediateThrowEvent(
        **reading.node(element, frozenset(), _CHILDREN), definition=_definition(reading, element)
    )


def _read_boundary(reading: Reading, element: etree._Element) -> AnyFlowNode:
    definition = _definition(reading, element)
    assert definition is not None  # unsupported_event has refused the others
    return BoundaryEvent(
        **reading.node(element, frozenset({"attachedToRef", "cancelActivity", "parallelMultiple"}), _CHILDREN),
        attached_to=ElementId((element.get("attachedToRef") or "").rpartition(":")[2]),
        definition=definition,
        is_interrupting=(element.get("cancelActivity") or "true") in {"true", "1"},
        outputs=Extensions(element).mappings("output"),
    )


EVENT_READERS: Mapping[str, Callable[[Reading, etree._Element], AnyFlowNode]] = {
    "startEvent": _read_start,
    "endEvent": _read_end,
    "intermediateCatchEvent": _read_catch,
    "intermediateThrowEvent": _read_throw,
    "boundaryEvent": _read_boundary,
}
