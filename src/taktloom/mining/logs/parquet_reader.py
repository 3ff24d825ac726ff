# SPDX-License-Identifier: Apache-2.0
"""Parquet to staged rows: the file itself, typed columns as they are.

Columns of lists, structures, maps or bytes hold nothing that an event could be made of, and are left out. A text that a
file holds once may stand in every row, so that a small file can be a large log: how long all texts are is counted
first.
"""

import polars as pl

from taktloom.mining.logs.csv_reader import CASE_PREFIX
from taktloom.mining.logs.encodings import Digest, RawBytes, file_chunks
from taktloom.mining.logs.errors import LogTooLargeError, UnreadableLogError
from taktloom.mining.logs.mapping import AttributeLevel
from taktloom.mining.logs.requests import LogFormat
from taktloom.mining.logs.staging import SourceFile, Staging
from taktloom.model.places import Place

PARQUET_MAGIC = b"PAR1"
SAMPLE_ROWS = 1_000
PANDAS_INDEX = "__index_level_"
NO_VALUES = (pl.Binary, pl.Object)
SAMPLE_BYTES = 64 * 1024**2
SMALL_BYTES = 1024**3
FIRST_DAY, END_DAY = -719_162, 2_932_897  # 0001-01-01 and 10000-01-01, in days since 1970
UNITS_OF_A_DAY = {"ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}
MOST_REPEATED = 500  # times the size of the file, of texts together; logs have up to about 50


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
    most = min(raw.limits.unpacked_bytes, max(SMALL_BYTES, MOST_REPEATED * raw.path.stat().st_size))
    _require_bounded_texts(raw, pl.scan_parquet(raw.path), columns, most)
    _require_times_of_calendars(raw, pl.scan_parquet(raw.path), columns)
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
    rows = pl.scan_parquet(raw.path).select(list(columns)).head(SAMPLE_ROWS)
    _require_bounded_texts(raw, rows, columns, SAMPLE_BYTES)
    _require_times_of_calendars(raw, rows, columns)
    try:
        return rows.collect()
    except pl.exceptions.PolarsError as error:
        raise _damaged(raw) from error


def _require_bounded_texts(raw: RawBytes, rows: pl.LazyFrame, columns: dict[str, pl.DataType], most: int) -> None:
    """Raises LogTooLargeError where the texts of *rows* together have more than *most* bytes."""
    sizes = [
        pl.col(name).str.len_bytes() if kind == pl.String else pl.col(name).cat.len_bytes()
        for name, kind in columns.items()
        if isinstance(kind, pl.String | pl.Categorical | pl.Enum)
    ]
    if not sizes:
        return
    totals = rows.select(size.cast(pl.UInt64).sum().alias(str(place)) for place, size in enumerate(sizes))
    try:
        total = sum(totals.collect(engine="streaming").row(0))
    except pl.exceptions.PolarsError as error:
        raise _damaged(raw) from error
    if total > most:
        raise LogTooLargeError("unpacked bytes", most, raw.place)


def _require_times_of_calendars(raw: RawBytes, rows: pl.LazyFrame, columns: dict[str, pl.DataType]) -> None:
    """Raises UnreadableLogError naming the column whose times lie outside the years 1 to 9999.

    Databases write infinity so; Polars panics when it shall spell such a time.
    """
    clocks = {name: kind for name, kind in columns.items() if isinstance(kind, pl.Datetime | pl.Date)}
    if not clocks:
        return
    bounds = [
        bound.cast(pl.Int64).alias(f"{place} {edge}")
        for place, name in enumerate(clocks)
        for edge, bound in (("least", pl.col(name).min()), ("most", pl.col(name).max()))
    ]
    try:
        found = rows.select(bounds).collect(engine="streaming").row(0)
    except pl.exceptions.PolarsError as error:
        raise _damaged(raw) from error
    for (name, kind), least, most in zip(clocks.items(), found[::2], found[1::2], strict=True):
        unit = 1 if isinstance(kind, pl.Date) else UNITS_OF_A_DAY[getattr(kind, "time_unit", "us")]
        if least is not None and (least < FIRST_DAY * unit or most >= END_DAY * unit):
            raise UnreadableLogError(
                "time-range",
                f"The column '{name}' has times outside the years 1 to 9999.",
                Place(source=raw.name, element_id=name),
                "Export the log again with empty values in their place.",
            )


def _columns(raw: RawBytes) -> dict[str, pl.DataType]:
    """The columns that can be read, with their types."""
    try:
        schema = pl.scan_parquet(raw.path).collect_schema()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise _damaged(raw) from error
    if len(schema) > raw.limits.columns:
        raise LogTooLargeError("columns", raw.limits.columns, raw.place)
    return {
        name: kind
        for name, kind in schema.items()
        if not name.startswith(PANDAS_INDEX) and not (kind.is_nested() or isinstance(kind, NO_VALUES))
    }


def _damaged(raw: RawBytes) -> UnreadableLogError:
    return UnreadableLogError("parquet-damaged", "The Parquet file is damaged.", raw.place, "Export the log again.")
