# SPDX-License-Identifier: Apache-2.0
from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from taktloom.mining.logs.variants import count_variants, tabulate_variants, variant_id

LABELS = ("a", "b", "c")
SEQUENCES = st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=6), max_size=30)


@given(SEQUENCES)
def test_cases_share_a_variant_exactly_when_their_sequences_are_equal(sequences: list[list[int]]) -> None:
    case = np.repeat(np.arange(len(sequences), dtype=np.uint32), [len(each) for each in sequences])
    activity = np.array([code for each in sequences for code in each], dtype=np.uint32)

    table = tabulate_variants(case, activity, LABELS)

    texts = [tuple(LABELS[code] for code in each) for each in sequences]
    assert {variant.activities: variant.cases for variant in table.variants} == dict(Counter(texts))
    assert [table.variants[index].activities for index in table.case_variants] == texts
    assert count_variants([(case, activity)]) == len(table)
    assert table.case_codes.tolist() == list(range(len(sequences)))


def test_an_id_depends_on_the_sequence_alone_and_not_on_how_labels_join() -> None:
    assert variant_id(("a", "b")) == variant_id(["a", "b"])
    assert variant_id(("ab",)) != variant_id(("a", "b"))
    assert len(variant_id(())) == 12
