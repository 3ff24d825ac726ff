# SPDX-License-Identifier: Apache-2.0
"""Decision mining finds rules that are there, and none that are not."""

import random

import polars as pl

from taktloom.mining.conformance.process_net import ProcessNet, process_net
from taktloom.mining.decisions.choices import find_choices
from taktloom.mining.decisions.discovering import MinedDecision, Verdict, mine_decisions
from taktloom.mining.discovery.bpmn_from_sketch import bpmn_from_tree
from taktloom.mining.discovery.process_tree import SILENT, ActivityLeaf, exclusive, sequence
from taktloom.model.identifiers import ProcessId

CHECKED = bpmn_from_tree(
    sequence(ActivityLeaf("enter"), exclusive(ActivityLeaf("check"), SILENT), ActivityLeaf("close")),
    process_id=ProcessId("p"),
)


def net() -> ProcessNet:
    return process_net(CHECKED)


def log_of(cases: list[tuple[float, float, bool]]) -> pl.DataFrame:
    """Per case: amount (case), score (recorded at `enter`), whether it was checked."""
    rows = [
        (f"c{number}", activity, amount, score if activity == "enter" else None)
        for number, (amount, score, is_checked) in enumerate(cases)
        for activity in ("enter", *(("check",) if is_checked else ()), "close")
    ]
    columns = {"case_id": pl.String, "activity": pl.String, "case.amount": pl.Float64, "event.score": pl.Float64}
    return pl.DataFrame(rows, schema=columns, orient="row")


def mined_from(cases: list[tuple[float, float, bool]]) -> MinedDecision:
    (decision,) = mine_decisions(log_of(cases), net())
    return decision


def test_a_rule_over_a_case_attribute_is_found_and_judged_on_unseen_cases() -> None:
    chance = random.Random(3)
    amounts = [float(chance.randrange(0, 1000)) for _ in range(400)]

    decision = mined_from([(amount, 0.0, amount >= 600) for amount in amounts])

    assert decision.verdict is Verdict.RULE
    assert decision.accuracy is not None
    assert decision.accuracy >= 0.99
    assert decision.majority is not None
    assert decision.majority < 0.7
    assert decision.rules is not None
    assert decision.rules.features == ("case.amount",)


def test_an_attribute_of_an_earlier_event_is_known_at_the_choice() -> None:
    chance = random.Random(4)
    scores = [chance.random() for _ in range(300)]

    decision = mined_from([(1.0, score, score < 0.4) for score in scores])

    assert decision.rules is not None
    assert decision.rules.features == ("event.score",)


def test_an_attribute_that_is_recorded_only_afterwards_is_not_used() -> None:
    chance = random.Random(5)
    rows: list[tuple[str, str, float | None]] = []
    for number in range(200):
        is_checked = chance.random() < 0.5
        rows.append((f"c{number}", "enter", None))
        if is_checked:
            rows.append((f"c{number}", "check", 1.0))
        rows.append((f"c{number}", "close", 0.0 if not is_checked else 1.0))
    events = pl.DataFrame(
        rows, schema={"case_id": pl.String, "activity": pl.String, "event.result": pl.Float64}, orient="row"
    )

    (decision,) = mine_decisions(events, net())

    assert decision.verdict is Verdict.NO_ATTRIBUTES


def test_chance_is_no_rule() -> None:
    chance = random.Random(6)

    decision = mined_from([(chance.random(), chance.random(), chance.random() < 0.5) for _ in range(400)])

    assert decision.verdict is Verdict.NO_RULE
    assert decision.gain is not None
    assert decision.gain < 0.05


def test_few_choices_are_not_judged() -> None:
    assert mined_from([(float(n), 0.0, n > 10) for n in range(20)]).verdict is Verdict.TOO_FEW


def test_choices_are_counted_per_flow_with_the_event_that_they_led_to() -> None:
    (choices,) = find_choices(log_of([(1, 1, True), (1, 1, False), (1, 1, True)]), net()).values()

    names = {flow.id: flow.name for flow in CHECKED.flows}
    assert [names[choices.flows[index]] for index in choices.taken.tolist()] == ["check", "close", "check"]
    assert choices.positions.tolist() == [1, 1, 1]
    assert choices.cases.tolist() == [0, 1, 2]


def test_choices_of_deviating_events_are_not_counted() -> None:
    events = log_of([(1, 1, True)]).filter(pl.col("activity") != "enter")

    (choices,) = find_choices(events, net()).values()

    assert choices.taken.size == 0
