# SPDX-License-Identifier: Apache-2.0
"""The static scope: which names an expression may use, so that names with spaces and operators can be read.

The longest known name wins (`a - b` is the name if the scope has it, else a subtraction). Entries of contexts are known
too: from the types in the scope, from context literals in the expression, and from values given with a context.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from taktloom.feel.errors import FeelSyntaxError
from taktloom.feel.lexer import Token, TokenKind, name_parts, normalize_name
from taktloom.feel.types import (
    ConstrainedType,
    ContextType,
    FeelType,
    FunctionType,
    ListType,
    NamedReference,
    RangeType,
    SimpleType,
)

__all__ = ["EMPTY_SCOPE", "NameTable", "Scope"]

_MAX_NAME_TOKENS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What an expression can see from outside.

    names: variables with their types (None: unknown). types: item definitions by name, as `instance of` uses them.
    members: further names that may follow a dot or stand in a filter.
    """

    names: Mapping[str, FeelType | None] = field(default_factory=dict)
    types: Mapping[str, FeelType] = field(default_factory=dict)
    members: frozenset[str] = frozenset()

    @staticmethod
    def of(names: Iterable[str], members: Iterable[str] = ()) -> "Scope":
        """A scope of variables whose types are not known."""
        return Scope(names=dict.fromkeys(names), members=frozenset(members))

    def member_names(self) -> set[str]:
        """Every entry name that a value in this scope may have."""
        found = set(self.members)
        pending: list[FeelType | None] = [*self.names.values(), *self.types.values()]
        seen: set[int] = set()
        while pending:
            kind = pending.pop()
            if kind is None or isinstance(kind, SimpleType) or id(kind) in seen:
                continue
            seen.add(id(kind))
            pending.extend(_parts(kind))
            if isinstance(kind, ContextType):
                found.update(kind.entries)
        return found


EMPTY_SCOPE = Scope()


class NameTable:
    """Names by their first token, for the longest match."""

    __slots__ = ("_by_first",)

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for name in names:
            self.add(name)

    def add(self, name: str) -> None:
        """Make *name* known; a text that no expression can spell (a key in quotes) stays unknown."""
        try:
            parts = name_parts(name)
        except FeelSyntaxError:
            return
        if not parts or len(parts) > _MAX_NAME_TOKENS:
            return
        entries = self._by_first.setdefault(parts[0], [])
        if all(known != parts for known, _ in entries):
            entries.append((parts, normalize_name(name)))
            entries.sort(key=lambda entry: -len(entry[0]))

    def match(self, tokens: Sequence[Token], index: int) -> tuple[int, str] | None:
        """Length in tokens and spelling of the longest known name that starts at *index*."""
        for parts, name in self._by_first.get(tokens[index].text, ()):
            if _stands_at(parts, tokens, index):
                return len(parts), name
        return None


def _stands_at(parts: tuple[str, ...], tokens: Sequence[Token], index: int) -> bool:
    if index + len(parts) >= len(tokens):  # the END token is never part of a name
        return False
    return all(
        token.text == part and token.kind not in {TokenKind.STRING, TokenKind.AT}
        for part, token in zip(parts, tokens[index : index + len(parts)], strict=True)
    )


def _parts(kind: FeelType) -> Iterable[FeelType | None]:
    if isinstance(kind, ContextType):
        return kind.entries.values()
    if isinstance(kind, ListType | RangeType):
        return (kind.element,)
    if isinstance(kind, ConstrainedType):
        return (kind.base,)
    if isinstance(kind, NamedReference):
        return (kind.target,)
    if isinstance(kind, FunctionType):
        return (kind.result, *kind.parameters)
    return ()
