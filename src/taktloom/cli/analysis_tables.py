# SPDX-License-Identifier: Apache-2.0
"""A result in a terminal: the first rows of its tables, what was noticed, and the files that are asked for."""

from pathlib import Path
from typing import Annotated

import typer

from taktloom.app.analyses.cells import heading, row_texts
from taktloom.app.analyses.files import file_of
from taktloom.app.analyses.records import AnalysisOutput, OutputTable
from taktloom.cli.output import print_json, print_table, say

OutputOption = Annotated[
    list[Path] | None, typer.Option("--output", "-o", help="File to write; its ending says what. Repeatable.")
]

SHOWN_ROWS = 25


def print_tables(tables: tuple[OutputTable, ...]) -> None:
    """Print each with its title, at most 25 rows of it, and how many more there are."""
    for table in tables:
        say(f"\n{table.title}")
        rows = [row_texts(table, number) for number in range(min(SHOWN_ROWS, len(table.rows)))]
        print_table([heading(column) for column in table.columns], rows, empty="Nothing found.")
        if len(table.rows) > SHOWN_ROWS:
            say(f"… and {len(table.rows) - SHOWN_ROWS} more rows: -o table.csv writes all, --json prints them.")


def write_files(output: AnalysisOutput, targets: list[Path] | None) -> list[Path]:
    """Write what each name asks for; the names. Raises NotFoundError, MissingPicturesError."""
    for target in targets or []:
        _, content = file_of(output, target.name)
        target.write_bytes(content)
    return targets or []


def print_output(output: AnalysisOutput, files: list[Path], *, as_json: bool) -> None:
    """Print the tables and notes, or one document with the result."""
    if as_json:
        print_json({"result": output.data, "notes": output.notes, "files": files})
        return
    print_tables(output.tables)
    for note in output.notes:
        say(f"\n{note}")
    tell_files(files)


def tell_files(files: list[Path]) -> None:
    """Say what was written."""
    for file in files:
        say(f"{file} written.")
