# SPDX-License-Identifier: Apache-2.0
"""Which cases are to be explained. Apart, so that a command line can name them without loading the analysis."""

from enum import StrEnum


class Outcome(StrEnum):
    """What is asked about."""

    SLOW = "slow"
    FAILED = "failed"
    REWORKED = "reworked"
