# SPDX-License-Identifier: Apache-2.0
"""Wall-clock times to instants, in the two nights of the year when that is no plain subtraction.

- An hour that occurs twice: its first occurrence is meant. What is to happen once, happens once.
- An hour that is skipped: the moment of the change is meant, the first instant at which the wall clock shows that time
  or a later one. What was to happen in it, happens at once afterwards and is not left out.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from taktloom.calendars.zones import load_zone

__all__ = ["instant_of", "local_of"]

_SECOND = timedelta(seconds=1)


def local_of(zone: str, instant: datetime) -> datetime:
    """What the wall clock of *zone* shows at the aware *instant*, naive. Raises UnknownZoneError, OverflowError."""
    return instant.astimezone(load_zone(zone)).replace(tzinfo=None, fold=0)


def instant_of(zone: str, day: date, since_midnight: timedelta) -> datetime:
    """The instant (UTC) at which the wall clock of *zone* shows *day* and the time *since_midnight*; see the module.

    since_midnight may be 24 hours or more: it is then a time of a later day. Raises UnknownZoneError, OverflowError.
    """
    tz = load_zone(zone)
    local = (datetime.combine(day, time()) + since_midnight).replace(tzinfo=tz)
    instant = local.astimezone(UTC)
    if instant.astimezone(tz).replace(tzinfo=None, fold=0) == local.replace(tzinfo=None):
        return instant
    # Of a skipped time Python counts with the offset before the change (too late) or, with fold 1, after it (too
    # early): the change lies between the two.
    return _moment_of_change(tz, local.replace(fold=1).astimezone(UTC).replace(microsecond=0), instant)


def _moment_of_change(tz: ZoneInfo, early: datetime, late: datetime) -> datetime:
    """The first whole second after *early* with the offset that holds at *late*; by bisection."""
    offset = late.astimezone(tz).utcoffset()
    low, high = 0, (late - early) // _SECOND
    while low < high:
        middle = (low + high) // 2
        if (early + middle * _SECOND).astimezone(tz).utcoffset() == offset:
            high = middle
        else:
            low = middle + 1
    return early + low * _SECOND
