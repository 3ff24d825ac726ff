# SPDX-License-Identifier: Apache-2.0
"""Spreadsheets: XLSX and CSV to rows of typed cells, and back."""

from taktloom.formats.sheets.csv_sheet import read_csv, write_csv
from taktloom.formats.sheets.sheet import DEFAULT_LIMITS, CellKind, Sheet, SheetCell, SheetError, SheetLimits, cell_name
from taktloom.formats.sheets.xlsx_reader import is_xlsx, read_xlsx
from taktloom.formats.sheets.xlsx_writer import write_xlsx

__all__ = [
    "DEFAULT_LIMITS",
    "CellKind",
    "Sheet",
    "SheetCell",
    "SheetError",
    "SheetLimits",
    "cell_name",
    "is_xlsx",
    "read_csv",
    "read_xlsx",
    "write_csv",
    "write_xlsx",
]
