# SPDX-License-Identifier: Apache-2.0
"""Pauses between the attempts of a job, as models write them."""

from datetime import timedelta

from taktloom.feel.temporal import DaysTime
from taktloom.feel.temporal_text import parse_duration

__all__ = ["pause_of"]

_LONGEST = timedelta(days=3_660)


def pause_of(text: str) -> timedelta | None:
    """The duration; None for what is none, is negative, counts in months or is longer than ten years."""
    duration = parse_duration(text.strip())
    if not isinstance(duration, DaysTime) or not 0 <= duration.seconds <= _LONGEST.total_seconds():
        return None
    return timedelta(microseconds=max(duration.nanos, 0) // 1_000)
