# SPDX-License-Identifier: Apache-2.0
"""Readers of data: elements, references, input/output specifications, associations and correlation.

Source: BPMN 2.0.2, 10.4 and 8.4.2.
"""

from collections.abc import Iterator

from lxml import etree

from taktloom.formats.bpmn.names import bpmn, reference
from taktloom.formats.bpmn.reading import Reading, children, is_true, text_of
from taktloom.model.identifiers import ElementId
from taktloom.model.process_data import (
    CorrelationKey,
    CorrelationSubscription,
    DataAssociation,
    DataElement,
    DataReference,
    DataSet,
    EventData,
    InputOutput,
)

__all__ = [
    "read_associations",
    "read_data_element",
    "read_data_elements",
    "read_data_reference",
    "read_event_data",
    "read_io",
    "read_keys",
    "read_subscription",
]


def read_data_elements(reading: Reading, element: etree._Element, name: str) -> tuple[DataElement, ...]:
    """The children called *name*: `property`, `dataObject`, `dataInput` or `dataOutput`."""
    return tuple(read_data_element(reading, child) for child in children(element, name))


def read_data_element(reading: Reading, element: etree._Element) -> DataElement:
    """One data element."""
    item, element_id = reference(element.get("itemSubjectRef")), reading.element_id(element)
    return DataElement(
        id=element_id,
        name=(element.get("name") or "").strip(),
        is_collection=is_true(element, "isCollection"),
        item=ElementId(item) if item else None,
        place=reading.place(element),
        label=reading.labels.get(element_id, ""),
    )


def read_data_reference(reading: Reading, element: etree._Element, *, is_store: bool) -> DataReference:
    """A dataObjectReference or dataStoreReference."""
    target = element.get("dataStoreRef" if is_store else "dataObjectRef")
    return DataReference(
        id=reading.element_id(element),
        target=ElementId(reference(target)),
        name=(element.get("name") or "").strip(),
        is_store=is_store,
        place=reading.place(element),
    )


def read_io(reading: Reading, element: etree._Element) -> InputOutput | None:
    """The ioSpecification of an activity or process."""
    holder = element.find(bpmn("ioSpecification"))
    if holder is None:
        return None
    return InputOutput(
        inputs=read_data_elements(reading, holder, "dataInput"),
        outputs=read_data_elements(reading, holder, "dataOutput"),
        input_sets=tuple(_read_set(reading, child, "Input") for child in children(holder, "inputSet")),
        output_sets=tuple(_read_set(reading, child, "Output") for child in children(holder, "outputSet")),
    )


def _read_set(reading: Reading, element: etree._Element, kind: str) -> DataSet:
    return DataSet(
        id=reading.element_id(element),
        name=(element.get("name") or "").strip(),
        elements=_references(element, f"data{kind}Refs"),
        optional=_references(element, f"optional{kind}Refs"),
        while_executing=_references(element, f"whileExecuting{kind}Refs"),
    )


def _references(element: etree._Element, name: str) -> tuple[ElementId, ...]:
    return tuple(ElementId(reference(child.text)) for child in children(element, name))


def read_associations(reading: Reading, element: etree._Element, kind: str) -> tuple[DataAssociation, ...]:
    """The data(Input|Output)Association children; *kind* is `Input` or `Output`."""
    return tuple(_read_association(reading, child) for child in children(element, f"data{kind}Association"))


def _read_association(reading: Reading, element: etree._Element) -> DataAssociation:
    given, target = element.get("id"), reference(text_of(element.find(bpmn("targetRef"))))
    return DataAssociation(
        id=ElementId(given) if given else None,
        sources=_references(element, "sourceRef"),
        target=ElementId(target) if target else None,
        transformation=reading.expression(element.find(bpmn("transformation"))),
        assignments=tuple(_assignments(reading, element)),
        place=reading.place(element),
    )


def _assignments(reading: Reading, element: etree._Element) -> Iterator[tuple[str, str]]:
    for assignment in children(element, "assignment"):
        source = reading.expression(assignment.find(bpmn("from")))
        target = reading.expression(assignment.find(bpmn("to")))
        yield source or "", (target or "").removeprefix("=").strip()


def read_event_data(reading: Reading, element: etree._Element, kind: str) -> EventData:
    """Data of a catching (`Output`) or throwing (`Input`) event."""
    return EventData(
        elements=read_data_elements(reading, element, f"data{kind}"),
        associations=read_associations(reading, element, kind),
        properties=read_data_elements(reading, element, "property"),
    )


def read_keys(reading: Reading, element: etree._Element) -> tuple[CorrelationKey, ...]:
    """The correlation keys of a collaboration, those of its conversations included."""
    return tuple(
        CorrelationKey(
            id=reading.element_id(key),
            name=(key.get("name") or "").strip(),
            properties=_references(key, "correlationPropertyRef"),
        )
        for key in element.iter(bpmn("correlationKey"))
    )


def read_subscription(reading: Reading, element: etree._Element) -> CorrelationSubscription:
    """A correlationSubscription of a process."""
    bindings = []
    for binding in children(element, "correlationPropertyBinding"):
        path = reading.expression(binding.find(bpmn("dataPath")))
        bindings.append((ElementId(reference(binding.get("correlationPropertyRef"))), path or ""))
    return CorrelationSubscription(
        id=reading.element_id(element),
        key=ElementId(reference(element.get("correlationKeyRef"))),
        bindings=tuple(bindings),
    )
