# SPDX-License-Identifier: Apache-2.0
"""How long a failed job waits for its next attempt: as its model says, else doubling from two seconds."""

import json
from datetime import timedelta

from taktloom.kernel.commands import CreateJob
from taktloom.storage import Row

__all__ = ["doubling", "pause_after_failure", "stored_back_off"]

_FIRST = timedelta(seconds=2)
_LONGEST = timedelta(minutes=10)
_MICROSECOND = timedelta(microseconds=1)


def doubling(attempt: int) -> timedelta:
    """Wait before the next attempt: 2 s after the first, doubling up to 10 minutes."""
    doublings = min(max(attempt, 1) - 1, 20)
    return min(_FIRST * (1 << doublings), _LONGEST)


def stored_back_off(command: CreateJob) -> str | None:
    """What stands in the job's row; None where the model says nothing."""
    if not command.back_off:
        return None
    return json.dumps({"tries": command.retries, "pauses": [pause // _MICROSECOND for pause in command.back_off]})


def pause_after_failure(job: Row, retries_left: int, wanted: timedelta | None) -> timedelta:
    """The pause that *wanted* asks for, else the model's for this failure, else the doubling one.

    Which failure it is, the tries that are left tell: an attempt whose lock ran out is none, and after an operator's
    retry the list begins again.
    """
    if wanted is not None:
        return max(wanted, timedelta())
    said = job.text_or_none("back_off")
    if said is None:
        return doubling(job.integer("attempt"))
    plan = json.loads(said)
    failures = min(max(plan["tries"] - retries_left, 1), len(plan["pauses"]))
    return _MICROSECOND * int(plan["pauses"][failures - 1])
