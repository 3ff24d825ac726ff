# SPDX-License-Identifier: Apache-2.0
"""A process tree as BPMN nodes and flows: gateways in pairs, silent steps as plain flows.

A choice is an exclusive split and join, a parallel block a parallel split and join, a loop an exclusive join before its
body and an exclusive split after it. A join that leads straight into another exclusive join is merged with it. Ids are
NCNames made of the activity's label (with a digest where the label is not plain ASCII) or of the gateway's place in the
tree, so that the same log gives the same ids.
Source: Leemans, "Robust Process Mining with Guarantees", 2017, translation of process trees; BPMN 2.0.2, chapter 10.
"""

import hashlib
import re
import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum
from typing import assert_never

from taktloom.mining.discovery.process_tree import ActivityLeaf, Block, Operator, ProcessTree, SilentLeaf
from taktloom.model.identifiers import ElementId

START_ID = ElementId("start")
END_ID = ElementId("end")
END_LABEL = "End"
BRANCH_NAMES_SHOWN = 3


class NodeKind(StrEnum):
    """What a node becomes; a repeat is the exclusive split of a loop."""

    START = "start"
    END = "end"
    ACTIVITY = "activity"
    CHOICE = "choice"
    REPEAT = "repeat"
    MERGE = "merge"
    FORK = "fork"
    JOIN = "join"


@dataclass(frozen=True, slots=True, kw_only=True)
class SketchNode:
    """label: the activity's, "" for gateways."""

    id: ElementId
    kind: NodeKind
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SketchFlow:
    """label: at splits that choose, unique among the split's flows; else ""."""

    id: ElementId
    source: ElementId
    target: ElementId
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessSketch:
    """Nodes and flows in the order of the tree; one start, one end."""

    nodes: tuple[SketchNode, ...]
    flows: tuple[SketchFlow, ...]

    def outgoing(self, node: ElementId) -> tuple[SketchFlow, ...]:
        """The flows that leave *node*, in order."""
        return tuple(flow for flow in self.flows if flow.source == node)

    def incoming(self, node: ElementId) -> tuple[SketchFlow, ...]:
        """The flows that enter *node*, in order."""
        return tuple(flow for flow in self.flows if flow.target == node)

    def node(self, node_id: ElementId) -> SketchNode:
        """The node of that id; KeyError when there is none."""
        for node in self.nodes:
            if node.id == node_id:
                return node
        raise KeyError(node_id)


def sketch_process(tree: ProcessTree, *, end_label: str = END_LABEL) -> ProcessSketch:
    """Nodes and flows of *tree* between a start and an end; *end_label* names branches that lead to the end."""
    builder = SketchBuilder()
    builder.node(START_ID, NodeKind.START)
    last = builder.add(tree, START_ID)
    builder.node(END_ID, NodeKind.END, end_label)
    builder.flow(last, END_ID)
    builder.merge_joins()
    return builder.finish()


def element_id_of(prefix: str, label: str) -> ElementId:
    """A stable NCName for *label*: `task_pay_invoice`; with eight digits of a digest where ASCII says too little."""
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")[:48]
    is_faithful = bool(slug) and re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_") == slug
    digest = "" if is_faithful else "_" + hashlib.sha256(label.encode()).hexdigest()[:8]
    return ElementId(f"{prefix}_{slug}{digest}" if slug else f"{prefix}{digest}")


