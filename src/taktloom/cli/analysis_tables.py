# SPDX-License-Identifier: Apache-2.0
"""Tables of an analysis as people read them: durations with their units, shares in percent, the first rows of many.

An analysis names a column of seconds "… s" and a column of shares "share …"; files and `--json` keep the plain numbers.
"""

from datetime import UTC, datetime

from taktloom.app.analyses.records import OutputTable
from taktloom.cli.output import duration_text, print_table, say

SHOWN_ROWS = 25
_SECONDS = " s"
_SHARES = ("share", "coverage")


def print_tables(tables: tuple[OutputTable, ...]) -> None:
    """Print each with its title, at most 25 rows of it, and how many more there are."""
    for table in tables:
        say(f"\n{table.title}")
        rows = [
            [_cell(column, value) for column, value in zip(table.columns, row, strict=True)]
            for row in table.rows[:SHOWN_ROWS]
        ]
        print_table([column.removesuffix(_SECONDS) for column in table.columns], rows, empty="Nothing found.")
        if len(table.rows) > SHOWN_ROWS:
            say(f"… and {len(table.rows) - SHOWN_ROWS} more rows: -o table.csv writes all, --json prints them.")


def _cell(column: str, value: object) -> object:
    match value:
        case bool():
            return "yes" if value else "no"
        case float() if column.endswith(_SECONDS):
            return duration_text(value)
        case float() if column.startswith(_SHARES) and 0 <= value <= 1:
            return f"{value:.1%}"
        case float():
            return _number(value)
        case datetime():
            return f"{value.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        case _:
            return value


def _number(value: float) -> str:
    """Three figures, whole numbers from a hundred on; never powers of ten."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) >= 0.0001 or value == 0 else "< 0.0001"
