# SPDX-License-Identifier: Apache-2.0
"""A shallow classification tree (CART, Gini impurity) over numbers and categories.

A split sends rows with a number below a threshold, or with a category out of a set, to the left; everything else, and
what is not known, to the right, so that a rule list read from left to right says exactly what the tree says. Thresholds
are tried at up to 511 quantiles; categories at prefixes of their order by the share of the node's commonest class
(exact for two classes). Deterministic: ties go to the first feature and the lowest cut.
Source: Breiman, Friedman, Olshen & Stone, "Classification and Regression Trees", 1984, chapters 2 and 4.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from taktloom.mining.distinct import distinct
from taktloom.mining.watching import heed

MAX_CUTS = 511

Codes: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NumberFeature:
    """values: float64, NaN where unknown."""

    name: str
    values: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CategoryFeature:
    """codes: index into *categories*, -1 where unknown or too rare. is_boolean: categories are `false`, `true`."""

    name: str
    codes: Codes
    categories: tuple[str, ...]
    is_boolean: bool = False


Feature: TypeAlias = NumberFeature | CategoryFeature


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeLimits:
    """depth >= 1; leaf_rows: the fewest rows of a leaf; gain: the least drop of the Gini sum, as a share of all
    rows."""

    depth: int = 3
    leaf_rows: int = 10
    gain: float = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class Below:
    """A number is known and below *threshold*."""

    feature: str
    threshold: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOf:
    """A category is known and one of *categories* (codes)."""

    feature: str
    categories: frozenset[int]


Test: TypeAlias = Below | OneOf


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """The predicted class and the rows of each class that came here in training."""

    predicted: int
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """Rows that pass *test* go to *yes*, all others to *no*."""

    test: Test
    yes: "Tree"
    no: "Tree"


Tree: TypeAlias = Leaf | Split


def grow_tree(features: Sequence[Feature], classes: Codes, *, class_count: int, limits: TreeLimits) -> Tree:
    """Fit a tree; *classes*: 0 … class_count-1 per row. Branches that predict the same class are joined."""
    rows = np.arange(classes.size)
    return _Grower(features, classes, class_count, limits).grow(rows, limits.depth)


def passes(test: Test, features: Mapping[str, Feature], rows: Codes) -> NDArray[np.bool_]:
    """Which of *rows* pass *test*."""
    feature = features[test.feature]
    if isinstance(test, Below) and isinstance(feature, NumberFeature):
        return feature.values[rows] < test.threshold  # NaN compares false
    if isinstance(test, OneOf) and isinstance(feature, CategoryFeature):
        return np.isin(feature.codes[rows], sorted(test.categories))
    raise TypeError(f"the test {test} does not fit the feature {feature.name}")


@dataclass(frozen=True, slots=True)
class _Candidate:
    cost: float
    test: Test


class _Grower:
    def __init__(self, features: Sequence[Feature], classes: Codes, class_count: int, limits: TreeLimits) -> None:
        self._features = features
        self._by_name = {feature.name: feature for feature in features}
        self._classes = classes
        self._class_count = class_count
        self._limits = limits
        self._least_gain = limits.gain * classes.size

    def grow(self, rows: Codes, depth: int) -> Tree:
        counts = np.bincount(self._classes[rows], minlength=self._class_count)
        leaf = Leaf(predicted=int(counts.argmax()), counts=tuple(counts.tolist()))
        if depth == 0 or np.count_nonzero(counts) < 2 or rows.size < 2 * self._limits.leaf_rows:
            return leaf
        best = self._best(rows, int(counts.argmax()))
        if best is None or _gini_sum(counts[None, :])[0] - best.cost < self._least_gain:
            return leaf
        chosen = passes(best.test, self._by_name, rows)
        yes, no = self.grow(rows[chosen], depth - 1), self.grow(rows[~chosen], depth - 1)
        if isinstance(yes, Leaf) and isinstance(no, Leaf) and yes.predicted == no.predicted:
            return leaf
        return Split(test=best.test, yes=yes, no=no)

    def _best(self, rows: Codes, commonest: int) -> _Candidate | None:
        best: _Candidate | None = None
        for feature in self._features:
            heed()
            if isinstance(feature, NumberFeature):
                found = self._best_number(feature, rows)
            else:
                found = self._best_category(feature, rows, commonest)
            if found is not None and (best is None or found.cost < best.cost - 1e-9):
                best = found
        return best

    def _best_number(self, feature: NumberFeature, rows: Codes) -> _Candidate | None:
        values = feature.values[rows]
        levels = distinct(values[~np.isnan(values)])
        if levels.size == 0:
            return None
        lows, highs = _neighbours(levels)
        bins = np.where(np.isnan(values), highs.size, np.searchsorted(highs, values, side="right"))
        table = self._table(bins, rows, highs.size + 1)
        found = self._cheapest(np.cumsum(table[:-1], axis=0), table.sum(axis=0))
        if found is None:
            return None
        threshold = _short_number_between(float(lows[found[1]]), float(highs[found[1]]))
        return _Candidate(found[0], Below(feature=feature.name, threshold=threshold))

    def _best_category(self, feature: CategoryFeature, rows: Codes, commonest: int) -> _Candidate | None:
        size = len(feature.categories)
        table = self._table(np.where(feature.codes[rows] < 0, size, feature.codes[rows]), rows, size + 1)
        present = np.flatnonzero(table[:-1].sum(axis=1))
        if present.size == 0:
            return None
        share = table[present, commonest] / table[present].sum(axis=1)
        order = present[np.argsort(share, kind="stable")]
        best: _Candidate | None = None
        for ordered in (order, order[::-1]):  # both ends: what is unknown is always on the other side
            found = self._cheapest(np.cumsum(table[ordered], axis=0), table.sum(axis=0))
            if found is not None and (best is None or found[0] < best.cost - 1e-9):
                kept = frozenset(ordered[: found[1] + 1].tolist())
                best = _Candidate(found[0], OneOf(feature=feature.name, categories=kept))
        return best

    def _table(self, bins: Codes, rows: Codes, size: int) -> Codes:
        key = bins * self._class_count + self._classes[rows]
        return np.bincount(key, minlength=size * self._class_count).reshape(size, self._class_count)

    def _cheapest(self, left: Codes, total: Codes) -> tuple[float, int] | None:
        """The cheapest prefix and its index; both sides hold enough rows."""
        right = total[None, :] - left
        enough = (left.sum(axis=1) >= self._limits.leaf_rows) & (right.sum(axis=1) >= self._limits.leaf_rows)
        if not enough.any():
            return None
        cost = np.where(enough, _gini_sum(left) + _gini_sum(right), np.inf)
        index = int(cost.argmin())
        return float(cost[index]), index


def _gini_sum(counts: Codes) -> NDArray[np.float64]:
    """Rows times Gini impurity, per row of *counts*."""
    total = counts.sum(axis=1)
    result: NDArray[np.float64] = total - (counts.astype(np.float64) ** 2).sum(axis=1) / np.maximum(total, 1)
    return result


def _neighbours(levels: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Pairs of neighbouring values between which a threshold may lie; the last pair is above the greatest value and
    parts what is known from what is not."""
    above = np.nextafter(levels[-1], np.inf)
    highs = np.append(levels[1:], above)
    if highs.size <= MAX_CUTS:
        return levels, highs
    places = distinct(np.linspace(0, highs.size - 1, MAX_CUTS).astype(np.int64))
    return levels[places], highs[places]


def _short_number_between(low: float, high: float) -> float:
    """The number with the fewest decimals in (low, high]; *high* where the two are too near for that."""
    for digits in range(-6, 7):
        scale = 10.0**-digits
        candidate = round(np.floor(high / scale) * scale, max(digits, 0))
        if low < candidate <= high:
            return float(candidate)
    return high
