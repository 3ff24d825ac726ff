# SPDX-License-Identifier: Apache-2.0
"""Wall-clock times of a zone to UTC and back for whole columns, by the pinned time-zone table.

Polars and DuckDB carry zone tables of their own, of other ages; they would place the same log differently from one
version to the next. The offsets of the years that a column spans are therefore taken from `calendars.zones` once, as
the instants where they change, and looked up by binary search.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from taktloom.calendars.zones import offset_at_instant

SECOND_US = 1_000_000
DAY_S = 86_400
# Beyond these years the nearest known offset holds: nobody's log is there, and a stray date must not cost minutes.
FIRST_YEAR, LAST_YEAR = 1890, 2150


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ZoneTable:
    """changes: UTC µs at which the offset changes, ascending. offsets: µs ahead of UTC, one more than changes."""

    changes: NDArray[np.int64]
    offsets: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlacedTimes:
    """UTC µs, the offset in µs, and which wall times occur twice (the first is meant) or never (as if the clock had not
    been put forward)."""

    utc: NDArray[np.int64]
    offset: NDArray[np.int64]
    is_ambiguous: NDArray[np.bool_]
    is_missing: NDArray[np.bool_]


def fixed_offset(times: NDArray[np.int64], zone: str) -> int | None:
    """The offset of *zone* in µs where it is the same around all of *times*, as that of UTC is; else None."""
    table = _table_for(times, zone)
    return None if table.changes.size else int(table.offsets[0])


def place_wall_times(wall: NDArray[np.int64], zone: str) -> PlacedTimes:
    """The instants at which clocks of *zone* show *wall* (µs since 1970 on the wall)."""
    table = _table_for(wall, zone)
    if table.changes.size == 0:
        none = np.zeros(wall.size, dtype=np.bool_)
        offset = np.full(wall.size, table.offsets[0])
        return PlacedTimes(utc=wall - table.offsets[0], offset=offset, is_ambiguous=none, is_missing=none)
    before, after = table.offsets[:-1], table.offsets[1:]
    index = np.searchsorted(table.changes + np.maximum(before, after), wall, side="right")
    offset = table.offsets[index]
    # a wall time is odd when it lies between the two readings of the clock at the change that comes next
    has_next = index < table.changes.size
    following = np.minimum(index, table.changes.size - 1)
    is_odd = has_next & (wall >= table.changes[following] + np.minimum(before, after)[following])
    goes_forward = (after > before)[following]
    return PlacedTimes(
        utc=wall - offset, offset=offset, is_ambiguous=is_odd & ~goes_forward, is_missing=is_odd & goes_forward
    )


def offsets_at(utc: NDArray[np.int64], zone: str) -> NDArray[np.int64]:
    """The offset of *zone* in µs at each instant *utc* (µs)."""
    table = _table_for(utc, zone)
    return table.offsets[np.searchsorted(table.changes, utc, side="right")]


def _table_for(times: NDArray[np.int64], zone: str) -> ZoneTable:
    if times.size == 0:
        return _table(zone, 2000, 2000)
    years = [_year(int(times.min())), _year(int(times.max()))]
    first, last = (min(max(year, FIRST_YEAR), LAST_YEAR) for year in years)
    return _table(zone, first - 1, last + 1)


def _year(microseconds: int) -> int:
    return 1970 + microseconds // (31_556_952 * SECOND_US)


@lru_cache(maxsize=32)
def _table(zone: str, first_year: int, last_year: int) -> ZoneTable:
    """Changes from the beginning of one year to the end of another."""
    found = [change for year in range(first_year, last_year + 1) for change in _changes_in(zone, year)]
    changes = [at for at, _ in found]
    offsets = [offset_at_instant(zone, _beginning_of(first_year)), *(offset for _, offset in found)]
    return ZoneTable(
        changes=np.array(changes, dtype=np.int64) * SECOND_US, offsets=np.array(offsets, dtype=np.int64) * SECOND_US
    )


@lru_cache(maxsize=2_048)  # logs of one zone share most of their years
def _changes_in(zone: str, year: int) -> tuple[tuple[int, int], ...]:
    """When the offset changes in a year, and to what, in seconds: each day asked, the second found by halving."""
    begin = _beginning_of(year)
    before, changes = offset_at_instant(zone, begin), []
    for day in range(begin + DAY_S, _beginning_of(year + 1) + DAY_S, DAY_S):
        offset = offset_at_instant(zone, day)
        if offset != before:
            changes.append((_change_between(zone, day - DAY_S, day), offset))
            before = offset
    return tuple(changes)


def _beginning_of(year: int) -> int:
    return int(datetime(year, 1, 1, tzinfo=UTC).timestamp())


def _change_between(zone: str, low: int, high: int) -> int:
    """The first second after *low* with the offset of *high*."""
    wanted = offset_at_instant(zone, high)
    while high - low > 1:
        middle = (low + high) // 2
        if offset_at_instant(zone, middle) == wanted:
            high = middle
        else:
            low = middle
    return high
