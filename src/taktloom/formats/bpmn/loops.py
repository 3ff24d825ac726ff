# SPDX-License-Identifier: Apache-2.0
"""Readers of the loop characteristics: standard loop and multi-instance. Source: BPMN 2.0.2, 10.3.8."""

from collections.abc import Iterator

from lxml import etree

from taktloom.formats.bpmn.camunda import camunda_loop
from taktloom.formats.bpmn.definitions import DEFINITION_READERS, read_definition, read_single_definition
from taktloom.formats.bpmn.extensions import Extensions
from taktloom.formats.bpmn.names import bpmn, local_name, reference
from taktloom.formats.bpmn.reading import Reading, children, is_true, text_of
from taktloom.model.event_definitions import EventDefinition, SignalDefinition
from taktloom.model.identifiers import ElementId
from taktloom.model.process import ComplexBehavior, MultiInstanceBehavior, MultiInstanceLoop, StandardLoop

__all__ = ["LOOPS", "read_loop"]

LOOPS = frozenset({"standardLoopCharacteristics", "multiInstanceLoopCharacteristics"})
_BEHAVIORS = {behavior.value: behavior for behavior in MultiInstanceBehavior}


def read_loop(reading: Reading, element: etree._Element) -> StandardLoop | MultiInstanceLoop | None:
    """The loop of an activity."""
    standard = element.find(bpmn("standardLoopCharacteristics"))
    if standard is not None:
        return _read_standard(reading, standard)
    multiple = element.find(bpmn("multiInstanceLoopCharacteristics"))
    return None if multiple is None else _read_multiple(reading, multiple)


def _read_standard(reading: Reading, element: etree._Element) -> StandardLoop:
    return StandardLoop(
        condition=reading.expression(element.find(bpmn("loopCondition"))),
        test_before=is_true(element, "testBefore"),
        maximum=reading.whole_number(element, "loopMaximum", None),
    )


def _read_multiple(reading: Reading, element: etree._Element) -> MultiInstanceLoop:
    extensions = Extensions(element)
    collection, item = camunda_loop(reading, element)
    behavior = _BEHAVIORS.get(element.get("behavior") or "All", MultiInstanceBehavior.ALL)
    return MultiInstanceLoop(
        is_sequential=is_true(element, "isSequential"),
        cardinality=reading.expression(element.find(bpmn("loopCardinality"))),
        input_collection=extensions.get("loopCharacteristics", "inputCollection")
        or _variable(reading, element, "loopDataInputRef")
        or collection,
        input_element=extensions.get("loopCharacteristics", "inputElement") or _item(element, "inputDataItem") or item,
        output_collection=extensions.get("loopCharacteristics", "outputCollection")
        or _variable(reading, element, "loopDataOutputRef"),
        output_element=extensions.get("loopCharacteristics", "outputElement") or _item(element, "outputDataItem"),
        input_item=_item_id(element, "inputDataItem"),
        output_item=_item_id(element, "outputDataItem"),
        completion_condition=reading.expression(element.find(bpmn("completionCondition"))),
        behavior=behavior,
        none_event=_event(reading, element, "noneBehaviorEventRef"),
        one_event=_event(reading, element, "oneBehaviorEventRef"),
        complex_behaviors=tuple(_complex_behaviors(reading, element)),
    )


def _variable(reading: Reading, element: etree._Element, name: str) -> str | None:
    """The variable of the data element that a loopData(Input|Output)Ref names."""
    target = reference(text_of(element.find(bpmn(name))))
    return reading.variable_of(target) if target else None


def _item(element: etree._Element, name: str) -> str | None:
    item = element.find(bpmn(name))
    return None if item is None else item.get("name") or item.get("id")


def _item_id(element: etree._Element, name: str) -> ElementId | None:
    item = element.find(bpmn(name))
    given = None if item is None else item.get("id")
    return ElementId(given) if given else None


def _event(reading: Reading, element: etree._Element, attribute: str) -> EventDefinition | None:
    root = reading.root(element, attribute)
    if root is None or local_name(root.tag) not in DEFINITION_READERS:
        return None
    return read_single_definition(reading, root, reading.element_id(root))


def _complex_behaviors(reading: Reading, element: etree._Element) -> Iterator[ComplexBehavior]:
    for child in children(element, "complexBehaviorDefinition"):
        condition = reading.expression(child.find(bpmn("condition"))) or ""
        event = child.find(bpmn("event"))
        definition = None if event is None else read_definition(reading, event)
        # An event is optional in the schema: what throws nothing is a signal without a name, which the rules name.
        yield ComplexBehavior(condition=condition, event=definition or SignalDefinition(name=""))
