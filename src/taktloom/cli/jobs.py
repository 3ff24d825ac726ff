# SPDX-License-Identifier: Apache-2.0
"""`taktloom job`: jobs by hand, for scripts and for operators who do what a worker would."""

import json
import sys
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from taktloom.app import jobs
from taktloom.app.calls import calls
from taktloom.cli.models import read_file
from taktloom.cli.opening import opened
from taktloom.cli.output import DataOption, JsonOption, cell, print_json, print_table, say
from taktloom.cli.variables import VarOption, VarsOption, read_variables
from taktloom.feel import from_json
from taktloom.model.errors import InputRefusedError

job_commands = typer.Typer()
JobArgument = Annotated[str, typer.Argument(help="Job id.")]
FenceOption = Annotated[int, typer.Option(help="Fence, as `lock` shows it.")]


@job_commands.command("lock")
@calls(jobs.activate_jobs)
def lock_jobs(
    job_type: Annotated[list[str], typer.Option("--type", help="Job type; may be given several times.")],
    worker: Annotated[str, typer.Option(help="Name to lock under.")] = "command-line",
    max_jobs: Annotated[int, typer.Option("--max", min=1, max=500, help="How many at most.")] = 1,
    minutes: Annotated[float, typer.Option(min=0.01, max=1_440, help="For how long.")] = 10,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Lock jobs, those of the highest priority first.

    Example: taktloom job lock --type register-case --max 20 --json > jobs.json
    """
    wanted = jobs.Activation(
        job_types=tuple(job_type), worker=worker, max_jobs=max_jobs, lock=timedelta(minutes=minutes)
    )
    with opened(data) as context:
        locked = jobs.activate_jobs(context, wanted=wanted)
        if as_json:
            print_json(locked)
            return
        rows = [
            (one.job_id, one.job_type, one.fence, one.priority, one.instance_key, cell(one.locked_until))
            for one in locked
        ]
        print_table(("job", "type", "fence", "priority", "instance", "until"), rows, empty="No job is ready.")


@job_commands.command("complete")
@calls(jobs.complete_job)
def complete_job(
    job_id: JobArgument,
    fence: FenceOption,
    var: VarOption = None,
    vars_file: VarsOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Complete a locked job."""
    completion = jobs.Completion(job_id=job_id, fence=fence, variables=read_variables(var, vars_file))
    with opened(data) as context:
        jobs.complete_job(context, completion=completion)
        if as_json:
            print_json({"job_id": job_id})


@job_commands.command("complete-many")
@calls(jobs.complete_jobs)
def complete_jobs(
    file: Annotated[Path, typer.Argument(help="JSON list of job_id, fence and variables; `-`: standard input.")],
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Complete many locked jobs at once; each is answered for. Exit code 1 when one was refused.

    Example: taktloom job complete-many done.json
    """
    content = sys.stdin.buffer.read() if str(file) == "-" else read_file(file)
    with opened(data) as context:
        answer = jobs.complete_jobs(context, completions=_completions(content))
        if as_json:
            print_json(answer)
        else:
            say(f"Completed {len(answer.completed)} jobs.")
            for one in answer.refused:
                say(f"  {one.job_id}: {one.code} {one.detail}")
    if answer.refused:
        raise typer.Exit(1)


@job_commands.command("fail")
@calls(jobs.fail_job)
def fail_job(
    job_id: JobArgument,
    fence: FenceOption,
    message: Annotated[str, typer.Option(help="Why, without values of variables.")],
    retries: Annotated[int | None, typer.Option(min=0, max=1_000, help="Tries that are left.")] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give a locked job back as failed; without tries left it becomes an incident."""
    failure = jobs.Failure(job_id=job_id, fence=fence, message=message, retries=retries)
    with opened(data) as context:
        jobs.fail_job(context, failure=failure)
        if as_json:
            print_json({"job_id": job_id})


def _completions(content: bytes) -> tuple[jobs.Completion, ...]:
    """Raises InputRefusedError."""
    try:
        entries = json.loads(content, parse_float=Decimal)
        return tuple(_completion(entry) for entry in entries)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise InputRefusedError(
            "The file is no JSON list of completions.",
            remedy='Write [{"job_id": "…", "fence": 1, "variables": {}}, …].',
        ) from error


def _completion(entry: Mapping[str, object]) -> jobs.Completion:
    given = entry.get("variables") or {}
    if not isinstance(given, Mapping):
        raise TypeError("variables")
    variables = {str(name): from_json(value) for name, value in given.items()}
    return jobs.Completion(job_id=str(entry["job_id"]), fence=int(str(entry["fence"])), variables=variables)
