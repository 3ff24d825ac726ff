# SPDX-License-Identifier: Apache-2.0
"""The door that others' programs use, as it is promised: signatures, Python values in, results and warnings out."""

import inspect
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from taktloom.decisions import DecisionModel, load_model
from taktloom.feel import FeelBudgetError, FeelSyntaxError, Result, WarningKind, evaluate
from taktloom.feel.errors import Budget
from taktloom.feel.values import ValueConversionError, from_json, from_python, to_json, to_python
from taktloom.formats.xml_reader import XmlError
from taktloom.model.errors import LimitExceededError, NotFoundError
from tests.decisions.dmn_text import decision, dmn, input_data, requires, service

NOON = datetime(2024, 5, 17, 12, 30, tzinfo=UTC)
MODEL = dmn(
    input_data("Amount", "number"),
    '<decision id="id-1" name="Fee"><variable name="Fee"/>'
    f"{requires('Input', 'Amount')}<literalExpression><text>Amount * 2</text></literalExpression></decision>",
    decision("When", "now()"),
    '<decisionService id="id-2" name="Pricing"><variable name="Pricing"/><outputDecision href="#id-1"/>'
    '<inputData href="#Amount"/></decisionService>',
)


def signature(function: object) -> list[tuple[str, str]]:
    assert callable(function)
    kinds = inspect.signature(function).parameters.values()
    return [(item.name, item.kind.name) for item in kinds if item.name != "self"]


def test_the_signatures_are_those_promised() -> None:
    either, keyword = "POSITIONAL_OR_KEYWORD", "KEYWORD_ONLY"

    assert signature(evaluate) == [
        ("expression", either),
        ("context", either),
        ("now", keyword),
        ("zone", keyword),
        ("budget", keyword),
    ]
    assert signature(load_model)[:2] == [("source", either), ("imports", "VAR_POSITIONAL")]
    assert signature(DecisionModel.evaluate)[:4] == [
        ("name", either),
        ("inputs", either),
        ("service", keyword),
        ("now", keyword),
    ]
    assert [signature(function)[0][1] for function in (to_python, from_python, to_json, from_json)] == [either] * 4


@pytest.mark.parametrize(
    ("value", "expression", "expected"),
    [
        (1, "v + 1", Decimal(2)),
        (1.5, "v + 1", Decimal("2.5")),
        (Decimal("1.50"), "v = 1.5", True),
        (True, "not(v)", False),
        ("a", "v", "a"),
        (None, "v = null", True),
        (date(2024, 2, 29), "v.month", Decimal(2)),
        (NOON, "string(v)", "2024-05-17T12:30:00Z"),
        (datetime(2024, 5, 17, 12, tzinfo=ZoneInfo("Europe/Paris")), "v.timezone", "Europe/Paris"),
        (time(10, 15), "string(v)", "10:15:00"),
        (time(10, 15, tzinfo=timezone(timedelta(hours=2))), "string(v.time offset)", "PT2H"),
        (timedelta(days=1, hours=2), "string(v)", "P1DT2H"),
        ([1, (2, [3])], "v[2][2][1]", Decimal(3)),
        ({"a": {"b c": [1]}}, "v.a.b c[1]", Decimal(1)),
        ({"day": date(2024, 1, 1)}, 'v.day < @"2024-01-02"', True),
    ],
)
def test_values_of_python_come_in(value: object, expression: str, expected: object) -> None:
    result = evaluate(expression, {"v": value})

    assert result == Result(result.value, ())
    assert result.value == expected


@pytest.mark.parametrize(
    "value",
    [object(), {1, 2}, b"bytes", 1j, float("nan"), Decimal("Infinity"), {1: 2}, [object()], datetime(2024, 1, 1)],  # noqa: DTZ001
)
def test_what_has_no_feel_value_is_refused_with_a_remedy(value: object) -> None:
    with pytest.raises(ValueConversionError) as caught:
        evaluate("v", {"v": value})

    assert caught.value.remedy
    with pytest.raises(ValueConversionError):
        load_model(MODEL).evaluate("Fee", {"Amount": value})


