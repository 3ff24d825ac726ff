# SPDX-License-Identifier: Apache-2.0
"""Analyses of tables on SQL engines that an administrator has named in the settings.

A request names a connection, one of its tables and an analysis, and brings rules and filters as values: no address, no
path, no column and no text of SQL. Each analysis has a connection of its own, only for reading, which ends with it.
What a driver says goes to the server's log, without the password; whoever asked is told what kind of fault it is.
"""

import logging
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from importlib.util import find_spec
from typing import TYPE_CHECKING, TypeVar, cast
from urllib.parse import quote, quote_plus, urlsplit

from taktloom.app.analyses.files import file_of
from taktloom.app.analyses.running import MadeFile
from taktloom.app.connection_settings import ConnectionSettings, TableSettings, password_of
from taktloom.app.context import Context, use_case
from taktloom.app.long_work import Report, WorkHandle, WorkKind, WorkStatus, unheard
from taktloom.app.review import condition_of
from taktloom.app.setting_errors import SettingError
from taktloom.app.sql_outputs import SQL_ANALYSES, SqlOutput, output_of, read_rules
from taktloom.assure.permissions import Permission
from taktloom.model.errors import MisuseError, NotFoundError, TaktloomError

if TYPE_CHECKING:
    from taktloom.mining.filters import LogFilter
    from taktloom.mining.rules.business_rules import BusinessRule

Result = TypeVar("Result")
LOGGER = logging.getLogger("taktloom.app")
ANSWERED_WITHIN_S = 2.0
CONNECT_S = 10
MOST_SAID = 500
_DRIVERS = {"duckdb": "duckdb", "postgres": "psycopg", "mysql": "MySQLdb", "pyspark": "pyspark"}
_TIMED = {"postgres", "mysql"}
"""Engines whose drivers take `connect_timeout`"""
_ADMINISTRATORS_TO_MEND = {
    "engine": "The connection '{name}' cannot be reached.",
    "no-file": "The connection '{name}' cannot be reached.",
    "engine-unable": "Analyses are not done on the engine of the connection '{name}'.",
    "table": "The table '{table}' of the connection '{name}' is not there, or may not be read.",
    "column": "The table '{table}' of the connection '{name}' lacks a column that the settings name.",
    "time-type": "A time of the table '{table}' of the connection '{name}' is no timestamp.",
}


