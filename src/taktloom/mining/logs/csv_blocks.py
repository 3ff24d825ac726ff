# SPDX-License-Identifier: Apache-2.0
"""The short way through a CSV file whose quotes hide nothing: blocks of whole lines, several at once, once.

Where quotes are only around cells, and none is within, a line is a row and a delimiter ends a cell, so where both are
proves that every row has as many cells as the header (`csv_cells`). Where the proof fails (another quote, a blank line,
a lone carriage return, a row too short or too long, bytes that are not UTF-8), the caller takes the long way through
DuckDB, which names the rows. Both give the same rows.

The cells of a block are made into numbers while they are in the cache (`csv_columns`) and are gone then: nothing is
written between. Blocks are small enough to stay there, and for their memory to be used again and again; of 32 MiB it is
fetched from the system each time, which costs more than the splitting. Each thread reads its blocks itself, always into
the same buffer; the one that hands them out only looks for the ends of lines and hashes.
"""

import hashlib
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np
import polars as pl

from taktloom.mining.logs.csv_cells import PADDING, Cells, Room, find_cells
from taktloom.mining.logs.encodings import Digest, RawBytes
from taktloom.mining.logs.errors import ImportCancelledError, LogTooLargeError
from taktloom.mining.logs.requests import ImportStage, Progress

