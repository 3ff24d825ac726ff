# SPDX-License-Identifier: Apache-2.0
"""When an inclusive gateway fires, and what it sends out."""

import pytest

from taktloom.kernel import compile_process
from taktloom.kernel.commands import ChooseFlow, InstanceOutcome
from taktloom.kernel.events import FlowChosen
from taktloom.model.errors import MisuseError
from taktloom.model.event_definitions import LinkDefinition
from taktloom.model.identifiers import ElementId
from taktloom.model.process import (
    ExclusiveGateway,
    InclusiveGateway,
    IntermediateCatchEvent,
    IntermediateThrowEvent,
    ParallelGateway,
    Task,
)
from tests.kernel.build import eid, process, sub_process
from tests.kernel.driver import Driver, run_of, shown
from tests.kernel.parts import E, S, error, job, timer

SPLIT, JOIN = InclusiveGateway(id=eid("split"), default_flow=eid("split-c")), InclusiveGateway(id=eid("join"))
THREE = process(
    S,
    SPLIT,
    job("a"),
    job("b"),
    job("c"),
    JOIN,
    job("after"),
    E,
    flows="s > split > a > join > after > e\nsplit > b > join\nsplit > c > join",
    conditions={"split-a": "n > 1", "split-b": "n > 2"},
)


def jobs(run: Driver) -> list[str]:
    return run.open_work().get("job", [])


@pytest.mark.parametrize(("n", "taken"), [(1, ["c"]), (2, ["a"]), (3, ["a", "b"])])
def test_every_flow_whose_condition_holds_is_taken_and_the_default_when_none_does(n: int, taken: list[str]) -> None:
    run = run_of(THREE)

    run.start(n=n)
    assert jobs(run) == taken
    for element in taken:
        assert "after" not in jobs(run)
        run.complete(element)

    assert jobs(run) == ["after"]
    run.complete("after")
    assert run.outcome() is InstanceOutcome.COMPLETED


def test_it_fires_once_for_tokens_that_meet_at_rest() -> None:
    gateway = ParallelGateway(id=eid("g"))
    run = run_of(
        process(S, gateway, Task(id=eid("t")), JOIN, job("after"), E, flows="s > g > t > join > after > e\ng > join")
    )

    run.start()

    assert jobs(run) == ["after"]
    assert len(run.state.tokens) == 1


def test_two_inclusive_gateways_in_a_row_do_not_wait_for_each_other() -> None:
    gateway, second = ParallelGateway(id=eid("g")), InclusiveGateway(id=eid("join2"))
    run = run_of(
        process(
            S,
            gateway,
            job("a"),
            job("b"),
            job("c"),
            JOIN,
            second,
            E,
            flows="s > g > a > join > join2 > e\ng > b > join\ng > c > join2",
        )
    )
    run.start()

    run.complete("c")
    run.complete("a")
    assert run.outcome() is None
    run.complete("b")

    assert run.outcome() is InstanceOutcome.COMPLETED


def test_a_branch_that_leaves_by_its_boundary_event_is_waited_for_no_longer() -> None:
    gateway = ParallelGateway(id=eid("g"))
    run = run_of(
        process(
            S,
            gateway,
            job("a"),
            job("b"),
            timer("t", "b", duration="PT1H"),
            JOIN,
            job("after"),
            E,
            job("late"),
            flows="s > g > a > join > after > e\ng > b > join\nt > late > e",
        )
    )
    run.start()
    run.complete("a")
    assert jobs(run) == ["b"]

    run.fire("t")

    assert jobs(run) == ["late", "after"]


def test_a_way_through_a_boundary_event_counts_as_a_way_to_the_join() -> None:
    gateway = ParallelGateway(id=eid("g"))
    run = run_of(
        process(
            S,
            gateway,
            job("a"),
            job("b"),
            error("x", "b", "E"),
            JOIN,
            job("after"),
            E,
            E_OTHER,
            flows="s > g > a > join > after > e\ng > b > other\nx > join",
        )
    )
    run.start()

    run.complete("a")
    assert jobs(run) == ["b"]
    run.throw("b", "E")

    assert jobs(run) == ["after"]


E_OTHER = type(E)(id=eid("other"))


def test_a_loop_through_the_split_is_waited_for() -> None:
    """A token that can come round again through the split to an empty flow holds the join back."""
    gateway, again = ParallelGateway(id=eid("g")), ExclusiveGateway(id=eid("x"), default_flow=eid("x-join"))
    run = run_of(
        process(
            S,
            gateway,
            job("a"),
            job("b"),
            again,
            JOIN,
            job("after"),
            E,
            flows="s > g > a > join > after > e\ng > b > x > join\nx > b",
            conditions={"x-b": "again"},
        )
    )
    run.start(again=True)
    run.complete("a")

    run.complete("b", again=True)
    assert jobs(run) == ["b"]
    run.complete("b", again=False)

    assert jobs(run) == ["after"]


