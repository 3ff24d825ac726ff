# SPDX-License-Identifier: Apache-2.0
"""`taktloom mine sql`: analyses of a table on an SQL engine, where the data lies."""

from typing import Annotated

import typer

from taktloom.app import connections, sql_engines
from taktloom.app.analyses.cells import duration_text
from taktloom.app.calls import calls
from taktloom.app.sql_outputs import SQL_ANALYSES, SqlOutput
from taktloom.cli.logs import FilterOption, SkipOption, chosen_part
from taktloom.cli.opening import scratch
from taktloom.cli.output import DataOption, JsonOption, print_json, print_table, say
from taktloom.model.errors import MisuseError

sql_commands = typer.Typer()
SECONDS = " s"


@sql_commands.command("sql")
@calls(sql_engines.analyse_on_engine, connections.analyse_table)
def analyse(
    analysis: Annotated[str, typer.Argument(help=f"One of: {', '.join(SQL_ANALYSES)}.")],
    table: Annotated[
        str, typer.Option(help="Table or view, its schema before a dot; of a connection, its name there.")
    ],
    engine: Annotated[str | None, typer.Option(help="Address of the engine, such as duckdb:///file.db.")] = None,
    connection: Annotated[str | None, typer.Option(help="Name of a connection of the settings, for --engine.")] = None,
    case: Annotated[str | None, typer.Option(help="Column of the case; without it, case_id.")] = None,
    activity: Annotated[str | None, typer.Option(help="Column of the activity; without it, activity.")] = None,
    time: Annotated[str | None, typer.Option(help="Column of the (completion) time; without it, timestamp.")] = None,
    start: Annotated[str | None, typer.Option(help="Column of the start time.")] = None,
    resource: Annotated[str | None, typer.Option(help="Column of the resource.")] = None,
    order: Annotated[str | None, typer.Option(help="Column that orders rows of the same case and time.")] = None,
    rule: Annotated[list[str] | None, typer.Option(help="A rule such as 'four_eyes: A -> B'; repeatable.")] = None,
    filter_text: FilterOption = None,
    skip_bad_rows: SkipOption = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Analyse a table on an SQL engine where the data lies; the numbers are those of an import.

    Example: taktloom mine sql flows --engine duckdb:///warehouse.db --table events --resource employee
    """
    columns = {"case": case, "activity": activity, "time": time, "start": start, "resource": resource, "order": order}
    given = {name: value for name, value in columns.items() if value is not None}
    _require_one_source(engine, connection, is_mapped=bool(given) or skip_bad_rows)
    steps, rules = chosen_part(None, None, filter_text).steps, tuple(rule or ())
    with scratch(data) as context:
        if connection is not None:
            asked = connections.TableRequest(
                connection=connection, table=table, analysis=analysis, rules=rules, steps=steps
            )
            found = connections.analyse_table(context, request=asked).counted
        else:
            request = sql_engines.SqlTableRequest(
                engine=engine or "", table=table, skip_bad_rows=skip_bad_rows, **given
            )
            found = sql_engines.analyse_on_engine(context, analysis=analysis, request=request, rules=rules, steps=steps)
    _show(found, as_json=as_json)


def _require_one_source(engine: str | None, connection: str | None, *, is_mapped: bool) -> None:
    if (engine is None) == (connection is None):
        raise MisuseError("The events lie in one place.", remedy="Give --engine or --connection, and not both.")
    if connection is not None and is_mapped:
        raise MisuseError(
            "The settings tell which columns a connection's table has.",
            remedy="Leave the columns and --skip-bad-rows out, or change the settings.",
        )


def _show(found: SqlOutput, *, as_json: bool) -> None:
    output, (table,) = found.output, found.output.tables
    if as_json:
        print_json(found.plain())
        return
    is_time = [name.endswith(SECONDS) for name in table.columns]
    rows = [
        tuple(duration_text(float(str(each))) if timed else each for each, timed in zip(row, is_time, strict=True))
        for row in table.rows
    ]
    print_table([name.removesuffix(SECONDS) for name in table.columns], rows, empty="Nothing found.")
    for note in output.notes:
        say(f"\n{note}")
