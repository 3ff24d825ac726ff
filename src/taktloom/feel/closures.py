# SPDX-License-Identifier: Apache-2.0
"""Syntax to closures: literals, operators, conditions, tests, paths and invocations. Iteration is in `iteration.py`."""

from collections.abc import Callable, Sequence
from decimal import Decimal, DecimalException

from taktloom.feel import syntax
from taktloom.feel.code import Evaluate, StaticScope, compile_form, resolve
from taktloom.feel.errors import WarningKind
from taktloom.feel.host_functions import external_function
from taktloom.feel.kinds import DECIMAL, FeelFunction, FeelValue, Parameter, Range
from taktloom.feel.operators import ARITHMETIC, COMPARISONS, contains, matches, negate, ordering
from taktloom.feel.properties import property_of
from taktloom.feel.result_types import result_type
from taktloom.feel.runtime import Frame, Run, apply, apply_named
from taktloom.feel.syntax import Expression, UnaryTests
from taktloom.feel.temporal_text import parse_temporal
from taktloom.feel.type_expressions import type_of_expression
from taktloom.feel.types import SimpleType, is_instance

__all__ = ["FORMS", "compile_tests", "mentions"]


def _constant(value: FeelValue) -> Evaluate:
    return lambda frame: value


def _literal(node: syntax.NumberLiteral | syntax.StringLiteral | syntax.BooleanLiteral, scope: StaticScope) -> Evaluate:
    return _constant(node.value)


def _null(node: syntax.NullLiteral, scope: StaticScope) -> Evaluate:
    return _constant(None)


def _at_literal(node: syntax.AtLiteral, scope: StaticScope) -> Evaluate:
    value = parse_temporal(node.text)
    if value is not None:
        return _constant(value)
    message = f"{node.text!r} is no date, time or duration."

    def warn(frame: Frame) -> FeelValue:
        frame.run.warn(WarningKind.OUT_OF_DOMAIN, message, node.start)
        return None

    return warn


def _name(node: syntax.Name, scope: StaticScope) -> Evaluate:
    return resolve(node.name, scope, node.start)


def _negation(node: syntax.Negation, scope: StaticScope) -> Evaluate:
    operand = compile_form(node.operand, scope)
    if isinstance(node.operand, syntax.NumberLiteral):
        return _constant(negate(node.operand.value))

    def evaluate(frame: Frame) -> FeelValue:
        value = operand(frame)
        answer = negate(value)
        if answer is None and value is not None:
            frame.run.warn(WarningKind.TYPE_MISMATCH, "Only numbers and durations can be negated.", node.start)
        return answer

    return evaluate


_NUMBER_OPERATIONS = {"+": DECIMAL.add, "-": DECIMAL.subtract, "*": DECIMAL.multiply}


def _arithmetic(node: syntax.Arithmetic, scope: StaticScope) -> Evaluate:
    if isinstance(node.left, syntax.Arithmetic):
        return _arithmetic_chain(node, scope)
    left, operate = compile_form(node.left, scope), _operation(node, scope)
    return lambda frame: operate(frame, left(frame))


def _arithmetic_chain(node: syntax.Arithmetic, scope: StaticScope) -> Evaluate:
    """`a + b - c …`: a loop over the operations, because a chain may be longer than the stack is deep."""
    chain = [node]
    while isinstance(chain[-1].left, syntax.Arithmetic):
        chain.append(chain[-1].left)
    first = compile_form(chain[-1].left, scope)
    operations = [_operation(part, scope) for part in reversed(chain)]

    def evaluate(frame: Frame) -> FeelValue:
        value = first(frame)
        for operate in operations:
            value = operate(frame, value)
        return value

    return evaluate


