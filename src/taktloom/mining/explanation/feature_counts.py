# SPDX-License-Identifier: Apache-2.0
"""How often each activity and each directly-follows pair occurs in each variant, and how alike variants are by that.

Only what occurs is held, three numbers per variant and feature: a table of all features has as many columns as the log
has pairs that ever follow each other, which with ten thousand activities is gigabytes of zeros. Where features meet
features, some columns at a time are filled in. Likeness is the cosine of two profiles, 0 … 1.
"""

from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

import numpy as np
from numpy.typing import NDArray

from taktloom.mining.watching import heed, heeding

COLUMNS_AT_ONCE = 1_024

Numbers = NDArray[np.float64]
Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FeatureCounts:
    """One entry per variant and feature that it has: the variant (ascending), the feature, and the count over the
    length of the variant's profile."""

    variants: int
    features: int
    variant: Places
    feature: Places
    weight: Numbers

    def likeness(self, first: int) -> Numbers:
        """Of the first so many variants with each other, a square."""
        kept = int(np.searchsorted(self.variant, first))
        variant, feature, weight = self.variant[:kept], self.feature[:kept], self.weight[:kept]
        having = np.bincount(feature, minlength=self.features)
        alike = np.zeros((first, first))
        np.fill_diagonal(alike, np.bincount(variant, weights=weight**2, minlength=first))
        shared = having[feature] > 1  # what only one variant has, it shares with itself
        alike[np.diag_indices(first)] -= np.bincount(variant[shared], weights=weight[shared] ** 2, minlength=first)
        order = np.argsort(feature[shared], kind="stable")
        variant, feature, weight = variant[shared][order], feature[shared][order], weight[shared][order]
        column = np.cumsum(np.append(False, feature[1:] != feature[:-1])) if feature.size else feature
        for begin in range(0, int(column[-1]) + 1 if column.size else 0, COLUMNS_AT_ONCE):
            heed()
            low, high = np.searchsorted(column, (begin, begin + COLUMNS_AT_ONCE))
            block = np.zeros((first, COLUMNS_AT_ONCE))
            block[variant[low:high], column[low:high] - begin] = weight[low:high]
            alike += block @ block.T
        return np.clip(alike, 0, 1)

    def likeness_to(self, chosen: Places) -> Numbers:
        """Of every variant with each of *chosen*, variants x chosen."""
        found = np.empty((self.variants, chosen.size))
        for at, one in enumerate(chosen.tolist()):
            heed()
            low, high = np.searchsorted(self.variant, (one, one + 1))
            wanted = np.zeros(self.features)
            wanted[self.feature[low:high]] = self.weight[low:high]
            found[:, at] = np.bincount(
                self.variant, weights=self.weight * wanted[self.feature], minlength=self.variants
            )  # fmt: skip
        return np.clip(found, 0, 1)


def count_features(variants: Sequence[tuple[str, ...]]) -> FeatureCounts:
    """The profiles of *variants*; one without activities is like none."""
    numbers: dict[object, int] = {}
    variant, feature, counts = array("q"), array("q"), array("q")
    for number, activities in enumerate(variants):
        for name, count in heeding(Counter(heeding(chain(activities, pairwise(activities)))).items()):
            variant.append(number)
            feature.append(numbers.setdefault(name, len(numbers)))
            counts.append(count)
    of = np.frombuffer(variant, dtype=np.int64)
    times = np.frombuffer(counts, dtype=np.int64).astype(np.float64)
    length = np.sqrt(np.bincount(of, weights=times**2, minlength=len(variants)))
    return FeatureCounts(
        variants=len(variants),
        features=len(numbers),
        variant=of,
        feature=np.frombuffer(feature, dtype=np.int64),
        weight=times / length[of],
    )
