# SPDX-License-Identifier: Apache-2.0
"""Models made to exhaust whoever compares a log with them: refused by name, or told with bounds."""

import pytest

from taktloom.mining.conformance.alignments import Aligner, NoWayToTheEndError
from taktloom.mining.conformance.causal_steps import causal_steps
from taktloom.mining.conformance.replay import check_fitness
from taktloom.mining.conformance.silent_search import silent_leading_to
from taktloom.mining.net_exchange import from_exchange
from taktloom.mining.petri import NetTooLargeError, PetriNet, Transition
from taktloom.mining.watching import watched_by
from taktloom.model.petri_net import NetArc, NetPlace, NetTransition, PlaceTransitionNet


class Stopped(Exception):
    """What a listener raises to stop a work."""


def branches(count: int, *, join: bool = True) -> PetriNet:
    """As many branches at once, of one activity each: two to the power of their number states."""
    begin, end = tuple(range(2, 2 + count)), tuple(range(2 + count, 2 + 2 * count))
    return PetriNet(
        places=tuple(f"p{number}" for number in range(2 + 2 * count)),
        transitions=(
            Transition(id="split", label=None, inputs=(0,), outputs=begin),
            Transition(id="join", label=None, inputs=end if join else (*end, 1), outputs=(1,)),
            *(Transition(id=f"t{at}", label=f"a{at}", inputs=(begin[at],), outputs=(end[at],)) for at in range(count)),
        ),
        initial=0,
        final=1,
    )


def silent_chain(length: int) -> PetriNet:
    transitions = [Transition(id=f"t{at}", label=None, inputs=(at,), outputs=(at + 1,)) for at in range(length)]
    last = Transition(id="last", label="a", inputs=(length,), outputs=(length + 1,))
    return PetriNet(
        places=tuple(f"p{number}" for number in range(length + 2)),
        transitions=(*reversed(transitions), last),
        initial=0,
        final=length + 1,
    )


def test_a_model_of_a_hundred_thousand_places_is_refused_before_it_is_looked_at() -> None:
    size = 50_000
    net = PlaceTransitionNet(
        id="net",
        name="",
        places=tuple(NetPlace(id=f"p{at}", name="", tokens=int(at == 0), final_tokens=0) for at in range(size + 1)),
        transitions=tuple(NetTransition(id=f"t{at}", label="a") for at in range(size)),
        arcs=tuple(
            arc
            for at in range(size)
            for arc in (NetArc(source=f"p{at}", target=f"t{at}"), NetArc(source=f"t{at}", target=f"p{at + 1}"))
        ),
    )

    with pytest.raises(NetTooLargeError) as refused:
        from_exchange(net)

    assert refused.value.parameters == {"nodes": "100001", "most": "10000"}


def test_a_search_ends_where_the_steps_of_its_states_would_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    aligner = Aligner(branches(12))
    monkeypatch.setattr("taktloom.mining.conformance.alignments.MOST_HELD", 2_000)
    trace = (*(f"a{at}" for at in range(0, 12, 2)), "a0", "a2", "other")

    bounded = aligner.align(trace)
    fitting = aligner.align(tuple(f"a{at}" for at in range(12)))

    assert bounded.least_cost <= 9 <= bounded.cost  # 6 steps are lacking, 3 events are too many
    assert bounded.cost == len(trace) + 12 or bounded.is_optimal
    assert fitting.cost == 0  # what one trace filled is forgotten before the next


def test_the_search_for_an_alignment_can_be_stopped() -> None:
    def stop(stage: str, done: int, total: int | None) -> None:
        raise Stopped

    aligner = Aligner(branches(8))

    with watched_by(stop), pytest.raises(Stopped):
        aligner.align(("a1", "a1"))


def test_a_model_that_cannot_end_is_refused_and_still_replayed() -> None:
    net = branches(3, join=False)

    with pytest.raises(NoWayToTheEndError):
        Aligner(net)

    assert check_fitness(net, {("a0", "a1"): 1}).fitness < 1


def test_thousands_of_silent_steps_in_a_row_are_followed_each_once() -> None:
    net = silent_chain(3_000)
    steps = causal_steps(net)

    assert silent_leading_to(net, (3_000,)) == (tuple(range(3_001)), tuple(range(3_000)))
    assert steps is not None
    assert [label for label, _ in steps.enabled(net.initial_marking)] == ["a"]
