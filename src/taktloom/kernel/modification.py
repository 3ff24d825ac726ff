# SPDX-License-Identifier: Apache-2.0
"""Modification: an operator places tokens and ends visits; all of it or nothing.

- Tokens are placed first, so that a scope that is left and entered again stays open; then visits are completed, then
  cancelled; then tokens run.
- A token is placed in the scope of its element. Sub-processes around it that are not active are entered, with their
  inputs, boundary events and event sub-processes, but without their start event.
- A scope that is left without a token is broken off with the activity that it belongs to, and so on outwards. That
  nothing at all is left is refused: it would be a cancelled instance under another name.
- What is cancelled or skipped leaves no record for compensation, since it was not done.
Refused is what would have no meaning: to enter a join without saying by which flow, a boundary event without its
activity, an event sub-process without its event, what is being compensated, one of the rounds of a loop.
"""

from taktloom.kernel.arming import arm, plan_events
from taktloom.kernel.draft import all_or_nothing
from taktloom.kernel.elements.ad_hoc_sub_process import AdHocBehaviour
from taktloom.kernel.elements.multi_instance import MultiInstanceBehaviour, collect_skipped, show
from taktloom.kernel.elements.rounds import LoopBehaviour, RoundBehaviour
from taktloom.kernel.events import SKIPPED_ROUNDS_COLLECT, InstanceModified, TokenAction, TokenChange
from taktloom.kernel.executable import NONE, ExecutableProcess, Node
from taktloom.kernel.failure import ElementFailure
from taktloom.kernel.run import Run
from taktloom.kernel.state import Phase, Scope, Token
from taktloom.kernel.variables import hand_out, visible_variables
from taktloom.model.errors import ConflictError, NotFoundError
from taktloom.model.identifiers import ElementId, ScopeId
from taktloom.model.places import Place

__all__ = ["ModificationRefusedError", "content_of", "modify"]

_JOINS = {"parallelGateway", "inclusiveGateway", "complexGateway"}
_GATEWAYS = _JOINS | {"exclusiveGateway", "eventBasedGateway"}


class ModificationRefusedError(ConflictError):
    """The tokens cannot be placed or ended like that; nothing was changed."""

    code = "TL-2331"


def modify(run: Run, event: InstanceModified) -> None:
    """Do all changes of the event. Raises ModificationRefusedError, NotFoundError."""
    all_or_nothing(run, lambda draft: _modify(draft, event))


def content_of(process: ExecutableProcess, element: int) -> int:
    """The node whose scope holds what is inside the activity: of a looping one the work of its rounds."""
    node = process.nodes[element]
    while isinstance(node.behaviour, LoopBehaviour | RoundBehaviour):
        node = process.nodes[node.starts[0]]
    return node.index


def _modify(run: Run, event: InstanceModified) -> None:
    completed = _meant(run, event, TokenAction.COMPLETE)  # before tokens are placed: those are not meant
    cancelled = _meant(run, event, TokenAction.CANCEL)
    placed = [_place(run, change) for change in event.changes if change.action in _PLACING]
    placed += [_complete(run, token, change) for token, change in completed]
    for token, _ in cancelled:
        if token.id in run.state.tokens:  # it may have gone with the one before
            _remove(run, token)
    root = run.state.root
    assert root is not None  # checked by step
    if not run.state.scopes[root].tokens:
        raise _refused(run, None, "Nothing would be left to do.", "Cancel the instance, or place a token.")
    run.stack.extend(reversed(placed))


def _meant(run: Run, event: InstanceModified, action: TokenAction) -> list[tuple[Token, TokenChange]]:
    return [(token, change) for change in event.changes if change.action is action for token in _named(run, change)]


_PLACING = {TokenAction.BEFORE, TokenAction.AFTER, TokenAction.ALONG}


# placing


