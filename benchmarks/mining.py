# SPDX-License-Identifier: Apache-2.0
"""Import of a large log beside DuckDB's reading of the same file, and what the canonical log then costs to analyse.

    python benchmarks/mining.py [--events 10000000] [--format csv|parquet] [--peer-python PATH] [--folder DIR] [--keep]

The log is generated, the same rows every time: 500 paths of 5 to 15 of 12 activities, cases of a block interleaved by
time. Each measurement runs in a process of its own, so that its peak memory is its own; import and DuckDB run in the
same minute, with the cores that there are. Analyses run on one core and print CPU seconds, which neighbours do not
distort. --peer-python: the interpreter of a throw-away environment with pm4py, measured beside; it is no part of the
product. Bars: import at most 2.5 times DuckDB's read_csv; from Parquet 1.5 s and 80 MB per million events.
Exit code 1 when one is missed.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import numpy as np
import polars as pl

SEED = 20_260_201
BLOCK_CASES = 200_000
PATHS, ACTIVITIES, STEPS = 500, 12, 10  # steps on average
RATIO, PARQUET_S, PARQUET_BYTES = 2.5, 1.5, 80_000_000
EPOCH_US, DAY_US = 1_704_067_200_000_000, 86_400_000_000
Found = TypeVar("Found")
PEER = """
import json, sys, time, resource
import pandas, pm4py
def timed(work):
    began = time.process_time()
    found = work()
    return round(time.process_time() - began, 2), found
path = sys.argv[1]
read = pandas.read_csv if path.endswith("csv") else pandas.read_parquet
loading, log = timed(lambda: pm4py.format_dataframe(
    read(path), case_id="case_id", activity_key="activity", timestamp_key="timestamp"))
figures = {"version": pm4py.__version__, "load": loading}
for name, work in (
    ("directly-follows graph", pm4py.discover_dfg),
    ("performance", pm4py.discover_performance_dfg),
    ("variants", pm4py.get_variants),
    ("durations", pm4py.get_all_case_durations),
):
    figures[name] = timed(lambda: work(log))[0]
figures["peak_bytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps(figures))
"""


def block(number: int, cases: int) -> pl.DataFrame:
    """The events of one block of cases, in order of time."""
    chance = np.random.default_rng(SEED)
    lengths = chance.integers(5, 16, PATHS)
    steps = chance.integers(0, ACTIVITIES, (PATHS, 15))
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
    """About *events* rows as CSV or Parquet, block by block."""
    folder = Path(tempfile.mkdtemp(prefix="blocks-", dir=path.parent))
    wanted, number, parts = events, 0, []
    while wanted > 0:
        frame = block(number, min(BLOCK_CASES, wanted // STEPS + 1)).head(wanted)
        parts.append(folder / f"{number:05}.parquet")
        frame.write_parquet(parts[-1])
        wanted, number = wanted - frame.height, number + 1
    rows = pl.scan_parquet(parts)
    if path.suffix == ".csv":
        rows.sink_csv(path, datetime_format="%Y-%m-%d %H:%M:%S")
    else:
        rows.sink_parquet(path, compression="zstd", compression_level=1)
    shutil.rmtree(folder)


def peak_bytes() -> int:
    """The most memory this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def measure_import(path: Path, into: Path) -> dict[str, object]:
    """Import *path* into the folder *into*."""
    from taktloom.mining.logs.importing import import_log
    from taktloom.mining.logs.requests import ImportRequest

    began, cpu = time.perf_counter(), time.process_time()
    request = ImportRequest(
        path=path, name="log", timezone="UTC", imported_at=datetime(2026, 1, 1, tzinfo=UTC), log_id="log"
    )
    log = import_log(request, into)
    return {
        "path": f"{log.metadata.source_format}, {len(log.metadata.segments)} segments",
        "counts": {name: getattr(log.counts, name) for name in ("events", "cases", "activities", "variants")},
        "wall_s": round(time.perf_counter() - began, 2),
        "cpu_s": round(time.process_time() - cpu, 2),
        "peak_bytes": peak_bytes(),
    }


def measure_duckdb(path: Path, into: Path) -> dict[str, object]:
    """Read *path* into a table of DuckDB in memory, types detected, nothing sorted or coded."""
    import duckdb

    assert into.exists()
    reader = "read_csv" if path.suffix == ".csv" else "read_parquet"
    began, cpu = time.perf_counter(), time.process_time()
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"CREATE TABLE log AS SELECT * FROM {reader}(?)", [str(path)])
    wall, used = time.perf_counter() - began, time.process_time() - cpu
    return {"path": reader, "wall_s": round(wall, 2), "cpu_s": round(used, 2), "peak_bytes": peak_bytes()}


