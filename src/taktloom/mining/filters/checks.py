# SPDX-License-Identifier: Apache-2.0
"""What a filter's values must be, refused by the name of the field."""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

from taktloom.mining.logs.errors import MalformedRecordError


def require_zone(**instants: datetime | None) -> None:
    """Each instant has a zone."""
    for name, instant in instants.items():
        if instant is not None and instant.tzinfo is None:
            raise MalformedRecordError(field=name, expected="instant with zone")


def require_texts(**lists: Sequence[str]) -> None:
    """Each list holds something."""
    for name, texts in lists.items():
        if not texts:
            raise MalformedRecordError(field=name, expected="at least one text")


def require_between(at_least: float | None, at_most: float | None) -> None:
    """A range with at least one bound, the lower not above the upper, both finite."""
    for name, bound in (("at_least", at_least), ("at_most", at_most)):
        if bound is not None and not math.isfinite(bound):
            raise MalformedRecordError(field=name, expected="finite number")
    if at_least is None and at_most is None:
        raise MalformedRecordError(field="at_least", expected="number, where at_most is none")
    if at_least is not None and at_most is not None and at_least > at_most:
        raise MalformedRecordError(field="at_most", expected="number of at least at_least")


def require_times(at_least: timedelta | None, at_most: timedelta | None) -> None:
    """Neither is negative, and the lower is not above the upper."""
    for name, bound in (("at_least", at_least), ("at_most", at_most)):
        if bound is not None and bound < timedelta(0):
            raise MalformedRecordError(field=name, expected="duration that is not negative")
    if at_least is not None and at_most is not None and at_least > at_most:
        raise MalformedRecordError(field="at_most", expected="duration of at least at_least")


def require_count(**counts: int) -> None:
    """Each is at least 1."""
    for name, count in counts.items():
        if count < 1:
            raise MalformedRecordError(field=name, expected="integer of at least 1")


def require_share(**shares: float) -> None:
    """Each is above 0 and at most 1."""
    for name, share in shares.items():
        if not 0 < share <= 1:
            raise MalformedRecordError(field=name, expected="share above 0, at most 1")
