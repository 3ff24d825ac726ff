# SPDX-License-Identifier: Apache-2.0
"""A table of events on an SQL engine, brought to the columns and the order of the canonical log.

What differs between engines, silently, is settled here once, so that every analysis gives the numbers of the local
path: instants are whole microseconds put together from seconds and fractions (one engine keeps fractions in its epoch,
another cuts them off); the session's time zone is UTC; texts are stripped, and empty ones absent, as on import; rows of
the same case and instant stand in the order of a column that the caller names, or of the row number where the engine
has one, and are counted where neither is there; labels are sorted in Python, never by the engine's collation; a
collation that holds different texts for equal is refused.
"""

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from taktloom.mining.filters import ALL_PASS, LogFilter
from taktloom.mining.sql.errors import SqlExtraMissingError, SqlLimitError, SqlTableRefusedError
from taktloom.mining.sql.filtering import in_order, keep
from taktloom.mining.watching import tell

MICROSECONDS = 1_000_000
SESSION_IN_UTC = {
    "duckdb": "SET TimeZone = 'UTC'",
    "postgres": "SET TIME ZONE 'UTC'",
    "pyspark": "SET TIME ZONE 'UTC'",
    "mysql": "SET time_zone = '+00:00'",
}
FILE_ENGINES = ("duckdb://", "sqlite://")
DUCKDB_FILE = "duckdb://"
READ_ONLY = {
    "postgres": "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
    "mysql": "SET SESSION TRANSACTION READ ONLY",
    "sqlite": "PRAGMA query_only = ON",
}
UNABLE = {"sqlite"}
"""Engines whose times lose their fractions on the way: their numbers would not be those of an import."""
COLUMNS = ("case", "activity", "time", "start", "resource", "order")


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlColumns:
    """Columns of the table. time: of the completion; start: of the beginning; order: what orders rows of one case that
    completed at the same instant. skip_bad_rows: leave out rows without case, activity or time instead of refusing."""

    case: str
    activity: str
    time: str
    start: str | None = None
    resource: str | None = None
    order: str | None = None
    skip_bad_rows: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFacts:
    """rows: used. skipped_rows: without case, activity or time. tied_rows: of the same case and instant as another.
    is_reproducible: ties are ordered, or there are none. is_collation_checked: the engine could tell."""

    rows: int
    skipped_rows: int
    tied_rows: int
    is_reproducible: bool
    is_collation_checked: bool


class EventTable:
    """rows: an Ibis table of case, activity, resource (texts; the last may be null), at and started (µs), step (0 … in
    the case), position (to order cases by their first row; once filtered, `begun` has that of the whole case) and the
    activity before (`previous`), with its time and resource. facts: what was found on the way. most_rows: a result with
    more is refused; None: any."""

    def __init__(self, rows: Any, facts: TableFacts, *, most_rows: int | None = None) -> None:
        self.rows = rows
        self.facts = facts
        self.most_rows = most_rows


def counted_as(condition: Any) -> Any:
    """1 where the condition holds, else 0: not every engine casts truth values to numbers."""
    import ibis

    return condition.ifelse(ibis.literal(1), ibis.literal(0)).cast("int64")


def fetched(expression: Any, *, most: int | None = None) -> list[dict[str, Any]]:
    """The rows of an Ibis expression; raises SqlLimitError where there are more than *most*."""
    rows: list[dict[str, Any]] = columns_of(expression, most=most).to_pylist()
    return rows


def columns_of(expression: Any, *, most: int | None = None) -> Any:
    """As an Arrow table; raises SqlLimitError where there are more than *most* rows."""
    tell("counting", 0)
    found = (expression if most is None else expression.limit(most + 1)).to_pyarrow()
    if most is not None and found.num_rows > most:
        raise SqlLimitError("rows", most)
    return found


def connect(url: str, **options: object) -> Any:
    """A connection to the engine at *url*, its session in UTC and only for reading where the engine has such sessions.

    url: as Ibis takes it, such as duckdb:///file.db, postgres://user@host/database; the file must be there, as engines
    would make an empty one. options: of the engine's driver, such as its password. Raises SqlExtraMissingError and
    SqlTableRefusedError.
    """
    try:
        import ibis
    except ImportError as error:
        raise SqlExtraMissingError from error
    try:
        connection = ibis.connect(_read_only(_of_its_file(url)), **options)
        if connection.name in READ_ONLY:
            connection.raw_sql(READ_ONLY[connection.name])
        return in_utc(connection)
    except SqlTableRefusedError:
        raise
    except Exception as error:  # every engine's driver has errors of its own
        raise SqlTableRefusedError("engine", "The SQL engine cannot be reached.", remedy_of(error)) from error


