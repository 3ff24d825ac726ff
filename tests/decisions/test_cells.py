# SPDX-License-Identifier: Apache-2.0
"""Input entries and answers of decision tables: what a cell may be, null inputs, policies (DMN 1.5, chapter 8)."""

from decimal import Decimal

import pytest

from taktloom.decisions import load_model
from taktloom.feel import feel_text
from taktloom.feel.temporal import FeelDate
from tests.decisions.dmn_text import decision, dmn, input_data, requires, table

NEEDS = [requires("Input", name) for name in ("x", "limit", "list")]
DAY = FeelDate(2020, 1, 1)
LISTED: list[object] = [1, 2]
CELLS: list[tuple[str, object, bool]] = [
    ("-", None, True),
    ("", 2, True),
    ("2", 2, True),
    ("2", 2.0, True),
    ('"2"', 2, False),
    ("1, 2", 2, True),
    ("not(1, 2)", 2, False),
    ("not(1, 2)", 3, True),
    ("-5", -5, True),
    ("> limit", 6, True),
    ("limit", 5, True),
    ("limit + 1", 6, True),
    ("[1..limit]", 5, True),
    ("[1..limit)", 5, False),
    ("]1..limit[", 1, False),
    ("< 1, > 3", 2, False),
    ("= 5", 5, True),
    ("!= 5", 6, True),
    ("list", 2, True),
    ("list", 3, False),
    ("not(list)", 2, False),
    ("list[1]", 1, True),
    ("[1, 2]", LISTED, True),
    ("[[1, 2], [3]]", LISTED, True),
    ("1", LISTED, False),
    ("list contains(?, 1)", LISTED, True),
    ("? > limit", 6, True),
    ("? = 5", 5, True),
    ("even(?)", 4, True),
    ("abs(?) = 3", -3, True),
    ("? in [1..3]", 2, True),
    ("? between 1 and 3", 4, False),
    ("? instance of string", 4, False),
    ("not(? > 3)", 2, True),
    ("not(? > 3, ? < 1)", 2, True),
    ("some i in list satisfies i = ?", 2, True),
    ("if ? > 1 then true else false", 2, True),
    ('starts with(?, "a")', "abc", True),
    ("?.a > 1", {"a": 2}, True),
    ("{a: 2}", {"a": 2}, True),
    ('@"2020-01-01"', DAY, True),
    ('date("2020-01-01")', DAY, True),
    ('[@"2019-12-31"..@"2020-01-01"]', DAY, True),
    ("?.year = 2020", DAY, True),
    ("true", True, True),
    ("false", True, False),
    ("true", 1, False),
    ("limit > 3", 7, True),
    ("limit > 3", True, True),
    ("limit > 30", False, True),
    ("null", None, True),
    ("null, 1", None, True),
    ("not(null)", None, False),
    ("not(null)", 1, True),
    ("? = null", None, True),
    ("< 5", None, False),
    ('"a"', None, False),
    ('not("a")', None, True),
    ('contains(?, "b")', None, False),
    ("1 / 0", 1, False),
    ("function(x) x", 1, False),
]


@pytest.mark.parametrize(("cell", "value", "holds"), CELLS)
def test_a_cell_holds_for_what_it_says(cell: str, value: object, holds: bool) -> None:
    body = table([("x", None)], [((cell,), ('"yes"',)), (("-",), ('"no"',))], policy="FIRST")
    model = load_model(dmn(input_data("x"), input_data("limit"), input_data("list"), decision("d", body, None, NEEDS)))

    result = model.evaluate("d", {"x": value, "limit": 5, "list": [1, 2]})

    assert result.value == ("yes" if holds else "no")
    assert [finding.rule for finding in model.findings if finding.rule == "feel-syntax"] == []


def answers(policy: str, rules: list[tuple[str, str]], aggregation: str | None = None, output: str = "") -> str:
    body = table(
        [("x", "number")],
        [((cell,), (text,)) for cell, text in rules],
        policy=policy,
        aggregation=aggregation,
        outputs=(output,),
    )
    model = load_model(dmn(input_data("x", "number"), decision("d", body, None, [requires("Input", "x")])))
    return feel_text(model.evaluate("d", {"x": 1}).value)


BOTH, NONE, ONE = [("-", "1"), ("-", "2")], [("9", "1"), ("9", "2")], [("-", "1"), ("9", "2")]
DEFAULT = "<defaultOutputEntry><text>7</text></defaultOutputEntry>"
VALUES = "<outputValues><text>2, 1</text></outputValues>"


@pytest.mark.parametrize(
    ("policy", "rules", "output", "expected"),
    [
        ("UNIQUE", BOTH, "", "null"),
        ("UNIQUE", ONE, "", "1"),
        ("UNIQUE", NONE, "", "null"),
        ("UNIQUE", NONE, DEFAULT, "7"),
        ("ANY", BOTH, "", "null"),
        ("ANY", [("-", "1"), ("-", "1.0")], "", "1"),
        ("ANY", [("-", "null"), ("-", "1 / 0")], "", "null"),
        ("FIRST", BOTH, "", "1"),
        ("FIRST", [("-", "1 / 0"), ("-", "2")], "", "null"),
        ("PRIORITY", BOTH, VALUES, "2"),
        ("OUTPUT ORDER", BOTH, VALUES, "[2, 1]"),
        ("RULE ORDER", BOTH, "", "[1, 2]"),
        ("RULE ORDER", NONE, DEFAULT, "7"),
        ("COLLECT", BOTH, "", "[1, 2]"),
        ("COLLECT", [("-", "1 / 0"), ("-", "2")], "", "[null, 2]"),
    ],
)
def test_a_policy_chooses_among_the_rules_that_match(
    policy: str, rules: list[tuple[str, str]], output: str, expected: str
) -> None:
    assert answers(policy, rules, output=output) == expected


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (BOTH, {"SUM": "3", "MIN": "1", "MAX": "2", "COUNT": "2"}),
        (NONE, {"SUM": "null", "MIN": "null", "MAX": "null", "COUNT": "0"}),
        ([("-", "null"), ("-", "2")], {"SUM": "null", "MIN": "null", "MAX": "null", "COUNT": "2"}),
        ([("-", '"a"'), ("-", "2")], {"SUM": "null", "MIN": "null", "MAX": "null", "COUNT": "2"}),
        ([("-", "1"), ("-", "1")], {"SUM": "2", "MIN": "1", "MAX": "1", "COUNT": "2"}),
    ],
)
def test_collected_answers_are_aggregated(rules: list[tuple[str, str]], expected: dict[str, str]) -> None:
    assert {name: answers("COLLECT", rules, name) for name in expected} == expected
    assert {answers("COLLECT", NONE, name, DEFAULT) for name in expected} == {"7"}


def test_several_outputs_are_a_context_and_defaults_stand_in_for_each() -> None:
    body = table([("x", None)], [(("1",), ("1", '"a"'))], policy="UNIQUE", outputs=(DEFAULT, ""))
    model = load_model(dmn(input_data("x"), decision("d", body, None, [requires("Input", "x")])))

    assert model.evaluate("d", {"x": 1}).value == {"o1": Decimal(1), "o2": "a"}
    assert model.evaluate("d", {"x": 2}).value == {"o1": Decimal(7), "o2": None}
