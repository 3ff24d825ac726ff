# SPDX-License-Identifier: Apache-2.0
"""Token-based replay against hand counts, and against a brute-force search."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taktloom.mining.conformance import fitting_runs
from taktloom.mining.conformance.alignments import Aligner
from taktloom.mining.conformance.replay import Replayer, TraceReplay, check_fitness
from taktloom.mining.discovery.miners import Miner, MinerSettings, discover_model
from taktloom.mining.discovery.petri_from_tree import petri_net_from_tree
from taktloom.mining.discovery.process_tree import SILENT, ActivityLeaf, ProcessTree, exclusive, parallel, sequence
from taktloom.mining.petri import Marking, PetriNet, Transition, fire, missing_places
from tests.mining.trees import any_trees, traces_of

A, B, C = ActivityLeaf("a"), ActivityLeaf("b"), ActivityLeaf("c")
LOGS = st.dictionaries(
    st.lists(st.sampled_from("abcd"), min_size=1, max_size=6).map(tuple), st.integers(1, 5), min_size=1, max_size=6
)


def net_of(*transitions: tuple[str, str, str]) -> PetriNet:
    """From (label or nothing, places before, places after), a place a letter; from `i` to `o`."""
    places = sorted({place for _, before, after in transitions for place in before + after})
    number = {place: index for index, place in enumerate(places)}
    return PetriNet(
        places=tuple(places),
        transitions=tuple(
            Transition(
                id=f"t{at}",
                label=label or None,
                inputs=tuple(sorted(number[place] for place in before)),
                outputs=tuple(sorted(number[place] for place in after)),
            )
            for at, (label, before, after) in enumerate(transitions)
        ),
        initial=number["i"],
        final=number["o"],
    )


INCLUSIVE = net_of(
    ("a", "i", "s"),
    *(("", "s", "p"), ("", "s", "q"), ("", "s", "pq")),
    *(("b", "p", "u"), ("c", "q", "v")),
    *(("", "u", "j"), ("", "v", "j"), ("", "uv", "j")),
    ("d", "j", "o"),
)
"""After a comes b, c or both, as the heuristics miner's bindings say it; then d."""


def end_of(net: PetriNet, trace: tuple[str, ...], replay: TraceReplay) -> Marking:
    """The marking after the run that *replay* tells; each of its transitions must be enabled in turn."""
    marking = net.initial_marking
    assert (
        tuple(net.transitions[event.transition].label for event in replay.events if event.transition is not None)
        == trace
    )
    for event in replay.events:
        assert event.transition is not None
        for index in (*event.silent, event.transition):
            assert missing_places(net.transitions[index], marking) == ()
            marking = fire(net.transitions[index], marking)
    for index in replay.ending:
        assert missing_places(net.transitions[index], marking) == ()
        marking = fire(net.transitions[index], marking)
    return marking


@given(any_trees())
def test_every_trace_of_the_model_fits_and_costs_nothing(tree: ProcessTree) -> None:
    net = petri_net_from_tree(tree)
    replayer = Replayer(net)

    assert [trace for trace in traces_of(net, 5) if replayer.replay(trace).fitness < 1] == []


@given(any_trees(), st.lists(st.sampled_from("abcde"), max_size=4).map(tuple))
def test_a_trace_outside_the_language_never_fits(tree: ProcessTree, trace: tuple[str, ...]) -> None:
    net = petri_net_from_tree(tree)

    assert not Replayer(net).replay(trace).is_fitting or trace in traces_of(net, len(trace))


def test_a_skipped_step_costs_one_missing_and_one_remaining_token() -> None:
    net = petri_net_from_tree(sequence(A, B, C))

    replay = Replayer(net).replay(("a", "c"))

    assert (replay.missing, replay.consumed, replay.remaining, replay.produced) == (1, 3, 1, 3)
    assert replay.fitness == pytest.approx(0.5 * (1 - 1 / 3) + 0.5 * (1 - 1 / 3))


def test_an_activity_that_the_net_does_not_know_counts_as_missing_and_consumed() -> None:
    replay = Replayer(petri_net_from_tree(sequence(A, B))).replay(("a", "x", "b"))

    assert (replay.missing, replay.consumed, replay.remaining, replay.produced) == (1, 4, 0, 3)


def test_fitness_of_a_log_weighs_variants_by_cases() -> None:
    net = petri_net_from_tree(sequence(A, B, C))

    report = check_fitness(net, {("a", "b", "c"): 3, ("a", "c"): 1})

    assert report.fitness == pytest.approx(0.5 * (1 - 1 / 15) + 0.5 * (1 - 1 / 15))
    assert (report.fitting_cases, report.cases) == (3, 4)
    assert report.variants[1].deviations == ("1 missing before 'c'", "1 remaining")


def test_silent_steps_in_a_parallel_block_are_taken_without_cost() -> None:
    net = petri_net_from_tree(sequence(parallel(exclusive(A, SILENT), exclusive(B, SILENT)), C))

    report = check_fitness(net, {("b", "a", "c"): 1, ("c",): 1, ("b", "c"): 1})

    assert (report.fitness, report.fitting_cases) == (1.0, 3)


@pytest.mark.parametrize("trace", ["abd", "acd", "abcd", "acbd"])
def test_a_case_with_one_branch_or_both_fits_an_inclusive_split_of_silent_steps(trace: str) -> None:
    replay = Replayer(INCLUSIVE).replay(tuple(trace))

    assert (replay.missing, replay.remaining, replay.fitness) == (0, 0, 1.0)
    assert end_of(INCLUSIVE, tuple(trace), replay) == INCLUSIVE.final_marking


def test_a_run_that_fits_is_counted_with_its_silent_steps() -> None:
    replay = Replayer(INCLUSIVE).replay(tuple("abcd"))

    assert (replay.consumed, replay.produced) == (8, 8)  # a 1/1, split 1/2, b 1/1, c 1/1, join 2/1, d 1/1, ends 1/1


@pytest.mark.parametrize("trace", ["bad", "abbd", "ad", "ab", "abxd", "abdc", ""])
def test_a_case_that_no_run_yields_does_not_fit_an_inclusive_split(trace: str) -> None:
    replay = Replayer(INCLUSIVE).replay(tuple(trace))

    assert not replay.is_fitting
    assert replay.fitness < 1


@pytest.mark.parametrize("bound", ["MAX_STATES", "MAX_SILENT"])
def test_a_walk_that_meets_its_bound_leaves_the_lazy_replay(bound: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both tokens in one place: the net is followed forwards, silent run by silent run."""
    net = net_of(("a", "i", "s"), ("", "s", "p"), ("", "s", "pt"), ("", "t", "p"), ("b", "p", ""), ("c", "p", "o"))
    assert Replayer(net).replay(tuple("abc")).is_fitting

    monkeypatch.setattr(fitting_runs, bound, 0)

    assert Replayer(net).replay(tuple("abc")).fitness == pytest.approx(1 - 0.5 * 1 / 5)


@given(LOGS, st.lists(st.sampled_from("abcd"), max_size=6).map(tuple))
def test_a_trace_fits_a_net_of_the_heuristics_miner_where_an_alignment_costs_nothing(
    log: dict[tuple[str, ...], int], trace: tuple[str, ...]
) -> None:
    net = discover_model(log, MinerSettings(miner=Miner.HEURISTICS, dependency=0.5)).net
    replayer, aligner = Replayer(net), Aligner(net)

    for each in (*log, trace):
        replay = replayer.replay(each)
        assert replay.is_fitting == (aligner.align(each).cost == 0)
        assert not replay.is_fitting or end_of(net, each, replay) == net.final_marking
