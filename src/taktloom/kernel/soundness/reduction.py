# SPDX-License-Identifier: Apache-2.0
"""Makes a net small without changing whether it is sound, so that structured models need no exploration.

Rules, each of which keeps deadlocks, second tokens and dead elements:

- sequence: a node with one input and one way on becomes part of the edge;
- block: parallel edges become one where the join fits the split (exclusive to merging, parallel to joining, anything
  to an inclusive join or to the end);
- loop: an edge from a merging node straight back to it is left out;
- merge of merges, split of splits: a merge moves its inputs on to a merge behind it, a node with one input becomes part
  of the ways of the node before it;
- private end: beside other tokens, a path that only ends is left out where it cannot end twice.

Sources: T. Murata, Petri Nets: Properties, Analysis and Applications, 1989, section V (reduction rules); W. Sadiq and
M. E. Orlowska, Analyzing process models using graph reduction techniques, 2000.
"""

from dataclasses import replace

from taktloom.kernel.soundness.net import SINK, Alternative, Join, Net, NetNode, without_repetitions
from taktloom.model.identifiers import ElementId

__all__ = ["reduce_net"]

_MAX_WAYS = 24  # of one node, where a split is made part of the node before it


def reduce_net(net: Net) -> Net:
    """A smaller net with the same verdict; *net* itself stays."""
    reducer = _Reducer(net.copy())
    reducer.run()
    return reducer.net