def test_the_clock_and_the_zone_come_from_the_caller() -> None:
    assert str(evaluate("now()", {}, now=NOON).value) == "2024-05-17T12:30:00Z"
    assert str(evaluate("today()", {}, now=NOON, zone="Pacific/Auckland").value) == "2024-05-18"
    assert [warning.kind for warning in evaluate("now()", {}).warnings] == [WarningKind.NO_CLOCK]
    assert evaluate("today()").value is None
    assert str(load_model(MODEL).evaluate("When", {}, now=NOON).value) == "2024-05-17T12:30:00Z"
    with pytest.raises(ValueConversionError):
        evaluate("now()", {}, now=datetime(2024, 1, 1))  # noqa: DTZ001
    with pytest.raises(ValueConversionError):
        evaluate("today()", {}, now=NOON, zone="Nowhere/Land")


def test_a_warning_says_of_what_kind_it_is_and_where() -> None:
    (unknown, mismatch, _) = evaluate("10 + (1 - Missing)", {}).warnings

    assert (unknown.kind, unknown.position) == ("unknown-name", 10)
    assert "Missing" in unknown.message
    assert (mismatch.kind, mismatch.position) == ("type-mismatch", 6)


def test_a_text_that_is_not_feel_and_a_spent_budget_are_typed() -> None:
    with pytest.raises(FeelSyntaxError) as syntax:
        evaluate("1 +\n * 2", {})
    with pytest.raises(FeelBudgetError) as spent:
        evaluate("for i in 1..1000 return i", {}, budget=Budget(steps=10))

    assert (syntax.value.position, syntax.value.line, syntax.value.column) == (5, 2, 2)
    assert isinstance(spent.value, LimitExceededError)
    assert (spent.value.budget, spent.value.limit) == ("steps", 10)


def test_a_model_is_text_bytes_or_a_path(tmp_path: Path) -> None:
    path = tmp_path / "model.dmn"
    path.write_text(MODEL)

    for source in (MODEL, MODEL.encode(), path):
        assert load_model(source).evaluate("Fee", {"Amount": 3}).value == Decimal(6)
    with pytest.raises(XmlError):
        load_model("model.dmn")


@pytest.mark.parametrize(("name", "wanted"), [("Fee", None), ("id-1", None), ("Fee", "Pricing"), ("id-1", "id-2")])
def test_a_decision_is_asked_by_name_or_id_and_through_a_service(name: str, wanted: str | None) -> None:
    result = load_model(MODEL).evaluate(name, {"Amount": 3}, service=wanted)

    assert (result.value, result.warnings) == (Decimal(6), ())
    assert [(made.decision_id, made.name, made.value) for made in result.trace] == [("id-1", "Fee", Decimal(6))]


@pytest.mark.parametrize(("name", "wanted"), [("Nothing", None), ("Fee", "Nothing")])
def test_what_the_model_lacks_is_not_found(name: str, wanted: str | None) -> None:
    with pytest.raises(NotFoundError):
        load_model(MODEL).evaluate(name, {"Amount": 3}, service=wanted)


def test_imports_are_found_by_namespace_in_any_order() -> None:
    library = dmn(decision("Rate", "0.5"), namespace="urn:rates")
    unrelated = dmn(decision("Rate", "9"), namespace="urn:unrelated")
    main = dmn(
        '<import name="rates" namespace="urn:rates" importType="https://www.omg.org/spec/DMN/20230324/MODEL/"/>',
        decision("Price", "2 * rates.Rate", None, [requires("Decision", "urn:rates#Rate")]),
        service("Ask", ["Price"]),
    )

    for models in ([library, unrelated], [unrelated, library]):
        assert load_model(main, *models).evaluate("Price", {}).value == Decimal(1)
    assert load_model(main).findings[0].rule == "dangling-requirement"


def test_python_gets_its_own_types_back_where_they_are_exact() -> None:
    given = {"d": date(2024, 1, 1), "t": time(1, 2, 3), "m": NOON, "p": timedelta(minutes=5), "l": [Decimal(1), None]}

    assert to_python(from_python(given)) == given
    assert from_json(to_json(from_python(given))) == from_python(given)
