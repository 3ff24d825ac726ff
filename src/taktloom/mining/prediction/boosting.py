# SPDX-License-Identifier: Apache-2.0
"""Gradient boosted trees: the one place that knows scikit-learn, which is the extra `learning`.

Source: Friedman, "Greedy function approximation: a gradient boosting machine", Annals of Statistics 29, 2001; histogram
trees after Ke et al., "LightGBM", NeurIPS 2017, as scikit-learn has them. Deterministic for a seed.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from taktloom.mining.prediction.errors import LearningExtraMissingError

Features: TypeAlias = NDArray[np.float32]
Numbers: TypeAlias = NDArray[np.float64]
Codes: TypeAlias = NDArray[np.int64]

ROUNDS = 60
LEAVES = 15
LEAF_ROWS = 10
MOST_CATEGORIES = 250
MOST_ROWS = 200_000


def learn_classes(
    features: Features, target: Codes, *, classes: int, categorical: tuple[int, ...] = (), seed: int = 1
) -> Callable[[Features], Numbers]:
    """A function from rows of features to the probability of each class 0 ... classes-1 (rows x classes).

    categorical: columns that hold codes. Of more than 200,000 rows a seeded sample is learned from. Raises
    LearningExtraMissingError.
    """
    ensemble = _ensemble()
    chosen = _sample(target.size, seed)
    known = np.unique(target[chosen])
    if known.size < 2:
        return lambda rows: _spread(np.ones((len(rows), 1)), known, classes)
    model = ensemble.HistGradientBoostingClassifier(
        **_options(features, categorical, seed), class_weight=None, loss="log_loss"
    )
    model.fit(features[chosen], target[chosen])
    return lambda rows: _spread(model.predict_proba(rows), model.classes_, classes)


def learn_numbers(
    features: Features, target: Numbers, *, categorical: tuple[int, ...] = (), seed: int = 1
) -> Callable[[Features], Numbers]:
    """A function from rows of features to the conditional median of *target*. Raises LearningExtraMissingError."""
    ensemble = _ensemble()
    chosen = _sample(target.size, seed)
    model = ensemble.HistGradientBoostingRegressor(**_options(features, categorical, seed), loss="absolute_error")
    model.fit(features[chosen], target[chosen])
    return lambda rows: np.asarray(model.predict(rows), dtype=np.float64)


def _ensemble() -> Any:
    try:
        from sklearn import ensemble
    except ImportError as error:
        raise LearningExtraMissingError from error
    return ensemble


def _options(features: Features, categorical: tuple[int, ...], seed: int) -> dict[str, Any]:
    """Codes are categories where there are few enough of them, else numbers; a negative code is unknown."""
    few = [column for column in categorical if features[:, column].max(initial=0) < MOST_CATEGORIES]
    return {
        "max_iter": ROUNDS,
        "max_leaf_nodes": LEAVES,
        "min_samples_leaf": LEAF_ROWS,
        "categorical_features": few or None,
        "early_stopping": False,
        "random_state": seed,
    }


def _sample(rows: int, seed: int) -> Codes:
    if rows <= MOST_ROWS:
        return np.arange(rows)
    return np.sort(np.random.default_rng(seed).choice(rows, MOST_ROWS, replace=False))


def _spread(probabilities: Numbers, known: Codes, classes: int) -> Numbers:
    spread = np.zeros((probabilities.shape[0], classes), dtype=np.float64)
    spread[:, known] = probabilities
    return spread