def _operation(node: syntax.Arithmetic, scope: StaticScope) -> Callable[[Frame, FeelValue], FeelValue]:
    """The operator with its right operand."""
    right = compile_form(node.right, scope)
    general = ARITHMETIC[node.operator]
    on_numbers = _NUMBER_OPERATIONS.get(node.operator)
    message = f"{node.operator!r} has no value for these operands."

    def operate(frame: Frame, a: FeelValue) -> FeelValue:
        b = right(frame)
        if type(a) is Decimal and type(b) is Decimal and on_numbers is not None:
            try:
                return on_numbers(a, b)
            except DecimalException:
                answer: FeelValue = None
        else:
            answer = general(a, b)
        if answer is None:
            kind = WarningKind.OUT_OF_DOMAIN if type(a) is type(b) is Decimal else WarningKind.TYPE_MISMATCH
            frame.run.warn(kind, message, node.start)
        elif type(answer) is str:
            frame.run.require_characters(len(answer))
        return answer

    return operate


def _comparison(node: syntax.Comparison, scope: StaticScope) -> Evaluate:
    left, right = compile_form(node.left, scope), compile_form(node.right, scope)
    compare = _guarded(COMPARISONS[node.operator], node)
    fast = _NUMBER_COMPARISONS[node.operator]

    def evaluate(frame: Frame) -> FeelValue:
        a, b = left(frame), right(frame)
        if type(a) is Decimal and type(b) is Decimal:
            return fast(a, b)
        return compare(frame, a, b)

    return evaluate


_NUMBER_COMPARISONS: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def _guarded(
    compare: Callable[..., bool | None], node: syntax.Comparison | syntax.UnaryComparison
) -> Callable[[Frame, FeelValue, FeelValue], bool | None]:
    message = f"Values of these types cannot be compared with {node.operator!r}."
    is_equality = node.operator in {"=", "!="}

    def evaluate(frame: Frame, a: FeelValue, b: FeelValue) -> bool | None:
        answer = compare(a, b, frame.run.step) if is_equality else compare(a, b)
        if answer is None and a is not None and b is not None:
            frame.run.warn(WarningKind.TYPE_MISMATCH, message, node.start)
        return answer

    return evaluate


def _conjunction(node: syntax.Conjunction, scope: StaticScope) -> Evaluate:
    operands = [compile_form(operand, scope) for operand in node.operands]

    def evaluate(frame: Frame) -> FeelValue:
        answer: bool | None = True
        for operand in operands:
            value = operand(frame)
            if value is False:
                return False
            if value is not True:
                answer = None
        return answer

    return evaluate


def _disjunction(node: syntax.Disjunction, scope: StaticScope) -> Evaluate:
    operands = [compile_form(operand, scope) for operand in node.operands]

    def evaluate(frame: Frame) -> FeelValue:
        answer: bool | None = False
        for operand in operands:
            value = operand(frame)
            if value is True:
                return True
            if value is not False:
                answer = None
        return answer

    return evaluate


def _between(node: syntax.Between, scope: StaticScope) -> Evaluate:
    value, low, high = (compile_form(part, scope) for part in (node.value, node.low, node.high))

    def evaluate(frame: Frame) -> FeelValue:
        given, lowest, highest = value(frame), low(frame), high(frame)
        if given is None or lowest is None or highest is None:
            return None
        return contains(Range(start=lowest, end=highest), given)

    return evaluate


def _membership(node: syntax.Membership, scope: StaticScope) -> Evaluate:
    value = compile_form(node.value, scope)
    tests = compile_tests(UnaryTests(tests=node.tests), scope)

    def evaluate(frame: Frame) -> FeelValue:
        return tests(frame, value(frame))

    return evaluate


def _instance_of(node: syntax.InstanceOf, scope: StaticScope) -> Evaluate:
    value = compile_form(node.value, scope)
    kind = type_of_expression(node.type, scope.scope.types)

    def evaluate(frame: Frame) -> FeelValue:
        if kind is None:
            frame.run.warn(WarningKind.UNKNOWN_NAME, "There is no such type.", node.type.start)
            return None
        return is_instance(value(frame), kind, frame.run.step)

    return evaluate


def _conditional(node: syntax.Conditional, scope: StaticScope) -> Evaluate:
    if isinstance(node.alternative, syntax.Conditional):
        return _conditional_chain(node, scope)
    condition = compile_form(node.condition, scope)
    consequent = compile_form(node.consequent, scope)
    alternative = compile_form(node.alternative, scope)
    return lambda frame: consequent(frame) if condition(frame) is True else alternative(frame)


