# SPDX-License-Identifier: Apache-2.0
"""Opening the waits of events: around an activity, for a scope's event sub-processes, behind an event-based gateway.

All is evaluated before anything is opened. An event that is the case already (a condition that is true) happens at
once; when it interrupts, nothing else is opened, so that no message can be taken in vain.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import TypeAlias

from taktloom.kernel.executable import NONE, Node
from taktloom.kernel.expressions import Context
from taktloom.kernel.run import Holder, Run
from taktloom.kernel.state import Phase, Token
from taktloom.kernel.triggers import EventBehaviour, WaitPlan
from taktloom.kernel.variables import visible_variables
from taktloom.model.identifiers import ScopeId, TokenId

__all__ = ["EventPlan", "arm", "enter_scope", "first_phase", "in_order", "open_handlers", "plan_events"]

EventPlan: TypeAlias = tuple[Node, WaitPlan]
# Put on the stack, and known by being this very object: what is above it came later.
_MARK = (
    Token(
        id=TokenId(""), element=NONE, scope=ScopeId(""), arrived_by=NONE, entered_at=datetime.min.replace(tzinfo=UTC)
    ),
    Phase.ENTER,
)


def plan_events(run: Run, events: Iterable[int], context: Context) -> list[EventPlan]:
    """Evaluate what the boundary events or start events of these numbers wait for. Raises ElementFailure."""
    plans = []
    for index in events:
        event = run.process.nodes[index]
        assert isinstance(event.behaviour, EventBehaviour)  # compile puts only these into `armed`
        assert event.behaviour.trigger is not None
        plans.append((event, event.behaviour.trigger.plan(context, run.now, run.rules)))
    return plans


def arm(run: Run, holder: Holder, plans: list[EventPlan]) -> None:
    """Open the waits, and let happen what is the case already, in the order of the document.

    The caller has put on the stack what *holder* does next: an event that interrupts takes it off.
    """
    held: list[Node] = []
    interrupts = False
    for event, plan in plans:
        if plan.holds:
            held.append(event)
            interrupts = isinstance(event.behaviour, EventBehaviour) and event.behaviour.is_interrupting
            if interrupts:
                break
    if not interrupts:
        for event, plan in plans:
            plan.open(run, holder, event)
    in_order(run, ((event.catch, (run, event, holder, {})) for event in held))


def in_order(run: Run, happenings: Iterable[tuple[Callable[..., None], tuple[object, ...]]]) -> None:
    """Let events happen one after the other; the tokens of the first then move first."""
    stack = run.stack
    pushed = []
    for function, arguments in happenings:
        stack.append(_MARK)
        function(*arguments)
        if not stack:  # the instance has ended
            return
        mark = max(place for place, entry in enumerate(stack) if entry is _MARK)
        pushed.append(stack[mark + 1 :])
        del stack[mark:]
    for entries in reversed(pushed):
        stack.extend(entries)


def enter_scope(run: Run, scope_id: ScopeId, elements: Iterable[int]) -> None:
    """Put a token on each of the nodes with which the scope begins; its event sub-processes wait before they start.

    Raises ElementFailure only where there are no such nodes, as in an ad-hoc sub-process that waits to be told.
    """
    tokens = [run.open_token(element, scope_id) for element in elements]
    for token in reversed(tokens[1:]):
        run.push(token, Phase.ENTER)
    if tokens:
        run.push(tokens[0], first_phase(run, scope_id))
        return
    handlers = run.process.handlers_of(run.state.scopes[scope_id].element)
    arm(run, scope_id, plan_events(run, handlers.armed, visible_variables(run.state, scope_id)))


def first_phase(run: Run, scope_id: ScopeId) -> Phase:
    """What the first token of a scope does first."""
    handlers = run.process.handlers_of(run.state.scopes[scope_id].element)
    return Phase.OPEN if handlers.armed else Phase.ENTER


def open_handlers(run: Run, token: Token) -> Phase | None:
    """Let the event sub-processes of the token's scope wait, then let the token begin (phase OPEN of every node).

    A token that is active already stands at what has started the scope.
    """
    handlers = run.process.handlers_of(token.around.element)
    plans = plan_events(run, handlers.armed, visible_variables(run.state, token.scope))
    run.push(token, Phase.COMPLETE if token.is_active else Phase.ENTER)
    arm(run, token.scope, plans)
    return None
