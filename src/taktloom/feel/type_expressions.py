# SPDX-License-Identifier: Apache-2.0
"""Type expressions to types: `list<tLoan>` in the text to what a value is checked against."""

from collections.abc import Mapping

from taktloom.feel import syntax
from taktloom.feel.types import BUILT_IN_TYPES, ContextType, FeelType, FunctionType, ListType, RangeType

__all__ = ["type_of_expression"]


def type_of_expression(node: syntax.TypeExpression, types: Mapping[str, FeelType]) -> FeelType | None:
    """The type, None where a name in it is unknown."""
    if isinstance(node, syntax.NamedType):
        return types.get(node.name) or BUILT_IN_TYPES.get(node.name)
    if isinstance(node, syntax.ContextTypeExpression):
        return _context_type(node, types)
    if isinstance(node, syntax.FunctionTypeExpression):
        return _function_type(node, types)
    element = type_of_expression(node.element, types)
    if element is None:
        return None
    return ListType(element) if isinstance(node, syntax.ListTypeExpression) else RangeType(element)


def _context_type(node: syntax.ContextTypeExpression, types: Mapping[str, FeelType]) -> FeelType | None:
    entries: dict[str, FeelType] = {}
    for entry in node.entries:
        kind = type_of_expression(entry.type, types)
        if kind is None:
            return None
        entries[entry.key] = kind
    return ContextType(entries)


def _function_type(node: syntax.FunctionTypeExpression, types: Mapping[str, FeelType]) -> FeelType | None:
    parameters: list[FeelType] = []
    for part in node.parameters:
        kind = type_of_expression(part, types)
        if kind is None:
            return None
        parameters.append(kind)
    result = type_of_expression(node.result, types)
    return None if result is None else FunctionType(tuple(parameters), result)
