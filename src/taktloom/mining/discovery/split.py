# SPDX-License-Identifier: Apache-2.0
"""The split miner: a directly-follows graph pruned for accuracy, with gateways from concurrency.

Splits follow the concurrency that the log shows. Joins are planned twice, by the same concurrency and by the splits
that the branches come from; the first plan that gives a sound model is taken. Where neither does, pairs that are less
evenly ordered stop counting as concurrent, at last all of them: a model of alternatives only is sound whenever every
activity lies between start and end, which pruning sees to. So the result is sound in every case; here this miner goes
further than its paper, which promises freedom from deadlocks for acyclic models.
Source: Augusto, Conforti, Dumas, La Rosa & Polyvyanyy, "Split miner: automated discovery of accurate and simple
business process models from event logs", Knowledge and Information Systems 59, 2019.
"""

from collections.abc import Callable, Sequence

from taktloom.mining.conformance.process_net import process_net
from taktloom.mining.discovery.bpmn_from_sketch import bpmn_from_sketch
from taktloom.mining.discovery.coding import VariantCounts, code_variants, require_share
from taktloom.mining.discovery.dominators import immediate_dominators
from taktloom.mining.discovery.gateway_plan import Group, Plan, plan_gateways
from taktloom.mining.discovery.sketch import (
    END_ID,
    END_LABEL,
    START_ID,
    NodeKind,
    ProcessSketch,
    SketchBuilder,
    element_id_of,
)
from taktloom.mining.discovery.split_graph import Edge, SplitGraph, split_graph
from taktloom.mining.net_soundness import check_soundness
from taktloom.model.identifiers import ElementId, ProcessId

DEFAULT_CONCURRENCY = 0.1
DEFAULT_FILTERING = 0.4
MARKINGS_EXPLORED = 10_000

_Concurrency = Callable[[Edge, Edge], bool]


def discover_split(
    variants: VariantCounts,
    *,
    concurrency: float = DEFAULT_CONCURRENCY,
    filtering: float = DEFAULT_FILTERING,
    end_label: str = END_LABEL,
) -> ProcessSketch:
    """A sound model of the log as nodes and flows; thresholds as in `split_graph`.

    Raises ThresholdOutOfRangeError and TooManyActivitiesError.
    """
    require_share("concurrency", concurrency)
    require_share("filtering", filtering)
    names, log = code_variants(variants)
    for imbalance in (concurrency, concurrency / 2):
        drawing = _Drawing(split_graph(log, len(names), concurrency=imbalance, filtering=filtering), names, end_label)
        for concurrent in (drawing.as_the_log_shows, drawing.as_the_splits_say):
            sketch = drawing.draw(concurrent)
            if is_sound_sketch(sketch):
                return sketch
    drawing = _Drawing(split_graph(log, len(names), concurrency=0, filtering=filtering), names, end_label)
    return drawing.draw(drawing.as_the_log_shows)


def is_sound_sketch(sketch: ProcessSketch) -> bool:
    """Tell whether exploring the model's markings, few thousand at most, proves it sound."""
    net = process_net(bpmn_from_sketch(sketch, process_id=ProcessId("split"))).net
    return check_soundness(net, limit=MARKINGS_EXPLORED).is_sound


