# SPDX-License-Identifier: Apache-2.0
"""Boxed expressions to closures (DMN 1.5, 10.2): one function for each form, all over the closures of FEEL."""

from collections.abc import Callable, Sequence

from taktloom.decisions.level import Level
from taktloom.decisions.table import compile_table
from taktloom.feel.code import Evaluate
from taktloom.feel.errors import WarningKind
from taktloom.feel.host_functions import external_function
from taktloom.feel.iteration import domain_of, filter_closure, for_closure, quantified_closure
from taktloom.feel.kinds import FeelFunction, FeelValue, Parameter
from taktloom.feel.runtime import Frame, Run, apply, apply_named
from taktloom.feel.types import FeelType, FunctionType, ListType, SimpleType, coerce
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
    IterationKind,
    LiteralExpression,
    Relation,
)

__all__ = ["compile_boxed", "null"]


def compile_boxed(expression: DecisionExpression, level: Level, result_type: str | None = None) -> Evaluate:
    """The closure of any boxed expression, coerced to its own type. result_type: that of the decision it stands in."""
    if isinstance(expression, DecisionTable):
        return level.typed(compile_table(expression, level, result_type), expression.type_ref, "The table's answer")
    evaluate = _FORMS[type(expression)](expression, level)
    type_ref = None if _is_type_of_result(expression, expression.type_ref, level) else expression.type_ref
    return level.typed(evaluate, type_ref, "The expression's value")


def _is_type_of_result(expression: DecisionExpression, type_ref: str | None, level: Level) -> bool:
    """Tools name the type of what a function answers where the standard has the type of the function."""
    if not isinstance(expression, BoxedFunction):
        return False
    kind = level.types.named(type_ref)
    return kind is not None and kind is not SimpleType.FUNCTION and not isinstance(kind, FunctionType)


def null(frame: Frame) -> FeelValue:
    """The closure of what is not there."""
    return None


def _literal(expression: LiteralExpression, level: Level) -> Evaluate:
    return level.expression(expression.text, expression.place) if expression.text else null


def _context(expression: BoxedContext, level: Level) -> Evaluate:
    compiled: list[tuple[str, Evaluate]] = []
    known: dict[str, FeelType | None] = {}
    result: Evaluate | None = None
    for entry in expression.entries:
        if entry.variable is None:
            result = compile_boxed(entry.value, level.inner(dict(known)))
            continue
        name, kind = entry.variable.name, level.types.named(entry.variable.type_ref)
        visible = {**known, name: kind} if _is_function(entry.value) else dict(known)
        type_ref = entry.variable.type_ref
        value = compile_boxed(entry.value, level.inner(visible), type_ref)
        of_result = _is_type_of_result(entry.value, type_ref, level)
        compiled.append((name, level.typed(value, None if of_result else type_ref, f"The entry {name!r}")))
        known[name] = kind

    def evaluate(frame: Frame) -> FeelValue:
        context: dict[str, FeelValue] = {}
        inner_frame = Frame(context, frame, frame.run)
        for name, value in compiled:
            context[name] = value(inner_frame)
        return context if result is None else result(inner_frame)

    return evaluate


def _is_function(expression: DecisionExpression) -> bool:
    """A function may call itself by the name of its entry."""
    if isinstance(expression, LiteralExpression):
        return expression.text.startswith("function")
    return isinstance(expression, BoxedFunction)


def _invocation(expression: BoxedInvocation, level: Level) -> Evaluate:
    function = compile_boxed(expression.function, level)
    bindings = {
        item.name: level.typed(null if value is None else compile_boxed(value, level), item.type_ref, item.name)
        for item, value in expression.bindings
    }

    def evaluate(frame: Frame) -> FeelValue:
        callee = function(frame)
        if not isinstance(callee, FeelFunction):
            frame.run.warn(WarningKind.NOT_A_FUNCTION, "What is invoked is not a function.")
            return None
        return apply_named(frame.run, callee, {name: value(frame) for name, value in bindings.items()})

    return evaluate


