# SPDX-License-Identifier: Apache-2.0
"""The token game played move by move over the model itself, with no reduction: slow, and plain to read.

For models of tasks, none events and exclusive, parallel and inclusive gateways. A position is the set of flows that
hold a token and of end events that were reached.
"""

from collections import deque
from collections.abc import Iterator
from itertools import combinations

from taktloom.model.identifiers import ElementId
from taktloom.model.process import (
    EndEvent,
    ExclusiveGateway,
    FlowNode,
    InclusiveGateway,
    ParallelGateway,
    ProcessDefinition,
    StartEvent,
)

Position = frozenset[str]


class Verdict:
    """What playing every game shows."""

    def __init__(self, definition: ProcessDefinition) -> None:
        self.definition = definition
        self.nodes = {node.id: node for node in definition.nodes}
        self.into: dict[ElementId, list[ElementId]] = {}
        self.out: dict[ElementId, list[ElementId]] = {}
        for flow in definition.flows:
            self.into.setdefault(flow.target, []).append(flow.id)
            self.out.setdefault(flow.source, []).append(flow.id)
        self.target = {flow.id: flow.target for flow in definition.flows}
        self.source = {flow.id: flow.source for flow in definition.flows}
        self.kinds: set[str] = set()
        self.passed: set[ElementId] = set()
        self.shortest: dict[str, int] = {}
        self._play()

    def _play(self) -> None:
        start = next(node for node in self.definition.nodes if isinstance(node, StartEvent))
        first: Position = frozenset(self.out.get(start.id, ()))
        self.passed.add(start.id)
        length = {first: 1}
        after: dict[Position, set[Position]] = {}
        good: set[Position] = set()
        pending = deque([first])
        while pending:
            position = pending.popleft()
            after[position] = set()
            moves = list(self._moves(position))
            if not any(mark in self.target for mark in position):
                good.add(position)
            elif not moves:
                good.add(position)
                self._note("deadlock", length[position])
            for node, left, made in moves:
                self.passed.add(node.id)
                if left & made:
                    self._note(self._second_token(left & made), length[position] + 1)
                    good.add(position)
                    continue
                following = left | made
                after[position].add(following)
                if following not in length:
                    length[following] = length[position] + 1
                    pending.append(following)
        if not _reaches(good, after) >= set(after):
            self.kinds.add("livelock")

    def _second_token(self, twice: Position) -> str:
        return "lack-of-synchronisation" if any(mark in self.target for mark in twice) else "improper-completion"

    def _note(self, kind: str, length: int) -> None:
        self.kinds.add(kind)
        self.shortest[kind] = min(length, self.shortest.get(kind, length))

    def _moves(self, position: Position) -> Iterator[tuple[FlowNode, Position, Position]]:
        for node in self.definition.nodes:
            into = [flow for flow in self.into.get(node.id, ()) if flow in position]
            if not into:
                continue
            for taken in self._taken(node, into, position):
                for made in self._made(node):
                    yield node, position - taken, made

    def _taken(self, node: FlowNode, into: list[ElementId], position: Position) -> Iterator[Position]:
        whole = self.into[node.id]
        if isinstance(node, ParallelGateway):
            if len(into) == len(whole):
                yield frozenset(into)
        elif isinstance(node, InclusiveGateway):
            to_filled = set().union(*(self._before(flow, node.id) for flow in into))
            to_empty = set().union(*(self._before(flow, node.id) for flow in whole if flow not in into))
            if not (position - set(whole)) & (to_empty - to_filled):
                yield frozenset(into)
        else:
            yield from (frozenset({flow}) for flow in into)

    def _before(self, flow: ElementId, gateway: ElementId) -> set[str]:
        """Flows from which *flow* can be reached without passing the gateway."""
        found: set[str] = set()
        pending = [flow]
        while pending:
            source = self.source[pending.pop()]
            if source != gateway:
                fresh = [one for one in self.into.get(source, ()) if one not in found]
                found.update(fresh)
                pending.extend(fresh)
        return found

    def _made(self, node: FlowNode) -> Iterator[Position]:
        out = self.out.get(node.id, [])
        if isinstance(node, EndEvent) or not out:
            yield frozenset({f"ended at {node.id}"})
        elif isinstance(node, ExclusiveGateway):
            yield from (frozenset({flow}) for flow in out)
        elif isinstance(node, InclusiveGateway):
            for size in range(1, len(out) + 1):
                yield from (frozenset(some) for some in combinations(out, size))
        else:
            yield frozenset(out)


def _reaches(good: set[Position], after: dict[Position, set[Position]]) -> set[Position]:
    before: dict[Position, list[Position]] = {}
    for position, following in after.items():
        for one in following:
            before.setdefault(one, []).append(position)
    found, pending = set(good), list(good)
    while pending:
        for one in before.get(pending.pop(), ()):
            if one not in found:
                found.add(one)
                pending.append(one)
    return found
