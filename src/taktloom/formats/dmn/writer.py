# SPDX-License-Identifier: Apache-2.0
"""The model to DMN XML: 1.5, or 1.3 for editors that know no newer namespace. What was kept on reading is written back.

A graph without a diagram gets one (`layout.py`), because graphical editors show only what has a shape. Elements without
an id get one counted in document order, so that the same model always gives the same bytes.
"""

from collections.abc import Iterable, Iterator

from lxml import etree

from taktloom.formats.dmn.boxed_writer import write_expression
from taktloom.formats.dmn.layout import lay_out
from taktloom.formats.dmn.namespaces import DmnVersion
from taktloom.formats.dmn.versions import in_version
from taktloom.formats.dmn.xml_builder import XmlBuilder
from taktloom.formats.xml_reader import local_name
from taktloom.model.decision import (
    BusinessKnowledgeModel,
    DecisionDefinition,
    DecisionRequirementsGraph,
    DecisionService,
    ElementReference,
    InformationItem,
    InputData,
    ItemDefinition,
)

__all__ = ["write_dmn"]

# order of a decision's children in the schema; what stands before the variable and after the requirements
_BEFORE_VARIABLE = ("description", "extensionElements", "question", "allowedAnswers")


def write_dmn(graph: DecisionRequirementsGraph, *, version: DmnVersion = DmnVersion.V1_5) -> bytes:
    """The XML of *graph*, UTF-8, valid against the schema of *version*."""
    builder = XmlBuilder(version)
    builder.reserve(_requirement_ids(graph))
    root = builder.root(graph.id, graph.name, graph.namespace)
    kept = [in_version(text, builder) for text in graph.kept]
    _append(root, (item for item in kept if local_name(item) in _BEFORE_VARIABLE))
    for item in graph.imports:
        attributes = {"name": item.name, "namespace": item.namespace, "importType": item.kind or version.model}
        builder.element(root, "import", {**attributes, "id": builder.new_id("import")})
    for definition in graph.item_definitions:
        _item_definition(root, "itemDefinition", definition, builder)
    _append(root, (item for item in kept if local_name(item) in _DRG_ELEMENTS))
    for decision in graph.decisions:
        _decision(root, decision, builder)
    for knowledge in graph.knowledge_models:
        _knowledge_model(root, knowledge, builder)
    for service in graph.services:
        _service(root, service, builder)
    for data in graph.inputs:
        element = _node(root, "inputData", data, builder)
        _kept_before(element, data.kept, builder)
        _variable(element, data.variable, builder)
    _append(root, (item for item in kept if local_name(item) not in {*_BEFORE_VARIABLE, *_DRG_ELEMENTS}))
    _diagram(root, graph, builder)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _requirement_ids(graph: DecisionRequirementsGraph) -> Iterator[str]:
    """Ids from the file, which no id made here may repeat."""
    for decision in graph.decisions:
        for reference in (*decision.required_inputs, *decision.required_decisions, *decision.required_knowledge):
            yield reference.requirement_id or ""
    for knowledge in graph.knowledge_models:
        yield from (reference.requirement_id or "" for reference in knowledge.required_knowledge)


_DRG_ELEMENTS = frozenset({"knowledgeSource"})


def _decision(root: etree._Element, decision: DecisionDefinition, builder: XmlBuilder) -> None:
    element = _node(root, "decision", decision, builder)
    _kept_before(element, decision.kept, builder)
    _variable(element, decision.variable, builder)
    _requirements(element, "informationRequirement", "requiredDecision", decision.required_decisions, builder)
    _requirements(element, "informationRequirement", "requiredInput", decision.required_inputs, builder)
    _requirements(element, "knowledgeRequirement", "requiredKnowledge", decision.required_knowledge, builder)
    _kept_after(element, decision.kept, builder)
    if decision.expression is not None:
        write_expression(element, decision.expression, builder)


