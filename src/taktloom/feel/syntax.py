# SPDX-License-Identifier: Apache-2.0
"""The forms of FEEL expressions, one class each; *start* and *end* are offsets in the text and do not count for `==`.

Source: DMN 1.5, 10.3.1.2 (grammar).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import TypeAlias

__all__ = ["Expression", "Node", "TypeExpression", "chained", "children", "height", "walk"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A form with its place in the text."""

    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberLiteral(Node):
    """`1.5`"""

    value: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class StringLiteral(Node):
    """`"text"`; *value* has the escapes resolved."""

    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BooleanLiteral(Node):
    """`true`, `false`"""

    value: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NullLiteral(Node):
    """`null`"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AtLiteral(Node):
    """`@"2024-02-29"`; *text* may turn out to be no temporal value: then null."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Name(Node):
    """A variable, parameter, entry or built-in; white space normalised."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Negation(Node):
    """`-x`"""

    operand: "Expression"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arithmetic(Node):
    """`a + b`, `a - b`, `a * b`, `a / b`, `a ** b`"""

    operator: str
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison(Node):
    """`a = b`, `!=`, `<`, `<=`, `>`, `>=`"""

    operator: str
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conjunction(Node):
    """`a and b and c`"""

    operands: "tuple[Expression, ...]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Disjunction(Node):
    """`a or b or c`"""

    operands: "tuple[Expression, ...]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Between(Node):
    """`x between a and b`"""

    value: "Expression"
    low: "Expression"
    high: "Expression"


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership(Node):
    """`x in test` and `x in (test, test)`"""

    value: "Expression"
    tests: "tuple[Expression, ...]"


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceOf(Node):
    """`x instance of list<number>`"""

    value: "Expression"
    type: "TypeExpression"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditional(Node):
    """`if a then b else c`"""

    condition: "Expression"
    consequent: "Expression"
    alternative: "Expression"


@dataclass(frozen=True, slots=True, kw_only=True)
class IterationClause(Node):
    """`name in source` or `name in source..until`"""

    name: str
    source: "Expression"
    until: "Expression | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class For(Node):
    """`for x in xs, y in ys return body`"""

    iterators: tuple[IterationClause, ...]
    body: "Expression"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantified(Node):
    """`some x in xs satisfies c`, `every …`; *quantifier* is the keyword."""

    quantifier: str
    iterators: tuple[IterationClause, ...]
    condition: "Expression"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListLiteral(Node):
    """`[a, b]`"""

    items: "tuple[Expression, ...]"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextEntry(Node):
    """`key: value`"""

    key: str
    value: "Expression"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextLiteral(Node):
    """`{key: value}`"""

    entries: tuple[ContextEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeLiteral(Node):
    """`[a..b]`, `(a..b)`, `]a..b[`"""

    low: "Expression"
    high: "Expression"
    low_included: bool
    high_included: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UnaryComparison(Node):
    """`< x` and its kin: as a unary test, or as an open range in parentheses."""

    operator: str
    operand: "Expression"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormalParameter(Node):
    """`name: type`"""

    name: str
    type: "TypeExpression | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionDefinition(Node):
    """`function(a, b) body`"""

    parameters: tuple[FormalParameter, ...]
    body: "Expression"
    is_external: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedArgument(Node):
    """`name: value` in an invocation"""

    name: str
    value: "Expression"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation(Node):
    """`f(a, b)` or `f(x: a, y: b)`; never both kinds of argument."""

    function: "Expression"
    arguments: "tuple[Expression, ...]" = ()
    named: tuple[NamedArgument, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Path(Node):
    """`target.name`"""

    target: "Expression"
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter(Node):
    """`target[condition]`"""

    target: "Expression"
    condition: "Expression"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnaryTests(Node):
    """`-`, `a, b`, `not(a, b)`; no tests at all stand for `-`."""

    tests: "tuple[Expression, ...]"
    is_negated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedType(Node):
    """`number`, `tLoan`, `imported.tLoan`"""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListTypeExpression(Node):
    """`list<T>`"""

    element: "TypeExpression"


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeTypeExpression(Node):
    """`range<T>`"""

    element: "TypeExpression"


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeEntry(Node):
    """`key: T`"""

    key: str
    type: "TypeExpression"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextTypeExpression(Node):
    """`context<a: T, b: U>`"""

    entries: tuple[TypeEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionTypeExpression(Node):
    """`function<T, U> -> R`"""

    parameters: "tuple[TypeExpression, ...]"
    result: "TypeExpression"


TypeExpression: TypeAlias = (
    NamedType | ListTypeExpression | RangeTypeExpression | ContextTypeExpression | FunctionTypeExpression
)

Expression: TypeAlias = (
    NumberLiteral
    | StringLiteral
    | BooleanLiteral
    | NullLiteral
    | AtLiteral
    | Name
    | Negation
    | Arithmetic
    | Comparison
    | Conjunction
    | Disjunction
    | Between
    | Membership
    | InstanceOf
    | Conditional
    | For
    | Quantified
    | ListLiteral
    | ContextLiteral
    | RangeLiteral
    | UnaryComparison
    | FunctionDefinition
    | Invocation
    | Path
    | Filter
    | UnaryTests
)


def children(node: Node) -> Iterator[Node]:
    """The forms directly inside *node*, in the order of its fields."""
    for name in _parts(type(node)):
        value = getattr(node, name)
        if isinstance(value, Node):
            yield value
        elif isinstance(value, tuple):
            yield from (part for part in value if isinstance(part, Node))


_PARTS: dict[type, tuple[str, ...]] = {}  # `fields` is slow, and every expression is walked several times


def _parts(form: type[Node]) -> tuple[str, ...]:
    found = _PARTS.get(form)
    if found is None:
        found = _PARTS[form] = tuple(item.name for item in fields(form) if item.name not in {"start", "end"})
    return found


def walk(node: Node) -> Iterator[Node]:
    """*node* and every form inside it."""
    pending = [node]
    while pending:
        current = pending.pop()
        yield current
        pending.extend(children(current))


def height(node: Node) -> int:
    """Levels of nesting; counted without recursion, so that no text can exhaust the stack here.

    `a + b + c + …` and `if … else if … else if …` are one level each, however long: their closures are loops.
    """
    deepest, pending = 0, [(node, 1)]
    while pending:
        current, level = pending.pop()
        deepest = max(deepest, level)
        same = chained(current)
        pending.extend((child, level if child is same else level + 1) for child in children(current))
    return deepest


def chained(node: Node) -> Node | None:
    """What continues a chain of operations or of alternatives."""
    if isinstance(node, Arithmetic) and isinstance(node.left, Arithmetic):
        return node.left
    if isinstance(node, Conditional) and isinstance(node.alternative, Conditional):
        return node.alternative
    return None
