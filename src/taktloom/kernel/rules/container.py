# SPDX-License-Identifier: Apache-2.0
"""The process or a sub-process as the rules see it: its nodes and flows by id, and what lies around it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from taktloom.model.identifiers import ElementId
from taktloom.model.process import AnyFlowNode, BoundaryEvent, FlowNode, ProcessDefinition, SequenceFlow, SubProcess

__all__ = ["Container", "containers_of"]

Kind = TypeVar("Kind")
Owner = ProcessDefinition | SubProcess


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """The process or a sub-process. definition: the whole process. around: the owners around it, outermost first.

    homes: of every flow node of the process the id of its owner; for all containers of a process the same mapping.
    """

    owner: Owner
    definition: ProcessDefinition
    around: tuple[Owner, ...]
    homes: Mapping[ElementId, str]
    nodes: Mapping[ElementId, AnyFlowNode]
    flows: tuple[SequenceFlow, ...]
    incoming: Mapping[ElementId, list[SequenceFlow]]
    outgoing: Mapping[ElementId, list[SequenceFlow]]
    boundaries: Mapping[ElementId, list[BoundaryEvent]]

    @property
    def is_process(self) -> bool:
        """Whether this is the top."""
        return isinstance(self.owner, ProcessDefinition)

    @property
    def is_event_sub_process(self) -> bool:
        """Whether its start event waits for a trigger."""
        return isinstance(self.owner, SubProcess) and self.owner.triggered_by_event

    def of(self, *kinds: type[Kind]) -> Iterator[Kind]:
        """The nodes of these classes, in document order."""
        for node in self.nodes.values():
            if isinstance(node, kinds):
                yield node

    def into(self, node: FlowNode) -> list[SequenceFlow]:
        """The flows that lead to the node."""
        return self.incoming.get(node.id, [])

    def out_of(self, node: FlowNode) -> list[SequenceFlow]:
        """The flows that leave the node."""
        return self.outgoing.get(node.id, [])


def containers_of(definition: ProcessDefinition) -> list[Container]:
    """The process and all its sub-processes, outer ones first."""
    homes: dict[ElementId, str] = {}
    owners: list[tuple[Owner, tuple[Owner, ...]]] = [(definition, ())]
    for owner, around in owners:  # grows while it is walked
        for node in owner.nodes:
            homes.setdefault(node.id, owner.id)
            if isinstance(node, SubProcess):
                owners.append((node, (*around, owner)))
    return [_container(definition, owner, around, homes) for owner, around in owners]


def _container(
    definition: ProcessDefinition, owner: Owner, around: tuple[Owner, ...], homes: Mapping[ElementId, str]
) -> Container:
    incoming: dict[ElementId, list[SequenceFlow]] = {}
    outgoing: dict[ElementId, list[SequenceFlow]] = {}
    for flow in owner.flows:
        incoming.setdefault(flow.target, []).append(flow)
        outgoing.setdefault(flow.source, []).append(flow)
    boundaries: dict[ElementId, list[BoundaryEvent]] = {}
    for node in owner.nodes:
        if isinstance(node, BoundaryEvent):
            boundaries.setdefault(node.attached_to, []).append(node)
    return Container(
        owner=owner,
        definition=definition,
        around=around,
        homes=homes,
        nodes={node.id: node for node in owner.nodes},
        flows=owner.flows,
        incoming=incoming,
        outgoing=outgoing,
        boundaries=boundaries,
    )