def _knowledge_model(root: etree._Element, knowledge: BusinessKnowledgeModel, builder: XmlBuilder) -> None:
    element = _node(root, "businessKnowledgeModel", knowledge, builder)
    _kept_before(element, knowledge.kept, builder)
    _variable(element, knowledge.variable, builder)
    if knowledge.logic is not None:
        write_expression(element, knowledge.logic, builder, name="encapsulatedLogic")
    _requirements(element, "knowledgeRequirement", "requiredKnowledge", knowledge.required_knowledge, builder)
    _kept_after(element, knowledge.kept, builder)


def _service(root: etree._Element, service: DecisionService, builder: XmlBuilder) -> None:
    element = _node(root, "decisionService", service, builder)
    _kept_before(element, service.kept, builder)
    _variable(element, service.variable, builder)
    for name, references in (
        ("outputDecision", service.outputs),
        ("encapsulatedDecision", service.encapsulated),
        ("inputDecision", service.input_decisions),
        ("inputData", service.input_data),
    ):
        for reference in references:
            builder.element(element, name, {"href": _href(reference)})


def _node(
    root: etree._Element,
    name: str,
    node: DecisionDefinition | InputData | BusinessKnowledgeModel | DecisionService,
    builder: XmlBuilder,
) -> etree._Element:
    return builder.element(root, name, {"id": node.id, "name": node.name})


def _variable(parent: etree._Element, item: InformationItem, builder: XmlBuilder) -> None:
    builder.information_item(parent, "variable", item)


def _requirements(
    parent: etree._Element, outer: str, inner: str, references: Iterable[ElementReference], builder: XmlBuilder
) -> None:
    for reference in references:
        identifier = reference.requirement_id or builder.new_id(f"{parent.get('id')}_requires_{reference.id}")
        requirement = builder.element(parent, outer, {"id": identifier})
        builder.element(requirement, inner, {"href": _href(reference)})


def _href(reference: ElementReference) -> str:
    return f"{reference.namespace or ''}#{reference.id}"


def _item_definition(parent: etree._Element, name: str, definition: ItemDefinition, builder: XmlBuilder) -> None:
    attributes = {"name": definition.name, "id": definition.id or builder.new_id("item")}
    if definition.is_collection:
        attributes["isCollection"] = "true"
    element = builder.element(parent, name, attributes)
    if definition.function_parameters is not None:
        result = {"outputTypeRef": definition.function_result} if definition.function_result else {}
        function = builder.element(element, "functionItem", result)
        for item in definition.function_parameters:
            builder.information_item(function, "parameters", item)
    elif definition.components:
        for component in definition.components:
            _item_definition(element, "itemComponent", component, builder)
    elif definition.type_ref is not None or definition.allowed_values is not None:
        builder.element(element, "typeRef", {}, text=definition.type_ref or "Any")
        builder.texts(element, "allowedValues", definition.allowed_values)
        if builder.version is DmnVersion.V1_5:
            builder.texts(element, "typeConstraint", definition.type_constraint)


def _kept_before(element: etree._Element, kept: tuple[bytes, ...], builder: XmlBuilder) -> None:
    items = [in_version(text, builder) for text in kept]
    _append(element, (item for item in items if local_name(item) in _BEFORE_VARIABLE))


def _kept_after(element: etree._Element, kept: tuple[bytes, ...], builder: XmlBuilder) -> None:
    items = [in_version(text, builder) for text in kept]
    _append(element, (item for item in items if local_name(item) not in _BEFORE_VARIABLE))


def _append(parent: etree._Element, items: Iterable[etree._Element]) -> None:
    for item in items:
        parent.append(item)


def _diagram(root: etree._Element, graph: DecisionRequirementsGraph, builder: XmlBuilder) -> None:
    if graph.diagram is not None:
        root.append(in_version(graph.diagram, builder))
    elif graph.decisions or graph.inputs:
        lay_out(root, graph, builder)
