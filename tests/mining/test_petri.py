# SPDX-License-Identifier: Apache-2.0
"""Markings as integers: what is enabled and marked is what counting place by place says."""

from hypothesis import given
from hypothesis import strategies as st

from taktloom.mining.petri import (
    MAX_TOKENS,
    NetMoves,
    PetriNet,
    Transition,
    marked_places,
    marking_of,
    missing_places,
    tokens_in,
)

PLACES = 6
places = st.sets(st.integers(0, PLACES - 1)).map(lambda each: tuple(sorted(each)))
tokens = st.lists(st.sampled_from((0, 0, 1, 2, 127, 128, MAX_TOKENS)), min_size=PLACES, max_size=PLACES)


@given(inputs=st.lists(places, min_size=1, max_size=5), counts=tokens)
def test_a_transition_is_enabled_just_where_no_input_place_is_empty(
    inputs: list[tuple[int, ...]], counts: list[int]
) -> None:
    transitions = tuple(Transition(id=f"t{at}", label=None, inputs=each, outputs=()) for at, each in enumerate(inputs))
    net = PetriNet(places=tuple("abcdef"), transitions=transitions, initial=0, final=1)
    marking = marking_of(place for place, count in enumerate(counts) for _ in range(count))
    expected = [at for at, each in enumerate(transitions) if not missing_places(each, marking)]

    moves = NetMoves(net)

    assert moves.enabled(marking, range(len(transitions))) == expected
    assert [at for at in range(len(transitions)) if moves.is_enabled(at, marking)] == expected
    assert list(marked_places(marking)) == [place for place in range(PLACES) if tokens_in(marking, place)]
