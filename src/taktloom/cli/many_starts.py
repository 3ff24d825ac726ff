# SPDX-License-Identifier: Apache-2.0
"""`taktloom instance start-many`: one instance for each line of a file."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import IO, Annotated

import typer

from taktloom.app import instances
from taktloom.app.calls import calls
from taktloom.cli.opening import opened
from taktloom.cli.output import DataOption, JsonOption, print_json, progress_bar, say
from taktloom.cli.running import ProcessArgument
from taktloom.feel import from_json
from taktloom.model.errors import InputRefusedError, TaktloomError
from taktloom.model.operations import RefusedStart, Started, StartedOne
from taktloom.model.places import Place

many_commands = typer.Typer()
_AT_ONCE = 500
_LONGEST_LINE = 16_000_000  # characters


@many_commands.command("start-many")
@calls(instances.start_instances)
def start_many(
    process: ProcessArgument,
    file: Annotated[
        Path, typer.Argument(help="JSON lines, each an object of variables and business_key; `-`: standard input.")
    ],
    version: Annotated[int | None, typer.Option(help="Version.", show_default="the newest")] = None,
    tag: Annotated[str | None, typer.Option(help="The newest version with this tag.")] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Start an instance for each line of a file; each is answered for by its line. Exit code 1 when one was refused.

    A line: {"business_key": "2024-0012", "variables": {"cost": 80000}}

    Example: taktloom instance start-many permit cases.jsonl
    """
    started: list[StartedOne] = []
    refused: list[RefusedStart] = []
    with opened(data) as context, ExitStack() as files, progress_bar("Starting") as report:
        lines = enumerate(_lines(files, file), start=1)
        while portion := list(islice(lines, _AT_ONCE)):
            starts, places = _read(portion, refused)
            if starts:
                answer = instances.start_instances(
                    context, process_id=process, starts=starts, version=version, version_tag=tag
                )
                started += [replace(one, number=places[one.number]) for one in answer.started]
                refused += [replace(one, number=places[one.number]) for one in answer.refused]
            report(f"{len(started)} started", portion[-1][0], None)
    refused.sort(key=lambda one: one.number)
    if as_json:
        print_json(Started(started=tuple(started), refused=tuple(refused)))
    else:
        say(f"Started {len(started)} instances.")
        for one in refused:
            say(f"  line {one.number}: {one.code} {one.detail}")
    if refused:
        raise typer.Exit(1)


def _lines(files: ExitStack, file: Path) -> Iterator[bytes]:
    """Lines of the file; raises InputRefusedError for one that is longer than any instance may be."""
    source: IO[bytes] = sys.stdin.buffer if str(file) == "-" else files.enter_context(file.open("rb"))
    number = 0
    while line := source.readline(_LONGEST_LINE):
        number += 1
        if len(line) == _LONGEST_LINE:
            raise InputRefusedError(
                f"Line {number} is longer than {_LONGEST_LINE} bytes.",
                Place(source=file.name, line=number),
                "Write one JSON object in each line.",
            )
        yield line


def _read(portion: Sequence[tuple[int, bytes]], refused: list[RefusedStart]) -> tuple[list[instances.Start], list[int]]:
    """The starts of the lines that can be read, and their numbers; empty lines are none."""
    starts: list[instances.Start] = []
    places: list[int] = []
    for number, line in portion:
        if not line.strip():
            continue
        try:
            starts.append(_start_of(line.removeprefix(b"\xef\xbb\xbf")))
        except TaktloomError as error:
            refused.append(instances.refused_start(number, error))
        else:
            places.append(number)
    return starts, places


def _start_of(line: bytes) -> instances.Start:
    try:
        told = json.loads(line, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise InputRefusedError(
            f"The line is no JSON: {error}.", remedy="Write one JSON object in each line."
        ) from error
    if not isinstance(told, dict) or not told.keys() <= {"business_key", "variables"}:
        raise _no_start()
    business_key, variables = told.get("business_key"), told.get("variables", {})
    if not isinstance(variables, dict) or not isinstance(business_key, str | None):
        raise _no_start()
    values = {name: from_json(value) for name, value in variables.items()}
    return instances.Start(variables=values, business_key=business_key)


def _no_start() -> InputRefusedError:
    return InputRefusedError(
        "The line is no object of variables and business_key.",
        remedy='Write {"business_key": "2024-0012", "variables": {"cost": 80000}}.',
    )
