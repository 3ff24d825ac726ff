# SPDX-License-Identifier: Apache-2.0
"""A decision table to a sheet that the import reads back to the same table."""

from collections.abc import Sequence

from taktloom.decisions.sheet_table.cell_reading import CellReader, Reading
from taktloom.decisions.sheet_table.layout import HeaderRow, type_of_word
from taktloom.feel.scope import Scope
from taktloom.formats.sheets import Sheet, SheetCell
from taktloom.model.decision import Aggregation, DecisionTable, HitPolicy

__all__ = ["sheet_of_table"]

_SIGNS = {Aggregation.SUM: "+", Aggregation.COUNT: "#", Aggregation.MIN: "<", Aggregation.MAX: ">"}


def sheet_of_table(table: DecisionTable, name: str) -> Sheet:
    """The hit policy in the corner, the columns with their roles, rows of types and values, then the rules.

    A type that is an item definition becomes Any: its values are not in the table.
    """
    notes = list(table.annotation_names) or ["note"] * max((len(rule.annotations) for rule in table.rules), default=0)
    head = [
        *(f"in: {clause.label or clause.expression.text}" for clause in table.inputs),
        *(f"out: {clause.label or clause.name or name}" for clause in table.outputs),
        *(f"note: {note or 'note'}" for note in notes),
    ]
    types = _types(table)
    readers = [CellReader(type_ref, Scope(), decimal_comma=False) for type_ref in types]
    rows = [_row(_policy(table), head), _row(HeaderRow.TYPE, types)]
    for word, texts in _header_rows(table, readers):
        if any(texts):
            rows.append(_row(word, texts))
    count = len(table.inputs)
    for number, rule in enumerate(table.rules, 1):
        tests = [_test(text, reader) for text, reader in zip(rule.inputs, readers, strict=False)]
        answers = [_answer(text, reader) for text, reader in zip(rule.outputs, readers[count:], strict=False)]
        rows.append(_row(str(number), [*tests, *answers, *rule.annotations]))
    return Sheet(name=name, rows=tuple(rows))


def _policy(table: DecisionTable) -> str:
    if table.hit_policy is HitPolicy.COLLECT and table.aggregation is not None:
        return f"C{_SIGNS[table.aggregation]}"
    return table.hit_policy.value


def _types(table: DecisionTable) -> list[str]:
    named = [*(one.expression.type_ref for one in table.inputs), *(one.type_ref for one in table.outputs)]
    return [type_of_word(name or "") or "Any" for name in named]


def _header_rows(table: DecisionTable, readers: Sequence[CellReader]) -> list[tuple[str, list[str]]]:
    inputs, outputs = table.inputs, table.outputs
    expressions = [one.expression.text if one.label else "" for one in inputs]
    names = [(one.name or "") if one.label else "" for one in outputs]
    values = [*(one.values or "" for one in inputs), *(one.values or "" for one in outputs)]
    defaults = ["" if one.default is None else one.default.text for one in outputs]
    return [
        (HeaderRow.EXPRESSION, [*expressions, *names]),
        (HeaderRow.VALUES, [_test(text, reader) if text else "" for text, reader in zip(values, readers, strict=True)]),
        (
            HeaderRow.DEFAULT,
            [
                *("" for _ in inputs),
                *(_answer(text, reader) for text, reader in zip(defaults, readers[len(inputs) :], strict=True)),
            ],
        ),
    ]


def _test(text: str, reader: CellReader) -> str:
    if text.strip() in {"", "-"}:
        return "-"
    return text if reader.tests(SheetCell(text=text)) == Reading(text) else f"feel: {text}"


def _answer(text: str, reader: CellReader) -> str:
    if not text.strip():
        return ""
    return text if reader.expression(SheetCell(text=text)) == Reading(text) else f"feel: {text}"


def _row(first: str, cells: Sequence[str]) -> tuple[SheetCell | None, ...]:
    return tuple(SheetCell(text=text) if text else None for text in (first, *cells))
