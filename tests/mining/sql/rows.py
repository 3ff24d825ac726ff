# SPDX-License-Identifier: Apache-2.0
"""A made log with what trips SQL engines: ties, times before 1970 and with fractions, blanks, unknown resources."""

import random
from datetime import UTC, datetime, timedelta

import polars as pl

from taktloom.mining.sql.event_table import SqlColumns

NAMES = SqlColumns(case="case", activity="activity", time="time", start="begun", resource="who")


def _made() -> pl.DataFrame:
    chance = random.Random(7)
    rows = []
    for case in range(60):
        at = datetime(1969, 12, 31, 20, tzinfo=UTC) + timedelta(days=case * chance.choice((1, 100)))
        for _ in range(chance.randint(1, 8)):
            at += timedelta(microseconds=chance.choice((0, 0, 1, 999_999, 3_600_000_001, 86_400_000_000)))
            begun = at - timedelta(seconds=chance.randint(0, 9)) if chance.random() < 0.8 else None
            activity = chance.choice(("a", "b ", " ä", "B", "ask, then wait", "10"))
            rows.append((str(case % 50), activity, at, begun, chance.choice(("p", " p", "q", "", None))))
    chance.shuffle(rows)
    instant = pl.Datetime("us", "UTC")
    schema: dict[str, type[pl.DataType] | pl.DataType] = {
        "case": pl.String,
        "activity": pl.String,
        "time": instant,
        "begun": instant,
        "who": pl.String,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


EVENTS = _made()
