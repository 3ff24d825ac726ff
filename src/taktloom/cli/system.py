# SPDX-License-Identifier: Apache-2.0
"""`taktloom backup`, `restore`, `doctor`, `version`, `completion`, and the group process."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from taktloom import __version__
from taktloom.app import backup as backups
from taktloom.app import processes
from taktloom.app.calls import calls
from taktloom.app.settings import read_settings
from taktloom.cli.failures import REFUSED
from taktloom.cli.opening import opened
from taktloom.cli.output import DatabaseOption, DataOption, JsonOption, print_json, print_table, say

system_commands = typer.Typer()
process_commands = typer.Typer()


@system_commands.command("backup")
@calls(backups.write_backup)
def write_backup(
    file: Annotated[Path, typer.Argument(help="File to write.")], data: DataOption = None, as_json: JsonOption = False
) -> None:
    """Copy all stores into one file, consistently, also while the server runs.

    Example: taktloom backup /var/backups/taktloom.zip
    """
    with opened(data) as context:
        written = backups.write_backup(context, file=file)
        if as_json:
            print_json(written)
            return
        say(f"{written.file}: {written.files} files, {written.size_bytes} bytes.")
        if not written.has_engine:
            say("Not in it: the engine's data, which is on the database server. Copy it with pg_dump.")


@system_commands.command("restore")
@calls(backups.restore_backup)
def restore(
    file: Annotated[Path, typer.Argument(help="File that `taktloom backup` wrote.")],
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Restore a backup into an empty data folder; every file is checked against its hash first."""
    settings = read_settings({"data": data})
    restored = backups.restore_as_operator(settings.data, file=file)
    print_json(restored) if as_json else say(f"Restored {restored.files} files into {settings.data}.")


@system_commands.command("doctor")
def doctor(data: DataOption = None, database: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """Name what this machine lacks, and the exact line that mends it."""
    from taktloom.app.database_check import check_database
    from taktloom.app.doctor import examine, is_healthy

    settings = read_settings({"data": data, "database": database})
    results = examine(data_folder=settings.data, host=settings.host, port=settings.port)
    results += [check_database(settings)] if settings.database else []
    if as_json:
        print_json({"checks": results})
    else:
        rows = [(one.verdict, one.purpose, one.code, one.found, one.remedy) for one in results]
        print_table(("verdict", "for", "check", "found", "remedy"), rows, empty="Nothing was checked.")
    if not is_healthy(results):
        raise typer.Exit(REFUSED)


@system_commands.command("version")
def version(as_json: JsonOption = False) -> None:
    """Print the version."""
    print_json({"version": __version__}) if as_json else say(__version__)


class Shell(StrEnum):
    """Shells that can ask which commands and options there are."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


@system_commands.command("completion")
def completion(shell: Annotated[Shell, typer.Argument(help="Which shell.")], as_json: JsonOption = False) -> None:
    """Print what makes a shell complete commands and options; its start-up file takes it.

    Example: taktloom completion bash >> ~/.bashrc
    """
    from typer._completion_shared import get_completion_script

    from taktloom.cli.main import COMPLETING, NAME

    script = get_completion_script(prog_name=NAME, complete_var=COMPLETING, shell=shell.value)
    print_json({"shell": shell, "script": script}) if as_json else typer.echo(script)


@process_commands.command("list")
@calls(processes.list_processes)
def list_processes(data: DataOption = None, as_json: JsonOption = False) -> None:
    """List deployed processes."""
    with opened(data) as context:
        page = processes.list_processes(context)
        if as_json:
            print_json(page)
            return
        rows = [
            (one.latest.process_id, one.latest.name, one.latest.version, one.active, one.ended, one.incidents)
            for one in page.items
        ]
        columns = ("process", "name", "version", "active", "ended", "incidents")
        print_table(columns, rows, empty="No processes: taktloom deploy FILE")


@process_commands.command("xml")
@calls(processes.read_bpmn)
def print_xml(
    process: Annotated[str, typer.Argument(help="Process id.")],
    version_number: Annotated[int | None, typer.Option("--version", help="Version.", show_default="the newest")] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print a deployed BPMN file."""
    with opened(data) as context:
        xml = processes.read_bpmn(context, process_id=process, version=version_number).decode()
        print_json({"process_id": process, "xml": xml}) if as_json else typer.echo(xml)


@process_commands.command("baseline")
@calls(processes.set_baseline)
def set_baseline(
    process: Annotated[str, typer.Argument(help="Process id.")],
    log_id: Annotated[str | None, typer.Argument(help="Id from `taktloom log list`.", show_default="no log")] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare a process with this log from now on, or with none.

    Example: taktloom process baseline permit receipt
    """
    with opened(data) as context:
        processes.set_baseline(context, process_id=process, log_id=log_id)
        if as_json:
            print_json({"process_id": process, "baseline_log_id": log_id})
            return
        say(f"{process} is compared with {log_id}." if log_id else f"{process} is compared with no log.")
