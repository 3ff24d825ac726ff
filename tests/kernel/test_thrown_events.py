# SPDX-License-Identifier: Apache-2.0
"""What throw and end events throw, where it goes, and what the thrower does next."""

import pytest

from taktloom.kernel.commands import (
    CreateJob,
    EscalateToCaller,
    FinishInstance,
    InstanceOutcome,
    ThrowMessage,
    ThrowSignal,
)
from taktloom.kernel.events import EscalationHandled, InstanceStarted, JobEscalationThrown
from taktloom.model.errors import ConflictError, DefinitionError
from taktloom.model.event_definitions import (
    ErrorDefinition,
    EscalationDefinition,
    EventDefinition,
    LinkDefinition,
    MessageDefinition,
    MultipleDefinition,
    SignalDefinition,
    TerminateDefinition,
)
from taktloom.model.process import (
    AnyFlowNode,
    BoundaryEvent,
    EndEvent,
    IntermediateCatchEvent,
    IntermediateThrowEvent,
    JobDefinition,
    ParallelGateway,
    StartEvent,
    SubProcess,
)
from taktloom.model.process_data import VariableMapping
from tests.kernel.build import eid, process, sub_process
from tests.kernel.driver import feel, run_of, shown
from tests.kernel.parts import E, S, error, job

PAYLOAD = (VariableMapping(source="amount + 1", target="total"),)
MESSAGE = MessageDefinition(name='="m" + kind', correlation_key="=order")


def throwing(definition: EventDefinition | None, name: str = "t", **fields: object) -> IntermediateThrowEvent:
    return IntermediateThrowEvent(id=eid(name), definition=definition, **fields)  # type: ignore[arg-type]


def ending(definition: EventDefinition, name: str = "t", **fields: object) -> EndEvent:
    return EndEvent(id=eid(name), definition=definition, **fields)  # type: ignore[arg-type]


def escalation(name: str, host: str, code: str | None, *, interrupts: bool = True) -> BoundaryEvent:
    definition = EscalationDefinition(code=code)
    return BoundaryEvent(id=eid(name), attached_to=eid(host), definition=definition, is_interrupting=interrupts)


def within(thrower: AnyFlowNode, *after: AnyFlowNode) -> SubProcess:
    """`is > t > …` inside `sub`."""
    flows = " > ".join(["is", thrower.id, *(node.id for node in after)])
    return sub_process("sub", StartEvent(id=eid("is")), thrower, *after, flows=flows)


def test_a_signal_is_broadcast_with_the_mapped_payload_and_the_thrower_goes_on() -> None:
    thrower = throwing(SignalDefinition(name="=kind"), inputs=PAYLOAD)
    run = run_of(process(S, thrower, job("a"), E, flows="s > t > a > e"))

    commands = run.start(kind="x", amount=1)

    assert commands[0] == ThrowSignal(element_id=eid("t"), signal_name="x", variables=feel({"total": 2}))
    assert shown(commands) == ["ThrowSignal t", "RecordEvent a start", "CreateJob a"]
    assert run.visits() == "s+ s t+ t a+"
    assert run.variables() == {"kind": "x", "amount": 1}


@pytest.mark.parametrize("place", [throwing, ending])
def test_a_message_is_delivered_with_its_key_and_payload(place: object) -> None:
    thrower = place(MESSAGE, inputs=PAYLOAD)  # type: ignore[operator]
    run = run_of(process(S, thrower, flows="s > t"))

    thrown, finish = run.start(kind="1", amount=1, order=7)

    assert isinstance(thrown, ThrowMessage)
    assert (thrown.message_name, thrown.correlation_key, thrown.variables) == ("m1", "7", {"total": 2})
    assert thrown.message_id.startswith(run.state.instance_key)
    assert finish == FinishInstance(outcome=InstanceOutcome.COMPLETED)
    assert run.visits() == "s+ s t+ t"


def test_what_cannot_be_evaluated_is_an_incident_and_nothing_is_thrown() -> None:
    run = run_of(process(S, throwing(SignalDefinition(name="=kind")), E, flows="s > t > e"))

    assert shown(run.start()) == ["RaiseIncident t expression"]
    assert run.visits() == "s+ s t+"
    assert shown(run.resolve("t", kind="x")) == ["CloseIncident", "ThrowSignal t", "FinishInstance completed"]


@pytest.mark.parametrize("place", [throwing, ending])
def test_with_a_job_a_worker_throws_and_the_event_waits(place: object) -> None:
    thrower = place(MESSAGE, job=JobDefinition(type="send", retries=2, headers=(("h", "1"),)), inputs=PAYLOAD)  # type: ignore[operator]
    run = run_of(process(S, thrower, flows="s > t"))

    (created,) = run.start(amount=1)

    assert isinstance(created, CreateJob)
    assert (created.job_type, created.retries, created.headers) == ("send", 2, {"h": "1"})
    assert created.variables["total"] == 2
    assert run.visits() == "s+ s t+"
    assert shown(run.complete("t", receipt="r")) == ["FinishInstance completed"]
    assert run.visits() == "t"
    assert run.variables() == {"amount": 1, "receipt": "r"}


