# SPDX-License-Identifier: Apache-2.0
"""Decision tables in spreadsheets: from a sheet to a decision model, and from a table to a sheet."""

from taktloom.decisions.sheet_table.exporting import sheet_of_table
from taktloom.decisions.sheet_table.importing import read_sheet_table
from taktloom.decisions.sheet_table.results import (
    ColumnChoice,
    ColumnRole,
    Interpretation,
    SheetColumn,
    SheetOptions,
    SheetTable,
)

__all__ = [
    "ColumnChoice",
    "ColumnRole",
    "Interpretation",
    "SheetColumn",
    "SheetOptions",
    "SheetTable",
    "read_sheet_table",
    "sheet_of_table",
]
