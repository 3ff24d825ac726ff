# SPDX-License-Identifier: Apache-2.0
"""Which values a column can have: the kind of its type, and the allowed values of its clause and its item definitions.

Source: DMN 1.5, 7.3.2 (item definitions), 8.3.2 (input values).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from taktloom.feel.kinds import DaysTime, FeelDate, FeelDateTime, FeelTime, YearsMonths
from taktloom.feel.scope import EMPTY_SCOPE, Scope
from taktloom.model.decision import InputClause, ItemDefinition, OutputClause

__all__ = ["Domain", "TableScope", "domain_of_input", "domain_of_output"]

_KINDS: dict[str, type] = {
    "number": Decimal,
    "string": str,
    "boolean": bool,
    "date": FeelDate,
    "time": FeelTime,
    "date and time": FeelDateTime,
    "dateTime": FeelDateTime,
    "days and time duration": DaysTime,
    "dayTimeDuration": DaysTime,
    "years and months duration": YearsMonths,
    "yearMonthDuration": YearsMonths,
}
_MAX_TYPES = 50  # definitions that may stand for one another; a circle ends here


@dataclass(frozen=True, slots=True, kw_only=True)
class TableScope:
    """What a table can see: names for the parser, the type of each variable, item definitions by (prefixed) name."""

    scope: Scope = EMPTY_SCOPE
    variables: Mapping[str, str | None] = field(default_factory=dict)
    definitions: Mapping[str, ItemDefinition] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """The values that can come. kind: None where any may; tests: unary tests that all have to hold."""

    kind: type | None = None
    tests: tuple[str, ...] = ()


def domain_of_input(clause: InputClause, known: TableScope) -> Domain:
    """From the clause's own type and values, else from the type of the variable that its expression names."""
    tests = (clause.values,) if clause.values else ()
    type_ref = clause.expression.type_ref
    if type_ref is None or type_ref == "Any":
        definition = _definition_at(clause.expression.text, known)
        return _followed(definition, known, tests)
    return _named(type_ref, known, tests)


def domain_of_output(clause: OutputClause, known: TableScope, type_ref: str | None) -> Domain:
    """type_ref: the type of the decision, where it is the output's too."""
    tests = (clause.values,) if clause.values else ()
    return _named(clause.type_ref or type_ref or "Any", known, tests)


def _named(name: str, known: TableScope, tests: tuple[str, ...]) -> Domain:
    definition = known.definitions.get(name)
    return Domain(kind=_KINDS.get(name), tests=tests) if definition is None else _followed(definition, known, tests)


def _followed(definition: ItemDefinition | str | None, known: TableScope, tests: tuple[str, ...]) -> Domain:
    for _ in range(_MAX_TYPES):
        if definition is None or isinstance(definition, str):
            return Domain(kind=_KINDS.get(definition or ""), tests=tests)
        if definition.is_collection:
            return Domain()
        if definition.allowed_values:
            tests = (*tests, definition.allowed_values)
        reference = definition.type_ref or ""
        definition = known.definitions.get(reference, reference)
    return Domain()


def _definition_at(path: str, known: TableScope) -> ItemDefinition | str | None:
    """The type of `name` or `name.entry.entry`: a definition, or the name of a built-in type."""
    name, *entries = (part.strip() for part in path.split("."))
    reference = known.variables.get(name) or ""
    found: ItemDefinition | str | None = known.definitions.get(reference, reference)
    for entry in entries:
        for _ in range(_MAX_TYPES):
            if not isinstance(found, ItemDefinition) or found.components:
                break
            found = known.definitions.get(found.type_ref or "", found.type_ref)
        if not isinstance(found, ItemDefinition):
            return None
        found = next((component for component in found.components if component.name == entry), None)
    return found
