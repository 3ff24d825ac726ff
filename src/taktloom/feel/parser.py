# SPDX-License-Identifier: Apache-2.0
"""Text to syntax: a Pratt parser by hand, because only a parser that knows the scope can read FEEL's names.

Binding, loosest first: `or`; `and`; comparisons, `between`, `in`; `+ -`; `* /`; `**`; `instance of`; unary minus; then
path, filter and invocation. `if`, `for`, `some`, `every` and `function` reach as far to the right as they can.

Two places need a second try: `3[` may end the range `[1..3[` or begin a filter, and `in (` may open a list of tests, a
range or a plain expression. Failed tries are counted, so that no text takes exponential time.
Source: DMN 1.5, 10.3.1.2.
"""

from collections.abc import Callable
from typing import TypeVar

from taktloom.feel.errors import FeelSyntaxError
from taktloom.feel.kinds import decimal_of
from taktloom.feel.lexer import TokenKind
from taktloom.feel.scope import EMPTY_SCOPE, NameTable, Scope
from taktloom.feel.syntax import (
    Arithmetic,
    AtLiteral,
    Between,
    BooleanLiteral,
    Comparison,
    Conditional,
    Conjunction,
    ContextEntry,
    ContextLiteral,
    Disjunction,
    Expression,
    Filter,
    For,
    FormalParameter,
    FunctionDefinition,
    InstanceOf,
    Invocation,
    IterationClause,
    ListLiteral,
    Membership,
    Name,
    NamedArgument,
    Negation,
    Node,
    NullLiteral,
    NumberLiteral,
    Path,
    Quantified,
    RangeLiteral,
    StringLiteral,
    UnaryComparison,
    UnaryTests,
    children,
    height,
)
from taktloom.feel.token_stream import KEYWORDS, TokenStream
from taktloom.feel.type_parser import parse_type

__all__ = ["MAX_HEIGHT", "parse_expression", "parse_unary_tests"]

MAX_HEIGHT = 200  # levels of nesting; the compiled form takes about one Python frame a level
_MAX_DEPTH = 100  # nested brackets while parsing; each takes a handful of Python frames
_MAX_TRIES = 64

_COMPARISONS = frozenset({"=", "!=", "<", "<=", ">", ">="})
_OR, _AND, _COMPARE, _ADD, _MULTIPLY, _POWER = range(1, 7)
_SYMBOL_BINDING = {
    **dict.fromkeys(_COMPARISONS, _COMPARE),
    "+": _ADD,
    "-": _ADD,
    "*": _MULTIPLY,
    "/": _MULTIPLY,
    "**": _POWER,
}
_WORD_BINDING = {"or": _OR, "and": _AND, "between": _COMPARE, "in": _COMPARE}

_T = TypeVar("_T")


def parse_expression(text: str, scope: Scope = EMPTY_SCOPE, built_ins: NameTable | None = None) -> Expression:
    """Read one expression; raises FeelSyntaxError with the position and nothing else."""
    return _checked(text, scope, built_ins, _Parser.expression)


def parse_unary_tests(text: str, scope: Scope = EMPTY_SCOPE, built_ins: NameTable | None = None) -> UnaryTests:
    """Read the unary tests of a decision table's cell; raises FeelSyntaxError with the position and nothing else."""
    return _checked(text, scope, built_ins, _Parser.unary_tests)


_Root = TypeVar("_Root", Expression, UnaryTests)


def _checked(text: str, scope: Scope, built_ins: NameTable | None, read: "Callable[[_Parser], _Root]") -> _Root:
    parser = _Parser(TokenStream(text, scope, built_ins or NameTable()))
    try:
        form = read(parser)
    except RecursionError:  # the caller is deep in the stack already
        raise parser.stream.error("The expression is nested too deeply") from None
    if parser.stream.current.kind is not TokenKind.END:
        raise parser.stream.unexpected("an operator or the end")
    if height(form) > MAX_HEIGHT:
        message = f"The expression is nested deeper than {MAX_HEIGHT} levels"
        raise FeelSyntaxError(message, text, _too_deep(form).start)
    return form


