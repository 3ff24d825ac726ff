# SPDX-License-Identifier: Apache-2.0
"""What gateways do, as the ordered commands of each step."""

import pytest

from taktloom.kernel.commands import (
    ChooseFlow,
    RaiseIncident,
)
from taktloom.model.errors import NotFoundError
from taktloom.model.process import ExclusiveGateway, ParallelGateway, Task
from tests.kernel.build import eid, process
from tests.kernel.driver import run_of, shown
from tests.kernel.parts import E, S, job


def test_the_first_condition_that_holds_is_taken() -> None:
    gateway = ExclusiveGateway(id=eid("g"), default_flow=eid("g-c"))
    run = run_of(
        process(
            S, gateway, job("a"), job("b"), job("c"), E,
            flows="s > g > a > e\ng > b > e\ng > c > e",
            conditions={"g-a": "x > 10", "g-b": "x > 5"},
        )
    )  # fmt: skip

    run.start(x=20)

    assert run.open_work() == {"job": ["a"]}


def test_a_condition_that_is_null_is_an_incident_that_a_variable_resolves() -> None:
    gateway = ExclusiveGateway(id=eid("g"), default_flow=eid("g-b"))
    run = run_of(
        process(S, gateway, job("a"), job("b"), E, flows="s > g > a > e\ng > b > e", conditions={"g-a": "x > 1"})
    )

    raised = run.start()[-1]
    commands = run.resolve("g", x=7)

    assert isinstance(raised, RaiseIncident)
    assert raised.kind == "expression"
    assert "x > 1" in raised.message
    assert shown(commands) == ["CloseIncident", "RecordEvent a start", "CreateJob a"]


def test_no_condition_holding_without_default_flow_is_an_incident() -> None:
    gateway = ExclusiveGateway(id=eid("g"))
    conditions = {"g-a": "x = 1", "g-b": "x = 2"}
    run = run_of(process(S, gateway, job("a"), job("b"), E, flows="s > g > a > e\ng > b > e", conditions=conditions))

    assert shown(run.start(x=3)) == ["RaiseIncident g no-flow"]


def test_an_external_choice_is_asked_from_the_host() -> None:
    gateway = ExclusiveGateway(id=eid("g"), default_flow=eid("g-b"))
    definition = process(S, gateway, job("a"), job("b"), E, flows="s > g > a > e\ng > b > e", conditions={"g-a": "x"})
    run = run_of(definition, external_choices=frozenset({eid("g")}))

    asked = run.start()[-1]
    commands = run.choose("g", "g-a")

    assert isinstance(asked, ChooseFlow)
    assert asked.flow_ids == ("g-a", "g-b")
    assert shown(commands) == ["RecordEvent a start", "CreateJob a"]


def test_a_choice_of_a_flow_that_was_not_offered_changes_nothing() -> None:
    gateway = ExclusiveGateway(id=eid("g"), default_flow=eid("g-b"))
    definition = process(S, gateway, job("a"), job("b"), E, flows="s > g > a > e\ng > b > e", conditions={"g-a": "x"})
    run = run_of(definition, external_choices=frozenset({eid("g")}))
    run.start()

    with pytest.raises(NotFoundError):
        run.choose("g", "a-e")

    assert len(run.state.requests) == 1


def test_a_parallel_split_starts_its_branches_in_order_and_the_join_waits_for_all() -> None:
    run = run_of(
        process(
            S, ParallelGateway(id=eid("split")), job("a"), job("b"), ParallelGateway(id=eid("join")), E,
            flows="s > split > a > join > e\nsplit > b > join",
        )
    )  # fmt: skip

    assert shown(run.start()) == ["RecordEvent a start", "CreateJob a", "RecordEvent b start", "CreateJob b"]
    assert shown(run.complete("b")) == ["RecordEvent b complete"]
    assert shown(run.complete("a")) == ["RecordEvent a complete", "FinishInstance completed"]


def test_a_surplus_token_at_a_join_waits_for_the_next_firing() -> None:
    run = run_of(
        process(
            S, ParallelGateway(id=eid("split")), job("a"), job("b"), job("c"), ExclusiveGateway(id=eid("merge")),
            ParallelGateway(id=eid("join")), job("after"), E,
            flows="s > split > a > merge > join > after > e\nsplit > b > merge\nsplit > c > join",
        )
    )  # fmt: skip
    run.start()
    run.complete("a")
    run.complete("b")
    (waiting,) = next(iter(run.state.scopes.values())).joins.values()
    newest = max(token for tokens in waiting.values() for token in tokens)

    assert run.open_work() == {"job": ["c"]}

    run.complete("c")

    assert run.open_work() == {"job": ["after"]}
    (left,) = next(iter(run.state.scopes.values())).joins.values()
    assert list(left.values()) == [[newest]]  # the oldest token of a flow is taken first
    assert len(run.state.tokens) == 2  # the one at work and the surplus one, which keeps the instance open


def test_conditional_flows_out_of_an_activity_are_taken_each_on_its_own() -> None:
    task = Task(id=eid("t"), default_flow=eid("t-c"))
    definition = process(
        S, task, job("a"), job("b"), job("c"), E,
        flows="s > t > a > e\nt > b > e\nt > c > e",
        conditions={"t-a": "x > 1", "t-b": "x > 2"},
    )  # fmt: skip

    both, none = run_of(definition), run_of(definition)
    both.start(x=3)
    none.start(x=0)

    assert both.open_work() == {"job": ["a", "b"]}
    assert none.open_work() == {"job": ["c"]}


def test_a_loop_without_a_wait_ends_in_an_incident_and_not_in_an_endless_step() -> None:
    gateway = ExclusiveGateway(id=eid("g"), default_flow=eid("g-t"))
    definition = process(
        S, ExclusiveGateway(id=eid("m")), Task(id=eid("t")), gateway, E,
        flows="s > m > g > t > m\ng > e",
        conditions={"g-e": "stop"},
    )  # fmt: skip
    run = run_of(definition)

    raised = run.start(stop=False)[-1]
    commands = run.resolve(raised.element_id, stop=True) if isinstance(raised, RaiseIncident) else []

    assert isinstance(raised, RaiseIncident)
    assert raised.kind == "limit"
    assert shown(commands)[-1] == "FinishInstance completed"
