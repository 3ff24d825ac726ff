# SPDX-License-Identifier: Apache-2.0
"""Time zones from the pinned `tzdata` package, never from the machine.

Two machines with different system zone tables must compute the same due instants, so zones are read from the package
that the lock file pins; its version is `TZDATA_VERSION` and goes into the journal.

Instants and local times are plain integers (seconds since 1970-01-01T00:00:00, UTC or local), because FEEL's years
reach ±999,999,999 and Python's `datetime` ends at 9999. Outside Python's years the rules of the first known year and,
after 9999, of the same year in the 400-year Gregorian cycle apply.
"""

import re
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from tzdata import IANA_VERSION as TZDATA_VERSION

__all__ = ["TZDATA_VERSION", "UnknownZoneError", "load_zone", "offset_at_instant", "offset_at_local", "zone_exists"]

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  (local and UTC seconds are both counted from here; the zone is asked apart)
_CYCLE = 146_097 * 86_400  # seconds in 400 Gregorian years: weekdays and leap years repeat exactly
_FIRST = -62_135_596_800 + 2 * 86_400  # 0001-01-03: a day of room for the offset
_LAST = 253_402_300_799 - 2 * 86_400  # 9999-12-29
_ZONE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+\-]*(/[A-Za-z0-9][A-Za-z0-9_+\-]*){0,2}")


class UnknownZoneError(ValueError):
    """The `tzdata` package holds no zone of this name."""


@cache
def load_zone(name: str) -> ZoneInfo:
    """Return the zone called *name* (IANA spelling, case counts); raises UnknownZoneError."""
    if not _ZONE_NAME.fullmatch(name):
        raise UnknownZoneError(name)
    resource = files("tzdata").joinpath("zoneinfo", *name.split("/"))
    try:
        with resource.open("rb") as stream:
            return ZoneInfo.from_file(stream, key=name)
    except (OSError, ValueError) as error:
        raise UnknownZoneError(name) from error


def zone_exists(name: str) -> bool:
    """Tell whether the pinned `tzdata` package knows *name*."""
    try:
        load_zone(name)
    except UnknownZoneError:
        return False
    return True


def offset_at_local(name: str, local_seconds: int) -> int:
    """Offset east of UTC in seconds that holds in zone *name* at a local wall-clock time.

    Of an hour that occurs twice the first one is meant; in an hour that is skipped the offset before the change holds.
    """
    moment = _EPOCH + timedelta(seconds=_within_python_years(local_seconds))
    return _seconds(load_zone(name).utcoffset(moment))


def offset_at_instant(name: str, utc_seconds: int) -> int:
    """Offset east of UTC in seconds that holds in zone *name* at an instant (seconds since the epoch, UTC)."""
    zone = load_zone(name)
    moment = (_EPOCH + timedelta(seconds=_within_python_years(utc_seconds))).replace(tzinfo=zone)
    return _seconds(zone.fromutc(moment).utcoffset())


def _within_python_years(seconds: int) -> int:
    if seconds < _FIRST:
        return _FIRST
    if seconds <= _LAST:
        return seconds
    return _LAST - _CYCLE + (seconds - _LAST) % _CYCLE


def _seconds(offset: timedelta | None) -> int:
    return 0 if offset is None else int(offset.total_seconds())