@dataclass(slots=True)
class SketchBuilder:
    nodes: dict[ElementId, SketchNode] = field(default_factory=dict)
    flows: list[tuple[ElementId, ElementId]] = field(default_factory=list)
    gateways: int = 0

    def node(self, node_id: ElementId, kind: NodeKind, label: str = "") -> ElementId:
        unique, number = node_id, 2
        while unique in self.nodes:
            unique, number = ElementId(f"{node_id}_{number}"), number + 1
        self.nodes[unique] = SketchNode(id=unique, kind=kind, label=label)
        return unique

    def gateway(self, kind: NodeKind, number: int) -> ElementId:
        return self.node(ElementId(f"{kind}_{number}"), kind)

    def flow(self, source: ElementId, target: ElementId) -> None:
        self.flows.append((source, target))

    def add(self, tree: ProcessTree, after: ElementId) -> ElementId:
        """Append *tree* behind *after*; the node that the next flow leaves from."""
        if isinstance(tree, SilentLeaf):
            return after
        if isinstance(tree, ActivityLeaf):
            task = self.node(element_id_of("task", tree.activity), NodeKind.ACTIVITY, tree.activity)
            self.flow(after, task)
            return task
        return self._add_block(tree, after)

    def _add_block(self, block: Block, after: ElementId) -> ElementId:
        match block.operator:
            case Operator.SEQUENCE:
                for child in block.children:
                    after = self.add(child, after)
                return after
            case Operator.EXCLUSIVE:
                return self._add_branches(block, after, NodeKind.CHOICE, NodeKind.MERGE)
            case Operator.PARALLEL:
                return self._add_branches(block, after, NodeKind.FORK, NodeKind.JOIN)
            case Operator.LOOP:
                return self._add_loop(block, after)
            case _:
                assert_never(block.operator)

    def _add_branches(self, block: Block, after: ElementId, opens: NodeKind, closes: NodeKind) -> ElementId:
        self.gateways += 1
        number = self.gateways
        split = self.gateway(opens, number)
        self.flow(after, split)
        ends = [self.add(child, split) for child in block.children]
        join = self.gateway(closes, number)
        for end in ends:
            self.flow(end, join)
        return join

    def _add_loop(self, block: Block, after: ElementId) -> ElementId:
        self.gateways += 1
        number = self.gateways
        merge = self.gateway(NodeKind.MERGE, number)
        self.flow(after, merge)
        body_end = self.add(block.children[0], merge)
        repeat = self.gateway(NodeKind.REPEAT, number)
        self.flow(body_end, repeat)
        self.flow(self.add(block.children[1], repeat), merge)
        return repeat

    def merge_joins(self) -> None:
        """Redirect what enters an exclusive join that only leads into another one."""
        for node in list(self.nodes.values()):
            targets = [target for source, target in self.flows if source == node.id]
            if node.kind is not NodeKind.MERGE or self.nodes[targets[0]].kind is not NodeKind.MERGE:
                continue
            self.flows = [
                (source, targets[0] if target == node.id else target)
                for source, target in self.flows
                if source != node.id
            ]
            del self.nodes[node.id]

    def finish(self) -> ProcessSketch:
        names = _BranchNames(self)
        flows = [
            SketchFlow(id=ElementId(f"flow_{number}"), source=source, target=target, label=names.label(source, target))
            for number, (source, target) in enumerate(self.flows, start=1)
        ]
        return ProcessSketch(nodes=tuple(self.nodes.values()), flows=tuple(flows))


class _BranchNames:
    """A branch of a choice is named after the activities it leads to first."""

    def __init__(self, builder: "SketchBuilder") -> None:
        self._nodes = builder.nodes
        self._next: dict[ElementId, list[ElementId]] = {}
        for source, target in builder.flows:
            self._next.setdefault(source, []).append(target)
        self._used: dict[ElementId, set[str]] = {}

    def label(self, source: ElementId, target: ElementId) -> str:
        if self._nodes[source].kind not in {NodeKind.CHOICE, NodeKind.REPEAT}:
            return ""
        firsts = self._first_labels(target)
        shown = " / ".join(firsts[:BRANCH_NAMES_SHOWN]) + (" …" if len(firsts) > BRANCH_NAMES_SHOWN else "")
        used = self._used.setdefault(source, set())
        unique, number = shown, 2
        while unique in used:
            unique, number = f"{shown} ({number})", number + 1
        used.add(unique)
        return unique

    def _first_labels(self, start: ElementId) -> list[str]:
        queue, seen, labels = [start], {start}, list[str]()
        for node_id in queue:
            node = self._nodes[node_id]
            if node.label:
                labels.append(node.label)
                continue
            for target in self._next.get(node_id, []):
                if target not in seen:
                    seen.add(target)
                    queue.append(target)
        return labels
