# SPDX-License-Identifier: Apache-2.0
"""Days since 1900 (or 1904), as spreadsheets count time, to dates and times.

Source: ECMA-376, 18.17.4 (dates and times), 18.8.30 (number formats). The count has a 29 February 1900 that never was;
days before 1 March 1900 are therefore not read.
"""

import re
from datetime import date, timedelta
from decimal import Decimal

from taktloom.formats.sheets.sheet import CellKind

__all__ = ["date_style", "moment_text"]

_DATES = frozenset({*range(14, 18), *range(27, 37), *range(50, 59)})
_TIMES = frozenset({18, 19, 20, 21, 45, 46, 47})
_DAY_SECONDS = 86_400
_LAST_DAY = 2_958_465  # 9999-12-31
_FIRST_DAY = 61  # 1900-03-01


def date_style(number: str, code: str | None) -> CellKind | None:
    """What a number format shows: a date, a time, both, or (None) a plain number."""
    if code is None:
        index = int(number) if number.isdecimal() else 0
        if index == 22:
            return CellKind.DATE_TIME
        return CellKind.DATE if index in _DATES else CellKind.TIME if index in _TIMES else None
    bare = re.sub(r'"[^"]*"|\\.|_.|\*.|\[(?!h|m|s)[^\]]*\]', "", code.lower()).partition(";")[0]
    if "general" in bare:
        return None
    has_day, has_time = bool(re.search(r"[dy]", bare)), bool(re.search(r"[hs]", bare))
    if has_day:
        return CellKind.DATE_TIME if has_time else CellKind.DATE
    return CellKind.TIME if has_time else CellKind.DATE if re.fullmatch(r"[m\s/.-]+", bare) else None


def moment_text(number: Decimal, kind: CellKind, *, is_1904: bool) -> str | None:
    """The ISO text of a count of days; None where it is no moment that can be told."""
    seconds = int((number * _DAY_SECONDS).to_integral_value())
    days, rest = divmod(seconds, _DAY_SECONDS)
    clock = f"{rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}"
    if kind is CellKind.TIME:
        return clock if days == 0 else None
    days += 1462 if is_1904 else 0
    if not _FIRST_DAY <= days <= _LAST_DAY:
        return None
    day = (date(1899, 12, 30) + timedelta(days=days)).isoformat()
    if kind is CellKind.DATE:
        return day if rest == 0 else f"{day}T{clock}"
    return f"{day}T{clock}"
