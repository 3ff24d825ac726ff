# SPDX-License-Identifier: Apache-2.0
"""Cells of an analysis' table as people read them: durations with their units, shares in percent.

An analysis names a column of seconds "… s" and a column of shares "share …", or says the unit of each row; files and
JSON keep the plain numbers.
"""

from datetime import UTC, datetime

from taktloom.app.analyses.records import OutputTable

_SECONDS = " s"
_SHARES = ("share", "coverage")
_UNITS = (("d", 86_400.0), ("h", 3600.0), ("min", 60.0))


def heading(column: str) -> str:
    """The column's name without its unit, which stands in its cells."""
    return column.removesuffix(_SECONDS)


def duration_text(seconds: float | None) -> str:
    """A duration with its unit, to two or three figures."""
    if seconds is None:
        return "–"
    for unit, size in _UNITS:
        if abs(seconds) >= size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.1f} s"


def row_texts(table: OutputTable, row: int) -> list[str]:
    """The cells of one row, each with its unit."""
    cells = zip(table.columns, table.rows[row], strict=True)
    return [cell_text(column, value, table.unit_of(row, column)) for column, value in cells]


def cell_text(column: str, value: object, unit: str = "") -> str:
    """One cell under *column*; nothing known is a dash. unit: `s` or `share` where the row says it, not the column."""
    match value:
        case None:
            return "–"
        case bool():
            return "yes" if value else "no"
        case float() if unit == "share":
            return f"{value:.1%}"
        case float() if unit == "s" or column.endswith(_SECONDS):
            return duration_text(value)
        case float() if column.startswith(_SHARES) and 0 <= value <= 1:
            return f"{value:.1%}"
        case float():
            return _number(value)
        case datetime():
            return f"{value.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        case _:
            return str(value)


def _number(value: float) -> str:
    """Three figures, whole numbers from a hundred on; never powers of ten."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) >= 0.0001 or value == 0 else "< 0.0001"
