# SPDX-License-Identifier: Apache-2.0
"""A tree-walking evaluator of FEEL: slow and simple, the oracle for the compiled closures.

It follows the tables of DMN 1.5, 10.3.2, form by form, over a list of dictionaries as scopes. It shares the values and
their operators with the product, but nothing of the compiler: no frames, no closures, no static resolution of names.
"""

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import TypeAlias

from taktloom.feel import syntax
from taktloom.feel.builtins import BUILT_INS
from taktloom.feel.kinds import FeelDate, FeelFunction, FeelValue, Parameter, Range
from taktloom.feel.operators import ARITHMETIC, equal, negate, ordering
from taktloom.feel.properties import property_of
from taktloom.feel.runtime import Run, apply, apply_named
from taktloom.feel.temporal_text import parse_temporal
from taktloom.feel.type_expressions import type_of_expression
from taktloom.feel.types import is_instance

Scopes: TypeAlias = list[dict[str, FeelValue]]


class TooMuchError(Exception):
    """The expression does more than a test should wait for."""


class Reference:
    """One evaluation, with a bound on the forms that are walked."""

    def __init__(self, most_steps: int) -> None:
        self.left = most_steps
        self.run = Run()

    def value(self, node: syntax.Expression, scopes: Scopes) -> FeelValue:
        """What *node* means in *scopes*, the innermost last."""
        self.left -= 1
        if self.left < 0:
            raise TooMuchError
        return _FORMS[type(node)](self, node, scopes)

    def name(self, node: syntax.Name, scopes: Scopes) -> FeelValue:
        for scope in reversed(scopes):
            if node.name in scope:
                return scope[node.name]
        return BUILT_INS.get(node.name)

    def arithmetic(self, node: syntax.Arithmetic, scopes: Scopes) -> FeelValue:
        return ARITHMETIC[node.operator](self.value(node.left, scopes), self.value(node.right, scopes))

    def comparison(self, node: syntax.Comparison, scopes: Scopes) -> FeelValue:
        return compared(node.operator, self.value(node.left, scopes), self.value(node.right, scopes))

    def conjunction(self, node: syntax.Conjunction, scopes: Scopes) -> FeelValue:
        values = [self.value(operand, scopes) for operand in node.operands]
        return False if False in map(as_boolean, values) else True if all(value is True for value in values) else None

    def disjunction(self, node: syntax.Disjunction, scopes: Scopes) -> FeelValue:
        values = [self.value(operand, scopes) for operand in node.operands]
        return True if True in map(as_boolean, values) else False if all(value is False for value in values) else None

    def between(self, node: syntax.Between, scopes: Scopes) -> FeelValue:
        value, low, high = (self.value(part, scopes) for part in (node.value, node.low, node.high))
        if value is None or low is None or high is None:
            return None
        return both(compared(">=", value, low), compared("<=", value, high))

    def membership(self, node: syntax.Membership, scopes: Scopes) -> FeelValue:
        value = self.value(node.value, scopes)
        answers = [self.test(test, value, scopes) for test in node.tests]
        return True if True in answers else None if None in answers else False

    def test(self, node: syntax.Expression, value: FeelValue, scopes: Scopes) -> bool | None:
        """A positive unary test of *value*."""
        if isinstance(node, syntax.UnaryComparison):
            return compared(node.operator, value, self.value(node.operand, scopes))
        answer = self.value(node, scopes)
        if isinstance(node, CLAIMS) and isinstance(answer, bool) and not isinstance(value, bool):
            return answer
        return passes(value, answer)

    def instance_of(self, node: syntax.InstanceOf, scopes: Scopes) -> FeelValue:
        kind = type_of_expression(node.type, {})
        return None if kind is None else is_instance(self.value(node.value, scopes), kind)

    def conditional(self, node: syntax.Conditional, scopes: Scopes) -> FeelValue:
        chosen = node.consequent if self.value(node.condition, scopes) is True else node.alternative
        return self.value(chosen, scopes)

    def list_literal(self, node: syntax.ListLiteral, scopes: Scopes) -> FeelValue:
        return [self.value(item, scopes) for item in node.items]

    def context(self, node: syntax.ContextLiteral, scopes: Scopes) -> FeelValue:
        keys = [entry.key for entry in node.entries]
        if len(set(keys)) < len(keys):
            return None
        made: dict[str, FeelValue] = {}
        for entry in node.entries:
            made[entry.key] = self.value(entry.value, [*scopes, made])
        return made

    def interval(self, node: syntax.RangeLiteral, scopes: Scopes) -> FeelValue:
        low, high = self.value(node.low, scopes), self.value(node.high, scopes)
        if ordering(low, high) is None:
            return None
        return Range(start=low, end=high, start_included=node.low_included, end_included=node.high_included)

    def path(self, node: syntax.Path, scopes: Scopes) -> FeelValue:
        return property_of(self.value(node.target, scopes), node.name)

    def filter(self, node: syntax.Filter, scopes: Scopes) -> FeelValue:
        target = self.value(node.target, scopes)
        single: list[FeelValue] = [] if target is None else [target]
        items = target if isinstance(target, list) else single
        index = self.condition(node.condition, items[0] if items else None, scopes)
        if isinstance(index, Decimal):
            return item_at(items, index)
        return [item for item in items if self.condition(node.condition, item, scopes) is True]

    def condition(self, node: syntax.Expression, item: FeelValue, scopes: Scopes) -> FeelValue:
        entries = item if isinstance(item, dict) else {}
        return self.value(node, [*scopes, {"item": item, **entries}])

    def iteration(self, node: syntax.For, scopes: Scopes) -> FeelValue:
        results: list[FeelValue] = []
        for scope in self.combinations(node.iterators, [*scopes, {}]):
            if scope is None:
                return None
            results.append(self.value(node.body, [*scopes, {"partial": list(results), **scope}]))
        return results

    def quantified(self, node: syntax.Quantified, scopes: Scopes) -> FeelValue:
        decisive, answers = node.quantifier == "some", []
        for scope in self.combinations(node.iterators, [*scopes, {}]):
            if scope is None:
                return None
            answers.append(as_boolean(self.value(node.condition, [*scopes, scope])))
            if answers[-1] is decisive:
                return decisive
        return None if None in answers else not decisive

    def combinations(
        self, clauses: tuple[syntax.IterationClause, ...], scopes: Scopes
    ) -> Iterator[dict[str, FeelValue] | None]:
        """The variables of each turn; None where a domain is null."""
        if not clauses:
            yield scopes[-1]
            return
        items = self.domain(clauses[0], scopes)
        if items is None:
            yield None
            return
        for item in items:
            yield from self.combinations(clauses[1:], [*scopes[:-1], {**scopes[-1], clauses[0].name: item}])

    def domain(self, clause: syntax.IterationClause, scopes: Scopes) -> Iterable[FeelValue] | None:
        source = self.value(clause.source, scopes)
        if clause.until is not None:
            return stepped(source, self.value(clause.until, scopes))
        if isinstance(source, Range):
            steps = stepped(source.start, source.end)
            left_out = ([] if source.start_included else [source.start]) + ([] if source.end_included else [source.end])
            return None if steps is None else (item for item in steps if item not in left_out)
        return source if isinstance(source, list) else None if source is None else [source]

    def function(self, node: syntax.FunctionDefinition, scopes: Scopes) -> FeelValue:
        names = [parameter.name for parameter in node.parameters]

        def call(run: Run, *arguments: FeelValue) -> FeelValue:
            return self.value(node.body, [*scopes, dict(zip(names, arguments, strict=True))])

        parameters = tuple(
            Parameter(name=item.name, type=None if item.type is None else type_of_expression(item.type, {}))
            for item in node.parameters
        )
        return FeelFunction(name="function", parameters=parameters, call=call)

    def invocation(self, node: syntax.Invocation, scopes: Scopes) -> FeelValue:
        function = self.value(node.function, scopes)
        if not isinstance(function, FeelFunction):
            return None
        if node.named:
            named = {argument.name: self.value(argument.value, scopes) for argument in node.named}
            return apply_named(self.run, function, named)
        return apply(self.run, function, [self.value(argument, scopes) for argument in node.arguments])