BLOCK_BYTES = 2 * 1024 * 1024
HASHED_BYTES = 1024 * 1024
LONGEST_LINE = 8 * 1024 * 1024
MOST_WORKERS = 16
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainText:
    """A CSV file in UTF-8 whose lines are its rows. Columns are named c0, c1 …, all of them texts.

    lines_before: how many lines there are before the header.
    """

    path: Path
    delimiter: str
    columns: int
    lines_before: int = 0

    @property
    def schema(self) -> dict[str, pl.DataType]:
        """All columns as texts."""
        return {f"c{index}": pl.String() for index in range(self.columns)}

    def scan(self) -> pl.LazyFrame:
        """The rows after the header."""
        return pl.scan_csv(
            self.path,
            has_header=False,
            skip_lines=1 + self.lines_before,
            separator=self.delimiter,
            infer_schema=False,
            schema=self.schema,
        )

    def frames(self, columns: Sequence[str]) -> Iterator[pl.DataFrame]:
        """These columns of the rows after the header, a block at a time; for a file that is known to be plain."""
        with self.path.open("rb") as file:
            for begin, size in _whole_lines(file, _header_end(file, self)):
                file.seek(begin)
                yield self.split(file.read(size), self.schema).select(columns)

    def split(self, lines: bytes, schema: dict[str, pl.DataType], columns: Sequence[int] | None = None) -> pl.DataFrame:
        """The rows of whole lines, all columns or these."""
        return pl.read_csv(
            lines,
            has_header=False,
            separator=self.delimiter,
            infer_schema=False,
            schema=schema,
            columns=columns,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Whole lines that are proved to have as many cells as the header; all columns known by their stored names."""

    text: PlainText
    lines: memoryview
    cells: Cells

    @property
    def rows(self) -> int:
        """How many rows."""
        return self.cells.rows

    def frame(self, schema: dict[str, pl.DataType], names: Iterable[str] | None = None) -> pl.DataFrame:
        """The columns *names* (None: all) as texts, or in the types that *schema* gives them."""
        places = None if names is None else sorted(int(name[1:]) for name in names)
        try:
            return self.text.split(bytes(self.lines), schema, places)
        except pl.exceptions.PolarsError as error:
            raise _NotPlainError from error


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
    try:
        with text.path.open("rb") as file:
            for begin, size in _whole_lines(file, _header_end(file, text)):
                return _Buffer().split(file, begin, size, text).frame(text.schema)
    except _NotPlainError:
        return None
    return pl.DataFrame(schema=text.schema)


def read_blocks(
    text: PlainText, raw: RawBytes, make: Callable[[Block], Made], digest: Digest | None = None
) -> PlainRows[Made] | None:
    """What *make* gives for each block, several of which are at work at once; None when the file is not plain.

    digest: filled with the hash and the size of the file. Raises LogTooLargeError and ImportCancelledError.
    """
    workers = min(os.cpu_count() or 1, MOST_WORKERS)
    waiting: deque[Future[tuple[int, Made]]] = deque()
    found: list[Made] = []
    rows = 0

    buffer = _Buffer()

    def work(begin: int, size: int) -> tuple[int, Made]:
        with text.path.open("rb") as file:
            block = buffer.split(file, begin, size, text)
        if int(block.cells.lengths.max(initial=0)) > raw.limits.cell_characters * 4:
            raise LogTooLargeError("characters in a cell", raw.limits.cell_characters, raw.place)
        return block.rows, make(block)

    with ThreadPoolExecutor(max_workers=workers) as pool:
        try:
            for begin, size in _blocks(text, raw, digest):
                waiting.append(pool.submit(work, begin, size))
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


def _blocks(text: PlainText, raw: RawBytes, digest: Digest | None) -> Iterator[tuple[int, int]]:
    """Place and size of the lines after the header, some ten thousands at a time; fills *digest* on the way."""
    total, hasher = text.path.stat().st_size, hashlib.sha256()
    piece = memoryview(bytearray(HASHED_BYTES))
    with text.path.open("rb") as file, text.path.open("rb", buffering=0) as again:
        for begin, size in _whole_lines(file, _header_end(file, text)):
            if raw.watch.cancelled():
                raise ImportCancelledError(raw.name)
            yield begin, size
            while digest is not None and again.tell() < begin + size and (read := again.readinto(piece)):
                hasher.update(piece[:read])
            raw.watch.report(Progress(stage=ImportStage.READING, done=min(begin + size, total), total=total))
        while digest is not None and (read := again.readinto(piece)):
            hasher.update(piece[:read])
        if digest is not None:
            digest.sha256, digest.size_bytes = hasher.hexdigest(), again.tell()


def _whole_lines(file: BufferedReader, begin: int) -> Iterator[tuple[int, int]]:
    """The bytes from *begin* on as places and sizes of blocks that end with a line, but for the last of the file."""
    total = file.seek(0, os.SEEK_END)
    while begin < total:
        file.seek(begin + BLOCK_BYTES - 1)
        rest = file.readline(LONGEST_LINE)  # the line that the last byte of the block belongs to
        size = BLOCK_BYTES - 1 + len(rest) if rest else total - begin
        if rest and not rest.endswith(b"\n") and begin + size < total:
            raise _NotPlainError
        yield begin, size
        begin += size


def _header_end(file: BufferedReader, text: PlainText) -> int:
    """Where the first row begins."""
    before = b"".join(file.readline(LONGEST_LINE) for _ in range(text.lines_before))
    header = file.readline(LONGEST_LINE)
    if before.count(b"\r") != before.count(b"\r\n") or before.count(b"\n") != text.lines_before:
        raise _NotPlainError
    if header.count(b'"') % 2 or b"\0" in header or not header.endswith(b"\n"):
        raise _NotPlainError
    return len(before) + len(header)


class _Buffer(threading.local):
    """The memory that a thread reads its blocks into, and finds their cells in."""

    def __init__(self) -> None:
        self.letters = bytearray()
        self.room = Room()

    def read(self, file: BufferedReader, begin: int, size: int) -> memoryview:
        """The bytes of whole lines, an end after the last of them, with PADDING on both sides."""
        if len(self.letters) < size + 1 + 2 * PADDING:
            self.letters = bytearray(size + size // 8 + 1 + 2 * PADDING)
        file.seek(begin)
        view, end = memoryview(self.letters), PADDING
        while end < PADDING + size and (read := file.readinto(view[end : PADDING + size])):
            end += read
        if end < PADDING + size:  # the file was cut off meanwhile
            raise _NotPlainError
        if view[end - 1] != ord("\n"):
            view[end] = ord("\n")
            end += 1
        view[end : end + PADDING] = bytes(PADDING)
        return view[: end + PADDING]

    def split(self, file: BufferedReader, begin: int, size: int, text: PlainText) -> Block:
        """The cells of whole lines."""
        letters = self.read(file, begin, size)
        held, end = self.letters, len(letters) - PADDING
        if held.find(b"\0", PADDING, end) >= 0:
            raise _NotPlainError
        if held.find(b"\r", PADDING, end) >= 0 and held.count(b"\r", PADDING, end) != held.count(b"\r\n", PADDING, end):
            raise _NotPlainError
        cells = find_cells(np.frombuffer(letters, dtype=np.uint8), ord(text.delimiter), text.columns, self.room)
        if cells is None:
            raise _NotPlainError
        return Block(text=text, lines=letters[PADDING:-PADDING], cells=cells)
