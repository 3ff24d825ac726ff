# SPDX-License-Identifier: Apache-2.0
"""The trace of an evaluation in words of the model: which rules matched, with their ids, annotations and outputs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass

from taktloom.decisions.decision_model import DecisionModel
from taktloom.decisions.run import DecisionResult, DecisionTrace, RuleMatch
from taktloom.feel.kinds import FeelFunction, FeelValue
from taktloom.model.decision import DecisionTable, Rule

__all__ = ["ExplainedDecision", "ExplainedRule", "ExplainedTable", "explain"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedRule:
    """A rule that matched; *number* begins at 1. outputs: its cells as written, by output name."""

    number: int
    id: str | None
    annotation: str
    outputs: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedTable:
    """One evaluation of a decision table."""

    table_id: str | None
    rules: tuple[ExplainedRule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedDecision:
    """A decision made on the way: from what, by which rules, with which value."""

    decision_id: str
    name: str
    inputs: Mapping[str, FeelValue]
    value: FeelValue
    matches: tuple[ExplainedTable, ...]


def explain(model: DecisionModel, result: DecisionResult) -> tuple[ExplainedDecision, ...]:
    """Every decision of the trace, required ones first. Functions among the inputs are left out."""
    tables = {table.id: table for table in _tables(model.graph)} if result.trace else {}
    return tuple(_decision(made, tables) for made in result.trace)


def _decision(made: DecisionTrace, tables: Mapping[str | None, DecisionTable]) -> ExplainedDecision:
    return ExplainedDecision(
        decision_id=made.decision_id,
        name=made.name,
        inputs=_without_functions(made.inputs),
        value=made.value,
        matches=tuple(_table(match, tables.get(match.table_id)) for match in made.matches),
    )


def _without_functions(values: Mapping[str, FeelValue]) -> dict[str, FeelValue]:
    return {
        name: _without_functions(value) if isinstance(value, dict) else value
        for name, value in values.items()
        if not isinstance(value, FeelFunction)
    }


def _table(match: RuleMatch, table: DecisionTable | None) -> ExplainedTable:
    rules = () if table is None else table.rules
    return ExplainedTable(
        table_id=match.table_id,
        rules=tuple(
            _rule(number, rules[number - 1] if number <= len(rules) else None, table) for number in match.rules
        ),
    )


def _rule(number: int, rule: Rule | None, table: DecisionTable | None) -> ExplainedRule:
    if rule is None or table is None:  # of an imported model, whose tables are not looked at
        return ExplainedRule(number=number, id=None, annotation="", outputs={})
    names = [clause.name or clause.label or "" for clause in table.outputs]
    return ExplainedRule(
        number=number,
        id=rule.id,
        annotation=rule.description or "; ".join(filter(None, rule.annotations)),
        outputs=dict(zip(names, rule.outputs, strict=False)),
    )


def _tables(part: object) -> Iterator[DecisionTable]:
    """Every decision table in a graph, however deep in boxed expressions; the reader limits the depth."""
    if isinstance(part, DecisionTable):
        yield part
    elif isinstance(part, tuple):
        for item in part:
            yield from _tables(item)
    elif is_dataclass(part):
        for field in fields(part):
            yield from _tables(getattr(part, field.name))
