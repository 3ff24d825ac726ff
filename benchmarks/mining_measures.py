# SPDX-License-Identifier: Apache-2.0
"""What `benchmarks.mining` measures of ours, each in a process of its own: `PYTHON -m benchmarks.mining_measures JOB
LOG FOLDER [NET]` prints one JSON object with seconds [wall, CPU] by measurement, values found and the peak memory.

FOLDER takes the imported log, which the later jobs read. Whole-log arrays are what a review loads; `in parts` never
holds the log.
"""

import json
import resource
import shutil
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from taktloom.mining.logs.encodings import PreparedText
    from taktloom.mining.logs.staging import Staging

Figures = dict[str, object]
Found = TypeVar("Found")
NOISE = 0.2
MOST_ROWS, MOST_BYTES = 1_000_000_000, 1024**4


def timed(figures: Figures, name: str, work: Callable[[], Found]) -> Found:
    """What *work* gives; its wall and CPU seconds go into *figures*."""
    wall, cpu = time.perf_counter(), time.process_time()
    found = work()
    figures[name] = [round(time.perf_counter() - wall, 3), round(time.process_time() - cpu, 3)]
    return found


def measure_import(path: Path, folder: Path) -> Figures:
    """Import *path* as `folder/log`."""
    from taktloom.mining.logs.importing import import_log
    from taktloom.mining.logs.requests import ImportLimits, ImportRequest

    request = ImportRequest(
        path=path,
        name="log",
        timezone="UTC",
        imported_at=datetime(2026, 1, 1, tzinfo=UTC),
        log_id="log",
        limits=ImportLimits(rows=MOST_ROWS, unpacked_bytes=MOST_BYTES),
    )
    shutil.rmtree(folder / "log", ignore_errors=True)  # of an earlier part of the same run
    figures: Figures = {}
    ways = _watch_csv()
    log = timed(figures, "import", lambda: import_log(request, folder))
    figures["path"] = ways[-1] if ways else log.metadata.source_format
    figures["segments"] = len(log.metadata.segments)
    return figures | {name: getattr(log.counts, name) for name in ("events", "cases", "activities", "variants")}


def _watch_csv() -> list[str]:
    """Which ways CSV is read from now on, as they are tried; a column that is not ready is read again."""
    from taktloom.mining.logs.csv_reader import CsvReading

    ways: list[str] = []
    plainly, exactly = CsvReading.plainly, CsvReading.exactly

    def try_plainly(reading: CsvReading, text: "PreparedText") -> "Staging | None":
        staging = plainly(reading, text)
        if staging is not None:
            ready = staging.ready
            count = len(ready.texts) + len(ready.times) + len(ready.numbers)
            ways.append(f"one pass, {count} of {len(staging.columns)} columns ready")
        return staging

    def split_exactly(reading: CsvReading, text: "PreparedText", workspace: Path) -> "Staging":
        ways.append("split by DuckDB, for quotes or uneven rows")
        return exactly(reading, text, workspace)

    for name, way in (("plainly", try_plainly), ("exactly", split_exactly)):
        setattr(CsvReading, name, way)
    return ways


def measure_duckdb(path: Path, folder: Path) -> Figures:
    """Read *path* into a table of DuckDB in memory, types detected, nothing sorted or coded."""
    import duckdb

    figures: Figures = {"path": "read_csv" if path.suffix == ".csv" else "read_parquet", "version": duckdb.__version__}
    with duckdb.connect(":memory:", config={"temp_directory": str(folder)}) as connection:
        sql = f"CREATE TABLE log AS SELECT * FROM {figures['path']}(?)"
        timed(figures, "read", lambda: connection.execute(sql, [str(path)]))
    return figures


def _measure_xes(path: Path, folder: Path, *, is_plain: bool) -> Figures:
    from taktloom.mining.logs.encodings import RawBytes
    from taktloom.mining.logs.requests import ImportLimits, ImportWatch
    from taktloom.mining.logs.xes_reader import stage_any_xes, stage_xes

    raw = RawBytes(path=path, name=path.name, limits=ImportLimits(), watch=ImportWatch())
    figures: Figures = {}
    staging = timed(figures, "xes", lambda: (stage_xes if is_plain else stage_any_xes)(raw, folder))
    figures["path"] = "plain blocks" if staging.paths[0].suffix == ".arrow" else "XML parser"
    return figures | {"events": staging.rows}


def measure_xes(path: Path, folder: Path) -> Figures:
    """Read XES as an import does."""
    return _measure_xes(path, folder, is_plain=True)


def measure_xes_parser(path: Path, folder: Path) -> Figures:
    """Read XES through the XML parser, as files are that are not plain."""
    return _measure_xes(path, folder, is_plain=False)


def measure_table(path: Path, folder: Path) -> Figures:
    """Four analyses of the log held in memory."""
    from taktloom.mining.logs.canonical import CanonicalLog
    from taktloom.mining.statistics.arrays import load_arrays
    from taktloom.mining.statistics.directly_follows import discover_directly_follows_graph, measure_flows
    from taktloom.mining.statistics.durations import measure_case_durations
    from taktloom.mining.statistics.in_parts import count_flows

    assert path.exists()
    figures: Figures = {}
    log = CanonicalLog.open(folder / "log")
    arrays = timed(figures, "load", lambda: load_arrays(log))
    flows = timed(figures, "directly-follows graph", lambda: count_flows(log))
    timed(figures, "performance", lambda: measure_flows(arrays))
    timed(figures, "nodes and flows", lambda: discover_directly_follows_graph(arrays))
    table = timed(figures, "variants", log.variants)
    timed(figures, "durations", lambda: measure_case_durations(arrays))
    frequency = sum(flow.frequency for flow in flows.flows)
    return figures | {"flows": len(flows.flows), "frequency": frequency, "variant_count": len(table)}


