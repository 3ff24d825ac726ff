# SPDX-License-Identifier: Apache-2.0
"""What a query of the caller's own finds on an SQL engine, written as a Parquet file to be imported.

The query is sent as it stands; no text is put into it. It must be one statement that only reads: its syntax tree is
looked at first, and where the engine has read-only sessions (DuckDB files, PostgreSQL, MySQL, SQLite), it runs in one.
Rows come in batches, so that those of DuckDB are never held together; other drivers may hold the result.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from taktloom.mining.logs.errors import LogTooLargeError
from taktloom.mining.logs.requests import ImportLimits
from taktloom.mining.sql.errors import SqlExtraMissingError, SqlTableRefusedError
from taktloom.mining.sql.event_table import connect, remedy_of
from taktloom.model.places import Place

BATCH_ROWS = 200_000
PLACE = Place(source="query")


def write_query(url: str, query: str, target: Path, workspace: Path, limits: ImportLimits | None = None) -> int:
    """Write the rows of *query* on the engine at *url* as *target* (Parquet) and tell how many there are.

    url: as for `connect`. workspace: an empty folder for what is in between. Raises SqlExtraMissingError,
    SqlTableRefusedError and, over `rows` or `columns` of *limits*, LogTooLargeError.
    """
    limits = limits or ImportLimits()
    connection = connect(url)
    _require_reading(query, connection)
    rows = 0
    paths: list[Path] = []
    try:
        for frame in _batches(connection, query):
            rows += frame.height
            _require_small(rows, frame.width, limits)
            paths.append(workspace / f"rows-{len(paths):05}.parquet")
            frame.write_parquet(paths[-1])
    except (SqlTableRefusedError, LogTooLargeError, OSError, MemoryError):
        raise
    except Exception as error:  # every engine's driver has errors of its own
        raise SqlTableRefusedError("query", "The query cannot be run.", remedy_of(error)) from error
    finally:
        connection.disconnect()
    if rows == 0:
        raise SqlTableRefusedError("no-rows", "The query finds no rows.", "Check its conditions.")
    pl.concat([pl.scan_parquet(path) for path in paths], how="diagonal_relaxed").sink_parquet(target)
    return rows


def _require_reading(query: str, connection: Any) -> None:
    try:
        import sqlglot
        from sqlglot import exp
    except ImportError as error:
        raise SqlExtraMissingError from error
    try:
        statements = sqlglot.parse(query, read=connection.dialect)
    except sqlglot.errors.SqlglotError as error:
        raise SqlTableRefusedError("query", "The query cannot be read.", remedy_of(error)) from error
    writing = (
        exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.Into, exp.Create, exp.Drop, exp.Alter, exp.Command, exp.Lock,
    )  # fmt: skip
    one = statements[0] if len(statements) == 1 else None
    if not isinstance(one, exp.Query) or one.find(*writing) is not None:
        raise SqlTableRefusedError(
            "query-writes", "The query is not one statement that only reads.", "Give a single SELECT."
        )


def _batches(connection: Any, query: str) -> Iterator[pl.DataFrame]:
    if connection.name == "duckdb":
        for batch in connection.con.sql(query).to_arrow_reader(BATCH_ROWS):
            yield pl.DataFrame(batch)
        return
    cursor = connection.raw_sql(query)
    if not hasattr(cursor, "fetchmany"):
        remedy = "Write its rows to a file there, and import that."
        raise SqlTableRefusedError("query-engine", "Queries on this engine cannot be imported.", remedy)
    names = [column[0] for column in cursor.description]
    while found := cursor.fetchmany(BATCH_ROWS):
        yield pl.DataFrame(
            [tuple(row) for row in found], schema=names, orient="row", infer_schema_length=None, strict=False
        )


def _require_small(rows: int, columns: int, limits: ImportLimits) -> None:
    if columns > limits.columns:
        raise LogTooLargeError("columns", limits.columns, PLACE)
    if rows > limits.rows:
        raise LogTooLargeError("rows", limits.rows, PLACE)
