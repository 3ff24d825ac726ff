# SPDX-License-Identifier: Apache-2.0
"""Data: input and output sets, associations, references, mappings, event log attributes. Source: BPMN 2.0.2, 10.4."""

from collections import Counter
from collections.abc import Callable, Iterator

from taktloom.kernel.rules.container import Container
from taktloom.kernel.rules.structural import Breaches, StructuralRule, Where, breach, structural, warning_rule
from taktloom.model.identifiers import ElementId
from taktloom.model.places import Place
from taktloom.model.process import (
    Activity,
    BoundaryEvent,
    FlowNode,
    IntermediateCatchEvent,
    MultiInstanceLoop,
    ProcessDefinition,
    StartEvent,
    SubProcess,
)
from taktloom.model.process_data import DataAssociation, DataElement, DataSet, InputOutput

__all__ = ["RULES"]


def _specifications(container: Container) -> Iterator[tuple[Where, InputOutput]]:
    if isinstance(container.owner, ProcessDefinition) and container.owner.io is not None:
        yield container.owner, container.owner.io
    for node in container.of(Activity):
        if node.io is not None:
            yield node, node.io


def _strangers(sets: tuple[DataSet, ...], known: tuple[DataElement, ...]) -> Iterator[ElementId]:
    ids = {element.id for element in known}
    for one in sets:
        yield from (
            name for name in dict.fromkeys(one.elements + one.optional + one.while_executing) if name not in ids
        )


