# SPDX-License-Identifier: Apache-2.0
"""Tokens that wait at a joining gateway, kept in their scope per gateway and incoming flow.

Parallel gateways decide as a token arrives. Inclusive and complex ones depend on what can still come, so they are
looked at whenever the instance has come to rest, in the order of the document, one after the other: what the first one
sends out is at rest again before the next one is looked at. Nothing is looked at where nothing waits.
"""

from collections.abc import Iterable
from typing import Protocol, runtime_checkable

from taktloom.kernel.executable import Node
from taktloom.kernel.run import Run
from taktloom.kernel.sparse import with_entry
from taktloom.kernel.state import Scope, Token
from taktloom.model.identifiers import ScopeId, TokenId

__all__ = ["DecidesAtRest", "arrivals", "consume", "decide_next_join", "expects_more", "hold", "waiting_flows"]


@runtime_checkable
class DecidesAtRest(Protocol):
    """A gateway whose join is decided when nothing moves."""

    def decide(self, run: Run, scope_id: ScopeId, node: Node) -> bool:
        """Fire if it is time, leaving on the stack what goes on; tell whether it fired."""


def hold(run: Run, node: Node, token: Token) -> None:
    """*token* waits at the gateway *node*, which decides at rest."""
    arrived = arrivals(token.around, node.index)
    arrived.setdefault(token.arrived_by, []).append(token.id)
    run.state.undecided = with_entry(run.state.undecided, token.scope, None)


def arrivals(scope: Scope, element: int) -> dict[int, list[TokenId]]:
    """The tokens that wait at the node by the flow that brought them; to be written to."""
    arrived = scope.joins.get(element)
    if arrived is None:
        arrived = {}
        scope.joins = with_entry(scope.joins, element, arrived)
    return arrived


def waiting_flows(scope: Scope, node: Node) -> list[int]:
    """The incoming flows on which tokens wait, in the order of the document."""
    arrived = scope.joins.get(node.index, {})
    return [flow for flow in node.incoming if flow in arrived]


def consume(run: Run, scope: Scope, node: Node, flows: Iterable[int]) -> Token | None:
    """Take the oldest token of each of *flows*; the first one taken goes on for all, the others are gone."""
    arrived = scope.joins.get(node.index, {})
    first: Token | None = None
    for flow in flows:
        token = run.state.tokens[arrived[flow].pop(0)]
        if not arrived[flow]:
            del arrived[flow]
        if first is None:
            first = token
        else:
            run.merge(token)
    if not arrived:
        scope.joins.pop(node.index, None)
    return first


def expects_more(run: Run, scope: Scope, node: Node, filled: Iterable[int]) -> bool:
    """Whether a token elsewhere in the scope can still reach an incoming flow that is not filled, and no filled one.

    filled: the incoming flows that have a token (or had one, of a complex gateway). Source: BPMN 2.0.2, 13.4.3.
    """
    reaching = run.process.upstream[node.index]
    have = sum(1 << node.incoming.index(flow) for flow in filled)
    for token_id in scope.tokens:
        token = run.state.tokens[token_id]
        if token.element == node.index and not token.is_active:
            continue  # waits here itself
        reached = reaching.get(token.element, 0)
        if reached and not reached & have:
            return True
    return False


def decide_next_join(run: Run) -> bool:
    """Let the first gateway fire for which it is time; False when none is."""
    state = run.state
    for scope_id in list(state.undecided):
        scope = state.scopes.get(scope_id)
        waiting = [] if scope is None else sorted({*scope.joins, *scope.resets})
        waits_on = False
        for index in waiting:
            node = run.process.nodes[index]
            if isinstance(node.behaviour, DecidesAtRest):
                waits_on = True
                if node.behaviour.decide(run, scope_id, node):
                    return True
        if not waits_on:
            del state.undecided[scope_id]
    return False
