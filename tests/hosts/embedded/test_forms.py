# SPDX-License-Identifier: Apache-2.0
"""What is sent for a form is checked field by field."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taktloom.feel.values import FeelDate, FeelValue
from taktloom.hosts.embedded import EmbeddedEngine
from taktloom.hosts.embedded.work.forms import FormRefusedError, form_problems
from taktloom.model.identifiers import ProcessId
from taktloom.model.operations import UserTaskQuery

NOW = datetime(2026, 3, 2, tzinfo=UTC)
FORM = {
    "type": "default",
    "id": "decision",
    "components": [
        {"type": "text", "text": "Decide"},
        {"type": "textfield", "key": "name", "label": "Name",
         "validate": {"required": True, "minLength": 2, "maxLength": 5, "pattern": "^[A-Z]"}},
        {"type": "textfield", "key": "mail", "validate": {"validationType": "email"}},
        {"type": "number", "key": "amount", "decimalDigits": 2, "validate": {"min": 0, "max": "=limit"}},
        {"type": "checkbox", "key": "agreed", "validate": {"required": True}},
        {"type": "select", "key": "way", "values": [{"label": "a", "value": "post"}, {"label": "b", "value": "mail"}]},
        {"type": "checklist", "key": "parts", "valuesKey": "known"},
        {"type": "datetime", "key": "day", "subtype": "date"},
        {"type": "textarea", "key": "reason", "conditional": {"hide": "=agreed"}, "validate": {"required": True}},
        {"type": "textfield", "key": "fixed", "disabled": True, "validate": {"required": True}},
        {"type": "group", "path": "address", "components": [
            {"type": "textfield", "key": "city", "validate": {"required": True}}]},
        {"type": "dynamiclist", "path": "rows", "components": [
            {"type": "number", "key": "n", "validate": {"min": 1}}]},
    ],
}  # fmt: skip
GOOD: dict[str, FeelValue] = {
    "name": "Ada",
    "mail": "ada@example.org",
    "amount": Decimal("12.50"),
    "agreed": True,
    "way": "post",
    "parts": ["a"],
    "day": "2026-03-02",
    "address": {"city": "Utrecht"},
    "rows": [{"n": Decimal(1)}, {"n": Decimal(2)}],
}
VARIABLES: dict[str, FeelValue] = {"limit": Decimal(100), "known": ["a", "b"]}


def problems(sent: dict[str, FeelValue]) -> list[tuple[str, str | None]]:
    found = form_problems(json.dumps(FORM), sent, VARIABLES, NOW)
    return [(finding.rule, finding.place.element_id) for finding in found]


def test_what_fits_the_form_has_no_problems() -> None:
    assert problems(GOOD) == []


@pytest.mark.parametrize(
    ("change", "rule", "field"),
    [
        ({"name": None}, "field-required", "name"),
        ({"name": ""}, "field-required", "name"),
        ({"name": "A"}, "field-length", "name"),
        ({"name": "Adalbert"}, "field-length", "name"),
        ({"name": "ada"}, "field-pattern", "name"),
        ({"name": Decimal(7)}, "field-type", "name"),
        ({"mail": "nobody"}, "field-pattern", "mail"),
        ({"amount": Decimal(-1)}, "field-range", "amount"),
        ({"amount": Decimal(101)}, "field-range", "amount"),
        ({"amount": Decimal("1.234")}, "field-range", "amount"),
        ({"amount": "12"}, "field-type", "amount"),
        ({"agreed": "yes"}, "field-type", "agreed"),
        ({"way": "pigeon"}, "field-choice", "way"),
        ({"parts": ["a", "c"]}, "field-choice", "parts"),
        ({"parts": "a"}, "field-type", "parts"),
        ({"day": "tomorrow"}, "field-type", "day"),
        ({"address": {}}, "field-required", "address.city"),
        ({"rows": [{"n": Decimal(1)}, {"n": Decimal(0)}]}, "field-range", "rows[1].n"),
    ],
)
def test_what_does_not_fit_is_found_at_its_field(change: dict[str, FeelValue], rule: str, field: str) -> None:
    assert (rule, field) in problems({**GOOD, **change})


def test_a_hidden_field_is_not_asked_for_and_a_shown_one_is() -> None:
    assert problems({**GOOD, "agreed": False}) == [("field-required", "agreed"), ("field-required", "reason")]


def test_what_is_not_sent_counts_as_the_variable() -> None:
    sent = {name: value for name, value in GOOD.items() if name != "name"}

    assert form_problems(json.dumps(FORM), sent, {**VARIABLES, "name": "Ada"}, NOW) == ()


def test_a_json_schema_is_a_form_too_and_no_value_is_quoted() -> None:
    schema = {
        "type": "object",
        "required": ["name"],
        "properties": {"name": {"type": "string"}, "age": {"type": "integer", "minimum": 18}},
    }

    found = form_problems(json.dumps(schema), {"age": Decimal(7)}, {}, NOW)

    assert [(one.rule, one.place.element_id) for one in found] == [("field-required", "name"), ("field-schema", "age")]
    assert "7" not in found[1].message
    assert form_problems(json.dumps(schema), {"name": "Ada", "age": Decimal(18)}, {}, NOW) == ()


PRICED = {
    "type": "object",
    "properties": {
        "price": {"type": "number", "multipleOf": 0.01, "minimum": 0.1},
        "number": {"type": "integer"},
        "day": {"type": "string"},
    },
}


@pytest.mark.parametrize(
    ("sent", "rules"),
    [
        ({"price": Decimal("19.99")}, []),
        ({"price": Decimal("1.10")}, []),
        ({"price": Decimal("0.1")}, []),
        ({"price": Decimal("0.09999999999999999999")}, ["multipleOf", "minimum"]),
        ({"price": Decimal("19.995")}, ["multipleOf"]),
        ({"price": Decimal("1E+40")}, []),
        ({"price": True}, ["type"]),
        ({"number": Decimal(2**53 + 1)}, []),
        ({"number": Decimal("1.0")}, []),
        ({"number": Decimal("1.00000000000000000001")}, ["type"]),
        ({"day": FeelDate(2026, 3, 2)}, []),
    ],
)
def test_a_json_schema_counts_in_decimal_numbers(sent: dict[str, FeelValue], rules: list[str]) -> None:
    found = form_problems(json.dumps(PRICED), sent, {}, NOW)

    assert [one.parameters["rule"] for one in found] == rules


def test_rows_beyond_those_that_are_checked_are_refused() -> None:
    row = {"type": "textfield", "key": "city", "validate": {"required": True}}
    form = {"components": [{"type": "dynamiclist", "path": "trips", "label": "Trips", "components": [row]}]}
    rows: list[FeelValue] = [{"city": "Bern"}] * 1000

    assert form_problems(json.dumps(form), {"trips": rows}, {}, NOW) == ()
    (found,) = form_problems(json.dumps(form), {"trips": [*rows, {}]}, {}, NOW)
    assert (found.rule, found.place.element_id, found.message) == (
        "field-length",
        "trips",
        "At most 1000 rows are expected.",
    )


values = st.recursive(
    st.none() | st.booleans() | st.text(max_size=6) | st.decimals(allow_nan=False, allow_infinity=False, places=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["city", "n"]), inner, max_size=2),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from([*GOOD, "reason", "other"]), values))
def test_any_values_fit_or_are_refused(sent: dict[str, FeelValue]) -> None:
    assert all(rule.startswith("field-") and field for rule, field in problems(sent))


def test_a_task_is_completed_only_with_what_fits_and_stays_as_it_was_else(engine: EmbeddedEngine) -> None:
    model = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
      xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" targetNamespace="x"><process id="p" isExecutable="true">
      <startEvent id="s"/><sequenceFlow id="f" sourceRef="s" targetRef="t"/><userTask id="t"><extensionElements>
      <zeebe:formDefinition formId="decision"/></extensionElements></userTask>
      <sequenceFlow id="g" sourceRef="t" targetRef="e"/><endEvent id="e"/></process></definitions>"""
    engine.deployments.deploy({"p.bpmn": model, "decision.form": json.dumps(FORM).encode()})
    engine.instances.start(ProcessId("p"), VARIABLES)
    (task,) = engine.user_tasks.search(UserTaskQuery()).items

    with pytest.raises(FormRefusedError) as refused:
        engine.user_tasks.complete(task.user_task_id, {**GOOD, "way": "pigeon"}, user="ada")

    assert [one.place.element_id for one in refused.value.examples] == ["way"]
    assert engine.user_tasks.view(task.user_task_id) == task
    assert engine.user_tasks.complete(task.user_task_id, GOOD, user="ada").state == "completed"
