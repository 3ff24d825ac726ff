# SPDX-License-Identifier: Apache-2.0
"""Analyses of a table at an address that the caller names, where the data lies, and queries to import from it.

Only the command line and Python have them: a server that connects to addresses that its users name would reach what
they may not. It has `app.connections` instead, which an administrator names.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from taktloom.app.context import Context, use_case
from taktloom.app.review import condition_of
from taktloom.app.sql_outputs import SqlOutput, output_of, read_rules
from taktloom.assure.permissions import Permission
from taktloom.model.errors import MisuseError, TaktloomError


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlTableRequest:
    """engine: address as Ibis takes it. The others as in `mining.sql.event_table.SqlColumns`."""

    engine: str
    table: str
    case: str = "case_id"
    activity: str = "activity"
    time: str = "timestamp"
    start: str | None = None
    resource: str | None = None
    order: str | None = None
    skip_bad_rows: bool = False


@use_case(Permission.LOG_VIEW)
def analyse_on_engine(
    context: Context,
    *,
    analysis: str,
    request: SqlTableRequest,
    rules: tuple[str, ...] = (),
    steps: str | None = None,
) -> SqlOutput:
    """One of SQL_ANALYSES of a table or view. rules: lines as `taktloom mine rules` takes them. steps: a filter in its
    JSON form.

    Raises MisuseError, SqlExtraMissingError, SqlTableRefusedError.
    """
    del context
    read, condition = read_rules(analysis, rules), condition_of(steps)
    from taktloom.mining.sql.errors import SqlTableRefusedError
    from taktloom.mining.sql.event_table import SqlColumns, connect, open_table, remedy_of

    columns = SqlColumns(
        case=request.case,
        activity=request.activity,
        time=request.time,
        start=request.start,
        resource=request.resource,
        order=request.order,
        skip_bad_rows=request.skip_bad_rows,
    )
    connection = connect(request.engine)
    try:
        table = open_table(connection, request.table, columns, condition=condition)
        return output_of(analysis, table, read, has_start=request.start is not None)
    except TaktloomError:
        raise
    except Exception as error:  # every engine's driver has errors of its own
        raise SqlTableRefusedError("analysis", "The engine cannot carry out the analysis.", remedy_of(error)) from error
    finally:
        connection.disconnect()


@use_case(Permission.LOG_EDIT)
def fetch_query(context: Context, *, engine: str, query: str, into: Path) -> int:
    """Write what the query finds on the engine as the Parquet file *into*, to be imported; how many rows.

    query: SQL, or the name of a file that ends with .sql and holds it. Raises MisuseError, SqlExtraMissingError,
    SqlTableRefusedError, LogTooLargeError.
    """
    del context
    from taktloom.mining.sql.query import write_query

    with tempfile.TemporaryDirectory(dir=into.parent) as workspace:
        return write_query(engine, _spelled(query), into, Path(workspace))


def _spelled(query: str) -> str:
    if not query.lower().endswith(".sql"):
        return query
    path = Path(query)
    if not path.is_file():
        raise MisuseError(
            f"There is no file {query}.",
            remedy="Give the query itself, or the name of a file that holds it.",
            parameters={"path": query},
        )
    return path.read_text(encoding="utf-8")
