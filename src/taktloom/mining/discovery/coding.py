# SPDX-License-Identifier: Apache-2.0
"""What every miner starts from: variants with their counts, activities coded in the order of their names."""

from collections import Counter
from collections.abc import Mapping
from typing import TypeAlias

from taktloom.mining.discovery.follows import CodedLog
from taktloom.mining.watching import heeding
from taktloom.model.errors import LimitExceededError, MisuseError

VariantCounts: TypeAlias = Mapping[tuple[str, ...], int]
"""Activities of a variant -> number of its cases (> 0)."""

MAX_ACTIVITIES = 2_000


class ThresholdOutOfRangeError(MisuseError):
    """A threshold of a miner is not in 0..1."""

    code = "TL-2125"


class TooManyActivitiesError(LimitExceededError):
    """The log has more activities than a model can show."""

    code = "TL-2126"


def code_variants(variants: VariantCounts, *, limit: int = MAX_ACTIVITIES) -> tuple[list[str], CodedLog]:
    """The names by code, ascending, and the log in codes. Raises TooManyActivitiesError above *limit* activities."""
    names = sorted({activity for variant in variants for activity in variant})
    require_few_activities(len(names), limit)
    code = {name: index for index, name in enumerate(names)}
    log: Counter[tuple[int, ...]] = Counter()
    for variant in heeding(sorted(variants)):
        log[tuple(code[activity] for activity in variant)] += variants[variant]
    return names, log


def require_few_activities(activities: int, limit: int) -> None:
    """Raise TooManyActivitiesError above *limit*."""
    if activities > limit:
        raise TooManyActivitiesError(
            f"The log has {activities} activities.",
            remedy=f"Choose another activity column or filter to at most {limit}.",
            parameters={"activities": str(activities), "limit": str(limit)},
        )


def require_share(name: str, value: float) -> None:
    """Raise ThresholdOutOfRangeError unless *value* is in 0..1."""
    if not 0 <= value <= 1:
        raise ThresholdOutOfRangeError(
            f"The threshold '{name}' is {value}.",
            remedy="Give a number from 0 to 1.",
            parameters={"name": name, "noise": str(value)},
        )
