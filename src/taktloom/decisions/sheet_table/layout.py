# SPDX-License-Identifier: Apache-2.0
"""How a decision table lies in a sheet.

The first row that is not empty names the columns. A hit policy (`U`, `FIRST`, `C+` …) in its first cell makes that
column the one of rule numbers. What a column is: the user's choice; a prefix of its name (`in: Age`, `output: Fee`); a
row below with roles or types; or the names of the first column (`type`, `role`, `values`, `default`, `expression`).
Without any of these the last column is taken for the output, and a warning says so.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from taktloom.decisions.sheet_table.results import ColumnRole, SheetOptions
from taktloom.formats.sheets import Sheet, SheetCell, cell_name
from taktloom.model.decision import Aggregation, HitPolicy

__all__ = ["HeaderRow", "Layout", "PlacedColumn", "find_layout", "hit_policy_of", "type_of_word"]

_ROLES = {
    **dict.fromkeys(("in", "input", "inputs", "condition", "if", "when", "输入", "条件"), ColumnRole.INPUT),
    **dict.fromkeys(("out", "output", "outputs", "result", "then", "conclusion", "输出", "结果"), ColumnRole.OUTPUT),
    **dict.fromkeys(("note", "annotation", "comment", "description", "备注", "注释", "说明"), ColumnRole.ANNOTATION),
    **dict.fromkeys(("skip", "ignore", "忽略"), ColumnRole.SKIP),
}
_TYPES = {
    **dict.fromkeys(("number", "numeric", "integer", "int", "decimal", "double", "long", "数字"), "number"),
    **dict.fromkeys(("string", "text", "字符串", "文本"), "string"),
    **dict.fromkeys(("boolean", "bool", "yes/no", "布尔", "是否"), "boolean"),
    **dict.fromkeys(("date", "日期"), "date"),
    **dict.fromkeys(("time", "时间"), "time"),
    **dict.fromkeys(("date and time", "datetime", "dateTime".lower(), "日期时间"), "date and time"),
    **dict.fromkeys(("days and time duration", "daytimeduration"), "days and time duration"),
    **dict.fromkeys(("years and months duration", "yearmonthduration"), "years and months duration"),
    **dict.fromkeys(("any",), "Any"),
}
_AGGREGATIONS = {"+": Aggregation.SUM, "#": Aggregation.COUNT, "<": Aggregation.MIN, ">": Aggregation.MAX}
_PREFIX = re.compile(r"\s*([^\s:：]+)\s*[:：]\s*(.+)", re.DOTALL)
_MAX_HEADER_ROWS = 6


class HeaderRow:
    """The rows that may stand between the names and the rules, by what their first cell says."""

    ROLE, TYPE, VALUES, DEFAULT, EXPRESSION = "role", "type", "values", "default", "expression"
    WORDS: Mapping[str, str] = {
        **dict.fromkeys(("role", "角色"), ROLE),
        **dict.fromkeys(("type", "types", "typeref", "类型"), TYPE),
        **dict.fromkeys(("values", "allowed values", "允许值", "取值"), VALUES),
        **dict.fromkeys(("default", "默认", "默认值"), DEFAULT),
        **dict.fromkeys(("expression", "表达式"), EXPRESSION),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedColumn:
    """A column with its place; texts: what the header rows say of it, by their name."""

    index: int
    header: str
    name: str
    role: ColumnRole
    how: str
    texts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """header_row, first_rule: 0-based. policy: as the corner says, None where it says nothing."""

    header_row: int
    first_rule: int
    policy: tuple[HitPolicy, Aggregation | None] | None
    columns: tuple[PlacedColumn, ...]

    @property
    def is_guessed(self) -> bool:
        """Whether nothing told inputs from outputs."""
        return any(column.how == "guessed" for column in self.columns)


def hit_policy_of(text: str) -> tuple[HitPolicy, Aggregation | None] | None:
    """`U`, `UNIQUE`, `C+`, `COLLECT SUM` …; None for anything else."""
    word = " ".join(text.upper().replace("_", " ").split())
    short = {policy.value[0]: policy for policy in HitPolicy}
    if word in short:
        return short[word], None
    if word in set(HitPolicy):
        return HitPolicy(word), None
    first, rest = word[:1], word[1:].strip()
    if word.startswith("COLLECT"):
        first, rest = "C", word.removeprefix("COLLECT").strip(" ()")
    if first == "C" and rest in _AGGREGATIONS:
        return HitPolicy.COLLECT, _AGGREGATIONS[rest]
    if first == "C" and rest in set(Aggregation):
        return HitPolicy.COLLECT, Aggregation(rest)
    return None


def type_of_word(text: str) -> str | None:
    """A built-in type by one of its names."""
    return _TYPES.get(" ".join(text.lower().split()))


def find_layout(sheet: Sheet, options: SheetOptions) -> Layout | None:
    """Where everything is; None for a sheet without a row of names."""
    header_row = next((index for index, row in enumerate(sheet.rows) if any(row)), None)
    if header_row is None:
        return None
    corner = _text(sheet.cell(header_row, 0))
    policy = hit_policy_of(corner) if not _is_chosen(corner, 0, options) else None
    first_column = 1 if policy is not None else 0
    width = len(sheet.rows[header_row])
    columns = [column for column in range(first_column, width) if _text(sheet.cell(header_row, column))]
    texts: dict[int, dict[str, str]] = {column: {} for column in columns}
    row = header_row + 1
    while row < min(len(sheet.rows), header_row + _MAX_HEADER_ROWS):
        found = _header_row(sheet, row, columns, has_corner=policy is not None)
        if found is None:
            break
        for column, (kind, text) in found:
            texts[column][kind] = text
        row += 1
    placed = [_placed(sheet, (header_row, column), texts[column], options) for column in columns]
    return Layout(header_row=header_row, first_rule=row, policy=policy, columns=tuple(_settled(placed)))


def _text(cell: SheetCell | None) -> str:
    return "" if cell is None else cell.text.strip()


def _is_chosen(header: str, column: int, options: SheetOptions) -> bool:
    return header in options.choices or letter_of(column) in options.choices


def letter_of(column: int) -> str:
    """`B` for 1."""
    return cell_name(0, column)[:-1]


def _header_row(
    sheet: Sheet, row: int, columns: list[int], *, has_corner: bool
) -> list[tuple[int, tuple[str, str]]] | None:
    """What a row below the names says of the columns; None where it is a rule."""
    kind = HeaderRow.WORDS.get(_text(sheet.cell(row, 0)).lower().rstrip(":：")) if has_corner else None
    cells = [(column, _text(sheet.cell(row, column))) for column in columns]
    said = [(column, text) for column, text in cells if text]
    if kind in {HeaderRow.VALUES, HeaderRow.DEFAULT, HeaderRow.EXPRESSION}:
        return [(column, (kind, text)) for column, text in said]
    words = [(column, list(_words(text))) for column, text in said]
    if kind is None and (not words or not all(found for _, found in words)):
        return None
    return [(column, one) for column, found in words for one in found]


def _words(text: str) -> Iterator[tuple[str, str]]:
    """A role, a type, or `role type`; nothing for anything else."""
    low = " ".join(text.lower().split())
    if low in _ROLES:
        yield HeaderRow.ROLE, low
    elif low in _TYPES:
        yield HeaderRow.TYPE, low
    else:
        first, _, rest = low.partition(" ")
        if first.rstrip(":") in _ROLES and rest in _TYPES:
            yield HeaderRow.ROLE, first.rstrip(":")
            yield HeaderRow.TYPE, rest


def _placed(sheet: Sheet, at: tuple[int, int], texts: Mapping[str, str], options: SheetOptions) -> PlacedColumn:
    header = _text(sheet.cell(*at))
    name, role, how = header, None, "guessed"
    match = _PREFIX.fullmatch(header)
    if match is not None and match[1].lower() in _ROLES:
        name, role, how = match[2].strip(), _ROLES[match[1].lower()], "prefix"
    elif HeaderRow.ROLE in texts:
        role, how = _ROLES[texts[HeaderRow.ROLE]], "role-row"
    choice = options.choices.get(header) or options.choices.get(name) or options.choices.get(letter_of(at[1]))
    if choice is not None and choice.role is not None:
        role, how = choice.role, "chosen"
    return PlacedColumn(
        index=at[1], header=header, name=name, role=role or ColumnRole.INPUT, how=how, texts=dict(texts)
    )


def _settled(columns: list[PlacedColumn]) -> Iterator[PlacedColumn]:
    """Columns that nothing is said of: inputs, if the roles of others are known, and the last one the output if not."""
    from dataclasses import replace

    silent = [column for column in columns if column.how == "guessed"]
    has_output = any(column.role is ColumnRole.OUTPUT for column in columns)
    has_input = any(column.role is ColumnRole.INPUT and column.how != "guessed" for column in columns)
    for column in columns:
        if column.how != "guessed":
            yield column
        elif (has_input and not has_output) or (not has_output and column is silent[-1]):
            yield replace(column, role=ColumnRole.OUTPUT)
        else:
            yield column