def test_a_loop_back_behind_the_join_does_not_hold_it_up() -> None:
    """The way from behind the join leads through it, but starts with no token: the join fires with what it has."""
    split = InclusiveGateway(id=eid("split"), default_flow=eid("split-e"))
    run = run_of(
        process(
            S,
            JOIN,
            job("a"),
            split,
            E,
            flows="s > join > a > split > e\nsplit > join",
            conditions={"split-join": "n > 0"},
        )
    )
    run.start(n=1)

    run.complete("a", n=1)
    assert jobs(run) == ["a"]
    run.complete("a", n=0)

    assert run.outcome() is InstanceOutcome.COMPLETED


def test_a_token_inside_a_sub_process_counts_at_the_sub_process() -> None:
    gateway = ParallelGateway(id=eid("g"))
    inner = sub_process("sub", type(S)(id=eid("s2")), job("b"), type(E)(id=eid("e2")), flows="s2 > b > e2")
    run = run_of(process(S, gateway, job("a"), inner, JOIN, E, flows="s > g > a > join > e\ng > sub > join"))
    run.start()
    run.complete("a")
    assert run.outcome() is None

    run.complete("b")

    assert run.outcome() is InstanceOutcome.COMPLETED


def test_a_token_that_may_also_come_on_a_filled_flow_is_not_waited_for() -> None:
    gateway, merge = ParallelGateway(id=eid("g")), ExclusiveGateway(id=eid("m"))
    choice = ExclusiveGateway(id=eid("x"), default_flow=eid("x-m"))
    run = run_of(
        process(
            S,
            gateway,
            merge,
            choice,
            job("a"),
            job("b"),
            JOIN,
            job("after"),
            E,
            flows="s > g > a > m > join > after > e\ng > b > x > m\nx > join",
            conditions={"x-join": "n > 0"},
        )
    )
    run.start(n=1)

    run.complete("a")

    assert jobs(run) == ["b", "after"]


def test_a_surplus_token_fires_it_again() -> None:
    gateway = ParallelGateway(id=eid("g"))
    merge = ExclusiveGateway(id=eid("x"))
    run = run_of(
        process(
            S,
            gateway,
            merge,
            Task(id=eid("t")),
            job("c"),
            JOIN,
            job("after"),
            E,
            flows="s > g > x > join > after > e\ng > t > x\ng > c > join",
        )
    )
    run.start()

    run.complete("c")

    assert [type(command).__name__ for command in run.log].count("CreateJob") == 3  # c, and after twice


def test_the_host_may_choose_several_flows() -> None:
    run = run_of(THREE, external_choices=frozenset({eid("split")}))
    asked = run.start(n=0)[-1]
    assert isinstance(asked, ChooseFlow)
    assert (asked.flow_ids, asked.takes_several) == (("split-a", "split-b", "split-c"), True)

    event = FlowChosen(
        occurred_at=run.now, request_id=asked.request_id, flow_id=ElementId("split-c"), more=(ElementId("split-a"),)
    )
    run.send(event)

    assert jobs(run) == ["a", "c"]


def test_a_flow_cannot_be_chosen_twice() -> None:
    run = run_of(THREE, external_choices=frozenset({eid("split")}))
    asked = run.start(n=0)[-1]
    assert isinstance(asked, ChooseFlow)

    with pytest.raises(MisuseError):
        run.send(
            FlowChosen(
                occurred_at=run.now,
                request_id=asked.request_id,
                flow_id=ElementId("split-c"),
                more=(ElementId("split-c"),),
            )
        )


def test_that_no_flow_can_be_taken_is_an_incident() -> None:
    split = InclusiveGateway(id=eid("split"))
    run = run_of(
        process(
            S,
            split,
            job("a"),
            job("b"),
            E,
            flows="s > split > a > e\nsplit > b > e",
            conditions={"split-a": "n > 1", "split-b": "n > 2"},
        )
    )

    assert shown(run.start(n=0))[-1] == "RaiseIncident split no-flow"
    run.resolve("split", n=2)

    assert jobs(run) == ["a"]


def test_the_ways_to_a_join_are_found_once_for_all_instances() -> None:
    executable = compile_process(THREE)
    join = executable.node_index[eid("join")]

    assert executable.upstream[join][executable.node_index[eid("split")]] == 0b111
    assert executable.upstream[join][executable.node_index[eid("b")]] == 0b010
    assert executable.node_index[eid("after")] not in executable.upstream[join]


def test_a_join_waits_for_what_comes_by_a_link() -> None:
    link = LinkDefinition(name="on")
    throw, catch = (
        IntermediateThrowEvent(id=eid("t"), definition=link),
        IntermediateCatchEvent(id=eid("c"), definition=link),
    )
    run = run_of(
        process(
            S, InclusiveGateway(id=eid("split")), job("a"), throw, catch, job("b"), JOIN, job("after"), E,
            flows="s > split > a > t\nc > join > after > e\nsplit > b > join",
            conditions={"split-a": "true", "split-b": "true"},
        )
    )  # fmt: skip

    run.start()
    run.complete("b")
    assert jobs(run) == ["a"]
    run.complete("a")
    assert jobs(run) == ["after"]
