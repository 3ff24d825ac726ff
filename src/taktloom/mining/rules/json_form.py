# SPDX-License-Identifier: Apache-2.0
"""Rules as JSON, to be kept in a file and sent.

    {"calendar": {"zone": "Europe/Amsterdam", "week": {"mon": ["09:00-17:00"]}},
     "rules": [{"kind": "response", "first": ["Register"], "second": ["Approve"], "within": "2 working days",
                "name": "Approved in time", "only": {"type": "having", "activities": ["Register"]}}]}

A calendar is written as business calendars are everywhere; `only` and `where` are conditions on cases as filters hold
them. A wrong shape is refused by the path of its field, such as `rules[0].within`.
"""

from collections.abc import Mapping
from typing import cast

from taktloom.calendars.business import BusinessCalendar
from taktloom.calendars.definition import calendar_from, calendar_problems
from taktloom.mining.filters.case_conditions import CaseCondition
from taktloom.mining.filters.json_form import case_condition_from_json, condition_to_json
from taktloom.mining.logs.errors import MalformedRecordError
from taktloom.mining.logs.json_records import as_mapping
from taktloom.mining.rules.business_rules import MOST_RULES, BusinessRule, RuleKind, RuleSet
from taktloom.mining.rules.text_form import limit_from_text, limit_to_text

_FIELDS = ("kind", "first", "second", "times", "within", "where", "only", "name")
LONGEST_NAME = 300


def rules_to_json(rules: tuple[BusinessRule, ...]) -> dict[str, object]:
    """The rules as plain JSON values; what a rule does not say is left out."""
    return {"rules": [_encode(rule) for rule in rules]}


def rules_from_json(record: Mapping[str, object], *, calendar: BusinessCalendar | None = None) -> RuleSet:
    """The rules of a document. calendar: taken where the document has none. Raises MalformedRecordError."""
    _refuse_unknown(record, ("calendar", "rules"), "")
    listed = record.get("rules")
    if not isinstance(listed, list) or not 1 <= len(listed) <= MOST_RULES:
        raise MalformedRecordError(field="rules", expected=f"list of 1 to {MOST_RULES} rules")
    if record.get("calendar") is not None:
        calendar = _calendar(_mapping(record["calendar"], "calendar"))
    rules = tuple(_decode(_mapping(each, f"rules[{number}]"), f"rules[{number}]") for number, each in enumerate(listed))
    return RuleSet(rules=rules, calendar=calendar)


def _encode(rule: BusinessRule) -> dict[str, object]:
    return {
        "kind": rule.kind.value,
        **({"first": list(rule.first)} if rule.first else {}),
        **({"second": list(rule.second)} if rule.second else {}),
        **({"times": rule.times} if rule.times != 1 else {}),
        **({"within": limit_to_text(rule.within)} if rule.within else {}),
        **({"where": condition_to_json(rule.where)} if rule.where else {}),
        **({"only": condition_to_json(rule.only)} if rule.only else {}),
        **({"name": rule.name} if rule.name else {}),
    }


def _decode(record: Mapping[str, object], path: str) -> BusinessRule:
    _refuse_unknown(record, _FIELDS, path)
    kind = record.get("kind")
    if kind not in tuple(RuleKind):
        raise MalformedRecordError(field=f"{path}.kind", expected=" | ".join(RuleKind))
    within, times = record.get("within"), record.get("times", 1)
    if not isinstance(times, int) or isinstance(times, bool):
        raise MalformedRecordError(field=f"{path}.times", expected="integer")
    try:
        return BusinessRule(
            kind=RuleKind(str(kind)),
            first=_texts(record, "first"),
            second=_texts(record, "second"),
            times=times,
            within=None if within is None else limit_from_text(str(within)),
            where=_condition(record, "where", path),
            only=_condition(record, "only", path),
            name=str(record.get("name") or "")[:LONGEST_NAME],
        )
    except MalformedRecordError as error:
        name, expected = error.args
        raise MalformedRecordError(
            field=name if str(name).startswith(path) else f"{path}.{name}", expected=str(expected)
        ) from None


def _condition(record: Mapping[str, object], name: str, path: str) -> CaseCondition | None:
    found = record.get(name)
    return None if found is None else case_condition_from_json(found, f"{path}.{name}")


def _texts(record: Mapping[str, object], name: str) -> tuple[str, ...]:
    found = record.get(name, [])
    if not isinstance(found, list) or not all(isinstance(each, str) and each for each in found):
        raise MalformedRecordError(field=name, expected="list of texts")
    return tuple(cast("list[str]", found))


def _calendar(document: Mapping[str, object]) -> BusinessCalendar:
    problems = calendar_problems(document)
    if problems:
        raise MalformedRecordError(field="calendar", expected=problems[0].message)
    return calendar_from(document)


def _mapping(value: object, path: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise MalformedRecordError(field=path, expected="object")
    return as_mapping(value)


def _refuse_unknown(record: Mapping[str, object], known: tuple[str, ...], path: str) -> None:
    for name in record:
        if name not in known:
            place = f"{path}.{name[:80]}" if path else name[:80]
            raise MalformedRecordError(field=place, expected=f"one of {', '.join(known)}")
