# SPDX-License-Identifier: Apache-2.0
"""`taktloom log export`: a log, or the part of it that a filter keeps, as a file."""

from pathlib import Path
from typing import Annotated

import typer

from taktloom.app import log_export, logs
from taktloom.app.calls import calls
from taktloom.cli.logs import (
    FilterOption,
    LogArgument,
    Reading,
    SkipOption,
    WithOption,
    WithoutOption,
    ZoneOption,
    chosen_part,
    looking_at,
)
from taktloom.cli.output import DataOption, JsonOption, print_json, progress_bar, say

log_export_commands = typer.Typer()


@log_export_commands.command("export")
@calls(log_export.export_log, logs.import_file, logs.sniff_file)
def export_log(
    log: LogArgument,
    output: Annotated[Path, typer.Argument(help="File to write: .xes, .xes.gz, .csv or .parquet.")],
    pseudonym_key: Annotated[
        Path | None, typer.Option(help="Key file: names become pseudonyms; it is made where there is none.")
    ] = None,
    keep: Annotated[
        list[str] | None, typer.Option(help="With a key: an attribute that stays, such as case.amount; repeatable.")
    ] = None,
    filter_text: FilterOption = None,
    having: WithOption = None,
    lacking: WithoutOption = None,
    timezone: ZoneOption = None,
    skip_bad_rows: SkipOption = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the events of a log, or of the part that a filter keeps, to a file.

    Example: taktloom log export receipt receipt.xes.gz --with 'Confirmation of receipt'
    """
    with looking_at(log, data, Reading(timezone=timezone, skip_bad_rows=skip_bad_rows)) as (context, log_id):
        pseudonyms = None
        if pseudonym_key is not None:
            pseudonyms = log_export.Pseudonyms(key_file=pseudonym_key, keep=tuple(keep or ()))
        request = log_export.ExportRequest(
            log_id=log_id, chosen=chosen_part(having, lacking, filter_text), pseudonyms=pseudonyms
        )
        with progress_bar("Exporting") as report:
            log_export.export_log(context, request=request, output=output, report=report)
        print_json({"file": output}) if as_json else say(str(output))
