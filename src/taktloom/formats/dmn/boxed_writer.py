# SPDX-License-Identifier: Apache-2.0
"""Boxed expressions of the model to XML: the mirror of `boxed_reader.py`."""

from collections.abc import Callable

from lxml import etree

from taktloom.formats.dmn.xml_builder import XmlBuilder
from taktloom.model.decision import (
    BoxedConditional,
    BoxedContext,
    BoxedFilter,
    BoxedFunction,
    BoxedInvocation,
    BoxedIteration,
    BoxedList,
    DecisionExpression,
    DecisionTable,
    FunctionKind,
    HitPolicy,
    IterationKind,
    LiteralExpression,
    Relation,
)

__all__ = ["write_expression"]


def write_expression(
    parent: etree._Element, expression: DecisionExpression, builder: XmlBuilder, *, name: str | None = None
) -> None:
    """Append the element of *expression*; *name* replaces its usual one (`encapsulatedLogic`)."""
    usual, write = _WRITERS[type(expression)]
    identifier = expression.id or builder.new_id(f"{parent.get('id') or 'expression'}_{usual}")
    if isinstance(expression, BoxedIteration):
        usual = expression.kind.value
    element = builder.element(parent, name or usual, {"id": identifier, "typeRef": expression.type_ref})
    write(element, expression, builder)


def _literal(element: etree._Element, expression: LiteralExpression, builder: XmlBuilder) -> None:
    builder.element(element, "text", {}, text=expression.text)


def _named_literal(parent: etree._Element, name: str, expression: LiteralExpression, builder: XmlBuilder) -> None:
    identifier = expression.id or builder.new_id(f"{parent.get('id')}_{name}")
    element = builder.element(parent, name, {"id": identifier, "typeRef": expression.type_ref})
    builder.element(element, "text", {}, text=expression.text)


def _decision_table(element: etree._Element, table: DecisionTable, builder: XmlBuilder) -> None:
    if table.hit_policy is not HitPolicy.UNIQUE:
        element.set("hitPolicy", table.hit_policy.value)
    if table.aggregation is not None:
        element.set("aggregation", table.aggregation.value)
    if table.output_label is not None:
        element.set("outputLabel", table.output_label)
    stem = element.get("id")
    for clause in table.inputs:
        identifier = clause.id or builder.new_id(f"{stem}_input")
        child = builder.element(element, "input", {"id": identifier, "label": clause.label})
        _named_literal(child, "inputExpression", clause.expression, builder)
        builder.texts(child, "inputValues", clause.values)
    for output in table.outputs:
        identifier = output.id or builder.new_id(f"{stem}_output")
        attributes = {"id": identifier, "label": output.label, "name": output.name, "typeRef": output.type_ref}
        child = builder.element(element, "output", attributes)
        builder.texts(child, "outputValues", output.values)
        if output.default is not None:
            _named_literal(child, "defaultOutputEntry", output.default, builder)
    for name in table.annotation_names:
        builder.element(element, "annotation", {"name": name})
    _rules(element, table, builder)


def _rules(element: etree._Element, table: DecisionTable, builder: XmlBuilder) -> None:
    for rule in table.rules:
        identifier = rule.id or builder.new_id(f"{element.get('id')}_rule")
        child = builder.element(element, "rule", {"id": identifier})
        # dmn-js shows the description in its Annotations column and does not look at annotation entries.
        description = rule.description or next(iter(rule.annotations), None)
        if description:
            builder.element(child, "description", {}, text=description)
        for name, cells in (("inputEntry", rule.inputs), ("outputEntry", rule.outputs)):
            for cell in cells:
                builder.texts(child, name, cell, builder.new_id(f"{identifier}_{name}"))
        for annotation in rule.annotations:
            builder.texts(child, "annotationEntry", annotation)


def _context(element: etree._Element, context: BoxedContext, builder: XmlBuilder) -> None:
    for entry in context.entries:
        child = builder.element(element, "contextEntry", {"id": builder.new_id(f"{element.get('id')}_entry")})
        if entry.variable is not None:
            builder.information_item(child, "variable", entry.variable)
        write_expression(child, entry.value, builder)


def _invocation(element: etree._Element, invocation: BoxedInvocation, builder: XmlBuilder) -> None:
    write_expression(element, invocation.function, builder)
    for item, value in invocation.bindings:
        child = builder.element(element, "binding", {})
        builder.information_item(child, "parameter", item)
        if value is not None:
            write_expression(child, value, builder)


def _function(element: etree._Element, function: BoxedFunction, builder: XmlBuilder) -> None:
    if function.kind is not FunctionKind.FEEL:
        element.set("kind", function.kind.value)
    for item in function.parameters:
        builder.information_item(element, "formalParameter", item)
    if function.body is not None:
        write_expression(element, function.body, builder)


def _list(element: etree._Element, expression: BoxedList, builder: XmlBuilder) -> None:
    for item in expression.items:
        write_expression(element, item, builder)


def _relation(element: etree._Element, relation: Relation, builder: XmlBuilder) -> None:
    for column in relation.columns:
        builder.information_item(element, "column", column)
    for row in relation.rows:
        child = builder.element(element, "row", {"id": builder.new_id(f"{element.get('id')}_row")})
        for cell in row:
            write_expression(child, cell, builder)


def _part(element: etree._Element, name: str, expression: DecisionExpression, builder: XmlBuilder) -> etree._Element:
    child = builder.element(element, name, {})
    write_expression(child, expression, builder)
    return child


def _conditional(element: etree._Element, expression: BoxedConditional, builder: XmlBuilder) -> None:
    _part(element, "if", expression.condition, builder)
    _part(element, "then", expression.consequent, builder)
    _part(element, "else", expression.alternative, builder)


def _filter(element: etree._Element, expression: BoxedFilter, builder: XmlBuilder) -> None:
    _part(element, "in", expression.source, builder)
    _part(element, "match", expression.match, builder)


def _iteration(element: etree._Element, expression: BoxedIteration, builder: XmlBuilder) -> None:
    element.set("iteratorVariable", expression.variable)
    source = _part(element, "in", expression.source, builder)
    if expression.variable_type_ref is not None:
        source.set("typeRef", expression.variable_type_ref)
    _part(element, "return" if expression.kind is IterationKind.FOR else "satisfies", expression.body, builder)


_WRITERS: dict[type, tuple[str, Callable[..., None]]] = {
    LiteralExpression: ("literalExpression", _literal),
    DecisionTable: ("decisionTable", _decision_table),
    BoxedContext: ("context", _context),
    BoxedInvocation: ("invocation", _invocation),
    BoxedFunction: ("functionDefinition", _function),
    BoxedList: ("list", _list),
    Relation: ("relation", _relation),
    BoxedConditional: ("conditional", _conditional),
    BoxedFilter: ("filter", _filter),
    BoxedIteration: ("iteration", _iteration),
}
