# SPDX-License-Identifier: Apache-2.0
"""What a command prints: with `--json` one JSON document on standard output, else tables and lines for people.

Progress and remarks go to standard error, so that a pipe gets the result and nothing else. Rich is loaded when a table
or a bar is drawn: a command with `--json` never waits for it.
"""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from taktloom.cli.failures import document_text
from taktloom.feel.errors import FeelWarning
from taktloom.feel.wire import to_json

if TYPE_CHECKING:
    from _typeshed import DataclassInstance
    from rich.console import Console

PIPED_WIDTH = 240

DataOption = Annotated[
    Path | None, typer.Option("--data", envvar="TAKTLOOM_DATA", help="Data folder.", show_default="./taktloom-data")
]
DatabaseOption = Annotated[
    str | None,
    typer.Option(
        "--database",
        help="PostgreSQL address of the engine's data, no password in it.",
        show_default="the data folder",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]


def plain(value: object) -> object:
    """*value* as JSON: records by their fields, times in ISO UTC, durations in seconds, FEEL values in wire form."""
    if value is None or (isinstance(value, bool | int | float | str) and not isinstance(value, Enum)):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    for kind, convert in _CONVERTERS:
        if isinstance(value, kind):
            return convert(value)
    return _record(value)


def _record(value: object) -> object:
    is_value = type(value).__module__.startswith("taktloom.feel.") and not isinstance(value, FeelWarning)
    if is_dataclass(value) and not isinstance(value, type) and not is_value:
        return dict(_field(field.name, getattr(value, field.name)) for field in fields(value))
    return to_json(value)  # type: ignore[arg-type]


def _field(name: str, value: object) -> tuple[str, object]:
    is_duration = isinstance(value, timedelta) and not name.endswith("_s")
    return (f"{name}_s" if is_duration else name), plain(value)


def record_fields(record: "DataclassInstance") -> dict[str, object]:
    """A record's fields, to be printed beside others."""
    return {each.name: getattr(record, each.name) for each in fields(record)}


def _instant(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


_CONVERTERS: tuple[tuple[type, Callable[..., object]], ...] = (
    (datetime, _instant),
    (timedelta, lambda value: value.total_seconds()),
    (bytes, lambda value: value.decode("utf-8", errors="replace")),
    (Path, str),
    (Decimal, to_json),
)


def print_json(value: object) -> None:
    """One document, UTF-8, two spaces."""
    sys.stdout.write(document_text(plain(value)))


def say(text: str) -> None:
    """A line for a person, on standard output."""
    _console().print(text, markup=False)


def remark(text: str) -> None:
    """A line beside the result, on standard error."""
    _console(stderr=True).print(text, markup=False)


def _console(*, stderr: bool = False) -> "Console":
    from rich.console import Console

    return Console(stderr=stderr, soft_wrap=True, highlight=False)


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]], *, empty: str) -> None:
    """A table; *empty* says what to do when there are no rows."""
    if not rows:
        say(empty)
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in columns:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(cell(value) for value in row))
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=PIPED_WIDTH)  # a pipe has no width; keys must not be folded
    console.print(table)


def cell(value: object) -> str:
    """A value for a table: times to the second, shares and scores short, nothing for None."""
    if value is None:
        return "–"
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%SZ}"
    if isinstance(value, float):
        return f"{value:.3g}"
    if isinstance(value, tuple | list):
        return ", ".join(cell(item) for item in value)
    return str(value.value if isinstance(value, Enum) else value)


@contextmanager
def progress_bar(title: str) -> Iterator[Callable[[str, int, int | None], None]]:
    """A bar with the time left, on standard error and only on a terminal; gives the function to report with."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    console = Console(stderr=True)
    with Progress(
        *columns, TimeRemainingColumn(), console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task(title, total=None)

        def report(stage: str, done: int, total: int | None) -> None:
            bar.update(task, description=f"{title}: {stage}", completed=done, total=total or None)

        yield report
