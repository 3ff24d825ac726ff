# SPDX-License-Identifier: Apache-2.0
"""Process mining beside its peers, part by part, and the table of bars met and missed.

    PYTHONPATH=src:. python -m benchmarks.mining [PART …] [--peers FOLDER] [--folder DIR] [--keep] [--logs GIVEN]
        [--events MILLIONS]

Parts: xes, csv, table, people, models, alignments, large; without any, all but `large`. --peers: a folder outside of
the project with one environment per peer (pm4py with pyarrow, r4pm with polars), made when missing; no peer is part of
the product. Without it, ours is measured alone. Logs are generated (`mining_logs`), the same rows every time, and each
measurement runs in a process of its own, so that its peak memory is its own. Ours and the peers' run in turn, in the
same minutes; table, people, models and alignments on one core by CPU seconds, which neighbours on the machine do not
distort. Exit code 1 when a bar is missed.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MILLION = 1_000_000
PEERS = {"pm4py": ("pm4py", "pyarrow"), "r4pm": ("r4pm", "polars")}
ONE_CORE = dict.fromkeys(("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "RAYON_NUM_THREADS"), "1")
GIVEN_LOGS = ("SEPSIS.xes.gz", "BPIC13_cp.xes.gz", "08_receipt.xes.gz", "helpdesk.xes.gz")
Figures = dict[str, Any]
CSV_ROUNDS = 3


@dataclass(slots=True)
class Run:
    """Where things are, and the rows of the table so far."""

    folder: Path
    peers: Path | None
    given: Path | None
    millions: int = 100
    rows: list[tuple[str, str, str]] = field(default_factory=list)
    missed: int = 0

    def ours(self, job: str, log: Path, *rest: str, one_core: bool = True) -> Figures:
        """The figures of one of our jobs."""
        command = [sys.executable, "-m", "benchmarks.mining_measures", job, str(log), str(self.imported(log)), *rest]
        found = _figures(f"taktloom {job}", command, one_core=one_core)
        if not found:
            raise SystemExit(f"our own job {job} failed")
        return found

    def peer(self, name: str, job: str, *rest: str, one_core: bool = True) -> Figures:
        """The figures of a peer's job; empty where there is no peer or it fails."""
        if self.peers is None:
            return {}
        python = _environment(self.peers / name, PEERS[name])
        script = str(Path(__file__).with_name("mining_peers.py"))
        return _figures(f"{name} {job}", [str(python), script, f"{name}-{job}", *rest], one_core=one_core)

    def imported(self, log: Path) -> Path:
        """The folder that takes the canonical form of *log*."""
        into = self.folder / f"{log.name}-imported"
        into.mkdir(exist_ok=True)
        return into

    def log(self, events: int, kind: str) -> Path:
        """The generated log, written by a process of its own when it is not there."""
        path = self.folder / f"taktloom-mining-{events}.{kind}"
        if not path.exists():
            subprocess.run([sys.executable, "-m", "benchmarks.mining_logs", str(path), str(events)], check=True)
        return path

    def judge(
        self, bar: str, value: float | None, *, at_least: float | None = None, at_most: float | None = None
    ) -> None:
        """Add a row: met, missed, or not measured where there is no value."""
        if value is None:
            self.rows.append((bar, "–", "not measured"))
            return
        is_met = (at_least is None or value >= at_least) and (at_most is None or value <= at_most)
        self.missed += not is_met
        self.rows.append((bar, f"{value:.3g}", "met" if is_met else "MISSED"))


def _figures(title: str, command: list[str], *, one_core: bool) -> Figures:
    limits = ONE_CORE if one_core else {}
    child = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | limits)
    lines = [line for line in child.stdout.splitlines() if line.startswith("{")]
    if child.returncode or not lines:
        print(f"{title}: failed: {(child.stderr.strip().splitlines() or ['?'])[-1]}", flush=True)
        return {}
    print(f"{title}: {lines[-1]}", flush=True)
    found: Figures = json.loads(lines[-1])
    return found


