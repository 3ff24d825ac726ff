# SPDX-License-Identifier: Apache-2.0
"""Syntax to closures: `for`, `some`, `every` and filters.

An iteration domain is a list, a range (of integers, or of dates by days), or a single value, which counts as a list of
one. Later iterators see earlier ones; `partial` is the list of results so far. Source: DMN 1.5, 10.3.2.14 and 10.3.2.5.
"""

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import TypeAlias

from taktloom.feel import syntax
from taktloom.feel.closures import mentions
from taktloom.feel.code import Evaluate, StaticScope, compile_form
from taktloom.feel.errors import WarningKind
from taktloom.feel.kinds import FeelDate, FeelValue, Range
from taktloom.feel.runtime import Frame

__all__ = ["FORMS", "domain_of", "filter_closure", "for_closure", "quantified_closure"]

Domain: TypeAlias = Callable[[Frame], Iterable[FeelValue] | None]
Clauses: TypeAlias = list[tuple[str, Domain]]


def _for(node: syntax.For, scope: StaticScope) -> Evaluate:
    inner = scope.inner(["partial", *(clause.name for clause in node.iterators)])
    # a function made in the body keeps the variables of its own turn
    captures = any(isinstance(part, syntax.FunctionDefinition) for part in syntax.walk(node.body))
    return for_closure(
        _clauses(node.iterators, scope),
        compile_form(node.body, inner),
        uses_partial=_uses_partial(node),
        captures=captures,
    )


def _uses_partial(node: syntax.For) -> bool:
    return mentions(node.body, "partial") and all(clause.name != "partial" for clause in node.iterators)


def for_closure(clauses: Clauses, body: Evaluate, *, uses_partial: bool, captures: bool) -> Evaluate:
    """Closure of `for`; clauses and *body* are compiled for a frame with the clauses' names and `partial`."""

    def evaluate(frame: Frame) -> FeelValue:
        results: list[FeelValue] = []
        variables: dict[str, FeelValue] = {"partial": []}
        inner_frame = Frame(variables, frame, frame.run)

        def collect() -> bool:
            frame.run.require_items(len(results) + 1)
            if uses_partial:
                # a copy, because the body may keep it; charged by size, for thousands of copies fill the memory
                frame.run.step(len(results) >> 4)
                variables["partial"] = list(results)
            results.append(body(Frame(dict(variables), frame, frame.run) if captures else inner_frame))
            return True

        return results if _iterate(clauses, 0, inner_frame, variables, collect) else None

    return evaluate


def _quantified(node: syntax.Quantified, scope: StaticScope) -> Evaluate:
    inner = scope.inner(clause.name for clause in node.iterators)
    condition = compile_form(node.condition, inner)
    return quantified_closure(_clauses(node.iterators, scope), condition, node.quantifier)


def quantified_closure(clauses: Clauses, condition: Evaluate, quantifier: str) -> Evaluate:
    """Closure of `some` and `every`, three-valued like `or` and `and`."""
    decisive = quantifier == "some"

    def evaluate(frame: Frame) -> FeelValue:
        variables: dict[str, FeelValue] = {}
        inner_frame = Frame(variables, frame, frame.run)
        seen: list[FeelValue] = []

        def check() -> bool:
            value = condition(inner_frame)
            if value is decisive or not isinstance(value, bool):
                seen.append(value)
            return value is not decisive

        if _iterate(clauses, 0, inner_frame, variables, check) is None:
            return None
        if any(value is decisive for value in seen):
            return decisive
        return None if seen else not decisive

    return evaluate


def _clauses(clauses: tuple[syntax.IterationClause, ...], scope: StaticScope) -> Clauses:
    """Each domain sees the variables of the iterators before it, in the frame that all of them share."""
    names = [clause.name for clause in clauses]
    return [(clause.name, _domain(clause, scope.inner(names[:index]))) for index, clause in enumerate(clauses)]


def _iterate(
    clauses: Clauses,
    index: int,
    frame: Frame,
    variables: dict[str, FeelValue],
    visit: Callable[[], bool],
) -> bool | None:
    """Visit every combination; True when all were seen, False when *visit* said stop, None for a null domain."""
    if index == len(clauses):
        return visit()
    name, domain = clauses[index]
    items = domain(frame)
    if items is None:
        return None
    for item in items:
        frame.run.step()
        variables[name] = item
        goes_on = _iterate(clauses, index + 1, frame, variables, visit)
        if goes_on is not True:
            return goes_on
    return True


