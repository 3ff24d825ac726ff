# SPDX-License-Identifier: Apache-2.0
"""Which element of one version becomes which of another, and what that means for an instance.

Elements are matched by id; then, of those that are left over on both sides, by name where name and kind are found once
in the same surroundings; an explicit mapping goes before both. Two elements match only when a visit of the one can go
on as a visit of the other: the same kind, the same kind of loop, the same triggers, inside sub-processes that match, a
boundary event beside activities that match. Sequence flows follow: by id, else by their ends.

An instance migrates when all that it has open has a place in the target. What stands where it has none now waits until
it has gone on; what remembers for compensation what the target does not know cannot migrate. What has a place but no
way to the end, since a join there would wait for tokens that nobody sends, would be stuck: it migrates only where an
operator allows it.
"""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from taktloom.kernel.commands import Command
from taktloom.kernel.dead_joins import DeadJoin, JoinOutlook
from taktloom.kernel.elements.multi_instance import MultiInstanceBehaviour
from taktloom.kernel.elements.rounds import LoopBehaviour
from taktloom.kernel.events import InstanceMigrated, KernelEvent
from taktloom.kernel.executable import NONE, ExecutableProcess, Node
from taktloom.kernel.state import CompensationRecord, InstanceState
from taktloom.kernel.step import step
from taktloom.kernel.triggers import SeveralTriggers, trigger_of
from taktloom.model.errors import DefinitionError, TaktloomError
from taktloom.model.findings import Finding, Severity
from taktloom.model.identifiers import DefinitionKey, ElementId
from taktloom.model.places import Place
from taktloom.model.process import BoundaryEvent, SubProcess

__all__ = [
    "ElementMatch",
    "MatchKind",
    "MigrationPlan",
    "MigrationPlanError",
    "Obstacle",
    "Verdict",
    "check_instance",
    "dead_joins_after",
    "migration_event",
    "plan_migration",
    "preview",
]


class MigrationPlanError(DefinitionError):
    """The mapping names elements that cannot become each other; `findings` lists all of them."""

    code = "TL-1330"


class MatchKind(StrEnum):
    """How two elements were found to be the same."""

    ID = "id"
    NAME = "name"
    EXPLICIT = "explicit"


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementMatch:
    """One element of the source and what becomes of it; target None: it has no place, and *reason* says why."""

    source: ElementId
    target: ElementId | None
    element_type: str
    name: str
    how: MatchKind | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrationPlan:
    """From *source* to *target*. nodes, flows: numbers in the one to numbers in the other.

    matches: every flow node of the source, in document order. added: flow nodes of the target that nothing becomes.
    changed: matches whose text in the model differs. renewed: of the target, whose waits are opened anew.
    outlook: what becomes of the joins of the target.
    """

    source: ExecutableProcess
    target: ExecutableProcess
    nodes: Mapping[int, int]
    flows: Mapping[int, int]
    matches: tuple[ElementMatch, ...]
    added: tuple[ElementId, ...]
    changed: tuple[ElementId, ...]
    renewed: tuple[ElementId, ...] = ()
    outlook: JoinOutlook = field(compare=False, repr=False)


class Verdict(StrEnum):
    """Whether an instance migrates; stuck: it could, but would then wait for ever."""

    MIGRATES = "migrates"
    WAITS = "waits"
    CANNOT = "cannot"
    STUCK = "stuck"


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """What stands in the way of one instance, at which element of the source; of one that is stuck, of the target."""

    element_id: ElementId
    verdict: Verdict
    reason: str


def plan_migration(
    source: ExecutableProcess,
    target: ExecutableProcess,
    mapping: Mapping[ElementId, ElementId | None] | None = None,
    renewed: Iterable[ElementId] = (),
) -> MigrationPlan:
    """Match the two versions. mapping: source to target by id, None for an element that shall have no place.

    Raises MigrationPlanError with every pair of *mapping* that cannot be.
    """
    matcher = _Matcher(source, target, dict(mapping or {}))
    matcher.match()
    renewed = tuple(renewed)
    matcher.check_renewed(renewed)
    if matcher.findings:
        first = matcher.findings[0]
        raise MigrationPlanError(
            f"The mapping has {len(matcher.findings)} problem(s). {first.message}",
            first.place,
            first.remedy,
            {"count": str(len(matcher.findings))},
            tuple(matcher.findings),
        )
    taken = set(matcher.nodes.values())
    return MigrationPlan(
        source=source,
        target=target,
        nodes=matcher.nodes,
        flows=matcher.flows(),
        matches=tuple(matcher.matches),
        added=tuple(element_id for element_id, index in target.node_index.items() if index not in taken),
        changed=matcher.changed(),
        renewed=renewed,
        outlook=JoinOutlook(target),
    )


