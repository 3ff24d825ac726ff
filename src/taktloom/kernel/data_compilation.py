# SPDX-License-Identifier: Apache-2.0
"""From the data of a model to what `data_flow` runs: ids to variables, sets to associations."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from taktloom.kernel.compilation import Compilation
from taktloom.kernel.data_flow import NOTHING_NEEDED, Association, DataSource, InputSet, NodeData
from taktloom.model.identifiers import ElementId
from taktloom.model.process import (
    Activity,
    AnyFlowNode,
    BoundaryEvent,
    EndEvent,
    FlowNode,
    IntermediateCatchEvent,
    IntermediateThrowEvent,
    MultiInstanceLoop,
    ProcessDefinition,
    StartEvent,
    SubProcess,
)
from taktloom.model.process_data import DataAssociation, DataElement, DataReference, EventData, InputOutput

__all__ = ["DataNames", "compile_node_data"]

NO_IO = InputOutput()


class DataNames:
    """Which variable, or data store, each data element and each reference to one is."""

    def __init__(self, definition: ProcessDefinition, nodes: Iterable[AnyFlowNode]) -> None:
        elements, references = list(definition.properties), list(definition.data_references)
        elements += [*definition.data_objects, *_elements_of(definition.io)]
        for node in nodes:
            elements += (*_elements_in(node), *_items_of(node))
            if isinstance(node, SubProcess):
                references += node.data_references
        self._sources: dict[ElementId, DataSource] = {element.id: _source(element) for element in elements}
        for reference in references:
            self._sources[reference.id] = self._referenced(reference)

    def source(self, element_id: ElementId) -> DataSource:
        """By id; an unknown one (the rules name it) is a variable that is never there."""
        return self._sources.get(element_id) or DataSource(variable=element_id, store=None, names=(element_id,))

    def all_names(self) -> Iterator[str]:
        """Everything that expressions may call data."""
        for source in self._sources.values():
            yield from source.names

    def _referenced(self, reference: DataReference) -> DataSource:
        own = tuple(name for name in (reference.name, reference.id) if name)
        if reference.is_store:
            store = reference.target or reference.id
            return DataSource(variable=store, store=store, names=(*own, store))
        target = self.source(reference.target)
        return DataSource(variable=target.variable, store=None, names=(*target.names, *own))


def compile_node_data(compilation: Compilation, names: DataNames, node: AnyFlowNode) -> NodeData | None:
    """What the node does with data, None for nothing."""
    if isinstance(node, Activity):
        made = _activity_data(compilation, names, node)
    elif isinstance(node, StartEvent | IntermediateCatchEvent | BoundaryEvent):
        made = _catching(compilation, names, node, node.data)
    elif isinstance(node, IntermediateThrowEvent | EndEvent):
        made = _throwing(compilation, names, node, node.data)
    else:
        return None
    return None if made == NodeData(sets=made.sets) and made.sets in {(), NOTHING_NEEDED} else made


def _activity_data(compilation: Compilation, names: DataNames, node: Activity) -> NodeData:
    io = node.io or NO_IO
    whole, each = _of_each_instance(node)
    associations = _compiled(compilation, names, node, whole.data_inputs)
    per_instance = _compiled(compilation, names, node, each.data_inputs)
    results = {source for association in each.data_outputs for source in association.sources}
    mine = tuple(element.variable for element in io.outputs if element.id in results)
    owned = [*node.properties, *(element for element in io.outputs if element.id not in results)]
    if isinstance(node, SubProcess):
        owned += node.data_objects
    return NodeData(
        inputs=tuple(element.variable for element in io.inputs),
        outputs=tuple(element.variable for element in io.outputs if element.id not in results),
        owned=tuple(element.variable for element in owned),
        sets=_input_sets(io, whole.data_inputs, associations),
        given=_given(io, whole.data_outputs, _compiled(compilation, names, node, whole.data_outputs)),
        stores=_stores(associations),
        each=NodeData(
            outputs=mine,
            owned=mine,
            sets=(InputSet(associations=per_instance, required=()),),
            given=_compiled(compilation, names, node, each.data_outputs),
        )
        if per_instance or each.data_outputs
        else None,
    )


def _of_each_instance(node: Activity) -> tuple[Activity, Activity]:
    """The activity with the associations of the whole, and with those of each instance (10.3.8, Multi-Instance)."""
    loop = node.loop
    if not isinstance(loop, MultiInstanceLoop) or (loop.input_item is None and loop.output_item is None):
        return node, replace(node, data_inputs=(), data_outputs=())
    ins, outs = node.data_inputs, node.data_outputs
    taken = [loop.input_item is not None and loop.input_item in one.sources for one in ins]
    given = [loop.output_item is not None and loop.output_item == one.target for one in outs]
    return (
        replace(node, data_inputs=_where(ins, taken, here=False), data_outputs=_where(outs, given, here=False)),
        replace(node, data_inputs=_where(ins, taken, here=True), data_outputs=_where(outs, given, here=True)),
    )


def _where(associations: tuple[DataAssociation, ...], marks: list[bool], *, here: bool) -> tuple[DataAssociation, ...]:
    return tuple(one for one, mark in zip(associations, marks, strict=True) if mark is here)


def _catching(
    compilation: Compilation,
    names: DataNames,
    node: StartEvent | IntermediateCatchEvent | BoundaryEvent,
    data: EventData,
) -> NodeData:
    return NodeData(
        outputs=tuple(element.variable for element in data.elements),
        owned=_owned_by_event(data),
        sets=NOTHING_NEEDED,
        given=tuple(one for one in _compiled(compilation, names, node, data.associations) if not one.is_empty),
    )


def _throwing(
    compilation: Compilation, names: DataNames, node: IntermediateThrowEvent | EndEvent, data: EventData
) -> NodeData:
    associations = _compiled(compilation, names, node, data.associations)
    return NodeData(
        inputs=tuple(element.variable for element in data.elements),
        owned=_owned_by_event(data),
        sets=(InputSet(associations=associations, required=()),),
        stores=_stores(associations),
    )


def _owned_by_event(data: EventData) -> tuple[str, ...]:
    return tuple(element.variable for element in data.properties)


def _compiled(
    compilation: Compilation, names: DataNames, node: FlowNode, associations: tuple[DataAssociation, ...]
) -> tuple[Association, ...]:
    return tuple(_association(compilation, names, node, association) for association in associations)


def _association(
    compilation: Compilation, names: DataNames, node: FlowNode, association: DataAssociation
) -> Association:
    target = names.source(association.target or ElementId(""))
    return Association(
        sources=tuple(names.source(source) for source in association.sources),
        target=target.variable,
        store=target.store,
        transformation=compilation.optional_expression(association.transformation, node, "transformation"),
        assignments=tuple(
            (compilation.expression(source or "null", node, "assignment"), _path(text, target))
            for source, text in association.assignments
        ),
    )


def _path(text: str, target: DataSource) -> tuple[str, ...]:
    """Inside the target, whose own name may come first."""
    parts = tuple(part.strip() for part in text.split(".") if part.strip())
    return parts[1:] if parts and parts[0] in target.names else parts


def _input_sets(
    io: InputOutput, models: tuple[DataAssociation, ...], compiled: tuple[Association, ...]
) -> tuple[InputSet, ...]:
    """One that takes all where the model has none; what fills no data input (a property) belongs to each."""
    if not io.input_sets:
        required = compiled if io.inputs else ()
        return (InputSet(associations=compiled, required=required),)
    inputs = {element.id for element in io.inputs}
    pairs = list(zip(models, compiled, strict=True))
    sets = []
    for data_set in io.input_sets:
        inside = [pair for pair in pairs if pair[0].target in data_set.elements or pair[0].target not in inputs]
        free = {*data_set.optional, *data_set.while_executing}
        sets.append(
            InputSet(
                associations=tuple(association for _, association in inside),
                required=tuple(a for model, a in inside if model.target in inputs and model.target not in free),
            )
        )
    return tuple(sets)


def _given(
    io: InputOutput, models: tuple[DataAssociation, ...], compiled: tuple[Association, ...]
) -> tuple[Association, ...]:
    """Associations of the outputs, those that no output set names left out; which are there is seen at completion.

    An empty one copies nothing: what is given under the target's name is the target's value already.
    """
    outputs = {element.id for element in io.outputs}
    named = {element for data_set in io.output_sets for element in data_set.elements}
    return tuple(
        association
        for model, association in zip(models, compiled, strict=True)
        if not association.is_empty
        and (not io.output_sets or any(source in named or source not in outputs for source in model.sources or ("",)))
    )


def _stores(associations: Iterable[Association]) -> tuple[str, ...]:
    stores = [source.store for association in associations for source in association.sources]
    return tuple(dict.fromkeys(store for store in stores if store is not None))


def _elements_in(node: AnyFlowNode) -> list[DataElement]:
    found: list[DataElement] = []
    if isinstance(node, Activity):
        found += [*node.properties, *_elements_of(node.io)]
    data: EventData | None = getattr(node, "data", None)
    if data is not None:
        found += (*data.elements, *data.properties)
    if isinstance(node, SubProcess):
        found += node.data_objects
    return found


def _items_of(node: AnyFlowNode) -> Iterator[DataElement]:
    """The inputDataItem and the outputDataItem of a multi-instance activity."""
    loop = getattr(node, "loop", None)
    if isinstance(loop, MultiInstanceLoop):
        if loop.input_item is not None:
            yield DataElement(id=loop.input_item, name=loop.input_element or "")
        if loop.output_item is not None and loop.output_element is not None:
            yield DataElement(id=loop.output_item, name=loop.output_element.removeprefix("=").strip())


def _elements_of(io: InputOutput | None) -> list[DataElement]:
    return [] if io is None else [*io.inputs, *io.outputs]


def _source(element: DataElement) -> DataSource:
    names = (element.variable,) if element.variable == element.id else (element.variable, element.id)
    return DataSource(variable=element.variable, store=None, names=names)
