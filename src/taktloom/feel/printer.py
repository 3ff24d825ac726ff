# SPDX-License-Identifier: Apache-2.0
"""Syntax back to text: reading it in the same scope gives the same syntax. Parentheses stand wherever they may."""

from collections.abc import Callable, Iterable

from taktloom.feel import syntax
from taktloom.feel.kinds import feel_text

__all__ = ["print_expression"]

_BARE = (
    syntax.NumberLiteral,
    syntax.StringLiteral,
    syntax.BooleanLiteral,
    syntax.NullLiteral,
    syntax.AtLiteral,
    syntax.Name,
    syntax.ListLiteral,
    syntax.ContextLiteral,
    syntax.RangeLiteral,
    syntax.Invocation,
    syntax.Path,
    syntax.Filter,
)


def print_expression(node: syntax.Expression) -> str:
    """The text of *node*."""
    return _PRINTERS[type(node)](node)


def _operand(node: syntax.Expression) -> str:
    text = print_expression(node)
    return text if isinstance(node, _BARE) else f"({text})"


def _list(nodes: Iterable[syntax.Expression]) -> str:
    return ", ".join(map(print_expression, nodes))


def _binary(node: syntax.Arithmetic | syntax.Comparison) -> str:
    return f"{_operand(node.left)} {node.operator} {_operand(node.right)}"


def _between(node: syntax.Between) -> str:
    return f"{_operand(node.value)} between {_operand(node.low)} and {_operand(node.high)}"


def _conditional(node: syntax.Conditional) -> str:
    condition, consequent, alternative = map(print_expression, (node.condition, node.consequent, node.alternative))
    return f"if {condition} then {consequent} else {alternative}"


def _iterators(clauses: tuple[syntax.IterationClause, ...]) -> str:
    return ", ".join(map(_iterator, clauses))


def _iterator(clause: syntax.IterationClause) -> str:
    until = "" if clause.until is None else f"..{_operand(clause.until)}"
    return f"{clause.name} in {_operand(clause.source)}{until}"


def _quantified(node: syntax.Quantified) -> str:
    return f"{node.quantifier} {_iterators(node.iterators)} satisfies {print_expression(node.condition)}"


def _context(node: syntax.ContextLiteral) -> str:
    entries = (f"{feel_text(entry.key)}: {print_expression(entry.value)}" for entry in node.entries)
    return "{" + ", ".join(entries) + "}"


def _range(node: syntax.RangeLiteral) -> str:
    opening, closing = "[" if node.low_included else "(", "]" if node.high_included else ")"
    return f"{opening}{_operand(node.low)}..{_operand(node.high)}{closing}"


def _function(node: syntax.FunctionDefinition) -> str:
    parameters = (item.name if item.type is None else f"{item.name}: {_type(item.type)}" for item in node.parameters)
    external = "external " if node.is_external else ""
    return f"function({', '.join(parameters)}) {external}{print_expression(node.body)}"


def _invocation(node: syntax.Invocation) -> str:
    named = (f"{argument.name}: {print_expression(argument.value)}" for argument in node.named)
    arguments = ", ".join(named) if node.named else _list(node.arguments)
    return f"{_operand(node.function)}({arguments})"


def _tests(node: syntax.UnaryTests) -> str:
    if not node.tests:
        return "-"
    return f"not({_list(node.tests)})" if node.is_negated else _list(node.tests)


def _type(node: syntax.TypeExpression) -> str:
    if isinstance(node, syntax.NamedType):
        return node.name
    if isinstance(node, syntax.ListTypeExpression):
        return f"list<{_type(node.element)}>"
    if isinstance(node, syntax.RangeTypeExpression):
        return f"range<{_type(node.element)}>"
    if isinstance(node, syntax.ContextTypeExpression):
        return f"context<{', '.join(f'{entry.key}: {_type(entry.type)}' for entry in node.entries)}>"
    return f"function<{', '.join(map(_type, node.parameters))}> -> {_type(node.result)}"


def _at(node: syntax.AtLiteral) -> str:
    return f"@{feel_text(node.text)}"


_PRINTERS: dict[type, Callable[..., str]] = {
    syntax.NumberLiteral: lambda node: str(node.value),
    syntax.StringLiteral: lambda node: feel_text(node.value),
    syntax.BooleanLiteral: lambda node: "true" if node.value else "false",
    syntax.NullLiteral: lambda node: "null",
    syntax.AtLiteral: _at,
    syntax.Name: lambda node: node.name,
    syntax.Negation: lambda node: f"-{_operand(node.operand)}",
    syntax.Arithmetic: _binary,
    syntax.Comparison: _binary,
    syntax.Conjunction: lambda node: " and ".join(map(_operand, node.operands)),
    syntax.Disjunction: lambda node: " or ".join(map(_operand, node.operands)),
    syntax.Between: _between,
    syntax.Membership: lambda node: f"{_operand(node.value)} in ({_list(node.tests)})",
    syntax.InstanceOf: lambda node: f"{_operand(node.value)} instance of {_type(node.type)}",
    syntax.Conditional: _conditional,
    syntax.For: lambda node: f"for {_iterators(node.iterators)} return {print_expression(node.body)}",
    syntax.Quantified: _quantified,
    syntax.ListLiteral: lambda node: f"[{_list(node.items)}]",
    syntax.ContextLiteral: _context,
    syntax.RangeLiteral: _range,
    syntax.UnaryComparison: lambda node: f"{node.operator} {_operand(node.operand)}",
    syntax.Path: lambda node: f"{_operand(node.target)}.{node.name}",
    syntax.Filter: lambda node: f"{_operand(node.target)}[{print_expression(node.condition)}]",
    syntax.FunctionDefinition: _function,
    syntax.Invocation: _invocation,
    syntax.UnaryTests: _tests,
}
