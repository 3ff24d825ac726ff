# SPDX-License-Identifier: Apache-2.0
"""Optimal alignments: costs as a blind search finds them, moves that explain both sides, bounds at a limit."""

from heapq import heappop, heappush

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taktloom.mining.conformance import visible_moves
from taktloom.mining.conformance.alignments import (
    Aligner,
    MoveKind,
    NoWayToTheEndError,
    align_log,
)
from taktloom.mining.conformance.causal_steps import causal_steps, places_marked_together
from taktloom.mining.conformance.visible_moves import VisibleGraph
from taktloom.mining.discovery.miners import Miner, MinerSettings, discover_model
from taktloom.mining.discovery.petri_from_tree import petri_net_from_tree
from taktloom.mining.discovery.process_tree import SILENT, ActivityLeaf, Block, Operator, ProcessTree, exclusive
from taktloom.mining.petri import (
    Marking,
    PetriNet,
    Transition,
    fire,
    missing_places,
    reachable_markings,
    tokens_in,
)
from tests.mining.trees import accepts, any_trees, rediscoverable_trees

TRACES = st.lists(st.sampled_from("abcdx"), max_size=6).map(tuple)
LOGS = st.dictionaries(TRACES, st.integers(1, 5), min_size=1, max_size=6)


def blind_cost(net: PetriNet, trace: tuple[str, ...]) -> int | None:
    """Dijkstra over markings and positions, every transition by itself."""
    queue: list[tuple[int, int, int]] = [(0, net.initial_marking, 0)]
    seen: set[tuple[int, int]] = set()
    while queue:
        cost, marking, at = heappop(queue)
        if (marking, at) in seen:
            continue
        seen.add((marking, at))
        if at == len(trace) and marking == net.final_marking:
            return cost
        if at < len(trace):
            heappush(queue, (cost + 1, marking, at + 1))
        for transition in net.transitions:
            if missing_places(transition, Marking(marking)):
                continue
            after = fire(transition, Marking(marking))
            heappush(queue, (cost + (transition.label is not None), after, at))
            if at < len(trace) and transition.label == trace[at]:
                heappush(queue, (cost, after, at + 1))
    return None


@given(rediscoverable_trees(), TRACES)
def test_an_alignment_costs_what_a_blind_search_finds(tree: ProcessTree, trace: tuple[str, ...]) -> None:
    net = petri_net_from_tree(tree)

    alignment = Aligner(net).align(trace)

    assert alignment.cost == blind_cost(net, trace)
    assert alignment.is_optimal


@given(LOGS, TRACES, st.sampled_from([Miner.INDUCTIVE, Miner.SPLIT]))
def test_costs_are_right_on_discovered_models_too(
    log: dict[tuple[str, ...], int], trace: tuple[str, ...], miner: Miner
) -> None:
    net = discover_model(log, MinerSettings(miner=miner)).net

    assert Aligner(net).align(trace).cost == blind_cost(net, trace)


@given(any_trees(), TRACES)
def test_costs_are_right_where_steps_are_optional_and_loops_nest(tree: ProcessTree, trace: tuple[str, ...]) -> None:
    net = petri_net_from_tree(tree)

    assert Aligner(net).align(trace).cost == blind_cost(net, trace)


@given(TRACES)
def test_costs_are_right_on_a_net_that_holds_two_tokens_in_a_place(trace: tuple[str, ...]) -> None:
    net = PetriNet(
        places=("i", "o", "twice"),
        transitions=(
            Transition(id="t1", label="a", inputs=(0,), outputs=(1, 2)),
            Transition(id="t2", label=None, inputs=(1,), outputs=(2,)),
            Transition(id="t3", label="b", inputs=(2,), outputs=()),
            Transition(id="t4", label="c", inputs=(2,), outputs=(1,)),
        ),
        initial=0,
        final=1,
    )

    assert causal_steps(net) is None
    assert Aligner(net).align(trace).cost == blind_cost(net, trace)


@given(any_trees(), TRACES)
def test_a_net_with_too_many_causal_steps_costs_the_same_by_its_silent_runs(
    tree: ProcessTree, trace: tuple[str, ...]
) -> None:
    net = petri_net_from_tree(tree)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(visible_moves, "causal_steps", lambda net: causal_steps(net, limit=0))
        forwards = Aligner(net).align(trace)

    assert forwards.cost == Aligner(net).align(trace).cost


@given(any_trees())
def test_places_that_hold_tokens_at_once_are_known_from_the_structure(tree: ProcessTree) -> None:
    net = petri_net_from_tree(tree)

    together = places_marked_together(net)

    assert together is not None
    for marking, _ in reachable_markings(net):
        marked = [place for place in range(len(net.places)) if tokens_in(marking, place)]
        assert all(together[one] >> other & 1 for one in marked for other in marked if one != other)


