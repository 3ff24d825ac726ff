# SPDX-License-Identifier: Apache-2.0
"""What a decision asks for and gives, as the columns of a form: names, kinds, allowed values, the ids of its rules.

The inputs are the input data that the decision needs, directly or through required decisions, in the order in which
they are first met. A name that an input column of the table reads but nothing declares is told apart: evaluation only
sees what is required (DMN 1.5, 7.3.1), so such a column is always null.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from taktloom.decisions.cell_intervals import simple_cell
from taktloom.decisions.hit_policy import LISTING_POLICIES
from taktloom.decisions.literals import literal
from taktloom.feel.errors import FeelSyntaxError
from taktloom.feel.parser import parse_unary_tests
from taktloom.model.decision import (
    DecisionDefinition,
    DecisionRequirementsGraph,
    DecisionTable,
    InputClause,
    InputData,
    ItemDefinition,
    OutputClause,
)

__all__ = ["DecisionField", "DecisionInterface", "FieldKind", "RuleLabel", "describe_decision", "table_of"]

_MAX_CHOICES = 200
_MAX_ALIASES = 50
_NAME = re.compile(r"[^\W\d][\w ]*")
_WORDS_OF_FEEL = frozenset({"true", "false", "null"})


class FieldKind(StrEnum):
    """How a value is asked for; `feel` is any FEEL expression."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    FEEL = "feel"


