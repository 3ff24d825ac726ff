# SPDX-License-Identifier: Apache-2.0
"""Boxed expressions of DMN XML to the model (DMN 1.5, 10.2): one function for each element."""

from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

from lxml import etree

from taktloom.formats.dmn.elements import Reading, children, first, information_item, text_of
from taktloom.formats.xml_reader import XmlError, local_name
from taktloom.model.decision import (
    Aggregation,
    BoxedConditional,
    BoxedContext,
    BoxedFilter,
    BoxedFunction,
    BoxedInvocation,
    BoxedIteration,
    BoxedList,
    ContextEntry,
    DecisionExpression,
    DecisionTable,
    FunctionKind,
    HitPolicy,
    InformationItem,
    InputClause,
    IterationKind,
    LiteralExpression,
    OutputClause,
    Relation,
    Rule,
)

__all__ = ["read_expression"]

_E = TypeVar("_E", bound=StrEnum)


def read_expression(element: etree._Element, reading: Reading) -> DecisionExpression:
    """Read the boxed expression that *element* is; raises XmlError for an element that is none."""
    read = _READERS.get(local_name(element))
    if read is None:
        raise XmlError(
            f"The element {local_name(element)!r} is no DMN expression.",
            reading.place(element),
            "Use an expression of DMN 1.5.",
            {"element": local_name(element)},
        )
    return read(element, reading)


def _expressions(element: etree._Element) -> list[etree._Element]:
    return [child for child in element if local_name(child) in _READERS]


def _only(element: etree._Element, reading: Reading) -> DecisionExpression:
    inner = _expressions(element)
    if not inner:
        return LiteralExpression(text="", place=reading.place(element))
    return read_expression(inner[0], reading)


def _child(element: etree._Element, name: str, reading: Reading) -> DecisionExpression:
    child = first(element, name)
    if child is None:
        raise XmlError(
            f"The element {local_name(element)!r} has no {name!r}.",
            reading.place(element),
            f"Add the {name!r} part.",
            {"element": local_name(element), "part": name},
        )
    return _only(child, reading)


def _type(element: etree._Element, reading: Reading) -> str | None:
    return reading.type_name(element, element.get("typeRef"))


def _literal(element: etree._Element, reading: Reading) -> LiteralExpression:
    return LiteralExpression(
        text=text_of(element) or "",
        type_ref=_type(element, reading),
        id=element.get("id"),
        place=reading.place(element),
    )


def _decision_table(element: etree._Element, reading: Reading) -> DecisionTable:
    return DecisionTable(
        inputs=tuple(_input_clause(child, reading) for child in children(element, "input")),
        outputs=tuple(_output_clause(child, reading) for child in children(element, "output")),
        rules=tuple(_rule(child, reading) for child in children(element, "rule")),
        hit_policy=_enumerated(HitPolicy, element, "hitPolicy", reading) or HitPolicy.UNIQUE,
        aggregation=_enumerated(Aggregation, element, "aggregation", reading),
        annotation_names=tuple(child.get("name", "") for child in children(element, "annotation")),
        output_label=element.get("outputLabel"),
        type_ref=_type(element, reading),
        id=element.get("id"),
        place=reading.place(element),
    )


def _input_clause(element: etree._Element, reading: Reading) -> InputClause:
    expression = first(element, "inputExpression")
    return InputClause(
        expression=LiteralExpression(text="", place=reading.place(element))
        if expression is None
        else _literal(expression, reading),
        values=text_of(first(element, "inputValues")),
        label=element.get("label"),
        id=element.get("id"),
    )


def _output_clause(element: etree._Element, reading: Reading) -> OutputClause:
    default = first(element, "defaultOutputEntry")
    return OutputClause(
        name=element.get("name"),
        type_ref=_type(element, reading),
        values=text_of(first(element, "outputValues")),
        default=None if default is None else _literal(default, reading),
        label=element.get("label"),
        id=element.get("id"),
    )


def _rule(element: etree._Element, reading: Reading) -> Rule:
    annotations = tuple(text_of(child) or "" for child in children(element, "annotationEntry"))
    return Rule(
        inputs=tuple(text_of(child) or "" for child in children(element, "inputEntry")),
        outputs=tuple(text_of(child) or "" for child in children(element, "outputEntry")),
        annotations=annotations,
        description=_description(element, annotations),
        id=element.get("id"),
        place=reading.place(element),
    )