def compared(operator: str, left: FeelValue, right: FeelValue) -> bool | None:
    """Tables 42 and 49: equality, and order where the values have one."""
    if operator in {"=", "!="}:
        same = equal(left, right)
        return same if same is None or operator == "=" else not same
    order = ordering(left, right)
    if order is None:
        return None
    return {"<": order < 0, "<=": order <= 0, ">": order > 0, ">=": order >= 0}[operator]


def both(left: bool | None, right: bool | None) -> bool | None:
    """Table 50: conjunction of three values."""
    return False if left is False or right is False else True if left and right else None


def as_boolean(value: FeelValue) -> bool | None:
    """Whatever is no boolean counts as null."""
    return value if isinstance(value, bool) else None


def passes(value: FeelValue, test: FeelValue) -> bool | None:
    """Table 54: a value in a range, in a list of tests, or equal to a value."""
    if isinstance(test, Range) and not isinstance(value, Range):
        low = compared(">=" if test.start_included else ">", value, test.start)
        return both(low, compared("<=" if test.end_included else "<", value, test.end))
    if isinstance(test, list):
        return (isinstance(value, list) and equal(value, test) is True) or any(passes(value, item) for item in test)
    return equal(value, test)


def item_at(items: list[FeelValue], index: Decimal) -> FeelValue:
    """Positions count from 1, or from the end."""
    places = {Decimal(number): item for number, item in enumerate(items, 1)}
    places |= {Decimal(number - len(items)): item for number, item in enumerate(items)}
    return places.get(index)


