# SPDX-License-Identifier: Apache-2.0
"""`taktloom log objects` and `taktloom log convert`: object-centric logs in files."""

from pathlib import Path
from typing import Annotated

import typer

from taktloom.app import object_logs
from taktloom.app.calls import calls
from taktloom.cli.logs import ZoneOption
from taktloom.cli.opening import scratch
from taktloom.cli.output import DataOption, JsonOption, print_json, print_table, say
from taktloom.model.findings import Finding

object_log_commands = typer.Typer()

OcelArgument = Annotated[Path, typer.Argument(help="An object-centric log: OCEL 1.0 or 2.0 (JSON, XML, SQLite, CSV).")]


@object_log_commands.command("objects")
@calls(object_logs.show_object_log)
def show_object_log(
    file: OcelArgument, timezone: ZoneOption = None, data: DataOption = None, as_json: JsonOption = False
) -> None:
    """Tell what an object-centric log holds; `log import --object-type` imports the cases of one type.

    Example: taktloom log objects orders.jsonocel
    """
    with scratch(data) as context:
        record = object_logs.show_object_log(context, path=file, timezone=timezone)
        if as_json:
            print_json(record)
            return
        say(f"{record.events} events of {record.activities} activities, {record.objects} objects")
        say(f"{record.event_object_relations} relations of events, {record.object_object_relations} between objects")
        rows = [(one.object_type, one.objects, one.events) for one in record.types]
        print_table(("object type", "objects", "events"), rows, empty="No objects.")
        _print_findings(record.findings)


@object_log_commands.command("convert")
@calls(object_logs.convert_object_log)
def convert_object_log(
    file: OcelArgument,
    output: Annotated[Path, typer.Argument(help="File to write: .json, .xml, .sqlite, or .zip for tables in CSV.")],
    timezone: ZoneOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write an object-centric log as OCEL 2.0.

    Example: taktloom log convert orders.xmlocel orders.sqlite
    """
    with scratch(data) as context:
        findings = object_logs.convert_object_log(context, path=file, output=output, timezone=timezone)
        if as_json:
            print_json({"file": output, "findings": findings})
            return
        say(str(output))
        _print_findings(findings)


def _print_findings(findings: tuple[Finding, ...]) -> None:
    for finding in findings:
        say(f"{finding.severity.value}: {finding.message}")
