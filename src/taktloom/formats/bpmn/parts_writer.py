# SPDX-License-Identifier: Apache-2.0
"""Writers of what belongs to an element: expressions, event definitions, loops and data, in the schema's order."""

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from lxml import etree

from taktloom.formats.bpmn.names import BPMN, CALENDAR, PREFIXES, XSI, bpmn
from taktloom.model.event_definitions import (
    CancelDefinition,
    CompensateDefinition,
    ConditionalDefinition,
    DefinitionIdentity,
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
    single_definitions,
)
from taktloom.model.identifiers import ElementId
from taktloom.model.process import MultiInstanceBehavior, MultiInstanceLoop, StandardLoop
from taktloom.model.process_data import (
    CorrelationSubscription,
    DataAssociation,
    DataElement,
    DataReference,
    DataSet,
    InputOutput,
)

__all__ = [
    "AS_READ",
    "RootIds",
    "add",
    "boolean",
    "data_element",
    "data_reference",
    "write_associations",
    "write_definitions",
    "write_expression",
    "write_io",
    "write_loop",
    "write_single",
    "write_subscription",
]


class RootIds(Protocol):
    """Ids of the root elements that definitions refer to; "" for none."""

    def message(self, definition: MessageDefinition) -> str:
        """Id of the message."""

    def named(self, definition: SingleDefinition) -> str:
        """Id of the signal, error or escalation."""

    def shared(self, definition: SingleDefinition) -> str:
        """Id of the definition among the root elements; "" where it stands at its event."""

    def behavior(self, definition: EventDefinition) -> str:
        """Id of a definition that can only be named by its id, as those of multi-instance behaviors."""


class _AsRead:
    """The ids that the file has."""

    def message(self, definition: MessageDefinition) -> str:
        return definition.root_id or ""

    def named(self, definition: SingleDefinition) -> str:
        return definition.root_id or ""

    def shared(self, definition: SingleDefinition) -> str:
        return definition.shared_id or ""

    def behavior(self, definition: EventDefinition) -> str:
        return definition.shared_id or ""


AS_READ: RootIds = _AsRead()


def add(parent: etree._Element, name: str, text: str | None = None, /, **attributes: str | None) -> etree._Element:
    """Append a BPMN element; attributes that are None or empty are left out."""
    element = etree.SubElement(parent, bpmn(name))
    for key, value in attributes.items():
        if value:
            element.set(key, value)
    if text is not None:
        element.text = text
    return element


def boolean(value: bool) -> str:  # noqa: FBT001  # a value, no switch
    """xsd:boolean."""
    return "true" if value else "false"


def write_expression(parent: etree._Element, name: str, text: str | None) -> None:
    """A formal expression; nothing for None."""
    if text is not None:
        prefix = _prefix_of_bpmn(parent)
        add(parent, name, text).set(f"{{{XSI}}}type", f"{prefix}tFormalExpression")


def _prefix_of_bpmn(element: etree._Element) -> str:
    prefix = element.prefix if element.nsmap.get(element.prefix) == BPMN else "bpmn"
    return f"{prefix}:" if prefix else ""


def write_definitions(parent: etree._Element, definition: EventDefinition | None, ids: RootIds) -> None:
    """The definitions inside the event, then the references to shared ones."""
    singles = single_definitions(definition)
    if isinstance(definition, MultipleDefinition) and definition.is_parallel:
        parent.set("parallelMultiple", "true")
    for single in singles:
        if not ids.shared(single):
            write_single(parent, single, ids)
    for single in singles:
        if ids.shared(single):
            add(parent, "eventDefinitionRef", ids.shared(single))


def write_single(
    parent: etree._Element, definition: SingleDefinition, ids: RootIds, element_id: str | None = None
) -> None:
    """One event definition element; *element_id* where it stands among the root elements."""
    name, write = _DEFINITIONS[type(definition)]
    element = add(parent, name, id=element_id or definition.id)
    write(element, definition, ids)


def _write_timer(element: etree._Element, definition: TimerDefinition, ids: RootIds) -> None:
    del ids
    write_expression(element, "timeDate", definition.date)
    write_expression(element, "timeDuration", definition.duration)
    write_expression(element, "timeCycle", definition.cycle)
    _set(element, CALENDAR, definition.calendar)


def _write_message(element: etree._Element, definition: MessageDefinition, ids: RootIds) -> None:
    _set(element, "messageRef", ids.message(definition))


def _write_signal(element: etree._Element, definition: SignalDefinition, ids: RootIds) -> None:
    _set(element, "signalRef", ids.named(definition))


def _write_error(element: etree._Element, definition: ErrorDefinition, ids: RootIds) -> None:
    _set(element, "errorRef", ids.named(definition))


def _write_escalation(element: etree._Element, definition: EscalationDefinition, ids: RootIds) -> None:
    _set(element, "escalationRef", ids.named(definition))


def _write_conditional(element: etree._Element, definition: ConditionalDefinition, ids: RootIds) -> None:
    del ids
    write_expression(element, "condition", definition.condition)


def _write_compensate(element: etree._Element, definition: CompensateDefinition, ids: RootIds) -> None:
    del ids
    if not definition.wait_for_completion:
        element.set("waitForCompletion", "false")
    _set(element, "activityRef", definition.activity)


def _write_link(element: etree._Element, definition: LinkDefinition, ids: RootIds) -> None:
    del ids
    element.set("name", definition.name)


def _write_nothing(element: etree._Element, definition: DefinitionIdentity, ids: RootIds) -> None:
    del element, definition, ids


def _set(element: etree._Element, name: str, value: str | None) -> None:
    if value:
        element.set(name, value)


