# SPDX-License-Identifier: Apache-2.0
"""Summaries by group are those of each group alone, whichever way they are found."""

import statistics
from collections import Counter
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taktloom.mining.statistics import arrays, in_parts
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
    last = pl.Series([count - 1, count - 1], dtype=pl.UInt32)

    (pairs, often), _ = _count_pairs(pl.Series([0, 0], dtype=pl.UInt32), last, count)

    assert (pairs.tolist(), often.tolist()) == ([count * count - 1], [1])
    assert pair_type(count) == type_name


@pytest.mark.parametrize("dense_pairs", [0, 4_000_000])
@given(
    cases=st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=6), min_size=1, max_size=6),
    rows_at_once=st.integers(1, 12),
)
def test_pairs_within_cases_and_across_them_are_told_apart(
    dense_pairs: int, cases: list[list[int]], rows_at_once: int
) -> None:
    activity = pl.Series([code for case in cases for code in case], dtype=pl.UInt32)
    case = pl.Series([number for number, each in enumerate(cases) for _ in each], dtype=pl.UInt32)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(in_parts, "ROWS_AT_ONCE", rows_at_once)
        patched.setattr(in_parts, "DENSE_PAIRS", dense_pairs)

        within, across = _count_pairs(case, activity, 3)

    expected = Counter(first * 3 + second for each in cases for first, second in pairwise(each))
    assert dict(zip(*(each.tolist() for each in within), strict=True)) == expected
    neighbours = Counter(one[-1] * 3 + other[0] for one, other in pairwise(cases))
    assert dict(zip(*(each.tolist() for each in across), strict=True)) == neighbours
