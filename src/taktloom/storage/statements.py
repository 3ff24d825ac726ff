# SPDX-License-Identifier: Apache-2.0
"""What a statement is about, read off its text: which tables, whether it changes them, how it takes several rows.

Keywords are written in capitals and names in small letters in all SQL of this package, so words are enough; nothing is
parsed. A table too many only costs a flush too many.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from taktloom.storage.sqlite import SqlValue

_WORDS_WITHOUT_MEANING = re.compile(r"--[^\n]*|'(?:[^']|'')*'")
_TABLE = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE)\s+([a-z_][a-z0-9_]*)")
_CHANGE = re.compile(r"\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\b")
_INSERT = re.compile(r"(INSERT INTO [a-z_]+ \([^()]*\)\s*VALUES\s*)\(([^()]*)\)([^:]*)")
_LITERAL_WITH_COLON = re.compile(r"'[^']*:[^']*'")
_PARAMETER = re.compile(r":([a-z_][a-z0-9_]*)")
_ROW_COUNTS = (64, 16, 4)  # a statement of its own for each, so that few are prepared and most rows go by 64


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

    def text(self, rows: int) -> str:
        """The statement for so many rows."""
        return self.head + ",".join([self.row] * rows) + self.tail

    def values(self, rows: Sequence[Mapping[str, SqlValue]]) -> list[SqlValue]:
        """What is bound to the marks, row after row."""
        names = self.names
        return [row[name] for row in rows for name in names]


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


@lru_cache(maxsize=4096)
def many_rows(text: str) -> ManyRows | None:
    """How an INSERT of one row becomes one of many; None for any other statement."""
    match = _INSERT.fullmatch(text)
    if match is None or _LITERAL_WITH_COLON.search(match[2]):
        return None
    names = tuple(_PARAMETER.findall(match[2]))
    return ManyRows(head=match[1], row=f"({_PARAMETER.sub('?', match[2])})", tail=match[3], names=names)


def in_portions(rows: Sequence[Mapping[str, SqlValue]]) -> Iterable[Sequence[Mapping[str, SqlValue]]]:
    """The rows in order, in portions of the few sizes that statements are prepared for."""
    at, left = 0, len(rows)
    while left:
        size = next((count for count in _ROW_COUNTS if count <= left), 1)
        yield rows[at : at + size]
        at, left = at + size, left - size
