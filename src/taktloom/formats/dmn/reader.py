# SPDX-License-Identifier: Apache-2.0
"""DMN XML 1.1 to 1.5 to the model; what we do not run is kept as XML, so that writing gives it back.

Every element is read by its local name within the DMN namespaces, whatever version wrote it. Type references lose the
prefix of the FEEL namespace and keep the prefix of an import (`imported.tLoan`).
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeVar

from lxml import etree

from taktloom.formats.dmn.boxed_reader import read_expression
from taktloom.formats.dmn.elements import Reading, children, first, information_item, text_of
from taktloom.formats.dmn.namespaces import MODEL_NAMESPACES
from taktloom.formats.xml_reader import DEFAULT_LIMITS, XmlError, XmlLimits, line_of, local_name, read_xml
from taktloom.model.decision import (
    BoxedFunction,
    BusinessKnowledgeModel,
    DecisionDefinition,
    DecisionRequirementsGraph,
    DecisionService,
    ElementReference,
    InformationItem,
    InputData,
    ItemDefinition,
    ModelImport,
)
from taktloom.model.places import Place

__all__ = ["read_dmn"]

_T = TypeVar("_T")

_MAX_ITEM_DEPTH = 50
_READ_AT_TOP = frozenset(
    {"decision", "inputData", "businessKnowledgeModel", "decisionService", "itemDefinition", "import"}
)
_EXPRESSIONS = frozenset(
    {
        "literalExpression",
        "decisionTable",
        "context",
        "invocation",
        "functionDefinition",
        "list",
        "relation",
        "conditional",
        "filter",
        "for",
        "some",
        "every",
    }
)
_READ_IN_NODES = _EXPRESSIONS | {
    "variable",
    "informationRequirement",
    "knowledgeRequirement",
    "encapsulatedLogic",
    "outputDecision",
    "encapsulatedDecision",
    "inputDecision",
    "inputData",
}


def read_dmn(data: bytes | str, *, source: str = "", limits: XmlLimits = DEFAULT_LIMITS) -> DecisionRequirementsGraph:
    """Read one DMN file. Raises XmlError (a DefinitionError) for what is not DMN, with file and line."""
    root = read_xml(data, source=source, limits=limits)
    name = etree.QName(root)
    if name.localname != "definitions" or name.namespace not in MODEL_NAMESPACES:
        raise XmlError(
            f"The root element {name.localname!r} is not that of a DMN file.",
            Place(source=source, line=line_of(root)),
            "Give a DMN 1.1 to 1.5 file.",
            {"element": name.localname},
        )
    reading = Reading(source=source, namespace=root.get("namespace", ""))
    return DecisionRequirementsGraph(
        id=root.get("id", "definitions"),
        name=root.get("name", ""),
        namespace=reading.namespace,
        decisions=_all(root, "decision", _decision, reading),
        inputs=_all(root, "inputData", _input_data, reading),
        knowledge_models=_all(root, "businessKnowledgeModel", _knowledge_model, reading),
        services=_all(root, "decisionService", _service, reading),
        item_definitions=_all(root, "itemDefinition", _item_definition, reading),
        imports=_all(root, "import", _import, reading),
        diagram=_diagram(root),
        kept=tuple(_kept(root, _READ_AT_TOP | {"DMNDI"})),
        languages=tuple(_languages(root, reading)),
        place=reading.place(root),
    )


def _languages(root: etree._Element, reading: Reading) -> Iterator[tuple[str, Place]]:
    """What is not FEEL: the standard's namespaces for it and vendors' short names all hold the word."""
    for element in root.iter("{*}*"):
        language = (element.get("expressionLanguage") or "").strip()
        if language and "feel" not in language.lower():
            yield language, reading.place(element)


def _all(
    root: etree._Element, name: str, read: Callable[[etree._Element, Reading], _T], reading: Reading
) -> tuple[_T, ...]:
    return tuple(read(element, reading) for element in children(root, name))


def _decision(element: etree._Element, reading: Reading) -> DecisionDefinition:
    expressions = [child for child in element if local_name(child) in _EXPRESSIONS]
    return DecisionDefinition(
        id=_identifier(element, reading),
        name=_name(element),
        variable=_variable(element, reading),
        expression=read_expression(expressions[0], reading) if expressions else None,
        required_inputs=_required(element, "informationRequirement", "requiredInput", reading),
        required_decisions=_required(element, "informationRequirement", "requiredDecision", reading),
        required_knowledge=_required(element, "knowledgeRequirement", "requiredKnowledge", reading),
        place=reading.place(element),
        kept=tuple(_kept(element, _READ_IN_NODES)),
    )


def _input_data(element: etree._Element, reading: Reading) -> InputData:
    return InputData(
        id=_identifier(element, reading),
        name=_name(element),
        variable=_variable(element, reading),
        place=reading.place(element),
        kept=tuple(_kept(element, _READ_IN_NODES)),
    )


def _knowledge_model(element: etree._Element, reading: Reading) -> BusinessKnowledgeModel:
    logic = first(element, "encapsulatedLogic")
    function = None if logic is None else read_expression(logic, reading)
    return BusinessKnowledgeModel(
        id=_identifier(element, reading),
        name=_name(element),
        variable=_variable(element, reading),
        logic=function if isinstance(function, BoxedFunction) else None,
        required_knowledge=_required(element, "knowledgeRequirement", "requiredKnowledge", reading),
        place=reading.place(element),
        kept=tuple(_kept(element, _READ_IN_NODES)),
    )


def _service(element: etree._Element, reading: Reading) -> DecisionService:
    return DecisionService(
        id=_identifier(element, reading),
        name=_name(element),
        variable=_variable(element, reading),
        outputs=_references(element, "outputDecision", reading),
        encapsulated=_references(element, "encapsulatedDecision", reading),
        input_decisions=_references(element, "inputDecision", reading),
        input_data=_references(element, "inputData", reading),
        place=reading.place(element),
        kept=tuple(_kept(element, _READ_IN_NODES)),
    )


def _item_definition(element: etree._Element, reading: Reading, depth: int = 0) -> ItemDefinition:
    if depth > _MAX_ITEM_DEPTH:
        raise XmlError(
            "The item definition is nested too deeply.", reading.place(element), "Name the inner structures."
        )
    function = first(element, "functionItem")
    return ItemDefinition(
        name=_name(element),
        type_ref=reading.type_ref(first(element, "typeRef")),
        components=tuple(_item_definition(child, reading, depth + 1) for child in children(element, "itemComponent")),
        is_collection=element.get("isCollection") in {"true", "1"},
        allowed_values=text_of(first(element, "allowedValues")),
        type_constraint=text_of(first(element, "typeConstraint")),
        function_parameters=None
        if function is None
        else tuple(information_item(child, reading) for child in children(function, "parameters")),
        function_result=None if function is None else reading.type_name(function, function.get("outputTypeRef")),
        id=element.get("id"),
        place=reading.place(element),
    )


def _import(element: etree._Element, reading: Reading) -> ModelImport:
    return ModelImport(
        name=element.get("name", ""), namespace=element.get("namespace", ""), kind=element.get("importType", "")
    )


def _identifier(element: etree._Element, reading: Reading) -> str:
    return element.get("id") or element.get("name") or f"line-{line_of(element)}"


def _name(element: etree._Element) -> str:
    return " ".join((element.get("name") or "").split())


def _variable(element: etree._Element, reading: Reading) -> InformationItem:
    variable = first(element, "variable")
    if variable is None:
        return InformationItem(name=_name(element))
    item = information_item(variable, reading)
    return item if item.name else InformationItem(name=_name(element), type_ref=item.type_ref, id=item.id)


def _required(element: etree._Element, outer: str, inner: str, reading: Reading) -> tuple[ElementReference, ...]:
    return tuple(
        replace(reference, requirement_id=requirement.get("id"))
        for requirement in children(element, outer)
        for reference in _references(requirement, inner, reading)
    )


def _references(element: etree._Element, name: str, reading: Reading) -> tuple[ElementReference, ...]:
    return tuple(_reference(child.get("href", ""), reading) for child in children(element, name))


def _reference(href: str, reading: Reading) -> ElementReference:
    namespace, _, identifier = href.rpartition("#")
    return ElementReference(id=identifier, namespace=None if namespace in {"", reading.namespace} else namespace)


def _diagram(root: etree._Element) -> bytes | None:
    for child in root:
        if local_name(child) == "DMNDI":
            return etree.tostring(child, with_tail=False)
    return None


def _kept(element: etree._Element, read: frozenset[str]) -> Iterator[bytes]:
    for child in element:
        if local_name(child) not in read:
            yield etree.tostring(child, with_tail=False)