def migration_event(  # noqa: PLR0913 - what the event says besides the plan
    plan: MigrationPlan,
    *,
    source: DefinitionKey,
    target: DefinitionKey,
    occurred_at: datetime,
    actor: str | None = None,
    reason: str = "",
) -> InstanceMigrated:
    """The event that carries an instance over."""
    return InstanceMigrated(
        occurred_at=occurred_at,
        actor=actor,
        source=source,
        target=target,
        nodes=plan.nodes,
        flows=plan.flows,
        renewed=plan.renewed,
        reason=reason,
    )


def check_instance(plan: MigrationPlan, state: InstanceState, event: InstanceMigrated) -> tuple[Obstacle, ...]:
    """What stands in the way of this instance; none: it migrates. Nothing is changed."""
    found = list(_obstacles(plan, state))
    if found:
        return tuple(dict.fromkeys(found))
    try:
        dead = dead_joins_after(plan, state, event)
    except TaktloomError as error:
        at = error.place.element_id or ""
        return (Obstacle(element_id=ElementId(at), verdict=Verdict.CANNOT, reason=error.cause),)
    return tuple(Obstacle(element_id=one.element_id, verdict=Verdict.STUCK, reason=one.reason) for one in dead)


def dead_joins_after(plan: MigrationPlan, state: InstanceState, event: InstanceMigrated) -> tuple[DeadJoin, ...]:
    """Joins of the target at which it would wait for ever; *state* stays as it is. Raises what `step` raises."""
    copy = deepcopy(state)
    step(plan.target, copy, event)
    return plan.outlook.dead_joins(copy)


def preview(process: ExecutableProcess, state: InstanceState, event: KernelEvent) -> list[Command]:
    """The commands that the event would give; *state* stays as it is. Raises what `step` raises."""
    return step(process, deepcopy(state), event)


def _obstacles(plan: MigrationPlan, state: InstanceState) -> Iterable[Obstacle]:
    nodes, source = plan.nodes, plan.source
    reasons = {match.source: match.reason for match in plan.matches}
    for token in state.tokens.values():
        if token.element not in nodes:
            name = source.nodes[token.element].id
            is_undoing = source.nodes[token.element].element_type == "compensation"
            reason = "It is being compensated." if is_undoing else reasons.get(name, "")
            yield Obstacle(element_id=name, verdict=Verdict.WAITS, reason=reason or "It has no place in the target.")
    for scope in state.scopes.values():
        yield from _join_obstacles(plan, {**scope.joins, **scope.resets})
        for record in _all_records([*scope.records, *scope.undoing]):
            if record.element not in nodes:
                reason = "It has completed and can be compensated, but has no place in the target."
                yield Obstacle(element_id=source.nodes[record.element].id, verdict=Verdict.CANNOT, reason=reason)


def _join_obstacles(plan: MigrationPlan, joins: Mapping[int, Iterable[int]]) -> Iterable[Obstacle]:
    for gateway, flows in joins.items():
        lost = gateway not in plan.nodes
        targets = () if lost else plan.target.nodes[plan.nodes[gateway]].incoming
        if lost or any(flow != NONE and plan.flows.get(flow, NONE) not in targets for flow in flows):
            reason = "Tokens wait here on flows that the target does not have."
            yield Obstacle(element_id=plan.source.nodes[gateway].id, verdict=Verdict.WAITS, reason=reason)


def _all_records(records: Iterable[CompensationRecord]) -> Iterable[CompensationRecord]:
    for record in records:
        yield record
        yield from _all_records(record.records)


