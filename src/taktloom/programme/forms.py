# SPDX-License-Identifier: Apache-2.0
"""Forms in the form-js schema: fields from recorded attributes, and the choices that the task's person makes."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from taktloom.model.process import Form
from taktloom.programme.attributes import AttributeKind, ProcessAttribute

SCHEMA_VERSION = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class FormChoice:
    """A required selection: the variable, its label and the values offered; default: the commonest one."""

    variable: str
    label: str
    options: tuple[str, ...]
    default: str


def make_form(form_id: str, fields: Sequence[ProcessAttribute], choices: Sequence[FormChoice] = ()) -> Form:
    """The form as canonical JSON; fields keep their order, choices come last."""
    components = [*(_field(each) for each in fields), *(_choice(each) for each in choices)]
    schema = {"type": "default", "id": form_id, "schemaVersion": SCHEMA_VERSION, "components": components}
    return Form(id=form_id, schema=json.dumps(schema, ensure_ascii=False, sort_keys=True))


def _field(attribute: ProcessAttribute) -> dict[str, object]:
    base: dict[str, object] = {
        "id": f"field_{attribute.variable}",
        "key": attribute.variable,
        "label": attribute.label,
    }
    if attribute.kind is AttributeKind.NUMBER:
        return {**base, "type": "number"}
    if attribute.kind is AttributeKind.BOOLEAN:
        return {**base, "type": "checkbox"}
    if attribute.kind is AttributeKind.SELECTION:
        return {**base, "type": "select", "values": _values(attribute.options)}
    return {**base, "type": "textfield"}


def _choice(choice: FormChoice) -> dict[str, object]:
    return {
        "id": f"field_{choice.variable}",
        "key": choice.variable,
        "label": choice.label,
        "type": "radio",
        "values": _values(choice.options),
        "defaultValue": choice.default,
        "validate": {"required": True},
    }


def _values(options: Sequence[str]) -> list[dict[str, str]]:
    return [{"label": option, "value": option} for option in options]