def _too_deep(form: Expression | UnaryTests) -> Node:
    """A form of the first level that is too deep."""
    level: list[Node] = [form]
    for _ in range(MAX_HEIGHT):
        level = [child for node in level for child in children(node)]
    return level[0]


class _Parser:
    __slots__ = ("depth", "filters_allowed", "stream", "tries")

    def __init__(self, stream: TokenStream) -> None:
        self.stream = stream
        self.depth = 0
        self.tries = 0
        self.filters_allowed = True

    def expression(self) -> Expression:
        if self.depth >= _MAX_DEPTH:
            raise self.stream.error(f"The expression is nested deeper than {_MAX_DEPTH} brackets")
        self.depth += 1
        outer, self.filters_allowed = self.filters_allowed, True
        form = self._binary(_OR)
        self.depth -= 1
        self.filters_allowed = outer
        return form

    def unary_tests(self) -> UnaryTests:
        stream, end = self.stream, len(self.stream.text)
        if stream.at_symbol("-") and stream.tokens[stream.index + 1].kind is TokenKind.END:
            stream.take()
            return UnaryTests(tests=(), end=end)
        if stream.at_word("not"):
            negated = self._try(self._negated_tests)
            if negated is not None:
                return negated
        return UnaryTests(tests=self._tests(), end=end)

    def _negated_tests(self) -> UnaryTests:
        self.stream.take()
        self.stream.require_symbol("(")
        tests = self._tests()
        self.stream.require_symbol(")")
        if self.stream.current.kind is not TokenKind.END:
            raise self.stream.unexpected("the end")
        return UnaryTests(tests=tests, is_negated=True, end=len(self.stream.text))

    def _tests(self) -> tuple[Expression, ...]:
        tests = [self._test(_OR)]
        while self.stream.take_symbol(","):
            tests.append(self._test(_OR))
        return tuple(tests)

    def _test(self, binding: int) -> Expression:
        start = self.stream.current.start
        if self.stream.at_symbol(*_COMPARISONS):
            operator = self.stream.take().text
            operand = self._binary(_ADD)
            return UnaryComparison(operator=operator, operand=operand, start=start, end=self.stream.previous_end)
        return self.expression() if binding == _OR else self._binary(binding)

    def _binary(self, minimum: int) -> Expression:
        return self._operations(self._unary(), minimum)

    def _operations(self, left: Expression, minimum: int) -> Expression:
        while True:
            token = self.stream.current
            table = _SYMBOL_BINDING if token.kind is TokenKind.SYMBOL else _WORD_BINDING
            binding = table.get(token.text, 0) if token.kind in {TokenKind.SYMBOL, TokenKind.NAME} else 0
            if binding < minimum or binding == 0:
                return left
            self.stream.take()
            left = self._infix(left, token.text, binding)

    def _infix(self, left: Expression, operator: str, binding: int) -> Expression:
        if operator in {"and", "or"}:
            return self._junction(left, operator, binding)
        if operator == "between":
            low = self._binary(_ADD)
            self.stream.require_word("and")
            high = self._binary(_ADD)
            return Between(value=left, low=low, high=high, start=left.start, end=self.stream.previous_end)
        if operator == "in":
            return Membership(
                value=left, tests=self._membership_tests(), start=left.start, end=self.stream.previous_end
            )
        right = self._binary(binding + 1)
        form = Comparison if binding == _COMPARE else Arithmetic
        return form(operator=operator, left=left, right=right, start=left.start, end=self.stream.previous_end)

    def _junction(self, left: Expression, operator: str, binding: int) -> Expression:
        operands = [left, self._binary(binding + 1)]
        while self.stream.at_word(operator):
            self.stream.take()
            operands.append(self._binary(binding + 1))
        form = Conjunction if operator == "and" else Disjunction
        return form(operands=tuple(operands), start=left.start, end=self.stream.previous_end)

    def _membership_tests(self) -> tuple[Expression, ...]:
        if self.stream.at_symbol("("):
            tests = self._try(self._tests_in_parentheses)
            if tests is not None:
                return tests
        return (self._test(_ADD),)

    def _tests_in_parentheses(self) -> tuple[Expression, ...]:
        self.stream.require_symbol("(")
        tests = self._tests()
        self.stream.require_symbol(")")
        if self.stream.at_symbol("+", "-", "*", "/", "**", ".", "["):
            raise self.stream.unexpected("the end of the tests")
        return tests

    def _unary(self) -> Expression:
        start = self.stream.current.start
        signs = []
        while self.stream.at_symbol("-"):
            signs.append(self.stream.take().start)
            if len(signs) > _MAX_DEPTH:
                raise self.stream.error("Too many signs")
        form = self._postfix(self._primary())
        for sign in reversed(signs):
            form = Negation(operand=form, start=sign, end=self.stream.previous_end)
        return self._instance_tests(form, start)

    def _instance_tests(self, form: Expression, start: int) -> Expression:
        while self.stream.at_word("instance") and self.stream.at_word("of", 1):
            self.stream.index += 2
            form = InstanceOf(value=form, type=parse_type(self.stream), start=start, end=self.stream.previous_end)
        return form

    def _postfix(self, target: Expression) -> Expression:
        stream, start = self.stream, target.start
        while True:
            if stream.take_symbol("."):
                name = stream.member_name()
                target = Path(target=target, name=name, start=start, end=stream.previous_end)
            elif stream.at_symbol("("):
                target = self._invocation(target)
            elif stream.at_symbol("[") and self.filters_allowed:
                target = self._filter(target)
            else:
                return target

    def _filter(self, target: Expression) -> Expression:
        self.stream.take()
        outer, self.stream.use_members = self.stream.use_members, True
        with self.stream.declaring(("item",)):
            condition = self.expression()
        self.stream.use_members = outer
        self.stream.require_symbol("]")
        return Filter(target=target, condition=condition, start=target.start, end=self.stream.previous_end)

    def _invocation(self, function: Expression) -> Expression:
        stream = self.stream
        stream.take()
        arguments: list[Expression] = []
        named: list[NamedArgument] = []
        is_named = stream.names_argument()
        while not stream.at_symbol(")"):
            if is_named:
                named.append(self._named_argument())
            else:
                arguments.append(self.expression())
            if not stream.take_symbol(","):
                break
            if stream.at_symbol(")"):
                raise stream.unexpected("an argument")
        stream.require_symbol(")")
        return Invocation(
            function=function,
            arguments=tuple(arguments),
            named=tuple(named),
            start=function.start,
            end=stream.previous_end,
        )

    def _named_argument(self) -> NamedArgument:
        start = self.stream.current.start
        name = self.stream.name_until(symbol=":")
        self.stream.require_symbol(":")
        return NamedArgument(name=name, value=self.expression(), start=start, end=self.stream.previous_end)

    def _primary(self) -> Expression:
        token = self.stream.current
        read = _PRIMARIES.get(token.kind)
        if read is not None:
            return read(self)
        return self._bracketed()

    def _number(self) -> Expression:
        token = self.stream.take()
        value = decimal_of(token.text)
        if value is None:
            return NullLiteral(start=token.start, end=token.end)  # beyond decimal128
        return NumberLiteral(value=value, start=token.start, end=token.end)

    def _string(self) -> Expression:
        token = self.stream.take()
        return StringLiteral(value=token.text, start=token.start, end=token.end)

    def _at(self) -> Expression:
        token = self.stream.take()
        return AtLiteral(text=token.text, start=token.start, end=token.end)

    def _word(self) -> Expression:
        stream, token = self.stream, self.stream.current
        known = stream.known_name()
        if token.text in KEYWORDS and (known is None or known[0] == 1):
            read = _KEYWORD_FORMS.get(token.text)
            if read is None:
                raise stream.unexpected("an expression")
            return read(self)
        if known is None:
            name = stream.unknown_name()
        else:
            name = known[1]
            stream.index += known[0]
        return Name(name=name, start=token.start, end=stream.previous_end)

    def _literal_word(self) -> Expression:
        token = self.stream.take()
        if token.text == "null":
            return NullLiteral(start=token.start, end=token.end)
        return BooleanLiteral(value=token.text == "true", start=token.start, end=token.end)

    def _conditional(self) -> Expression:
        """`else if` goes on in a loop, so that a chain may have thousands of them."""
        branches: list[tuple[int, Expression, Expression]] = []
        while True:
            start = self.stream.take().start
            condition = self.expression()
            self.stream.require_word("then")
            branches.append((start, condition, self.expression()))
            self.stream.require_word("else")
            if not self.stream.at_word("if") or self._is_named_here():
                break
        form = self.expression()
        for start, condition, consequent in reversed(branches):
            form = Conditional(
                condition=condition,
                consequent=consequent,
                alternative=form,
                start=start,
                end=self.stream.previous_end,
            )
        return form

    def _is_named_here(self) -> bool:
        """Whether a keyword begins a longer name that the scope knows."""
        known = self.stream.known_name()
        return known is not None and known[0] > 1

    def _for(self) -> Expression:
        start = self.stream.take().start
        with self.stream.declaring(("partial",)) as scope:
            iterators = self._iterators(scope)
            self.stream.require_word("return")
            body = self.expression()
        return For(iterators=iterators, body=body, start=start, end=self.stream.previous_end)

    def _quantified(self) -> Expression:
        token = self.stream.take()
        with self.stream.declaring() as scope:
            iterators = self._iterators(scope)
            self.stream.require_word("satisfies")
            condition = self.expression()
        return Quantified(
            quantifier=token.text,
            iterators=iterators,
            condition=condition,
            start=token.start,
            end=self.stream.previous_end,
        )

    def _iterators(self, scope: NameTable) -> tuple[IterationClause, ...]:
        iterators = []
        while True:
            start = self.stream.current.start
            name = self.stream.name_until(word="in")
            self.stream.require_word("in")
            source = self.expression()
            until = self.expression() if self.stream.take_symbol("..") else None
            iterators.append(
                IterationClause(name=name, source=source, until=until, start=start, end=self.stream.previous_end)
            )
            scope.add(name)
            if not self.stream.take_symbol(","):
                return tuple(iterators)

    def _function(self) -> Expression:
        start = self.stream.take().start
        self.stream.require_symbol("(")
        parameters: list[FormalParameter] = []
        while not self.stream.at_symbol(")"):
            parameters.append(self._formal_parameter())
            if not self.stream.take_symbol(","):
                break
        self.stream.require_symbol(")")
        is_external = self.stream.at_word("external")
        if is_external:
            self.stream.take()
        with self.stream.declaring(parameter.name for parameter in parameters):
            body = self.expression()
        return FunctionDefinition(
            parameters=tuple(parameters),
            body=body,
            is_external=is_external,
            start=start,
            end=self.stream.previous_end,
        )

    def _formal_parameter(self) -> FormalParameter:
        start = self.stream.current.start
        name = self.stream.name_until(symbol=": , )")
        kind = parse_type(self.stream) if self.stream.take_symbol(":") else None
        return FormalParameter(name=name, type=kind, start=start, end=self.stream.previous_end)

    def _bracketed(self) -> Expression:
        stream = self.stream
        if stream.at_symbol("("):
            return self._parentheses()
        if stream.at_symbol("["):
            return self._list_or_range()
        if stream.at_symbol("]"):
            start = stream.take().start
            return self._range(self.expression(), start, low_included=False)
        if stream.at_symbol("{"):
            return self._context()
        raise stream.unexpected("an expression")

    def _parentheses(self) -> Expression:
        """`((((a) + b) …` is read from the inside in a loop, so that there may be thousands of them."""
        starts = [self.stream.take().start]
        while self.stream.at_symbol("("):
            starts.append(self.stream.take().start)
        outer, self.filters_allowed = self.filters_allowed, True
        form = self._in_parentheses(starts.pop(), None)
        while starts:
            start = starts.pop()
            form = self._in_parentheses(start, self._instance_tests(self._postfix(form), start + 1))
        self.filters_allowed = outer
        return form

    def _in_parentheses(self, start: int, first: Expression | None) -> Expression:
        """From behind the bracket at *start*, or from behind the operand that came *first* in it."""
        stream = self.stream
        if first is None and stream.at_symbol(*_COMPARISONS):
            form = self._test(_OR)
        else:
            form = self.expression() if first is None else self._operations(first, _OR)
            if stream.at_symbol(".."):
                return self._range(form, start, low_included=False)
        stream.require_symbol(")")
        return form

    def _list_or_range(self) -> Expression:
        stream = self.stream
        start = stream.take().start
        items: list[Expression] = []
        while not stream.at_symbol("]"):
            items.append(self.expression())
            if len(items) == 1 and stream.at_symbol(".."):
                return self._range(items[0], start, low_included=True)
            if not stream.take_symbol(","):
                break
            if stream.at_symbol("]"):
                raise stream.unexpected("a list item")
        stream.require_symbol("]")
        return ListLiteral(items=tuple(items), start=start, end=stream.previous_end)

    def _range(self, low: Expression, start: int, *, low_included: bool) -> Expression:
        self.stream.require_symbol("..")
        form = self._try(lambda: self._range_end(low, start, self.expression(), low_included=low_included))
        if form is not None:
            return form
        outer, self.filters_allowed = self.filters_allowed, False
        form = self._range_end(low, start, self._binary(_OR), low_included=low_included)
        self.filters_allowed = outer
        return form

    def _range_end(self, low: Expression, start: int, high: Expression, *, low_included: bool) -> Expression:
        if not self.stream.at_symbol("]", ")", "["):
            raise self.stream.unexpected("']', ')' or '['")
        closing = self.stream.take().text
        return RangeLiteral(
            low=low,
            high=high,
            low_included=low_included,
            high_included=closing == "]",
            start=start,
            end=self.stream.previous_end,
        )

    def _context(self) -> Expression:
        stream = self.stream
        start = stream.take().start
        entries: list[ContextEntry] = []
        with stream.declaring() as scope:
            while not stream.at_symbol("}"):
                entries.append(self._context_entry(scope))
                if not stream.take_symbol(","):
                    break
        stream.require_symbol("}")
        return ContextLiteral(entries=tuple(entries), start=start, end=stream.previous_end)

    def _context_entry(self, scope: NameTable) -> ContextEntry:
        stream, start = self.stream, self.stream.current.start
        key = stream.take().text if stream.current.kind is TokenKind.STRING else stream.name_until(symbol=":")
        stream.require_symbol(":")
        if stream.at_word("function"):
            scope.add(key)  # a function may call itself
        value = self.expression()
        scope.add(key)
        stream.members.add(key)
        return ContextEntry(key=key, value=value, start=start, end=stream.previous_end)

    def _try(self, read: Callable[[], _T]) -> _T | None:
        """Read, or put the cursor back and return None."""
        stream = self.stream
        saved = stream.index, self.depth, self.filters_allowed, stream.use_members
        try:
            return read()
        except FeelSyntaxError:
            self.tries += 1
            if self.tries > _MAX_TRIES:
                raise
            stream.index, self.depth, self.filters_allowed, stream.use_members = saved
            return None


_PRIMARIES: dict[TokenKind, Callable[[_Parser], Expression]] = {
    TokenKind.NUMBER: _Parser._number,
    TokenKind.STRING: _Parser._string,
    TokenKind.AT: _Parser._at,
    TokenKind.NAME: _Parser._word,
}
_KEYWORD_FORMS: dict[str, Callable[[_Parser], Expression]] = {
    "true": _Parser._literal_word,
    "false": _Parser._literal_word,
    "null": _Parser._literal_word,
    "if": _Parser._conditional,
    "for": _Parser._for,
    "some": _Parser._quantified,
    "every": _Parser._quantified,
    "function": _Parser._function,
}