def test_an_error_of_the_worker_that_throws_is_caught_around_the_event() -> None:
    sends = throwing(MESSAGE, job=JobDefinition(type="send"))
    run = run_of(process(S, within(sends), error("b", "sub", "E1"), E, flows="s > sub > e\nb > e"))
    run.start()
    run.visits()

    run.throw("t", "E1")

    assert run.visits() == "t! sub! b+ b e+ e"


@pytest.mark.parametrize(("caught", "code"), [("x", "x"), (None, "x")])
def test_an_escalation_that_interrupts_goes_on_from_the_boundary_event(caught: str | None, code: str) -> None:
    inside = within(throwing(EscalationDefinition(code=code)), job("a"))
    run = run_of(process(S, inside, escalation("b", "sub", caught), E, flows="s > sub\nb > e"))

    run.start()

    assert run.visits() == "s+ s sub+ is+ is t+ t sub- b+ b e+ e"
    assert run.outcome() is InstanceOutcome.COMPLETED


def test_an_escalation_that_does_not_interrupt_lets_the_thrower_go_on_after_it_is_caught() -> None:
    inside = within(throwing(EscalationDefinition(code="x"), inputs=PAYLOAD), job("a"))
    run = run_of(
        process(S, inside, escalation("b", "sub", "x", interrupts=False), job("c"), E, flows="s > sub > e\nb > c > e")
    )

    run.start(amount=1)

    assert run.visits() == "s+ s sub+ is+ is t+ t b+ b c+ a+"
    assert run.variables() == {"amount": 1, "total": 2}


@pytest.mark.parametrize("interrupts", [True, False])
def test_a_worker_s_escalation_leaves_its_job_open_unless_it_is_interrupted(interrupts: bool) -> None:
    run = run_of(process(S, job("a"), escalation("b", "a", "x", interrupts=interrupts), E, flows="s > a > e\nb > e"))
    run.start()
    run.visits()

    job_id = run.peek("job", "a")
    thrown = JobEscalationThrown(
        occurred_at=run.now, job_id=job_id, escalation_code="x", variables=feel({"late": True})
    )
    run.send(thrown)

    assert run.visits() == ("a- b+ b e+ e" if interrupts else "b+ b e+ e")
    assert run.variables() == {"late": True}
    assert run.open_work() == ({} if interrupts else {"job": ["a"]})


def test_a_code_goes_before_what_catches_every_code_on_one_level_and_the_innermost_level_first() -> None:
    inner = within(throwing(EscalationDefinition(code="x")))
    outer = sub_process(
        "outer", StartEvent(id=eid("os")), inner, escalation("all", "sub", None), escalation("one", "sub", "x"),
        flows="os > sub",
    )  # fmt: skip
    run = run_of(process(S, outer, escalation("far", "outer", "x"), E, flows="s > outer > e\nfar > e"))

    run.start()

    assert run.visits() == "s+ s outer+ os+ os sub+ is+ is t+ t sub- one+ one outer e+ e"


@pytest.mark.parametrize("place", [throwing, ending])
def test_an_escalation_that_nothing_catches_is_no_failure(place: object) -> None:
    inside = within(place(EscalationDefinition(code="x")))  # type: ignore[operator]
    run = run_of(process(S, inside, escalation("b", "sub", "y"), E, flows="s > sub > e\nb > e"))

    run.start()

    assert run.visits() == "s+ s sub+ is+ is t+ t sub e+ e"
    assert run.outcome() is InstanceOutcome.COMPLETED


def test_the_end_event_of_a_scope_escalates_before_the_scope_is_complete() -> None:
    inside = within(ending(EscalationDefinition(code="x")))
    run = run_of(
        process(S, inside, escalation("b", "sub", "x", interrupts=False), job("c"), E, flows="s > sub > e\nb > c > e")
    )

    run.start()

    assert run.visits() == "s+ s sub+ is+ is t+ t b+ b c+ sub e+ e"


def test_a_called_instance_escalates_to_its_caller() -> None:
    run = run_of(process(S, throwing(EscalationDefinition(code="x"), inputs=PAYLOAD), E, flows="s > t > e"))

    commands = run.send(InstanceStarted(occurred_at=run.now, is_called=True, variables=feel({"amount": 1})))

    assert commands[0] == EscalateToCaller(escalation_code="x", variables=feel({"total": 2}))
    assert not run.has_finished

    run.send(EscalationHandled(occurred_at=run.now))

    assert run.has_finished
    with pytest.raises(ConflictError):
        run.send(EscalationHandled(occurred_at=run.now))


