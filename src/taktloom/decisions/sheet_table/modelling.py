# SPDX-License-Identifier: Apache-2.0
"""Columns and rules to a requirements graph: one decision with a table, and input data for what it asks for."""

from dataclasses import dataclass

from taktloom.decisions.sheet_table.names import feel_name, xml_id
from taktloom.decisions.sheet_table.results import ColumnRole, SheetColumn
from taktloom.model.decision import (
    Aggregation,
    DecisionDefinition,
    DecisionRequirementsGraph,
    DecisionTable,
    ElementReference,
    HitPolicy,
    InformationItem,
    InputClause,
    InputData,
    LiteralExpression,
    OutputClause,
    Rule,
)

__all__ = ["TableParts", "graph_of"]

_NAMESPACE = "urn:taktloom:decisions:"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableParts:
    """A table column by column; rules: FEEL by column, annotations as they are."""

    columns: tuple[SheetColumn, ...]
    values: tuple[str | None, ...]
    defaults: tuple[str | None, ...]
    rules: tuple[tuple[str, ...], ...]
    policy: HitPolicy
    aggregation: Aggregation | None

    def positions(self, role: ColumnRole) -> list[int]:
        """The columns of a role."""
        return [index for index, column in enumerate(self.columns) if column.role is role]


def graph_of(name: str, parts: TableParts) -> DecisionRequirementsGraph:
    """The model; ids are made of the names, so that the same sheet gives the same model."""
    ids: set[str] = set()
    decision_id = xml_id(name, ids)
    inputs = _inputs(parts, ids)
    table = _table(parts, decision_id)
    names = {data.name for data in inputs}
    outputs = parts.positions(ColumnRole.OUTPUT)
    type_ref = _type(parts.columns[outputs[0]]) if len(outputs) == 1 and parts.policy in _SINGLE else None
    decision = DecisionDefinition(
        id=decision_id,
        name=name,
        variable=InformationItem(name=feel_name(name, names), type_ref=type_ref, id=f"{decision_id}_variable"),
        required_inputs=tuple(ElementReference(id=data.id) for data in inputs),
        expression=table,
    )
    return DecisionRequirementsGraph(
        id=f"{decision_id}_model",
        name=name,
        namespace=f"{_NAMESPACE}{decision_id}",
        decisions=(decision,),
        inputs=inputs,
    )


_SINGLE = frozenset({HitPolicy.UNIQUE, HitPolicy.ANY, HitPolicy.PRIORITY, HitPolicy.FIRST})


def _type(column: SheetColumn) -> str | None:
    return None if column.type_ref in {None, "Any"} else column.type_ref


def _inputs(parts: TableParts, ids: set[str]) -> tuple[InputData, ...]:
    """Input data by the first name of each column's expression; typed where the column is that input itself."""
    found: dict[str, InputData] = {}
    for index in parts.positions(ColumnRole.INPUT):
        column = parts.columns[index]
        root, _, path = column.name.partition(".")
        if root not in found:
            identifier = xml_id(f"input_{root}", ids)
            item = InformationItem(name=root, type_ref=None if path else _type(column), id=f"{identifier}_variable")
            found[root] = InputData(id=identifier, name=root, variable=item)
    return tuple(found.values())


def _table(parts: TableParts, decision_id: str) -> DecisionTable:
    inputs, outputs = parts.positions(ColumnRole.INPUT), parts.positions(ColumnRole.OUTPUT)
    notes = parts.positions(ColumnRole.ANNOTATION)
    return DecisionTable(
        id=f"{decision_id}_table",
        hit_policy=parts.policy,
        aggregation=parts.aggregation,
        inputs=tuple(_input(parts, index, f"{decision_id}_in{number}") for number, index in enumerate(inputs, 1)),
        outputs=tuple(_output(parts, index, f"{decision_id}_out{number}") for number, index in enumerate(outputs, 1)),
        annotation_names=tuple(parts.columns[index].name for index in notes),
        rules=tuple(
            Rule(
                id=f"{decision_id}_rule{number}",
                inputs=tuple(cells[index] for index in inputs),
                outputs=tuple(cells[index] for index in outputs),
                annotations=tuple(cells[index] for index in notes),
            )
            for number, cells in enumerate(parts.rules, 1)
        ),
    )


def _input(parts: TableParts, index: int, identifier: str) -> InputClause:
    column = parts.columns[index]
    return InputClause(
        id=identifier,
        label=column.label if column.label != column.name else None,
        values=parts.values[index],
        expression=LiteralExpression(text=column.name, type_ref=_type(column), id=f"{identifier}_expression"),
    )


def _output(parts: TableParts, index: int, identifier: str) -> OutputClause:
    column, default = parts.columns[index], parts.defaults[index]
    return OutputClause(
        id=identifier,
        name=column.name,
        label=column.label if column.label != column.name else None,
        type_ref=_type(column),
        values=parts.values[index],
        default=LiteralExpression(text=default, id=f"{identifier}_default") if default else None,
    )
