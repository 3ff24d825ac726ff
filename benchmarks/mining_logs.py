# SPDX-License-Identifier: Apache-2.0
"""The generated log that `benchmarks.mining` measures on: the same rows every time, as CSV, Parquet or XES.

500 paths of a process with a choice, three parallel steps, a correction loop and an optional end; a tenth of the paths
has a step missing or two swapped. Cases of a block of 200,000 are interleaved by time, as systems write them; in XES
they are traces. Seven columns: case, activity, time, resource, role, channel, amount. In `.quoted.csv` every field
stands in quotes; `.wide.csv` has twenty attributes more, one half numbers, the other texts.
`python -m benchmarks.mining_logs PATH EVENTS` writes one.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Literal

import numpy as np
import polars as pl

SEED = 20_260_201
BLOCK_CASES = 200_000
PATHS, LONGEST, STEPS = 500, 20, 9  # STEPS: a case has so many or more on average
EPOCH_US, DAY_US = 1_704_067_200_000_000, 86_400_000_000
XES_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<log xes.version="1849.2016" xes.features="" '
    'xmlns="http://www.xes-standard.org/">\n'
)


def _paths() -> list[list[int]]:
    """The paths, most frequent first; activities by number."""
    chance = np.random.default_rng(SEED)
    paths = []
    for number in range(PATHS):
        path = [0, 1 + int(chance.random() < 0.3)]
        path += [int(each) for each in chance.permutation([3, 4, 5])]
        path.append(6)
        while chance.random() < 0.35 and len(path) < LONGEST - 5:
            path += [7, 6]
        path.append(8 + int(chance.random() < 0.25))
        path += [10] if chance.random() < 0.8 else []
        path.append(11)
        if number and chance.random() < 0.1:
            place = int(chance.integers(1, len(path) - 1))
            if chance.random() < 0.5:
                path.pop(place)
            else:
                path[place - 1 : place + 1] = path[place - 1 : place + 1][::-1]
        paths.append(path)
    return paths


def block(number: int, cases: int) -> pl.DataFrame:
    """The events of one block of cases, in order of time."""
    paths = _paths()
    lengths = np.array([len(path) for path in paths])
    steps = np.array([path + [0] * (LONGEST - len(path)) for path in paths])
    chance = np.random.default_rng([SEED, number])
    path = np.minimum(chance.zipf(1.3, cases) - 1, PATHS - 1)
    case = np.repeat(np.arange(cases), lengths[path])
    first = np.cumsum(lengths[path]) - lengths[path]
    step = np.arange(case.size) - first[case]
    waited = np.cumsum(chance.integers(60, 20_000, case.size))
    begun = number * 30 * DAY_US + chance.integers(0, 30 * DAY_US, cases)
    at = EPOCH_US + begun[case] + (waited - waited[first][case]) * 1_000_000
    at -= at % 1_000_000
    order = np.argsort(at, kind="stable")
    who = chance.integers(0, 200, case.size)
    frame = pl.DataFrame(
        {
            "case": number * BLOCK_CASES + case,
            "step": steps[path[case], step],
            "timestamp": at,
            "who": who,
            "channel": (path % 4)[case],
            "amount": chance.integers(100, 10_000_000, cases)[case],
        }
    )
    return frame[order].select(
        pl.format("application-{}", "case").alias("case_id"),
        pl.format("Activity {}", "step").alias("activity"),
        pl.col("timestamp").cast(pl.Datetime("us")),
        pl.format("employee {}", "who").alias("resource"),
        pl.format("team {}", pl.col("who") % 9).alias("role"),
        pl.col("channel").cast(pl.String),
        pl.col("amount") / 100,
    )


def write_log(path: Path, events: int) -> None:
    """About *events* rows as .csv, .parquet or .xes, block by block."""
    folder = Path(tempfile.mkdtemp(prefix="blocks-", dir=path.parent))
    wanted, number, parts = events, 0, []
    while wanted > 0:
        frame = block(number, min(BLOCK_CASES, wanted // STEPS + 1)).head(wanted)
        parts.append(folder / f"{number:05}.parquet")
        frame.write_parquet(parts[-1])
        wanted, number = wanted - frame.height, number + 1
    rows = pl.scan_parquet(parts)
    if path.name.endswith(".wide.csv"):
        rows = rows.with_columns(*_more_columns())
    if path.suffix == ".csv":
        style: Literal["always", "necessary"] = "always" if path.name.endswith(".quoted.csv") else "necessary"
        rows.sink_csv(path, datetime_format="%Y-%m-%d %H:%M:%S", quote_style=style)
    elif path.suffix == ".parquet":
        rows.sink_parquet(path, compression="zstd", compression_level=1)
    else:
        _write_xes(path, rows)
    shutil.rmtree(folder)
    with path.open("rb+") as file:  # what is still to be written would slow the measured reading
        os.fsync(file.fileno())


def _more_columns() -> list[pl.Expr]:
    cents = (pl.col("amount") * 100).round().cast(pl.Int64)
    texts = [pl.format("value {}", cents % (7 * number)).alias(f"text_{number}") for number in range(1, 11)]
    return [*texts, *((cents % 10**number / 100).round(2).alias(f"number_{number}") for number in range(1, 11))]


def _write_xes(path: Path, rows: pl.LazyFrame) -> None:
    event = pl.format(
        '\t\t<event>\n\t\t\t<string key="concept:name" value="{}"/>\n\t\t\t<date key="time:timestamp"'
        ' value="{}+00:00"/>\n\t\t\t<string key="org:resource" value="{}"/>\n\t\t\t<string key="org:role"'
        ' value="{}"/>\n\t\t\t<float key="amount" value="{}"/>\n\t\t</event>',
        "activity",
        pl.col("timestamp").dt.strftime("%Y-%m-%dT%H:%M:%S.000"),
        "resource",
        "role",
        "amount",
    )
    traces = rows.with_columns(event.alias("event")).group_by("case_id", maintain_order=True)
    texts = traces.agg(pl.col("event").str.join("\n"), pl.col("channel").first()).select(
        pl.format(
            '\t<trace>\n\t\t<string key="concept:name" value="{}"/>\n'
            '\t\t<string key="channel" value="{}"/>\n{}\n\t</trace>',
            "case_id",
            "channel",
            "event",
        )
    )
    with path.open("w", encoding="utf-8") as file:
        file.write(XES_HEAD)
        for text in texts.collect().to_series():
            file.write(f"{text}\n")
        file.write("</log>\n")


if __name__ == "__main__":
    write_log(Path(sys.argv[1]), int(sys.argv[2]))