def _place(run: Run, change: TokenChange) -> tuple[Token, Phase]:
    flow = NONE
    if change.action is TokenAction.ALONG:
        flow = run.process.flow_index.get(change.element_id, NONE)
        if flow == NONE:
            raise _unknown(run, change.element_id, "sequence flow")
        node = run.process.nodes[run.process.flows[flow].target]
    else:
        node = _node(run, change.element_id)
    _require_placeable(run, node, change.action)
    try:
        scope_id = _scope_for(run, node, change.scope_id)
    except ElementFailure as failure:
        raise _refused(run, node.id, failure.message, "Set the variables that it needs first.") from failure
    if run.state.scopes[scope_id].is_ending:
        raise _refused(run, node.id, "Nothing more may begin where it would be placed.", "Wait until that has ended.")
    hand_out(run.state, scope_id, change.variables)
    token = run.open_token(node.index, scope_id, flow)
    return token, Phase.LEAVE if change.action is TokenAction.AFTER else Phase.ENTER


def _require_placeable(run: Run, node: Node, action: TokenAction) -> None:
    reason = remedy = ""
    around = None if node.parent == NONE else run.process.nodes[node.parent]
    if node.is_event_sub_process or (around is not None and around.is_event_sub_process and _is_start(node)):
        reason, remedy = "An event sub-process begins with its event only.", "Let its event happen."
    elif any(other.undone_by is not None and other.undone_by[1] == node.index for other in run.process.nodes):
        reason, remedy = "A compensation handler runs only to compensate.", "Place the token elsewhere."
    elif action is TokenAction.AFTER and node.element_type in {"endEvent", "eventBasedGateway"}:
        reason, remedy = "Nothing can be placed behind it.", "Place the token before it."
    elif action is TokenAction.BEFORE and node.element_type == "boundaryEvent":
        reason, remedy = "A boundary event waits only beside its activity.", "Place the token after it."
    elif action is TokenAction.BEFORE and node.element_type in _JOINS and len(node.incoming) > 1:
        reason = "A join needs to know by which flow the token comes."
        remedy = "Place the token along one of its incoming flows, or after it."
    if reason:
        raise _refused(run, node.id, reason, remedy)


def _is_start(node: Node) -> bool:
    return node.element_type == "startEvent"


def _scope_for(run: Run, node: Node, wanted: ScopeId | None) -> ScopeId:
    """The scope that the node's tokens move in; opened where none is open. Raises ElementFailure."""
    if node.parent == NONE:
        assert run.state.root is not None
        found = [run.state.root]
    else:
        content = content_of(run.process, node.parent)
        found = [scope_id for scope_id, scope in run.state.scopes.items() if scope.element == content]
    if wanted is not None:
        if wanted not in found:
            raise _unknown(run, ElementId(wanted), "scope of this element")
        return wanted
    if len(found) > 1:
        reason = f"The sub-process around it is active {len(found)} times."
        raise _refused(run, node.id, reason, "Say in which of its scopes.")
    return found[0] if found else _enter(run, run.process.nodes[node.parent])


def _enter(run: Run, activity: Node) -> ScopeId:
    """Enter the sub-process without its start event."""
    if isinstance(activity.behaviour, LoopBehaviour) or activity.is_event_sub_process:
        reason = f"'{activity.id}' is not active, and cannot be entered in its middle."
        raise _refused(run, activity.id, reason, "Place the token before it, or let its event happen.")
    token = run.open_token(activity.index, _scope_for(run, activity, None))
    run.activate(token)
    bottom = len(run.stack)
    if activity.phases[Phase.ENTER](run, token) is None:
        entry = (token, Phase.PERFORM)
        if entry not in run.stack[bottom:]:
            raise _refused(run, activity.id, "It cannot begin now.", "Give it its data first, or wait.")
        run.stack.remove(entry)
    scope = run.open_scope(token)
    if isinstance(activity.behaviour, AdHocBehaviour):
        scope.stays_open = activity.behaviour.condition is not None
    assert token.inner is not None  # just opened
    handlers = run.process.handlers_of(activity.index)
    arm(run, token.inner, plan_events(run, handlers.armed, visible_variables(run.state, token.inner)))
    return token.inner


# ending


