# SPDX-License-Identifier: Apache-2.0
"""What a structural rule is: a `Rule` of the standard and the check of one container that tells who breaks it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from taktloom.kernel.rules.container import Container
from taktloom.model.findings import Finding, Severity
from taktloom.model.identifiers import ElementId
from taktloom.model.places import Place
from taktloom.model.process import FlowNode, ProcessDefinition, SequenceFlow
from taktloom.model.rules import Rule

__all__ = [
    "Breach",
    "Breaches",
    "Check",
    "StructuralRule",
    "breach",
    "place_of",
    "problem",
    "structural",
    "warning_rule",
]

Where = FlowNode | SequenceFlow | ProcessDefinition | Place


@dataclass(frozen=True, slots=True)
class Breach:
    """Who breaks a rule; values: what its texts need."""

    where: Where
    values: Mapping[str, str]


Breaches = Iterator[Breach]
Check = Callable[[Container], Breaches]


@dataclass(frozen=True, slots=True)
class StructuralRule:
    """A rule with its check."""

    rule: Rule
    check: Check

    def findings(self, container: Container) -> Iterator[Finding]:
        """A finding for each breach in the container."""
        for found in self.check(container):
            place = place_of(found.where)
            yield self.rule.finding(place, getattr(found.where, "name", ""), found.values)


def structural(
    name: str, message: str, remedy: str, severity: Severity = Severity.ERROR
) -> Callable[[Check], StructuralRule]:
    """Make a rule of a check, whose docstring names the clause of the standard."""

    def make(check: Check) -> StructuralRule:
        clause = " ".join((check.__doc__ or "").split())
        return StructuralRule(Rule(name=name, message=message, remedy=remedy, clause=clause, severity=severity), check)

    return make


def warning_rule(name: str, message: str, remedy: str) -> Callable[[Check], StructuralRule]:
    """As `structural`; its breach lets the model pass and is shown."""
    return structural(name, message, remedy, Severity.WARNING)


def breach(where: Where, **values: str) -> Breach:
    """A breach at the element."""
    return Breach(where, values)


def place_of(where: Where) -> Place:
    """The place; it names the element even where the reader gave no line."""
    if isinstance(where, Place):
        return where
    return Place(source=where.place.source, line=where.place.line, element_id=ElementId(where.id))


def problem(
    rule: str, where: Where, message: str, remedy: str, severity: Severity = Severity.ERROR, **parameters: str
) -> Finding:
    """A finding at the element, for what is no structural rule.

    parameters: the values inside the message by name; the element's id and name are added.
    """
    place = place_of(where)
    name = getattr(where, "name", "") or place.element_id or ""
    return Finding(
        severity=severity,
        rule=rule,
        message=message,
        place=place,
        remedy=remedy,
        parameters={"element": place.element_id or "", "name": name, **parameters},
    )
