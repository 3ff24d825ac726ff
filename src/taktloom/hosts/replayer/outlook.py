# SPDX-License-Identifier: Apache-2.0
"""What a position can still come to, from the model's structure: the estimate that steers the search.

An event whose activity cannot come any more will be a deviation, and so will an activity that must still come and that
the rest of the case does not have. Both hold for every run of a process of activities, gateways and plain start and end
events alone; of others nothing is foretold, so that the estimate never exceeds the true rest.
Source: Carmona, van Dongen, Solti & Weidlich, "Conformance Checking", Springer 2018, chapter 7 (estimates for
alignments).
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from taktloom.kernel import ExecutableProcess, InstanceState
from taktloom.kernel.executable import Node
from taktloom.model.identifiers import ElementId
from taktloom.model.process import (
    Activity,
    EndEvent,
    ExclusiveGateway,
    InclusiveGateway,
    ParallelGateway,
    ProcessDefinition,
    StartEvent,
    SubProcess,
)

_GATEWAYS = (ExclusiveGateway, InclusiveGateway, ParallelGateway)


class Outlook:
    """Masks of activities, one bit each, by the places of tokens. labels: of elements; recorded: in the log."""

    def __init__(self, process: ExecutableProcess, labels: Mapping[ElementId, str], recorded: Collection[str]) -> None:
        self.code = {label: bit for bit, label in enumerate(sorted(set(labels.values()) & set(recorded)))}
        self._everything = (1 << len(self.code)) - 1
        self._is_plain = is_plain(process.definition)
        bit = {node.index: self._bit(labels.get(node.id)) for node in process.nodes}
        self._own = {node.index: bit[node.index] if _is_activity(node) else 0 for node in process.nodes}
        self._behind = self._masks_behind(process)
        self._must = self._masks_required(process)

    def reachable(self, state: InstanceState) -> int:
        """The activities that may still come."""
        if not self._is_plain:
            return self._everything
        found = 0
        for token in state.tokens.values():
            found |= self._own[token.element] | self._behind[token.element]
        return found

    def required(self, state: InstanceState) -> int:
        """The activities that must still come."""
        if not self._is_plain:
            return 0
        found = 0
        for token in state.tokens.values():
            found |= self._must[token.element]
        for token in state.jobs.values():
            found |= self._own[token.element]
        return found

    def _bit(self, label: str | None) -> int:
        return 1 << self.code[label] if label in self.code else 0

    def _masks_behind(self, process: ExecutableProcess) -> list[int]:
        """Per node the activities on any way from it, itself left out."""
        behind = [0] * len(process.nodes)
        is_changed = True
        while is_changed:
            is_changed = False
            for flow in reversed(process.flows):
                mask = self._own[flow.target] | behind[flow.target]
                if mask & ~behind[flow.source]:
                    behind[flow.source] |= mask
                    is_changed = True
        return behind

    def _masks_required(self, process: ExecutableProcess) -> list[int]:
        """Per node the activities on every way from it, itself left out: greatest solution, from all downwards."""
        must = [self._everything] * len(process.nodes)
        is_changed = True
        while is_changed:
            is_changed = False
            for node in reversed(process.nodes):
                ways = [self._own[at] | must[at] for at in (process.flows[flow].target for flow in node.outgoing)]
                found = _all_of(ways) if node.element_type == "parallelGateway" else _common(ways)
                if found != must[node.index]:
                    must[node.index], is_changed = found, True
        return must


@dataclass(slots=True)
class Rest:
    """The estimate for what is left of one case."""

    unknown: list[int]
    counts: list[Counter[int]]
    masks: list[int]

    @classmethod
    def of(cls, activities: tuple[str, ...], code: Mapping[str, int], known: Collection[str]) -> "Rest":
        """known: every label of the model; code: those of them that the log records."""
        rest = cls([0], [Counter()], [0])
        for activity in reversed(activities):
            rest.unknown.append(rest.unknown[-1] + (activity not in known))
            counts, mask = Counter(rest.counts[-1]), rest.masks[-1]
            if activity in code:
                counts[code[activity]] += 1
                mask |= 1 << code[activity]
            rest.counts.append(counts)
            rest.masks.append(mask)
        for each in (rest.unknown, rest.counts, rest.masks):
            each.reverse()
        return rest

    def estimate(self, at: int, reachable: int, required: int) -> int:
        """Deviations that no explanation of the events from *at* on can avoid."""
        lost = self.masks[at] & ~reachable
        gone = sum(count for bit, count in self.counts[at].items() if lost >> bit & 1) if lost else 0
        return self.unknown[at] + gone + (required & ~self.masks[at]).bit_count()


def is_plain(definition: ProcessDefinition) -> bool:
    """Whether tokens move along sequence flows alone, and each of them has to come to an end."""
    return all(
        isinstance(node, _GATEWAYS)
        or (isinstance(node, StartEvent | EndEvent) and node.definition is None)
        or (
            isinstance(node, Activity)
            and not isinstance(node, SubProcess)
            and node.loop is None
            and not node.is_for_compensation
        )
        for node in definition.nodes
    )


def _is_activity(node: Node) -> bool:
    return not node.element_type.endswith(("Gateway", "Event"))


def _all_of(masks: list[int]) -> int:
    found = 0
    for mask in masks:
        found |= mask
    return found


def _common(masks: list[int]) -> int:
    found = masks[0] if masks else 0
    for mask in masks:
        found &= mask
    return found
