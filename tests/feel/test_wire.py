# SPDX-License-Identifier: Apache-2.0
"""The wire form: plain JSON where it is exact, else tagged; Python's types at the doors."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import cast
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taktloom.feel.temporal_text import parse_temporal
from taktloom.feel.values import (
    DaysTime,
    FeelDate,
    FeelDateTime,
    FeelTime,
    FeelValue,
    Range,
    ValueConversionError,
    YearsMonths,
    from_json,
    from_python,
    to_json,
    to_python,
)
from taktloom.feel.wire import from_stored_json, json_text, utf8, values_from_python
from taktloom.model.errors import InputRefusedError

numbers = st.decimals(allow_nan=False, allow_infinity=False, places=None).filter(
    lambda number: len(number.as_tuple().digits) <= 34 and abs(number.adjusted()) < 6000
)
dates = st.builds(FeelDate, st.integers(-999_999_999, 999_999_999), st.integers(1, 12), st.integers(1, 28))
offsets = st.one_of(st.none(), st.integers(-64_800, 64_800))
times = st.one_of(
    st.builds(
        FeelTime, st.integers(0, 23), st.integers(0, 59), st.integers(0, 59), st.integers(0, 999_999_999), offsets
    ),
    st.builds(lambda hour: FeelTime(hour, 0, 0, 0, None, "Europe/Paris"), st.integers(0, 23)),
)
temporals = st.one_of(
    dates,
    times,
    st.builds(FeelDateTime, dates, times),
    st.builds(DaysTime, st.integers(-(10**20), 10**20)),
    st.builds(YearsMonths, st.integers(-(10**9), 10**9)),
)
scalars: st.SearchStrategy[FeelValue] = st.one_of(st.none(), st.booleans(), st.text(), numbers, temporals)
ranges = st.builds(
    lambda start, end, left, right: Range(start=start, end=end, start_included=left, end_included=right),
    numbers,
    numbers,
    st.booleans(),
    st.booleans(),
)
keys = st.one_of(st.text(), st.just("@type"))
values: st.SearchStrategy[FeelValue] = st.recursive(
    st.one_of(scalars, ranges), lambda inner: st.one_of(st.lists(inner), st.dictionaries(keys, inner)), max_leaves=20
)


@given(values)
def test_the_text_of_a_value_is_the_text_of_its_wire_form(value: FeelValue) -> None:
    assert json_text(value) == json.dumps(to_json(value), ensure_ascii=False, separators=(",", ":"))


@given(st.integers(-(10**16), 10**16), st.integers(-20, 3))
def test_the_text_of_a_short_number_is_that_of_its_wire_form(digits: int, exponent: int) -> None:
    number = Decimal(digits).scaleb(exponent)

    assert json_text(number) == json.dumps(to_json(number), separators=(",", ":"))


@pytest.mark.parametrize("text", ["-0", "-0.0", "0.00", "1.50", "0.0001", "-0.0001", "0.00001", "1E+3", "-7", "1E-7"])
def test_the_text_of_a_number_is_the_one_that_a_double_has(text: str) -> None:
    assert json_text(Decimal(text)) == json.dumps(to_json(Decimal(text)))


@given(values)
def test_json_gives_back_what_it_was_given(value: FeelValue) -> None:
    text = json.dumps(to_json(value))

    assert from_json(json.loads(text)) == value
    assert from_json(json.loads(text, parse_float=Decimal, parse_int=Decimal)) == value


@given(temporals)
def test_the_text_of_a_temporal_value_reads_back(value: FeelValue) -> None:
    assert parse_temporal(str(value)) == value


@pytest.mark.parametrize(
    ("value", "wire"),
    [
        (Decimal("0.1"), 0.1),
        (Decimal(12), 12),
        (Decimal(2**53), {"@type": "number", "value": "9007199254740992"}),
        (FeelDate(2024, 2, 29), {"@type": "date", "value": "2024-02-29"}),
        ({"@type": "date"}, {"@type": "context", "value": {"@type": "date"}}),
    ],
)
def test_the_wire_form_is_plain_where_it_is_exact(value: FeelValue, wire: object) -> None:
    assert to_json(value) == wire


@pytest.mark.parametrize("data", [{"@type": "date", "value": "2024-13-01"}, {"@type": "secret", "value": ""}, object()])
def test_what_is_no_value_is_refused(data: object) -> None:
    with pytest.raises(ValueConversionError):
        from_json(data)


def test_a_naive_moment_is_refused_with_the_remedy() -> None:
    with pytest.raises(ValueConversionError, match="zone"):
        from_python(datetime(2024, 1, 1))  # noqa: DTZ001  (that is the point)


@pytest.mark.parametrize(
    ("given_value", "expected"),
    [
        (1.1, Decimal("1.1")),
        (date(2024, 1, 2), FeelDate(2024, 1, 2)),
        (timedelta(hours=1), DaysTime(3600 * 10**9)),
        (datetime(2024, 1, 2, 3, tzinfo=UTC), FeelDateTime(FeelDate(2024, 1, 2), FeelTime(3, 0, 0, 0, 0))),
        (
            datetime(2024, 1, 2, 3, tzinfo=ZoneInfo("Europe/Paris")),
            FeelDateTime(FeelDate(2024, 1, 2), FeelTime(3, 0, 0, 0, None, "Europe/Paris")),
        ),
        ([1, {"a": True}], [Decimal(1), {"a": True}]),
    ],
)
def test_pythons_types_become_feel_values(given_value: object, expected: FeelValue) -> None:
    assert from_python(given_value) == expected


def test_python_gets_its_own_types_where_they_hold_the_value() -> None:
    assert to_python(FeelDate(2024, 1, 2)) == date(2024, 1, 2)
    assert to_python(FeelDate(99_999, 1, 2)) == FeelDate(99_999, 1, 2)
    assert to_python(DaysTime(3600 * 10**9)) == timedelta(hours=1)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), 10**7000], ids=["nan", "infinity", "huge"])
def test_numbers_beyond_decimal128_are_refused(number: float) -> None:
    with pytest.raises(ValueConversionError):
        from_python(number)


@pytest.mark.parametrize("text", ["NaN", "sNaN", "Infinity", "-Infinity", "1E+9999", "1E-7000", "1" * 40])
def test_a_number_that_could_not_be_read_back_is_not_written(text: str) -> None:
    for write in (json_text, to_json):
        with pytest.raises(ValueConversionError) as caught:
            write([Decimal(text)])
        assert caught.value.cause == "The number is not finite or too large."


def nested(levels: int) -> FeelValue:
    value: FeelValue = "inside"
    for level in range(levels):
        value = [value] if level % 2 else {"a": value}
    return value


def test_what_is_written_is_nested_no_deeper_than_what_can_be_read_back() -> None:
    deepest = nested(300)

    assert from_stored_json(json.loads(json_text(deepest))) == deepest
    assert json_text(deepest) == json.dumps(to_json(deepest), separators=(",", ":"))
    for write in (json_text, to_json):
        with pytest.raises(ValueConversionError) as caught:
            write(nested(302))
        assert caught.value.remedy == "Keep below 300 levels."
    with pytest.raises(ValueConversionError):
        from_json(json.loads(json_text(nested(202))))  # from outside


def test_what_is_no_feel_value_is_not_written() -> None:
    with pytest.raises(ValueConversionError) as caught:
        json_text({"a": cast("FeelValue", 3)})

    assert caught.value.cause == "A value of the Python type int is no FEEL value."


def test_half_of_a_character_is_not_written() -> None:
    with pytest.raises(InputRefusedError) as caught:
        utf8("\ud800")

    assert caught.value.cause == "A text has half of a character (a lone surrogate)."


def test_values_that_nobody_can_change_in_place_come_back_as_the_same_mapping() -> None:
    values: dict[str, FeelValue] = {"two  spaces": Decimal(1), "day": FeelDate(2026, 3, 2), "nothing": None}

    assert values_from_python(values) is values


def test_lists_and_contexts_are_copied_once_however_often_they_are_there() -> None:
    inside: list[FeelValue] = [Decimal(1), {"deep": [None, True, "x"]}]
    values: dict[str, FeelValue] = {"two  spaces": inside, "again": {"inside": inside}}

    copied = values_from_python(values)

    again = copied["again"]
    assert copied == values
    assert isinstance(again, dict)
    assert again["inside"] is copied["two  spaces"] is not inside


def test_a_list_inside_itself_is_copied_and_refused_when_it_is_written() -> None:
    endless: list[FeelValue] = []
    endless.append(endless)

    copied = values_from_python({"endless": endless})

    with pytest.raises(ValueConversionError):
        json_text(copied["endless"])


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3, Decimal(3)),
        (0.1, Decimal("0.1")),
        ([1, {"deep": (2.5, date(2026, 3, 2))}], [Decimal(1), {"deep": [Decimal("2.5"), FeelDate(2026, 3, 2)]}]),
        (MappingProxyType({"n": 1}), {"n": Decimal(1)}),
    ],
)
def test_values_by_name_are_converted_under_the_very_names(value: object, expected: FeelValue) -> None:
    assert values_from_python({"two  spaces": value}) == {"two  spaces": expected}


@pytest.mark.parametrize("value", [float("nan"), Decimal("Infinity"), [10**7000], {1: 2}, {"inside": object()}, {1, 2}])
def test_a_named_value_without_feel_form_is_refused(value: object) -> None:
    with pytest.raises(ValueConversionError):
        values_from_python({"a": value})


def test_values_that_hold_themselves_are_refused_as_too_deep() -> None:
    endless: list[object] = [1]
    endless.append(endless)

    with pytest.raises(ValueConversionError, match="too deep"):
        values_from_python({"a": endless})
