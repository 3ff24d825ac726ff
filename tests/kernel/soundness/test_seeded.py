# SPDX-License-Identifier: Apache-2.0
"""Every seeded flaw is found by its kind, at its element, with a shortest path; sound models give no alarm."""

import time

import pytest

from taktloom.kernel import compile_process
from taktloom.kernel.soundness import check_control_flow, check_soundness
from taktloom.model.findings import Severity
from taktloom.model.process import ProcessDefinition
from tests.kernel.soundness.seeded import SOUND, UNSOUND
from tests.kernel.soundness.sketch import sketch

SEEDS = [(kind, name) for kind, models in UNSOUND.items() for name in models]


@pytest.mark.parametrize(("kind", "name"), SEEDS)
def test_the_flaw_is_found_at_its_element_with_a_shortest_path(kind: str, name: str) -> None:
    definition, element, length = UNSOUND[kind][name]

    findings = [finding for finding in check_soundness(definition) if finding.rule == kind]

    assert (element, length) in [(finding.place.element_id, len(finding.path)) for finding in findings]
    assert all(finding.severity is Severity.WARNING and finding.remedy for finding in findings)


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_model_gives_no_alarm(name: str) -> None:
    assert check_soundness(SOUND[name]) == ()


def test_there_are_fifty_of_each() -> None:
    assert len(SEEDS) >= 50
    assert len(SOUND) >= 50


def test_an_unsound_model_is_not_refused() -> None:
    assert compile_process(sketch("s > p1 > a > x > d > e; p1 > b > x")).id == "p"


def structured(blocks: int) -> ProcessDefinition:
    """A row of parallel blocks of four branches, each with a choice."""
    lines, before = [], "s"
    for number in range(blocks):
        split, join = f"p{number}s", f"p{number}j"
        lines.append(f"{before} > {split}")
        for branch in "abcd":
            choice, merge = f"x{number}{branch}1", f"x{number}{branch}2"
            lines.append(f"{split} > {choice} > t{number}{branch} > {merge} > {join}")
            lines.append(f"{choice} > u{number}{branch} > {merge}")
        before = join
    return sketch("; ".join([*lines, f"{before} > e"]))


def test_six_hundred_tasks_in_structure_are_decided_within_a_second() -> None:
    definition = structured(75)
    assert sum(type(node).__name__ == "Task" for node in definition.nodes) == 600

    begin = time.process_time()
    found = check_soundness(definition)
    took = time.process_time() - begin  # of computing: what else the machine does does not count

    assert found == ()
    assert took < 1


def test_a_flaw_in_a_large_model_is_found_too() -> None:
    flawed = structured(20)
    broken = sketch("s2 > x99 > y1 > p99 > e99; x99 > y2 > p99")
    text_nodes = tuple(node for node in broken.nodes if node.id != "s2")
    flows = tuple(flow for flow in broken.flows if flow.source != "s2")
    joined = ProcessDefinition(
        id=flawed.id,
        nodes=(*(node for node in flawed.nodes if node.id != "e"), *text_nodes),
        flows=(*(flow for flow in flawed.flows if flow.target != "e"), *flows, *sketch("p19j > x99").flows),
    )

    rules = {(finding.rule, finding.place.element_id) for finding in check_soundness(joined)}

    assert ("deadlock", "p99") in rules


def test_the_bound_is_named_where_it_is_hit() -> None:
    (undecided,) = check_control_flow(SOUND["complex join in a loop"], max_states=3)

    assert (undecided.rule, undecided.severity) == ("soundness-not-decided", Severity.INFORMATION)
    assert "more than 3 states or 15 moves" in undecided.message


def test_a_gateway_with_too_many_ways_out_is_named_where_it_matters() -> None:
    (undecided,) = check_control_flow(sketch("; ".join(f"s > o > a{n} > c > e" for n in range(9))))

    assert undecided.rule == "soundness-not-decided"
    assert "too many ways out" in undecided.message
    assert check_control_flow(sketch("; ".join(f"s > o1 > a{n} > o2 > e" for n in range(9)))) == ()


def test_parallel_paths_that_wait_for_each_other_are_decided_by_reduction() -> None:
    steps = [f"p0 > a{n} > p1{n} > b{n} > p2{n} > d{n} > p9" for n in range(6)]
    waits = [f"p1{n} > p2{n + 1}" for n in range(5)]

    assert check_control_flow(sketch("; ".join(["s > p0", *steps, *waits, "p9 > e"])), max_states=50) == ()