def _conditional_chain(node: syntax.Conditional, scope: StaticScope) -> Evaluate:
    """`if … else if … else …`: a loop, because a chain may be longer than the stack is deep."""
    branches: list[tuple[Evaluate, Evaluate]] = []
    rest: Expression = node
    while isinstance(rest, syntax.Conditional):
        branches.append((compile_form(rest.condition, scope), compile_form(rest.consequent, scope)))
        rest = rest.alternative
    otherwise = compile_form(rest, scope)

    def evaluate(frame: Frame) -> FeelValue:
        for condition, consequent in branches:
            if condition(frame) is True:
                return consequent(frame)
        return otherwise(frame)

    return evaluate


def _list(node: syntax.ListLiteral, scope: StaticScope) -> Evaluate:
    items = [compile_form(item, scope) for item in node.items]
    return lambda frame: [item(frame) for item in items]


def _context(node: syntax.ContextLiteral, scope: StaticScope) -> Evaluate:
    compiled: list[tuple[str, Evaluate]] = []
    known: list[str] = []
    for entry in node.entries:
        if entry.key in known:
            return _duplicate_key(node, entry.key)
        is_function = isinstance(entry.value, syntax.FunctionDefinition)
        inner = scope.inner([*known, entry.key] if is_function else known)
        compiled.append((entry.key, compile_form(entry.value, inner)))
        known.append(entry.key)

    def evaluate(frame: Frame) -> FeelValue:
        context: dict[str, FeelValue] = {}
        inner_frame = Frame(context, frame, frame.run)
        for key, value in compiled:
            context[key] = value(inner_frame)
        return context

    return evaluate


def _duplicate_key(node: syntax.ContextLiteral, key: str) -> Evaluate:
    def evaluate(frame: Frame) -> FeelValue:
        frame.run.warn(WarningKind.OUT_OF_DOMAIN, f"The context has two entries {key!r}.", node.start)
        return None

    return evaluate


def _range(node: syntax.RangeLiteral, scope: StaticScope) -> Evaluate:
    low, high = compile_form(node.low, scope), compile_form(node.high, scope)

    def evaluate(frame: Frame) -> FeelValue:
        start, end = low(frame), high(frame)
        order = ordering(start, end)
        if order is None:
            frame.run.warn(WarningKind.TYPE_MISMATCH, "The bounds of a range are two values with an order.", node.start)
            return None
        return Range(start=start, end=end, start_included=node.low_included, end_included=node.high_included)

    return evaluate


def _open_range(node: syntax.UnaryComparison, scope: StaticScope) -> Evaluate:
    """`(< 5)` outside of a test: a range open at one side, for `=` a range of one value."""
    operand = compile_form(node.operand, scope)
    included = node.operator in {"<=", ">=", "="}

    def evaluate(frame: Frame) -> FeelValue:
        bound = operand(frame)
        if bound is None or node.operator == "!=":
            return None
        if node.operator == "=":
            return Range(start=bound, end=bound, is_test=True)
        if node.operator.startswith("<"):
            return Range(start=None, end=bound, start_included=False, end_included=included)
        return Range(start=bound, end=None, start_included=included, end_included=False)

    return evaluate


def _path(node: syntax.Path, scope: StaticScope) -> Evaluate:
    target, name = compile_form(node.target, scope), node.name
    message = f"There is no entry {name!r}."

    def evaluate(frame: Frame) -> FeelValue:
        value = target(frame)
        if type(value) is dict and name in value:
            return value[name]
        if type(value) is list:
            return _projected(value, name, frame.run)
        answer = property_of(value, name)
        if answer is None and value is not None:
            frame.run.warn(WarningKind.NO_SUCH_ENTRY, message, node.start)
        return answer

    return evaluate


def _projected(items: list[FeelValue], name: str, run: Run) -> FeelValue:
    """The property of each item; lists in lists may share parts, so each is charged as often as it occurs."""
    run.step(len(items))
    return [_projected(item, name, run) if type(item) is list else property_of(item, name) for item in items]


