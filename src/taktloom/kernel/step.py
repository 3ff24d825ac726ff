# SPDX-License-Identifier: Apache-2.0
"""Advance an instance by one kernel event.

Each handler first finds everything that could be wrong (MisuseError, nothing changed), then changes the state and puts
tokens on the stack; after it, tokens run until all of them wait. What fails at run time becomes an incident. In a
suspended instance no token runs: what is on the stack is kept for later.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, timedelta
from typing import TypeVar

from taktloom.feel.values import FeelValue
from taktloom.kernel.arrival import deliver
from taktloom.kernel.commands import CloseIncident, Command, IncidentKind, InstanceOutcome, RetryJob, StartTimer
from taktloom.kernel.conditions import look_at_conditions
from taktloom.kernel.data_flow import reads_stores, resume_where_data_are_there
from taktloom.kernel.elements.ad_hoc_sub_process import find_ad_hoc, next_turn
from taktloom.kernel.elements.business_rule_task import DECISION_RESULT
from taktloom.kernel.elements.compensation import compensate_instance, completed_in, remember_child
from taktloom.kernel.elements.inputs import input_variables
from taktloom.kernel.elements.job_offer import JobOffer
from taktloom.kernel.events import (
    ActivitiesActivated,
    ChildCompleted,
    ChildEscalated,
    ChildFailed,
    CompensationTriggered,
    ConditionsEvaluated,
    DataStoreRead,
    DecisionEvaluated,
    EscalationHandled,
    FlowChosen,
    IncidentResolved,
    InstanceCancelled,
    InstanceMigrated,
    InstanceModified,
    InstanceResumed,
    InstanceStarted,
    InstanceSuspended,
    JobCompleted,
    JobErrorThrown,
    JobEscalationThrown,
    JobFailed,
    KernelEvent,
    MessageCorrelated,
    SignalReceived,
    TimerFired,
    TimerPlanned,
    UserTaskCompleted,
    VariablesSet,
)
from taktloom.kernel.executable import NONE, ExecutableProcess, Node
from taktloom.kernel.failure import ElementFailure
from taktloom.kernel.history import HistoryItem
from taktloom.kernel.joins import decide_next_join
from taktloom.kernel.migration import migrate
from taktloom.kernel.modification import modify
from taktloom.kernel.propagation import find_error_catcher
from taktloom.kernel.run import Run
from taktloom.kernel.sparse import with_entry, with_item, without
from taktloom.kernel.starting import begin_instance
from taktloom.kernel.state import IncidentWait, InstanceState, InstanceStatus, Phase, Token
from taktloom.kernel.suspension import park, resume, suspend
from taktloom.kernel.throwing import catch_error, throw_escalation, told_to_the_host
from taktloom.kernel.timers import plan_of, reckoned
from taktloom.kernel.variables import hand_out, set_local
from taktloom.model.errors import ConflictError, MisuseError, NotFoundError
from taktloom.model.identifiers import ElementId, IncidentId, RequestId, ScopeId
from taktloom.model.places import Place

__all__ = ["HANDLERS", "step"]

Wait = TypeVar("Wait")
Key = TypeVar("Key", bound=str)
NOTHING: Mapping[str, FeelValue] = {}
_ENTER, _UTC_OFFSET = Phase.ENTER, timedelta(0)
_UNDOABLE = (InstanceStatus.COMPLETED, InstanceStatus.TERMINATED, InstanceStatus.CANCELLED)
_LEAVING = (Phase.COMPLETE, Phase.LEAVE)  # conditions are looked at when the node that set variables has been left


def step(
    process: ExecutableProcess,
    state: InstanceState,
    event: KernelEvent,
    history: list[HistoryItem] | None = None,
    *,
    has_event_log: bool = True,
) -> list[Command]:
    """Advance one instance by one event; the commands are to be obeyed in order.

    history: a list that the visits of flow nodes are appended to, in order; None where nobody asks. has_event_log: a
    host that keeps no event log says no, and is given no rows for it; all else, ids too, is the same.
    Raises NotFoundError for an id that is not open, ConflictError for an instance that is over or already started,
    MisuseError for an event that cannot be; the state is then unchanged.
    """
    if event.occurred_at.tzinfo is not UTC and event.occurred_at.utcoffset() != _UTC_OFFSET:
        raise MisuseError("The event's time is not in UTC.", _place(state), "Give an aware datetime in UTC.")
    if not _may_happen(process, state, event):
        raise ConflictError(
            "The instance has not started yet." if state.root is None else f"The instance is {state.status}.",
            _place(state),
            "Look at the instance again; nothing was changed.",
        )
    run = Run(process, state, event.occurred_at, event.actor)
    run.history, run.writes_rows, run.rules = history, has_event_log, event.rules
    HANDLERS[type(event)](run, event)
    if not state.is_suspended:
        _work(run)
    if run.is_held and state.status is InstanceStatus.ACTIVE:
        state.held = with_item(state.held, run.left_to_do())
    elif state.is_suspended:
        park(run)
    if run.heard is not None:
        told_to_the_host(run)
    return run.commands


def _may_happen(process: ExecutableProcess, state: InstanceState, event: KernelEvent) -> bool:
    """Whether the instance is at the stage of its life at which the event can come."""
    if isinstance(event, CompensationTriggered):
        return state.is_called and state.status in _UNDOABLE and process.undoing != NONE
    return state.status is InstanceStatus.ACTIVE and isinstance(event, InstanceStarted) == (state.root is None)


def _work(run: Run) -> None:
    """Let the tokens on the stack run until all wait; then those that depend on it, until nothing moves."""
    _run_tokens(run)
    state = run.state
    while not run.is_held and (
        (state.undecided and decide_next_join(run))
        or (state.turns and next_turn(run))
        or (state.awaiting_data and resume_where_data_are_there(run))
    ):
        _run_tokens(run)


def _run_tokens(run: Run) -> None:
    """Let the tokens on the stack run; conditions are looked at when variables have changed."""
    state, nodes, stack = run.state, run.process.nodes, run.stack
    while (stack or state.must_look) and not run.is_held:
        if state.must_look and (not stack or stack[-1][1] not in _LEAVING):
            look_at_conditions(run)
            continue
        token, phase = stack.pop()
        while not token.is_gone:
            node = nodes[token.element]
            if phase is _ENTER and not _begin_visit(run, node, token):
                break
            try:
                following = node.phases[phase](run, token)
            except ElementFailure as failure:
                run.raise_incident(token, failure.kind, failure.message, phase)
                break
            if following is None:
                break
            phase = following
            if state.must_look and phase not in _LEAVING:
                run.push(token, phase)
                break


def _begin_visit(run: Run, node: Node, token: Token) -> bool:
    if run.visits_left == 0:
        message = "The step visited too many elements without a wait: the model loops for ever."
        run.raise_incident(token, IncidentKind.LIMIT, message, Phase.ENTER)
        return False
    run.visits_left -= 1
    token.entered_at = run.now
    if not node.activates_itself:
        run.activate(token)
    return True


def _job_completed(run: Run, event: JobCompleted) -> None:
    token = _find(run.state.jobs, event.job_id, "job", run)
    _resume(run, token, event.job_id, event.variables)


def _user_task_completed(run: Run, event: UserTaskCompleted) -> None:
    token = _find(run.state.user_tasks, event.user_task_id, "user task", run)
    _resume(run, token, event.user_task_id, event.variables)


def _decision_evaluated(run: Run, event: DecisionEvaluated) -> None:
    token = _find_request(run, event.request_id, is_choice=False)
    if event.error is None:
        _resume(run, token, event.request_id, {DECISION_RESULT: event.value})
        return
    run.forget_wait(token, event.request_id)
    run.raise_incident(token, IncidentKind.DECISION, event.error, Phase.PERFORM)


def _flow_chosen(run: Run, event: FlowChosen) -> None:
    token = _find_request(run, event.request_id, is_choice=True)
    chosen = [run.process.flow_index.get(flow_id, NONE) for flow_id in (event.flow_id, *event.more)]
    node = run.node(token)
    if not set(chosen) <= set(node.outgoing) or len(set(chosen)) < len(chosen):
        flow_ids = ", ".join((event.flow_id, *event.more))
        raise NotFoundError(
            f"The flows '{flow_ids}' do not leave '{node.id}', each once.",
            Place(source=run.process.id, element_id=event.flow_id),
            "Choose among the flows that were offered.",
        )
    if event.more and node.element_type != "inclusiveGateway":
        raise MisuseError(f"'{node.id}' takes one flow only.", _place(run.state), "Choose one of the flows.")
    run.forget_wait(token, event.request_id)
    next_phase = run.take(token, tuple(sorted(chosen, key=node.outgoing.index)))
    if next_phase is not None:
        run.push(token, next_phase)


def _data_store_read(run: Run, event: DataStoreRead) -> None:
    token = _find(run.state.requests, event.request_id, "request", run)
    if not reads_stores(run.node(token)) or token.id in run.state.fetched:
        raise MisuseError("The answer does not fit the request.", _place(run.state), "Answer what was asked.")
    run.forget_wait(token, event.request_id)
    run.state.fetched = with_entry(run.state.fetched, token.id, dict(event.values))
    run.push(token, Phase.ENTER)


def _job_failed(run: Run, event: JobFailed) -> None:
    token = _find(run.state.jobs, event.job_id, "job", run)
    if any(incident.job_id == event.job_id for incident in _incidents_of(run, token)):
        raise ConflictError("The job has already failed.", _place(run.state), "Resolve its incident.")
    run.raise_incident(token, IncidentKind.JOB_FAILED, event.message, Phase.PERFORM, event.job_id)


def _job_error_thrown(run: Run, event: JobErrorThrown) -> None:
    token = _find(run.state.jobs, event.job_id, "job", run)
    _error_thrown(run, token, event.job_id, event)


def _job_escalation_thrown(run: Run, event: JobEscalationThrown) -> None:
    token = _find(run.state.jobs, event.job_id, "job", run)
    throw_escalation(run, token, event.escalation_code, event.variables)


def _error_thrown(run: Run, token: Token, wait: str, event: JobErrorThrown | ChildFailed) -> None:
    """Work outside that *token* waits for has thrown a BPMN error.

    One that nothing catches goes to the caller of a called instance, else it is an incident.
    """
    code = event.error_code or ""
    catcher = find_error_catcher(run, token, code)
    run.forget_wait(token, wait)
    run.close_incidents(token)
    if catcher.event == NONE and run.state.is_called:  # the call activity may catch it (10.3.6)
        hand_out(run.state, token.inner or token.scope, event.variables)
        run.finish(InstanceOutcome.FAILED, code, frozenset(catcher.passed))
        return
    if catcher.event == NONE:
        message = f"No boundary event or event sub-process catches the error '{code}'."
        run.raise_incident(token, IncidentKind.UNCAUGHT_ERROR, message, Phase.PERFORM)
        return
    catch_error(run, catcher, code, event.variables, event.message)


def _child_completed(run: Run, event: ChildCompleted) -> None:
    token = _find(run.state.children, event.child_id, "called instance", run)
    if event.is_compensable:
        remember_child(run, token, event.child_id)
    _resume(run, token, event.child_id, event.variables)


def _child_failed(run: Run, event: ChildFailed) -> None:
    token = _find(run.state.children, event.child_id, "called instance", run)
    if event.error_code is not None:
        _error_thrown(run, token, event.child_id, event)
        return
    run.forget_wait(token, event.child_id)
    message = event.message or "The called instance failed."
    run.raise_incident(token, IncidentKind.CHILD_FAILED, message, Phase.PERFORM)


def _child_escalated(run: Run, event: ChildEscalated) -> None:
    token = _find(run.state.children, event.child_id, "called instance", run)
    run.push(token, Phase.GO_ON)  # after what catches it; one that interrupts takes it off
    throw_escalation(run, token, event.escalation_code, event.variables)


def _timer_planned(run: Run, event: TimerPlanned) -> None:
    wait = run.state.timers.get(event.timer_id)
    if wait is None:  # withdrawn by the answer to something else that was asked in the same advance
        return
    if wait.calendar is None or event.due_at < wait.due_at or event.missed < 0:
        raise MisuseError("The answer does not fit the timer.", _place(run.state), "Answer what was asked.")
    plan = reckoned(plan_of(wait), event.due_at, event.missed)
    if plan is None:  # what was missed was the last of the cycle
        run.forget_wait(run.holder_of(wait), event.timer_id)
        return
    wait.due_at, wait.repetitions_left, wait.occurrence = plan.due_at, plan.repetitions_left, plan.occurrence
    element_id = run.process.nodes[wait.element].id
    run.commands.append(StartTimer(timer_id=event.timer_id, element_id=element_id, due_at=event.due_at))


def _escalation_handled(run: Run, event: EscalationHandled) -> None:
    del event
    if not run.state.held:
        raise MisuseError(
            "The instance waits for no answer of its caller.", _place(run.state), "Answer each escalation once."
        )
    run.take_up(run.state.held.pop(0))


def _compensation_triggered(run: Run, event: CompensationTriggered) -> None:
    del event
    compensate_instance(run)


def _timer_fired(run: Run, event: TimerFired) -> None:
    wait = _find(run.state.timers, event.timer_id, "timer", run)
    if run.now < wait.due_at:
        raise MisuseError("The timer is not due yet.", _place(run.state), "Fire it at its due instant or later.")
    deliver(run, event.timer_id, wait, NOTHING)


def _message_correlated(run: Run, event: MessageCorrelated) -> None:
    wait = _find(run.state.subscriptions, event.subscription_id, "subscription", run)
    run.learn_correlation(run.process.nodes[wait.element], event.variables, used_up=event.subscription_id)
    deliver(run, event.subscription_id, wait, event.variables)


def _signal_received(run: Run, event: SignalReceived) -> None:
    wait = _find(run.state.signals, event.subscription_id, "subscription", run)
    deliver(run, event.subscription_id, wait, event.variables)


def _conditions_evaluated(run: Run, event: ConditionsEvaluated) -> None:
    look_at_conditions(run, event.variables)


def _activities_activated(run: Run, event: ActivitiesActivated) -> None:
    found = []
    for element_id in event.element_ids:
        index = run.process.node_index.get(element_id, NONE)
        owner = None if index == NONE else find_ad_hoc(run, index)
        if owner is None or owner.inner is None:
            raise NotFoundError(
                f"'{element_id}' is no activity of an ad-hoc sub-process that is active.",
                Place(source=run.process.id, element_id=element_id),
                "Name activities directly inside an active ad-hoc sub-process.",
            )
        found.append((index, owner.inner))
    for scope_id in dict.fromkeys(scope_id for _, scope_id in found):
        hand_out(run.state, scope_id, event.variables)
    tokens = [run.open_token(index, scope_id) for index, scope_id in found]
    for token in reversed(tokens):
        run.push(token, Phase.ENTER)


def _incident_resolved(run: Run, event: IncidentResolved) -> None:
    incident = _find(run.state.incidents, event.incident_id, "incident", run)
    token = run.state.tokens[incident.token]
    hand_out(run.state, token.inner or token.scope, event.variables)
    del run.state.incidents[event.incident_id]
    token.waits = without(token.waits, event.incident_id)
    run.commands.append(CloseIncident(incident_id=event.incident_id))
    if incident.job_id is None:
        run.push(token, incident.phase)
        return
    node = run.node(token)
    job = getattr(node.behaviour, "job", None)
    retries = job.retries if isinstance(job, JobOffer) else 1
    variables = input_variables(run, token)
    run.commands.append(RetryJob(job_id=incident.job_id, retries=retries, variables=variables))


def _variables_set(run: Run, event: VariablesSet) -> None:
    state = run.state
    assert state.root is not None  # checked by step
    scope_id = state.root if event.element_id is None else _scope_of(run, event.element_id)
    set_local(state, scope_id, event.variables)


def _instance_cancelled(run: Run, event: InstanceCancelled) -> None:
    del event
    state = run.state
    if state.is_called and state.root is not None:  # a cancelled transaction around the call undoes what it did
        root = state.scopes[state.root]
        root.records, root.is_ending = completed_in(run, root), True
    run.finish(InstanceOutcome.CANCELLED)


def _resume(run: Run, token: Token, wait: str, variables: Mapping[str, FeelValue]) -> None:
    """What the token's own node waited for has come."""
    node = run.process.nodes[token.element]
    run.forget_wait(token, wait)
    if run.state.incidents:
        run.close_incidents(token)
    node.catch(run, node, token, variables)


