# SPDX-License-Identifier: Apache-2.0
"""What is sent for a form is checked against it here, whatever the browser has checked.

Two kinds of forms: form-js schemas (`components`), and JSON Schema (2020-12) of an object. Of form-js these components
are checked: text field, text area, number, checkbox, select, radio, checklist, tag list, date and time, in groups and
dynamic lists, with what `validate` says of them. A field that its `conditional` hides, that is disabled or read only,
is not asked for. A field that is not sent counts as the variable that the task was opened with. Names that the form
does not have are let through.

Conditions and limits after `=` are FEEL; patterns run under the budget of FEEL's own engine of regular expressions.

Source: form-js, `packages/form-js-viewer` documentation of the schema; JSON Schema 2020-12, validation.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from itertools import islice
from typing import NamedTuple

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend
from referencing.exceptions import Unresolvable

from taktloom.feel.values import FeelValue
from taktloom.kernel.expressions import compile_feel
from taktloom.kernel.failure import ElementFailure
from taktloom.model.errors import InputRefusedError, TaktloomError
from taktloom.model.findings import Finding, Severity
from taktloom.model.places import Place

__all__ = ["FormRefusedError", "form_problems", "require_fits_form", "schema_problem"]

_MOST_FINDINGS = 50
_MOST_ROWS = 1_000
_EMAIL = r"^[^\s@]+@[^\s@]+\.[^\s@]+$"
_PHONE = r"^\+?[0-9 ()/.-]{3,30}$"
_TEXTS = frozenset({"textfield", "textarea"})
_MANY = frozenset({"checklist", "taglist"})
_ONE = frozenset({"select", "radio"})

Component = Mapping[str, object]
Context = Mapping[str, FeelValue]


class FormRefusedError(InputRefusedError):
    """The values do not fit the task's form; the examples name the fields."""

    code = "TL-2543"


def require_fits_form(schema: str, sent: Context, variables: Context, now: datetime) -> None:
    """Raise FormRefusedError with every field that does not fit."""
    problems = form_problems(schema, sent, variables, now)
    if problems:
        raise FormRefusedError(
            f"{len(problems)} fields of the form do not fit; nothing was changed.",
            problems[0].place,
            "Correct the named fields.",
            {"number": str(len(problems))},
            problems,
        )


def form_problems(schema: str, sent: Context, variables: Context, now: datetime) -> tuple[Finding, ...]:
    """What does not fit, in order of the form, at most 50; none for a schema of neither kind."""
    form = json.loads(schema, parse_float=Decimal)
    if not isinstance(form, dict):
        return ()
    if isinstance(form.get("components"), list):
        visit = _Visit({**variables, **sent}, now)
        found = visit.components(form["components"], visit.values, "")
        return tuple(islice(found, _MOST_FINDINGS))
    if "$schema" in form or form.get("type") == "object":
        return _json_schema_problems(form, sent)
    return ()


def schema_problem(form: Mapping[str, object]) -> str | None:
    """Where a JSON Schema is none; None for a sound one, and for forms of other kinds."""
    if isinstance(form.get("components"), list) or not ("$schema" in form or form.get("type") == "object"):
        return None
    error = next(Draft202012Validator(Draft202012Validator.META_SCHEMA).iter_errors(form), None)
    return None if error is None else "/".join(str(part) for part in error.absolute_path) or "the top"


class _Breach(NamedTuple):
    """One thing that does not fit."""

    rule: str
    message: str
    parameters: Mapping[str, str]