def test_optional_branches_in_parallel_are_no_states_until_something_depends_on_them() -> None:
    names = "abcdefgh"
    branches = tuple(exclusive(ActivityLeaf(name), SILENT) for name in names)
    tree = Block(Operator.SEQUENCE, (Block(Operator.PARALLEL, branches), ActivityLeaf("z")))
    graph = VisibleGraph(petri_net_from_tree(tree))
    queue = [graph.initial]
    for state in queue:
        queue += [after for _, after in graph.expanded(state).others if not after.is_expanded and after not in queue]

    assert len(queue) == 2 ** len(names) + 1  # which have happened, and the end; not which were passed over as well


@given(LOGS, TRACES)
def test_the_moves_spell_the_trace_on_one_side_and_a_run_of_the_model_on_the_other(
    log: dict[tuple[str, ...], int], trace: tuple[str, ...]
) -> None:
    net = discover_model(log, MinerSettings(miner=Miner.INDUCTIVE)).net

    moves = Aligner(net).align(trace).moves

    assert tuple(move.activity for move in moves if move.kind is not MoveKind.MODEL) == trace
    assert accepts(net, tuple(move.activity for move in moves if move.kind is not MoveKind.LOG))


@given(LOGS)
def test_every_trace_of_the_log_fits_a_model_discovered_without_filter(log: dict[tuple[str, ...], int]) -> None:
    aligned = align_log(discover_model(log, MinerSettings(miner=Miner.INDUCTIVE, noise=0)).net, log)

    assert (aligned.fitness, aligned.mean_fitness, aligned.fitting_cases) == (1, 1, sum(log.values()))


def test_fitness_is_one_less_the_share_of_costs() -> None:
    net = discover_model({("a", "b", "c"): 1}, MinerSettings(miner=Miner.INDUCTIVE)).net

    aligned = align_log(net, {("a", "b", "c"): 3, ("a", "c"): 1, ("x",): 1})

    by_trace = {variant.alignment.of: variant for variant in aligned.variants}
    assert {trace: each.alignment.cost for trace, each in by_trace.items()} == {
        ("a", "b", "c"): 0,
        ("a", "c"): 1,
        ("x",): 4,
    }
    assert by_trace["a", "c"].fitness == pytest.approx(1 - 1 / 5)
    assert aligned.fitness == pytest.approx(1 - 5 / (3 * 6 + 5 + 4))
    assert aligned.mean_fitness == pytest.approx((3 + 0.8 + 0) / 5)
    assert (aligned.fitting_cases, aligned.cases, aligned.model_cost) == (3, 5, 3)


def test_a_search_that_meets_its_limit_gives_bounds_that_hold() -> None:
    net = discover_model({tuple("abcd"): 1, tuple("dcba"): 1}, MinerSettings(miner=Miner.INDUCTIVE)).net
    trace = tuple("ddccbbaa")

    bounded, exact = Aligner(net, limit=6).align(trace), Aligner(net).align(trace)

    assert not bounded.is_optimal
    assert bounded.least_cost <= exact.cost <= bounded.cost
    log = align_log(net, {trace: 1}, limit=6)
    assert log.fitness <= align_log(net, {trace: 1}).fitness <= log.highest_fitness


def test_several_processes_give_the_same_alignments() -> None:
    log = {(*"ab" * number, "c"): number + 1 for number in range(40)}
    net = discover_model({("a", "b", "c"): 1}, MinerSettings(miner=Miner.INDUCTIVE)).net

    told: list[tuple[int, int]] = []

    in_two = align_log(net, log, jobs=2, report=lambda done, total: told.append((done, total)))

    assert in_two == align_log(net, log)
    assert told == [(0, 40), (32, 40), (40, 40)]


def test_a_model_without_an_end_cannot_be_aligned_with() -> None:
    net = PetriNet(
        places=("i", "o"),
        transitions=(Transition(id="t", label="a", inputs=(0,), outputs=(0,)),),
        initial=0,
        final=1,
    )

    with pytest.raises(NoWayToTheEndError, match="TL-2162"):
        align_log(net, {("a",): 1})


def test_transitions_that_need_no_token_fit_events_wherever_these_are() -> None:
    """As alpha finds them in noisy logs: c and d come out of nothing, and only a leads to the end."""
    net = PetriNet(
        places=("i", "o", "p"),
        transitions=(
            Transition(id="t0", label="a", inputs=(0,), outputs=(1,)),
            Transition(id="t1", label="b", inputs=(0,), outputs=(1,)),
            Transition(id="t2", label="c", inputs=(), outputs=(2,)),
            Transition(id="t3", label="d", inputs=(2,), outputs=()),
        ),
        initial=0,
        final=1,
    )
    aligner = Aligner(net)

    costs = {trace: aligner.align(tuple(trace)).cost for trace in ("a", "acd", "cda", "abcd", "ac")}

    assert costs == {"a": 0, "acd": 0, "cda": 0, "abcd": 1, "ac": 1}


def test_a_model_whose_end_is_not_found_within_the_limit_is_refused() -> None:
    net = PetriNet(
        places=("i", "o"),
        transitions=(
            Transition(id="t0", label="a", inputs=(0,), outputs=(0,)),
            Transition(id="t1", label="b", inputs=(), outputs=(0,)),
        ),
        initial=0,
        final=1,
    )

    with pytest.raises(NoWayToTheEndError, match="within 100 states"):
        Aligner(net, limit=100)