def _function(expression: BoxedFunction, level: Level) -> Evaluate:
    parameters = tuple(
        Parameter(name=item.name, type=level.types.named(item.type_ref)) for item in expression.parameters
    )
    if expression.body is None:
        return null
    if expression.kind is not FunctionKind.FEEL:
        return _external(compile_boxed(expression.body, level), parameters, level)
    inner = level.inner({item.name: item.type for item in parameters})
    body = compile_boxed(expression.body, inner)
    if _is_type_of_result(expression, expression.type_ref, level):
        body = level.typed(body, expression.type_ref, "The function's result")
    levels = inner.levels()
    names = [item.name for item in parameters]

    def evaluate(frame: Frame) -> FeelValue:
        def in_frame(run: Run, arguments: Sequence[FeelValue]) -> FeelValue:
            return body(Frame(dict(zip(names, arguments, strict=True)), frame, run))

        def call(run: Run, *arguments: FeelValue) -> FeelValue:
            return run.call(levels, in_frame, arguments)

        return FeelFunction(name="function", parameters=parameters, call=call)

    return evaluate


def _external(body: Evaluate, parameters: tuple[Parameter, ...], level: Level) -> Evaluate:
    functions = level.scope.functions

    def evaluate(frame: Frame) -> FeelValue:
        found = external_function(frame.run, body(frame), functions)
        if found is None:
            return None

        def call(run: Run, *arguments: FeelValue) -> FeelValue:
            return apply(run, found, arguments)

        return FeelFunction(name=found.name, parameters=parameters, call=call)

    return evaluate


def _list(expression: BoxedList, level: Level) -> Evaluate:
    items = [compile_boxed(item, level) for item in expression.items]
    return lambda frame: [item(frame) for item in items]


def _relation(expression: Relation, level: Level) -> Evaluate:
    names = [column.name for column in expression.columns]
    types = [column.type_ref for column in expression.columns]
    rows = [
        [level.typed(compile_boxed(cell, level), kind, "The cell") for cell, kind in zip(row, types, strict=False)]
        for row in expression.rows
    ]

    def evaluate(frame: Frame) -> FeelValue:
        return [{name: cell(frame) for name, cell in zip(names, row, strict=False)} for row in rows]

    return evaluate


def _conditional(expression: BoxedConditional, level: Level) -> Evaluate:
    condition = compile_boxed(expression.condition, level)
    consequent = compile_boxed(expression.consequent, level)
    alternative = compile_boxed(expression.alternative, level)

    def evaluate(frame: Frame) -> FeelValue:
        holds = condition(frame)
        if holds is not None and not isinstance(holds, bool):
            frame.run.warn(WarningKind.TYPE_MISMATCH, "The condition is neither true, false nor null.")
            return None
        return consequent(frame) if holds else alternative(frame)

    return evaluate


def _filter(expression: BoxedFilter, level: Level) -> Evaluate:
    source = compile_boxed(expression.source, level)
    match = compile_boxed(expression.match, level.in_filter())
    return filter_closure(source, match, tells_index=True, position=0)


def _iteration(expression: BoxedIteration, level: Level) -> Evaluate:
    kind = level.types.named(expression.variable_type_ref)
    names: dict[str, FeelType | None] = {expression.variable: kind}
    if expression.kind is IterationKind.FOR:
        names["partial"] = None
    inner = level.inner(names)
    # the domain runs in the inner frame too, but does not see its names
    source = _domain(compile_boxed(expression.source, level.inner({})), kind)
    clauses = [(expression.variable, domain_of(source, 0))]
    body = compile_boxed(expression.body, inner)
    if expression.kind is IterationKind.FOR:
        uses_partial = "partial" in repr(expression.body)  # too often is slow, too seldom wrong
        return for_closure(clauses, body, uses_partial=uses_partial, captures=True)
    return quantified_closure(clauses, body, expression.kind.value)


def _domain(source: Evaluate, kind: FeelType | None) -> Evaluate:
    """The domain, coerced to the type that is named: that of the whole list, or else that of each item."""
    if kind is None:
        return source

    def evaluate(frame: Frame) -> FeelValue:
        value, charge = source(frame), frame.run.step
        whole = coerce(value, kind, charge)
        if whole is not None or value is None:
            return whole
        items = coerce(value, ListType(kind), charge)
        if items is None:
            frame.run.warn(WarningKind.TYPE_MISMATCH, "The domain is not of its type.")
        return items

    return evaluate


_FORMS: dict[type, Callable[..., Evaluate]] = {
    LiteralExpression: _literal,
    BoxedContext: _context,
    BoxedInvocation: _invocation,
    BoxedFunction: _function,
    BoxedList: _list,
    Relation: _relation,
    BoxedConditional: _conditional,
    BoxedFilter: _filter,
    BoxedIteration: _iteration,
}
