# SPDX-License-Identifier: Apache-2.0
"""Stored states and journals: canonical, exact, readable for ever."""

import json
from dataclasses import fields, replace
from decimal import Decimal
from pathlib import Path

import pytest

from taktloom.feel.values import FeelDateTime, FeelValue, from_json
from taktloom.formats.bpmn import read_bpmn
from taktloom.kernel import ExecutableProcess, InstanceState, compile_process, step
from taktloom.kernel.commands import FinishInstance, InstanceOutcome
from taktloom.kernel.events import NEWEST_RULES, DecisionEvaluated, InstanceStarted, JobCompleted, SignalReceived
from taktloom.kernel.record_form import save_record
from taktloom.kernel.state import STATE_FORMAT, Scope, Token
from taktloom.kernel.state_json import load_event, load_state, save_event, save_state
from taktloom.kernel.state_text import SELDOM, SELDOM_OF_SCOPE, plain_event_text, plain_state_text
from taktloom.model.errors import IncidentError
from taktloom.model.identifiers import InstanceKey, RequestId
from taktloom.model.journal import JOURNAL_FORMAT
from tests.kernel.driver import KEY, START, Driver, load_model

JOURNALS = Path(__file__).parents[1] / "journals"


_ONE_TASK = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:t="urn:taktloom:bpmn:1" id="d"
  targetNamespace="urn:test"><process id="p" isExecutable="true"><startEvent id="s"/><serviceTask id="a">
  <extensionElements><t:taskDefinition type="work"/></extensionElements></serviceTask><endEvent id="e"/>
  <sequenceFlow id="f" sourceRef="s" targetRef="a"/><sequenceFlow id="g" sourceRef="a" targetRef="e"/>
  </process></definitions>"""


def order_process() -> ExecutableProcess:
    return compile_process(read_bpmn((JOURNALS / "order_v1.bpmn").read_bytes()).processes[0])


def test_the_journal_of_format_1_replays_to_the_stored_state() -> None:
    state = InstanceState(instance_key=KEY)

    for line in (JOURNALS / "order_v1.journal.jsonl").read_bytes().splitlines():
        step(order_process(), state, load_event(line))

    assert save_state(state) == (JOURNALS / "order_v2.state.json").read_bytes().rstrip()


def test_a_state_of_format_1_is_brought_up_to_what_the_journal_gives_today() -> None:
    migrated = load_state((JOURNALS / "order_v1.state.json").read_bytes())

    assert save_state(migrated) == (JOURNALS / "order_v2.state.json").read_bytes().rstrip()
    assert [token.is_active for token in migrated.tokens.values()] == [True, True, False, False]  # two wait at a join


@pytest.mark.parametrize("version", [1, 2])
def test_an_instance_stored_in_any_format_goes_on_to_its_end(version: int) -> None:
    run = Driver(order_process(), state=load_state((JOURNALS / f"order_v{version}.state.json").read_bytes()))
    (job_id,) = run.state.jobs

    commands = step(
        run.process,
        run.state,
        JobCompleted(occurred_at=START.replace(day=9), job_id=job_id, variables={"found": "Ann"}),
    )

    assert commands[-1] == FinishInstance(outcome=InstanceOutcome.COMPLETED)
    assert run.variables()["customer"] == {"name": "Ann"}


def test_a_state_of_tasks_and_variables_is_written_directly_and_any_other_by_its_types() -> None:
    run = Driver(compile_process(read_bpmn(_ONE_TASK).processes[0]))
    run.start(name="Ann \u00e9", amount=Decimal("12.50"))

    (job_id,) = run.state.jobs
    done = JobCompleted(occurred_at=START, actor="Zoë", job_id=job_id, variables={"found": "Ann", "costs": Decimal(3)})

    assert plain_state_text(run.state) == save_record(run.state)
    assert plain_event_text(done) == save_record(done)

    run.state.is_suspended = True

    assert plain_state_text(run.state) is None
    assert plain_event_text(replace(done, rules=1)) is None
    assert load_state(save_state(run.state)) == run.state


def test_what_is_written_directly_knows_every_field() -> None:
    told = {
        InstanceState: {"instance_key", "jobs", "next_id", "root", "scopes", "started_at", "status", "tokens", *SELDOM},
        Scope: {"element", "owner", "parent", "round", "tokens", "variables", *SELDOM_OF_SCOPE},
        Token: {"id", "arrived_by", "element", "entered_at", "inner", "is_active", "role", "scope", "visit", "waits"},
        JobCompleted: {"actor", "job_id", "occurred_at", "rules", "variables"},
    }

    for kind, names in told.items():
        assert {item.name for item in fields(kind) if item.metadata.get("is_stored", True)} == names


def replayed(version: int) -> tuple[ExecutableProcess, InstanceState]:
    """The journal of the instance that hears its own signal, as the format of that time tells it."""
    process = compile_process(read_bpmn((JOURNALS / "own_signal_v1.bpmn").read_bytes()).processes[0])
    state = InstanceState(instance_key=InstanceKey("1763888400000001"))
    for line in (JOURNALS / f"own_signal_v{version}.journal.jsonl").read_bytes().splitlines():
        step(process, state, load_event(line))
    return process, state


@pytest.mark.parametrize(("version", "received"), [(1, 2), (2, 0)])
def test_an_own_signal_is_heard_as_the_rules_of_the_journal_say(version: int, received: int) -> None:
    lines = (JOURNALS / f"own_signal_v{version}.journal.jsonl").read_bytes().splitlines()

    _, state = replayed(version)

    assert [type(load_event(line)) for line in lines].count(SignalReceived) == received
    assert save_state(state) == (JOURNALS / f"own_signal_v{version}.state.json").read_bytes().rstrip()


def test_what_happens_after_an_old_journal_follows_the_rules_of_today() -> None:
    process, state = replayed(1)
    later = [JobCompleted(occurred_at=START.replace(year=2027), job_id=job_id) for job_id in list(state.jobs)]

    commands = [command for event in later for command in step(process, state, event)]

    assert {load_event(save_event(event)).rules for event in later} == {NEWEST_RULES}
    assert commands[-1] == FinishInstance(outcome=InstanceOutcome.COMPLETED)


def test_an_event_keeps_the_rules_under_which_it_happened_when_it_is_stored_anew() -> None:
    old = load_event((JOURNALS / "own_signal_v1.journal.jsonl").read_bytes().splitlines()[0])

    assert old.rules == 1
    assert load_event(save_event(old)) == old


def test_formats_are_the_ones_that_have_stored_examples() -> None:
    assert (STATE_FORMAT, JOURNAL_FORMAT) == (2, 4)
    assert {json.loads(path.read_bytes())["format"] for path in JOURNALS.glob("*.state.json")} == {1, 2}
    lines = [line for path in JOURNALS.glob("*.journal.jsonl") for line in path.read_bytes().splitlines()]
    assert {json.loads(line)["format"] for line in lines} == {1, 2, 3, 4}


@pytest.mark.parametrize(("version", "weights"), [(3, [None, Decimal(9)]), (4, [Decimal(7), Decimal(9)])])
def test_a_round_that_was_skipped_gives_its_results_as_the_rules_of_the_journal_say(
    version: int, weights: list[FeelValue]
) -> None:
    process = compile_process(read_bpmn((JOURNALS / "skipped_round_v3.bpmn").read_bytes()).processes[0])
    state = InstanceState(instance_key=InstanceKey("1763888400000001"))

    for line in (JOURNALS / f"skipped_round_v{version}.journal.jsonl").read_bytes().splitlines():
        step(process, state, load_event(line))

    assert save_state(state) == (JOURNALS / f"skipped_round_v{version}.state.json").read_bytes().rstrip()
    assert state.root is not None
    assert state.scopes[state.root].variables["weights"] == weights


@pytest.mark.parametrize(("version", "due_at"), [(2, "15:00"), (3, "18:00")])
def test_late_timers_fire_as_the_rules_of_the_journal_say(version: int, due_at: str) -> None:
    process = compile_process(read_bpmn((JOURNALS / "late_timers_v2.bpmn").read_bytes()).processes[0])
    state = InstanceState(instance_key=InstanceKey("1763888400000001"))

    for line in (JOURNALS / f"late_timers_v{version}.journal.jsonl").read_bytes().splitlines():
        step(process, state, load_event(line))

    assert save_state(state) == (JOURNALS / f"late_timers_v{version}.state.json").read_bytes().rstrip()
    due = {str(process.nodes[wait.element].id): f"{wait.due_at:%H:%M}" for wait in state.timers.values()}
    assert due["hourly"] == due_at
    assert bool(state.incidents) == (version == 2)  # the negative duration


def test_the_format_version_comes_first_and_defaults_are_left_out() -> None:
    run = Driver(compile_process(load_model("permit")))
    run.start(amount=1)

    text = save_state(run.state).decode()

    assert text.startswith('{"format":2,"state":{"instance_key":')
    assert "joins" not in text
    assert len(text) < 1000


def test_equal_states_give_equal_bytes_whatever_the_order_of_steps_inside() -> None:
    first, second = Driver(order_process()), Driver(order_process())
    for run in (first, second):
        run.start(order={"id": "1"})
        run.correlate("paid")

    assert save_state(first.state) == save_state(load_state(save_state(second.state)))


def test_the_order_of_a_context_s_entries_survives() -> None:
    run = Driver(compile_process(load_model("permit")))
    run.start(amount=1, record={"zeta": 1, "alpha": 2})

    loaded = load_state(save_state(run.state))

    assert loaded.root is not None
    record = loaded.scopes[loaded.root].variables["record"]
    assert isinstance(record, dict)
    assert list(record) == ["zeta", "alpha"]


def test_values_of_every_kind_survive_in_a_kernel_event() -> None:
    moment = from_json({"@type": "date and time", "value": "2026-03-02T09:00:00@Europe/Berlin"})
    value: FeelValue = [Decimal("0.1"), Decimal("12345678901234567890.5"), True, None, "é", {"@type": "x"}, moment]
    event = DecisionEvaluated(occurred_at=START, request_id=RequestId("1"), value=value)

    loaded = load_event(save_event(event))

    assert loaded == event
    assert isinstance(moment, FeelDateTime)


def test_a_newer_format_is_refused_with_the_way_out() -> None:
    newer = json.dumps({"format": STATE_FORMAT + 1, "state": {}}).encode()

    with pytest.raises(IncidentError, match="newer") as refused:
        load_state(newer)

    assert "version" in refused.value.remedy


def test_an_event_without_variables_is_small() -> None:
    event = InstanceStarted(occurred_at=START)

    assert save_event(event) == (
        b'{"format":4,"kind":"InstanceStarted","payload":{"occurred_at":"2026-03-02T09:00:00+00:00"}}'
    )
