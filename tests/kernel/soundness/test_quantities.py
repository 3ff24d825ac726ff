# SPDX-License-Identifier: Apache-2.0
"""Activities that take several tokens to begin, or give several when they complete."""

import pytest

from taktloom.kernel.soundness import check_control_flow
from taktloom.model.identifiers import ElementId
from taktloom.model.process import Task
from tests.kernel.soundness.sketch import sketch


def found(text: str, *, takes: dict[str, int] | None = None, gives: dict[str, int] | None = None) -> list[str]:
    """Findings as `rule at element`; *takes* and *gives*: start and completion quantities by task."""
    takes, gives = takes or {}, gives or {}
    tasks = [
        Task(id=ElementId(name), start_quantity=takes.get(name, 1), completion_quantity=gives.get(name, 1))
        for name in sorted({*takes, *gives})
    ]
    findings = check_control_flow(sketch(text, *tasks))
    return [f"{finding.rule} at {finding.place.element_id}: {' '.join(finding.path)}" for finding in findings]


def test_what_gives_as_many_tokens_as_the_next_one_takes_is_sound() -> None:
    assert found("s > a > b > e", gives={"a": 3}, takes={"b": 3}) == []


def test_tokens_of_several_flows_are_gathered() -> None:
    assert found("s > p1 > a > c > e; p1 > b > c", takes={"c": 2}) == []


def test_an_activity_that_waits_for_more_tokens_than_can_come_is_a_deadlock() -> None:
    assert found("s > a > e", takes={"a": 2})[0] == "deadlock at a: s"
    assert found("s > p1 > a > c > e; p1 > b > c", takes={"c": 3})[0] == "deadlock at c: s p1 a b"


def test_tokens_that_stay_behind_are_a_deadlock() -> None:
    assert found("s > a > b > e", gives={"a": 3}, takes={"b": 2}) == ["deadlock at b: s a b e"]


def test_several_tokens_that_nothing_gathers_end_several_times() -> None:
    assert found("s > a > e", gives={"a": 2}) == ["improper-completion at e: s a e e"]
    assert found("s > a > b > e", gives={"a": 2}) == ["lack-of-synchronisation at b: s a b b"]


def test_a_joining_gateway_takes_one_of_several_tokens() -> None:
    model = "s > p1 > a > p2 > e; p1 > b > p2"

    assert [one.split(":")[0] for one in found(model, gives={"a": 2})] == ["lack-of-synchronisation at a"]


def test_a_loop_can_bring_the_tokens_one_by_one() -> None:
    model = "s > x1 > p1 > a > e; p1 > x2 > x1; x2 > a"

    assert found(model, takes={"a": 2})[0].startswith("deadlock at a:")  # it ends with too few, and with one too many


@pytest.mark.parametrize("quantity", [9, 2_000_000_000])
def test_of_very_many_tokens_nothing_is_claimed(quantity: int) -> None:
    assert [one.split(" ")[0] for one in found("s > a > e", gives={"a": quantity})] == ["soundness-not-decided"]
    assert [one.split(" ")[0] for one in found("s > a > e", takes={"a": quantity})] == ["soundness-not-decided"]
