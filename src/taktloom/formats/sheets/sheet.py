# SPDX-License-Identifier: Apache-2.0
"""A sheet of a workbook as rows of cells, and the limits on what is read."""

from dataclasses import dataclass, field
from enum import StrEnum

from taktloom.model.errors import InputRefusedError
from taktloom.model.places import Place

__all__ = ["DEFAULT_LIMITS", "CellKind", "Sheet", "SheetCell", "SheetError", "SheetLimits", "cell_name"]


class SheetError(InputRefusedError):
    """The file is no spreadsheet that we read, or over a limit; *place* has the cell as `Sheet!B3`."""

    code = "TL-2201"


class CellKind(StrEnum):
    """What a cell holds. `broken`: an error value, or a formula that was never calculated."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    TIME = "time"
    DATE_TIME = "date and time"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetCell:
    """text: as FEEL writes a number, boolean, date or time; a text as it stands. is_formula: a calculated value."""

    text: str
    kind: CellKind = CellKind.TEXT
    is_formula: bool = False
    is_merged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """rows: by position, with None for empty cells; rows may differ in length. names: of all sheets of the file."""

    name: str
    rows: tuple[tuple[SheetCell | None, ...], ...]
    names: tuple[str, ...] = ()
    delimiter: str | None = field(default=None, compare=False)

    def cell(self, row: int, column: int) -> SheetCell | None:
        """The cell at 0-based positions; None outside."""
        cells = self.rows[row] if row < len(self.rows) else ()
        return cells[column] if column < len(cells) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetLimits:
    """How large a file may be; unpacked bytes count over all parts of a workbook that are read.

    max_cells: of the rectangle that holds all filled cells; two far corners are a small file and a large table.
    max_characters: of all cells together; one shared text may stand in every cell.
    """

    max_bytes: int = 5 * 1024 * 1024
    max_unpacked: int = 40 * 1024 * 1024
    max_parts: int = 2_000
    max_rows: int = 5_000
    max_columns: int = 200
    max_text: int = 32_767
    max_cells: int = 1_000_000
    max_characters: int = 40_000_000


DEFAULT_LIMITS = SheetLimits()


def cell_name(row: int, column: int) -> str:
    """`B3` for the 0-based position (2, 1)."""
    letters, number = "", column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"


def over_limit(what: str, limit: int, source: str, cell: str | None = None) -> SheetError:
    """The error of a file that is too large."""
    return SheetError(
        f"The spreadsheet has more than {limit} {what}.",
        Place(source=source, element_id=cell),
        "Keep the decision table in a file of its own, and split it if need be.",
        {"limit": str(limit), "what": what},
    )
