# SPDX-License-Identifier: Apache-2.0
"""The tables of a graph with what each can see, inside of boxed expressions too."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from taktloom.model.decision import (
    BoxedConditional,
    BoxedContext,
    BoxedFilter,
    BoxedFunction,
    BoxedInvocation,
    BoxedIteration,
    BoxedList,
    BusinessKnowledgeModel,
    DecisionDefinition,
    DecisionExpression,
    DecisionRequirementsGraph,
    DecisionTable,
    ElementReference,
    InformationItem,
    ItemDefinition,
    Relation,
)

__all__ = ["PlacedTable", "definitions_of", "placed_tables"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedTable:
    """A table, the decision or business knowledge model it is in, and the type of what that decides."""

    table: DecisionTable
    owner: DecisionDefinition | BusinessKnowledgeModel
    variables: Mapping[str, str | None]
    type_ref: str | None


def placed_tables(graph: DecisionRequirementsGraph) -> Iterator[PlacedTable]:
    """All tables of *graph*, in file order."""
    items = {node.id: node.variable for node in graph.inputs} | {node.id: node.variable for node in graph.decisions}
    for decision in graph.decisions:
        if decision.expression is not None:
            variables = _variables(items, (*decision.required_inputs, *decision.required_decisions))
            yield from _placed(decision.expression, decision, variables)
    for knowledge in graph.knowledge_models:
        if knowledge.logic is not None and knowledge.logic.body is not None:
            parameters = {item.name: item.type_ref for item in knowledge.logic.parameters}
            yield from _placed(knowledge.logic.body, knowledge, parameters)


def definitions_of(
    graph: DecisionRequirementsGraph, imported: Mapping[str, DecisionRequirementsGraph]
) -> dict[str, ItemDefinition]:
    """Item definitions by the name that *graph* knows them by; imported graphs by namespace."""
    found = {item.name: item for item in graph.item_definitions}
    for one in graph.imports:
        other = imported.get(one.namespace)
        for item in other.item_definitions if other is not None else ():
            found.setdefault(f"{one.name}.{item.name}" if one.name else item.name, item)
    return found


def _variables(items: Mapping[str, InformationItem], references: tuple[ElementReference, ...]) -> dict[str, str | None]:
    known = (items[one.id] for one in references if one.namespace is None and one.id in items)
    return {item.name: item.type_ref for item in known}


def _placed(
    expression: DecisionExpression,
    owner: DecisionDefinition | BusinessKnowledgeModel,
    variables: Mapping[str, str | None],
) -> Iterator[PlacedTable]:
    whole = expression
    pending = [expression]
    while pending:
        current = pending.pop(0)
        if isinstance(current, DecisionTable):
            type_ref = owner.variable.type_ref if current is whole else None
            yield PlacedTable(table=current, owner=owner, variables=variables, type_ref=type_ref)
        pending.extend(_inner(current))


def _inner(expression: DecisionExpression) -> Sequence[DecisionExpression]:
    found: Sequence[DecisionExpression | None] = ()
    match expression:
        case BoxedContext(entries=entries):
            found = [entry.value for entry in entries]
        case BoxedInvocation(function=function, bindings=bindings):
            found = [function, *(value for _, value in bindings)]
        case BoxedFunction(body=body):
            found = [body]
        case BoxedList(items=items):
            found = items
        case Relation(rows=rows):
            found = [cell for row in rows for cell in row]
        case BoxedConditional(condition=condition, consequent=consequent, alternative=alternative):
            found = [condition, consequent, alternative]
        case BoxedFilter(source=source, match=body) | BoxedIteration(source=source, body=body):
            found = [source, body]
    return [one for one in found if one is not None]
