# SPDX-License-Identifier: Apache-2.0
"""What is wrong with a decision model beyond what stops an element: unknown names and types, circles, leftovers.

Names are checked where the texts are compiled (`level.py`); names in a filter's condition may be entries of the items
and are left alone. Source: DMN 1.5, 6.2 (requirements), 7.3 (types and imports).
"""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from difflib import get_close_matches

from taktloom.decisions.level import UnknownName
from taktloom.decisions.library import Library, Node
from taktloom.model.decision import (
    BusinessKnowledgeModel,
    DecisionDefinition,
    DecisionRequirementsGraph,
    DecisionService,
    ElementReference,
    InputData,
)
from taktloom.model.findings import Finding, Severity
from taktloom.model.places import Place

__all__ = ["graph_findings", "name_findings"]

_TYPE_FIELDS = frozenset({"type_ref", "variable_type_ref", "function_result"})
_DMN_IMPORT = "/DMN/"
_ERRORS = frozenset({"name-without-requirement", "import-not-found", "unknown-type", "requirement-circle"})


def graph_findings(library: Library) -> Iterator[Finding]:
    """Findings of the model itself, in the order of a reader: imports, types, requirements, leftovers."""
    graph = library.root
    yield from _imports(graph, library)
    yield from _types(graph, library)
    yield from _circles(graph)
    yield from _double_names(graph)
    yield from _unused_inputs(graph)
    yield from _without_logic(graph)


def name_findings(unknown: list[UnknownName], graph: DecisionRequirementsGraph) -> Iterator[Finding]:
    """Names that nothing stands behind, each once a place; those of the model only lack a requirement."""
    nodes: dict[str, Node] = {node.variable.name: node for node in _nodes(graph)}
    for one in dict.fromkeys(unknown):
        if one.name in nodes:
            yield _finding(
                "name-without-requirement",
                f"{one.text!r} uses {one.name!r}, which the decision does not require.",
                one.place,
                "Draw the requirement from it to the decision.",
                {"text": one.text, "name": one.name},
            )
            continue
        near = get_close_matches(one.name, one.known, n=1)
        if near:
            remedy = f"Write {near[0]!r} if that is meant, else add what is missing as input data."
        else:
            remedy = "Add it as input data or as a decision that this one requires, or put a text in quotes."
        yield _finding(
            "unknown-name",
            f"{one.text!r} uses {one.name!r}, which is not known here; it is null.",
            one.place,
            remedy,
            {"text": one.text, "name": one.name, **({"near": near[0]} if near else {})},
        )


def _nodes(graph: DecisionRequirementsGraph) -> Iterator[Node]:
    yield from graph.inputs
    yield from graph.decisions
    yield from graph.knowledge_models
    yield from graph.services


def _imports(graph: DecisionRequirementsGraph, library: Library) -> Iterator[Finding]:
    for one in graph.imports:
        if (_DMN_IMPORT in one.kind or not one.kind) and one.namespace not in library.graphs:
            yield _finding(
                "import-not-found",
                f"The imported model {one.namespace!r} ({one.name!r}) is not there.",
                graph.place,
                "Give its file too.",
                {"namespace": one.namespace, "name": one.name},
            )


def _types(graph: DecisionRequirementsGraph, library: Library) -> Iterator[Finding]:
    table = library.types[graph.namespace]
    seen: set[tuple[str, Place]] = set()
    for name, place in _type_references(graph, graph.place):
        if not table.is_known(name) and (name, place) not in seen:
            seen.add((name, place))
            near = get_close_matches(name, table.types, n=1)
            yield _finding(
                "unknown-type",
                f"The type {name!r} is not defined.",
                place,
                f"Write {near[0]!r} if that is meant, else define it." if near else "Add an item definition.",
                {"name": name, **({"near": near[0]} if near else {})},
            )


