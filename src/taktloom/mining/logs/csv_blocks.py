# SPDX-License-Identifier: Apache-2.0
"""The short way through a CSV file without quotes: blocks of whole lines, split by Polars, several at once, once.

Without quotes a line is a row and a delimiter ends a cell, so counting both proves that every row has as many cells as
the header. Where the proof fails (a quote, a blank line, a lone carriage return, a row too short or too long, bytes
that are not UTF-8), the caller takes the long way through DuckDB, which names the rows. Both give the same rows.

The texts of a block are made into numbers while they are in the cache (`csv_columns`) and are gone then: nothing is
written between. Blocks are small enough that their memory is used again and again; of 32 MiB it is fetched from the
system each time, which costs more than the splitting.
"""

import hashlib
import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Generic, TypeVar

import numpy as np
import polars as pl

from taktloom.mining.logs.encodings import Digest, RawBytes
from taktloom.mining.logs.errors import ImportCancelledError, LogTooLargeError
from taktloom.mining.logs.requests import ImportStage, Progress

BLOCK_BYTES = 8 * 1024 * 1024
LONGEST_LINE = 8 * 1024 * 1024
MOST_WORKERS = 16
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainText:
    """A CSV file in UTF-8 that is split without regard to quotes. Columns are named c0, c1 …, all of them texts."""

    path: Path
    delimiter: str
    columns: int

    @property
    def schema(self) -> dict[str, pl.DataType]:
        """All columns as texts."""
        return {f"c{index}": pl.String() for index in range(self.columns)}

    def scan(self) -> pl.LazyFrame:
        """The rows after the header."""
        return pl.scan_csv(
            self.path,
            has_header=False,
            skip_lines=1,
            separator=self.delimiter,
            quote_char=None,
            infer_schema=False,
            schema=self.schema,
        )

    def frames(self, columns: Sequence[str]) -> Iterator[pl.DataFrame]:
        """These columns of the rows after the header, a block at a time; for a file that is known to be plain."""
        with self.path.open("rb") as file:
            begin = len(file.readline())
            for block in _whole_lines(file, begin):
                yield self.split(block, self.schema).select(columns)

    def split(self, block: bytes, schema: dict[str, pl.DataType]) -> pl.DataFrame:
        """The rows of whole lines."""
        return pl.read_csv(
            block,
            has_header=False,
            separator=self.delimiter,
            quote_char=None,
            infer_schema=False,
            schema=schema,
        )


class _NotPlainError(Exception):
    """The file is not of this kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainRows(Generic[Made]):
    """How many rows there are, and what was made of each block, in their order."""

    rows: int
    made: list[Made]


def first_rows(text: PlainText) -> pl.DataFrame | None:
    """The rows of the first block; None when they show that the file is not of this kind."""
    if len(text.delimiter.encode()) != 1 or text.columns < 2:
        return None
    with text.path.open("rb") as file:
        header, block = file.readline(LONGEST_LINE), file.read(BLOCK_BYTES)
        block += file.readline(LONGEST_LINE)
    try:
        _require_plain(header)
        return _split(_ended(block), text, text.schema) if block else pl.DataFrame(schema=text.schema)
    except _NotPlainError:
        return None


def read_blocks(
    text: PlainText,
    raw: RawBytes,
    schema: dict[str, pl.DataType],
    make: Callable[[pl.DataFrame], Made],
    digest: Digest | None = None,
) -> PlainRows[Made] | None:
    """What *make* gives for each block, several of which are at work at once; None when the file is not plain.

    schema: as `PlainText.schema`, with categories for columns that are to come coded. digest: filled with the hash and
    the size of the file. Raises LogTooLargeError and ImportCancelledError.
    """
    workers = min(os.cpu_count() or 1, MOST_WORKERS)
    waiting: deque[Future[tuple[int, Made]]] = deque()
    found: list[Made] = []
    rows = 0

    def work(block: bytes) -> tuple[int, Made]:
        frame = _split(block, text, schema)
        _require_small(frame, raw)
        return frame.height, make(frame)

    with ThreadPoolExecutor(max_workers=workers) as pool:
        try:
            for block in _blocks(text.path, raw, digest):
                waiting.append(pool.submit(work, block))
                while len(waiting) > workers or (waiting and waiting[0].done()):
                    rows = _taken(waiting.popleft(), found, rows, raw)
            while waiting:
                rows = _taken(waiting.popleft(), found, rows, raw)
        except _NotPlainError:
            return None
        finally:
            for future in waiting:
                future.cancel()
    return PlainRows(rows=rows, made=found)


def _taken(future: Future[tuple[int, Made]], found: list[Made], rows: int, raw: RawBytes) -> int:
    height, made = future.result()
    found.append(made)
    if rows + height > raw.limits.rows:
        raise LogTooLargeError("rows", raw.limits.rows, raw.place)
    return rows + height


def _blocks(path: Path, raw: RawBytes, digest: Digest | None) -> Iterator[bytes]:
    """The lines after the header, some ten thousands at a time, each with its end."""
    total, done, hasher = path.stat().st_size, 0, hashlib.sha256()
    with path.open("rb") as file:
        header = file.readline(LONGEST_LINE)
        _require_plain(header)
        hasher.update(header)
        for block in _whole_lines(file, len(header)):
            if not block.endswith(b"\n") and file.read(1):
                raise _NotPlainError
            if raw.watch.cancelled():
                raise ImportCancelledError(raw.name)
            yield _ended(block)
            if digest is not None:
                hasher.update(block)
            done += len(block)
            raw.watch.report(Progress(stage=ImportStage.READING, done=min(done, total), total=total))
    if digest is not None:
        digest.sha256, digest.size_bytes = hasher.hexdigest(), done + len(header)


def _whole_lines(file: BinaryIO, begin: int) -> Iterator[bytes]:
    """The bytes from *begin* on, in blocks that end with a line, read in one piece: to join two costs a copy."""
    while True:
        file.seek(begin + BLOCK_BYTES - 1)
        rest = file.readline(LONGEST_LINE)  # the line that the last byte of the block belongs to
        file.seek(begin)
        block = file.read(BLOCK_BYTES - 1 + len(rest))
        if not block:
            return
        yield block
        begin += len(block)


def _require_plain(header: bytes) -> None:
    if b'"' in header or b"\0" in header or not header.endswith(b"\n"):
        raise _NotPlainError


def _ended(block: bytes) -> bytes:
    """*block* with an end after its last line, which the last one of a file may lack."""
    return block if block.endswith(b"\n") else block + b"\n"


def _split(block: bytes, text: PlainText, schema: dict[str, pl.DataType]) -> pl.DataFrame:
    if b'"' in block or b"\0" in block or (b"\r" in block and block.count(b"\r") != block.count(b"\r\n")):
        raise _NotPlainError
    try:
        frame = text.split(block, schema)
    except pl.exceptions.PolarsError as error:
        raise _NotPlainError from error
    letters = np.frombuffer(block, dtype=np.uint8)
    lines, delimiters = (int(np.count_nonzero(letters == ord(each))) for each in ("\n", text.delimiter))
    if (lines, delimiters) != (frame.height, frame.height * (text.columns - 1)):
        raise _NotPlainError
    return frame


def _require_small(frame: pl.DataFrame, raw: RawBytes) -> None:
    texts = frame.select(pl.col(pl.String).str.len_bytes().max())
    longest = max((value or 0 for value in texts.row(0)), default=0) if texts.width else 0
    if longest > raw.limits.cell_characters * 4:
        raise LogTooLargeError("characters in a cell", raw.limits.cell_characters, raw.place)
