# SPDX-License-Identifier: Apache-2.0
"""Type expressions: `number`, `list<tLoan>`, `context<a: string>`, `range<date>`, `function<number> -> string`."""

from taktloom.feel.lexer import TokenKind
from taktloom.feel.syntax import (
    ContextTypeExpression,
    FunctionTypeExpression,
    ListTypeExpression,
    NamedType,
    RangeTypeExpression,
    TypeEntry,
    TypeExpression,
)
from taktloom.feel.token_stream import TokenStream

__all__ = ["parse_type"]

_MAX_DEPTH = 30


def parse_type(stream: TokenStream, depth: int = 0) -> TypeExpression:
    """Read one type; raises FeelSyntaxError."""
    if depth > _MAX_DEPTH:
        raise stream.error("The type is nested too deeply")
    start = stream.current.start
    if stream.current.kind is not TokenKind.NAME:
        raise stream.unexpected("a type")
    opens = stream.tokens[min(stream.index + 1, len(stream.tokens) - 1)].text == "<"
    word = stream.current.text
    if opens and word in {"list", "range"}:
        return _element_type(stream, word, depth)
    if opens and word == "context":
        return _context_type(stream, depth)
    if opens and word == "function":
        return _function_type(stream, depth)
    return NamedType(name=_type_name(stream), start=start, end=stream.previous_end)


def _type_name(stream: TokenStream) -> str:
    found = stream.types.match(stream.tokens, stream.index)
    if found is not None:
        stream.index += found[0]
        return found[1]
    name = stream.unknown_name()
    while stream.take_symbol("."):
        name = f"{name}.{stream.unknown_name()}"
    return name


def _element_type(stream: TokenStream, word: str, depth: int) -> TypeExpression:
    start = stream.take().start
    stream.require_symbol("<")
    element = parse_type(stream, depth + 1)
    stream.require_symbol(">")
    form = ListTypeExpression if word == "list" else RangeTypeExpression
    return form(element=element, start=start, end=stream.previous_end)


def _context_type(stream: TokenStream, depth: int) -> TypeExpression:
    start = stream.take().start
    stream.require_symbol("<")
    entries: list[TypeEntry] = []
    while True:
        entry_start = stream.current.start
        key = stream.name_until(symbol=":")
        stream.require_symbol(":")
        kind = parse_type(stream, depth + 1)
        entries.append(TypeEntry(key=key, type=kind, start=entry_start, end=stream.previous_end))
        stream.members.add(key)
        if not stream.take_symbol(","):
            break
    stream.require_symbol(">")
    return ContextTypeExpression(entries=tuple(entries), start=start, end=stream.previous_end)


def _function_type(stream: TokenStream, depth: int) -> TypeExpression:
    start = stream.take().start
    stream.require_symbol("<")
    parameters: list[TypeExpression] = []
    while not stream.at_symbol(">"):
        parameters.append(parse_type(stream, depth + 1))
        if not stream.take_symbol(","):
            break
    stream.require_symbol(">")
    stream.require_symbol("->")
    result = parse_type(stream, depth + 1)
    return FunctionTypeExpression(parameters=tuple(parameters), result=result, start=start, end=stream.previous_end)