class _Drawing:
    """Gateways around the pruned graph."""

    def __init__(self, graph: SplitGraph, names: Sequence[str], end_label: str) -> None:
        self._graph, self._names, self._end_label = graph, names, end_label
        self._after: dict[int, list[int]] = {}
        self._before: dict[int, list[int]] = {}
        for a, b in sorted(graph.edges):
            self._after.setdefault(a, []).append(b)
            self._before.setdefault(b, []).append(a)
        self._dominator = immediate_dominators(self._after, graph.start)
        self._splits = {
            node: plan_gateways(len(after), lambda i, j, after=after: (after[i], after[j]) in graph.concurrent)  # type: ignore[misc]
            for node, after in self._after.items()
        }

    def as_the_log_shows(self, one: Edge, other: Edge) -> bool:
        """Two flows into a node are concurrent when the activities they leave are."""
        return (one[0], other[0]) in self._graph.concurrent

    def as_the_splits_say(self, one: Edge, other: Edge) -> bool:
        """Two flows into a node are concurrent when they come from different branches of a parallel split."""
        chains = [self._chain(edge) for edge in (one, other)]
        common = next((node for node in chains[0] if node in chains[1]), None)
        if common is None or common not in self._splits:
            return False
        after = self._after[common]
        inner = [chain[chain.index(common) - 1] for chain in chains if chain.index(common)]
        branches = [after.index(node) for node in inner if node in after]
        if len(set(branches)) < 2:
            return False
        return _are_parallel(self._splits[common], *branches)

    def _chain(self, edge: Edge) -> list[int]:
        """The dominators of the edge, from its own end outwards."""
        node: int | None = edge[0]
        chain = [] if self._dominator.get(edge[1]) != edge[0] else [edge[1]]
        while node is not None:
            chain.append(node)
            node = self._dominator.get(node)
        return chain

    def draw(self, are_concurrent: _Concurrency) -> ProcessSketch:
        builder = SketchBuilder()
        begins, finishes = self._nodes(builder)
        exits: dict[Edge, ElementId] = {}
        for node, after in self._after.items():
            self._split(builder, self._splits[node], finishes[node], {i: (node, b) for i, b in enumerate(after)}, exits)
        for node, before in self._before.items():
            edges = [(a, node) for a in before]
            plan = plan_gateways(len(edges), lambda i, j, edges=edges: are_concurrent(edges[i], edges[j]))  # type: ignore[misc]
            self._join(builder, plan, begins[node], [exits[edge] for edge in edges])
        return builder.finish()

    def _nodes(self, builder: SketchBuilder) -> tuple[dict[int, ElementId], dict[int, ElementId]]:
        """The first and the last node of each activity; they differ where it repeats."""
        start = builder.node(START_ID, NodeKind.START)
        begins, finishes = {self._graph.start: start}, {self._graph.start: start}
        for code, name in enumerate(self._names):
            task = builder.node(element_id_of("task", name), NodeKind.ACTIVITY, name)
            begins[code] = finishes[code] = task
            if code in self._graph.repeated:
                builder.gateways += 1
                merge = builder.gateway(NodeKind.MERGE, builder.gateways)
                repeat = builder.gateway(NodeKind.REPEAT, builder.gateways)
                builder.flow(merge, task)
                builder.flow(task, repeat)
                builder.flow(repeat, merge)
                begins[code], finishes[code] = merge, repeat
        end = builder.node(END_ID, NodeKind.END, self._end_label)
        begins[self._graph.end] = finishes[self._graph.end] = end
        return begins, finishes

    def _split(
        self,
        builder: SketchBuilder,
        plan: Plan,
        node: ElementId,
        edges: dict[int, Edge],
        exits: dict[Edge, ElementId],
    ) -> None:
        if not isinstance(plan, Group):
            exits[edges[plan]] = node
            return
        builder.gateways += 1
        gateway = builder.gateway(NodeKind.FORK if plan.is_parallel else NodeKind.CHOICE, builder.gateways)
        builder.flow(node, gateway)
        for member in plan.members:
            self._split(builder, member, gateway, edges, exits)

    def _join(self, builder: SketchBuilder, plan: Plan, node: ElementId, sources: Sequence[ElementId]) -> None:
        if not isinstance(plan, Group):
            builder.flow(sources[plan], node)
            return
        builder.gateways += 1
        gateway = builder.gateway(NodeKind.JOIN if plan.is_parallel else NodeKind.MERGE, builder.gateways)
        builder.flow(gateway, node)
        for member in plan.members:
            self._join(builder, member, gateway, sources)


def _are_parallel(plan: Plan, one: int, other: int) -> bool:
    """Tell whether the smallest group that holds both branches is a parallel one."""
    if not isinstance(plan, Group):
        return False
    for member in plan.members:
        if isinstance(member, Group) and {one, other} <= _leaves(member):
            return _are_parallel(member, one, other)
    return plan.is_parallel


def _leaves(plan: Plan) -> set[int]:
    return {plan} if not isinstance(plan, Group) else set().union(*(_leaves(member) for member in plan.members))