def write_loop(parent: etree._Element, loop: StandardLoop | MultiInstanceLoop | None, ids: RootIds) -> None:
    """Loop characteristics; collections are written as the extension that also modelers know."""
    if isinstance(loop, StandardLoop):
        element = add(parent, "standardLoopCharacteristics")
        if loop.test_before:
            element.set("testBefore", "true")
        if loop.maximum is not None:
            element.set("loopMaximum", str(loop.maximum))
        write_expression(element, "loopCondition", loop.condition)
    elif loop is not None:
        _write_multiple(parent, loop, ids)


def _write_multiple(parent: etree._Element, loop: MultiInstanceLoop, ids: RootIds) -> None:
    element = add(parent, "multiInstanceLoopCharacteristics")
    if loop.is_sequential:
        element.set("isSequential", "true")
    if loop.behavior is not MultiInstanceBehavior.ALL:
        element.set("behavior", loop.behavior.value)
    for attribute, event in (("oneBehaviorEventRef", loop.one_event), ("noneBehaviorEventRef", loop.none_event)):
        if event is not None:
            _set(element, attribute, ids.behavior(event))
    if loop.input_collection or loop.output_collection:
        holder = etree.SubElement(add(element, "extensionElements"), f"{{{PREFIXES['zeebe']}}}loopCharacteristics")
        _set(holder, "inputCollection", loop.input_collection)
        _set(holder, "inputElement", loop.input_element)
        _set(holder, "outputCollection", loop.output_collection)
        _set(holder, "outputElement", loop.output_element)
    write_expression(element, "loopCardinality", loop.cardinality)
    for name, item_id, variable in (
        ("inputDataItem", loop.input_item, loop.input_element),
        ("outputDataItem", loop.output_item, loop.output_element),
    ):
        if item_id:
            add(element, name, id=item_id, name=None if variable == item_id else variable)
    for behavior in loop.complex_behaviors:
        child = add(element, "complexBehaviorDefinition")
        write_expression(child, "condition", behavior.condition)
        write_definitions(add(child, "event"), behavior.event, ids)
    write_expression(element, "completionCondition", loop.completion_condition)


def data_element(parent: etree._Element, name: str, data: DataElement) -> None:
    """A data object, property, data input or data output."""
    element = add(parent, name, id=data.id, name=data.name, itemSubjectRef=data.item)
    if data.is_collection:
        element.set("isCollection", "true")


def data_reference(parent: etree._Element, data: DataReference) -> None:
    """A reference to a data object or data store."""
    kind = "dataStore" if data.is_store else "dataObject"
    element = add(parent, f"{kind}Reference", id=data.id, name=data.name)
    _set(element, f"{kind}Ref", data.target)


def write_io(parent: etree._Element, io: InputOutput | None) -> None:
    """An ioSpecification; the schema asks for one set of each kind at least."""
    if io is None:
        return
    holder = add(parent, "ioSpecification")
    for data in io.inputs:
        data_element(holder, "dataInput", data)
    for data in io.outputs:
        data_element(holder, "dataOutput", data)
    _write_sets(holder, "Input", io.input_sets)
    _write_sets(holder, "Output", io.output_sets)


def _write_sets(holder: etree._Element, kind: str, sets: Iterable[DataSet]) -> None:
    found = False
    for item in sets:
        found = True
        element = add(holder, f"{kind.lower()}Set", id=item.id, name=item.name)
        _write_texts(element, f"data{kind}Refs", item.elements)
        _write_texts(element, f"optional{kind}Refs", item.optional)
        _write_texts(element, f"whileExecuting{kind}Refs", item.while_executing)
    if not found:
        add(holder, f"{kind.lower()}Set")


def _write_texts(parent: etree._Element, name: str, texts: Iterable[ElementId]) -> None:
    for text in texts:
        add(parent, name, text)


def write_associations(parent: etree._Element, kind: str, associations: Iterable[DataAssociation]) -> None:
    """The data(Input|Output)Associations of an element."""
    for association in associations:
        element = add(parent, f"data{kind}Association", id=association.id)
        _write_texts(element, "sourceRef", association.sources)
        add(element, "targetRef", association.target or "")
        write_expression(element, "transformation", association.transformation)
        for source, target in association.assignments:
            holder = add(element, "assignment")
            write_expression(holder, "from", source)
            write_expression(holder, "to", target)


def write_subscription(parent: etree._Element, subscription: CorrelationSubscription) -> None:
    """A correlationSubscription of a process."""
    element = add(parent, "correlationSubscription", id=subscription.id, correlationKeyRef=subscription.key)
    for name, path in subscription.bindings:
        write_expression(add(element, "correlationPropertyBinding", correlationPropertyRef=name), "dataPath", path)


_DEFINITIONS: Mapping[type[DefinitionIdentity], tuple[str, Callable[..., None]]] = {
    TimerDefinition: ("timerEventDefinition", _write_timer),
    MessageDefinition: ("messageEventDefinition", _write_message),
    SignalDefinition: ("signalEventDefinition", _write_signal),
    ErrorDefinition: ("errorEventDefinition", _write_error),
    EscalationDefinition: ("escalationEventDefinition", _write_escalation),
    ConditionalDefinition: ("conditionalEventDefinition", _write_conditional),
    CompensateDefinition: ("compensateEventDefinition", _write_compensate),
    CancelDefinition: ("cancelEventDefinition", _write_nothing),
    LinkDefinition: ("linkEventDefinition", _write_link),
    TerminateDefinition: ("terminateEventDefinition", _write_nothing),
}
