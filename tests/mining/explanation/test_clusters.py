# SPDX-License-Identifier: Apache-2.0
"""Kinds of cases are told apart; every case is in one cluster, around the variant that is nearest to all of it."""

import math
import tracemalloc
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taktloom.mining.explanation.clusters import cluster_variants
from taktloom.mining.explanation.feature_counts import count_features
from tests.mining.given_logs import given_log

VARIANTS = st.dictionaries(
    st.lists(st.sampled_from("abcdef"), min_size=1, max_size=6).map(tuple), st.integers(1, 20), min_size=1, max_size=12
)


def mixed(seed: int) -> dict[tuple[str, ...], int]:
    """Three kinds of process with noise: orders, returns, complaints."""
    draw = np.random.default_rng(seed)
    kinds = (("order", "pick", "ship", "bill"), ("return", "check", "refund"), ("complain", "call", "visit", "close"))
    found: dict[tuple[str, ...], int] = {}
    for number in range(300):
        steps = list(kinds[number % 3])
        if draw.random() < 0.3:
            steps.insert(int(draw.integers(1, len(steps))), steps[int(draw.integers(0, len(steps)))])
        found[tuple(steps)] = found.get(tuple(steps), 0) + 1
    return found


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_planted_kinds_are_found_and_their_number_too(seed: int) -> None:
    found = cluster_variants(mixed(seed))

    kinds = {frozenset(member[0] for member in cluster.members) for cluster in found.clusters}
    assert kinds == {frozenset({"order"}), frozenset({"return"}), frozenset({"complain"})}
    assert [cluster.cases for cluster in found.clusters] == [100, 100, 100]
    assert sorted(found.tried) == [2, 3, 4, 5, 6, 7, 8]
    assert {len(cluster.medoid) for cluster in found.clusters} <= {3, 4}


def kinds_of(seed: int, number: int, shared: int) -> list[tuple[tuple[str, ...], int]]:
    """Cases with their kind: *shared* of eight steps are common to all kinds; two optional, a loop, a swap."""
    draw = np.random.default_rng(seed)
    common = [f"common {each}" for each in range(shared)]
    kinds = []
    for kind in range(number):
        steps = [*common[: shared // 2], *(f"{kind} {each}" for each in range(8 - shared)), *common[shared // 2 :]]
        kinds.append((steps, set(draw.choice(8, 2, replace=False).tolist()), int(draw.integers(0, 5))))
    cases = []
    for kind in draw.integers(0, number, 500).tolist():
        steps, optional, at = kinds[kind]
        taken = [step for place, step in enumerate(steps) if place not in optional or draw.random() < 0.6]
        while draw.random() < 0.2:
            taken.insert(at, taken[at])
        if draw.random() < 0.5:
            taken[at], taken[at + 1] = taken[at + 1], taken[at]
        cases.append((tuple(taken), kind))
    return cases


@pytest.mark.parametrize("seed", range(6))
def test_one_process_with_optional_steps_loops_and_swaps_is_one_kind(seed: int) -> None:
    found = cluster_variants(Counter(taken for taken, _ in kinds_of(seed, 1, 0)))

    assert len(found.clusters) == 1
    assert len(found.tried) >= 5


@pytest.mark.parametrize(("number", "shared"), [(2, 0), (3, 4), (4, 2)])
@pytest.mark.parametrize("seed", [1, 2])
def test_kinds_that_share_steps_are_parted_and_counted(seed: int, number: int, shared: int) -> None:
    cases = kinds_of(seed, number, shared)

    found = cluster_variants(Counter(taken for taken, _ in cases))

    cluster_of = {member: each.number for each in found.clusters for member in each.members}
    pairs = Counter((kind, cluster_of[taken]) for taken, kind in cases)
    assert len(found.clusters) == number
    assert sum(max(n for (kind, _), n in pairs.items() if kind == one) for one in range(number)) >= 0.97 * len(cases)


def test_two_variants_that_have_nothing_in_common_are_two_kinds() -> None:
    assert [each.cases for each in cluster_variants({("a", "b"): 30, ("x", "y"): 20}).clusters] == [30, 20]


@given(VARIANTS, st.integers(2, 5))
def test_every_case_is_in_the_cluster_of_its_nearest_medoid(variants: dict[tuple[str, ...], int], number: int) -> None:
    found = cluster_variants(variants, clusters=number)

    members = [member for cluster in found.clusters for member in cluster.members]
    assert sorted(members) == sorted(variants)
    assert sum(cluster.cases for cluster in found.clusters) == sum(variants.values())
    for cluster in found.clusters:
        assert cluster.medoid in cluster.members
        assert cluster.cases == sum(variants[member] for member in cluster.members)
        assert cluster.silhouette is None or -1 <= cluster.silhouette <= 1


def test_what_tells_a_cluster_is_the_share_of_its_cases_against_all_others() -> None:
    found = cluster_variants({("a", "b"): 6, ("a", "c"): 2, ("x", "y"): 4}, clusters=2)

    first = found.clusters[0]
    assert (first.cases, first.medoid) == (8, ("a", "b"))
    assert {(one.activity, one.share_inside, one.share_outside) for one in first.telling} >= {
        ("a", 1.0, 0.0), ("x", 0.0, 1.0), ("b", 0.75, 0.0),
    }  # fmt: skip


def test_a_log_of_one_variant_has_one_cluster() -> None:
    found = cluster_variants({("a",): 3})

    assert [(cluster.cases, cluster.silhouette) for cluster in found.clusters] == [(3, None)]


@pytest.mark.data
@pytest.mark.parametrize("name", ["08_receipt.xes.gz", "helpdesk.xes.gz"])
def test_the_cases_of_a_given_log_are_all_in_clusters(name: str) -> None:
    variants = {each.activities: each.cases for each in given_log(name).variants().variants}

    found = cluster_variants(variants, clusters=4)

    assert sum(cluster.cases for cluster in found.clusters) == sum(variants.values())
    assert len(found.clusters) == 4


@given(VARIANTS)
def test_likeness_is_the_cosine_of_the_counts_of_activities_and_pairs(variants: dict[tuple[str, ...], int]) -> None:
    listed = list(variants)
    counts: list[Counter[object]] = [Counter([*each, *pairwise(each)]) for each in listed]

    def cosine(one: Counter[object], other: Counter[object]) -> float:
        product = sum(count * other[name] for name, count in one.items())
        return product / math.sqrt(sum(c * c for c in one.values()) * sum(c * c for c in other.values()))

    expected = [[cosine(one, other) for other in counts] for one in counts]
    features = count_features(listed)

    np.testing.assert_allclose(features.likeness(len(listed)), expected, atol=1e-12)
    np.testing.assert_allclose(features.likeness_to(np.array([0])), [row[:1] for row in expected], atol=1e-12)


def test_ten_thousand_activities_are_clustered_without_a_table_of_all_their_pairs() -> None:
    draw = np.random.default_rng(1)
    names = draw.integers(0, 10_000, (3_000, 10)).tolist()
    variants = {tuple(f"a{name}" for name in steps): 1 for steps in names}

    tracemalloc.start()
    found = cluster_variants(variants, clusters=3)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert sum(cluster.cases for cluster in found.clusters) == len(variants)
    assert peak < 200_000_000  # a table of variants and pairs would be 3,000 x 40,000 numbers of 8 bytes