def _environment(folder: Path, packages: Iterable[str]) -> Path:
    """The interpreter of a peer's environment, made with pip when it is not there."""
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *packages], check=True)
    return python


def _ratio(peer: Figures, ours: Figures, name: str, own: str | None = None) -> float | None:
    """How many times our CPU seconds the peer needs."""
    if name not in peer or (own or name) not in ours:
        return None
    return float(peer[name][1]) / max(float(ours[own or name][1]), 0.001)


def xes(run: Run) -> None:
    """1,000,000 events of XES."""
    log = run.log(MILLION, "xes")
    parser, plain = run.ours("xes-parser", log), run.ours("xes", log, one_core=False)
    one_core = run.ours("xes", log)
    other, peer = run.peer("r4pm", "xes", str(log), one_core=False), run.peer("pm4py", "xes", str(log))
    run.judge("XES, XML parser on one core, × pm4py", _ratio(peer, parser, "xes"))
    run.judge("XES, plain files on one core, × pm4py", _ratio(peer, one_core, "xes"), at_least=3)
    run.judge("XES, plain files, × r4pm (CPU)", _ratio(other, plain, "xes"), at_least=1)
    run.judge("XES, peak GB", plain["peak_bytes"] / 1e9, at_most=1.2)


def csv(run: Run) -> None:
    """10,000,000 events of CSV to canonical, beside DuckDB's reading of the file; and files of other shapes.

    By turns, of each the quickest: what else the machine does reaches both in the same way.
    """
    shapes = {"csv": (10, 2.5), "wide.csv": (2, None), "quoted.csv": (2, None)}
    for kind, (millions, most) in shapes.items():
        log = run.log(millions * MILLION, kind)
        pairs = [[run.ours(job, log, one_core=False) for job in ("duckdb", "import")] for _ in range(CSV_ROUNDS)]
        peer = min((pair[0] for pair in pairs), key=lambda one: float(one["read"][0]))
        ours = min((pair[1] for pair in pairs), key=lambda one: float(one["import"][0]))
        title = f"import of {millions},000,000 events, {kind} ({ours['path']}), DuckDB's reading times"
        for place, clock in enumerate(("wall", "CPU")):
            times = ours["import"][place] / peer["read"][place]
            run.judge(f"{title} ({clock})", times, at_most=most if clock == "wall" else None)


def table(run: Run) -> None:
    """10,000,000 events, each tool's log loaded in its own form."""
    log = run.log(10 * MILLION, "parquet")
    run.ours("import", log, one_core=False)
    ours, peer = run.ours("table", log), run.peer("pm4py", "table", str(log))
    run.ours("parts", log)
    for name, least in (("directly-follows graph", 30), ("performance", 10), ("variants", 10), ("durations", 20)):
        run.judge(f"{name}, 10,000,000 events, × pm4py", _ratio(peer, ours, name), at_least=least)
    for name in ("flows", "frequency", "variant_count"):
        if name in peer and peer[name] != ours[name]:
            run.judge(f"{name} differs: {ours[name]}, pm4py {peer[name]}", 0, at_least=1)


def people(run: Run) -> None:
    """Hand-overs and the temporal profile of 1,000,000 events."""
    log = run.log(MILLION, "parquet")
    run.ours("import", log)
    ours, peer = run.ours("people", log), run.peer("pm4py", "people", str(log))
    for name in ("hand-over of work", "temporal profile"):
        run.judge(f"{name}, × pm4py", _ratio(peer, ours, name), at_least=15)
    run.judge("hand-over and temporal profile, peak GB", ours["peak_bytes"] / 1e9, at_most=1)


