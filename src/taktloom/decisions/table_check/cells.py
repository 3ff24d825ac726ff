# SPDX-License-Identifier: Apache-2.0
"""What can be known of a cell without inputs: the constants at which its answer may change.

A cell is *exact* when its answer changes at its constants only: literals, ranges, comparisons, lists, `not(…)`, `null`,
and combinations with `?`, `and`, `or`, `between`, `in`. Calls without names in them (`date("2024-01-01")`, `3 * 12`)
are constants too. A cell that depends on its input in another way (`contains(?, "a")`) is *sampled*: what it answers is
known only for the values looked at. One that names something else is *open*: nothing is known.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from taktloom.decisions.cell_intervals import SimpleCell, simple_cell
from taktloom.decisions.run import DecisionRun
from taktloom.feel import syntax
from taktloom.feel.closures import compile_tests, mentions
from taktloom.feel.code import compile_form
from taktloom.feel.compiler import BUILT_IN_NAMES, CompiledUnaryTests, outermost_scope, unknown_names
from taktloom.feel.errors import Budget, FeelBudgetError, FeelSyntaxError
from taktloom.feel.kinds import (
    DaysTime,
    FeelDate,
    FeelDateTime,
    FeelTime,
    FeelValue,
    Range,
    YearsMonths,
)
from taktloom.feel.parser import parse_expression, parse_unary_tests
from taktloom.feel.runtime import Frame
from taktloom.feel.scope import EMPTY_SCOPE, Scope

__all__ = ["SCALARS", "Cell", "Reach", "constant_of", "read_cell"]

SCALARS = (Decimal, str, bool, FeelDate, FeelTime, FeelDateTime, DaysTime, YearsMonths)
_MOVING = frozenset({"now", "today"})
_BUDGET = Budget(steps=20_000)
_STATIC = outermost_scope(EMPTY_SCOPE)


class Reach(Enum):
    """How much is known of a cell."""

    EXACT = "exact"
    SAMPLED = "sampled"
    OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A cell that was read. constants: where its answer may change; is_any: `-` or empty; is_broken: it is not FEEL."""

    text: str
    reach: Reach
    constants: tuple[FeelValue, ...] = ()
    is_any: bool = False
    is_broken: bool = False
    orders_texts: bool = False
    simple: SimpleCell | None = None
    test: CompiledUnaryTests | None = None

    def holds(self, value: FeelValue) -> bool:
        """Whether the cell holds for *value*; an open one may, and so it does. Raises FeelBudgetError."""
        return self.test is None or self.test.evaluate(value, budget=_BUDGET).value is True


def read_cell(text: str, scope: Scope) -> Cell:
    """Read the unary tests *text* in *scope*; what is not FEEL is open."""
    try:
        form = parse_unary_tests(text or "-", scope, BUILT_IN_NAMES)
        if not _is_closed(form, scope):
            return Cell(text=text, reach=Reach.OPEN)
        constants: list[FeelValue] = []
        found = [_collect(test, constants) for test in form.tests]  # all of them: each adds its constants
        test = CompiledUnaryTests(text=text, syntax=form, run=compile_tests(form, _STATIC))
    except (FeelSyntaxError, FeelBudgetError) as error:
        return Cell(text=text, reach=Reach.OPEN, is_broken=isinstance(error, FeelSyntaxError))
    return Cell(
        text=text,
        reach=Reach.EXACT if all(found) else Reach.SAMPLED,
        constants=tuple(constants),
        is_any=not form.tests,
        orders_texts=any(map(_orders, syntax.walk(form))),
        simple=simple_cell(form),
        test=test,
    )


def constant_of(text: str, scope: Scope) -> tuple[FeelValue] | None:
    """The value of an expression that depends on nothing, in a tuple; None where it depends on something."""
    try:
        form = parse_expression(text, scope, BUILT_IN_NAMES)
        return (_evaluated(form),) if _is_closed(form, scope) and not mentions(form, "?") else None
    except (FeelSyntaxError, FeelBudgetError):
        return None


def _frame() -> Frame:
    return Frame({}, None, DecisionRun(_BUDGET))


def _evaluated(node: syntax.Expression) -> FeelValue:
    return compile_form(node, _STATIC)(_frame())


def _is_closed(form: syntax.Node, scope: Scope) -> bool:
    """Whether nothing but the input and built-in functions is named; `now` and `today` are no constants."""
    names = {part.name for part in syntax.walk(form) if isinstance(part, syntax.Name)}
    return not unknown_names(form, EMPTY_SCOPE) and names.isdisjoint(_MOVING) and names.isdisjoint(scope.names)


def _collect(node: syntax.Expression, found: list[FeelValue]) -> bool:
    """Add the constants of a test to *found*; False where its answer may change elsewhere too."""
    if isinstance(node, syntax.UnaryComparison):
        return not mentions(node.operand, "?") and _collect(node.operand, found)
    if not mentions(node, "?"):
        return _spread(_constant_parts(node), found)
    if isinstance(node, syntax.Name):
        found.extend((True, False))
        return True
    parts = list(_parts(node))
    if not parts:
        for inner in syntax.children(node):
            if not isinstance(inner, syntax.Name) and not mentions(inner, "?"):
                _spread(_literals(inner), found)
        return False
    are_exact = [_collect(part, found) for part in parts]
    return all(are_exact)


def _parts(node: syntax.Expression) -> Iterator[syntax.Expression]:
    """The parts of a claim about `?` that are claims or constants themselves; none for another form."""
    match node:
        case syntax.Conjunction(operands=operands) | syntax.Disjunction(operands=operands):
            yield from operands
        case (
            syntax.Comparison(left=syntax.Name(name="?"), right=other)
            | syntax.Comparison(left=other, right=syntax.Name(name="?"))
        ) if not mentions(other, "?"):
            yield other
        case syntax.Between(value=syntax.Name(name="?"), low=low, high=high) if not (
            mentions(low, "?") or mentions(high, "?")
        ):
            yield from (low, high)
        case syntax.Membership(value=syntax.Name(name="?"), tests=tests):
            yield from tests
        case syntax.Invocation(function=syntax.Name(name="not"), arguments=(inner,)):
            yield inner


def _constant_parts(node: syntax.Expression) -> Iterator[FeelValue]:
    if isinstance(node, syntax.RangeLiteral):  # as a value it is null where the bounds do not fit; they still count
        yield from (_evaluated(node.low), _evaluated(node.high))
    else:
        yield _evaluated(node)


def _literals(node: syntax.Node) -> Iterator[FeelValue]:
    for part in syntax.walk(node):
        if isinstance(part, syntax.StringLiteral | syntax.NumberLiteral | syntax.BooleanLiteral):
            yield part.value


def _spread(values: Iterator[FeelValue], found: list[FeelValue]) -> bool:
    """Add scalars, the items of lists and the bounds of ranges; False where there is anything else."""
    is_exact = True
    for value in values:
        items = value if isinstance(value, list) else [value]
        for item in items:
            bounds = (item.start, item.end) if isinstance(item, Range) else (item,)
            kept = [bound for bound in bounds if bound is None or isinstance(bound, SCALARS)]
            found.extend(bound for bound in kept if bound is not None or not isinstance(item, Range))
            is_exact = is_exact and len(kept) == len(bounds)
    return is_exact


def _orders(node: syntax.Node) -> bool:
    if isinstance(node, syntax.UnaryComparison | syntax.Comparison):
        return node.operator not in {"=", "!="}
    return isinstance(node, syntax.RangeLiteral | syntax.Between)
