# SPDX-License-Identifier: Apache-2.0
"""Ad-hoc sub-process: its activities in any order, those without incoming flow first, more whenever somebody asks.

- What begins is each inner activity without incoming flow, or those that the model names; in document order. A
  sequential one runs one activity at a time: whoever comes meanwhile waits for its turn, in order of arrival.
- After each inner activity, and when nothing is active, the completion condition is evaluated. Once it holds nothing
  more begins, and no flow is followed; what runs is cancelled or waited for. Until then the sub-process stays open.
- Without a condition it is complete when nothing is active.
Source: BPMN 2.0.2, 10.3.5, 13.3.5.
"""

from dataclasses import dataclass
from typing import ClassVar

from taktloom.kernel.arming import enter_scope
from taktloom.kernel.behaviour import Behaviour
from taktloom.kernel.commands import IncidentKind
from taktloom.kernel.elements.sub_process import SubProcessBehaviour
from taktloom.kernel.executable import NONE, Node, PhaseMethod
from taktloom.kernel.expressions import Context, Expression, has_come_true, kind_of
from taktloom.kernel.failure import ElementFailure
from taktloom.kernel.run import Run
from taktloom.kernel.sparse import NO_ITEMS, with_entry, with_item
from taktloom.kernel.state import Phase, Scope, Token
from taktloom.model.identifiers import ElementId

__all__ = ["AdHocBehaviour", "find_ad_hoc", "in_turn", "leaving_ad_hoc", "next_turn"]


@dataclass(frozen=True, slots=True)
class AdHocBehaviour(SubProcessBehaviour):
    """active_elements None: all without incoming flow. condition None: until nothing is active."""

    active_elements: Expression | None
    condition: Expression | None
    cancels_remaining: bool
    element_type: ClassVar[str] = "adHocSubProcess"

    def perform(self, run: Run, token: Token) -> Phase | None:
        """Begin the first activities."""
        node = run.node(token)
        first = node.starts if self.active_elements is None else self._named(run, node, token)
        run.open_scope(token).stays_open = self.condition is not None
        assert token.inner is not None
        enter_scope(run, token.inner, first)
        return None if first or self.condition is not None else Phase.COMPLETE

    def complete(self, run: Run, token: Token) -> Phase | None:
        """Nothing is active: also by a way that completed no activity, so the condition is tested here too."""
        assert token.inner is not None  # opened above
        if run.state.scopes[token.inner].stays_open and not self._is_over(run, run.variables(token)):
            return None
        return Behaviour.complete(self, run, token)

    def end_activity(self, run: Run, token: Token, leave: PhaseMethod) -> Phase | None:
        """An inner activity has completed: test, then let its token go on or end."""
        scope = token.around
        if scope.is_ending:
            return run.take(token, ())
        if not self._is_over(run, run.variables(token)):
            following: Phase | None = leave(run, token)
            return following
        scope.is_ending, scope.stays_open = True, False
        run.conclude(token)
        for idle in [run.state.tokens[i] for i in scope.tokens]:
            if idle is not token and not (idle.is_active and run.node(idle).is_selectable):
                run.break_off(idle)
        if self.cancels_remaining:
            run.terminate_others(token)
        run.end_path(token)
        return None

    def _is_over(self, run: Run, context: Context) -> bool:
        return self.condition is not None and has_come_true(self.condition, context, run.now)

    def _named(self, run: Run, node: Node, token: Token) -> tuple[int, ...]:
        assert self.active_elements is not None
        value = self.active_elements.evaluate(run.variables(token), run.now)
        if not isinstance(value, list):
            raise ElementFailure(
                IncidentKind.EXPRESSION,
                f"The activities to start '{self.active_elements.text}' give {kind_of(value)}, not a list.",
            )
        found = []
        for item in value:
            index = run.process.node_index.get(ElementId(item), NONE) if isinstance(item, str) else NONE
            inner = run.process.nodes[index]
            if index == NONE or not inner.is_selectable or run.process.nodes[inner.parent].id != node.id:
                raise ElementFailure(
                    IncidentKind.EXPRESSION,
                    f"The activities to start '{self.active_elements.text}' name something that is no activity inside.",
                )
            found.append(index)
        return tuple(found)


def leaving_ad_hoc(leave: PhaseMethod) -> PhaseMethod:
    """The leaving phase of an activity inside an ad-hoc sub-process."""

    def leave_and_test(run: Run, token: Token) -> Phase | None:
        owner = token.around.owner
        behaviour = None if owner is None else run.node(run.state.tokens[owner]).behaviour
        if isinstance(behaviour, AdHocBehaviour):
            return behaviour.end_activity(run, token, leave)
        following: Phase | None = leave(run, token)  # as a compensation handler, for one
        return following

    return leave_and_test


def in_turn(enter: PhaseMethod) -> PhaseMethod:
    """The entering phase of an activity inside a sequential ad-hoc sub-process."""

    def wait_or_enter(run: Run, token: Token) -> Phase | None:
        if not token.is_active:
            if _is_busy(run, token.around):
                waiting = with_item(run.state.turns.get(token.scope, NO_ITEMS), token.id)
                run.state.turns = with_entry(run.state.turns, token.scope, waiting)
                return None
            run.activate(token)
        following: Phase | None = enter(run, token)
        return following

    return wait_or_enter


def next_turn(run: Run) -> bool:
    """All tokens wait: let the first in turn enter where nothing is active; whether there was one."""
    turns = run.state.turns
    for scope_id, waiting in list(turns.items()):
        waiting[:] = [token_id for token_id in waiting if token_id in run.state.tokens]
        if not waiting:
            del turns[scope_id]
        elif not _is_busy(run, run.state.scopes[scope_id]):
            run.push(run.state.tokens[waiting.pop(0)], Phase.ENTER)
            return True
    return False


def find_ad_hoc(run: Run, element: int) -> Token | None:
    """The token in the first active ad-hoc sub-process that has activity *element* and still starts activities."""
    node = run.process.nodes[element]
    if not node.is_selectable:
        return None
    around = run.process.nodes[node.parent].id
    for scope in run.state.scopes.values():
        if scope.owner is not None and not scope.is_ending:
            owner = run.state.tokens[scope.owner]
            at = run.node(owner)
            if at.id == around and isinstance(at.behaviour, AdHocBehaviour):
                return owner
    return None


def _is_busy(run: Run, scope: Scope) -> bool:
    tokens = (run.state.tokens[token_id] for token_id in scope.tokens)
    return any(token.is_active and run.node(token).is_selectable for token in tokens)
