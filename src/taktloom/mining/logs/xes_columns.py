# SPDX-License-Identifier: Apache-2.0
"""What the two ways of reading XES share: names of cases and columns, types, and what is staged in the end."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from taktloom.mining.logs.encodings import Digest, RawBytes
from taktloom.mining.logs.mapping import AttributeLevel, AttributeType
from taktloom.mining.logs.requests import LogFormat
from taktloom.mining.logs.staging import SourceFile, Staging

CASE_PREFIX = "case:"
CASE_NAME = "case:concept:name"
XES_TYPES = {
    "string": AttributeType.TEXT,
    "id": AttributeType.TEXT,
    "date": AttributeType.INSTANT,
    "int": AttributeType.INTEGER,
    "float": AttributeType.NUMBER,
    "boolean": AttributeType.BOOLEAN,
    "list": AttributeType.TEXT,
}


class ColumnTypes:
    """What types each column's values were declared with."""

    def __init__(self) -> None:
        self._pairs: set[tuple[str, str]] = set()
        self._seen: dict[str, set[AttributeType]] = {}

    @property
    def columns(self) -> int:
        """How many columns had a value."""
        return len(self._seen)

    def note(self, column: str, kind: str) -> None:
        """Remember that *column* had a value of XES type *kind*."""
        if (column, kind) not in self._pairs:
            self._pairs.add((column, kind))
            self._seen.setdefault(column, set()).add(XES_TYPES[kind])

    def decided(self) -> dict[str, AttributeType]:
        """One type per column; a mixture of numbers is a number, any other is text."""
        numbers = {AttributeType.INTEGER, AttributeType.NUMBER}
        return {
            column: next(iter(kinds))
            if len(kinds) == 1
            else (AttributeType.NUMBER if kinds <= numbers else AttributeType.TEXT)
            for column, kinds in self._seen.items()
        }


class CaseNames:
    """Names of traces in their order: numbered when a trace has none, told apart when another has it already."""

    def __init__(self) -> None:
        self._number = 0
        self._taken: dict[str, int] = {}

    def name(self, given: str | None) -> str:
        """The name of the next trace."""
        self._number += 1
        base = (given or "").strip() or f"trace {self._number}"
        self._taken[base] = self._taken.get(base, 0) + 1
        return base if self._taken[base] == 1 else f"{base} #{self._taken[base]}"


def xes_levels(columns: Iterable[str]) -> dict[str, AttributeLevel]:
    """Trace attributes are the case's, event attributes the event's: the format says so."""
    return {name: AttributeLevel.CASE if name.startswith(CASE_PREFIX) else AttributeLevel.EVENT for name in columns}


@dataclass(slots=True, kw_only=True)
class StagedRows:
    """What was staged so far: files in order, columns as they appeared, how many rows, the types declared."""

    paths: list[Path] = field(default_factory=list)
    columns: dict[str, None] = field(default_factory=dict)
    rows: int = 0
    types: ColumnTypes = field(default_factory=ColumnTypes)

    def finished(self, raw: RawBytes, digest: Digest) -> Staging:
        """The staging of *raw*, read to its end."""
        return Staging(
            source=SourceFile(name=raw.name, size_bytes=digest.size_bytes, sha256=digest.sha256, format=LogFormat.XES),
            paths=tuple(self.paths),
            columns={name: name for name in self.columns},
            rows=self.rows,
            levels=xes_levels(self.columns),
            types=self.types.decided(),
            first_row=1,
        )