def _read_only(url: str) -> str:
    """*url* such that a DuckDB file is opened for reading only; one in memory has nothing to protect."""
    is_file = url.startswith(DUCKDB_FILE) and len(url) > len(DUCKDB_FILE) and ":memory:" not in url
    if not is_file or "read_only" in url:
        return url
    return f"{url}{'&' if '?' in url else '?'}read_only=True"


def _of_its_file(url: str) -> str:
    """*url* with the absolute path of its file, where it is an engine's that reads one: three slashes may stand before
    a path from the root, as Ibis has it, or from the working folder, as other libraries do."""
    scheme = next((each for each in FILE_ENGINES if url.startswith(each)), "")
    path, mark, options = url.removeprefix(scheme).partition("?")
    if "://" in path or path in {"", ":memory:", "/:memory:"} or path.startswith("md:"):
        return url
    found = next((each for each in map(Path, (path, path.lstrip("/"))) if each.is_file()), None)
    if found is None:
        remedy = "Name a file that is there: sqlite:///folder/file.db, say."
        raise SqlTableRefusedError("no-file", f"There is no database file {path}.", remedy)
    return f"{scheme}{found.resolve()}{mark}{options}"


def in_utc(connection: Any) -> Any:
    """*connection* with its session in UTC."""
    statement = SESSION_IN_UTC.get(connection.name)
    if statement is not None:
        connection.raw_sql(statement)
    return connection


def remedy_of(error: Exception) -> str:
    """What to do about an error of an engine's driver: its own first line tells best."""
    first = (str(error).strip().splitlines() or [""])[0][:200]
    return f"Check the address and that the engine's driver is installed ({type(error).__name__}: {first})."


def open_table(
    connection: Any, name: str, columns: SqlColumns, *, condition: LogFilter = ALL_PASS, most_rows: int | None = None
) -> EventTable:
    """The events of the table or view *name* that *condition* leaves; raises SqlTableRefusedError.

    A dot separates the schema from the name. most_rows: of a result.
    """
    if connection.name in UNABLE:
        remedy = "Import its rows by a query (--engine and --query of log import), or copy them to DuckDB."
        raise SqlTableRefusedError("engine-unable", "Analyses are not done on this SQL engine.", remedy)
    tell("checking the table", 0)
    schema, _, bare = name.rpartition(".")
    try:
        table = connection.table(bare, database=schema) if schema else connection.table(bare)
    except Exception as error:
        raise SqlTableRefusedError("table", f"There is no table '{name}'.", remedy_of(error)) from error
    _require_columns(table, columns)
    plain = table.select(**_plain_columns(table, columns))
    good = plain.filter(plain["case"].notnull() & plain.activity.notnull() & plain["at"].notnull())
    facts = _facts(plain, good, columns)
    rows = in_order(good)
    if condition.steps:
        rows = keep(rows, condition)
        facts = replace(facts, rows=_count(rows))
    return EventTable(rows, facts, most_rows=most_rows)


def _count(rows: Any) -> int:
    count = int(fetched(rows.aggregate(rows=rows.count()))[0]["rows"])
    if count == 0:
        raise SqlTableRefusedError("no-rows", "The filter leaves no events.", "Filter less.")
    return count


def _require_columns(table: Any, columns: SqlColumns) -> None:
    known = table.schema()
    for part in COLUMNS:
        name = getattr(columns, part)
        if name is not None and name not in known:
            listed = ", ".join(sorted(known.names)[:30])
            raise SqlTableRefusedError("column", f"The table has no column '{name}'.", f"Name one of: {listed}.")
    for name in filter(None, (columns.time, columns.start)):
        if not known[name].is_timestamp():
            raise SqlTableRefusedError(
                "time-type",
                f"Column '{name}' is no timestamp but {known[name]}.",
                "Make a view that casts it to a timestamp, in UTC where it has no zone.",
            )