@structural(
    "input-set-element-unknown",
    "An input set names '{data}', which is no data input here.",
    "Name data inputs of the same element.",
)
def input_set_element_unknown(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.4.1: dataInputRefs are data inputs of the same input/output specification."""
    for where, io in _specifications(container):
        yield from (breach(where, data=name) for name in _strangers(io.input_sets, io.inputs))


@structural(
    "output-set-element-unknown",
    "An output set names '{data}', which is no data output here.",
    "Name data outputs of the same element.",
)
def output_set_element_unknown(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.4.1: dataOutputRefs are data outputs of the same input/output specification."""
    for where, io in _specifications(container):
        yield from (breach(where, data=name) for name in _strangers(io.output_sets, io.outputs))


def _outside(sets: tuple[DataSet, ...]) -> Iterator[ElementId]:
    """Optional and while-executing elements that the set itself does not hold."""
    for one in sets:
        yield from (name for name in dict.fromkeys(one.optional + one.while_executing) if name not in one.elements)


@structural(
    "optional-input-outside-set",
    "The input '{data}' is optional or taken while executing in a set that does not hold it.",
    "Add it to the set.",
)
def optional_input_outside_set(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.4.1: optionalInputRefs and whileExecutingInputRefs are subsets of dataInputRefs."""
    for where, io in _specifications(container):
        known = {element.id for element in io.inputs}
        yield from (breach(where, data=name) for name in _outside(io.input_sets) if name in known)


@structural(
    "optional-output-outside-set",
    "The output '{data}' is optional or given while executing in a set that does not hold it.",
    "Add it to the set.",
)
def optional_output_outside_set(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.4.1: optionalOutputRefs and whileExecutingOutputRefs are in dataOutputRefs."""
    for where, io in _specifications(container):
        known = {element.id for element in io.outputs}
        yield from (breach(where, data=name) for name in _outside(io.output_sets) if name in known)


def _unset(sets: tuple[DataSet, ...], elements: tuple[DataElement, ...]) -> Iterator[ElementId]:
    held = {name for one in sets for name in one.elements + one.optional + one.while_executing}
    yield from (element.id for element in elements if element.id not in held)


@warning_rule("data-input-in-no-set", "The data input '{data}' is in no input set.", "Add it to an input set.")
def data_input_in_no_set(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.4.1: a data input MUST be in at least one input set."""
    for where, io in _specifications(container):
        yield from (breach(where, data=name) for name in _unset(io.input_sets, io.inputs))


@warning_rule("data-output-in-no-set", "The data output '{data}' is in no output set.", "Add it to an output set.")
def data_output_in_no_set(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.4.1: a data output MUST be in at least one output set."""
    for where, io in _specifications(container):
        yield from (breach(where, data=name) for name in _unset(io.output_sets, io.outputs))


def _data_of(owner: ProcessDefinition | SubProcess) -> Iterator[ElementId]:
    yield from (element.id for element in owner.data_objects)
    yield from (element.id for element in owner.data_references)
    yield from (element.id for element in owner.properties)


def visible_data(container: Container) -> set[ElementId]:
    """Ids of the data objects, references and properties that can be named inside the container."""
    found: set[ElementId] = set()
    for owner in (*container.around, container.owner):
        found.update(_data_of(owner))
        found.update(_loop_items(owner))
        if owner.io is not None:
            found.update(element.id for element in (*owner.io.inputs, *owner.io.outputs))
    return found


def _loop_items(owner: object) -> Iterator[ElementId]:
    """What associations call the item and the result of one instance: the ids, else the names."""
    loop = getattr(owner, "loop", None)
    if isinstance(loop, MultiInstanceLoop):
        names = (loop.input_item, loop.output_item, loop.input_element, loop.output_element)
        yield from (ElementId(name) for name in names if name)


def _own_data(node: FlowNode) -> set[ElementId]:
    """Ids of the data of one activity or event."""
    io: InputOutput | None = getattr(node, "io", None)
    found: set[ElementId] = set() if io is None else {element.id for element in (*io.inputs, *io.outputs)}
    found.update(element.id for element in getattr(node, "properties", ()))
    data = getattr(node, "data", None)
    found.update(() if data is None else (element.id for element in (*data.elements, *data.properties)))
    found.update(_loop_items(node))
    if isinstance(node, SubProcess):
        found.update(_data_of(node))
    return found


def _associations(container: Container) -> Iterator[tuple[FlowNode, DataAssociation]]:
    for node in container.nodes.values():
        yield from ((node, one) for one in getattr(node, "data_inputs", ()))
        yield from ((node, one) for one in getattr(node, "data_outputs", ()))
        data = getattr(node, "data", None)
        yield from ((node, one) for one in (() if data is None else data.associations))


def _at(node: FlowNode, association: DataAssociation) -> Where:
    if association.id is None or association.place.element_id is None:
        return node
    return Place(source=association.place.source, line=association.place.line, element_id=association.id)


def _unknown_ends(container: Container, ends: Callable[[DataAssociation], tuple[ElementId, ...]]) -> Breaches:
    visible = visible_data(container)
    for node, association in _associations(container):
        own: set[ElementId] | None = None
        for name in ends(association):
            if name in visible:
                continue
            own = _own_data(node) if own is None else own
            if name not in own:
                yield breach(_at(node, association), data=name)


@structural(
    "data-source-unknown",
    "The data association takes from '{data}', which is no data here.",
    "Name a data object, property, input or output that is visible here.",
)
def data_source_unknown(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.4.2: sourceRef identifies the sources, which are item-aware elements."""
    yield from _unknown_ends(container, lambda association: association.sources)


@structural(
    "data-target-unknown",
    "The data association fills '{data}', which is no data here.",
    "Name a data object, property, input or output that is visible here.",
)
def data_target_unknown(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.4.2: targetRef identifies the target, which is an item-aware element."""
    yield from _unknown_ends(container, lambda a: () if a.target is None else (a.target,))


@structural("data-target-missing", "The data association of '{node}' fills nothing.", "Give it a target.")
def data_target_missing(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.4.2: a data association has exactly one target."""
    for node, association in _associations(container):
        if association.target is None and not association.assignments:
            yield breach(_at(node, association), node=node.id)


@structural(
    "data-input-filled-from-inside",
    "The data output association of '{node}' fills its own data input '{data}'.",
    "Let it fill data outside of the element.",
)
def data_input_filled_from_inside(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.4.2: a data output association goes from a data output to data of the scope around."""
    for node in container.of(Activity):
        inputs = {element.id for element in node.io.inputs} if node.io is not None else set()
        for association in node.data_outputs:
            if association.target in inputs and association.target is not None:
                yield breach(_at(node, association), node=node.id, data=association.target)


@structural(
    "data-output-filled-from-outside",
    "The data input association of '{node}' fills its data output '{data}'.",
    "Let it fill a data input.",
)
def data_output_filled_from_outside(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.4.2: a data input association goes from data of the scope around to a data input."""
    for node in container.of(Activity):
        outputs = {element.id for element in node.io.outputs} if node.io is not None else set()
        for association in node.data_inputs:
            if association.target in outputs and association.target is not None:
                yield breach(_at(node, association), node=node.id, data=association.target)


@structural(
    "data-association-of-several-sources",
    "The data association of '{node}' has {count} sources and no transformation.",
    "Write a transformation, or keep one source.",
)
def data_association_of_several_sources(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.4.2: without transformation there is one source of the target's structure."""
    for node, one in _associations(container):
        if len(one.sources) > 1 and not one.transformation and not one.assignments:
            yield breach(_at(node, one), node=node.id, count=str(len(one.sources)))


@structural(
    "data-association-without-source",
    "The data association of '{node}' takes from nothing.",
    "Give it a source, a transformation or assignments.",
)
def data_association_without_source(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.4.2: the target's value comes from the sources, by a transformation or by assignments."""
    for node, one in _associations(container):
        if one.is_empty and one.target is not None and not _is_output(node, one):
            yield breach(_at(node, one), node=node.id)


@warning_rule(
    "data-output-without-source",
    "The data output association of '{node}' names no data output.",
    "Add a data output as its source; until then what the element gives under the target's name is what fills it.",
)
def data_output_without_source(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.4.2: sourceRef may be left out, as modelers do that draw an arrow to a data object."""
    for node, one in _associations(container):
        if one.is_empty and _is_output(node, one):
            yield breach(_at(node, one), node=node.id)


def _is_output(node: FlowNode, association: DataAssociation) -> bool:
    """Whether it leads out of the node."""
    if isinstance(node, Activity):
        return any(association is one for one in node.data_outputs)
    return isinstance(node, StartEvent | IntermediateCatchEvent | BoundaryEvent)


@structural(
    "assignment-incomplete",
    "An assignment of the data association of '{node}' lacks its from or to.",
    "Write both.",
)
def assignment_incomplete(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.4.2: an assignment has both expressions, from and to."""
    for node, one in _associations(container):
        if any(not source or not target for source, target in one.assignments):
            yield breach(_at(node, one), node=node.id)


@structural(
    "data-object-unknown",
    "The data object reference names '{data}', which is no data object here.",
    "Name a data object of the same process or sub-process, or of one around it.",
)
def data_object_unknown(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.4.1: dataObjectRef refers to a data object of the scope."""
    known = {element.id for owner in (*container.around, container.owner) for element in owner.data_objects}
    for reference in container.owner.data_references:
        if not reference.is_store and reference.target and reference.target not in known:
            place = Place(source=reference.place.source, line=reference.place.line, element_id=reference.id)
            yield breach(place, data=reference.target)


@warning_rule(
    "data-name-used-twice",
    "Several data objects or properties here are the variable '{variable}'.",
    "Give each a name of its own.",
)
def data_name_used_twice(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.4.1: data of a scope is told apart by its names in expressions."""
    names = Counter(element.variable for element in (*container.owner.data_objects, *container.owner.properties))
    yield from (breach(container.owner, variable=name) for name, count in names.items() if count > 1)


@structural(
    "mapping-target-invalid",
    "The mapping's target '{target}' is no variable path.",
    "Write a name, or names with dots between.",
)
def mapping_target_invalid(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.4.2: to of an assignment is a path into the target's data."""
    for node in container.nodes.values():
        for mapping in (*getattr(node, "inputs", ()), *getattr(node, "outputs", ())):
            if not mapping.target or not all(part.strip() for part in mapping.target.split(".")):
                yield breach(node, target=mapping.target)


@structural("mapping-source-missing", "The mapping into '{target}' has no source.", "Write a FEEL expression.")
def mapping_source_missing(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.4.2: from of an assignment is an expression."""
    for node in container.nodes.values():
        for mapping in (*getattr(node, "inputs", ()), *getattr(node, "outputs", ())):
            if not mapping.source.strip().lstrip("="):
                yield breach(node, target=mapping.target)


@structural(
    "event-attribute-invalid",
    "The event log attribute '{attribute}' (level '{level}') is not usable or given twice.",
    "Give each attribute once, with a name and the level case or event.",
)
def event_attribute_invalid(container: Container) -> Breaches:
    """Extension of this product: attributes of the event log are columns, each with one source."""
    for node in container.nodes.values():
        names = Counter((attribute.level, attribute.name) for attribute in getattr(node, "event_attributes", ()))
        for (level, name), count in names.items():
            if level not in {"case", "event"} or not name or count > 1:
                yield breach(node, attribute=name, level=level)


RULES: tuple[StructuralRule, ...] = (
    input_set_element_unknown,
    output_set_element_unknown,
    optional_input_outside_set,
    optional_output_outside_set,
    data_source_unknown,
    data_target_unknown,
    data_target_missing,
    data_input_filled_from_inside,
    data_output_filled_from_outside,
    data_association_of_several_sources,
    data_association_without_source,
    assignment_incomplete,
    data_object_unknown,
    mapping_target_invalid,
    mapping_source_missing,
    event_attribute_invalid,
    data_input_in_no_set,
    data_output_in_no_set,
    data_name_used_twice,
    data_output_without_source,
)
