# SPDX-License-Identifier: Apache-2.0
"""What can be foretold, and how it can turn out."""

from enum import StrEnum


class Task(StrEnum):
    """What is foretold."""

    NEXT_ACTIVITY = "next-activity"
    REMAINING_TIME = "remaining-time"
    OUTCOME = "outcome"


class Verdict(StrEnum):
    """How the learned model does against the better naive answer."""

    BEATS = "beats-the-naive-answer"
    WORSE = "worse-than-the-naive-answer"
    NO_DIFFERENCE = "no-difference-shown"