class _Visit:
    """One look through a form-js schema."""

    def __init__(self, values: Context, now: datetime) -> None:
        self.values, self._now = values, now

    def components(self, components: object, values: Context, prefix: str) -> Iterator[Finding]:
        for component in components if isinstance(components, list) else []:
            if isinstance(component, dict) and not self._is_hidden(component):
                yield from self._component(component, values, prefix)

    def _component(self, component: Component, values: Context, prefix: str) -> Iterator[Finding]:
        kind, path = str(component.get("type")), str(component.get("path") or "")
        if kind == "group":
            inner = _at(values, path) if path else values
            yield from self.components(
                component.get("components"), inner if isinstance(inner, dict) else {}, _joined(prefix, path)
            )
        elif kind == "dynamiclist":
            given = _at(values, path)
            rows = given if isinstance(given, list) else []
            if len(rows) > _MOST_ROWS:
                key = _joined(prefix, path)
                label, limit = str(component.get("label") or key)[:100], str(_MOST_ROWS)
                told = {"label": label, "limit": limit}
                yield _finding("field-length", key, f"At most {limit} rows are expected.", told)
            for number, row in enumerate(rows[:_MOST_ROWS]):
                place = f"{_joined(prefix, path)}[{number}]"
                yield from self.components(component.get("components"), row if isinstance(row, dict) else {}, place)
        elif component.get("key") and not component.get("disabled") and not component.get("readonly"):
            key = str(component["key"])
            yield from self._field(component, _at(values, key), _joined(prefix, key))

    def _field(self, component: Component, value: FeelValue, key: str) -> Iterator[Finding]:
        rules = component.get("validate")
        limits = {name: self._limit(given) for name, given in rules.items()} if isinstance(rules, dict) else {}
        label = str(component.get("label") or key)[:100]
        if value is None or value in ("", []) or (component.get("type") == "checkbox" and value is False):
            if limits.get("required") is True:
                yield _finding("field-required", key, f"{label} must be filled in.", {"label": label})
            return
        for breach in self._checks(component, limits, value):
            yield _finding(breach.rule, key, breach.message, {"label": label, **breach.parameters})

    def _checks(self, component: Component, limits: Mapping[str, FeelValue], value: FeelValue) -> Iterator["_Breach"]:
        kind = component.get("type")
        if kind in _TEXTS:
            yield from _text_problems(limits, value)
        elif kind == "number":
            yield from _number_problems(component, limits, value)
        elif kind == "checkbox" and not isinstance(value, bool):
            yield _Breach(rule="field-type", message="Yes or no is expected.", parameters={})
        elif kind in _ONE | _MANY:
            yield from _choice_problems(str(kind), self._choices(component), value)
        elif kind == "datetime" and not _is_time(str(component.get("subtype") or "date"), value):
            yield _Breach(rule="field-type", message="A date or time as in ISO 8601 is expected.", parameters={})

    def _choices(self, component: Component) -> list[FeelValue] | None:
        """The values that may be chosen; None where the schema leaves them open."""
        given: object = component.get("values")
        if component.get("valuesKey"):
            given = _at(self.values, str(component["valuesKey"]))
        elif component.get("valuesExpression"):
            given = self._evaluated(str(component["valuesExpression"]))
        if not isinstance(given, list):
            return None
        return [one.get("value") if isinstance(one, dict) else one for one in given]

    def _is_hidden(self, component: Component) -> bool:
        conditional = component.get("conditional")
        hide = conditional.get("hide") if isinstance(conditional, dict) else None
        return isinstance(hide, str) and self._evaluated(hide) is True

    def _limit(self, given: object) -> FeelValue:
        if isinstance(given, str) and given.startswith("="):
            return self._evaluated(given)
        return given if isinstance(given, str | bool | int | float | Decimal) else None  # type: ignore[return-value]

    def _evaluated(self, text: str) -> FeelValue:
        """What FEEL gives; null for what is no FEEL, as the browser's form does."""
        try:
            return compile_feel(text.removeprefix("="), self.values.keys()).evaluate(self.values, self._now)
        except (ElementFailure, TaktloomError):
            return None


def _text_problems(limits: Mapping[str, FeelValue], value: FeelValue) -> Iterator["_Breach"]:
    if not isinstance(value, str):
        yield _Breach(rule="field-type", message="A text is expected.", parameters={})
        return
    least, most = _number(limits.get("minLength")), _number(limits.get("maxLength"))
    if least is not None and len(value) < least:
        yield _Breach(
            rule="field-length", message=f"At least {least} characters are expected.", parameters={"limit": str(least)}
        )
    if most is not None and len(value) > most:
        yield _Breach(
            rule="field-length", message=f"At most {most} characters are expected.", parameters={"limit": str(most)}
        )
    pattern = limits.get("pattern")
    if isinstance(pattern, str) and pattern and not _matches(pattern, value):
        yield _Breach(rule="field-pattern", message="The text does not have the form that is expected.", parameters={})
    kind = limits.get("validationType")
    if kind == "email" and not _matches(_EMAIL, value):
        yield _Breach(rule="field-pattern", message="An e-mail address is expected.", parameters={})
    if kind == "phone" and not _matches(_PHONE, value):
        yield _Breach(rule="field-pattern", message="A telephone number is expected.", parameters={})