def _type_references(record: object, place: Place) -> Iterator[tuple[str, Place]]:
    """Every type that is named in *record* or below, with the nearest place; depth first in file order."""
    pending: list[tuple[object, Place]] = [(record, place)]
    while pending:
        current, near = pending.pop()
        if isinstance(current, tuple):
            pending.extend((item, near) for item in reversed(current))
            continue
        if not is_dataclass(current) or isinstance(current, type | Place):
            continue
        own = getattr(current, "place", None)
        near = own if isinstance(own, Place) and own.line is not None else near
        values = [(field.name, getattr(current, field.name)) for field in fields(current)]
        yield from ((value, near) for name, value in values if name in _TYPE_FIELDS and isinstance(value, str))
        pending.extend((value, near) for _, value in reversed(values))


def _circles(graph: DecisionRequirementsGraph) -> Iterator[Finding]:
    """Decisions that require each other, once a circle, at the one that comes first in the file."""
    needs = {node.id: _own(node.required_decisions) for node in graph.decisions}
    names = {node.id: node.name for node in graph.decisions}
    done: set[str] = set()
    for node in graph.decisions:
        way = _way_back(node.id, needs, done)
        done.add(node.id)
        if way:
            text = " → ".join(names[one] for one in way)
            yield _finding(
                "requirement-circle",
                f"Decisions require each other in a circle: {text}.",
                node.place,
                "Remove one of the requirements.",
                {"way": text},
            )


def _way_back(start: str, needs: Mapping[str, tuple[str, ...]], done: set[str]) -> list[str]:
    """The shortest way from *start* to itself that avoids *done*; empty when there is none."""
    ways: dict[str, list[str]] = {start: [start]}
    pending = [start]
    while pending:
        current = pending.pop(0)
        for target in needs[current]:
            if target == start:
                return [*ways[current], start]
            if target in needs and target not in ways and target not in done:
                ways[target] = [*ways[current], target]
                pending.append(target)
    return []


def _own(references: tuple[ElementReference, ...]) -> tuple[str, ...]:
    return tuple(one.id for one in references if one.namespace is None)


def _double_names(graph: DecisionRequirementsGraph) -> Iterator[Finding]:
    first: dict[str, Node] = {}
    for node in _nodes(graph):
        other = first.setdefault(node.variable.name, node)
        if other is not node and node.variable.name:
            yield _finding(
                "name-used-twice",
                f"Two elements are called {node.variable.name!r}; an expression can mean only one of them.",
                node.place,
                "Rename one of them.",
                {"name": node.variable.name},
            )


def _unused_inputs(graph: DecisionRequirementsGraph) -> Iterator[Finding]:
    used: set[str] = set()
    for node in _nodes(graph):
        if isinstance(node, DecisionDefinition):
            used.update(_own(node.required_inputs))
        elif isinstance(node, DecisionService):
            used.update(_own(node.input_data))
    for data in graph.inputs:
        if data.id not in used and graph.decisions:
            yield _finding(
                "unused-input-data",
                f"No decision requires the input {data.name!r}.",
                data.place,
                "Draw a requirement from it, or delete it.",
                {"name": data.name},
            )


def _without_logic(graph: DecisionRequirementsGraph) -> Iterator[Finding]:
    for node in _nodes(graph):
        if isinstance(node, InputData | DecisionService):
            continue
        logic = node.logic.body if isinstance(node, BusinessKnowledgeModel) and node.logic else None
        expression = node.expression if isinstance(node, DecisionDefinition) else logic
        if expression is None:
            yield _finding(
                "decision-without-logic",
                f"{node.name!r} has no logic; it gives null.",
                node.place,
                "Add a decision table or an expression.",
                {"name": node.name},
            )


def _finding(rule: str, message: str, place: Place, remedy: str, parameters: dict[str, str]) -> Finding:
    severity = Severity.ERROR if rule in _ERRORS else Severity.WARNING
    return Finding(severity=severity, rule=rule, message=message, place=place, remedy=remedy, parameters=parameters)
