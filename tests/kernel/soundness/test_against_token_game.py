# SPDX-License-Identifier: Apache-2.0
"""On random models the check says what playing every token game says, and reducing changes no verdict."""

import random
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from taktloom.kernel.rules import containers_of
from taktloom.kernel.soundness import check_control_flow
from taktloom.kernel.soundness.abstraction import abstract
from taktloom.kernel.soundness.exploration import explore
from taktloom.kernel.soundness.reduction import reduce_net
from taktloom.model.event_definitions import SignalDefinition, TerminateDefinition
from taktloom.model.identifiers import ElementId
from taktloom.model.process import (
    AnyFlowNode,
    BoundaryEvent,
    EndEvent,
    ProcessDefinition,
    SequenceFlow,
    StartEvent,
    Task,
)
from tests.kernel.soundness.sketch import sketch
from tests.kernel.soundness.token_game import Verdict

LIMIT = 50_000


def random_model(seed: int) -> ProcessDefinition:
    """Three to eight nodes between a start and up to two ends, every node on some way from the start."""
    chance = random.Random(seed)
    inner = [chance.choice("xpoxpt") + str(number) for number in range(chance.randint(3, 8))]
    ends = ["e1", "e2"][: chance.randint(1, 2)]
    flows = {("s", inner[0])}
    for position, name in enumerate(inner[1:], start=1):
        flows.add((chance.choice(inner[:position]), name))
    for _ in range(chance.randint(1, 6)):
        flows.add((chance.choice(inner), chance.choice([*inner, *ends])))
    for name in inner:
        if not any(source == name for source, _ in flows):
            flows.add((name, chance.choice(ends)))
    return sketch("; ".join(f"{source} > {target}" for source, target in sorted(flows)))


@settings(max_examples=40)
@given(st.integers(min_value=0))
@example(881)  # more states than are looked at, of which the nearest ones show the flaw
def test_the_check_finds_what_playing_every_game_finds(seed: int) -> None:
    model = random_model(seed)
    played = Verdict(model)

    findings = check_control_flow(model, max_states=LIMIT)

    found = {finding.rule for finding in findings} - {"dead-activity"}
    assert bool(found) == bool(played.kinds)
    assert found <= played.kinds
    lengths = [len(finding.path) for finding in findings if finding.rule in found - {"livelock"}]
    assert min(lengths, default=0) == min(played.shortest.values(), default=0)


@settings(max_examples=40)
@given(st.integers(min_value=0))
def test_what_is_called_dead_is_passed_in_no_game(seed: int) -> None:
    model = random_model(seed)
    played = Verdict(model)

    dead = {finding.place.element_id for finding in check_control_flow(model) if finding.rule == "dead-activity"}

    assert not dead & played.passed


@settings(max_examples=40)
@given(st.integers(min_value=0))
def test_reducing_changes_no_verdict(seed: int) -> None:
    (container,) = containers_of(random_model(seed))
    net = abstract(container, {})
    assert net is not None

    whole, reduced = explore(net, max_states=LIMIT), explore(reduce_net(net), max_states=LIMIT)

    assert bool(whole.flaws) == bool(reduced.flaws)
    if not whole.flaws:
        assert whole.alive == reduced.alive


def rich_model(seed: int, *, beside: bool = False) -> ProcessDefinition:
    """A random model in which events interrupt tasks, quantities count, flows have conditions, and ends terminate.

    beside: half of the events interrupt nothing.
    """
    chance = random.Random(seed)
    plain = random_model(seed)
    nodes: list[AnyFlowNode] = []
    flows = list(plain.flows)
    for node in plain.nodes:
        if isinstance(node, Task):
            nodes.append(_enriched(node, chance))
            if chance.random() < 0.5:
                event = BoundaryEvent(
                    id=ElementId(f"b_{node.id}"),
                    attached_to=node.id,
                    definition=SignalDefinition(name="sig"),
                    is_interrupting=not (beside and chance.random() < 0.5),
                )
                nodes.append(event)
                target = chance.choice([one.id for one in plain.nodes if not isinstance(one, StartEvent)])
                flows.append(SequenceFlow(id=ElementId(f"f_{node.id}"), source=event.id, target=target))
        elif isinstance(node, EndEvent) and chance.random() < 0.2:
            nodes.append(replace(node, definition=TerminateDefinition()))
        else:
            nodes.append(node)
    conditional = {one.id for one in nodes if isinstance(one, Task)}
    flows = [
        replace(flow, condition="x") if flow.source in conditional and chance.random() < 0.3 else flow for flow in flows
    ]
    return replace(plain, nodes=tuple(nodes), flows=tuple(flows))


def _enriched(task: Task, chance: random.Random) -> Task:
    return replace(
        task,
        start_quantity=2 if chance.random() < 0.1 else 1,
        completion_quantity=2 if chance.random() < 0.1 else 1,
    )


@settings(max_examples=80)
@given(st.integers(min_value=0))
def test_reducing_changes_no_verdict_where_events_interrupt_and_quantities_count(seed: int) -> None:
    (container,) = containers_of(rich_model(seed))
    net = abstract(container, {})
    assert net is not None

    whole, reduced = explore(net, max_states=2_000), explore(reduce_net(net), max_states=2_000)

    if whole.is_complete and reduced.is_complete:
        assert bool(whole.flaws) == bool(reduced.flaws)


@settings(max_examples=80)
@given(st.integers(min_value=0))
@example(183)  # a flaw that the reduced net does not show
def test_events_that_interrupt_nothing_hide_no_flaw_and_raise_no_alarm(seed: int) -> None:
    model = rich_model(seed, beside=True)
    (container,) = containers_of(model)
    net = abstract(container, {})
    assert net is not None
    whole = explore(net, max_states=2_000)

    found = {finding.rule for finding in check_control_flow(model)} - {"dead-activity"}

    if whole.is_complete:
        assert bool(found) == bool(whole.flaws)


@pytest.mark.parametrize(
    "text",
    [
        "s > p0 > p2 > x1 > k1; p0 > x1",  # a second token comes to the merge before the end is reached
        "s > o0 > x1 > x2 > k1; o0 > x2",
        "s > p0 > t2 > x1 > x3 > k1; p0 > x1",
    ],
)
def test_a_terminate_end_event_does_not_hide_a_second_token_before_it(text: str) -> None:
    findings = check_control_flow(sketch(text))

    assert "lack-of-synchronisation" in {finding.rule for finding in findings}


@pytest.mark.parametrize("seed", range(2))
def test_random_models_hold_sound_and_unsound_ones(seed: int) -> None:
    verdicts = {bool(Verdict(random_model(seed * 100 + number)).kinds) for number in range(100)}

    assert verdicts == {True, False}