def test_an_error_end_event_is_completed_before_the_error_is_caught_and_brings_its_payload() -> None:
    inside = within(ending(ErrorDefinition(code="E1"), inputs=PAYLOAD))
    run = run_of(process(S, inside, error("b", "sub", "E1"), E, flows="s > sub > e\nb > e"))

    run.start(amount=1)

    assert run.visits() == "s+ s sub+ is+ is t+ t sub! b+ b e+ e"
    assert run.variables() == {"amount": 1, "total": 2}


def test_the_activities_that_an_error_passes_have_failed_and_all_else_inside_is_terminated() -> None:
    deep = within(ParallelGateway(id=eid("g")), ending(ErrorDefinition(code="E1")))
    deep = sub_process("sub", *deep.nodes, job("a"), flows="is > g > a\ng > t")
    outer = sub_process("outer", StartEvent(id=eid("os")), ParallelGateway(id=eid("og")), deep, job("b"),
                        flows="os > og > b\nog > sub")  # fmt: skip
    run = run_of(process(S, outer, error("caught", "outer", None), E, flows="s > outer > e\ncaught > e"))

    run.start()

    assert run.visits() == (
        "s+ s outer+ os+ os og+ og b+ sub+ is+ is g+ g a+ t+ t b- a- sub! outer! caught+ caught e+ e"
    )


def test_an_error_that_nothing_catches_fails_the_instance_with_its_code() -> None:
    inside = within(ending(ErrorDefinition(code="E1")))
    run = run_of(process(S, ParallelGateway(id=eid("g")), job("a"), inside, E, flows="s > g > a > e\ng > sub"))

    commands = run.start()

    assert commands[-1] == FinishInstance(outcome=InstanceOutcome.FAILED, error_code="E1")
    assert run.visits() == "s+ s g+ g a+ sub+ is+ is t+ t a- sub!"


def test_the_output_mappings_of_what_catches_an_error_see_its_code_and_message() -> None:
    outputs = tuple(VariableMapping(source=f"error{name}", target=name.lower()) for name in ("Code", "Message"))
    catching = BoundaryEvent(id=eid("b"), attached_to=eid("a"), definition=ErrorDefinition(), outputs=outputs)
    run = run_of(process(S, job("a"), catching, E, flows="s > a > e\nb > e"))
    run.start()

    run.throw("a", "E7", message="no stock", more=1)

    assert run.variables() == {"code": "E7", "message": "no stock"}


def test_links_jump_inside_their_level_from_each_thrower_of_the_name() -> None:
    link = LinkDefinition(name="on")
    inner = sub_process(
        "sub", StartEvent(id=eid("is")), throwing(link, "it"), IntermediateCatchEvent(id=eid("ic"), definition=link),
        EndEvent(id=eid("ie")), flows="is > it\nic > ie",
    )  # fmt: skip
    run = run_of(
        process(
            S, ParallelGateway(id=eid("g")), throwing(link, "t"), throwing(link, "u"), inner,
            IntermediateCatchEvent(id=eid("c"), definition=link), E,
            flows="s > g > t\ng > sub > u\nc > e",
        )
    )  # fmt: skip

    run.start()

    assert run.visits() == "s+ s g+ g t+ t c+ c e+ e sub+ is+ is it+ it ic+ ic ie+ ie sub u+ u c+ c e+ e"
    assert run.outcome() is InstanceOutcome.COMPLETED


def test_a_multiple_event_throws_all_of_its_events_and_ends_the_path_last() -> None:
    several = MultipleDefinition(
        definitions=(
            ErrorDefinition(code="E1"),
            SignalDefinition(name="x"),
            MessageDefinition(name="m"),
            EscalationDefinition(code="y"),
        )
    )
    run = run_of(
        process(
            S, within(ending(several)), job("c"), E,
            error("b", "sub", "E1"), escalation("k", "sub", "y", interrupts=False),
            flows="s > sub > e\nb > e\nk > c > e",
        )
    )  # fmt: skip

    assert shown(run.start())[:3] == ["RecordEvent sub start", "ThrowSignal t", "ThrowMessage t"]
    assert run.visits() == "s+ s sub+ is+ is t+ t k+ sub! b+ k c+ b e+ e"


def test_a_multiple_end_event_that_terminates_finishes_with_the_last_command() -> None:
    several = MultipleDefinition(definitions=(TerminateDefinition(), SignalDefinition(name="x")))
    run = run_of(process(S, ParallelGateway(id=eid("g")), job("a"), ending(several), flows="s > g > a\ng > t"))

    run.start()

    assert shown(run.log)[-4:] == ["ThrowSignal t", "RecordEvent a ate_abort", "CancelJob", "FinishInstance terminated"]
    assert run.visits() == "s+ s g+ g a+ t+ t a-"


def test_an_event_in_a_wrong_position_is_refused() -> None:
    with pytest.raises(DefinitionError) as refused:
        run_of(process(S, throwing(ErrorDefinition(code="E1")), E, flows="s > t > e"))

    assert [finding.rule for finding in refused.value.findings] == ["error-at-throw-event"]