class Readiness(StrEnum):
    """Whether analyses can be asked for: the libraries of the extra `sql`, or the engine's driver, may be missing."""

    READY = "ready"
    EXTRA_MISSING = "extra-missing"
    DRIVER_MISSING = "driver-missing"
    UNABLE = "unable"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRecord:
    """What can be asked of a table. orders_ties: a column orders rows of the same case and time."""

    name: str
    analyses: tuple[str, ...]
    has_start: bool
    has_resource: bool
    orders_ties: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionRecord:
    """engine: its kind. can_stop: the engine's work ends when it is cancelled. kept_s: of a result, shown again."""

    name: str
    engine: str
    readiness: Readiness
    can_stop: bool
    time_limit_s: int
    row_limit: int
    kept_s: int
    tables: tuple[TableRecord, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRequest:
    """connection, table: names of the settings. rules: lines as `taktloom mine rules` takes them. steps: a filter in
    its JSON form. is_fresh: count anew, whatever is kept."""

    connection: str
    table: str
    analysis: str
    rules: tuple[str, ...] = ()
    steps: str | None = None
    is_fresh: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedTable:
    """A result, and when the engine counted it."""

    counted: SqlOutput
    counted_at: datetime


@use_case(Permission.LOG_VIEW)
def list_connections(context: Context) -> tuple[ConnectionRecord, ...]:
    """The connections of the settings, by name, and what each can do; nothing is connected to."""
    return tuple(_record(name, one) for name, one in sorted(context.rooms.settings.connections.items()))


@use_case(Permission.LOG_VIEW)
def analyse_table(context: Context, *, request: TableRequest, report: Report = unheard) -> CountedTable:
    """Count on the engine and wait for it. Raises NotFoundError, MisuseError, SettingError, SqlExtraMissingError,
    SqlConnectionError, SqlTableRefusedError and SqlLimitError."""
    return _analyse(context, _asked(context, request), report)


@use_case(Permission.LOG_VIEW)
def start_table_analysis(context: Context, *, request: TableRequest) -> CountedTable | WorkStatus:
    """The result where it is kept or comes within two seconds, else the work to follow; asked again, the same work is
    joined. Raises what `analyse_table` raises."""
    asked = _asked(context, request)

    def work(handle: WorkHandle) -> CountedTable:
        return _analyse(context, asked, handle.advance, handle)

    return _kept_or_begun(context, asked, asked.key, work)


@use_case(Permission.LOG_VIEW)
def start_table_file(context: Context, *, request: TableRequest, file: str) -> MadeFile | WorkStatus:
    """A file of a result, as `start_table_analysis` gives the result itself; raises what `file_of` raises too."""
    asked = _asked(context, request)
    key = (*asked.key, "file", file)

    def work(handle: WorkHandle) -> MadeFile:
        answers, found = context.rooms.kept_answers, None
        if not request.is_fresh:
            found = answers.load(asked.key, kept_s=asked.connection.kept_s)
        result = cast("CountedTable", found) if found else _analyse(context, asked, handle.advance, handle)
        handle.advance("writing", 0, None)
        made = MadeFile(*file_of(result.counted.output, file))
        answers.save(key, made)
        return made

    return _kept_or_begun(context, asked, key, work)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A request that was found to make sense, with what the settings say now: a work goes on with it. key: of its
    result."""

    request: TableRequest
    connection: ConnectionSettings
    table: TableSettings
    rules: tuple["BusinessRule", ...]
    condition: "LogFilter"
    key: tuple[Hashable, ...]


def _asked(context: Context, request: TableRequest) -> _Asked:
    connection = context.rooms.settings.connections.get(request.connection)
    table = None if connection is None else connection.tables.get(request.table)
    if connection is None or table is None:
        raise NotFoundError(
            "There is no such connection." if connection is None else "The connection has no such table.",
            remedy="Choose one from the list of connections; an administrator names them in the settings.",
        )
    rules, condition = read_rules(request.analysis, request.rules), condition_of(request.steps)
    if request.analysis not in _analyses_of(table):
        raise MisuseError(
            "The table names no resource, so there are no hand-overs.",
            remedy="Let an administrator name its column in the settings.",
        )
    key = (request.connection, request.table, request.analysis, rules, condition)
    return _Asked(request=request, connection=connection, table=table, rules=rules, condition=condition, key=key)


def _kept_or_begun(
    context: Context, asked: _Asked, key: tuple[Hashable, ...], work: Callable[[WorkHandle], Result]
) -> Result | WorkStatus:
    if not asked.request.is_fresh:
        kept = context.rooms.kept_answers.load(key, kept_s=asked.connection.kept_s)
        if kept is not None:
            return cast("Result", kept)
    return context.rooms.long_work.answer(
        work, kind=WorkKind.QUERY, key=("connection", *key), seconds=ANSWERED_WITHIN_S
    )


def _analyse(context: Context, asked: _Asked, report: Report, handle: WorkHandle | None = None) -> CountedTable:
    """Count, and keep what came of it."""
    from taktloom.mining.watching import watched_by

    at = context.rooms.clock()
    password = None
    try:
        password = password_of(asked.connection)
        with watched_by(report):
            counted = _count(asked, password, handle)
    except Exception as error:
        if handle is not None and handle.is_cancelled():
            handle.advance("stopped", 0, None)  # which says that it was cancelled, whatever the driver makes of it
        raise _told(asked, error, password) from None
    found = CountedTable(counted=counted, counted_at=at)
    context.rooms.kept_answers.save(asked.key, found)
    return found


def _count(asked: _Asked, password: str | None, handle: WorkHandle | None) -> SqlOutput:
    from taktloom.mining.sql.event_table import SqlColumns, connect, open_table
    from taktloom.mining.sql.stopping import stoppable
    from taktloom.mining.watching import tell

    named, settings = asked.table, asked.connection
    columns = SqlColumns(
        case=named.case,
        activity=named.activity,
        time=named.time,
        start=named.start,
        resource=named.resource,
        order=named.order,
        skip_bad_rows=named.skip_bad_rows,
    )
    tell("connecting", 0)
    connection = connect(settings.engine, **_options(settings, password))
    try:
        with stoppable(connection, limit_s=settings.time_limit_s) as stopper:
            if handle is not None:
                handle.when_stopped(stopper.stop)
            table = open_table(
                connection, named.table, columns, condition=asked.condition, most_rows=settings.row_limit
            )
            return output_of(asked.request.analysis, table, asked.rules, has_start=named.start is not None)
    finally:
        connection.disconnect()


def _options(settings: ConnectionSettings, password: str | None) -> dict[str, object]:
    options: dict[str, object] = {} if password is None else {"password": password}
    if _kind(settings) in _TIMED:
        options["connect_timeout"] = CONNECT_S
    return options


def _told(asked: _Asked, error: Exception, password: str | None) -> TaktloomError:
    """What whoever asked may know of *error*; the rest goes to the server's log."""
    from taktloom.mining.sql.errors import SqlConnectionError, SqlTableRefusedError

    name, table = asked.request.connection, asked.request.table
    if isinstance(error, SqlTableRefusedError) and error.reason in _ADMINISTRATORS_TO_MEND:
        told = SqlConnectionError(error.reason, _ADMINISTRATORS_TO_MEND[error.reason].format(name=name, table=table))
    elif isinstance(error, SettingError):
        told = SqlConnectionError("password", f"The password of the connection '{name}' cannot be read.")
    elif isinstance(error, TaktloomError):
        return error
    else:
        told = SqlConnectionError("analysis", f"The engine of the connection '{name}' did not carry out the analysis.")
    LOGGER.warning("connection %s, table %s, %s: %s", name, table, told.reason, _said(error, password))
    return told


def _said(error: Exception, password: str | None) -> str:
    """On one line and without the password, whatever form a driver repeats it in."""
    text = " ".join(f"{type(error).__name__}: {error}".split())
    if password:
        for form in (password, " ".join(password.split()), quote(password), quote_plus(password), repr(password)[1:-1]):
            text = text.replace(form or password, "…")
    return text[:MOST_SAID]


def _record(name: str, one: ConnectionSettings) -> ConnectionRecord:
    from taktloom.mining.sql.stopping import STOPS

    kind = _kind(one)
    return ConnectionRecord(
        name=name,
        engine=kind,
        readiness=_readiness(kind),
        can_stop=kind in STOPS,
        time_limit_s=one.time_limit_s,
        row_limit=one.row_limit,
        kept_s=one.kept_s,
        tables=tuple(
            TableRecord(
                name=table,
                analyses=_analyses_of(each),
                has_start=each.start is not None,
                has_resource=each.resource is not None,
                orders_ties=each.order is not None,
            )
            for table, each in sorted(one.tables.items())
        ),
    )


def _kind(one: ConnectionSettings) -> str:
    """The engine's kind, as its address begins."""
    return urlsplit(one.engine).scheme.replace("postgresql", "postgres")


def _readiness(kind: str) -> Readiness:
    from taktloom.mining.sql.event_table import UNABLE

    if kind in UNABLE:
        return Readiness.UNABLE
    if find_spec("ibis") is None:
        return Readiness.EXTRA_MISSING
    driver = _DRIVERS.get(kind)
    return Readiness.DRIVER_MISSING if driver is not None and find_spec(driver) is None else Readiness.READY


def _analyses_of(table: TableSettings) -> tuple[str, ...]:
    return tuple(each for each in SQL_ANALYSES if each != "hand-overs" or table.resource is not None)