def _find(waits: Mapping[Key, Wait], wait_id: Key, kind: str, run: Run) -> Wait:
    wait = waits.get(wait_id)
    if wait is None:
        raise NotFoundError(
            f"The {kind} '{wait_id}' is not open in this instance.",
            _place(run.state),
            "It may have been completed or cancelled; nothing was changed.",
            {"kind": kind, "id": wait_id},
        )
    return wait


def _find_request(run: Run, request_id: RequestId, *, is_choice: bool) -> Token:
    token = _find(run.state.requests, request_id, "request", run)
    node = run.node(token)
    if (node.id in run.process.external_choices) != is_choice:
        raise MisuseError("The answer does not fit the request.", _place(run.state), "Answer what was asked.")
    return token


def _incidents_of(run: Run, token: Token) -> list[IncidentWait]:
    return [run.state.incidents[IncidentId(wait)] for wait in token.waits if wait in run.state.incidents]


def _scope_of(run: Run, element_id: ElementId) -> ScopeId:
    element = run.process.node_index.get(element_id, NONE)
    for scope_id, scope in run.state.scopes.items():
        if scope.element == element and element != NONE:
            return scope_id
    raise NotFoundError(
        f"'{element_id}' has no variables of its own now.",
        _place(run.state),
        "Set the variables of the instance, or of an activity that is active and has local variables.",
    )