def measure_analyses(path: Path, into: Path) -> dict[str, object]:
    """CPU seconds of analyses of the imported log, and the peak memory after each."""
    from taktloom.mining.logs.canonical import CanonicalLog
    from taktloom.mining.statistics.arrays import load_arrays
    from taktloom.mining.statistics.directly_follows import discover_directly_follows_graph
    from taktloom.mining.statistics.durations import measure_case_durations

    assert path.exists()
    figures: dict[str, object] = {}

    def timed(name: str, work: Callable[[], Found]) -> Found:
        began = time.process_time()
        found = work()
        figures[name] = round(time.process_time() - began, 2)
        return found

    log = CanonicalLog.open(into / "log")
    arrays = timed("load", lambda: load_arrays(log))
    timed("directly-follows graph with performance", lambda: discover_directly_follows_graph(arrays))
    timed("durations", lambda: measure_case_durations(arrays))
    timed("variants", log.variants)
    return figures | {"peak_bytes": peak_bytes()}


def measure_parts(path: Path, into: Path) -> dict[str, object]:
    """Wall and CPU seconds of analyses that never hold the log, and the peak memory of all."""
    from taktloom.mining.logs.canonical import CanonicalLog
    from taktloom.mining.statistics.in_parts import count_flows, measure_durations_in_parts, time_flows

    assert path.exists()
    log = CanonicalLog.open(into / "log")
    works: dict[str, Callable[[], object]] = {
        "directly-follows graph": lambda: count_flows(log),
        "performance": lambda: time_flows(log),
        "durations": lambda: measure_durations_in_parts(log),
        "variants": log.variants,
    }
    figures: dict[str, object] = {}
    for name, work in works.items():
        began, cpu = time.perf_counter(), time.process_time()
        work()
        figures[name] = [round(time.perf_counter() - began, 2), round(time.process_time() - cpu, 2)]
    return figures | {"peak_bytes": peak_bytes()}


MEASURES = {
    "import": measure_import,
    "duckdb": measure_duckdb,
    "analyses": measure_analyses,
    "parts": measure_parts,
}


def in_a_child(measure: str, path: Path, into: Path, *, cores: int | None = None) -> dict[str, object]:
    """The figures of one measurement in a process of its own."""
    limits = {} if cores is None else dict.fromkeys(("POLARS_MAX_THREADS", "OMP_NUM_THREADS"), str(cores))
    command = [sys.executable, __file__, "--measure", measure, "--log", str(path), "--into", str(into)]
    child = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=os.environ | limits)
    figures: dict[str, object] = json.loads(child.stdout)
    print(f"{measure}: {json.dumps(figures)}", flush=True)
    return figures


def judge(events: int, path: Path, imported: dict[str, object], peer: dict[str, object]) -> bool:
    """Whether the bar of the format is met; printed."""
    seconds, peak = float(str(imported["wall_s"])), int(str(imported["peak_bytes"]))
    ratio = seconds / float(str(peer["wall_s"]))
    print(f"import / DuckDB: {ratio:.2f} by wall, peak {peak / 1e9:.2f} GB")
    millions = events / 1e6
    if path.suffix == ".csv":
        passed, bar = ratio <= RATIO, f"{RATIO} times DuckDB"
    else:
        longest, most = PARQUET_S * millions, PARQUET_BYTES * max(millions, 10)
        passed, bar = seconds <= longest and peak <= most, f"{longest:.0f} s and {most / 1e9:.1f} GB"
    print(f"bar {bar}: {'met' if passed else 'MISSED'}")
    return passed


def main() -> int:
    """Generate, measure in children, judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--format", choices=("csv", "parquet"), default="csv")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    parser.add_argument("--keep", action="store_true", help="keep the generated file")
    parser.add_argument("--peer-python", help="interpreter of an environment with pm4py")
    parser.add_argument("--measure", choices=MEASURES, help=argparse.SUPPRESS)
    parser.add_argument("--log", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--into", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.write:
        write_log(arguments.write, arguments.events)
        return 0
    if arguments.measure:
        print(json.dumps(MEASURES[arguments.measure](arguments.log, arguments.into)))
        return 0
    path = arguments.folder / f"taktloom-mining-{arguments.events}.{arguments.format}"
    try:
        if not path.exists():  # in a child: a process inherits the peak of the one that starts it
            write = ["--write", str(path), "--events", str(arguments.events)]
            subprocess.run([sys.executable, __file__, *write], check=True)
        print(f"cores: {os.cpu_count()}, load: {os.getloadavg()[0]:.1f}, file: {path.stat().st_size / 1e6:.0f} MB")
        with tempfile.TemporaryDirectory(dir=arguments.folder) as into:
            peer = in_a_child("duckdb", path, Path(into))
            imported = in_a_child("import", path, Path(into))
            in_a_child("analyses", path, Path(into), cores=1)
            in_a_child("parts", path, Path(into))
        if arguments.peer_python:
            subprocess.run([arguments.peer_python, "-c", PEER, str(path)], check=False)
        return 0 if judge(arguments.events, path, imported, peer) else 1
    finally:
        if not arguments.keep:
            path.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
