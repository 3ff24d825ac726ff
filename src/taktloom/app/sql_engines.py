# SPDX-License-Identifier: Apache-2.0
"""Analyses of a table on the organisation's SQL engine, where the data lies, and queries to import from it.

Only the command line and Python have them: a server that connects to addresses that its users name would reach what
they may not.
"""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from taktloom.app.context import Context, use_case
from taktloom.assure.permissions import Permission
from taktloom.model.errors import MisuseError

if TYPE_CHECKING:
    from taktloom.mining.sql.event_table import EventTable

SQL_ANALYSES = ("flows", "times", "variants", "durations", "rework", "hand-overs", "rules")


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlTableRequest:
    """engine: address as Ibis takes it. The others as in `mining.sql.event_table.SqlColumns`."""

    engine: str
    table: str
    case: str
    activity: str
    time: str
    start: str | None = None
    resource: str | None = None
    order: str | None = None
    skip_bad_rows: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlOutput:
    """result: plain JSON. columns and rows: the same as a table. facts and notes: on the events that were read."""

    result: object
    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]
    facts: Mapping[str, object]
    notes: tuple[str, ...]


@use_case(Permission.LOG_VIEW)
def analyse_on_engine(
    context: Context, *, analysis: str, request: SqlTableRequest, rules: tuple[str, ...] = ()
) -> SqlOutput:
    """One of SQL_ANALYSES of a table or view. rules: lines as `taktloom mine rules` takes them.

    Raises MisuseError, SqlExtraMissingError, SqlTableRefusedError.
    """
    del context
    if analysis not in SQL_ANALYSES:
        raise MisuseError(
            f"There is no analysis '{analysis}' on SQL engines.", remedy=f"Use one of: {', '.join(SQL_ANALYSES)}."
        )
    if (analysis == "rules") != bool(rules):
        raise MisuseError("Rules go with the analysis of rules.", remedy="Give --rule with rules, and only there.")
    from taktloom.mining.review import to_plain
    from taktloom.mining.sql.event_table import SqlColumns, connect, open_table

    columns = SqlColumns(
        case=request.case,
        activity=request.activity,
        time=request.time,
        start=request.start,
        resource=request.resource,
        order=request.order,
        skip_bad_rows=request.skip_bad_rows,
    )
    table = open_table(connect(request.engine), request.table, columns)
    heads, rows, found = _rules(table, rules) if rules else _TABLES[analysis](table)
    return SqlOutput(
        result=to_plain(found), columns=heads, rows=rows, facts=_facts(table), notes=_notes(table, request)
    )


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


_Shown = tuple[tuple[str, ...], tuple[tuple[object, ...], ...], object]


def _facts(table: "EventTable") -> Mapping[str, object]:
    from taktloom.mining.review import to_plain

    plain = to_plain(table.facts)
    assert isinstance(plain, dict)
    return plain


def _notes(table: "EventTable", request: SqlTableRequest) -> tuple[str, ...]:
    facts, notes = table.facts, []
    if facts.skipped_rows:
        notes.append(f"{facts.skipped_rows} rows without case, activity or time were left out.")
    if not facts.is_reproducible:
        notes.append(
            f"{facts.tied_rows} rows have the same case and time as another, and nothing orders them. Name a column "
            "that does with --order."
        )
    if not facts.is_collation_checked:
        notes.append("The engine cannot tell whether it holds different texts for equal.")
    if request.start is None:
        notes.append("Durations begin with the first completion: no column of the start was named.")
    return tuple(notes)


def _flows(table: "EventTable") -> _Shown:
    from taktloom.mining.sql.statistics import count_flows

    found = count_flows(table)
    rows = tuple((each.source, each.target, each.frequency) for each in found.flows)
    return ("source", "target", "frequency"), rows, found


def _times(table: "EventTable") -> _Shown:
    from taktloom.mining.sql.statistics import time_flows

    found = time_flows(table)
    rows = tuple(
        (each.source, each.target, each.frequency, each.mean_s, each.shortest_s, each.longest_s) for each in found
    )
    return ("source", "target", "frequency", "mean s", "shortest s", "longest s"), rows, found


def _variants(table: "EventTable") -> _Shown:
    from taktloom.mining.sql.statistics import list_variants

    found = list_variants(table)
    return ("cases", "activities"), tuple((each.cases, " > ".join(each.activities)) for each in found), found


def _durations(table: "EventTable") -> _Shown:
    from taktloom.mining.sql.statistics import measure_durations

    found = measure_durations(table)
    summary = found.summary
    row = (summary.count, summary.mean_s, summary.median_s, summary.p95_s, found.shortest_s, found.longest_s)
    return ("cases", "mean s", "median s", "95 % s", "shortest s", "longest s"), (row,), found


def _rework(table: "EventTable") -> _Shown:
    from taktloom.mining.sql.statistics import measure_rework

    found = measure_rework(table)
    rows = tuple(
        (each.activity, each.events, each.repeats, each.self_loops, each.cases_with_repeats, each.share)
        for each in found
    )
    return ("activity", "events", "repeats", "self loops", "cases with repeats", "share"), rows, found


def _hand_overs(table: "EventTable") -> _Shown:
    from taktloom.mining.sql.statistics import measure_hand_overs

    found = measure_hand_overs(table)
    return ("giver", "taker", "count"), tuple((each.giver, each.taker, each.count) for each in found.pairs), found


def _rules(table: "EventTable", texts: tuple[str, ...]) -> _Shown:
    from taktloom.mining.rules.text_form import rule_from_text
    from taktloom.mining.sql.rules import count_rule

    found = tuple(count_rule(table, rule_from_text(text)) for text in texts)
    rows = tuple((each.rule, each.kept, each.broken, each.undecided, each.share) for each in found)
    return ("rule", "kept", "broken", "undecided", "share kept"), rows, found


_TABLES: Mapping[str, Callable[["EventTable"], _Shown]] = {
    "flows": _flows,
    "times": _times,
    "variants": _variants,
    "durations": _durations,
    "rework": _rework,
    "hand-overs": _hand_overs,
}
