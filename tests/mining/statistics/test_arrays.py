# SPDX-License-Identifier: Apache-2.0
"""Summaries by group are those of each group alone, whichever way they are found."""

import statistics
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taktloom.mining.statistics import arrays
from taktloom.mining.statistics.arrays import NO_TIMES, group_rows, summarise_groups
from taktloom.mining.statistics.in_parts import _count_pairs, pair_type

ROWS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 10**12)), max_size=40)


@pytest.mark.parametrize("most_selections", [0, 4_000])
@given(rows=ROWS)
def test_mean_median_and_tail_are_those_of_each_group(most_selections: int, rows: list[tuple[int, int]]) -> None:
    group = np.array([each for each, _ in rows], dtype=np.int64)
    times = np.array([each for _, each in rows], dtype=np.int64)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(arrays, "MOST_SELECTIONS", most_selections)

        summaries = summarise_groups(group, times, 6)

    for number, summary in enumerate(summaries):
        own = sorted(each for place, each in rows if place == number)
        if not own:
            assert summary == NO_TIMES
            continue
        place = (len(own) - 1) * 0.95
        low, high = own[int(place)], own[min(int(place) + 1, len(own) - 1)]
        assert summary.count == len(own)
        assert summary.mean_s == pytest.approx(statistics.fmean(own) / 1e6)
        assert summary.median_s == pytest.approx(statistics.median(own) / 1e6)
        assert summary.p95_s == pytest.approx((low + (high - low) * (place - int(place))) / 1e6)


@given(rows=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 9)), max_size=40))
def test_different_values_are_counted_once_per_group(rows: list[tuple[int, int]]) -> None:
    ordered = sorted(rows, key=lambda each: each[1])
    group = np.array([each for each, _ in ordered], dtype=np.int64)
    values = np.array([each for _, each in ordered], dtype=np.uint32)

    found = group_rows(group, 4).distinct(values)

    assert found.tolist() == [len({value for place, value in rows if place == number}) for number in range(4)]


@pytest.mark.parametrize(
    ("count", "type_name"), [(1, "uint8"), (16, "uint8"), (17, "uint16"), (256, "uint16"), (257, "uint32")]
)
def test_the_last_pair_of_many_activities_fits_its_number(count: int, type_name: str) -> None:
    last = np.array([count - 1, count - 1], dtype=pair_type(count))

    pairs, often = _count_pairs(last, np.array([0]), count)

    assert (pairs.tolist(), often.tolist()) == ([count * count - 1], [1])
    assert last.dtype == type_name


@given(cases=st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=6), min_size=1, max_size=6))
def test_pairs_within_cases_are_counted_and_no_others(cases: list[list[int]]) -> None:
    activity = np.array([code for case in cases for code in case], dtype=pair_type(3))
    starts = np.cumsum([0] + [len(case) for case in cases[:-1]])

    pairs, often = _count_pairs(activity, starts, 3)

    found = dict(zip(pairs.tolist(), often.tolist(), strict=True))
    expected: dict[int, int] = {}
    for case in cases:
        for first, second in pairwise(case):
            expected[first * 3 + second] = expected.get(first * 3 + second, 0) + 1
    assert found == expected
