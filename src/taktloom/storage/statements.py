# SPDX-License-Identifier: Apache-2.0
"""What a statement is about, read off its text: which tables, whether it changes them, how it takes several rows.

Keywords are written in capitals and names in small letters in all SQL of this package, so words are enough; nothing is
parsed. A table too many only costs a flush too many.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from operator import itemgetter
from typing import TypeAlias, TypeVar

from taktloom.storage.sqlite import SqlValue

_WORDS_WITHOUT_MEANING = re.compile(r"--[^\n]*|'(?:[^']|'')*'")
_TABLE = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE)\s+([a-z_][a-z0-9_]*)")
_CHANGE = re.compile(r"\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\b")
_INSERT = re.compile(r"(INSERT INTO [a-z_]+ \([^()]*\)\s*VALUES\s*)\(([^()]*)\)([^:]*)")
_LITERAL_WITH_COLON = re.compile(r"'[^']*:[^']*'")
_KEYED = re.compile(r"((?:UPDATE|DELETE FROM) [a-z_]+\s.*\sAND )([a-z_]+) = :\2", re.DOTALL)
_NOT_FOR_MANY = re.compile(r"\bSELECT\b|\bOR\b|::|\?|'[^']*:[^']*'")
_PARAMETER = re.compile(r":([a-z_][a-z0-9_]*)")
Bindings: TypeAlias = Mapping[str, SqlValue]
Call: TypeAlias = tuple[str, list[SqlValue]]  # a statement and what is bound to its marks
Item = TypeVar("Item")

_ROW_COUNTS = (128, 64, 32, 16, 8, 4, 2)  # a statement of its own for each; any number of rows takes few of them


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementKind:
    """tables: all that it names. table: the one that it changes, "" where it only reads."""

    tables: frozenset[str]
    table: str

    @property
    def changes(self) -> bool:
        """Whether rows may be other ones afterwards."""
        return self.table != ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ManyRows:
    """An INSERT that can take several rows at once: its text before, one row of marks, its text behind."""

    head: str
    row: str
    tail: str
    names: tuple[str, ...]
    texts: dict[int, str] = field(default_factory=dict, compare=False)  # by the number of rows, as they are needed

    def calls(self, rows: Sequence[Bindings]) -> list[Call]:
        """Each inserts some of the rows."""
        values = _picking(self.names)
        return [(self._text(len(some)), list(chain.from_iterable(map(values, some)))) for some in in_portions(rows)]

    def _text(self, count: int) -> str:
        text = self.texts.get(count)
        if text is None:
            text = self.texts[count] = self.head + ",".join([self.row] * count) + self.tail
        return text


@dataclass(frozen=True, slots=True, kw_only=True)
class ManyKeys:
    """An UPDATE or DELETE of one row by its key that can do the same to several: its text before the key."""

    head: str
    names: tuple[str, ...]
    key: str
    texts: dict[int, str] = field(default_factory=dict, compare=False)

    def calls(self, rows: Sequence[Bindings]) -> list[Call] | None:
        """Each changes some of the rows; None where one row is changed twice, for that is not the same as once."""
        alike = self.alike(rows)
        if alike is None:
            return None
        return [(self._text(len(some)), [*terms, *some]) for terms, keys in alike.items() for some in in_portions(keys)]

    def alike(self, rows: Sequence[Bindings]) -> dict[tuple[SqlValue, ...], list[SqlValue]] | None:
        """The keys of the rows to which the same is done, by what is bound for it; None as above."""
        alike: dict[tuple[SqlValue, ...], list[SqlValue]] = {}
        terms, key = _picking(self.names), self.key
        for row in rows:
            alike.setdefault(terms(row), []).append(row[key])
        return None if any(len(set(keys)) < len(keys) for keys in alike.values()) else alike

    def _text(self, count: int) -> str:
        text = self.texts.get(count)
        if text is None:
            text = self.texts[count] = f"{self.head}{self.key} IN ({','.join('?' * count)})"
        return text


def _picking(names: tuple[str, ...]) -> Callable[[Bindings], tuple[SqlValue, ...]]:
    """What gives the values of these names."""
    return itemgetter(*names) if len(names) > 1 else lambda row: tuple([row[name] for name in names])


@lru_cache(maxsize=4096)
def statement_kind(text: str) -> StatementKind:
    """What the statement *text* is about."""
    words = _WORDS_WITHOUT_MEANING.sub("", text)
    tables = _TABLE.findall(words)
    change = _CHANGE.search(words)
    table = _TABLE.search(words, change.start()) if change else None
    if change and table is None:
        table = re.compile(r"\bFROM\s+([a-z_]+)").search(words, change.start())
    return StatementKind(tables=frozenset(tables), table="" if table is None else table[1])


def calls_for(text: str, rows: Sequence[Bindings]) -> list[Call] | None:
    """Statements with `?` as marks that together do what *text* does once for each of the rows; None for any other."""
    shape = shape_of(text)
    return None if shape is None else shape.calls(rows)


@lru_cache(maxsize=4096)
def shape_of(text: str) -> ManyRows | ManyKeys | None:
    """How the statement *text* can be made to do for several rows what it does for one; None where it cannot."""
    insert = _INSERT.fullmatch(text)
    if insert is not None and not _LITERAL_WITH_COLON.search(insert[2]):
        names = tuple(_PARAMETER.findall(insert[2]))
        return ManyRows(head=insert[1], row=f"({_PARAMETER.sub('?', insert[2])})", tail=insert[3], names=names)
    keyed = _KEYED.fullmatch(text)
    if keyed is None or _NOT_FOR_MANY.search(text):
        return None
    names = tuple(_PARAMETER.findall(keyed[1]))
    return None if keyed[2] in names else ManyKeys(head=_PARAMETER.sub("?", keyed[1]), names=names, key=keyed[2])


def in_portions(rows: Sequence[Item]) -> Iterable[Sequence[Item]]:
    """The rows in order, in portions of the few sizes that statements are prepared for."""
    at, left = 0, len(rows)
    while left:
        size = next((count for count in _ROW_COUNTS if count <= left), 1)
        yield rows[at : at + size]
        at, left = at + size, left - size
