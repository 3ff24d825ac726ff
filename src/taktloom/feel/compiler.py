# SPDX-License-Identifier: Apache-2.0
"""Compile once, evaluate often: the doors of the expression language.

A compiled expression is immutable and may be used by many threads at once; everything an evaluation changes lives in
its own `Run`. Evaluation gives null and warnings for whatever goes wrong; only a spent budget raises.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from taktloom.calendars.zones import zone_exists
from taktloom.feel import closures, iteration, syntax
from taktloom.feel.builtins import BUILT_INS
from taktloom.feel.closures import Test, compile_tests
from taktloom.feel.code import Evaluate, StaticScope, compile_form
from taktloom.feel.deep_calls import deep_evaluation
from taktloom.feel.errors import Budget, FeelBudgetError, FeelSyntaxError, FeelWarning
from taktloom.feel.kinds import FeelDateTime, FeelValue
from taktloom.feel.parser import parse_expression, parse_unary_tests
from taktloom.feel.runtime import DEFAULT_BUDGET, DeeperCallError, Frame, Run
from taktloom.feel.scope import EMPTY_SCOPE, NameTable, Scope
from taktloom.feel.syntax import Expression, UnaryTests
from taktloom.feel.wire import ValueConversionError, clock_from_python, variables_from_python

__all__ = [
    "BUILT_IN_NAMES",
    "CompiledExpression",
    "CompiledUnaryTests",
    "Result",
    "compile_expression",
    "compile_unary_tests",
    "evaluate",
    "outermost_scope",
    "parse",
    "require_size",
    "unknown_names",
]

BUILT_IN_NAMES = NameTable(BUILT_INS)
_FORMS = {**closures.FORMS, **iteration.FORMS}
_MAX_MEMBERS = 10_000
_RESULT_SIZE_FACTOR = 10
_RESULT_DEPTH = 200


class Result(NamedTuple):
    """A value and the reasons for nulls on the way to it; made so often that a frozen dataclass would be felt."""

    value: FeelValue
    warnings: tuple[FeelWarning, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledExpression:
    """An expression ready to run.

    text: as given. syntax: its form, with places. unknown_names: names that neither the scope nor the built-ins have;
    they are looked up in the context at run time and are null where it lacks them.
    """

    text: str
    syntax: Expression
    unknown_names: frozenset[str]
    run: Evaluate

    def evaluate(
        self,
        context: Mapping[str, FeelValue] | None = None,
        *,
        now: FeelDateTime | None = None,
        zone: str | None = None,
        budget: Budget | None = None,
    ) -> Result:
        """Evaluate with the variables of *context* (FEEL values by name).

        now: what `now()` and `today()` give (without it they are null). zone: the zone in which `today()` is.
        Raises FeelBudgetError when a budget is spent.
        """
        run = Run(budget or DEFAULT_BUDGET, now, zone)
        frame = Frame(context or {}, None, run)
        try:
            value = self.run(frame)
        except DeeperCallError as call:
            value = deep_evaluation(run, lambda: self.run(frame), call, (0,))
        except RecursionError:
            raise FeelBudgetError("depth", run.budget.depth) from None
        if isinstance(value, list | dict):
            require_size(value, run)
        return Result(value, tuple(run.warnings))


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledUnaryTests:
    """The tests of a decision table's cell, ready to run."""

    text: str
    syntax: UnaryTests
    run: Test

    def evaluate(
        self,
        value: FeelValue,
        context: Mapping[str, FeelValue] | None = None,
        *,
        now: FeelDateTime | None = None,
        budget: Budget | None = None,
        charge: Callable[[int], None] | None = None,
    ) -> Result:
        """Tell whether *value* passes: true, false, or null where the types do not fit.

        charge: told the steps that this took, where it is part of another evaluation.
        """
        run = Run(budget or DEFAULT_BUDGET, now)
        frame = Frame(context or {}, None, run)
        passed: FeelValue
        try:
            passed = self.run(frame, value)
        except DeeperCallError as call:
            passed = deep_evaluation(run, lambda: self.run(frame, value), call, (0,))
        except RecursionError:
            raise FeelBudgetError("depth", run.budget.depth) from None
        if charge is not None:
            charge(run.budget.steps - run.steps)
        return Result(passed, tuple(run.warnings))


def compile_expression(text: str, scope: Scope | Iterable[str] = EMPTY_SCOPE) -> CompiledExpression:
    """Compile *text*; *scope* is a `Scope` or just the variables' names. Raises FeelSyntaxError with the position."""
    known = scope if isinstance(scope, Scope) else Scope.of(scope)
    form = parse_expression(text, known, BUILT_IN_NAMES)
    run = _compiled_form(form, text, known)
    return CompiledExpression(text=text, syntax=form, unknown_names=unknown_names(form, known), run=run)