def _place(state: InstanceState) -> Place:
    return Place(source=state.instance_key)


HANDLERS: Mapping[type, Callable[..., None]] = {
    InstanceStarted: begin_instance,
    JobCompleted: _job_completed,
    JobFailed: _job_failed,
    JobErrorThrown: _job_error_thrown,
    JobEscalationThrown: _job_escalation_thrown,
    UserTaskCompleted: _user_task_completed,
    TimerPlanned: _timer_planned,
    TimerFired: _timer_fired,
    MessageCorrelated: _message_correlated,
    DecisionEvaluated: _decision_evaluated,
    FlowChosen: _flow_chosen,
    DataStoreRead: _data_store_read,
    IncidentResolved: _incident_resolved,
    SignalReceived: _signal_received,
    ConditionsEvaluated: _conditions_evaluated,
    ChildCompleted: _child_completed,
    ChildFailed: _child_failed,
    ChildEscalated: _child_escalated,
    EscalationHandled: _escalation_handled,
    CompensationTriggered: _compensation_triggered,
    VariablesSet: _variables_set,
    ActivitiesActivated: _activities_activated,
    InstanceCancelled: _instance_cancelled,
    InstanceSuspended: suspend,
    InstanceResumed: resume,
    InstanceModified: modify,
    InstanceMigrated: migrate,
}
