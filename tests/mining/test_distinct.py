# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest

from taktloom.mining.distinct import distinct


@pytest.mark.parametrize(
    "values",
    [
        np.array([3, 1, 3, 2, 1], dtype=np.int64),
        np.array([2.5, np.nan, -1.0, np.nan]),
        np.array([], dtype=np.int64),
        np.array(["b", "a", "b"], dtype=object),
    ],
    ids=["numbers", "with NaN", "none", "texts"],
)
def test_distinct_values_are_those_of_numpy(values: np.ndarray) -> None:
    np.testing.assert_array_equal(distinct(values), np.unique(values))
