# SPDX-License-Identifier: Apache-2.0
"""One peer on one job of `benchmarks.mining`, run by the Python of the environment that holds it.

`PYTHON mining_peers.py JOB LOG [NET]` prints one JSON object: seconds [wall, CPU] by measurement, values found, the
peer's version, the peak memory. It imports nothing of Taktloom; peers are used as their documentation shows.
"""

import importlib
import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Figures = dict[str, Any]
NOISE = 0.2


def timed(figures: Figures, name: str, work: Callable[[], Any]) -> Any:
    """What *work* gives; its wall and CPU seconds go into *figures*."""
    wall, cpu = time.perf_counter(), time.process_time()
    found = work()
    figures[name] = [round(time.perf_counter() - wall, 3), round(time.process_time() - cpu, 3)]
    return found


def _pm4py(figures: Figures) -> Any:
    peer = importlib.import_module("pm4py")
    figures["version"] = f"pm4py {peer.__version__}"
    return peer


def _pm4py_log(figures: Figures, path: str) -> Any:
    pandas, peer = importlib.import_module("pandas"), _pm4py(figures)
    if path.endswith((".xes", ".gz")):
        return peer.read_xes(path)
    rows = timed(figures, "read", lambda: (pandas.read_csv if path.endswith("csv") else pandas.read_parquet)(path))
    names = {"case_id": "case_id", "activity_key": "activity", "timestamp_key": "timestamp"}
    log = timed(figures, "load", lambda: peer.format_dataframe(rows, **names))
    log["org:resource"] = log["resource"]
    return log


def pm4py_xes(path: str) -> Figures:
    """pm4py's default reader."""
    figures: Figures = {}
    peer = _pm4py(figures)
    log = timed(figures, "xes", lambda: peer.read_xes(path))
    figures["events"] = len(log)
    return figures


def pm4py_table(path: str) -> Figures:
    """Four analyses of a table."""
    figures: Figures = {}
    log, peer = _pm4py_log(figures, path), importlib.import_module("pm4py")
    dfg = timed(figures, "directly-follows graph", lambda: peer.discover_dfg(log))
    timed(figures, "performance", lambda: peer.discover_performance_dfg(log))
    variants = timed(figures, "variants", lambda: peer.get_variants(log))
    timed(figures, "durations", lambda: peer.get_all_case_durations(log))
    figures |= {"flows": len(dfg[0]), "frequency": int(sum(dfg[0].values())), "variant_count": len(variants)}
    return figures


def pm4py_people(path: str) -> Figures:
    """Hand-over of work and the temporal profile."""
    figures: Figures = {}
    log, peer = _pm4py_log(figures, path), importlib.import_module("pm4py")
    timed(figures, "hand-over of work", lambda: peer.discover_handover_of_work_network(log))
    timed(figures, "temporal profile", lambda: peer.discover_temporal_profile(log))
    return figures


def pm4py_models(path: str, net_file: str) -> Figures:
    """IMf, and token replay on the net given."""
    figures: Figures = {}
    log, peer = _pm4py_log(figures, path), importlib.import_module("pm4py")
    net = pm4py_net(net_file)
    timed(figures, "IMf", lambda: peer.discover_process_tree_inductive(log, noise_threshold=NOISE))
    fitness = timed(figures, "replay fitness", lambda: peer.fitness_token_based_replay(log, *net))
    figures["fitness"] = fitness["log_fitness"]
    figures["precision"] = timed(figures, "replay precision", lambda: peer.precision_token_based_replay(log, *net))
    return figures


def pm4py_alignments(path: str, net_file: str) -> Figures:
    """The costs of optimal alignments."""
    figures: Figures = {}
    log, peer = _pm4py_log(figures, path), importlib.import_module("pm4py")
    net = pm4py_net(net_file)
    found = timed(figures, "alignments", lambda: peer.conformance_diagnostics_alignments(log, *net))
    figures["cost"] = sum(int(each["cost"]) // 10_000 for each in found)  # silent steps cost 1, others 10,000
    return figures


def pm4py_net(net_file: str) -> tuple[Any, Any, Any]:
    """The net of a JSON file, with its markings."""
    objects = importlib.import_module("pm4py.objects.petri_net.obj")
    arcs = importlib.import_module("pm4py.objects.petri_net.utils.petri_utils")
    record = json.loads(Path(net_file).read_text())
    net = objects.PetriNet("net")
    nodes: dict[str, Any] = {}
    for name in record["places"]:
        nodes[name] = objects.PetriNet.Place(name)
        net.places.add(nodes[name])
    for name, transition in record["transitions"].items():
        nodes[name] = objects.PetriNet.Transition(name, transition["label"])
        net.transitions.add(nodes[name])
    for arc in record["arcs"]:
        source, target = arc["from_to"]["nodes"]
        arcs.add_arc_from_to(nodes[source], nodes[target], net)
    markings = [
        objects.Marking({nodes[name]: count for name, count in marking.items()})
        for marking in (record["initial_marking"], record["final_markings"][0])
    ]
    return net, markings[0], markings[1]


def _r4pm(figures: Figures) -> Any:
    peer = importlib.import_module("r4pm")
    figures["version"] = f"r4pm {getattr(peer, '__version__', '')}"
    return peer


def r4pm_xes(path: str) -> Figures:
    """r4pm's reader into a data frame."""
    figures: Figures = {}
    _r4pm(figures)
    frames = importlib.import_module("r4pm.df")
    log, _ = timed(figures, "xes", lambda: frames.import_xes(path))
    figures["events"] = log.height
    return figures


def r4pm_alignments(path: str, net_file: str) -> Figures:
    """The costs of optimal alignments of all variants."""
    figures: Figures = {}
    peer, bindings = _r4pm(figures), importlib.import_module("r4pm.bindings")
    log = peer.import_item("EventLog", path)
    net = json.loads(Path(net_file).read_text())
    variants = bindings.log_to_activity_projection(log)
    found = timed(figures, "alignments", lambda: bindings.align_variants(net, variants))
    figures["cost"] = sum(each["result"]["Ok"]["cost"] * each["frequency"] for each in found)
    return figures


JOBS: dict[str, Callable[..., Figures]] = {
    "pm4py-xes": pm4py_xes,
    "pm4py-table": pm4py_table,
    "pm4py-people": pm4py_people,
    "pm4py-models": pm4py_models,
    "pm4py-alignments": pm4py_alignments,
    "r4pm-xes": r4pm_xes,
    "r4pm-alignments": r4pm_alignments,
}

if __name__ == "__main__":
    result = JOBS[sys.argv[1]](*sys.argv[2:])
    result["peak_bytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps(result))
