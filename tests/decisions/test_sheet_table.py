# SPDX-License-Identifier: Apache-2.0
"""Sheets to decision tables and back: what is understood, what is listed, what is refused with its cell."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taktloom.decisions import load_model
from taktloom.decisions.sheet_table import (
    ColumnChoice,
    ColumnRole,
    SheetOptions,
    SheetTable,
    read_sheet_table,
    sheet_of_table,
)
from taktloom.feel.values import from_python
from taktloom.formats.dmn import read_dmn, write_dmn
from taktloom.formats.sheets import CellKind, Sheet, SheetCell, read_csv, read_xlsx, write_csv, write_xlsx
from taktloom.model.decision import Aggregation, DecisionTable, HitPolicy

PLAIN = SheetOptions()


def sheet(*rows: str, name: str = "Discount") -> Sheet:
    """Rows with `|` between their cells."""
    cells = (tuple(SheetCell(text=text.strip()) if text.strip() else None for text in row.split("|")) for row in rows)
    return Sheet(name=name, rows=tuple(cells))


def imported(*rows: str, options: SheetOptions = PLAIN) -> SheetTable:
    return read_sheet_table(sheet(*rows), options, source="discount.csv")


def table_of(result: SheetTable) -> DecisionTable:
    assert result.graph is not None, result.findings
    expression = result.graph.decisions[0].expression
    assert isinstance(expression, DecisionTable)
    return expression


def test_prefixes_and_the_corner_tell_the_whole_layout() -> None:
    result = imported("F|in: Age|in: Level|out: Discount|note: Why", "1|>=18|Gold|10|loyal", "2|-|-|0|")

    table = table_of(result)

    assert table.hit_policy is HitPolicy.FIRST
    assert [clause.expression.text for clause in table.inputs] == ["Age", "Level"]
    assert [clause.expression.type_ref for clause in table.inputs] == ["number", "string"]
    assert [rule.inputs for rule in table.rules] == [(">= 18", '"Gold"'), ("-", "-")]
    assert [rule.outputs for rule in table.rules] == [("10",), ("0",)]
    assert [rule.annotations for rule in table.rules] == [("loyal",), ("",)]
    assert table.annotation_names == ("Why",)
    assert result.findings == ()


def test_the_model_decides_and_can_be_drawn() -> None:
    result = imported("F|in: Age|in: Level|out: Discount", "1|>=18|Gold|10", "2|-|-|0")
    assert result.graph is not None

    written = write_dmn(result.graph)
    model = load_model(written)

    assert model.evaluate("Discount", {"Age": from_python(20), "Level": "Gold"}).value == from_python(10)
    assert model.evaluate("Discount", {"Age": from_python(3), "Level": "Gold"}).value == from_python(0)
    assert b"DMNShape" in written
    assert [one for one in model.lint if one.severity.value == "error"] == []


def test_a_row_of_roles_and_types_below_the_names_is_read() -> None:
    result = imported("Age|Level|Discount", "input|input|output", "number|string|number", "18-25|Gold|10")

    assert [(column.role, column.type_ref) for column in result.columns] == [
        (ColumnRole.INPUT, "number"),
        (ColumnRole.INPUT, "string"),
        (ColumnRole.OUTPUT, "number"),
    ]
    assert result.rules == (("[18..25]", '"Gold"', "10"),)


def test_without_any_hint_the_last_column_is_the_output_and_a_warning_says_so() -> None:
    result = imported("Age|Discount", "18|10")

    assert [column.role for column in result.columns] == [ColumnRole.INPUT, ColumnRole.OUTPUT]
    assert [finding.rule for finding in result.findings] == ["sheet-roles-guessed"]


def test_the_users_choice_goes_before_everything() -> None:
    choices = {
        "Age": ColumnChoice(role=ColumnRole.OUTPUT),
        "B": ColumnChoice(role=ColumnRole.INPUT, type_ref="string"),
        "C": ColumnChoice(role=ColumnRole.SKIP),
    }

    result = imported("in: Age|Code|Memo", "18|007|x", options=SheetOptions(choices=choices, hit_policy="C+"))

    assert result.findings == ()
    assert result.rules == (("18", '"007"'),)
    assert (table_of(result).hit_policy, table_of(result).aggregation) == (HitPolicy.COLLECT, Aggregation.SUM)


def one(text: str, type_ref: str, *, comma: bool = False) -> tuple[str, str | None] | None:
    options = SheetOptions(choices={"A": ColumnChoice(type_ref=type_ref)}, decimal_comma=comma)
    result = imported("in: X|out: Y", f"{text}|1", options=options)
    if result.graph is None:
        return None
    how = next((item.how for item in result.interpretations if item.cell == "Discount!A2"), None)
    return result.rules[0][0], how


@pytest.mark.parametrize(
    ("text", "type_ref", "expected"),
    [
        ("18", "number", ("18", None)),
        ("-5", "number", ("-5", None)),
        (".5", "number", ("0.5", "number")),
        (">=18", "number", (">= 18", None)),
        ("≥ 18", "number", (">= 18", "comparison")),
        ("<>18", "number", ("not(18)", "comparison")),
        ("18-25", "number", ("[18..25]", "range")),
        ("-5--1", "number", ("[-5..-1]", "range")),
        ("18..25", "number", ("[18..25]", "range")),
        ("18 to 25", "number", ("[18..25]", "range")),
        ("between 18 and 25", "number", ("[18..25]", "range")),
        ("[18..25)", "number", ("[18..25)", None)),
        ("1, 2", "number", ("1, 2", None)),
        ("<5, >9", "number", ("< 5, > 9", None)),
        ("not(3)", "number", ("not(3)", None)),
        ("1,000", "number", None),
        ("abc", "number", None),
        ("yes", "boolean", ("true", "boolean-word")),
        ("否", "boolean", ("false", "boolean-word")),
        ("maybe", "boolean", None),
        ("2024-02-29", "date", ('date("2024-02-29")', "date")),
        ("2024-02-30", "date", None),
        ("31.12.2024", "date", None),
        (">= 2024-01-01", "date", ('>= date("2024-01-01")', "date")),
        ("2024-01-01..2024-12-31", "date", ('[date("2024-01-01")..date("2024-12-31")]', "range")),
        ("09:30", "time", ('time("09:30:00")', "time")),
        ("Gold", "string", ('"Gold"', "quoted")),
        ('"Gold"', "string", ('"Gold"', None)),
        ('"Gold", "Silver"', "string", ('"Gold", "Silver"', None)),
        ("Gold, Silver", "string", ('"Gold", "Silver"', "list")),
        ("not(Gold)", "string", ('not("Gold")', "quoted")),
        ('say "hi"', "string", ('"say \\"hi\\""', "quoted")),
        (">= 18", "string", None),
        ("feel: ? > X", "number", ("? > X", "feel")),
        ("feel: ? >", "number", None),
        ("–", "number", ("-", "any")),
    ],
)
def test_cells_are_read_as_people_write_them(text: str, type_ref: str, expected: tuple[str, str | None] | None) -> None:
    assert one(text, type_ref) == expected


def test_decimal_commas_are_an_option() -> None:
    assert one("1,5", "number", comma=True) == ("1.5", "decimal-comma")
    assert one("1,5; 2,5", "number", comma=True) == ("1.5, 2.5", "decimal-comma")
    assert one("1.5", "number", comma=True) is None
    assert one("1,5", "number") == ("1, 5", None)


def test_what_is_not_understood_is_told_with_its_cell_and_leaves_no_model() -> None:
    result = imported("in: Age|out: Fee", "old|1", options=SheetOptions(choices={"A": ColumnChoice(type_ref="number")}))

    finding = result.findings[0]

    assert result.graph is None
    assert finding.rule == "sheet-cell-not-understood"
    assert str(finding.place) == "discount.csv:2 Discount!A2"
    assert finding.remedy


def test_a_formula_counts_by_its_value_and_one_without_is_refused() -> None:
    rows = sheet("in: Age|out: Fee", "1|2").rows
    calculated = replace(SheetCell(text="5", kind=CellKind.NUMBER), is_formula=True)
    empty = SheetCell(text="", kind=CellKind.BROKEN, is_formula=True)

    good = read_sheet_table(Sheet(name="Fee", rows=(rows[0], (calculated, rows[1][1]))), PLAIN)
    bad = read_sheet_table(Sheet(name="Fee", rows=(rows[0], (empty, rows[1][1]))), PLAIN)

    assert (good.rules, [item.how for item in good.interpretations]) == ((("5", "2"),), ["calculated"])
    assert [finding.rule for finding in bad.findings] == ["sheet-formula-without-value"]


@pytest.mark.parametrize(
    ("rows", "rule"),
    [
        ((), "sheet-without-table"),
        (("in: A|in: B", "1|2"), "sheet-without-output"),
        (("in: A|out: B",), "sheet-without-rules"),
    ],
)
def test_a_sheet_that_is_no_table_says_what_is_missing(rows: tuple[str, ...], rule: str) -> None:
    assert rule in [finding.rule for finding in imported(*rows).findings]


def test_names_that_feel_cannot_spell_are_changed_and_listed() -> None:
    result = imported("in: Age (years)|in: if|out: Fee", "1|2|3")

    assert [clause.expression.text for clause in table_of(result).inputs] == ["Age years", "if_"]
    assert [(item.before, item.after) for item in result.interpretations] == [
        ("Age (years)", "Age years"),
        ("if", "if_"),
    ]


def test_a_dotted_name_asks_for_an_entry_of_an_input() -> None:
    result = imported("in: Customer.Age|out: Fee", "> 3|3")
    assert result.graph is not None

    assert [data.name for data in result.graph.inputs] == ["Customer"]
    assert load_model(result.graph).evaluate("Discount", {"Customer": {"Age": from_python(4)}}).value == from_python(3)


TESTS = {
    "number": ["-", "1", ">= 2", "[1..3)", "not(4)", "1, 2", "? > 1 and ? < 3"],
    "string": ["-", '"a"', '"a", "b"', 'not("a")', "=1+1", 'starts with(?, "x")'],
    "boolean": ["-", "true", "not(false)"],
    "date": ["-", 'date("2024-01-01")', '>= date("2024-01-01")', '@"2024-01-01"'],
}
ANSWERS = ["", "1", '"a"', '"=cmd()"', "X + 1", "true", 'date("2024-01-01")', '"a, b"']


@st.composite
def tables(draw: st.DrawFn) -> DecisionTable:
    kinds = draw(st.lists(st.sampled_from(sorted(TESTS)), min_size=1, max_size=3))
    start = imported(
        "|".join(
            [
                draw(st.sampled_from(["U", "FIRST", "C+", "P"])),
                *(f"in: X{n or ''}" for n, _ in enumerate(kinds)),
                "out: Y",
            ]
        ),
        "|".join(["type", *kinds, "Any"]),
        "|".join(["1", *("-" for _ in kinds), "1"]),
    )
    table = table_of(start)
    rules = draw(
        st.lists(
            st.tuples(st.tuples(*(st.sampled_from(TESTS[kind][:-2]) for kind in kinds)), st.sampled_from(ANSWERS)),
            min_size=1,
            max_size=4,
        )
    )
    return replace(
        table,
        rules=tuple(
            replace(table.rules[0], inputs=tests, outputs=(answer,), id=f"Discount_rule{number}")
            for number, (tests, answer) in enumerate(rules, 1)
        ),
    )


@settings(max_examples=60, deadline=None)
@given(tables(), st.booleans())
def test_a_table_that_is_exported_is_imported_the_same(table: DecisionTable, as_csv: bool) -> None:
    exported = sheet_of_table(table, "Discount")
    back = read_csv(write_csv(exported), source="Discount.csv") if as_csv else read_xlsx(write_xlsx(exported))

    result = read_sheet_table(back, PLAIN, source="Discount.csv")

    assert table_of(result) == table


def test_a_table_from_a_file_survives_the_way_through_a_spreadsheet() -> None:
    result = imported(
        "P|in: Age|out: Risk|out: Fee|note: Why",
        "type|number|string|number",
        "values|[0..150]|high, low",
        "default||low|0",
        "1|< 18|high|10|young",
        "2|-|low|5|",
    )
    table = table_of(result)
    assert (table.inputs[0].values, table.outputs[0].values) == ("[0..150]", '"high", "low"')
    assert table.outputs[1].default is not None

    read = read_dmn(write_dmn(result.graph)) if result.graph else None
    assert read is not None
    expression = read.decisions[0].expression
    assert isinstance(expression, DecisionTable)
    again = read_sheet_table(read_xlsx(write_xlsx(sheet_of_table(expression, "Discount"))), PLAIN)

    assert again.graph == result.graph