def _plain_columns(table: Any, columns: SqlColumns) -> dict[str, Any]:
    import ibis

    started = None if columns.start is None else _microseconds(table[columns.start])
    at = _microseconds(table[columns.time])
    return {
        "case": _text(table[columns.case]),
        "activity": _text(table[columns.activity]),
        "resource": ibis.null("string") if columns.resource is None else _text(table[columns.resource]),
        "at": at,
        "started": at if started is None else started.coalesce(at),
        "position": _position(table, columns),
    }


def _position(table: Any, columns: SqlColumns) -> Any:
    import ibis

    if columns.order is not None:
        return table[columns.order]
    if has_row_numbers(table):
        return table.rowid()
    return ibis.literal(0)


def has_row_numbers(table: Any) -> bool:
    """Whether the engine numbers the rows of *table* in the order they came in: DuckDB does, of tables."""
    backend = table.get_backend()
    if backend.name != "duckdb":
        return False
    question = "SELECT count(*) FROM duckdb_tables() WHERE table_name = ?"
    found = backend.con.execute(question, [table.get_name()]).fetchall()
    return bool(found[0][0])


def _text(column: Any) -> Any:
    """As text, stripped; empty is null. A whole number in a floating column is spelled as the number it is."""
    import ibis

    if column.type().is_floating():
        whole = column.cast("int64")
        text = ibis.ifelse(whole.cast("float64") == column, whole.cast("string"), column.cast("string"))
    else:
        text = column.cast("string")
    return text.strip().nullif("")


def _microseconds(column: Any) -> Any:
    if column.get_backend().name == "pyspark":  # has a function for the whole, and none for the fraction
        return _unix_micros()(column)
    return column.truncate("s").epoch_seconds().cast("int64") * MICROSECONDS + column.microsecond().cast("int64")


@cache
def _unix_micros() -> Any:
    import ibis
    from ibis.expr import datatypes

    instant = datatypes.Timestamp(timezone="UTC")
    return ibis.udf.scalar.builtin(lambda instant: None, name="unix_micros", signature=((instant,), datatypes.int64))


def _facts(plain: Any, good: Any, columns: SqlColumns) -> TableFacts:
    counted = plain.aggregate(rows=plain.count()).cross_join(good.aggregate(good=good.count())).to_pyarrow()
    total, rows = (counted.column(name)[0].as_py() for name in ("rows", "good"))
    if rows < total and not columns.skip_bad_rows:
        raise SqlTableRefusedError(
            "bad-rows",
            f"{total - rows} of {total} rows have no case, no activity or no time.",
            "Mend them, or leave them out with --skip-bad-rows; of a connection, its settings do.",
        )
    if rows == 0:
        raise SqlTableRefusedError("no-rows", "The table has no events.", "Name another table.")
    instants = good.group_by("case", "at").aggregate(rows=good.count(), places=good.position.nunique())
    tied = instants.filter(instants["rows"] > 1)
    found = tied.aggregate(
        rows=tied["rows"].sum().coalesce(0).cast("int64"), places=tied.places.sum().coalesce(0).cast("int64")
    ).to_pyarrow()
    tied_rows, places = (found.column(name)[0].as_py() for name in ("rows", "places"))
    return TableFacts(
        rows=rows,
        skipped_rows=total - rows,
        tied_rows=tied_rows,
        is_reproducible=tied_rows == places,
        is_collation_checked=_check_collation(good),
    )


def _check_collation(good: Any) -> bool:
    """Refuse texts that the engine holds for equal though they differ; False where it cannot tell."""
    import ibis

    names = ("case", "activity", "resource")
    measures = {name: good[name].nunique() for name in names}
    measures |= {f"{name}_exactly": good[name].hexdigest("md5").nunique() for name in names}
    try:
        found = good.aggregate(**measures).to_pyarrow()
    except ibis.common.exceptions.OperationNotDefinedError:
        return False
    for name in names:
        if found.column(name)[0].as_py() != found.column(f"{name}_exactly")[0].as_py():
            raise SqlTableRefusedError(
                "collation",
                f"The engine holds different texts of the {name} for equal: its collation folds them.",
                "Make a view that gives the column a binary collation.",
            )
    return True
