# SPDX-License-Identifier: Apache-2.0
"""The short way through a CSV file without quotes: blocks of whole lines, split by Polars, kept as Arrow files.

Without quotes a line is a row and a delimiter ends a cell, so counting both proves that every row has as many cells as
the header. Where the proof fails (a quote, a blank line, a lone carriage return, a row too short or too long), the
caller takes the long way through DuckDB, which names the rows. Both give the same rows.

Tried on 2,000,000 rows of 7 columns, CPU seconds: DuckDB to Parquet 2.0 (its Parquet writer is two thirds of that,
whatever the compression), this way 0.8; typed columns instead of texts save DuckDB a quarter, but lose what a time
looked like, which decides how the others are read.
"""

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

from taktloom.mining.logs.encodings import RawBytes
from taktloom.mining.logs.errors import ImportCancelledError, LogTooLargeError
from taktloom.mining.logs.requests import ImportStage, Progress

BLOCK_BYTES = 32 * 1024 * 1024
LONGEST_LINE = 8 * 1024 * 1024
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def stage_blocks(text: Path, delimiter: str, columns: int, workspace: Path, raw: RawBytes) -> list[Path] | None:
    """Arrow files with text columns c0, c1 … in the order of the file; None when the file is not of this kind.

    Raises LogTooLargeError and ImportCancelledError.
    """
    if len(delimiter.encode()) != 1 or columns < 2:
        return None
    paths: list[Path] = []
    rows = 0
    for block in _blocks(text, raw):
        frame = None if block is None else _split(block, delimiter, columns)
        if frame is None:
            for path in paths:
                path.unlink()
            return None
        rows += frame.height
        _require_small(frame, rows, raw)
        if frame.height:
            paths.append(workspace / f"rows-{len(paths):05}.arrow")
            frame.write_ipc(paths[-1])
    return paths


def _blocks(text: Path, raw: RawBytes) -> Iterator[bytes | None]:
    """The lines after the header, some ten thousands at a time, each with its end; None for a line without end."""
    total, done = text.stat().st_size, 0
    with text.open("rb") as file:
        header = file.readline(LONGEST_LINE)
        if b'"' in header or not header.endswith(b"\n"):
            yield None
            return
        while block := file.read(BLOCK_BYTES):
            rest = b"" if block.endswith(b"\n") else file.readline(LONGEST_LINE)
            if rest and not rest.endswith(b"\n"):
                if file.read(1):
                    yield None
                    return
                rest += b"\n"  # the last line of a file may lack its end
            elif not block.endswith(b"\n") and not rest:
                rest = b"\n"
            if raw.watch.cancelled():
                raise ImportCancelledError(raw.name)
            yield block + rest
            done += len(block)
            raw.watch.report(Progress(stage=ImportStage.READING, done=min(done, total), total=total))


def _split(block: bytes, delimiter: str, columns: int) -> pl.DataFrame | None:
    if b'"' in block or (b"\r" in block and block.count(b"\r") != block.count(b"\r\n")):
        return None
    try:
        frame = pl.read_csv(
            io.BytesIO(block),
            has_header=False,
            separator=delimiter,
            quote_char=None,
            infer_schema=False,
            schema={f"c{index}": pl.String() for index in range(columns)},
        )
    except pl.exceptions.PolarsError:
        return None
    letters = np.frombuffer(block, dtype=np.uint8)
    lines, delimiters = (int(np.count_nonzero(letters == ord(each))) for each in ("\n", delimiter))
    return frame if (lines, delimiters) == (frame.height, frame.height * (columns - 1)) else None


def _require_small(frame: pl.DataFrame, rows: int, raw: RawBytes) -> None:
    if rows > raw.limits.rows:
        raise LogTooLargeError("rows", raw.limits.rows, raw.place)
    longest = frame.select(pl.max_horizontal(pl.all().str.len_bytes().max())).item()
    if (longest or 0) > raw.limits.cell_characters * 4:
        raise LogTooLargeError("characters in a cell", raw.limits.cell_characters, raw.place)
