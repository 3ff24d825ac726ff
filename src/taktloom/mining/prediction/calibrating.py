# SPDX-License-Identifier: Apache-2.0
"""Margins of the cases held out, each from what was known when it was asked for.

As a running server would do it: at any moment the rows that calibrate are those of cases which nothing was learned from
and whose truth has come by then, cases held out included; nothing later is used. Margins are renewed at 200 moments at
most. Rows of like length share a margin where there are enough; else all rows do. An answer counts as missed as soon as
that is certain: when its truth comes, or when its interval has passed and the truth has not come.
"""

from dataclasses import dataclass

import numpy as np

from taktloom.evidence.conformal import followed_level, lateness_weights, weighted_margin
from taktloom.mining.distinct import distinct
from taktloom.mining.prediction.answers import NEVER, Answers
from taktloom.mining.prediction.prefixes import Codes, Numbers, Prefixes, TemporalSplit
from taktloom.mining.watching import telling

GROUP_BEGINS = (1, 2, 3, 4, 6, 9, 14)
LEAST_ROWS = 20
MOST_RENEWALS = 200


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Asked:
    """Per row, µs: when it is asked (its event) and when its truth comes; the group of its length."""

    at: Codes
    told_at: Codes
    group: Codes


def groups_of(prefixes: Prefixes) -> Codes:
    """The group of each row's length, 0 ..."""
    found: Codes = np.searchsorted(GROUP_BEGINS, prefixes.length, side="right") - 1
    return found


def calibrate_as_told(
    answers: Answers, asked: Asked, prefixes: Prefixes, split: TemporalSplit, level: float
) -> Numbers:
    """Per row the margin; NaN for rows that are not held out, infinite where nothing can be promised."""
    margins = np.full(asked.at.size, np.nan)
    aimed, waiting = level, _Waiting(asked.at.size)
    calibrating = np.flatnonzero(prefixes.case_begin[prefixes.case] >= split.calibrated_from)
    rows = split.held_out[np.argsort(asked.at[split.held_out], kind="stable")]
    for part in telling(np.array_split(rows, min(MOST_RENEWALS, rows.size)), "calibrating"):
        now = int(asked.at[part[0]])
        for row in waiting.certain_before(now):
            aimed = followed_level(aimed, level, is_missed=bool(answers.scores[row] > margins[row] + 1e-12))
        known = _Known.at(now, calibrating, answers, asked)
        for group in distinct(asked.group[part]).tolist():
            margins[part[asked.group[part] == group]] = known.margin(group, aimed)
        waiting.add(part, np.minimum(asked.told_at[part], answers.passed_at(part, asked.at, margins)))
    return margins


class _Waiting:
    """Answers that were given and are not judged yet."""

    def __init__(self, rows: int) -> None:
        self._certain_at = np.full(rows, NEVER)

    def add(self, rows: Codes, certain_at: Codes) -> None:
        self._certain_at[rows] = certain_at

    def certain_before(self, now: int) -> list[int]:
        """Those that became certain, in that order; each is told once."""
        rows = np.flatnonzero(self._certain_at < now)
        ordered: list[int] = rows[np.argsort(self._certain_at[rows], kind="stable")].tolist()
        self._certain_at[rows] = NEVER
        return ordered


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Known:
    """The rows whose truth has come; asked: the groups of all rows so far."""

    scores: Numbers
    weights: Numbers
    group: Codes
    asked: Codes

    @classmethod
    def at(cls, now: int, calibrating: Codes, answers: Answers, asked: Asked) -> "_Known":
        seen = calibrating[asked.at[calibrating] < now]
        told = seen[asked.told_at[seen] < now]
        delays, ages = asked.told_at[told] - asked.at[told], now - asked.at[seen]
        weights = lateness_weights(delays.astype(np.float64), ages.astype(np.float64))
        return cls(scores=answers.scores[told], weights=weights, group=asked.group[told], asked=asked.group[seen])

    def margin(self, group: int, level: float) -> float:
        like, asked = self.group == group, int((self.asked == group).sum())
        if like.sum() >= LEAST_ROWS:
            found = weighted_margin(self.scores[like], self.weights[like], level, rows=asked)
            if np.isfinite(found):
                return found
        if self.group.size < LEAST_ROWS:
            return float("inf")
        return weighted_margin(self.scores, self.weights, level, rows=self.asked.size)