def models(run: Run) -> None:
    """IMf and token replay of 1,000,000 events, on the same net."""
    log, net = run.log(MILLION, "parquet"), str(run.folder / "net.json")
    run.ours("import", log)
    ours = run.ours("models", log, net)
    peer = run.peer("pm4py", "models", str(log), net)
    run.judge("IMf, × pm4py", _ratio(peer, ours, "IMf"), at_least=10)
    for name in ("fitness", "precision"):
        run.judge(f"token replay {name}, × pm4py", _ratio(peer, ours, f"replay {name}"), at_least=20)
        off = abs(peer[name] - ours[name]) if name in peer else None
        run.judge(f"token replay {name}, difference from pm4py", off, at_most=0.001)


def alignments(run: Run) -> None:
    """Optimal alignments of the given logs with their IMf nets."""
    if run.given is None:
        print("alignments: needs --logs")
        return
    for name in GIVEN_LOGS:
        log, net = run.given / name, str(run.folder / "net.json")
        run.ours("import", log)
        ours = run.ours("alignments", log, net)
        other = run.peer("r4pm", "alignments", str(log), net)
        peer = run.peer("pm4py", "alignments", str(log), net)
        run.judge(f"alignments of {name}, × pm4py", _ratio(peer, ours, "alignments"), at_least=20)
        run.judge(f"alignments of {name}, × r4pm", _ratio(other, ours, "alignments"))
        for each in (other, peer):
            if each:
                run.judge(f"alignments of {name}, cost − {each['version']}", ours["cost"] - each["cost"], at_most=0)


def large(run: Run) -> None:
    """100,000,000 events of Parquet (or --events millions of them, with times in proportion), never held in memory."""
    log, size = run.log(run.millions * MILLION, "parquet"), f"{run.millions},000,000 events"
    share = run.millions / 100
    imported = run.ours("import", log, one_core=False)
    parts = run.ours("parts", log, one_core=False)
    run.judge(f"import of {size}, s", imported["import"][0], at_most=150 * share)
    run.judge(f"import of {size}, peak GB", imported["peak_bytes"] / 1e9, at_most=8)
    run.judge(f"directly-follows graph of {size}, s", parts["directly-follows graph"][0], at_most=1.5 * share)
    for name in ("performance", "durations", "variants"):
        run.judge(f"{name} of {size}, s", parts[name][0], at_most=10 * share)
    run.judge(f"analyses of {size}, peak GB", parts["peak_bytes"] / 1e9, at_most=4)
    for name in ("directly-follows graph", "performance", "durations", "variants"):
        run.judge(f"{name}, CPU s per 100,000,000 events", parts[name][1] / share)
    run.judge("import, CPU s per 100,000,000 events", imported["import"][1] / share)


PARTS: dict[str, Callable[[Run], None]] = {
    each.__name__: each for each in (xes, csv, table, people, models, alignments, large)
}


def main() -> int:
    """Run the parts, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--peers", type=Path, help="folder of the peers' environments")
    parser.add_argument("--folder", type=Path, help="where generated logs lie, and stay with --keep")
    parser.add_argument("--keep", action="store_true", help="keep what was generated and imported")
    parser.add_argument("--logs", type=Path, help="folder of the given logs, for the alignments")
    parser.add_argument("--events", type=int, default=100, metavar="MILLIONS", help="of the part `large`")
    given = parser.parse_args()
    unknown = set(given.parts) - set(PARTS)
    if unknown:
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    if given.folder:
        given.folder.mkdir(parents=True, exist_ok=True)
    print(f"cores: {os.cpu_count()}, load: {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory(prefix="taktloom-mining-", dir=given.folder) as temporary:
        folder = given.folder if given.keep and given.folder else Path(temporary)
        run = Run(folder=folder, peers=given.peers, given=given.logs, millions=given.events)
        for name in given.parts or [each for each in PARTS if each != "large"]:
            PARTS[name](run)
    width = max((len(bar) for bar, _, _ in run.rows), default=0)
    for bar, value, verdict in run.rows:
        print(f"{bar:<{width}}  {value:>9}  {verdict}")
    return 1 if run.missed else 0


if __name__ == "__main__":
    sys.exit(main())