def _named(run: Run, change: TokenChange) -> list[Token]:
    """The tokens that a change means, those in rounds of a loop by the activity's id too."""
    if change.token_id is not None:
        token = run.state.tokens.get(change.token_id)
        if token is None or run.node(token).id != change.element_id:
            raise _unknown(run, ElementId(change.token_id), f"visit of '{change.element_id}'")
        return [token]
    index = _node(run, change.element_id).index
    found = [token for token in run.state.tokens.values() if token.element == index]
    if not found:
        reason = f"'{change.element_id}' is not active."
        raise _refused(run, change.element_id, reason, "Look at the instance again: it may have gone on.")
    return found


def _complete(run: Run, token: Token, change: TokenChange) -> tuple[Token, Phase]:
    node = run.node(token)
    if node.element_type in _GATEWAYS or not token.is_active:
        remedy = "Cancel it and place a token along the flow that is to be taken."
        raise _refused(run, node.id, "A gateway chooses flows; it cannot be completed.", remedy)
    if token.inner is not None and run.state.scopes[token.inner].tokens:
        raise _refused(run, node.id, "There is work inside it.", "Complete or cancel what is inside.")
    _require_free(run, token)
    hand_out(run.state, token.scope, change.variables)
    if run.rules >= SKIPPED_ROUNDS_COLLECT:
        try:
            collect_skipped(run, token, change.variables)
        except ElementFailure as failure:
            raise _refused(run, node.id, failure.message, "Give the variables that its result is made of.") from failure
    run.record_completion(node, token)
    run.close_visit(token)
    _forget(run, token)
    return token, Phase.LEAVE


def _remove(run: Run, token: Token) -> None:
    """Break the visit off with its token; then what is left empty around it."""
    _require_free(run, token)
    scope = token.around
    node = run.node(token)
    is_round = isinstance(node.behaviour, RoundBehaviour)
    _forget(run, token)
    run.break_off(token)
    if is_round and _goes_on_without(run, scope):
        return
    if scope.tokens or (scope.stays_open and not is_round):
        return
    if scope.owner is not None:
        _remove(run, run.state.tokens[scope.owner])


def _goes_on_without(run: Run, body: Scope) -> bool:
    """Whether the loop has other rounds that run: then it counts the one that was broken off as terminated."""
    assert body.owner is not None
    outer = run.state.tokens[body.owner]
    behaviour = run.node(outer).behaviour
    if not body.tokens or not isinstance(behaviour, MultiInstanceBehaviour) or body.loop is None:
        return False
    body.loop.terminated += 1
    show(run, outer, active=len(body.tokens))
    return True


def _require_free(run: Run, token: Token) -> None:
    at: Token | None = token
    while at is not None:
        scope = run.state.scopes[at.scope]
        if run.node(at).element_type == "compensation" or (scope.is_ending and scope.undoing):
            raise _refused(run, run.node(token).id, "It is part of a compensation.", "Wait until that is over.")
        at = None if scope.owner is None else run.state.tokens[scope.owner]


def _forget(run: Run, token: Token) -> None:
    """Where the token waits without a visit: at joins, and for what it has parked."""
    joins = token.around.joins
    arrived = joins.get(token.element, {})
    for flow, waiting in list(arrived.items()):
        if token.id in waiting:
            waiting.remove(token.id)
        if not waiting:
            del arrived[flow]
    if not arrived:
        joins.pop(token.element, None)
    run.forget_kept(token)
    run.state.awaiting_data.pop(token.id, None)
    run.state.fetched.pop(token.id, None)


# refusals


def _node(run: Run, element_id: ElementId) -> Node:
    index = run.process.node_index.get(element_id, NONE)
    if index == NONE:
        raise _unknown(run, element_id, "flow node")
    return run.process.nodes[index]


def _unknown(run: Run, element_id: ElementId, kind: str) -> NotFoundError:
    return NotFoundError(
        f"There is no {kind} '{element_id}'.",
        Place(source=run.process.id, element_id=element_id),
        "Look at the instance and its diagram again; nothing was changed.",
        {"kind": kind, "id": element_id},
    )


def _refused(run: Run, element_id: ElementId | None, reason: str, remedy: str) -> ModificationRefusedError:
    return ModificationRefusedError(
        reason, Place(source=run.process.id, element_id=element_id), remedy, {"element_id": element_id or ""}
    )