def _function(node: syntax.FunctionDefinition, scope: StaticScope) -> Evaluate:
    types = [
        None if item.type is None else type_of_expression(item.type, scope.scope.types) for item in node.parameters
    ]
    parameters = tuple(Parameter(name=item.name, type=kind) for item, kind in zip(node.parameters, types, strict=True))
    names = [parameter.name for parameter in parameters]
    body = compile_form(node.body, scope.inner(names))
    levels = syntax.height(node.body) + 3
    told = result_type(node.body, dict(zip(names, types, strict=True)))
    result = None if told is SimpleType.ANY else told
    if node.is_external:
        return _external(compile_form(node.body, scope), parameters, scope)

    def evaluate(frame: Frame) -> FeelValue:
        def in_frame(run: Run, arguments: Sequence[FeelValue]) -> FeelValue:
            return body(Frame(dict(zip(names, arguments, strict=True)), frame, run))

        def call(run: Run, *arguments: FeelValue) -> FeelValue:
            return run.call(levels, in_frame, arguments)

        return FeelFunction(name="function", parameters=parameters, call=call, result=result)

    return evaluate


def _external(body: Evaluate, parameters: tuple[Parameter, ...], scope: StaticScope) -> Evaluate:
    functions = scope.scope.functions

    def evaluate(frame: Frame) -> FeelValue:
        found = external_function(frame.run, body(frame), functions)
        if found is None:
            return None

        def call(run: Run, *arguments: FeelValue) -> FeelValue:
            return apply(run, found, arguments)

        return FeelFunction(name=found.name, parameters=parameters, call=call)

    return evaluate


def _invocation(node: syntax.Invocation, scope: StaticScope) -> Evaluate:
    function = compile_form(node.function, scope)
    if node.named:
        return _named_invocation(node, function, scope)
    arguments = [compile_form(argument, scope) for argument in node.arguments]

    def evaluate(frame: Frame) -> FeelValue:
        callee = function(frame)
        if not isinstance(callee, FeelFunction):
            _warn_no_function(frame, node)
            return None
        return apply(frame.run, callee, [argument(frame) for argument in arguments], node.start)

    return evaluate


def _named_invocation(node: syntax.Invocation, function: Evaluate, scope: StaticScope) -> Evaluate:
    named = {argument.name: compile_form(argument.value, scope) for argument in node.named}

    def evaluate(frame: Frame) -> FeelValue:
        callee = function(frame)
        if not isinstance(callee, FeelFunction):
            _warn_no_function(frame, node)
            return None
        values = {name: argument(frame) for name, argument in named.items()}
        return apply_named(frame.run, callee, values, node.start)

    return evaluate


def _warn_no_function(frame: Frame, node: syntax.Invocation) -> None:
    frame.run.warn(WarningKind.NOT_A_FUNCTION, "What is called here is not a function.", node.start)


Test = Callable[[Frame, FeelValue], bool | None]


def compile_tests(node: UnaryTests, scope: StaticScope) -> Test:
    """The closure of unary tests: frame and input value to true, false or null. No tests at all are true."""
    tests = [_test(test, scope) for test in node.tests]
    if not tests:
        return lambda frame, value: True

    def any_holds(frame: Frame, value: FeelValue) -> bool | None:
        answer: bool | None = False
        for test in tests:
            passed = test(frame, value)
            if passed is True:
                return True
            if passed is None:
                answer = None
        return answer

    chosen = tests[0] if len(tests) == 1 else any_holds
    if not node.is_negated:
        return chosen

    def none_holds(frame: Frame, value: FeelValue) -> bool | None:
        passed = chosen(frame, value)
        return None if passed is None else not passed

    return none_holds


def mentions(node: syntax.Node, name: str) -> bool:
    """Whether *name* stands anywhere in *node*."""
    return any(isinstance(part, syntax.Name) and part.name == name for part in syntax.walk(node))


def _test(node: Expression, scope: StaticScope) -> Test:
    if isinstance(node, syntax.UnaryComparison):
        return _comparison_test(node, scope)
    if mentions(node, "?"):
        return _input_test(node, scope)
    fast = _constant_test(node)
    if fast is not None:
        return fast
    operand = compile_form(node, scope)
    is_claim = isinstance(node, _CLAIMS)

    def passes(frame: Frame, value: FeelValue) -> bool | None:
        test = operand(frame)
        if is_claim and isinstance(test, bool) and not isinstance(value, bool):
            return test
        return matches(value, test, frame.run.step)

    return passes


