# SPDX-License-Identifier: Apache-2.0
"""Properties of the interpreter over random processes and random ways through them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taktloom.kernel import InstanceState, step
from taktloom.kernel.commands import FinishInstance
from taktloom.kernel.events import (
    DecisionEvaluated,
    FlowChosen,
    IncidentResolved,
    JobCompleted,
    JobErrorThrown,
    JobFailed,
    KernelEvent,
    MessageCorrelated,
    TimerFired,
    UserTaskCompleted,
    VariablesSet,
)
from taktloom.kernel.record_form import save_record
from taktloom.kernel.state import InstanceStatus
from taktloom.kernel.state_json import load_event, load_state, save_event, save_state
from taktloom.kernel.state_text import plain_event_text, plain_state_text
from taktloom.model.errors import MisuseError
from taktloom.model.identifiers import (
    ElementId,
    IncidentId,
    JobId,
    RequestId,
    SubscriptionId,
    TimerId,
    UserTaskId,
)
from tests.kernel.driver import KEY, Driver
from tests.properties.processes import Tree, compiled, definition_of, options, take_a_step, trees

MAX_STEPS = 40


def walk(run: Driver, data: st.DataObject) -> None:
    """Start and take random steps until the instance ends or enough was seen."""
    run.start(n=1, text="é")
    for _ in range(MAX_STEPS):
        if run.state.status is not InstanceStatus.ACTIVE:
            return
        take_a_step(run, data)


@given(trees(), st.data())
def test_a_saved_instance_goes_on_as_if_never_saved(tree: Tree, data: st.DataObject) -> None:
    run = Driver(compiled(definition_of(tree)))
    walk(run, data)

    copy = InstanceState(instance_key=KEY)
    said = []
    for event in run.events:
        copy = load_state(save_state(copy))
        said.extend(step(run.process, copy, load_event(save_event(event))))

    assert said == run.log
    assert copy == run.state
    assert save_state(copy) == save_state(run.state)


@given(trees(), st.data())
def test_what_is_written_directly_has_the_text_that_its_types_say(tree: Tree, data: st.DataObject) -> None:
    run = Driver(compiled(definition_of(tree)))
    walk(run, data)

    state = InstanceState(instance_key=KEY)
    for event in run.events:
        step(run.process, state, event)
        assert plain_event_text(event) in (None, save_record(event))
        text = plain_state_text(state)
        assert text in (None, save_record(state))


@given(trees(), st.data())
def test_a_replay_of_the_journal_equals_the_run(tree: Tree, data: st.DataObject) -> None:
    run = Driver(compiled(definition_of(tree)))
    walk(run, data)
    journal = [save_event(event) for event in run.events]

    state = InstanceState(instance_key=KEY)
    said = [command for entry in journal for command in step(run.process, state, load_event(entry))]

    assert said == run.log
    assert save_state(state) == save_state(run.state)


@given(trees(), st.data())
def test_an_event_that_is_refused_leaves_the_state_unchanged(tree: Tree, data: st.DataObject) -> None:
    run = Driver(compiled(definition_of(tree)))
    run.start(n=1)
    for _ in range(MAX_STEPS):
        before, counter = save_state(run.state), run.state.next_id
        for event in bad_events(run):
            with pytest.raises(MisuseError):
                step(run.process, run.state, event)
            assert save_state(run.state) == before
            assert run.state.next_id == counter
        if run.state.status is not InstanceStatus.ACTIVE:
            return
        take_a_step(run, data)


@given(trees(), st.data())
def test_every_token_is_accounted_for(tree: Tree, data: st.DataObject) -> None:
    run = Driver(compiled(definition_of(tree)))
    run.start(n=1)
    for _ in range(MAX_STEPS):
        check_tokens(run)
        if run.state.status is not InstanceStatus.ACTIVE:
            break
        take_a_step(run, data)

    finished = [command for command in run.log if isinstance(command, FinishInstance)]
    if run.state.status is InstanceStatus.ACTIVE:
        assert finished == []
        assert options(run)  # an instance that is open always has something to wait for
    else:
        assert finished == run.log[-1:]
        assert run.open_work() == {}


def check_tokens(run: Driver) -> None:
    """Tokens, scopes and waits agree with each other."""
    state = run.state
    in_scopes = [token for scope in state.scopes.values() for token in scope.tokens]
    assert sorted(in_scopes) == sorted(state.tokens)
    for scope_id, scope in state.scopes.items():
        if scope.owner is not None:
            assert state.tokens[scope.owner].inner == scope_id
    joining = {
        t for scope in state.scopes.values() for flows in scope.joins.values() for ts in flows.values() for t in ts
    }
    open_waits: list[str] = []
    for token in state.tokens.values():
        is_busy_inside = token.inner is not None and bool(state.scopes[token.inner].tokens)
        assert token.waits or is_busy_inside or token.id in joining
        open_waits.extend(token.waits)
    stores = (state.jobs, state.user_tasks, state.timers, state.subscriptions, state.requests, state.incidents)
    assert sorted(open_waits) == sorted(wait for store in stores for wait in store)
    assert sorted(open_waits) == sorted(
        run.peek(kind, element) for kind, elements in run.work.items() for element in elements
    )


def bad_events(run: Driver) -> list[KernelEvent]:
    """Events that cannot be, whatever the state."""
    now, unknown = run.now, f"{KEY}999999999"
    events: list[KernelEvent] = [
        JobCompleted(occurred_at=now, job_id=JobId(unknown), variables={"n": None}),
        JobFailed(occurred_at=now, job_id=JobId(unknown), message=""),
        JobErrorThrown(occurred_at=now, job_id=JobId(unknown), error_code="E"),
        UserTaskCompleted(occurred_at=now, user_task_id=UserTaskId(unknown)),
        TimerFired(occurred_at=now, timer_id=TimerId(unknown)),
        MessageCorrelated(occurred_at=now, subscription_id=SubscriptionId(unknown)),
        DecisionEvaluated(occurred_at=now, request_id=RequestId(unknown)),
        FlowChosen(occurred_at=now, request_id=RequestId(unknown), flow_id=ElementId("f1")),
        IncidentResolved(occurred_at=now, incident_id=IncidentId(unknown)),
        VariablesSet(occurred_at=now, variables={"n": None}, element_id=ElementId("nowhere")),
    ]
    for timer_id, wait in run.state.timers.items():
        events.append(TimerFired(occurred_at=wait.due_at - timedelta(microseconds=1), timer_id=timer_id))
    for request_id, token in run.state.requests.items():
        element = run.process.nodes[token.element].id
        if element in run.process.external_choices:
            events.append(FlowChosen(occurred_at=now, request_id=request_id, flow_id=ElementId("nowhere")))
            events.append(DecisionEvaluated(occurred_at=now, request_id=request_id))
        else:
            events.append(FlowChosen(occurred_at=now, request_id=request_id, flow_id=ElementId("f1")))
    return events
