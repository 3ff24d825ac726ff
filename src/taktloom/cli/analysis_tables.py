# SPDX-License-Identifier: Apache-2.0
"""Tables of an analysis in a terminal: the first rows of many."""

from taktloom.app.analyses.cells import heading, row_texts
from taktloom.app.analyses.records import OutputTable
from taktloom.cli.output import print_table, say

SHOWN_ROWS = 25


def print_tables(tables: tuple[OutputTable, ...]) -> None:
    """Print each with its title, at most 25 rows of it, and how many more there are."""
    for table in tables:
        say(f"\n{table.title}")
        rows = [row_texts(table, number) for number in range(min(SHOWN_ROWS, len(table.rows)))]
        print_table([heading(column) for column in table.columns], rows, empty="Nothing found.")
        if len(table.rows) > SHOWN_ROWS:
            say(f"… and {len(table.rows) - SHOWN_ROWS} more rows: -o table.csv writes all, --json prints them.")
