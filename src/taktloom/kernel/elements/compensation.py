# SPDX-License-Identifier: Apache-2.0
"""Compensation: undoing what has completed, the latest first, each once.

A completed visit that can be compensated leaves a record in its scope: its local variables as they were, and the
records of what completed inside. Throwing takes records out and undoes one after another: by the handler at the
activity's compensation boundary event, else by its compensation event sub-process, else by the records inside. Each is
undone by a token of its own, the *undoing*, whose inner scope holds the recorded variables, so that handlers see the
data as it was, and around it the data of the scope that is still running.
Source: BPMN 2.0.2, 10.7, 13.5.5.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from taktloom.feel.values import FeelValue
from taktloom.kernel.behaviour import Behaviour
from taktloom.kernel.commands import CompensateChild
from taktloom.kernel.elements.end_event import EndEventBehaviour
from taktloom.kernel.executable import NONE, Node, PhaseMethod
from taktloom.kernel.interruption import start_handler
from taktloom.kernel.run import Run
from taktloom.kernel.sparse import NO_ENTRIES, NO_ITEMS, with_entry, with_item
from taktloom.kernel.state import CompensationRecord, InstanceStatus, Phase, Scope, Token
from taktloom.kernel.variables import add_variables
from taktloom.model.identifiers import ChildId, ElementId, ScopeId

__all__ = [
    "CompensationEndBehaviour",
    "CompensationThrow",
    "CompensationThrowBehaviour",
    "UndoingBehaviour",
    "UndoingCallBehaviour",
    "compensate_instance",
    "compensate_next",
    "completed_in",
    "recording",
    "remember_child",
    "start_compensation",
]


class UndoingBehaviour(Behaviour):
    """The token that undoes one record; no element of the model."""

    __slots__ = ()
    element_type: ClassVar[str] = "compensation"

    def complete(self, run: Run, token: Token) -> Phase | None:
        """Undo the next record inside, or be done."""
        if compensate_next(run, token):
            return None
        run.close_visit(token)
        return run.take(token, ())


class UndoingCallBehaviour(Behaviour):
    """The token that waits while a called instance undoes what it has done; no element of the model."""

    __slots__ = ()
    element_type: ClassVar[str] = "compensation"

    def catch(self, run: Run, node: Node, token: Token, variables: Mapping[str, FeelValue]) -> None:
        """The called instance has undone it; what its handlers set is its own."""
        del node, variables
        run.push(token, Phase.COMPLETE)

    def complete(self, run: Run, token: Token) -> Phase | None:
        """Done; also where an operator has resolved the incident of an instance that could not undo it."""
        run.close_visit(token)
        return run.take(token, ())


@dataclass(frozen=True, slots=True)
class CompensationThrowBehaviour(Behaviour):
    """Intermediate throw event. activity None: all that completed in its scope."""

    activity: ElementId | None
    waits: bool
    element_type: ClassVar[str] = "intermediateThrowEvent"

    def enter(self, run: Run, token: Token) -> Phase | None:
        """Begin."""
        start_compensation(run, token, self.activity, waits=self.waits)
        return Phase.COMPLETE

    def complete(self, run: Run, token: Token) -> Phase | None:
        """Go on when all is undone."""
        return None if compensate_next(run, token) else Behaviour.complete(self, run, token)


@dataclass(frozen=True, slots=True)
class CompensationEndBehaviour(EndEventBehaviour):
    """End event; as the throw event, then its path ends."""

    activity: ElementId | None
    waits: bool

    def enter(self, run: Run, token: Token) -> Phase | None:
        """Begin."""
        start_compensation(run, token, self.activity, waits=self.waits)
        return Phase.COMPLETE

    def complete(self, run: Run, token: Token) -> Phase | None:
        """End when all is undone."""
        if compensate_next(run, token):
            return None
        run.close_visit(token)
        return EndEventBehaviour.enter(self, run, token)


@dataclass(frozen=True, slots=True)
class CompensationThrow:
    """One of the events of a multiple event, which waits for none of them."""

    activity: ElementId | None
    ends_path: bool = False

    def prepare(self, run: Run, token: Token, payload: Mapping[str, FeelValue]) -> Callable[[], None]:
        """Nothing can fail."""
        del payload
        return partial(start_compensation, run, token, self.activity, waits=False)


def recording(complete: PhaseMethod, *, is_round: bool) -> PhaseMethod:
    """The completing phase of an activity that can be compensated. A round of a loop is over whatever it answers."""

    def complete_and_record(run: Run, token: Token) -> Phase | None:
        inner = None if token.inner is None else run.state.scopes[token.inner]
        around, element = token.around, token.element
        following = complete(run, token)
        node, records = run.process.nodes[element], NO_ITEMS if inner is None else inner.records
        can_be_undone = bool(records) or node.undone_by is not None or node.undo_start != NONE
        if can_be_undone and (following is not None or is_round):
            variables = NO_ENTRIES if inner is None else inner.variables
            record = CompensationRecord(element=element, variables=variables, records=records)
            around.records = with_item(around.records, record)
        return following

    return complete_and_record


def start_compensation(run: Run, thrower: Token, activity: ElementId | None, *, waits: bool) -> None:
    """Take out what is to be undone: into the thrower's inner scope, or into a token of its own beside it."""
    found, scope_id = _take_records(run, thrower, activity)
    if not found:
        return
    token = thrower if waits else run.open_token(run.process.undoing, scope_id)
    inside = run.open_scope(token)
    inside.parent, inside.undoing = scope_id, found
    if not waits:
        run.push(token, Phase.COMPLETE)