def _constant_test(node: Expression) -> Test | None:
    """Cells that most tables consist of, without building ranges and looking up operators at each evaluation."""
    if isinstance(node, syntax.StringLiteral | syntax.NumberLiteral):
        return _equality_test(node.value)
    if isinstance(node, syntax.RangeLiteral):
        low, high = _constant_number(node.low), _constant_number(node.high)
        if low is not None and high is not None:
            return _range_test(low, high, node)
    return None


def _equality_test(constant: str | Decimal) -> Test:
    kind = type(constant)

    def passes(frame: Frame, value: FeelValue) -> bool | None:
        return value == constant if type(value) is kind else matches(value, constant, frame.run.step)

    return passes


def _constant_number(node: Expression) -> Decimal | None:
    if isinstance(node, syntax.Negation) and isinstance(node.operand, syntax.NumberLiteral):
        return node.operand.value.copy_negate()
    return node.value if isinstance(node, syntax.NumberLiteral) else None


def _range_test(low: Decimal, high: Decimal, node: syntax.RangeLiteral) -> Test:
    interval = Range(start=low, end=high, start_included=node.low_included, end_included=node.high_included)
    low_included, high_included = node.low_included, node.high_included

    def passes(frame: Frame, value: FeelValue) -> bool | None:
        if type(value) is not Decimal:
            return matches(value, interval)
        if value < low or value > high:
            return False
        return (low_included or value != low) and (high_included or value != high)

    return passes


# forms that state something themselves; as a test they hold or not, unless the input is a boolean to compare with
_CLAIMS = (
    syntax.Comparison,
    syntax.Conjunction,
    syntax.Disjunction,
    syntax.Between,
    syntax.Membership,
    syntax.InstanceOf,
    syntax.Quantified,
    syntax.Invocation,
)


def _comparison_test(node: syntax.UnaryComparison, scope: StaticScope) -> Test:
    uses_input = mentions(node, "?")
    operand = compile_form(node.operand, scope.inner(("?",)) if uses_input else scope)
    compare = _guarded(COMPARISONS[node.operator], node)
    fast = _NUMBER_COMPARISONS[node.operator]

    def passes(frame: Frame, value: FeelValue) -> bool | None:
        bound = operand(Frame({"?": value}, frame, frame.run) if uses_input else frame)
        if type(value) is Decimal and type(bound) is Decimal:
            return fast(value, bound)
        return compare(frame, value, bound)

    return passes


def _input_test(node: Expression, scope: StaticScope) -> Test:
    condition = compile_form(node, scope.inner(("?",)))

    def passes(frame: Frame, value: FeelValue) -> bool | None:
        answer = condition(Frame({"?": value}, frame, frame.run))
        return answer if isinstance(answer, bool) or answer is None else matches(value, answer, frame.run.step)

    return passes


def _nested_tests(node: UnaryTests, scope: StaticScope) -> Evaluate:
    tests = compile_tests(node, scope)
    read = resolve("?", scope, node.start)
    return lambda frame: tests(frame, read(frame))


FORMS: dict[type, Callable[..., Evaluate]] = {
    syntax.NumberLiteral: _literal,
    syntax.StringLiteral: _literal,
    syntax.BooleanLiteral: _literal,
    syntax.NullLiteral: _null,
    syntax.AtLiteral: _at_literal,
    syntax.Name: _name,
    syntax.Negation: _negation,
    syntax.Arithmetic: _arithmetic,
    syntax.Comparison: _comparison,
    syntax.Conjunction: _conjunction,
    syntax.Disjunction: _disjunction,
    syntax.Between: _between,
    syntax.Membership: _membership,
    syntax.InstanceOf: _instance_of,
    syntax.Conditional: _conditional,
    syntax.ListLiteral: _list,
    syntax.ContextLiteral: _context,
    syntax.RangeLiteral: _range,
    syntax.UnaryComparison: _open_range,
    syntax.Path: _path,
    syntax.FunctionDefinition: _function,
    syntax.Invocation: _invocation,
    syntax.UnaryTests: _nested_tests,
}