_KINDS = {
    "string": FieldKind.TEXT,
    "number": FieldKind.NUMBER,
    "boolean": FieldKind.BOOLEAN,
    "date": FieldKind.DATE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionField:
    """One value to be given or expected. name: "" for the value of the decision as a whole. choices: FEEL literals."""

    name: str
    kind: FieldKind
    type_ref: str | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleLabel:
    """A rule of the decision's own table; *number* begins at 1."""

    number: int
    id: str | None
    annotation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionInterface:
    """What a test case or a form needs to know. undeclared: names that the table reads and nothing requires."""

    decision_id: str
    name: str
    inputs: tuple[DecisionField, ...]
    outputs: tuple[DecisionField, ...]
    rules: tuple[RuleLabel, ...] = ()
    undeclared: tuple[str, ...] = ()


def describe_decision(graph: DecisionRequirementsGraph, decision: DecisionDefinition) -> DecisionInterface:
    """The interface of one decision of *graph*; imported models are not followed."""
    types = {definition.name: definition for definition in graph.item_definitions}
    table = table_of(decision)
    made = list(_decisions_made(graph, decision))
    clauses = [clause for one in made for clause in _clauses(one)]
    return DecisionInterface(
        decision_id=decision.id,
        name=decision.name,
        inputs=tuple(_input_field(data, clauses, types) for data in _inputs_of(graph, made)),
        outputs=_output_fields(decision, table, types),
        rules=() if table is None else tuple(_labels(table)),
        undeclared=() if table is None else tuple(_undeclared(graph, decision, table)),
    )


def table_of(decision: DecisionDefinition) -> DecisionTable | None:
    """The decision's own table; None where it decides in another way."""
    return decision.expression if isinstance(decision.expression, DecisionTable) else None


def _decisions_made(graph: DecisionRequirementsGraph, decision: DecisionDefinition) -> Iterator[DecisionDefinition]:
    """The decision and those that it requires, directly or not, each once."""
    decisions = {one.id: one for one in graph.decisions}
    seen: set[str] = set()
    pending = [decision]
    while pending:
        current = pending.pop()
        if current.id in seen:
            continue
        seen.add(current.id)
        yield current
        pending.extend(
            decisions[reference.id] for reference in reversed(current.required_decisions) if reference.id in decisions
        )


def _inputs_of(graph: DecisionRequirementsGraph, made: Sequence[DecisionDefinition]) -> Iterable[InputData]:
    inputs = {data.id: data for data in graph.inputs}
    references = (reference.id for decision in made for reference in decision.required_inputs)
    return {identifier: inputs[identifier] for identifier in references if identifier in inputs}.values()


def _clauses(decision: DecisionDefinition) -> tuple[InputClause, ...]:
    table = table_of(decision)
    return () if table is None else table.inputs


def _input_field(data: InputData, clauses: Sequence[InputClause], types: Mapping[str, ItemDefinition]) -> DecisionField:
    """An input data without type takes the type, and without allowed values those, of a column that reads it."""
    name, type_ref = data.variable.name, data.variable.type_ref
    clause = next((one for one in clauses if one.expression.text.strip() == name), None)
    if type_ref is None and clause is not None:
        type_ref = clause.expression.type_ref
    kind, allowed = _resolved(type_ref, types)
    if allowed is None and clause is not None:
        allowed = clause.values
    return DecisionField(name=name, kind=kind, type_ref=type_ref, choices=_choices(allowed, kind))


def _output_fields(
    decision: DecisionDefinition, table: DecisionTable | None, types: Mapping[str, ItemDefinition]
) -> tuple[DecisionField, ...]:
    whole = decision.variable.type_ref
    if table is None or (table.hit_policy in LISTING_POLICIES and table.aggregation is None):
        return (_field("", whole, None, types),)
    if len(table.outputs) == 1:
        clause = table.outputs[0]
        return (_field("", clause.type_ref or whole, None if table.aggregation else clause.values, types),)
    return tuple(_output_field(clause, types) for clause in table.outputs)


def _output_field(clause: OutputClause, types: Mapping[str, ItemDefinition]) -> DecisionField:
    return _field(clause.name or "", clause.type_ref, clause.values, types)


def _field(name: str, type_ref: str | None, values: str | None, types: Mapping[str, ItemDefinition]) -> DecisionField:
    kind, allowed = _resolved(type_ref, types)
    return DecisionField(name=name, kind=kind, type_ref=type_ref, choices=_choices(values or allowed, kind))


def _resolved(type_ref: str | None, types: Mapping[str, ItemDefinition]) -> tuple[FieldKind, str | None]:
    """The kind of a type and its allowed values, looked for through names of names."""
    allowed: str | None = None
    for _ in range(_MAX_ALIASES):
        definition = types.get(type_ref or "")
        if definition is None:
            return _KINDS.get(type_ref or "", FieldKind.FEEL), allowed
        if definition.is_collection or definition.components or definition.function_parameters is not None:
            return FieldKind.FEEL, None
        allowed = allowed or definition.allowed_values
        type_ref = definition.type_ref
    return FieldKind.FEEL, None


def _choices(tests: str | None, kind: FieldKind) -> tuple[str, ...]:
    """The allowed values where they are single ones; the two booleans; else nothing to choose from."""
    if not tests:
        return ("true", "false") if kind is FieldKind.BOOLEAN else ()
    try:
        cell = simple_cell(parse_unary_tests(tests))
    except FeelSyntaxError:
        return ()
    if cell is None or cell.is_negated or len(cell.intervals) > _MAX_CHOICES:
        return ()
    if any(interval.low is None or interval.low != interval.high for interval in cell.intervals):
        return ()
    return tuple(literal(interval.low) for interval in cell.intervals)


def _labels(table: DecisionTable) -> Iterable[RuleLabel]:
    for number, rule in enumerate(table.rules, 1):
        annotation = rule.description or "; ".join(filter(None, rule.annotations))
        yield RuleLabel(number=number, id=rule.id, annotation=annotation)


def _undeclared(graph: DecisionRequirementsGraph, decision: DecisionDefinition, table: DecisionTable) -> Iterator[str]:
    """Input expressions that are one plain name which the decision cannot see; imports make any name possible."""
    if any(reference.namespace is not None for reference in (*decision.required_inputs, *decision.required_decisions)):
        return
    nodes = {data.id: data.variable.name for data in graph.inputs}
    nodes.update({one.id: one.variable.name for one in graph.decisions})
    nodes.update({knowledge.id: knowledge.variable.name for knowledge in graph.knowledge_models})
    references = (*decision.required_inputs, *decision.required_decisions, *decision.required_knowledge)
    seen = {nodes.get(reference.id) for reference in references}
    for clause in table.inputs:
        name = " ".join(clause.expression.text.split())
        if name not in seen and name not in _WORDS_OF_FEEL and _NAME.fullmatch(name):
            seen.add(name)
            yield name
