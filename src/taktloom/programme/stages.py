# SPDX-License-Identifier: Apache-2.0
"""The stages of an assessment and of a draft, told to whoever waits.

A listener may raise to stop the work: everything here is a pure function of the log, so nothing is left half done.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import TypeAlias

from taktloom.mining.watching import step, watched_by


class Stage(StrEnum):
    """What is done just now."""

    DISCOVERING = "discovering"
    REPLAYING = "replaying"
    CHOICES = "choices"
    MEASURING = "measuring"
    RESAMPLING = "resampling"
    DRAFTING = "drafting"


Report: TypeAlias = Callable[[Stage, int, int | None], None]
"""(stage, done, total); total None: unknown."""


def unheard(stage: Stage, done: int, total: int | None) -> None:
    """For callers who do not listen."""
    del stage, done, total


@contextmanager
def part_of(stage: Stage, number: int, steps: int, report: Report) -> Iterator[None]:
    """What mining tells inside is part *number* (from 0) of *steps* of *stage*."""
    with watched_by(lambda _, done, total: report(stage, done, total)), step(stage, number, steps):
        yield
