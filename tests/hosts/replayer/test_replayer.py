# SPDX-License-Identifier: Apache-2.0
"""Cases are replayed by the kernel; where they leave the model is named."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from taktloom.feel.values import FeelValue
from taktloom.formats.bpmn.builder import error, message, process, timer
from taktloom.hosts.replayer import ReplayCase, ReplayEvent, ReplayLimits, replay_cases
from taktloom.hosts.replayer.copying import copied
from taktloom.kernel import InstanceState, compile_process, step
from taktloom.kernel.events import InstanceStarted
from taktloom.kernel.kept_variables import with_variables
from taktloom.kernel.state_json import save_state
from taktloom.model.conformance import ConformanceReport, DeviationKind
from taktloom.model.errors import DefinitionError, NotFoundError
from taktloom.model.identifiers import InstanceKey
from taktloom.model.process import ProcessDefinition

BEGIN = datetime(2026, 1, 5, 9, tzinfo=UTC)

CLAIM = (
    process("claim", "Claim")
    .start()
    .task("Register")
    .exclusive("Amount?")
    .when("amount > 1000", "large")
    .user_task("Approve")
    .task("Pay")
    .end()
    .at("Amount?")
    .otherwise()
    .to("Pay")
    .build()
)
REMINDED = (
    process("order")
    .start()
    .user_task("Wait for money")
    .boundary(timer(duration="P2D"), "Too late")
    .task("Cancel")
    .end()
    .at("Wait for money")
    .task("Ship")
    .end()
    .build()
)


def case(text: str, *, hours: float = 1, **variables: FeelValue) -> ReplayCase:
    """Activities separated by `>`, *hours* apart."""
    labels = [label.strip() for label in text.split(">")]
    events = tuple(
        ReplayEvent(activity=label, occurred_at=BEGIN + timedelta(hours=hours * (number + 1)))
        for number, label in enumerate(labels)
    )
    return ReplayCase(case_id=text, begun_at=BEGIN, events=events, variables=variables)


def replayed(definition: ProcessDefinition, *cases: ReplayCase) -> ConformanceReport:
    return replay_cases(definition, cases)


def deviations(definition: ProcessDefinition, one: ReplayCase, *others: ReplayCase) -> list[tuple[DeviationKind, str]]:
    """Of the first case; the others only say what else the log records."""
    report = replayed(definition, one, *others)
    found = next(variant for variant in report.variants if variant.activities == one.activities)
    return [(DeviationKind(text.split(":")[0]), text.split(": ")[1]) for text in found.deviations]


def test_a_case_that_follows_the_model_and_its_data_fits() -> None:
    report = replayed(
        CLAIM,
        case("Register > Approve > Pay", amount=Decimal(5000)),
        case("Register > Pay", amount=Decimal(10)),
        case("Register > Pay"),
    )

    assert (report.fitting_cases, report.cases, report.fitness) == (3, 3, 1.0)


def test_a_branch_that_the_data_do_not_choose_is_named_with_its_gateway() -> None:
    report = replayed(CLAIM, case("Register > Pay", amount=Decimal(5000)), case("Register > Approve > Pay"))

    (counted,) = report.deviations
    assert (counted.deviation.kind, counted.deviation.element_id) == (DeviationKind.DATA_SAY_OTHERWISE, "Amount")
    assert counted.cases == 1
    assert report.fitness == pytest.approx(1 - 1 / ((2 + 2) + (3 + 2)))


def test_an_event_that_is_not_possible_and_an_activity_that_is_missing_are_named() -> None:
    assert deviations(CLAIM, case("Register > Register > Pay")) == [(DeviationKind.EVENT_NOT_POSSIBLE, "Register")]
    assert deviations(CLAIM, case("Register"), case("Register > Pay")) == [
        (DeviationKind.ACTIVITY_MISSING, "Pay (Pay)")
    ]
    assert deviations(CLAIM, case("Register > Dance > Pay")) == [(DeviationKind.EVENT_NOT_POSSIBLE, "Dance")]


def test_an_activity_that_the_log_never_records_is_passed_in_silence() -> None:
    assert replayed(CLAIM, case("Register > Pay"), case("Register", amount=Decimal(2000))).fitting_cases == 1
    assert replayed(CLAIM, case("Pay"), case("Pay", amount=Decimal(2000))).fitness == 1


def test_a_timer_that_should_have_fired_is_named_and_one_that_fires_when_due_fits() -> None:
    late = case("Wait for money > Ship", hours=72)
    cancelled = case("Cancel", hours=72)
    early = case("Cancel", hours=1)

    assert deviations(REMINDED, late, cancelled) == [(DeviationKind.TIMER_SHOULD_HAVE_FIRED, "Too late (Too_late)")]
    assert deviations(REMINDED, cancelled, late) == []
    assert deviations(REMINDED, early, late) == [(DeviationKind.TIMER_EARLY, "Too late (Too_late)")]
    assert deviations(REMINDED, case("Wait for money > Ship", hours=1)) == []


def test_values_of_events_decide_at_later_gateways() -> None:
    events = (
        ReplayEvent(activity="Register", occurred_at=BEGIN, variables={"amount": Decimal(2000)}),
        ReplayEvent(activity="Pay", occurred_at=BEGIN),
    )

    found = replayed(CLAIM, ReplayCase(case_id="1", begun_at=BEGIN, events=events), case("Register > Approve > Pay"))

    assert [each.deviation.kind for each in found.deviations] == [DeviationKind.DATA_SAY_OTHERWISE]


def by_amount(decision_id: str, inputs: Mapping[str, FeelValue], at: datetime) -> FeelValue:
    assert decision_id == "risk"
    amount = inputs.get("amount")
    if not isinstance(amount, Decimal):
        raise NotFoundError("No amount.", remedy="Give one.")
    return "high" if amount > 1000 else "low"


ASSESSED = (
    process("assessed")
    .start()
    .task("Register")
    .business_rule_task("Assess", decision_id="risk", result_variable="risk")
    .exclusive("Risk?")
    .when('risk = "high"', "high")
    .task("Approve")
    .task("Pay")
    .end()
    .at("Risk?")
    .otherwise()
    .to("Pay")
    .build()
)


@pytest.mark.parametrize("assess", ["", "Assess > "])
def test_a_rule_task_is_decided_while_its_cases_are_replayed(assess: str) -> None:
    cases = [
        case(f"Register > {assess}Pay", amount=Decimal(5000)),
        case(f"Register > {assess}Approve > Pay", amount=Decimal(5000)),
        case(f"Register > {assess}Pay", amount=Decimal(10)),
        case(f"Register > {assess}Pay"),
    ]

    decided, undecided = replay_cases(ASSESSED, cases, decide=by_amount), replay_cases(ASSESSED, cases)

    (counted,) = decided.deviations
    assert (counted.deviation.kind, counted.deviation.element_id) == (DeviationKind.DATA_SAY_OTHERWISE, "Risk")
    assert (counted.cases, decided.fitting_cases) == (1, 3)
    assert undecided.fitting_cases == 4


def test_what_the_log_records_of_a_decision_counts_before_what_the_decision_gives() -> None:
    events = tuple(
        ReplayEvent(activity=label, occurred_at=BEGIN, variables={"risk": "low"} if label == "Assess" else {})
        for label in ("Register", "Assess", "Pay")
    )
    one = ReplayCase(case_id="1", begun_at=BEGIN, events=events, variables={"amount": Decimal(5000)})

    found = replay_cases(ASSESSED, [one, case("Register > Assess > Approve > Pay")], decide=by_amount)

    assert found.fitting_cases == 2


def test_a_copied_state_is_equal_and_shares_nothing_that_a_step_changes() -> None:
    state = InstanceState(instance_key=InstanceKey("1"))
    executable = compile_process(REMINDED)
    step(
        executable,
        state,
        InstanceStarted(occurred_at=BEGIN, variables={"amount": Decimal(5), "list": [{"a": Decimal(1)}]}),
    )

    copy = copied(state)
    before = save_state(copy)
    for token in state.tokens.values():
        token.waits = ("changed",)
    for scope in state.scopes.values():
        scope.variables = with_variables(scope.variables, {"amount": None})
        scope.tokens.clear()
    state.timers.clear()
    state.user_tasks.clear()

    assert save_state(copy) == before
    assert [copy.tokens[token.id] is token for token in copy.user_tasks.values()] == [True]
    assert [copy.scopes[token.scope] is token.around for token in copy.tokens.values()] == [True]


def test_parallel_and_inclusive_branches_messages_and_errors_are_replayed() -> None:
    model = (
        process("all")
        .start()
        .parallel("fork")
        .task("A")
        .parallel("join")
        .at("fork")
        .task("B")
        .to("join")
        .at("join")
        .inclusive("some")
        .when("x", "c")
        .task("C")
        .inclusive("meet")
        .at("some")
        .when("y", "d")
        .task("D")
        .to("meet")
        .at("meet")
        .catch(message("paid"), "Paid")
        .service_task("Send", job_type="send")
        .boundary(error("lost"), "Lost")
        .task("Search")
        .end()
        .at("Send")
        .end()
        .build()
    )

    report = replayed(
        model, case("B > A > D > C > Paid > Send"), case("A > B > C > Paid > Search"), case("A > B > D > Paid > Send")
    )

    assert report.fitting_cases == 3


def test_loops_without_end_do_not_keep_the_search_and_its_limit_is_told() -> None:
    loop = (
        process("loop").start().exclusive("again").task("A").exclusive("back").to("again")
        .at("back").otherwise().end().build()
    )  # fmt: skip
    many = case(" > ".join(["A"] * 30))

    assert replay_cases(loop, [many]).fitting_cases == 1
    stopped = replay_cases(loop, [many], limits=ReplayLimits(positions=5)).variants[0]
    assert (stopped.is_exact, stopped.fitness < 1) == (False, True)


def test_a_process_that_does_not_run_is_refused() -> None:
    with pytest.raises(DefinitionError):
        replay_cases(process("empty").build(), [case("A")])


def test_cases_that_the_model_cannot_tell_apart_are_explained_once() -> None:
    heard: list[int] = []

    report = replay_cases(CLAIM, [case("Register > Pay")] * 3, report=heard.append)

    assert list(dict.fromkeys(heard)) == [0, 1, 2, 3]  # and at each position again, so that it can be stopped there
    assert heard.count(1) == heard.count(2) == 1
    assert [(variant.cases, variant.fitness) for variant in report.variants] == [(3, 1.0)]
