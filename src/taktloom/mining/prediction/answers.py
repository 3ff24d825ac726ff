# SPDX-License-Identifier: Apache-2.0
"""Answers of a method to all rows: how wrong they are, and how large they must be to hold the truth.

Losses: wrong or right (classes), squared error of the probability (Brier, "Verification of forecasts", 1950), absolute
error (numbers). Scores for `evidence.conformal`: 1 - probability of what came, or the absolute error; a set holds every
class whose own score is within the margin (Sadinle, Lei & Wasserman, "Least ambiguous set-valued classifiers", JASA
114, 2019).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from taktloom.mining.prediction.prefixes import HOUR_US, Codes, Numbers

NEVER = 1 << 62  # µs; a float holds it exactly


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answers:
    """Per row: loss, score, the answer itself. size: margins per row -> hours of the interval or classes of the set.

    is_time: the answers are hours from when they are asked, so that an interval can be over before the truth comes.
    """

    losses: Numbers
    scores: Numbers
    answer: Numbers
    size: Callable[[Numbers], Numbers]
    is_time: bool = False

    def passed_at(self, rows: Codes, asked_at: Codes, margins: Numbers) -> Codes:
        """When the intervals of *rows* are over, µs; sets and infinite ones never are. asked_at, margins: per row."""
        if not self.is_time:
            return np.full(rows.size, NEVER)
        hours = self.answer[rows] + margins[rows]
        passed: Codes = np.minimum(asked_at[rows] + hours * HOUR_US, NEVER).astype(np.int64)
        return passed


def class_answers(probabilities: Numbers, truth: Codes) -> Answers:
    """The most probable class; loss 1 where another came."""
    answer = probabilities.argmax(axis=1)
    return Answers(
        losses=(answer != truth).astype(np.float64),
        scores=1 - probabilities[np.arange(truth.size), truth],
        answer=answer.astype(np.float64),
        size=lambda margins: _set_sizes(probabilities, margins),
    )


def chance_answers(probabilities: Numbers, truth: Codes) -> Answers:
    """The probability of class 1 of two; loss by Brier."""
    return Answers(
        losses=(probabilities[:, 1] - truth) ** 2,
        scores=1 - probabilities[np.arange(truth.size), truth],
        answer=probabilities[:, 1],
        size=lambda margins: _set_sizes(probabilities, margins),
    )


def number_answers(answer: Numbers, truth: Numbers) -> Answers:
    """A number that is not below 0; loss is the absolute error."""
    answer = np.maximum(answer, 0.0)
    errors = np.abs(answer - truth)
    return Answers(
        losses=errors,
        scores=errors,
        answer=answer,
        size=lambda margins: np.asarray(np.minimum(answer, margins) + margins, dtype=np.float64),
        is_time=True,
    )


def _set_sizes(probabilities: Numbers, margins: Numbers) -> Numbers:
    # Equal up to rounding counts as inside, as it does where coverage is counted.
    inside = 1 - probabilities <= margins[:, None] + 1e-12
    return np.asarray(inside.sum(axis=1), dtype=np.float64)