class _Reducer:
    def __init__(self, net: Net) -> None:
        self.net, self.nodes, self.edges = net, net.nodes, net.edges
        self.pending: dict[int, None] = dict.fromkeys(net.nodes)

    def run(self) -> None:
        """Apply the rules until none fits."""
        while True:
            while self.pending:
                number = next(iter(self.pending))
                del self.pending[number]
                if number in self.nodes:
                    self._simplify(number)
            dropped = [self._drop_private_ends(number) for number in list(self.nodes)]
            if not any(dropped):
                return

    def _simplify(self, number: int) -> None:
        node = self.nodes[number]
        if len(node.inputs) == 1 and not node.keeps_count:
            node.join = Join.ANY
        changed = self._merge_parallel_edges(number, node) or self._drop_loops(number, node)
        if not changed and number != self.net.start:
            changed = self._join_sequence(number, node) or self._absorb(number, node) or self._move_inputs(number, node)
        if changed:
            self._touch(number)

    def _touch(self, number: int) -> None:
        """The node and its neighbours may be simpler now."""
        node = self.nodes.get(number)
        if node is None:
            return
        self.pending[number] = None
        for edge in node.inputs:
            self.pending[self.edges[edge].source] = None
        for edge in sorted(node.leaving()):
            if self.edges[edge].target != SINK:
                self.pending[self.edges[edge].target] = None

    def _join_sequence(self, number: int, node: NetNode) -> bool:
        if len(node.inputs) != 1 or len(node.alternatives) != 1 or node.keeps_count:
            return False
        way, before = node.alternatives[0], node.inputs[0]
        if way.aborts or len(way.edges) != 1 or way.spawns or before in way.edges:
            return False
        after = next(iter(way.edges))
        first, second = self.edges[before], self.edges[after]
        passed = () if node.element is None else (node.element,)
        first.route = (*first.route, *passed, *way.route, *second.route)
        first.covers = first.covers.union(node.covers, way.covers, second.covers, first.route)
        first.target, first.end = second.target, second.end
        if second.target != SINK:
            inputs = self.nodes[second.target].inputs
            inputs[inputs.index(after)] = before
            self._touch(second.target)
        del self.edges[after], self.nodes[number]
        self._touch(first.source)
        return True

    def _merge_parallel_edges(self, number: int, node: NetNode) -> bool:
        by_target: dict[int, list[int]] = {}
        for edge in sorted({edge for way in node.alternatives for edge in way.edges} - node.reset):
            by_target.setdefault(self.edges[edge].target, []).append(edge)
        for target, edges in by_target.items():
            join = Join.INCLUSIVE if target == SINK else self.nodes[target].join
            if target == number or join in {Join.COMPLEX, Join.GATHER}:
                continue
            for index, kept in enumerate(edges):
                for other in edges[index + 1 :]:
                    if self._may_merge(node, kept, other, join):
                        self._merge(node, kept, other)
                        return True
        return False

    def _may_merge(self, node: NetNode, kept: int, other: int, join: Join) -> bool:
        if join is Join.INCLUSIVE:
            return True
        if join is Join.ANY:
            return not any(kept in way.edges and other in way.edges for way in node.alternatives)
        return all((kept in way.edges) == (other in way.edges) for way in node.alternatives)

    def _merge(self, node: NetNode, kept: int, other: int) -> None:
        first, second = self.edges[kept], self.edges.pop(other)
        together = all((kept in way.edges) == (other in way.edges) for way in node.alternatives)
        if together:
            first.route = first.route + second.route
        else:
            first.route = min(first.route, second.route, key=len)
        first.covers = first.covers | second.covers
        if first.target != SINK:
            self.nodes[first.target].inputs.remove(other)
            self._touch(first.target)
        node.alternatives = without_repetitions(
            [
                replace(way, edges=(way.edges - {other}) | {kept}) if other in way.edges else way
                for way in node.alternatives
            ]
        )

    def _drop_loops(self, number: int, node: NetNode) -> bool:
        if node.join is not Join.ANY:
            return False
        for edge in node.inputs:
            if self.edges[edge].source != number:
                continue
            ways = [way for way in node.alternatives if edge in way.edges]
            if any(len(way.edges) > 1 or way.spawns for way in ways) or len(ways) == len(node.alternatives):
                continue
            covers = frozenset().union(*(way.covers for way in ways))
            node.covers = node.covers | covers | self.edges[edge].covers
            node.alternatives = [way for way in node.alternatives if edge not in way.edges]
            node.inputs.remove(edge)
            del self.edges[edge]
            return True
        return False

    def _absorb(self, number: int, node: NetNode) -> bool:
        """A node with one input becomes part of the ways of the node before it."""
        if len(node.inputs) != 1 or node.keeps_count:
            return False
        edge = node.inputs[0]
        before = self.nodes[self.edges[edge].source]
        if any(way.aborts for way in node.alternatives) and not self._is_alone(before, edge):
            return False
        hits = sum(edge in way.edges for way in before.alternatives)
        if before is node or before.keeps_count or hits * len(node.alternatives) > _MAX_WAYS:
            return False
        if len(before.alternatives) + hits * (len(node.alternatives) - 1) > _MAX_WAYS:
            return False
        source = self.edges[edge].source
        before.alternatives = without_repetitions(
            [
                joined
                for way in before.alternatives
                for joined in ([way] if edge not in way.edges else self._through(way, edge, node))
            ]
        )
        before.is_partial = before.is_partial or node.is_partial
        for way in node.alternatives:
            for after in way.edges:
                self.edges[after].source = source
        del self.edges[edge], self.nodes[number]
        self._touch(source)
        return True

    def _is_alone(self, before: NetNode, edge: int) -> bool:
        """Whether what ends everything may do so a move earlier: no other token can come of it or overtake it."""
        return len(before.inputs) <= 1 and all(
            way.edges == {edge} and not way.spawns for way in before.alternatives if edge in way.edges
        )

    def _through(self, way: Alternative, edge: int, node: NetNode) -> list[Alternative]:
        passed: tuple[ElementId, ...] = () if node.element is None else (node.element,)
        route = (*way.route, *self.edges[edge].route, *passed)
        covers = way.covers.union(self.edges[edge].covers, node.covers, route)
        return [
            Alternative(
                edges=(way.edges - {edge}) | inner.edges,
                aborts=way.aborts or inner.aborts,
                route=route + inner.route,
                covers=covers | inner.covers,
                spawns=way.spawns | inner.spawns,
            )
            for inner in node.alternatives
        ]

    def _move_inputs(self, number: int, node: NetNode) -> bool:
        """A merge hands its inputs to the merge, or to the single-input node, behind it."""
        if len(node.alternatives) != 1 or node.keeps_count or not node.inputs:
            return False
        way = node.alternatives[0]
        if way.aborts or way.spawns or len(way.edges) != 1:
            return False
        after = next(iter(way.edges))
        target = self.edges[after].target
        if target in {SINK, number}:
            return False
        behind = self.nodes[target]
        if self._ends(behind) or (len(behind.inputs) > 1 and behind.join is not node.join):
            return False
        if behind.keeps_count:
            return False
        if len(behind.inputs) == 1:
            behind.join = node.join
        passed = () if node.element is None else (node.element,)
        for edge in node.inputs:
            moved = self.edges[edge]
            moved.target = target
            moved.route = (*moved.route, *passed, *way.route, *self.edges[after].route)
            moved.covers = moved.covers.union(node.covers, way.covers, self.edges[after].covers, moved.route)
        position = behind.inputs.index(after)
        behind.inputs[position : position + 1] = node.inputs
        del self.edges[after], self.nodes[number]
        self._touch(target)
        return True

    def _ends(self, node: NetNode) -> bool:
        """Whether a path or everything may end with the node, so that a second token would be seen only before it."""
        return any(way.aborts or self._reaches_end(way) for way in node.alternatives)

    def _reaches_end(self, way: Alternative) -> bool:
        return any(self.edges[edge].target == SINK for edge in way.edges)

    def _drop_private_ends(self, number: int) -> bool:
        """Leave out ends that are reached beside other tokens, where the node cannot fire again."""
        node = self.nodes[number]
        ends = {e for way in node.alternatives for e in way.edges - node.reset if self.edges[e].target == SINK}
        dropped = False
        for edge in sorted(ends):
            ways = [way for way in node.alternatives if edge in way.edges]
            if any(len(way.edges) == 1 for way in ways):
                continue
            if not all(way.spawns for way in ways) and self._is_on_cycle(number):
                continue
            covers = self.edges.pop(edge).covers
            node.alternatives = without_repetitions(
                [self._without(way, edge, covers) if edge in way.edges else way for way in node.alternatives]
            )
            dropped = True
        if dropped:
            self._touch(number)
        return dropped

    def _without(self, way: Alternative, edge: int, covers: frozenset[ElementId]) -> Alternative:
        return replace(way, edges=way.edges - {edge}, covers=way.covers | covers)

    def _is_on_cycle(self, number: int) -> bool:
        seen: set[int] = set()
        pending = [number]
        while pending:
            for edge in self.nodes[pending.pop()].leaving():
                target = self.edges[edge].target
                if target == number:
                    return True
                if target != SINK and target not in seen:
                    seen.add(target)
                    pending.append(target)
        return False
