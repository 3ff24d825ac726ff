# SPDX-License-Identifier: Apache-2.0
"""The static scope: which names an expression may use, so that names with spaces and operators can be read.

The longest known name wins (`a - b` is the name if the scope has it, else a subtraction). Entries of contexts are known
too: from the types in the scope, from context literals in the expression, and from values given with a context.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from taktloom.feel.errors import FeelSyntaxError
from taktloom.feel.kinds import FeelFunction
from taktloom.feel.lexer import Token, TokenKind, name_parts, normalize_name
from taktloom.feel.types import (
    BUILT_IN_TYPES,
    ConstrainedType,
    ContextType,
    FeelType,
    FunctionType,
    ListType,
    NamedReference,
    RangeType,
    SimpleType,
)

__all__ = ["EMPTY_SCOPE", "NameTable", "NameTables", "Scope"]

_MAX_NAME_TOKENS = 40
_PROPERTIES = ("time offset", "start included", "end included")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What an expression can see from outside.

    names: variables with their types (None: unknown). types: item definitions by name, as `instance of` uses them.
    members: further names that may follow a dot or stand in a filter. functions: the host's, for external ones.
    """

    names: Mapping[str, FeelType | None] = field(default_factory=dict)
    types: Mapping[str, FeelType] = field(default_factory=dict)
    members: frozenset[str] = frozenset()
    functions: Mapping[str, FeelFunction] = field(default_factory=dict, compare=False)
    _names: "list[NameTables]" = field(default_factory=list, init=False, compare=False, repr=False)
    _of_types: "list[_TypeNames]" = field(default_factory=list, compare=False, repr=False)

    @staticmethod
    def of(names: Iterable[str], members: Iterable[str] = ()) -> "Scope":
        """A scope of variables whose types are not known."""
        return Scope(names=dict.fromkeys(names), members=frozenset(members))

    def with_names(self, names: Mapping[str, FeelType | None]) -> "Scope":
        """The scope with more variables; what is known of the types is shared."""
        self._type_names()
        return replace(self, names={**self.names, **names}, _of_types=self._of_types)

    def with_functions(self, functions: Mapping[str, FeelFunction]) -> "Scope":
        """The scope with functions of the host."""
        self._type_names()
        return replace(self, functions=functions, _of_types=self._of_types)

    def member_names(self) -> set[str]:
        """Every entry name that a value in this scope may have."""
        of_types = self._type_names()
        return {*self.members, *of_types.members, *_member_names(self.names.values(), set(of_types.seen))}

    def tables(self) -> "NameTables":
        """The names for the parser, made once: building them takes longer than parsing a short expression."""
        if not self._names:
            of_types = self._type_names()
            others = {*self.members, *_member_names(self.names.values(), set(of_types.seen))} - of_types.members
            tables = (of_types.member_table, NameTable(others)) if others else (of_types.member_table,)
            self._names.append(NameTables(names=NameTable(self.names), members=tables, types=of_types.type_table))
        return self._names[0]

    def _type_names(self) -> "_TypeNames":
        if not self._of_types:
            seen: set[int] = set()
            members = _member_names(self.types.values(), seen)
            self._of_types.append(
                _TypeNames(
                    members=frozenset(members),
                    seen=frozenset(seen),
                    member_table=NameTable([*_PROPERTIES, *members]),
                    type_table=NameTable([*BUILT_IN_TYPES, *self.types]) if self.types else _BUILT_IN_TYPE_TABLE,
                )
            )
        return self._of_types[0]


def _member_names(kinds: Iterable[FeelType | None], seen: set[int]) -> set[str]:
    """Entry names inside of *kinds*; *seen*: the ids of types already looked at."""
    found: set[str] = set()
    pending = list(kinds)
    while pending:
        kind = pending.pop()
        if kind is None or isinstance(kind, SimpleType) or id(kind) in seen:
            continue
        seen.add(id(kind))
        pending.extend(_parts(kind))
        if isinstance(kind, ContextType):
            found.update(kind.entries)
    return found


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


@dataclass(frozen=True, slots=True, kw_only=True)
class NameTables:
    """What a scope knows, ready for matching; shared by all parsers, so never added to."""

    names: NameTable
    members: tuple[NameTable, ...]
    types: NameTable


@dataclass(frozen=True, slots=True, kw_only=True)
class _TypeNames:
    """The part that depends on the types alone, shared by the scopes of one model."""

    members: frozenset[str]
    seen: frozenset[int]
    member_table: NameTable
    type_table: NameTable


_BUILT_IN_TYPE_TABLE = NameTable(BUILT_IN_TYPES)
EMPTY_SCOPE = Scope()


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
