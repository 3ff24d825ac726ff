# SPDX-License-Identifier: Apache-2.0
"""The graphs of a model and its imports, and how their elements are found: by reference, by name, by import prefix."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from taktloom.decisions.item_types import TypeTable
from taktloom.feel.types import FeelType
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

__all__ = ["Key", "Library", "Node", "Required"]

Node: TypeAlias = InputData | DecisionDefinition | BusinessKnowledgeModel | DecisionService
Key: TypeAlias = tuple[str, str]  # namespace of the graph, id of the element


@dataclass(frozen=True, slots=True)
class Required:
    """A requirement as a decision sees it: under which import prefix ("" for none), and which element."""

    prefix: str
    key: Key
    node: Node


class Library:
    """All graphs by namespace; the first one is the model itself."""

    def __init__(self, graphs: Sequence[DecisionRequirementsGraph]) -> None:
        self.root = graphs[0]
        self.graphs = {graph.namespace: graph for graph in reversed(graphs)}
        self.nodes: dict[Key, Node] = {
            (graph.namespace, node.id): node for graph in reversed(graphs) for node in _nodes_of(graph)
        }
        self.findings: list[Finding] = []
        self.types: dict[str, TypeTable] = {}
        for graph in graphs:
            self._type_table(graph, ())
            self.findings.extend(_in_other_language(language, place) for language, place in graph.languages)
        by_id = {node.id: node.id for node in _nodes_of(self.root)}
        by_name = {node.name: node.id for node in reversed([*_nodes_of(self.root)]) if not isinstance(node, InputData)}
        self._names = {**by_id, **by_name}

    def named(self, name: str) -> Key | None:
        """The element of the model itself called *name* (or with this id)."""
        found = self._names.get(name)
        return None if found is None else (self.root.namespace, found)

    def required(self, owner: Key, references: Sequence[ElementReference]) -> list[Required]:
        """What *references* in the element *owner* point at; a dangling one becomes a finding."""
        graph = self.graphs[owner[0]]
        found: list[Required] = []
        for reference in references:
            key = (reference.namespace or owner[0], reference.id)
            node = self.nodes.get(key)
            if node is None:
                self._dangling(owner, reference)
            else:
                found.append(Required(self._prefix(graph, key[0]), key, node))
        return found

    def _prefix(self, graph: DecisionRequirementsGraph, namespace: str) -> str:
        if namespace == graph.namespace:
            return ""
        return next((item.name for item in graph.imports if item.namespace == namespace), "")

    def _type_table(self, graph: DecisionRequirementsGraph, opened: tuple[str, ...]) -> TypeTable:
        known = self.types.get(graph.namespace)
        if known is not None:
            return known
        imported: dict[str, FeelType] = {}
        for item in graph.imports:
            other = self.graphs.get(item.namespace)
            if other is None or item.namespace in opened:
                continue
            table = self._type_table(other, (*opened, graph.namespace))
            imported.update({f"{item.name}.{name}" if item.name else name: kind for name, kind in table.types.items()})
        made = TypeTable(graph.item_definitions, imported)
        self.findings.extend(made.findings)
        self.types[graph.namespace] = made
        return made

    def _dangling(self, owner: Key, reference: ElementReference) -> None:
        node = self.nodes[owner]
        self.findings.append(
            Finding(
                severity=Severity.ERROR,
                rule="dangling-requirement",
                message=f"{node.name!r} requires the element {reference.id!r}, which does not exist.",
                place=node.place,
                remedy="Remove the requirement, or give the model that it is imported from.",
                parameters={"name": node.name, "reference": reference.id},
            )
        )


def _in_other_language(language: str, place: Place) -> Finding:
    return Finding(
        severity=Severity.ERROR,
        rule="expression-language-unsupported",
        message=f"The expression is in the language '{language}', which is not run.",
        place=place,
        remedy="Write it in FEEL and name no language.",
        parameters={"language": language},
    )


def _nodes_of(graph: DecisionRequirementsGraph) -> Iterator[Node]:
    yield from graph.decisions
    yield from graph.services
    yield from graph.knowledge_models
    yield from graph.inputs