def compensate_next(run: Run, token: Token) -> bool:
    """Begin to undo the latest record in the token's inner scope; False when none is left."""
    if token.inner is None or not run.state.scopes[token.inner].undoing:
        return False
    record = run.state.scopes[token.inner].undoing.pop()
    node = run.process.nodes[record.element]
    if record.child is not None:
        _order_child(run, token.inner, record.element, record.child)
        return True
    undoing = run.open_token(run.process.undoing, token.inner)
    inside = run.open_scope(undoing)
    add_variables(inside, record.variables)
    assert undoing.inner is not None  # just opened
    if node.undone_by is not None:
        _begin_handler(run, undoing.inner, node.undone_by)
    elif node.undo_start != NONE:
        inside.records = record.records
        start_handler(run, run.process.nodes[node.undo_start], undoing.inner, {})
    else:
        inside.undoing = record.records
        run.push(undoing, Phase.COMPLETE)
    return True


def remember_child(run: Run, token: Token, child_id: ChildId) -> None:
    """The called instance of the call activity of *token* can be compensated with it.

    Not where nobody ever will: nothing in this instance throws compensation, and it has itself no caller.
    """
    undo_call = run.node(token).undo_call
    if undo_call != NONE and (run.process.compensates or run.state.is_called):
        inside = run.open_scope(token)
        inside.records = with_item(inside.records, CompensationRecord(element=undo_call, child=child_id))


def compensate_instance(run: Run) -> None:
    """Of a called instance that has ended: go on, to undo what it has completed. Nothing of its own catches now."""
    state = run.state
    assert state.root is not None  # checked by step
    root = state.scopes[state.root]
    state.status, root.is_interrupted = InstanceStatus.ACTIVE, True
    token = run.open_token(run.process.undoing, state.root)
    inside = run.open_scope(token)
    records, root.records = root.records, NO_ITEMS
    if run.process.undo_start == NONE:
        inside.undoing = records
        run.push(token, Phase.COMPLETE)
        return
    inside.records = records
    assert token.inner is not None  # just opened
    start_handler(run, run.process.nodes[run.process.undo_start], token.inner, {})


def completed_in(run: Run, scope: Scope) -> list[CompensationRecord]:
    """The scope's records, then those of what still runs inside it, called instances too, in order of arrival."""
    found = list(scope.records)
    for token_id in scope.tokens:
        token = run.state.tokens[token_id]
        records, variables = [], {}
        if token.inner is not None:
            inner = run.state.scopes[token.inner]
            records, variables = completed_in(run, inner), inner.variables
        for wait in token.waits:
            if wait in run.state.children and run.node(token).undo_call != NONE:
                records.append(CompensationRecord(element=run.node(token).undo_call, child=ChildId(wait)))
        if records:
            found.append(CompensationRecord(element=run.process.undoing, variables=variables, records=records))
    return found


def _order_child(run: Run, scope_id: ScopeId, element: int, child_id: ChildId) -> None:
    token = run.open_token(element, scope_id)
    run.state.children = with_entry(run.state.children, child_id, token)
    token.waits += (child_id,)
    run.commands.append(CompensateChild(child_id=child_id))


def _begin_handler(run: Run, scope_id: ScopeId, handler: tuple[int, int]) -> None:
    """The boundary event is triggered, and its handler begins."""
    event, activity = handler
    token = run.open_token(event, scope_id)
    run.activate(token)
    run.record_completion(run.node(token), token)
    run.conclude(token)
    token.element = activity
    run.push(token, Phase.ENTER)


def _take_records(run: Run, thrower: Token, activity: ElementId | None) -> tuple[list[CompensationRecord], ScopeId]:
    """What completed in the thrower's scope, from an event sub-process also what completed around it, oldest first.

    A named activity is looked for outwards until it is found.
    """
    found: list[CompensationRecord] = []
    wanted = None if activity is None else run.process.node_index.get(activity, NONE)
    scope_id = thrower.scope
    while True:
        scope = run.state.scopes[scope_id]
        fitting = [record for record in scope.records if wanted in {None, record.element}]
        scope.records = [record for record in scope.records if wanted not in {None, record.element}]
        found = fitting + found
        is_over = bool(found) if wanted is not None else not _is_event_sub_process(run, scope.element)
        if is_over or scope.parent is None:
            return found, scope_id
        scope_id = scope.parent


def _is_event_sub_process(run: Run, element: int) -> bool:
    return element != NONE and run.process.nodes[element].is_event_sub_process
