# SPDX-License-Identifier: Apache-2.0
"""Rows as a reader found them, before anything is decided: what every format's reader hands to the builder.

Text formats stage text columns only; Parquet keeps its types. Rows stay in the order of the source.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from taktloom.mining.logs.coded_texts import CodedTexts
from taktloom.mining.logs.csv_blocks import PlainText
from taktloom.mining.logs.mapping import AttributeLevel, AttributeType
from taktloom.mining.logs.requests import LogFormat
from taktloom.mining.logs.times import ParsedTimes
from taktloom.model.findings import Finding

ARROW = ".arrow"
ROW_COLUMN = "__row"  # of staged rows that are a part of others: their number there


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """The file itself: name shown to people, size and SHA-256 of its bytes, format and, for text, how it was read."""

    name: str
    size_bytes: int
    sha256: str
    format: LogFormat
    encoding: str | None = None
    delimiter: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReadyColumns:
    """Columns of all staged rows, by source name, that were made into numbers while the source was read.

    texts: coded, as they stand. times: read by the rules of the import. numbers: of columns all of whose texts are
    such.
    """

    texts: Mapping[str, CodedTexts] = field(default_factory=dict)
    times: Mapping[str, ParsedTimes] = field(default_factory=dict)
    numbers: Mapping[str, pl.Series] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Staging:
    """Staged rows. columns: source name -> column in the files. levels/types: what the format itself declares.

    rejected_rows: numbers of rows that could not be split into columns, with the first examples. first_row: the number
    in the source of the first staged row (2 after a header line). schema_columns: staged columns that belong to the
    event schema already and pass as they are. cursor: how far an EventSource was read. formula_cells:
    of a workbook, how many cells hold what a formula gave. are_paired: of a part of a log, whether the whole log has
    starts and completions (None: the rows are the whole). counts_rejects: of a part, whether it is the one whose result
    counts what belongs to the whole (rejected rows, formulas). date_formats: of a part, by source column, those of
    times whose format the whole log decided. text: the source itself where it is read again, instead of files. ready:
    what need not be read again.
    """

    source: SourceFile
    paths: tuple[Path, ...]
    columns: Mapping[str, str]
    rows: int
    levels: Mapping[str, AttributeLevel] = field(default_factory=dict)
    types: Mapping[str, AttributeType] = field(default_factory=dict)
    rejected_rows: tuple[int, ...] = ()
    first_row: int = 2
    schema_columns: tuple[str, ...] = ()
    cursor: str | None = None
    formula_cells: int = 0
    are_paired: bool | None = None
    counts_rejects: bool = True
    date_formats: Mapping[str, str] = field(default_factory=dict)
    examples: tuple[Finding, ...] = ()
    text: PlainText | None = None
    ready: ReadyColumns = field(default_factory=ReadyColumns)

    def scan(self) -> pl.LazyFrame:
        """All staged rows; a column that a segment lacks is null there."""
        if self.text is not None:
            return self.text.scan()
        return pl.concat([_scan(path) for path in self.paths], how="diagonal_relaxed")

    def frames(self, rows: int) -> Iterator[pl.DataFrame]:
        """All staged columns, about *rows* rows at a time."""
        stored = list(self.columns.values())
        if self.text is None:
            scan = self.scan().select(stored)
            for begin in range(0, self.rows, rows):
                yield scan.slice(begin, rows).collect()
            return
        held: list[pl.DataFrame] = []
        for frame in self.text.frames(stored):
            held.append(frame)
            if sum(each.height for each in held) >= rows:
                yield pl.concat(held)
                held = []
        if held:
            yield pl.concat(held)

    def load(self, source_column: str) -> pl.Series:
        """One column by its source name, all rows."""
        stored = self.columns[source_column]
        return self.scan().select(stored).collect()[stored].rename(source_column)

    def load_parts(self, source_column: str, rows: int) -> Iterator[pl.Series]:
        """One column by its source name, at most *rows* at a time; one empty part when there are none."""
        stored = self.columns[source_column]
        if self.text is not None and self.rows:
            for frame in self.text.frames([stored]):
                yield frame[stored].rename(source_column)
            return
        if self.paths and all(path.suffix == ARROW for path in self.paths):  # blocks already, read one after the other
            for path in self.paths:
                yield _block_column(path, stored).rename(source_column)
            return
        scan = self.scan().select(stored)
        for begin in range(0, max(1, self.rows), rows):
            yield scan.slice(begin, rows).collect()[stored].rename(source_column)


def _block_column(path: Path, column: str) -> pl.Series:
    """The column of a block; nulls where the block has none of it."""
    scan = pl.scan_ipc(path)
    if column in scan.collect_schema():
        return scan.select(column).collect()[column]
    rows = int(scan.select(pl.len()).collect().item())
    return pl.repeat(None, rows, dtype=pl.String(), eager=True).alias(column)


def _scan(path: Path) -> pl.LazyFrame:
    return pl.scan_ipc(path) if path.suffix == ARROW else pl.scan_parquet(path)