def _domain(clause: syntax.IterationClause, scope: StaticScope) -> Domain:
    source = compile_form(clause.source, scope)
    if clause.until is None:
        return domain_of(source, clause.start)
    until = compile_form(clause.until, scope)

    def interval(frame: Frame) -> Iterable[FeelValue] | None:
        return _steps(source(frame), until(frame), frame, clause.start)

    return interval


def domain_of(source: Evaluate, position: int) -> Domain:
    """What a value gives to iterate over."""
    return lambda frame: _items_of(source(frame), frame, position)


def _items_of(value: FeelValue, frame: Frame, position: int) -> Iterable[FeelValue] | None:
    if isinstance(value, list):
        return value
    if isinstance(value, Range):
        return _range_items(value, frame, position)
    if value is None:
        frame.run.warn(WarningKind.TYPE_MISMATCH, "There is nothing to iterate over: null.", position)
        return None
    return [value]


def _range_items(value: Range, frame: Frame, position: int) -> Iterable[FeelValue] | None:
    steps = _steps(value.start, value.end, frame, position)
    if steps is None:
        return None
    return _without_open_ends(steps, value)


def _without_open_ends(steps: Iterable[FeelValue], value: Range) -> Iterator[FeelValue]:
    for item in steps:
        if (item == value.start and not value.start_included) or (item == value.end and not value.end_included):
            continue
        yield item


def _steps(start: FeelValue, end: FeelValue, frame: Frame, position: int) -> Iterable[FeelValue] | None:
    if isinstance(start, Decimal) and isinstance(end, Decimal):
        if start == start.to_integral_value() and end == end.to_integral_value():
            return map(Decimal, _integers(int(start), int(end)))
    elif isinstance(start, FeelDate) and isinstance(end, FeelDate):
        return map(FeelDate.of_days, _integers(start.days, end.days))
    frame.run.warn(WarningKind.TYPE_MISMATCH, "One iterates from integer to integer or from date to date.", position)
    return None


def _integers(start: int, end: int) -> range:
    return range(start, end + 1) if start <= end else range(start, end - 1, -1)


def _filter(node: syntax.Filter, scope: StaticScope) -> Evaluate:
    target = compile_form(node.target, scope)
    fixed = _fixed_index(node.condition)
    if fixed is not None:
        return lambda frame: _item_at(_as_list(target(frame)), fixed, frame, node.start)
    condition = compile_form(node.condition, scope.inner(None))
    tells_index = not isinstance(node.condition, syntax.Comparison | syntax.Conjunction | syntax.Disjunction)
    return filter_closure(target, condition, tells_index=tells_index, position=node.start)


def filter_closure(target: Evaluate, condition: Evaluate, *, tells_index: bool, position: int) -> Evaluate:
    """Closure of a filter; *condition* is compiled for a filter's frame. tells_index: it may give a number."""

    def evaluate(frame: Frame) -> FeelValue:
        items = _as_list(target(frame))
        if tells_index:
            first = condition(_element_frame(items[0] if items else None, frame))
            if isinstance(first, Decimal):
                return _item_at(items, first, frame, position)
        frame.run.step(len(items))
        return [item for item in items if condition(_element_frame(item, frame)) is True]

    return evaluate


def _fixed_index(node: syntax.Expression) -> Decimal | None:
    if isinstance(node, syntax.NumberLiteral):
        return node.value
    if isinstance(node, syntax.Negation) and isinstance(node.operand, syntax.NumberLiteral):
        return node.operand.value.copy_negate()
    return None


def _element_frame(item: FeelValue, frame: Frame) -> Frame:
    variables: dict[str, FeelValue] = {"item": item}
    if isinstance(item, dict):
        variables.update(item)
    return Frame(variables, frame, frame.run)


def _as_list(value: FeelValue) -> list[FeelValue]:
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def _item_at(items: list[FeelValue], index: Decimal, frame: Frame, position: int) -> FeelValue:
    if index == index.to_integral_value() and 1 <= index.copy_abs() <= len(items):
        number = int(index)
        return items[number - 1 if number > 0 else number]
    frame.run.warn(WarningKind.NO_SUCH_ITEM, f"The list has {len(items)} items.", position)
    return None


FORMS: dict[type, Callable[..., Evaluate]] = {
    syntax.For: _for,
    syntax.Quantified: _quantified,
    syntax.Filter: _filter,
}
