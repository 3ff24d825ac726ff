# SPDX-License-Identifier: Apache-2.0
"""The k-anonymous variants are attacked: by whoever knows part of a case, and by differences of answers."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taktloom.mining.privacy.anonymous_variants import anonymise_variants

Trace = tuple[str, ...]
CASES = st.lists(st.text("abc", min_size=1, max_size=4).map(tuple), min_size=1, max_size=60)


def is_part(known: Trace, of: Trace) -> bool:
    """Whether *known* comes in that order in *of*, with or without gaps."""
    rest = iter(of)
    return all(step in rest for step in known)


@pytest.mark.parametrize("k", [2, 5, 10])
def test_who_knows_some_steps_of_a_case_is_left_with_at_least_k_cases_or_none(k: int) -> None:
    draw = np.random.default_rng(k)
    cases = ["".join(draw.choice(list("abcdef"), draw.integers(2, 6), p=[0.4, 0.3, 0.15, 0.1, 0.04, 0.01]))
             for _ in range(2_000)]  # fmt: skip
    published = anonymise_variants(Counter(tuple(case) for case in cases), k=k).variants
    alone = 0

    for case in cases[:300]:
        places = np.sort(draw.choice(len(case), min(len(case), 5), replace=False)).tolist()
        known = tuple(case[place] for place in places)
        left = sum(count for steps, count in published.items() if is_part(known, steps))
        assert left == 0 or left >= k
        alone += sum(is_part(known, tuple(each)) for each in cases) < k

    assert alone > 0  # in the log itself some of them would be found


@given(cases=CASES, k=st.integers(2, 6), data=st.data())
def test_the_whole_less_a_part_tells_of_no_fewer_than_k_cases(cases: list[Trace], k: int, data: st.DataObject) -> None:
    inside = data.draw(st.lists(st.booleans(), min_size=len(cases), max_size=len(cases)))
    whole = Counter(cases)
    part = Counter(case for case, is_in in zip(cases, inside, strict=True) if is_in)

    answers = anonymise_variants(whole, k=k), anonymise_variants(part, k=k, whole=whole)

    differences = [answers[0].variants[name] - count for name, count in answers[1].variants.items()]
    losses = [
        [answer.cases, answer.generalised_cases, answer.suppressed_cases] for answer in answers
    ]  # fmt: skip
    differences += [
        abs(one - other) for one, other in zip(*losses, strict=True) if one is not None and other is not None
    ]
    assert [each for each in differences if each < k] == []


def test_the_variant_of_one_case_is_not_learned_by_leaving_it_out() -> None:
    whole = {("a", "b"): 10, ("a", "c"): 7, ("b",): 6}
    without_one = [{**whole, name: count - 1} for name, count in whole.items()]

    answers = [anonymise_variants(each, k=5, whole=whole) for each in without_one]

    assert answers[0] == answers[1] == answers[2]
    assert answers[0].variants == {}


def test_a_part_tells_what_many_cases_do_inside_and_outside() -> None:
    found = anonymise_variants({("a",): 8, ("b",): 20, ("c",): 9}, k=5, whole={("a",): 12, ("b",): 40, ("c",): 14})

    assert found.variants == {("b",): 20, ("c",): 9}
    assert (found.cases, found.generalised_cases, found.suppressed_cases) == (None, None, None)
