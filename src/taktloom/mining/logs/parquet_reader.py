# SPDX-License-Identifier: Apache-2.0
"""Parquet to staged rows: the file itself, typed columns as they are."""

import polars as pl

from taktloom.mining.logs.csv_reader import CASE_PREFIX
from taktloom.mining.logs.encodings import Digest, RawBytes, file_chunks
from taktloom.mining.logs.errors import LogTooLargeError, UnreadableLogError
from taktloom.mining.logs.mapping import AttributeLevel
from taktloom.mining.logs.requests import LogFormat
from taktloom.mining.logs.staging import SourceFile, Staging

PARQUET_MAGIC = b"PAR1"
SAMPLE_ROWS = 1_000
PANDAS_INDEX = "__index_level_"


def stage_parquet(raw: RawBytes) -> Staging:
    """The file's columns and rows; raises UnreadableLogError when it is damaged, LogTooLargeError over a limit."""
    digest = Digest()
    for _ in file_chunks(raw, digest):
        pass
    columns = _columns(raw)
    try:
        rows = int(pl.scan_parquet(raw.path).select(pl.len()).collect().item())
    except pl.exceptions.PolarsError as error:
        raise _damaged(raw) from error
    if rows == 0:
        raise UnreadableLogError("no-rows", "The file has columns but no rows.", raw.place, "Export the log again.")
    if rows > raw.limits.rows:
        raise LogTooLargeError("rows", raw.limits.rows, raw.place)
    return Staging(
        source=SourceFile(name=raw.name, size_bytes=digest.size_bytes, sha256=digest.sha256, format=LogFormat.PARQUET),
        paths=(raw.path,),
        columns={name: name for name in columns},
        rows=rows,
        levels={name: AttributeLevel.CASE for name in columns if name.startswith(CASE_PREFIX)},
        first_row=1,
    )


def sample_parquet(raw: RawBytes) -> pl.DataFrame:
    """The first rows."""
    columns = _columns(raw)
    try:
        return pl.scan_parquet(raw.path).select(columns).head(SAMPLE_ROWS).collect()
    except pl.exceptions.PolarsError as error:
        raise _damaged(raw) from error


def _columns(raw: RawBytes) -> list[str]:
    try:
        names = pl.scan_parquet(raw.path).collect_schema().names()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise _damaged(raw) from error
    if len(names) > raw.limits.columns:
        raise LogTooLargeError("columns", raw.limits.columns, raw.place)
    return [name for name in names if not name.startswith(PANDAS_INDEX)]


def _damaged(raw: RawBytes) -> UnreadableLogError:
    return UnreadableLogError("parquet-damaged", "The Parquet file is damaged.", raw.place, "Export the log again.")
