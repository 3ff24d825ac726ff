# SPDX-License-Identifier: Apache-2.0
"""The control flow of one container as a token net: what the soundness check reduces and explores.

An edge holds at most one token; a second one is a finding. A node takes tokens from its inputs by its `join` and puts
tokens on the edges of one of its alternatives. What ends a path puts its token on an edge to `SINK`, where it stays, so
that ending twice shows as a second token. Data is left out: any condition may hold, any event may happen.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from taktloom.model.identifiers import ElementId

__all__ = ["SINK", "Alternative", "Edge", "Join", "Net", "NetNode", "without_repetitions"]

SINK = -1  # target of edges whose token has ended

Activation = Callable[[int], bool | None]


class Join(Enum):
    """How a node takes tokens: each alone, one from every input, by the inclusive or by the complex gateway's rule.

    GATHER: so many at once, from whatever inputs (startQuantity of an activity).
    """

    ANY = "any"
    ALL = "all"
    INCLUSIVE = "inclusive"
    COMPLEX = "complex"
    GATHER = "gather"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """One way on: tokens for *edges*, or the end of everything in the container (*aborts*).

    route: elements passed by going this way, in order. covers: elements that are alive once this way is taken.
    spawns: non-interrupting events that begin a path of their own here, each once in an instance.
    """

    edges: frozenset[int]
    aborts: bool = False
    route: tuple[ElementId, ...] = ()
    covers: frozenset[ElementId] = frozenset()
    spawns: frozenset[ElementId] = frozenset()


@dataclass(slots=True, kw_only=True)
class Edge:
    """A way from node to node. route: elements passed on it, in order. end: of an edge to SINK what ended there."""

    source: int
    target: int
    route: tuple[ElementId, ...] = ()
    covers: frozenset[ElementId] = frozenset()
    end: ElementId | None = None


@dataclass(slots=True, kw_only=True)
class NetNode:
    """A flow node; element None: the beginning.

    Of a complex gateway, activation: whether it fires by the number of tokens there; reset: edges taken when it resets.
    is_partial: whether some of its ways were left out because there were too many. needed: tokens that it gathers.
    """

    element: ElementId | None
    join: Join
    inputs: list[int] = field(default_factory=list)
    alternatives: list[Alternative] = field(default_factory=list)
    covers: frozenset[ElementId] = frozenset()
    activation: Activation | None = None
    reset: frozenset[int] = frozenset()
    is_partial: bool = False
    needed: int = 1

    @property
    def keeps_count(self) -> bool:
        """Whether it remembers what has come, so that it cannot become part of another node or edge."""
        return self.join in {Join.COMPLEX, Join.GATHER}

    def leaving(self) -> frozenset[int]:
        """All edges that leave it."""
        return self.reset.union(*(way.edges for way in self.alternatives))


@dataclass(slots=True, kw_only=True)
class Net:
    """Nodes and edges by number. start: the node that fires once, in the beginning.

    numbers: the nodes by element. arrivals: by sequence flow the edge on which its token waits for its target.
    departures: by sequence flow the edges of the tokens that take it. All three are empty once it is reduced.
    """

    nodes: dict[int, NetNode]
    edges: dict[int, Edge]
    start: int
    numbers: Mapping[ElementId, int] = field(default_factory=dict)
    arrivals: Mapping[ElementId, int] = field(default_factory=dict)
    departures: Mapping[ElementId, frozenset[int]] = field(default_factory=dict)

    @property
    def is_partial(self) -> bool:
        """Whether ways were left out that could matter: a node with one edge left has no others."""
        return any(node.is_partial and len(node.leaving()) > 1 for node in self.nodes.values())

    def elements(self) -> set[ElementId]:
        """The elements that ways lead to from the start."""
        seen = {self.start}
        pending = [self.start]
        while pending:
            edges = self.nodes[pending.pop()].leaving()
            targets = {self.edges[edge].target for edge in edges} - seen - {SINK}
            seen |= targets
            pending.extend(targets)
        return {element for number in seen if (element := self.nodes[number].element) is not None}

    def copy(self) -> "Net":
        """A net of its own, for reducing."""
        return Net(
            nodes={
                number: NetNode(
                    element=node.element,
                    join=node.join,
                    inputs=list(node.inputs),
                    alternatives=list(node.alternatives),
                    covers=node.covers,
                    activation=node.activation,
                    reset=node.reset,
                    is_partial=node.is_partial,
                    needed=node.needed,
                )
                for number, node in self.nodes.items()
            },
            edges={
                number: Edge(source=edge.source, target=edge.target, route=edge.route, covers=edge.covers, end=edge.end)
                for number, edge in self.edges.items()
            },
            start=self.start,
        )


def without_repetitions(alternatives: list[Alternative]) -> list[Alternative]:
    """Ways with the same effect become one: the fewest spawns, the shortest route, everything covered."""
    found: dict[tuple[frozenset[int], bool], Alternative] = {}
    for way in alternatives:
        key = (way.edges, way.aborts)
        other = found.get(key)
        if other is None:
            found[key] = way
        else:
            best = min(other, way, key=lambda one: (len(one.spawns), len(one.route)))
            found[key] = replace(best, covers=other.covers | way.covers)
    return list(found.values())