class _Matcher:
    """Finds the pairs; a parent before what is inside it, a host before its boundary events."""

    def __init__(
        self,
        source: ExecutableProcess,
        target: ExecutableProcess,
        mapping: dict[ElementId, ElementId | None],
    ) -> None:
        self.source, self.target, self.mapping = source, target, mapping
        self.nodes: dict[int, int] = {}
        self.matches: list[ElementMatch] = []
        self.findings: list[Finding] = []
        self.models = (_models(source), _models(target))
        self.explicit_targets = {element_id for element_id in mapping.values() if element_id is not None}

    def match(self) -> None:
        """Fill nodes, matches and findings."""
        self._check_names()
        hosts_first = sorted(self.source.node_index.values(), key=lambda i: (self._is_boundary(i), i))
        for index in hosts_first:
            self._match_node(self.source.nodes[index])
        self.matches.sort(key=lambda match: self.source.node_index[match.source])
        if NONE not in {self.source.undoing, self.target.undoing}:
            self.nodes[self.source.undoing] = self.target.undoing

    def flows(self) -> dict[int, int]:
        """By id where it still enters the same element, else by both ends."""
        found: dict[int, int] = {}
        by_ends: dict[tuple[int, int], list[int]] = {}
        for flow in self.target.flows:
            by_ends.setdefault((flow.source, flow.target), []).append(flow.index)
        for flow in self.source.flows:
            ends = self.nodes.get(flow.source, NONE), self.nodes.get(flow.target, NONE)
            same = self.target.flow_index.get(flow.id, NONE)
            if same != NONE and self.target.flows[same].target == ends[1]:
                found[flow.index] = same
            elif len(by_ends.get(ends, ())) == 1:
                found[flow.index] = by_ends[ends][0]
        return found

    def changed(self) -> tuple[ElementId, ...]:
        """Sources of matches whose elements say something else than before, apart from where they are written."""
        before, after = self.models
        return tuple(
            match.source
            for match in self.matches
            if match.target is not None and _said(before[match.source]) != _said(after[match.target])
        )

    def check_renewed(self, renewed: Iterable[ElementId]) -> None:
        """Every one must be an element of the target."""
        for element_id in renewed:
            if element_id not in self.target.node_index:
                self._find("renewed-unknown", element_id, f"The target has no element '{element_id}' to renew.")

    def _check_names(self) -> None:
        taken: set[ElementId] = set()
        for element_id, other in self.mapping.items():
            if element_id not in self.source.node_index:
                self._find("source-unknown", element_id, f"The source has no element '{element_id}'.")
            if other is not None and other not in self.target.node_index:
                self._find("target-unknown", other, f"The target has no element '{other}'.")
            if other is not None and other in taken:
                self._find("target-twice", other, f"Two elements are mapped to '{other}'.")
            taken.add(other or ElementId(""))

    def _match_node(self, node: Node) -> None:
        target, how = self._candidate(node)
        reason = ""
        if target is None:
            reason = "It is not mapped." if node.id in self.mapping else "It is gone in the target."
        else:
            reason = self._difference(node, target)
            if reason and how is MatchKind.EXPLICIT:
                self._find("mapping-unfit", node.id, f"'{node.id}' cannot become '{target.id}': {reason}")
        if target is not None and not reason:
            self._pair(node, target)
        is_pair = target is not None and not reason
        self.matches.append(
            ElementMatch(
                source=node.id,
                target=target.id if target is not None and is_pair else None,
                element_type=node.element_type,
                name=node.name,
                how=how if is_pair else None,
                reason=reason,
            )
        )

    def _candidate(self, node: Node) -> tuple[Node | None, MatchKind | None]:
        if node.id in self.mapping:
            wanted = self.mapping[node.id]
            index = NONE if wanted is None else self.target.node_index.get(wanted, NONE)
            return (None, None) if index == NONE else (self.target.nodes[index], MatchKind.EXPLICIT)
        index = self.target.node_index.get(node.id, NONE)
        if index != NONE and node.id not in self.explicit_targets:
            return self.target.nodes[index], MatchKind.ID
        named = [other for other in self._left_over() if other.name == node.name and not self._difference(node, other)]
        rivals = [
            other
            for other in self.source.nodes[: len(self.source.node_index)]
            if other.name == node.name and other.element_type == node.element_type and other.parent == node.parent
        ]
        if node.name and len(named) == 1 and len(rivals) == 1:
            return named[0], MatchKind.NAME
        return None, None

    def _left_over(self) -> Iterable[Node]:
        for element_id, index in self.target.node_index.items():
            if element_id not in self.source.node_index and element_id not in self.explicit_targets:
                yield self.target.nodes[index]

    def _difference(self, node: Node, other: Node) -> str:
        """Why a visit of the one cannot go on as a visit of the other; empty where it can."""
        if node.element_type != other.element_type or node.is_event_sub_process != other.is_event_sub_process:
            return f"The one is a {node.element_type}, the other a {other.element_type}."
        if _loop_kind(node) != _loop_kind(other):
            return "They loop in different ways."
        if _triggers(node) != _triggers(other):
            return "They wait for events of different kinds."
        parent = NONE if node.parent == NONE else self.nodes.get(node.parent, NONE - 1)
        if parent != other.parent:
            return "They are inside sub-processes that do not match."
        if node.element_type == "boundaryEvent":
            return self._host_difference(node, other)
        return ""

    def _host_difference(self, node: Node, other: Node) -> str:
        before, after = (models[one.id] for models, one in zip(self.models, (node, other), strict=True))
        assert isinstance(before, BoundaryEvent)  # as their element types say
        assert isinstance(after, BoundaryEvent)
        host = self.nodes.get(self.source.node_index.get(before.attached_to, NONE), NONE)
        if host == NONE or host != self.target.node_index.get(after.attached_to):
            return "They are attached to activities that do not match."
        return ""

    def _pair(self, node: Node, other: Node) -> None:
        self.nodes[node.index] = other.index
        if isinstance(node.behaviour, LoopBehaviour):  # its rounds and their work
            at_round, to_round = self.source.nodes[node.starts[0]], self.target.nodes[other.starts[0]]
            self.nodes[at_round.index] = to_round.index
            self.nodes[at_round.starts[0]] = to_round.starts[0]
            node, other = self.source.nodes[at_round.starts[0]], self.target.nodes[to_round.starts[0]]
        if NONE not in {node.undo_call, other.undo_call}:
            self.nodes[node.undo_call] = other.undo_call

    def _is_boundary(self, index: int) -> bool:
        return self.source.nodes[index].element_type == "boundaryEvent"

    def _find(self, rule: str, element_id: ElementId, message: str) -> None:
        self.findings.append(
            Finding(
                severity=Severity.ERROR,
                rule=f"migration-{rule}",
                message=message,
                place=Place(source=self.source.id, element_id=element_id),
                remedy="Correct the mapping.",
                parameters={"element_id": element_id},
            )
        )


def _models(process: ExecutableProcess) -> dict[ElementId, object]:
    found: dict[ElementId, object] = {}
    pending = list(process.definition.nodes)
    while pending:
        node = pending.pop()
        found[node.id] = node
        if isinstance(node, SubProcess):
            pending.extend(node.nodes)
    return found


def _said(model: object) -> dict[str, object]:
    """What an element says of itself, without id, place, the flows at it, and what is inside it."""
    left_out = {"id", "place", "nodes", "flows", "incoming", "outgoing", "attached_to", "default_flow"}
    slots = getattr(type(model), "__dataclass_fields__", {})
    return {name: getattr(model, name) for name in slots if name not in left_out}


def _loop_kind(node: Node) -> str:
    behaviour = node.behaviour
    if not isinstance(behaviour, LoopBehaviour):
        return ""
    if isinstance(behaviour, MultiInstanceBehaviour):
        return "sequential" if behaviour.is_sequential else "parallel"
    return "standard"


def _triggers(node: Node) -> tuple[str, ...]:
    trigger = trigger_of(node)
    if trigger is None:
        return ()
    if isinstance(trigger, SeveralTriggers):
        return (str(trigger.is_parallel), *(type(part).__name__ for part in trigger.parts))
    return (type(trigger).__name__,)
