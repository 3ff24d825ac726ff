# SPDX-License-Identifier: Apache-2.0
"""The type of an expression, as far as its form alone tells: for the result type of function definitions.

`function(a: string) "foo"` is of type `function<string> -> string`. What the form does not tell is Any.
Source: DMN 1.5, 10.3.2.9 and table 39 (types of expressions).
"""

from collections.abc import Mapping

from taktloom.feel import syntax
from taktloom.feel.types import FeelType, ListType, SimpleType

__all__ = ["result_type"]

_BOOLEAN = (
    syntax.BooleanLiteral
    | syntax.Comparison
    | syntax.Conjunction
    | syntax.Disjunction
    | syntax.Between
    | syntax.Membership
    | syntax.InstanceOf
    | syntax.Quantified
)


def result_type(node: syntax.Expression, names: Mapping[str, FeelType | None]) -> FeelType:
    """The type; *names*: types of the variables in sight, where they are known."""
    if isinstance(node, syntax.NumberLiteral):
        return SimpleType.NUMBER
    if isinstance(node, syntax.StringLiteral):
        return SimpleType.STRING
    if isinstance(node, _BOOLEAN):
        return SimpleType.BOOLEAN
    if isinstance(node, syntax.Name):
        return names.get(node.name) or SimpleType.ANY
    if isinstance(node, syntax.Negation):
        return result_type(node.operand, names)
    return _of_parts(node, names)


def _of_parts(node: syntax.Expression, names: Mapping[str, FeelType | None]) -> FeelType:
    if isinstance(node, syntax.Arithmetic):
        return _shared(_operands(node), names, only=(SimpleType.NUMBER, SimpleType.STRING))
    if isinstance(node, syntax.Conditional):
        return _shared(_answers(node), names)
    if isinstance(node, syntax.ListLiteral) and node.items:
        return ListType(_shared(list(node.items), names))
    return SimpleType.ANY


def _operands(node: syntax.Expression) -> list[syntax.Expression]:
    """Of a whole chain, `a + b + c …`, which may be longer than the stack is deep."""
    found: list[syntax.Expression] = []
    while isinstance(node, syntax.Arithmetic):
        found.append(node.right)
        node = node.left
    return [node, *reversed(found)]


def _answers(node: syntax.Expression) -> list[syntax.Expression]:
    """Of a whole chain of `else if`."""
    found: list[syntax.Expression] = []
    while isinstance(node, syntax.Conditional):
        found.append(node.consequent)
        node = node.alternative
    return [*found, node]


def _shared(
    nodes: list[syntax.Expression], names: Mapping[str, FeelType | None], only: tuple[FeelType, ...] | None = None
) -> FeelType:
    first, *others = (result_type(node, names) for node in nodes)
    if any(kind != first for kind in others) or (only is not None and first not in only):
        return SimpleType.ANY
    return first
