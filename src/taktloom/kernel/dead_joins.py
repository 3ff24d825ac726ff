# SPDX-License-Identifier: Apache-2.0
"""Joins at which tokens of an instance would wait for ever, foreseen from where all its tokens stand.

An operator may put a token into one branch of a fork, by a modification or by a migration; the join then waits for the
others, which nobody has sent. Each scope is looked at by itself, as the soundness check does: any condition may hold,
any event may happen. A join is named where the tokens can come to rest before it without its firing, unless that can
befall every instance of the process (the warnings of the deployment tell of those) and this one can still end. Nothing
is claimed of ad-hoc sub-processes, in which work may begin at any time, of complex gateways, and of what is too large.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from taktloom.kernel.elements.rounds import LoopBehaviour, RoundBehaviour
from taktloom.kernel.executable import NONE, ExecutableProcess
from taktloom.kernel.rules import Container, containers_of
from taktloom.kernel.soundness.abstraction import MAX_QUANTITY, abstract
from taktloom.kernel.soundness.net import Join, Net
from taktloom.kernel.soundness.outcomes import Outcome, outcomes_of
from taktloom.kernel.soundness.standing import Marking, Standing, StuckJoin
from taktloom.kernel.state import InstanceState, Scope, Token
from taktloom.model.errors import ConflictError
from taktloom.model.identifiers import ElementId, InstanceKey, TokenId
from taktloom.model.places import Place
from taktloom.model.process import Activity, AdHocSubProcess, ComplexGateway

__all__ = ["DeadJoin", "JoinOutlook", "WouldBeStuckError", "require_live_joins"]


class WouldBeStuckError(ConflictError):
    """Done as ordered, the instance would wait for ever at a join; nothing was changed. It can be allowed."""

    code = "TL-2333"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadJoin:
    """A join that will not fire any more. flows: over which no token can come, empty where only more are needed."""

    element_id: ElementId
    flows: tuple[ElementId, ...]

    @property
    def reason(self) -> str:
        """In one sentence."""
        if not self.flows:
            return "It would wait here for ever: no more tokens can come."
        named = ", ".join(f"'{flow}'" for flow in self.flows)
        return f"It would wait here for ever: no token can come over {named}."


def require_live_joins(instance_key: InstanceKey, found: tuple[DeadJoin, ...]) -> None:
    """Raise WouldBeStuckError with the first of them."""
    if found:
        first = found[0]
        raise WouldBeStuckError(
            f"Instance {instance_key} would be stuck at {first.element_id}: {first.reason}",
            Place(source=instance_key, element_id=first.element_id),
            "Put a token on each flow that is missing, or allow that it is stuck and move its tokens afterwards.",
            {"instance_key": instance_key, "element_id": first.element_id, "flows": ", ".join(first.flows)},
        )


class JoinOutlook:
    """What becomes of the joins of one process; made once and kept, since many instances stand at the same places."""

    def __init__(self, process: ExecutableProcess) -> None:
        self._process = process
        containers = containers_of(process.definition)
        outcomes = outcomes_of(containers)
        self._views: dict[str, _View] = {}
        for container in containers:
            net = _net(container, outcomes)
            if net is not None:
                self._views[container.owner.id] = _View(process, net)

    @property
    def has_joins(self) -> bool:
        """Whether a token ever waits for another here."""
        return bool(self._views)

    def dead_joins(self, state: InstanceState) -> tuple[DeadJoin, ...]:
        """Those of all scopes, in order of the scopes; none: every token can get to an end."""
        found: dict[DeadJoin, None] = {}
        for scope in state.scopes.values():
            view = self._view_of(scope)
            if view is not None and scope.tokens:
                found.update(dict.fromkeys(view.dead_joins(state, scope)))
        return tuple(found)

    def _view_of(self, scope: Scope) -> "_View | None":
        if scope.element == NONE:
            return self._views.get(self._process.id)
        node = self._process.nodes[scope.element]
        is_around_rounds = isinstance(node.behaviour, LoopBehaviour | RoundBehaviour)
        return None if is_around_rounds else self._views.get(node.id)


class _View:
    """One container as a net, with where the tokens of its scopes stand in it."""

    def __init__(self, process: ExecutableProcess, net: Net) -> None:
        self._process, self._net = process, net
        self._flow_of = {edge: flow for flow, edge in net.arrivals.items()}
        self._standing = Standing(net, self._expects_more)

    def dead_joins(self, state: InstanceState, scope: Scope) -> Iterator[DeadJoin]:
        marking = Marking.of(Counter(self._places(state, scope)))
        rest = self._standing.at_rest(marking)
        if not rest.stuck:
            return
        usual = self._standing.from_start()
        spared = {one.element for one in usual.stuck} if rest.ends else set()
        if rest.ends and not usual.is_complete:
            return
        for one in rest.stuck:
            if one.element not in spared:
                yield self._said(one)

    def _said(self, join: StuckJoin) -> DeadJoin:
        flows = tuple(self._flow_of[edge] for edge in join.missing if edge in self._flow_of)
        return DeadJoin(element_id=join.element, flows=flows)

    def _places(self, state: InstanceState, scope: Scope) -> Iterator[int]:
        waiting: Mapping[TokenId, int] = {
            token_id: flow
            for arrived in scope.joins.values()
            for flow, tokens in arrived.items()
            for token_id in tokens
        }
        for token_id in scope.tokens:
            token = state.tokens[token_id]
            yield from self._place(token, waiting.get(token_id, NONE if token.is_active else token.arrived_by))

    def _place(self, token: Token, flow: int) -> Iterable[int]:
        """flow: the one by which it has come or will come to a join, NONE where it is in its node."""
        node = self._process.nodes[token.element]
        number = self._net.numbers.get(node.id)
        if number is None:  # at a boundary event that has happened, or compensating: what it leads to, if anything
            flows = (self._process.flows[one].id for one in node.outgoing)
            return [edge for one in flows for edge in self._net.departures.get(one, ())]
        at = self._net.nodes[number]
        if at.join is Join.ANY or token.is_active or not at.inputs:
            return [self._standing.inside(number)]
        if at.join is Join.GATHER:
            return at.inputs[:1]
        arrival = None if flow == NONE else self._net.arrivals.get(self._process.flows[flow].id)
        return [self._standing.inside(number) if arrival is None else arrival]

    def _expects_more(self, number: int, counts: Mapping[int, int]) -> bool:
        """As `kernel.joins.expects_more`, of tokens that all stand before joins."""
        element = self._net.nodes[number].element
        assert element is not None  # only the beginning has none, and it joins nothing
        node = self._process.nodes[self._process.node_index[element]]
        reaching = self._process.upstream.get(node.index, {})
        inputs = self._net.nodes[number].inputs
        have = 0
        for edge in inputs:
            if edge in counts:
                have |= 1 << node.incoming.index(self._process.flow_index[self._flow_of[edge]])
        for place in counts:
            other = self._net.nodes[self._net.edges[place].target].element
            if place in inputs or other is None:
                continue
            reached = reaching.get(self._process.node_index[other], 0)
            if reached and not reached & have:
                return True
        return False


def _net(container: Container, outcomes: Mapping[ElementId, Outcome]) -> Net | None:
    """None where no token ever waits for another, and where nothing is claimed."""
    if isinstance(container.owner, AdHocSubProcess) or any(
        len(container.into(gateway)) > 1 for gateway in container.of(ComplexGateway)
    ):
        return None
    if any(max(one.start_quantity, one.completion_quantity) > MAX_QUANTITY for one in container.of(Activity)):
        return None
    net = abstract(container, outcomes)
    if net is None or net.is_partial or all(node.join is Join.ANY for node in net.nodes.values()):
        return None
    return net
