# SPDX-License-Identifier: Apache-2.0
"""`taktloom mine sql`: analyses of a table on an SQL engine, where the data lies."""

from typing import Annotated

import typer

from taktloom.app import sql_engines
from taktloom.app.analyses.cells import duration_text
from taktloom.app.calls import calls
from taktloom.cli.logs import SkipOption
from taktloom.cli.opening import scratch
from taktloom.cli.output import DataOption, JsonOption, print_json, print_table, say

sql_commands = typer.Typer()
SECONDS = " s"


@sql_commands.command("sql")
@calls(sql_engines.analyse_on_engine)
def analyse(
    analysis: Annotated[str, typer.Argument(help=f"One of: {', '.join(sql_engines.SQL_ANALYSES)}.")],
    engine: Annotated[str, typer.Option(help="Address of the engine, such as duckdb:///file.db.")],
    table: Annotated[str, typer.Option(help="Table or view; with its schema before a dot.")],
    case: Annotated[str, typer.Option(help="Column of the case.")] = "case_id",
    activity: Annotated[str, typer.Option(help="Column of the activity.")] = "activity",
    time: Annotated[str, typer.Option(help="Column of the (completion) time.")] = "timestamp",
    start: Annotated[str | None, typer.Option(help="Column of the start time.")] = None,
    resource: Annotated[str | None, typer.Option(help="Column of the resource.")] = None,
    order: Annotated[str | None, typer.Option(help="Column that orders rows of the same case and time.")] = None,
    rule: Annotated[list[str] | None, typer.Option(help="A rule such as 'four_eyes: A -> B'; repeatable.")] = None,
    skip_bad_rows: SkipOption = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Analyse a table on an SQL engine where the data lies; the numbers are those of an import.

    Example: taktloom mine sql flows --engine duckdb:///warehouse.db --table events --resource employee
    """
    request = sql_engines.SqlTableRequest(
        engine=engine, table=table, case=case, activity=activity, time=time, start=start, resource=resource,
        order=order, skip_bad_rows=skip_bad_rows,
    )  # fmt: skip
    with scratch(data) as context:
        output = sql_engines.analyse_on_engine(context, analysis=analysis, request=request, rules=tuple(rule or ()))
    if as_json:
        print_json({"result": output.result, "facts": output.facts, "notes": output.notes})
        return
    is_time = [name.endswith(SECONDS) for name in output.columns]
    rows = [
        tuple(duration_text(float(str(each))) if timed else each for each, timed in zip(row, is_time, strict=True))
        for row in output.rows
    ]
    print_table([name.removesuffix(SECONDS) for name in output.columns], rows, empty="Nothing found.")
    for note in output.notes:
        say(f"\n{note}")