def _description(element: etree._Element, annotations: tuple[str, ...]) -> str | None:
    """The description where it says something else than the first annotation, which the writer repeats there."""
    described = first(element, "description")
    text = "" if described is None else (described.text or "").strip()
    return None if not text or text in annotations[:1] else text


def _context(element: etree._Element, reading: Reading) -> BoxedContext:
    entries = []
    for child in children(element, "contextEntry"):
        variable = first(child, "variable")
        item = None if variable is None else information_item(variable, reading)
        entries.append(ContextEntry(variable=item, value=_only(child, reading)))
    return BoxedContext(
        entries=tuple(entries), type_ref=_type(element, reading), id=element.get("id"), place=reading.place(element)
    )


def _invocation(element: etree._Element, reading: Reading) -> BoxedInvocation:
    return BoxedInvocation(
        function=_only(element, reading),
        bindings=tuple(_binding(child, reading) for child in children(element, "binding")),
        type_ref=_type(element, reading),
        id=element.get("id"),
        place=reading.place(element),
    )


def _binding(element: etree._Element, reading: Reading) -> tuple[InformationItem, DecisionExpression | None]:
    parameter = first(element, "parameter")
    item = InformationItem(name="") if parameter is None else information_item(parameter, reading)
    return item, _only(element, reading) if _expressions(element) else None


def _function(element: etree._Element, reading: Reading) -> BoxedFunction:
    inner = _expressions(element)
    return BoxedFunction(
        parameters=tuple(information_item(child, reading) for child in children(element, "formalParameter")),
        body=read_expression(inner[0], reading) if inner else None,
        kind=_enumerated(FunctionKind, element, "kind", reading) or FunctionKind.FEEL,
        type_ref=_type(element, reading),
        id=element.get("id"),
        place=reading.place(element),
    )


def _list(element: etree._Element, reading: Reading) -> BoxedList:
    return BoxedList(
        items=tuple(read_expression(child, reading) for child in _expressions(element)),
        type_ref=_type(element, reading),
        id=element.get("id"),
        place=reading.place(element),
    )


def _relation(element: etree._Element, reading: Reading) -> Relation:
    return Relation(
        columns=tuple(information_item(child, reading) for child in children(element, "column")),
        rows=tuple(
            tuple(read_expression(cell, reading) for cell in _expressions(row)) for row in children(element, "row")
        ),
        type_ref=_type(element, reading),
        id=element.get("id"),
        place=reading.place(element),
    )


def _conditional(element: etree._Element, reading: Reading) -> BoxedConditional:
    return BoxedConditional(
        condition=_child(element, "if", reading),
        consequent=_child(element, "then", reading),
        alternative=_child(element, "else", reading),
        type_ref=_type(element, reading),
        id=element.get("id"),
        place=reading.place(element),
    )


def _filter(element: etree._Element, reading: Reading) -> BoxedFilter:
    return BoxedFilter(
        source=_child(element, "in", reading),
        match=_child(element, "match", reading),
        type_ref=_type(element, reading),
        id=element.get("id"),
        place=reading.place(element),
    )


def _iteration(element: etree._Element, reading: Reading) -> BoxedIteration:
    kind = IterationKind(local_name(element))
    source = first(element, "in")
    return BoxedIteration(
        kind=kind,
        variable=" ".join(element.get("iteratorVariable", "").split()),
        source=_child(element, "in", reading),
        body=_child(element, "return" if kind is IterationKind.FOR else "satisfies", reading),
        variable_type_ref=None if source is None else _type(source, reading),
        type_ref=_type(element, reading),
        id=element.get("id"),
        place=reading.place(element),
    )


def _enumerated(kind: type[_E], element: etree._Element, attribute: str, reading: Reading) -> _E | None:
    value = element.get(attribute)
    if value is None:
        return None
    try:
        return kind(value)
    except ValueError:
        raise XmlError(
            f"{attribute} cannot be {value!r}.",
            reading.place(element),
            f"Use one of {', '.join(kind)}.",
            {"attribute": attribute, "value": value},
        ) from None


_READERS: dict[str, Callable[[etree._Element, Reading], DecisionExpression]] = {
    "literalExpression": _literal,
    "decisionTable": _decision_table,
    "context": _context,
    "invocation": _invocation,
    "functionDefinition": _function,
    "encapsulatedLogic": _function,
    "list": _list,
    "relation": _relation,
    "conditional": _conditional,
    "filter": _filter,
    "for": _iteration,
    "some": _iteration,
    "every": _iteration,
}