def _compiled_form(form: Expression, text: str, scope: Scope) -> Evaluate:
    """The closure of *form*. Where the caller leaves too little stack, it is told like a syntax error."""
    try:
        return compile_form(form, outermost_scope(scope))
    except RecursionError:
        raise FeelSyntaxError("The expression is nested too deeply", text, form.start) from None


def compile_unary_tests(text: str, scope: Scope | Iterable[str] = EMPTY_SCOPE) -> CompiledUnaryTests:
    """Compile the unary tests of a cell: `-`, `< 5, > 10`, `not("a")`, or an expression with `?` for the input."""
    known = scope if isinstance(scope, Scope) else Scope.of(scope)
    form = parse_unary_tests(text, known, BUILT_IN_NAMES)
    return CompiledUnaryTests(text=text, syntax=form, run=compile_tests(form, outermost_scope(known)))


def parse(text: str, scope: Scope | Iterable[str] = EMPTY_SCOPE) -> Expression:
    """The form of *text* only, without compiling it."""
    return parse_expression(text, scope if isinstance(scope, Scope) else Scope.of(scope), BUILT_IN_NAMES)


def evaluate(
    expression: str,
    context: Mapping[str, object] | None = None,
    *,
    now: FeelDateTime | datetime | None = None,
    zone: str | None = None,
    budget: Budget | None = None,
) -> Result:
    """Compile *expression* against the names in *context* and evaluate it (compilations are kept and used again).

    context: FEEL values or Python's own, which convert. now: what `now()` gives. zone: the zone in which `today()` is.
    Raises FeelSyntaxError for a text that is not FEEL, ValueConversionError for a variable that has no FEEL value and
    FeelBudgetError for a spent budget; nothing else.
    """
    if zone is not None and not zone_exists(zone):
        raise ValueConversionError(f"There is no time zone {zone!r}.", remedy="Give a name like Europe/Paris.")
    variables = variables_from_python(context or {})
    compiled = _compiled(expression, frozenset(variables), frozenset(_members(variables)))
    return compiled.evaluate(variables, now=clock_from_python(now), zone=zone, budget=budget)


@lru_cache(maxsize=2048)
def _compiled(text: str, names: frozenset[str], members: frozenset[str]) -> CompiledExpression:
    return compile_expression(text, Scope.of(sorted(names), members))


def outermost_scope(scope: Scope) -> StaticScope:
    """The outermost level of names for closures compiled against *scope*."""
    return StaticScope(frozenset(), None, scope, BUILT_INS, _FORMS)


def _members(variables: Mapping[str, FeelValue]) -> set[str]:
    """Entry names that one token cannot hold, anywhere inside the variables."""
    found: set[str] = set()
    pending: list[FeelValue] = [value for value in variables.values() if isinstance(value, dict | list)]
    for _ in range(_MAX_MEMBERS):
        if not pending:
            break
        value = pending.pop()
        if isinstance(value, dict):
            found.update(key for key in value if not key.isidentifier())
            pending.extend(item for item in value.values() if isinstance(item, dict | list))
        elif isinstance(value, list):
            pending.extend(item for item in value if isinstance(item, dict | list))
    return found


def unknown_names(form: syntax.Node, scope: Scope) -> frozenset[str]:
    """The names in *form* that neither it nor the scope nor the built-ins have.

    The condition of a filter also sees the entries of the items, which are not known here; its names are left out.
    """
    known = {"?", "item", "partial", *scope.names, *BUILT_INS}
    used: set[str] = set()
    pending: list[syntax.Node] = [form]
    while pending:
        part = pending.pop()
        if isinstance(part, syntax.Name):
            used.add(part.name)
        elif isinstance(part, syntax.IterationClause | syntax.FormalParameter):
            known.add(part.name)
        elif isinstance(part, syntax.ContextEntry):
            known.add(part.key)
        pending.extend([part.target] if isinstance(part, syntax.Filter) else syntax.children(part))
    return frozenset(used - known)


def require_size(value: FeelValue, run: Run) -> None:
    """Refuse a result whose text would be endless: `[a, a]` of `[b, b]` of … grows as 2 to the power of its depth.

    One that is nested too deeply is refused too: whoever writes it as text or JSON does so with recursion.
    """
    limit = run.budget.items * _RESULT_SIZE_FACTOR
    characters = run.budget.characters * _RESULT_SIZE_FACTOR
    count, pending = 0, [(value, 1)]
    while pending:
        current, level = pending.pop()
        inner = current if isinstance(current, list) else list(current.values()) if isinstance(current, dict) else []
        count += len(inner)
        if count > limit:
            raise FeelBudgetError("items", run.budget.items)
        characters -= sum(len(item) for item in inner if isinstance(item, str))
        if characters < 0:
            raise FeelBudgetError("characters", run.budget.characters)
        if level > _RESULT_DEPTH:
            raise FeelBudgetError("depth", _RESULT_DEPTH)
        pending.extend((item, level + 1) for item in inner if isinstance(item, list | dict))
