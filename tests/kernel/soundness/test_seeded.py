# SPDX-License-Identifier: Apache-2.0
"""Every seeded flaw is found by its kind, at its element, with a shortest path; sound models give no alarm."""

import time

import pytest

from taktloom.kernel import compile_process
from taktloom.kernel.soundness import check_soundness
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

    begin = time.perf_counter()
    found = check_soundness(definition)
    took = time.perf_counter() - begin

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
    from taktloom.kernel.soundness import check_control_flow

    branches = "; ".join(f"s > p1 > a{n} > x{n} > b{n} > p2; x{n} > p3" for n in range(6))
    definition = sketch(f"{branches}; p2 > e1; p3 > e2".replace("s > p1 > a1", "p1 > a1"))

    undecided = [f for f in check_control_flow(definition, max_states=50) if f.rule == "soundness-not-decided"]

    assert [finding.severity for finding in undecided] == [Severity.INFORMATION]
    assert "more than 50 states" in undecided[0].message
