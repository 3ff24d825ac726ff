# SPDX-License-Identifier: Apache-2.0
"""Where an error or escalation goes: outwards from its thrower, to the first that catches it.

At each level the boundary events of the activity come first, then the event sub-processes of the scope that the
activity is in: so an event sub-process inside a sub-process goes before the boundary events around it. A code goes
before what catches every code, at one level. An event sub-process does not catch what it throws itself, and a scope
that an interrupting one has taken over has no others left. Source: BPMN 2.0.2, 10.5.6, 10.5.7, 13.5.4.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from taktloom.kernel.executable import NONE, Catches, Node
from taktloom.kernel.run import Holder, Run
from taktloom.kernel.state import Token
from taktloom.model.identifiers import TokenId

__all__ = ["Catcher", "find_error_catcher", "find_escalation_catcher"]


@dataclass(frozen=True, slots=True)
class Catcher:
    """The event that catches, and whose it is; event NONE: nothing catches.

    holder: the token in the activity of the boundary event, or the scope of the event sub-process. passed: the tokens
    that stand in the thrower and in the activities that are left on the way, innermost first.
    """

    event: int
    holder: Holder | None
    passed: tuple[TokenId, ...]


def find_error_catcher(run: Run, thrower: Token, code: str | None) -> Catcher:
    """Who catches the error. Changes nothing."""
    return _find(run, thrower, code, is_error=True)


def find_escalation_catcher(run: Run, thrower: Token, code: str | None) -> Catcher:
    """Who catches the escalation. Changes nothing."""
    return _find(run, thrower, code, is_error=False)


def _find(run: Run, thrower: Token, code: str | None, *, is_error: bool) -> Catcher:
    token, passed = thrower, [thrower.id]
    while True:
        node, scope = run.node(token), token.around
        event = _fitting(node.catches if is_error else node.escalations, code)
        if event != NONE:
            return Catcher(event, token, tuple(passed))
        if not scope.is_interrupted:
            handlers = run.process.handlers_of(scope.element)
            candidates = handlers.catches if is_error else handlers.escalations
            event = _fitting(_not_inside(run, node, candidates), code)
            if event != NONE:
                return Catcher(event, token.scope, tuple(passed))
        if scope.owner is None:
            return Catcher(NONE, None, tuple(passed))
        token = run.state.tokens[scope.owner]
        passed.append(token.id)


def _not_inside(run: Run, node: Node, candidates: Catches) -> Catches:
    """Without those of the event sub-process *node* itself."""
    return tuple((code, index) for code, index in candidates if run.process.nodes[index].parent != node.index)


def _fitting(candidates: Iterable[tuple[str | None, int]], code: str | None) -> int:
    catches_all = NONE
    for caught, index in candidates:
        if caught is None:
            catches_all = index if catches_all == NONE else catches_all
        elif caught == code:
            return index
    return catches_all
