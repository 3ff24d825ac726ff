# SPDX-License-Identifier: Apache-2.0
"""Gradient boosted trees: the one place that knows scikit-learn, which is the extra `learning`.

Source: Friedman, "Greedy function approximation: a gradient boosting machine", Annals of Statistics 29, 2001; histogram
trees after Ke et al., "LightGBM", NeurIPS 2017, as scikit-learn has them. Deterministic for a seed.
"""

import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from taktloom.mining.distinct import distinct
from taktloom.mining.prediction.errors import LearningExtraMissingError
from taktloom.mining.watching import heed, tell, telling

Features: TypeAlias = NDArray[np.float32]
Numbers: TypeAlias = NDArray[np.float64]
Codes: TypeAlias = NDArray[np.int64]

ROUNDS = 60
NEVER = 1_000_000
LEAVES = 15
LEAF_ROWS = 10
RATE, SHRINKAGE = (
    0.05,
    5.0,
)  # a class of a handful of rows has a second derivative near 0: unshrunken, its leaves diverge
MOST_CATEGORIES = 250
MOST_ROWS = 200_000
BLOCK_ROWS = 20_000
ROWS_FOR_THREADS, MOST_THREADS = 50_000, 4


def learn_classes(
    features: Features,
    target: Codes,
    *,
    classes: int,
    categorical: tuple[int, ...] = (),
    seed: int = 1,
) -> Callable[[Features], Numbers]:
    """A function from rows of features to the probability of each class 0 ... classes-1 (rows x classes).

    categorical: columns that hold codes. Of more than 200,000 rows a seeded sample is learned from. Raises
    LearningExtraMissingError.
    """
    ensemble = _ensemble()
    chosen = _sample(target.size, seed)
    known = distinct(target[chosen])
    if known.size < 2:
        return lambda rows: _spread(np.ones((len(rows), 1)), known, classes)
    model = ensemble.HistGradientBoostingClassifier(
        **_options(features, categorical, seed),
        learning_rate=RATE,
        l2_regularization=SHRINKAGE,
        loss="log_loss",
    )
    _fit(model, features[chosen], target[chosen])
    return lambda rows: _spread(_in_blocks(model.predict_proba, rows), model.classes_, classes)


def learn_numbers(
    features: Features,
    target: Numbers,
    *,
    categorical: tuple[int, ...] = (),
    seed: int = 1,
) -> Callable[[Features], Numbers]:
    """A function from rows of features to the conditional median of *target*. Raises LearningExtraMissingError."""
    ensemble = _ensemble()
    chosen = _sample(target.size, seed)
    model = ensemble.HistGradientBoostingRegressor(**_options(features, categorical, seed), loss="absolute_error")
    _fit(model, features[chosen], target[chosen])
    return lambda rows: _in_blocks(model.predict, rows)


def _fit(model: Any, features: Features, target: Codes | Numbers) -> None:
    """Each round is told, so that learning can be followed and stopped: by what asks, round by round, how good the
    model is, and here never thinks that it is good enough."""
    rounds = itertools.count()

    def heed_round(*_: object) -> float:
        tell("learning", next(rounds), ROUNDS)
        return 0.0

    with _few_threads(features.shape[0]):
        model.set_params(scoring=heed_round).fit(features, target)


def _in_blocks(answer: Callable[[Features], Any], rows: Features) -> Numbers:
    """What the model answers to the rows, some at a time, so that it can be followed and stopped."""
    blocks = np.array_split(rows, max(1, -(-len(rows) // BLOCK_ROWS)))
    with _few_threads(BLOCK_ROWS):
        return np.concatenate([np.asarray(answer(each), dtype=np.float64) for each in telling(blocks, "answering")])


@contextmanager
def _few_threads(rows: int) -> Iterator[None]:
    """OpenMP and BLAS with few threads, inside: those of OpenMP wait by spinning, so that more of them than there are
    idle cores cost all of the machine and gain nothing. Never more than were allowed before (OMP_NUM_THREADS)."""
    from threadpoolctl import threadpool_info, threadpool_limits

    wanted = 1 if rows < ROWS_FOR_THREADS else min(MOST_THREADS, max(1, (os.cpu_count() or 1) // 2))
    allowed = [pool["num_threads"] for pool in threadpool_info()]
    with threadpool_limits(limits=min([wanted, *allowed])):
        yield


def _ensemble() -> Any:
    try:
        from sklearn import ensemble
    except ImportError as error:
        raise LearningExtraMissingError from error
    heed()  # the first import takes a second or two
    return ensemble


def _options(features: Features, categorical: tuple[int, ...], seed: int) -> dict[str, Any]:
    """Codes are categories where there are few enough of them, else numbers; a negative code is unknown."""
    few = [column for column in categorical if features[:, column].max(initial=0) < MOST_CATEGORIES]
    return {
        "max_iter": ROUNDS,
        "max_leaf_nodes": LEAVES,
        "min_samples_leaf": LEAF_ROWS,
        "categorical_features": few or None,
        "early_stopping": True,
        "n_iter_no_change": NEVER,
        "validation_fraction": None,
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
