# SPDX-License-Identifier: Apache-2.0
"""Alpha, heuristics, the inductive miner on graphs, and the choice among all of them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taktloom.mining.conformance.model_quality import ModelQuality, f_score, measure_quality
from taktloom.mining.conformance.process_net import process_net
from taktloom.mining.discovery.alpha import discover_alpha, discover_alpha_plus
from taktloom.mining.discovery.bpmn_from_net import NotFreeChoiceError, sketch_net
from taktloom.mining.discovery.bpmn_from_sketch import bpmn_from_sketch
from taktloom.mining.discovery.coding import VariantCounts
from taktloom.mining.discovery.graph_inductive import CountedFollows, discover_process_tree_from_graph
from taktloom.mining.discovery.heuristics import dependency_measure
from taktloom.mining.discovery.miners import (
    DiscoveredModel,
    Miner,
    MinerSettings,
    NoSoundModelError,
    choose_model,
    discover_model,
)
from taktloom.mining.discovery.petri_from_tree import petri_net_from_tree
from taktloom.mining.discovery.process_tree import ProcessTree, describe_tree
from taktloom.mining.net_soundness import SoundnessDefect, SoundnessVerdict, check_soundness
from taktloom.mining.petri import PetriNet, Transition
from taktloom.model.identifiers import ProcessId
from tests.mining.trees import language_of, rediscoverable_trees, traces_of

LOGS = st.dictionaries(
    st.lists(st.sampled_from("abcd"), min_size=1, max_size=6).map(tuple), st.integers(1, 5), min_size=1, max_size=8
)


def words(*texts: str) -> VariantCounts:
    return {tuple(text): 10 for text in texts}


def language(net: PetriNet, longest: int) -> set[str]:
    return {"".join(trace) for trace in traces_of(net, longest)}


def by_name(miner: Miner, log: VariantCounts) -> DiscoveredModel:
    return discover_model(log, MinerSettings(miner=miner, noise=0))


def test_alpha_finds_the_net_of_the_first_example_of_its_paper() -> None:
    net = discover_alpha(words("abcd", "acbd", "aed"))

    assert language(net, 5) == {"abcd", "acbd", "aed"}
    assert len(net.places) == 6
    assert check_soundness(net).is_sound


def test_alpha_cannot_find_a_loop_of_two_that_alpha_plus_finds() -> None:
    log = words("abd", "abcbd", "abcbcbd")

    assert language(discover_alpha_plus(log), 7) == {"abd", "abcbd", "abcbcbd"}
    assert check_soundness(discover_alpha(log)).defects == (SoundnessDefect.DISCONNECTED,)


def test_alpha_plus_finds_a_loop_of_one() -> None:
    assert language(discover_alpha_plus(words("ac", "abc", "abbc")), 4) == {"ac", "abc", "abbc"}


def test_the_dependency_measure_is_that_of_its_paper() -> None:
    assert dependency_measure(5, 0) == pytest.approx(0.833, abs=0.001)
    assert dependency_measure(5, 5) == 0


@pytest.mark.parametrize("miner", [Miner.HEURISTICS, Miner.SPLIT, Miner.INDUCTIVE, Miner.INDUCTIVE_GRAPH])
@pytest.mark.parametrize("log", [words("abd", "acd"), words("abcd", "acbd"), words("abcef", "acbef", "adef")], ids=len)
def test_a_block_structure_is_found_by_every_frequency_miner(miner: Miner, log: VariantCounts) -> None:
    model = by_name(miner, log)

    assert language(model.net, 6) == {"".join(trace) for trace in log}
    assert measure_quality(model.net, log).f_score == 1


@given(rediscoverable_trees())
def test_the_graph_alone_is_enough_to_rediscover_a_block_structured_model(tree: ProcessTree) -> None:
    log = dict.fromkeys(language_of(tree, 9), 1)

    found = by_name(Miner.INDUCTIVE_GRAPH, log).tree

    assert found is not None
    assert language_of(found, 9) == language_of(tree, 9)


@given(LOGS)
def test_the_model_of_the_graph_is_sound_and_follows_every_edge(log: dict[tuple[str, ...], int]) -> None:
    net = by_name(Miner.INDUCTIVE_GRAPH, log).net

    assert check_soundness(net).is_sound
    assert measure_quality(net, dict.fromkeys(log, 1)).fitness > 0.5


@given(LOGS, st.sampled_from(list(Miner)))
def test_every_miner_gives_every_activity_a_transition_of_its_name(
    log: dict[tuple[str, ...], int], miner: Miner
) -> None:
    net = by_name(miner, log).net

    assert set(net.labels) == {activity for trace in log for activity in trace}


@settings(max_examples=40)
@given(LOGS)
def test_a_free_choice_net_and_its_bpmn_have_the_same_language(log: dict[tuple[str, ...], int]) -> None:
    net = by_name(Miner.INDUCTIVE, log).net

    drawn = process_net(bpmn_from_sketch(sketch_net(net), process_id=ProcessId("p"))).net

    assert traces_of(drawn, 3) == traces_of(net, 3)


def test_a_net_that_mixes_choice_and_synchronisation_has_no_bpmn() -> None:
    net = PetriNet(
        places=("i", "o", "p"),
        transitions=(
            Transition(id="a", label="a", inputs=(0,), outputs=(1,)),
            Transition(id="b", label="b", inputs=(0, 2), outputs=(1,)),
        ),
        initial=0,
        final=1,
    )

    with pytest.raises(NotFreeChoiceError, match="TL-1112 at i"):
        sketch_net(net)


def test_a_graph_from_elsewhere_gives_a_tree() -> None:
    follows = CountedFollows(
        edges={("a", "b"): 6, ("b", "c"): 6, ("a", "c"): 4}, starts={"a": 10}, ends={"c": 10}, empty=0
    )

    assert describe_tree(discover_process_tree_from_graph(follows)) == "→('a', ×('b', τ), 'c')"


def test_soundness_names_what_is_wrong() -> None:
    stuck = PetriNet(
        places=("i", "o", "p"),
        transitions=(
            Transition(id="t0", label="a", inputs=(0,), outputs=(1, 2)),
            Transition(id="t1", label="b", inputs=(1, 2), outputs=(0,)),
            Transition(id="t2", label="c", inputs=(0, 2), outputs=(1,)),
        ),
        initial=0,
        final=1,
    )

    verdict = check_soundness(stuck)

    assert verdict.verdict is SoundnessVerdict.UNSOUND
    assert verdict.defects == (
        SoundnessDefect.CANNOT_COMPLETE,
        SoundnessDefect.IMPROPER_COMPLETION,
        SoundnessDefect.DEAD_TRANSITION,
    )
    assert verdict.dead == ("c",)


def test_a_place_that_only_grows_makes_a_net_unbounded() -> None:
    net = PetriNet(
        places=("i", "o", "p"),
        transitions=(
            Transition(id="t0", label="a", inputs=(0,), outputs=(0, 2)),
            Transition(id="t1", label="b", inputs=(0,), outputs=(1,)),
        ),
        initial=0,
        final=1,
    )

    assert check_soundness(net).defects == (SoundnessDefect.UNBOUNDED,)


def ladder(rungs: int) -> PetriNet:
    """A sound chain that puts a token into one place at each of *rungs* steps and then takes them out one by one."""
    chain = range(3, 3 + 2 * rungs)
    steps = [
        Transition(
            id=f"t{at}",
            label=f"t{at}",
            inputs=tuple(sorted((2, at) if number >= rungs else (at,))),
            outputs=tuple(sorted((2, at + 1) if number < rungs else (at + 1,))),
        )
        for number, at in enumerate(chain[:-1])
    ]
    enter = Transition(id="a", label="a", inputs=(0,), outputs=(3,))
    leave = Transition(id="z", label="z", inputs=(2, chain[-1]), outputs=(1,))
    return PetriNet(
        places=("i", "o", "pool", *(f"p{at}" for at in chain)),
        transitions=(enter, *steps, leave),
        initial=0,
        final=1,
    )


@pytest.mark.parametrize("rungs", [3, 9, 40, 127])
def test_a_place_that_holds_many_tokens_is_not_unbounded_for_that(rungs: int) -> None:
    found = check_soundness(ladder(rungs))

    assert found.is_sound
    assert found.markings == 2 * rungs + 2  # one after each step


def test_more_tokens_in_a_place_than_are_looked_at_decide_nothing() -> None:
    assert check_soundness(ladder(128)).verdict is SoundnessVerdict.UNDECIDED


def test_a_net_that_grows_by_one_token_in_three_steps_is_unbounded() -> None:
    net = PetriNet(
        places=("i", "o", "x", "y", "p"),
        transitions=(
            Transition(id="t0", label="a", inputs=(0,), outputs=(2,)),
            Transition(id="t1", label=None, inputs=(2,), outputs=(3, 4)),
            Transition(id="t2", label="b", inputs=(3,), outputs=(2,)),
            Transition(id="t3", label="c", inputs=(2, 4), outputs=(1,)),
        ),
        initial=0,
        final=1,
    )

    assert check_soundness(net).defects == (SoundnessDefect.UNBOUNDED,)


def test_a_search_that_is_cut_short_decides_nothing() -> None:
    net = petri_net_from_tree(by_name(Miner.INDUCTIVE, words("abcd", "badc", "dcba", "cdab")).tree)  # type: ignore[arg-type]

    assert check_soundness(net, limit=3).verdict is SoundnessVerdict.UNDECIDED


def test_the_measures_of_a_chain_replayed_four_times_are_known() -> None:
    net = by_name(Miner.INDUCTIVE, {("a", "b"): 4}).net

    quality: ModelQuality = measure_quality(net, {("a", "b"): 4})

    assert (quality.fitness, quality.precision, quality.simplicity) == (1, 1, 1)
    assert quality.generalisation == pytest.approx(0.5)
    assert (quality.places, quality.transitions, quality.arcs) == (3, 2, 4)
    assert f_score(0, 0) == 0


def test_the_model_that_is_chosen_is_the_best_on_cases_not_seen() -> None:
    flower = MinerSettings(miner=Miner.ALPHA)
    known, held_out = words("abcd", "acbd"), words("abcd", "acbd", "abcd")

    chosen = choose_model(known, held_out, candidates=(flower, MinerSettings(miner=Miner.SPLIT)))

    assert chosen.model.settings.miner in {Miner.ALPHA, Miner.SPLIT}
    assert chosen.quality.f_score == 1
    assert chosen.quality.cases == 40
    assert [each.held_out.f_score for each in chosen.candidates] == [1, 1]


def test_no_model_is_chosen_when_none_is_sound() -> None:
    log = words("abd", "abcbd", "abcbcbd")

    with pytest.raises(NoSoundModelError, match="TL-2152"):
        choose_model(log, log, candidates=(MinerSettings(miner=Miner.ALPHA),))
