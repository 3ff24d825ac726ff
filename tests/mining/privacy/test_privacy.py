# SPDX-License-Identifier: Apache-2.0
"""Privacy: one case more or less changes little, rare variants do not show, losses are told."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taktloom.mining.privacy.anonymous_variants import anonymise_variants
from taktloom.mining.privacy.noisy_graph import bounded_counts, private_graph
from taktloom.mining.statistics.arrays import LogArrays
from tests.mining.explanation.simulated import BEGIN_US, log_of


def log(*traces: list[int]) -> LogArrays:
    rows = [(case, BEGIN_US + at, step, 0) for case, trace in enumerate(traces) for at, step in enumerate(trace)]
    return log_of(rows)


@pytest.mark.parametrize("contribution", [1, 2, 3, 10])
def test_a_case_changes_the_counts_by_no_more_than_its_contribution(contribution: int) -> None:
    one = bounded_counts(log([0, 1], [0, 1, 2]), contribution)
    other = bounded_counts(log([0, 1], [0, 1, 2], [0, 1, 1, 1, 1, 1, 5]), contribution)

    assert np.abs(other - one).sum() == min(contribution, 8)


def test_outputs_of_neighbouring_logs_are_as_likely_up_to_e_to_the_epsilon() -> None:
    epsilon, draws = 1.0, 2_000
    generator = np.random.default_rng(1)
    shares = []
    for traces in ([[0]] * 5, [[0]] * 6):
        graphs = [
            private_graph(log(*traces), epsilon=epsilon, contribution=1, generator=generator) for _ in range(draws)
        ]
        begun = [
            sum(flow.frequency for flow in each.flows if (flow.source, flow.target) == ("(begin)", "Register"))
            for each in graphs
        ]
        shares.append(np.bincount(np.clip(begun, 0, 12), minlength=13) / len(begun))

    common = (shares[0] > 0.02) & (shares[1] > 0.02)
    ratios = np.log(shares[0][common] / shares[1][common])
    assert common.sum() >= 4
    assert np.abs(ratios).max() <= epsilon + 0.35  # what 2,000 draws of a share of 2 % leave to chance
    assert np.abs(ratios).max() >= 0.5  # the bound is used, not undercut by too much noise


def test_less_epsilon_costs_more_error_and_says_so() -> None:
    cheap, dear = (private_graph(log([0, 1]), epsilon=each, contribution=2) for each in (10.0, 0.1))

    assert dear.expected_error > 10 * cheap.expected_error


def test_no_variant_has_fewer_than_k_cases_and_every_case_is_accounted_for() -> None:
    variants = {("a", "b"): 10, ("a", "a", "b"): 2, ("a", "c", "c"): 3, ("a", "c"): 2, ("x",): 4, ("y",): 1}

    found = anonymise_variants(variants, k=5)

    assert found.variants == {("a", "b"): 12, ("a", "c"): 5}
    assert (found.cases, found.generalised_cases, found.suppressed_cases) == (22, 7, 5)


@given(
    variants=st.dictionaries(st.text("abc", max_size=5).map(tuple), st.integers(1, 12), max_size=12),
    k=st.integers(2, 8),
)
def test_nothing_that_is_told_or_follows_from_it_is_about_fewer_than_k_cases(
    variants: dict[tuple[str, ...], int], k: int
) -> None:
    found = anonymise_variants(variants, k=k)

    numbers = [*found.variants.values(), found.cases, found.generalised_cases, found.suppressed_cases]
    if found.cases is not None:
        numbers.append(found.cases - sum(found.variants.values()))
    assert [each for each in numbers if each is not None and 0 < each < k] == []
