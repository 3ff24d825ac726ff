# SPDX-License-Identifier: Apache-2.0
"""One step in progress: the state, the event's time and actor, the commands so far, and what is still to be done.

Work is a stack of (token, phase): a token goes on until it waits or ends before the next one moves, and the branches of
a split move in the order of their flows. No recursion, so neither long chains nor deep nesting can overflow the stack.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import TypeAlias

from taktloom.feel.values import FeelValue
from taktloom.kernel.commands import (
    CancelChild,
    CancelJob,
    CancelTimer,
    CancelUserTask,
    CloseIncident,
    Command,
    EscalateToCaller,
    FinishInstance,
    IncidentKind,
    InstanceOutcome,
    PlanTimer,
    RaiseIncident,
    Reckoning,
    StartTimer,
    Subscribe,
    SubscribeSignal,
    Unsubscribe,
)
from taktloom.kernel.correlation import expected_values, key_values
from taktloom.kernel.events import NEWEST_RULES
from taktloom.kernel.executable import NONE, Attribute, ExecutableProcess, Node
from taktloom.kernel.expressions import Context
from taktloom.kernel.history import HistoryItem, VisitLifecycle
from taktloom.kernel.record import NO_ATTRIBUTES, completion_row, evaluate_attributes, start_row, termination_row
from taktloom.kernel.sparse import NO_ENTRIES, NO_ITEMS, with_entry, without
from taktloom.kernel.state import (
    ConditionWait,
    EventWait,
    GatheredEvents,
    IncidentWait,
    InstanceState,
    InstanceStatus,
    Phase,
    Scope,
    SignalWait,
    SubscriptionWait,
    TimerWait,
    Token,
)
from taktloom.kernel.variables import visible_to, visible_variables
from taktloom.model.identifiers import (
    COUNTER_DIGITS,
    ChildId,
    ConditionId,
    ElementId,
    IncidentId,
    JobId,
    RequestId,
    ScopeId,
    SubscriptionId,
    TimerId,
    TokenId,
    UserTaskId,
)

__all__ = ["NO_TOKENS", "VISITS_PER_STEP", "Holder", "Run"]

Holder: TypeAlias = Token | ScopeId  # who waits: a token, or the scope that event sub-processes may start in
NO_TOKENS: Collection[TokenId] = frozenset()

VISITS_PER_STEP = 100_000  # a chain of script tasks this long is no model; a loop without a wait is

_ACTIVATED, _ENTER = VisitLifecycle.ACTIVATED, Phase.ENTER  # looked up for every move

STATUS_OF = {
    InstanceOutcome.COMPLETED: InstanceStatus.COMPLETED,
    InstanceOutcome.TERMINATED: InstanceStatus.TERMINATED,
    InstanceOutcome.CANCELLED: InstanceStatus.CANCELLED,
    InstanceOutcome.FAILED: InstanceStatus.FAILED,
}


class Run:
    """The surroundings of one step. Behaviours call it to move tokens, open waits and emit commands."""

    __slots__ = (
        "actor",
        "commands",
        "heard",
        "history",
        "is_held",
        "now",
        "process",
        "rules",
        "stack",
        "state",
        "visits_left",
        "writes_rows",
    )

    def __init__(self, process: ExecutableProcess, state: InstanceState, now: datetime, actor: str | None) -> None:
        self.process, self.state, self.now, self.actor = process, state, now, actor
        self.history: list[HistoryItem] | None = None
        self.writes_rows, self.rules = True, NEWEST_RULES
        self.commands: list[Command] = []
        self.stack: list[tuple[Token, Phase]] = []
        self.visits_left = VISITS_PER_STEP
        self.heard: dict[str, set[int]] | None = None  # by name of signal the events that have had it in this step
        self.is_held = False  # whether the step stops here, until the caller has answered

    def next_id(self) -> str:
        """The next id inside the instance: its key and a counter."""
        state = self.state
        number = state.next_id
        state.next_id = number + 1
        return state.instance_key + str(number).zfill(COUNTER_DIGITS)

    def node(self, token: Token) -> Node:
        """The flow node in which *token* is."""
        return self.process.nodes[token.element]

    def variables(self, token: Token) -> Context:
        """What expressions of the token's node can see; read only."""
        return visible_to(self.state, token)

    # visits

    def activate(self, token: Token) -> None:
        """The visit of the token's node begins, if it has not begun yet."""
        if not token.is_active:
            token.is_active = True
            if self.history is not None:
                self._tell(token, _ACTIVATED)

    def conclude(self, token: Token, lifecycle: VisitLifecycle = VisitLifecycle.COMPLETED) -> None:
        """The visit of the token's node is over, if it has begun."""
        if token.is_active:
            token.is_active = False
            if self.history is not None:
                self._tell(token, lifecycle)

    def _tell(self, token: Token, lifecycle: VisitLifecycle) -> None:
        node = self.process.nodes[token.element]
        if self.history is not None and not node.is_round:  # the loop as a whole is the visit
            self.history.append(HistoryItem(node.id, lifecycle, self.now))

    # tokens and scopes

    def open_token(self, element: int, scope_id: ScopeId, arrived_by: int = NONE) -> Token:
        """A new token at the node, not yet on the stack."""
        token_id, scope = TokenId(self.next_id()), self.state.scopes[scope_id]
        token = Token(
            id=token_id, element=element, scope=scope_id, arrived_by=arrived_by, entered_at=self.now, around=scope
        )
        self.state.tokens[token_id] = token
        scope.tokens = with_entry(scope.tokens, token.id, None)
        return token

    def open_scope(self, token: Token) -> Scope:
        """The scope of the token's activity; made when the activity has none yet."""
        if token.inner is None:
            token.inner = ScopeId(self.next_id())
            self.state.scopes[token.inner] = Scope(parent=token.scope, element=token.element, owner=token.id)
        return self.state.scopes[token.inner]

    def close_visit(self, token: Token) -> None:
        """End the token's visit: close its waits and its empty inner scope; the token itself stays."""
        if token.waits:
            self.close_waits(token)
        if token.inner is not None:
            self._close_scope_waits(self.state.scopes[token.inner])
            del self.state.scopes[token.inner]
            token.inner = None
        token.role = None

    def push(self, token: Token, phase: Phase) -> None:
        """Do this next, before what was pushed earlier."""
        self.stack.append((token, phase))

    def left_to_do(self) -> list[tuple[TokenId, Phase]]:
        """What is on the stack, as the state keeps it."""
        return [(token.id, phase) for token, phase in self.stack]

    def take_up(self, kept: Iterable[tuple[TokenId, Phase]]) -> None:
        """Put back on the stack what the state has kept; tokens may have gone meanwhile."""
        tokens = self.state.tokens
        self.stack.extend((tokens[token_id], phase) for token_id, phase in kept if token_id in tokens)

    def take(self, token: Token, flows: tuple[int, ...]) -> Phase | None:
        """Send the token along the first flow and new tokens along the others; no flow ends the path here."""
        self.conclude(token)
        if not flows:
            self.end_path(token)
            return None
        if len(flows) > 1:
            others = [self.open_token(self.process.flows[flow].target, token.scope, flow) for flow in flows[1:]]
            self.stack.extend((other, Phase.ENTER) for other in reversed(others))
        token.element, token.arrived_by = self.process.flows[flows[0]].target, flows[0]
        return _ENTER

    def end_path(self, token: Token) -> None:
        """Consume the token; the last one of a scope completes the scope."""
        self.conclude(token)
        self._remove(token)
        scope = token.around
        if scope.tokens:
            return
        if scope.resets:  # nothing can come any more: the complex gateway resets before the scope is complete
            gateway = min(scope.resets)
            del scope.resets[gateway]
            self.push(self.open_token(gateway, token.scope), Phase.PERFORM)
            return
        self._complete_scope(scope)

    def merge(self, token: Token) -> None:
        """Consume a token whose path another token goes on with."""
        self._remove(token)

    def _remove(self, token: Token) -> None:
        token.is_gone = True
        del self.state.tokens[token.id]
        del token.around.tokens[token.id]

    def _complete_scope(self, scope: Scope) -> None:
        if not scope.stays_open:
            self._close_scope_waits(scope)
        if scope.owner is None:
            self.finish(InstanceOutcome.TERMINATED if scope.is_ending else InstanceOutcome.COMPLETED)
        else:
            self.push(self.state.tokens[scope.owner], Phase.COMPLETE)

    # ending what runs

    def terminate(self, token: Token) -> None:
        """End everything in the token's scope, the token included (terminate end event; BPMN 2.0.2, 13.5.6)."""
        scope = token.around
        self.conclude(token)
        self._remove(token)
        self.clear_scope(scope)
        if scope.owner is None:
            self.finish(InstanceOutcome.TERMINATED)
        else:
            self.push(self.state.tokens[scope.owner], Phase.COMPLETE)

    def cancel_visit(self, token: Token, failed: Collection[TokenId] = NO_TOKENS) -> None:
        """Break the token's activity off with all that runs inside; the token itself stays, to go on elsewhere.

        failed: tokens in the activities that an error leaves; their visits have failed, all others are terminated.
        """
        inner = None if token.inner is None else self.state.scopes[token.inner]
        if inner is not None:
            self.clear_scope(inner, failed)
        self._record_broken_off(token)
        self.conclude(token, VisitLifecycle.FAILED if token.id in failed else VisitLifecycle.TERMINATED)
        self.close_visit(token)
        if self.stack:  # what the token was still to do there
            self.stack[:] = [entry for entry in self.stack if entry[0] is not token]
        self.forget_kept(token)

    def forget_kept(self, token: Token) -> None:
        """What the token was to do when the instance is resumed, or its caller has answered, it does no more."""
        state = self.state
        if state.parked:
            state.parked = [entry for entry in state.parked if entry[0] != token.id]
        if state.held:
            state.held = [[entry for entry in held if entry[0] != token.id] for held in state.held]

    def interrupt_scope(self, scope_id: ScopeId, failed: Collection[TokenId] = NO_TOKENS) -> None:
        """An interrupting event sub-process takes over: all else in the scope is broken off, no other can start."""
        scope = self.state.scopes[scope_id]
        self.clear_scope(scope, failed)
        scope.is_interrupted, scope.stays_open = True, False

    def break_off(self, token: Token) -> None:
        """End the token and what runs inside its activity; its scope goes on, even without tokens."""
        self.cancel_visit(token)
        self._remove(token)

    def terminate_others(self, token: Token) -> None:
        """End everything in the token's scope but the token itself."""
        scope = token.around
        del scope.tokens[token.id]
        self.clear_scope(scope)
        scope.tokens[token.id] = None

    def finish(
        self, outcome: InstanceOutcome, error_code: str | None = None, failed: Collection[TokenId] = NO_TOKENS
    ) -> None:
        """End the instance: whatever is left in it is broken off; the variables of the instance stay to be read."""
        state, keeps = self.state, False
        if state.root is not None:
            root = state.scopes[state.root]
            self.clear_scope(root, failed)
            keeps = state.is_called and outcome is not InstanceOutcome.FAILED
            keeps = keeps and (bool(root.records) or self.process.undo_start != NONE)
            if not keeps:
                root.records = NO_ITEMS
        self.stack.clear()
        state.parked = NO_ITEMS
        state.is_suspended = False
        state.held = NO_ITEMS
        state.status = STATUS_OF[outcome]
        self.commands.append(FinishInstance(outcome=outcome, error_code=error_code, is_compensable=keeps))

    def clear_scope(self, scope: Scope, failed: Collection[TokenId] = NO_TOKENS) -> None:
        """Break off every token in the scope, innermost scopes first, in order of arrival; nothing waits in it now."""
        pending = list(reversed(scope.tokens))
        entered: set[TokenId] = set()
        while pending:
            token = self.state.tokens[pending[-1]]
            if token.inner is not None and token.id not in entered:
                entered.add(token.id)
                pending.extend(reversed(self.state.scopes[token.inner].tokens))
                continue
            pending.pop()
            self._record_broken_off(token)
            self.conclude(token, VisitLifecycle.FAILED if token.id in failed else VisitLifecycle.TERMINATED)
            self.close_visit(token)
            self._remove(token)
        scope.joins = scope.resets = NO_ENTRIES
        self._close_scope_waits(scope)

    def _close_scope_waits(self, scope: Scope) -> None:
        for wait in scope.waits:
            self._close_wait(wait)
        scope.waits = ()

    # rows of the event log

    def record_start(self, node: Node, token: Token) -> None:
        """The activity has begun; its visit gets an id."""
        token.visit = self.next_id()
        if self.writes_rows:
            self.commands.append(start_row(node, token))

    def record_completion(self, node: Node, token: Token, extra: tuple[Attribute, ...] = ()) -> None:
        """The visit is over; of events only those with a name have a row, and those that carry *extra* attributes."""
        if not (node.behaviour.is_recorded_from_start or node.name or extra):
            return
        token.visit = token.visit or self.next_id()
        if not self.writes_rows:
            token.visit = ""
            return
        declared = node.attributes + extra
        values = evaluate_attributes(declared, self.variables(token), self.now) if declared else NO_ATTRIBUTES
        self.commands.append(completion_row(node, token, self.actor, values))
        token.visit = ""

    def _record_broken_off(self, token: Token) -> None:
        node = self.node(token)
        if token.visit and node.behaviour.is_recorded_from_start:
            if self.writes_rows:
                self.commands.append(termination_row(node, token))
            token.visit = ""

    def escalate_to_caller(self, code: str | None, variables: Mapping[str, FeelValue]) -> None:
        """Ask the caller of the instance; what is still on the stack waits for its answer."""
        self.is_held = True
        self.commands.append(EscalateToCaller(escalation_code=code, variables=variables))

    # waits

    def subscribe(self, holder: Holder, wait: SubscriptionWait) -> None:
        """Wait for the message of *wait*."""
        subscription_id = SubscriptionId(self._hold(holder, wait))
        self.state.subscriptions = with_entry(self.state.subscriptions, subscription_id, wait)
        self._order_subscription(subscription_id, wait)

    def _order_subscription(self, subscription_id: SubscriptionId, wait: SubscriptionWait) -> None:
        element_id = self.process.nodes[wait.element].id
        self.commands.append(
            Subscribe(
                subscription_id=subscription_id,
                element_id=element_id,
                message_name=wait.message_name,
                correlation_key=wait.correlation_key,
                matches=self._matches(element_id, wait) if element_id in self.process.correlations else (),
            )
        )

    def _matches(self, element_id: ElementId, wait: SubscriptionWait) -> tuple[tuple[str, FeelValue], ...]:
        holder = self.holder_of(wait)
        scope_id = (holder.inner or holder.scope) if isinstance(holder, Token) else holder
        context = visible_variables(self.state, scope_id)
        correlation = self.process.correlations[element_id][wait.part]
        return expected_values(correlation, self.state.correlation, context, self.now)

    def learn_correlation(self, node: Node, variables: Mapping[str, FeelValue], used_up: str = "") -> None:
        """A message of *node* with *variables* has been sent or received: it may be the first that has a key.

        Open subscriptions that the key concerns are ordered anew, since they now ask for its values; not *used_up*,
        the one that the message came for.
        """
        for correlation in self.process.correlations.get(node.id, ()):
            for key, values in key_values(correlation, variables, self.now):
                if key not in self.state.correlation:
                    self.state.correlation = with_entry(self.state.correlation, key, values)
                    self._narrow_subscriptions(key, used_up)

    def _narrow_subscriptions(self, key: ElementId, used_up: str) -> None:
        for old_id, wait in list(self.state.subscriptions.items()):
            correlations = self.process.correlations.get(self.process.nodes[wait.element].id, ())
            if old_id == used_up or not correlations or key not in dict(correlations[wait.part].keys):
                continue
            waiting = self._waiting(self.holder_of(wait))
            new_id = SubscriptionId(self.next_id())
            waiting.waits = tuple(new_id if one == old_id else one for one in waiting.waits)
            del self.state.subscriptions[old_id]
            self.state.subscriptions[new_id] = wait
            self.commands.append(Unsubscribe(subscription_id=old_id))
            self._order_subscription(new_id, wait)

    def start_timer(self, holder: Holder, wait: TimerWait) -> None:
        """Wait for the due instant of *wait*."""
        timer_id = TimerId(self._hold(holder, wait))
        self.state.timers = with_entry(self.state.timers, timer_id, wait)
        element_id = self.process.nodes[wait.element].id
        if wait.calendar is None:
            self.commands.append(StartTimer(timer_id=timer_id, element_id=element_id, due_at=wait.due_at))
            return
        after = self.now if wait.occurrence else None
        reckoning = Reckoning(calendar=wait.calendar, anchor=wait.due_at, rule=wait.schedule or "", after=after)
        self.commands.append(PlanTimer(timer_id=timer_id, element_id=element_id, reckoning=reckoning))

    def subscribe_signal(self, holder: Holder, wait: SignalWait) -> None:
        """Wait for the signal of *wait*."""
        subscription_id = SubscriptionId(self._hold(holder, wait))
        self.state.signals = with_entry(self.state.signals, subscription_id, wait)
        element_id = self.process.nodes[wait.element].id
        self.commands.append(
            SubscribeSignal(subscription_id=subscription_id, element_id=element_id, signal_name=wait.signal_name)
        )

    def watch(self, holder: Holder, wait: ConditionWait) -> None:
        """Watch the condition of *wait*."""
        condition_id = ConditionId(self._hold(holder, wait))
        self.state.conditions = with_entry(self.state.conditions, condition_id, wait)

    def gather(self, holder: Holder, wait: GatheredEvents) -> None:
        """Remember what has come of a parallel multiple event."""
        record_id = ConditionId(self._hold(holder, wait))
        self.state.gathered = with_entry(self.state.gathered, record_id, wait)

    def holder_of(self, wait: EventWait) -> Holder:
        """Who waits."""
        if wait.token is not None:
            return self.state.tokens[wait.token]
        assert wait.scope is not None  # one of the two is given
        return wait.scope

    def waits_of(self, holder: Holder) -> tuple[str, ...]:
        """Ids of what the holder waits for, oldest first."""
        return self._waiting(holder).waits

    def _waiting(self, holder: Holder) -> Token | Scope:
        return holder if isinstance(holder, Token) else self.state.scopes[holder]

    def _hold(self, holder: Holder, wait: EventWait) -> str:
        wait_id = self.next_id()
        if isinstance(holder, Token):
            wait.token = holder.id
        else:
            wait.scope = holder
        self._waiting(holder).waits += (wait_id,)
        return wait_id

    def raise_incident(
        self, token: Token, kind: IncidentKind, message: str, phase: Phase, job_id: JobId | None = None
    ) -> None:
        """Stop the token until an operator resolves the incident."""
        incident_id = IncidentId(self.next_id())
        incident = IncidentWait(token=token.id, element=token.element, phase=phase, job_id=job_id)
        self.state.incidents = with_entry(self.state.incidents, incident_id, incident)
        token.waits += (incident_id,)
        self.commands.append(
            RaiseIncident(
                incident_id=incident_id, element_id=self.node(token).id, kind=kind, message=message, job_id=job_id
            )
        )

    def forget_wait(self, holder: Holder, wait: str) -> None:
        """The wait is over because what it waited for came: no command."""
        waiting = self._waiting(holder)
        waiting.waits = without(waiting.waits, wait)
        state = self.state
        if state.jobs.pop(JobId(wait), None) is not None:
            return
        state.user_tasks.pop(UserTaskId(wait), None)
        state.timers.pop(TimerId(wait), None)
        state.subscriptions.pop(SubscriptionId(wait), None)
        state.requests.pop(RequestId(wait), None)
        state.children.pop(ChildId(wait), None)

    def close_waits(self, token: Token) -> None:
        """Withdraw all that the token waits for."""
        for wait in token.waits:
            self._close_wait(wait)
        token.waits = ()

    def withdraw(self, holder: Holder, wait: str) -> None:
        """Stop waiting, and tell the host."""
        waiting = self._waiting(holder)
        waiting.waits = without(waiting.waits, wait)
        self._close_wait(wait)

    def close_incidents(self, token: Token) -> None:
        """Close the incidents of a token that goes on without an operator, as after a late completion."""
        incidents = self.state.incidents
        if incidents:
            for wait in [wait for wait in token.waits if wait in incidents]:
                self.withdraw(token, wait)

    def _close_wait(self, wait: str) -> None:
        state = self.state
        if state.jobs.pop(JobId(wait), None) is not None:
            self.commands.append(CancelJob(job_id=JobId(wait)))
        elif state.user_tasks.pop(UserTaskId(wait), None) is not None:
            self.commands.append(CancelUserTask(user_task_id=UserTaskId(wait)))
        elif state.timers.pop(TimerId(wait), None) is not None:
            self.commands.append(CancelTimer(timer_id=TimerId(wait)))
        elif (
            state.subscriptions.pop(SubscriptionId(wait), None) is not None
            or state.signals.pop(SubscriptionId(wait), None) is not None
        ):
            self.commands.append(Unsubscribe(subscription_id=SubscriptionId(wait)))
        elif state.children.pop(ChildId(wait), None) is not None:
            self.commands.append(CancelChild(child_id=ChildId(wait)))
        elif state.incidents.pop(IncidentId(wait), None) is not None:
            self.commands.append(CloseIncident(incident_id=IncidentId(wait)))
        else:  # known only here, or a question whose answer will be refused: there is nothing to withdraw
            state.conditions.pop(ConditionId(wait), None)
            state.gathered.pop(ConditionId(wait), None)
            state.requests.pop(RequestId(wait), None)
