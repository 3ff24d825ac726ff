# SPDX-License-Identifier: Apache-2.0
"""Dates in one column and times of day in another: which column holds the clock of a column of dates.

A column of times that all lie at midnight is one of dates. Its clock is the column whose values are all times of day
and whose name speaks of time but not of a duration; of several the one whose name is otherwise the same (`Start date`,
`Start time`). Where that leaves a choice nothing is told, and the option names it.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from taktloom.mining.logs.column_names import without_accents
from taktloom.mining.logs.recognition import Recognition
from taktloom.mining.logs.times import MIDNIGHT, without_date

CLOCK_PARTS: Mapping[str, str] = {"timestamp": "time_of_day", "start_timestamp": "start_time_of_day"}
CLOCK = r"(?i)^([01]?\d|2[0-3])[:.][0-5]\d([:.][0-5]\d([.,]\d+)?)?(\s*[ap]m)?(\s*(Z|UTC|GMT|[+-]\d\d:?\d\d))?$"
COMPACT_CLOCK = r"^([01]\d|2[0-3])[0-5]\d[0-5]\d$"
TIME_WORDS = re.compile(r"time|uhr|zeit|heure|horaire|hora\b|\bora\b|tijd|clock|hour|时间|时刻|時間|時刻")
DATE_WORDS = re.compile(r"date|datum|dia\b|tag\b|jour|fecha|data\b|day|日期|日")
DURATION_WORDS = re.compile(
    r"duration|elapsed|spent|dauer|duree|duracion|durata|duracao|duur|minutes|hours|时长|耗时|用时"
)
CONFIDENCE = 0.8


def recognise_clocks(found: Recognition, head: pl.DataFrame) -> Recognition:
    """*found* with the columns of times of day that belong to its columns of dates."""
    dates = {part: found.parts[part] for part in CLOCK_PARTS if part in found.parts}
    dates = {part: name for part, name in dates.items() if _holds_dates(head[name])}
    taken = set(found.parts.values())
    clocks = [name for name in head.columns if name not in taken and _is_clock(head[name])]
    parts, confidence = dict(found.parts), dict(found.confidence)
    for part, name in dates.items():
        alike = [clock for clock in clocks if _core(clock) == _core(name)]
        chosen = alike if alike else clocks if len(dates) == 1 else []
        if len(chosen) == 1:
            parts[CLOCK_PARTS[part]], confidence[CLOCK_PARTS[part]] = chosen[0], CONFIDENCE
    return replace(found, parts=parts, confidence=confidence)


def _holds_dates(values: pl.Series) -> bool:
    if values.dtype == pl.Date:
        return True
    texts = values.drop_nulls().cast(pl.String).str.strip_chars().str.replace(MIDNIGHT, "")
    return texts.len() > 0 and not texts.str.contains(":").any() and not texts.str.contains(r"^\d{9,}").any()


def _is_clock(values: pl.Series) -> bool:
    name = without_accents(values.name.strip().lower())
    if not TIME_WORDS.search(name) or DURATION_WORDS.search(name):
        return False
    texts = without_date(values).drop_nulls()
    return texts.len() > 0 and bool(texts.str.contains(CLOCK).all() or texts.str.contains(COMPACT_CLOCK).all())


def _core(name: str) -> str:
    """The name without what says date or time."""
    plain = without_accents(name.strip().lower())
    return re.sub(r"[\W_]+", "", DATE_WORDS.sub("", TIME_WORDS.sub("", plain)))
