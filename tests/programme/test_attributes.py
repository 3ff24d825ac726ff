# SPDX-License-Identifier: Apache-2.0
"""Attributes become variables and form fields."""

import json

import polars as pl

from taktloom.feel import compile_expression
from taktloom.programme.attributes import AttributeKind, describe_attribute, fields_by_activity, name_variables
from taktloom.programme.draft import usual_groups
from taktloom.programme.forms import FormChoice, make_form


def test_variable_names_are_unique_and_can_be_read_by_feel() -> None:
    columns = [
        "case.org:group",
        "event.org group",
        "case.工程造价",
        "event.for",
        "event.2nd",
        "case.choice_1",
        "event.:",
    ]

    names = name_variables(columns, taken=["choice_1"])

    assert list(names.values()) == ["org_group", "org_group_2", "工程造价", "v_for", "v_2nd", "choice_1_2", "v_"]
    for name in names.values():
        assert compile_expression(f"{name} = 1", [name]).evaluate({name: None}).value is False


def test_kinds_follow_the_values() -> None:
    def kind_of(values: pl.Series) -> AttributeKind:
        return describe_attribute("event.x", "x", values).kind

    assert kind_of(pl.Series([1.5, None])) is AttributeKind.NUMBER
    assert kind_of(pl.Series([True, None])) is AttributeKind.BOOLEAN
    assert kind_of(pl.Series(["a", "b"] * 5)) is AttributeKind.SELECTION
    assert kind_of(pl.Series([f"id {number}" for number in range(30)])) is AttributeKind.TEXT


def test_a_field_belongs_to_the_activities_that_record_it() -> None:
    events = pl.DataFrame(
        {"activity": ["a", "a", "b", "b"], "event.x": [1.0, 2.0, None, None], "event.y": [None, None, "k", "k"]}
    )

    fields = fields_by_activity(events, {"event.x": "x", "event.y": "y"}, ["a", "b"])

    assert {activity: [each.variable for each in found] for activity, found in fields.items()} == {
        "a": ["x"],
        "b": ["y"],
    }


def test_a_form_asks_its_choice_last_and_requires_it() -> None:
    field = describe_attribute("event.x", "x", pl.Series([True]))
    choice = FormChoice(variable="choice_1", label="下一步", options=("准予", "不予"), default="准予")

    schema = json.loads(make_form("form_task", [field], [choice]).schema)

    assert schema["type"] == "default"
    assert [component["type"] for component in schema["components"]] == ["checkbox", "radio"]
    assert schema["components"][1]["validate"] == {"required": True}
    assert schema["components"][1]["values"][1] == {"label": "不予", "value": "不予"}


def test_a_fields_label_is_its_columns_name_as_words() -> None:
    labels = [describe_attribute(f"case.{name}", "x", pl.Series([1])).label for name in ("permit_type", "CRP", "费用")]

    assert labels == ["Permit type", "CRP", "费用"]


def test_a_placeholder_is_no_group_to_offer_work_to() -> None:
    events = pl.DataFrame({"activity": ["a", "a", "a", "b"], "role": ["EMPTY", "EMPTY", "Desk", "unknown"]})

    assert usual_groups(events, ["a", "b"]) == {"a": ("Desk", 1, 1), "b": ("case-worker", 0, 0)}