def _number_problems(component: Component, limits: Mapping[str, FeelValue], value: FeelValue) -> Iterator["_Breach"]:
    number = _number(value) if not isinstance(value, str) or component.get("serializeToString") else None
    if number is None:
        yield _Breach(rule="field-type", message="A number is expected.", parameters={})
        return
    least, most = _number(limits.get("min")), _number(limits.get("max"))
    if least is not None and number < least:
        yield _Breach(rule="field-range", message=f"At least {least} is expected.", parameters={"limit": str(least)})
    if most is not None and number > most:
        yield _Breach(rule="field-range", message=f"At most {most} is expected.", parameters={"limit": str(most)})
    digits = _number(component.get("decimalDigits"))
    exponent = number.normalize().as_tuple().exponent
    if digits is not None and isinstance(exponent, int) and -exponent > digits:
        yield _Breach(
            rule="field-range",
            message=f"At most {digits} decimal places are expected.",
            parameters={"limit": str(digits)},
        )


def _choice_problems(kind: str, choices: list[FeelValue] | None, value: FeelValue) -> Iterator["_Breach"]:
    are_many = kind in _MANY
    if are_many and not isinstance(value, list):
        yield _Breach(rule="field-type", message="A list is expected.", parameters={})
        return
    chosen = value if are_many and isinstance(value, list) else [value]
    if choices is not None and any(one not in choices for one in chosen):
        yield _Breach(rule="field-choice", message="This is none of the choices.", parameters={})


def _is_time(subtype: str, value: FeelValue) -> bool:
    readers: Mapping[str, Callable[[str], object]] = {
        "date": date.fromisoformat,
        "time": time.fromisoformat,
        "datetime": datetime.fromisoformat,
    }
    try:
        readers.get(subtype, datetime.fromisoformat)(str(value))
    except ValueError:
        return False
    return True


def _json_schema_problems(schema: Mapping[str, object], sent: Context) -> tuple[Finding, ...]:
    plain = {name: _plain(value) for name, value in sent.items()}
    try:
        errors = list(islice(_Validator(schema).iter_errors(plain), _MOST_FINDINGS))
    except (Unresolvable, RecursionError):
        return (
            _finding("field-schema", "", "The value breaks the rule '$ref' of the form's schema.", {"rule": "$ref"}),
        )
    return tuple(map(_schema_finding, errors))


def _pattern(_validator: object, pattern: str, instance: object, _schema: object) -> Iterator[ValidationError]:
    """In place of the library's own, which has no budget."""
    if isinstance(instance, str) and not _matches(pattern, instance):
        yield ValidationError("pattern")


def _multiple_of(
    _validator: object, divisor: int | Decimal, instance: object, _schema: object
) -> Iterator[ValidationError]:
    """In place of the library's own, which divides doubles: 19.99 is a multiple of 0.01."""
    if (
        isinstance(instance, int | Decimal)
        and not isinstance(instance, bool)
        and divisor
        and Fraction(instance) % Fraction(divisor)
    ):
        yield ValidationError("multipleOf")


_Validator = extend(Draft202012Validator, {"pattern": _pattern, "multipleOf": _multiple_of})


def _schema_finding(error: ValidationError) -> Finding:
    path = ".".join(str(part) for part in error.absolute_path)
    if error.validator == "required" and isinstance(error.instance, dict):
        missing = [name for name in error.validator_value if name not in error.instance]
        key = _joined(path, str(missing[0]) if missing else "")
        return _finding("field-required", key, f"{key} must be filled in.", {"label": key})
    # What jsonschema says quotes the value, which may be personal: only the rule is told.
    rule = str(error.validator)
    return _finding("field-schema", path, f"The value breaks the rule '{rule}' of the form's schema.", {"rule": rule})


def _finding(rule: str, key: str, message: str, parameters: Mapping[str, str]) -> Finding:
    return Finding(
        severity=Severity.ERROR,
        rule=rule,
        message=message,
        place=Place(element_id=key),
        parameters={"field": key, **parameters},
    )


def _at(values: object, path: str) -> FeelValue:
    found: object = values
    for part in path.split("."):
        found = found.get(part) if isinstance(found, dict | Mapping) else None
    return found  # type: ignore[return-value]


def _joined(prefix: str, path: str) -> str:
    return f"{prefix}.{path}" if prefix and path else prefix or path


def _number(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _plain(value: FeelValue) -> object:
    """What JSON Schema sees: numbers are numbers, however many digits they have, and dates and durations are texts."""
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else value
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return {key: _plain(item) for key, item in value.items()} if isinstance(value, dict) else str(value)


def _matches(pattern: str, value: str) -> bool:
    """A pattern that is none, or over its budget, refuses nothing: the author's mistake is not the reader's."""
    try:
        compiled = compile_feel("matches(value, pattern)", ("value", "pattern"))
        return compiled.evaluate({"value": value, "pattern": pattern}, _NO_TIME) is not False
    except (ElementFailure, TaktloomError):
        return True


_NO_TIME = datetime.fromisoformat("2000-01-01T00:00:00+00:00")