def measure_parts(path: Path, folder: Path) -> Figures:
    """The same without ever holding the log."""
    from taktloom.mining.logs.canonical import CanonicalLog
    from taktloom.mining.statistics.in_parts import count_flows, measure_durations_in_parts, time_flows

    assert path.exists()
    figures: Figures = {}
    log = CanonicalLog.open(folder / "log")
    timed(figures, "directly-follows graph", lambda: count_flows(log))
    timed(figures, "performance", lambda: time_flows(log))
    timed(figures, "durations", lambda: measure_durations_in_parts(log))
    timed(figures, "variants", log.variants)
    return figures


def measure_people(path: Path, folder: Path) -> Figures:
    """Hand-over of work and the temporal profile."""
    from taktloom.mining.conformance.temporal_profile import discover_temporal_profile
    from taktloom.mining.logs.canonical import CanonicalLog
    from taktloom.mining.statistics.arrays import load_arrays
    from taktloom.mining.statistics.handovers import measure_hand_overs

    assert path.exists()
    figures: Figures = {}
    log = CanonicalLog.open(folder / "log")
    arrays = timed(figures, "load", lambda: load_arrays(log))
    timed(figures, "hand-over of work", lambda: measure_hand_overs(arrays))
    timed(figures, "temporal profile", lambda: discover_temporal_profile(arrays))
    return figures


def _variants(folder: Path) -> dict[tuple[str, ...], int]:
    from taktloom.mining.logs.canonical import CanonicalLog

    return {each.activities: each.cases for each in CanonicalLog.open(folder / "log").variants().variants}


def measure_models(path: Path, folder: Path, net_file: str) -> Figures:
    """IMf, written as *net_file* for the peers, then token replay on it; from the canonical log on disk."""
    from taktloom.mining.conformance.precision import measure_precision
    from taktloom.mining.conformance.replay import check_fitness
    from taktloom.mining.discovery.inductive import discover_process_tree
    from taktloom.mining.discovery.petri_from_tree import petri_net_from_tree

    assert path.exists()
    figures: Figures = {"warm": len(_variants(folder))}  # what is imported lazily is there: analyses are timed
    tree = timed(figures, "IMf", lambda: discover_process_tree(_variants(folder), noise=NOISE))
    net = petri_net_from_tree(tree)
    Path(net_file).write_text(json.dumps(net_record(net)))
    report = timed(figures, "replay fitness", lambda: check_fitness(net, _variants(folder)))
    precision = timed(figures, "replay precision", lambda: measure_precision(net, _variants(folder)))
    return figures | {"fitness": report.fitness, "precision": precision}


def measure_alignments(path: Path, folder: Path, net_file: str) -> Figures:
    """Optimal alignments of all variants with the IMf net, which is written for the peers."""
    from taktloom.mining.conformance.alignments import Aligner
    from taktloom.mining.discovery.inductive import discover_process_tree
    from taktloom.mining.discovery.petri_from_tree import petri_net_from_tree

    assert path.exists()
    variants = _variants(folder)
    net = petri_net_from_tree(discover_process_tree(variants, noise=NOISE))
    Path(net_file).write_text(json.dumps(net_record(net)))
    figures: Figures = {}

    def align() -> int:
        aligner = Aligner(net)
        return sum(aligner.align(trace).cost * cases for trace, cases in variants.items())

    return figures | {"cost": timed(figures, "alignments", align)}


def net_record(net: object) -> dict[str, object]:
    """The net in the form that r4pm takes and `mining_peers` reads."""
    from uuid import UUID

    from taktloom.mining.petri import PetriNet

    assert isinstance(net, PetriNet)
    places = [str(UUID(int=index + 1)) for index in range(len(net.places))]
    names = [str(UUID(int=index + 1 + len(places))) for index in range(len(net.transitions))]
    arcs = []
    for name, transition in zip(names, net.transitions, strict=True):
        arcs += [("PlaceTransition", (places[index], name)) for index in transition.inputs]
        arcs += [("TransitionPlace", (name, places[index])) for index in transition.outputs]
    return {
        "places": {name: {"id": name} for name in places},
        "transitions": {
            name: {"id": name, "label": each.label} for name, each in zip(names, net.transitions, strict=True)
        },
        "arcs": [{"from_to": {"type": kind, "nodes": nodes}, "weight": 1} for kind, nodes in arcs],
        "initial_marking": {places[net.initial]: 1},
        "final_markings": [{places[net.final]: 1}],
    }


JOBS: dict[str, Callable[..., Figures]] = {
    "import": measure_import,
    "duckdb": measure_duckdb,
    "xes": measure_xes,
    "xes-parser": measure_xes_parser,
    "table": measure_table,
    "parts": measure_parts,
    "people": measure_people,
    "models": measure_models,
    "alignments": measure_alignments,
}

if __name__ == "__main__":
    result = JOBS[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]), *sys.argv[4:])
    result["peak_bytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps(result))