def stepped(start: FeelValue, end: FeelValue) -> Iterable[FeelValue] | None:
    """Integers or days from *start* to *end*, up or down."""
    if isinstance(start, FeelDate) and isinstance(end, FeelDate):
        return [FeelDate.of_days(day) for day in numbers_between(start.days, end.days)]
    if isinstance(start, Decimal) and isinstance(end, Decimal) and start == int(start) and end == int(end):
        return [Decimal(number) for number in numbers_between(int(start), int(end))]
    return None


def numbers_between(start: int, end: int) -> range:
    """A range that is not too long to be made a list."""
    if abs(end - start) > 1000:
        raise TooMuchError
    return range(start, end + 1) if start <= end else range(start, end - 1, -1)


CLAIMS = (
    syntax.Comparison
    | syntax.Conjunction
    | syntax.Disjunction
    | syntax.Between
    | syntax.Membership
    | syntax.InstanceOf
    | syntax.Quantified
    | syntax.Invocation
)
_FORMS: dict[type, Callable[..., FeelValue]] = {
    syntax.NumberLiteral: lambda self, node, scopes: node.value,
    syntax.StringLiteral: lambda self, node, scopes: node.value,
    syntax.BooleanLiteral: lambda self, node, scopes: node.value,
    syntax.NullLiteral: lambda self, node, scopes: None,
    syntax.AtLiteral: lambda self, node, scopes: parse_temporal(node.text),
    syntax.Negation: lambda self, node, scopes: negate(self.value(node.operand, scopes)),
    syntax.Name: Reference.name,
    syntax.Arithmetic: Reference.arithmetic,
    syntax.Comparison: Reference.comparison,
    syntax.Conjunction: Reference.conjunction,
    syntax.Disjunction: Reference.disjunction,
    syntax.Between: Reference.between,
    syntax.Membership: Reference.membership,
    syntax.InstanceOf: Reference.instance_of,
    syntax.Conditional: Reference.conditional,
    syntax.ListLiteral: Reference.list_literal,
    syntax.ContextLiteral: Reference.context,
    syntax.RangeLiteral: Reference.interval,
    syntax.Path: Reference.path,
    syntax.Filter: Reference.filter,
    syntax.For: Reference.iteration,
    syntax.Quantified: Reference.quantified,
    syntax.FunctionDefinition: Reference.function,
    syntax.Invocation: Reference.invocation,
}
