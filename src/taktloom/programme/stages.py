# SPDX-License-Identifier: Apache-2.0
"""The stages of an assessment and of a draft, told to whoever waits.

A listener may raise to stop the work: everything here is a pure function of the log, so nothing is left half done.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import TypeAlias


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
