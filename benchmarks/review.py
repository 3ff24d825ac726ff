# SPDX-License-Identifier: Apache-2.0
"""One million events: CSV to canonical, then map, variants and times. Run: python benchmarks/review.py [--events N].

The file is generated (same bytes every time) unless it is there already. Import and review run in a process of their
own, so that its peak memory is theirs. The bar: under 15 s and 2 GB on 4 cores. Exit code 1 when it is missed.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

ACTIVITIES = ("Register", "Check", "Ask applicant", "Assess", "Consult", "Decide", "Inform", "Archive")
SEED = 20_260_101
BAR_S, BAR_BYTES = 15.0, 2_000_000_000


def write_log(path: Path, events: int) -> None:
    """A CSV of about *events* rows: 5 to 15 steps a case, rows interleaved by time as systems write them."""
    chance = np.random.default_rng(SEED)
    lengths = chance.integers(5, 16, size=events // 10 + 1)
    case = np.repeat(np.arange(lengths.size), lengths)[:events]
    first = np.append(0, np.flatnonzero(np.diff(case)) + 1)
    step = np.arange(case.size) - np.repeat(first, np.diff(np.append(first, case.size)))
    activity = np.where(chance.random(case.size) < 0.8, np.minimum(step, 7), chance.integers(0, 8, case.size))
    gap = chance.exponential(6 * 3600, case.size)
    begun = np.sort(chance.random(lengths.size))[case] * 365 * 86_400
    total = np.cumsum(gap)
    seconds = begun + total - np.repeat(total[first], np.diff(np.append(first, case.size)))
    who, amount = chance.integers(0, 120, case.size), chance.integers(100, 100_000, lengths.size)
    epoch = datetime(2024, 1, 1, tzinfo=UTC)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("case_id,activity,timestamp,resource,role,channel,amount\n")
        for row in np.argsort(seconds, kind="stable").tolist():
            at = epoch + timedelta(milliseconds=int(seconds[row] * 1000))
            number, person = int(case[row]), int(who[row])
            file.write(
                f"application-{number:07},{ACTIVITIES[activity[row]]},{at.isoformat(timespec='milliseconds')},"
                f"employee {person:03},team {person % 9},{('web', 'post', 'desk')[number % 3]},{amount[number]}\n"
            )


def measure(path: Path) -> None:
    """Import and review *path*; print times and peak memory as JSON."""
    from taktloom.mining.logs.importing import import_log
    from taktloom.mining.logs.requests import ImportRequest
    from taktloom.mining.review import review

    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        request = ImportRequest(path=path, name="benchmark", imported_at=datetime(2026, 1, 1, tzinfo=UTC))
        log = import_log(request, Path(folder))
        imported = time.perf_counter()
        report = review(log)
        ended = time.perf_counter()
    usage = resource.getrusage(resource.RUSAGE_SELF)
    figures = {
        "events": report.event_count,
        "cases": report.case_count,
        "variants": report.variant_count,
        "flows": len(report.map.flows),
        "import_s": round(imported - began, 2),
        "review_s": round(ended - imported, 2),
        "total_s": round(ended - began, 2),
        "cpu_s": round(usage.ru_utime + usage.ru_stime, 2),
        "peak_bytes": usage.ru_maxrss * 1024,
    }
    print(json.dumps(figures))


def main() -> int:
    """Generate, measure in a child, judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        measure(arguments.measure)
        return 0
    path = arguments.folder / f"taktloom-benchmark-{arguments.events}.csv"
    if not path.exists():
        draft = path.with_suffix(".draft")
        write_log(draft, arguments.events)
        draft.rename(path)
    print(f"cores: {os.cpu_count()}, load: {os.getloadavg()[0]:.1f}, file: {path.stat().st_size / 1e6:.0f} MB")
    child = subprocess.run(
        [sys.executable, __file__, "--measure", str(path)], check=True, capture_output=True, text=True
    )
    figures = json.loads(child.stdout)
    print(json.dumps(figures, indent=1))
    passed = figures["total_s"] < BAR_S and figures["peak_bytes"] < BAR_BYTES
    print(f"bar {BAR_S:.0f} s and {BAR_BYTES / 1e9:.0f} GB: {'met' if passed else 'MISSED'}")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
