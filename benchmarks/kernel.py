# SPDX-License-Identifier: Apache-2.0
"""Process instances a second in memory, and what the kernel's cost depends on.

`PYTHONPATH=src python -m benchmarks.kernel` prints medians and the load of the machine. SpiffWorkflow runs the same
models beside it in the same run where it is installed (`--peer FOLDER` adds the folder of an environment that has it);
it is for measuring only. The end states of both are compared before anything is timed.
"""

import argparse
import importlib
import importlib.util
import json
import os
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

from taktloom.feel.values import from_python, to_python
from taktloom.formats.bpmn import read_bpmn
from taktloom.kernel import ExecutableProcess, HistoryItem, InstanceState, compile_process, load_state, save_state, step
from taktloom.kernel.commands import CreateJob
from taktloom.kernel.events import InstanceStarted, JobCompleted, KernelEvent
from taktloom.model.identifiers import InstanceKey, JobId
from taktloom.testing import Engine

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" targetNamespace="urn:benchmark">'
)
ONE = Decimal(1)
REPEATS = 7
SECONDS_PER_REPEAT = 0.4
State = Mapping[str, object]


def model(nodes: list[str], paths: list[list[str]], conditions: Mapping[str, str]) -> bytes:
    """One executable process of XML nodes and paths along their ids."""
    flows = []
    for source, target in (pair for path in paths for pair in pairwise(path)):
        flow = f"{source}_{target}"
        inside = f"<conditionExpression>{conditions[flow]}</conditionExpression>" if flow in conditions else ""
        flows.append(f'<sequenceFlow id="{flow}" sourceRef="{source}" targetRef="{target}">{inside}</sequenceFlow>')
    process = f'<process id="p" isExecutable="true">{"".join(nodes + flows)}</process>'
    return f"{HEAD}{process}</definitions>".encode()


def script(task: str, variable: str, expression: str) -> str:
    """A script task that sets a variable: for us in FEEL, for the peer in its language."""
    inside = f'<zeebe:script expression="={expression}" resultVariable="{variable}"/>'
    text = f"<script>{variable} = {expression}</script>"
    return f'<scriptTask id="{task}"><extensionElements>{inside}</extensionElements>{text}</scriptTask>'


def scripts() -> bytes:
    """(a) Five script tasks; each engine reads its own text of the same script."""
    ids = [f"t{number}" for number in range(5)]
    nodes = [script(task, "x", "x + 1") for task in ids]
    return model(['<startEvent id="s"/>', *nodes, '<endEvent id="e"/>'], [["s", *ids, "e"]], {})


def service(task: str) -> str:
    """A service task whose job type is its id."""
    inside = f'<extensionElements><zeebe:taskDefinition type="{task}"/></extensionElements>'
    return f'<serviceTask id="{task}">{inside}</serviceTask>'


def services() -> bytes:
    """(b) Five service tasks."""
    ids = [f"t{number}" for number in range(5)]
    nodes = [service(task) for task in ids]
    return model(['<startEvent id="s"/>', *nodes, '<endEvent id="e"/>'], [["s", *ids, "e"]], {})


def gateways() -> bytes:
    """(c) An exclusive choice, then a parallel split and join."""
    nodes = [
        '<startEvent id="s"/><exclusiveGateway id="x" default="x_b"/><exclusiveGateway id="m"/>',
        '<parallelGateway id="g"/><parallelGateway id="j"/><endEvent id="e"/>',
        *(script(task, f"v{task}", "1") for task in "abcdf"),
    ]
    paths = [["s", "x", "a", "m", "g", "c", "j", "e"], ["x", "b", "m"], ["g", "d", "j"], ["g", "f", "j"]]
    return model(nodes, paths, {"x_a": "x &gt; 0"})


class Ours:
    """The kernel as a host in memory uses it: the visits are kept, as the peer keeps its tasks; no event log rows."""

    def __init__(self, source: bytes) -> None:
        self.process = compile_process(read_bpmn(source).processes[0])
        self.started = 0

    def run(self, variables: Mapping[str, object]) -> State:
        """One instance to its end, each of its jobs completed with one variable."""
        self.started += 1
        state, visits = InstanceState(instance_key=InstanceKey(str(10**15 + self.started))), list[HistoryItem]()
        given = {name: from_python(value) for name, value in variables.items()}
        event: KernelEvent = InstanceStarted(occurred_at=NOW, variables=given)
        commands = step(self.process, state, event, visits, has_event_log=False)
        while state.status == "active":
            (job,) = [command for command in commands if isinstance(command, CreateJob)]
            event = JobCompleted(occurred_at=NOW, job_id=job.job_id, variables={job.element_id: ONE})
            commands = step(self.process, state, event, visits, has_event_log=False)
        assert state.root is not None
        return {name: to_python(value) for name, value in state.scopes[state.root].variables.items()}


class Kit:
    """The public test kit, which keeps every instance with its history and its jobs."""

    def __init__(self, source: bytes) -> None:
        self.engine = Engine(NOW)
        self.engine.deploy(source)

    def run(self, variables: Mapping[str, object]) -> State:
        """As of ours."""
        engine = self.engine
        instance = engine.start("p", variables)
        while instance.state == "active":
            (job,) = engine.jobs()
            engine.complete(job, {job.element_id: 1})
        return instance.variables


class Peer:
    """SpiffWorkflow by its documented interface."""

    def __init__(self, source: bytes) -> None:
        parser = importlib.import_module("SpiffWorkflow.bpmn.parser").BpmnParser()
        parser.add_bpmn_str(source)
        self.spec: Any = parser.get_spec("p")
        self.workflow: Any = importlib.import_module("SpiffWorkflow.bpmn").BpmnWorkflow
        self.states: Any = importlib.import_module("SpiffWorkflow").TaskState

    def run(self, variables: Mapping[str, object]) -> State:
        """As of ours."""
        workflow = self.workflow(self.spec)
        workflow.get_next_task(state=self.states.READY).data.update(variables)
        workflow.do_engine_steps()
        while not workflow.is_completed():
            (task,) = workflow.get_tasks(state=self.states.STARTED)
            task.data[task.task_spec.bpmn_id] = 1
            task.complete()
            workflow.do_engine_steps()
        data: State = workflow.data
        return data


def rate(run: Callable[[Mapping[str, object]], State], variables: Mapping[str, object]) -> float:
    """Instances a second of processor time, so that what else runs on the machine counts less."""
    count, began = 0, time.process_time()
    while (passed := time.process_time() - began) < SECONDS_PER_REPEAT:
        for _ in range(20):
            run(variables)
        count += 20
    return count / passed


def race(name: str, source: bytes, *, has_peer: bool) -> dict[str, object]:
    """Both engines by turns, so that what else runs on the machine slows both."""
    variables = {"x": 1}
    ours = Ours(source)
    peer = Peer(source) if has_peer else None
    if peer is not None and dict(ours.run(variables)) != dict(peer.run(variables)):
        raise SystemExit(f"{name}: the end states differ: {ours.run(variables)} and {peer.run(variables)}")
    rates: dict[str, list[float]] = {"ours": [], "peer": []}
    for _ in range(REPEATS):
        rates["ours"].append(rate(Ours(source).run, variables))
        if peer is not None:
            rates["peer"].append(rate(peer.run, variables))
    result: dict[str, object] = {
        "instances_per_s": round(statistics.median(rates["ours"])),
        "kit_per_s": round(statistics.median(rate(Kit(source).run, variables) for _ in range(3))),
    }
    if peer is not None:
        result["peer_per_s"] = round(statistics.median(rates["peer"]))
        result["ratio"] = round(statistics.median(a / b for a, b in zip(rates["ours"], rates["peer"], strict=True)), 1)
    return result


def endless() -> bytes:
    """A service task in a loop."""
    nodes = ['<startEvent id="s"/><exclusiveGateway id="m"/>', service("a")]
    return model(nodes, [["s", "m", "a", "m"]], {})


def step_microseconds(steps: int) -> float:
    """Median of the last 100 steps of an instance that has taken *steps*."""
    engine = Engine(NOW)
    engine.deploy(endless())
    engine.start("p", {"x": 1})
    times = []
    for _ in range(steps):
        (job,) = engine.jobs()
        began = time.perf_counter()
        engine.complete(job, {"x": 2})
        times.append(time.perf_counter() - began)
    return statistics.median(times[-100:]) * 1e6


SAMPLES = 1_000


def crowd_microseconds(instances: int) -> float:
    """Median of a thousand steps while so many instances wait: one step of each, of a small crowd anew each time."""
    executable = compile_process(read_bpmn(endless()).processes[0])
    times: list[float] = []
    while len(times) < SAMPLES:
        waiting = crowd(executable, instances)
        for state, job_id in waiting[:: max(1, instances // SAMPLES)]:
            began = time.perf_counter()
            step(executable, state, JobCompleted(occurred_at=NOW, job_id=job_id, variables={"x": "2"}))
            times.append(time.perf_counter() - began)
    return statistics.median(times) * 1e6


def crowd(executable: ExecutableProcess, instances: int) -> list[tuple[InstanceState, JobId]]:
    """Instances that wait for their job."""
    waiting = []
    for number in range(instances):
        state = InstanceState(instance_key=InstanceKey(str(1_000_000_000 + number)))
        commands = step(executable, state, InstanceStarted(occurred_at=NOW, variables={"x": "1"}))
        waiting.append((state, next(command.job_id for command in commands if isinstance(command, CreateJob))))
    return waiting


def waiting() -> dict[str, float]:
    """An instance that waits at the first of five jobs: what it takes in memory and on disk, and to dump and load it.

    Bytes on disk without variables; microseconds with three of them, the best of many short runs.
    """
    executable = compile_process(read_bpmn(services()).processes[0])
    state = InstanceState(instance_key=InstanceKey("1700000000000001"))
    step(executable, state, InstanceStarted(occurred_at=NOW))
    stored = len(save_state(state))
    assert state.root is not None
    state.scopes[state.root].variables = {"order": "A-1", "amount": Decimal(12), "ok": True}
    text = save_state(state)
    crowd(executable, 10)
    tracemalloc.start()
    kept = crowd(executable, SAMPLES)
    live = tracemalloc.get_traced_memory()[0] / len(kept)
    tracemalloc.stop()
    return {
        "stored_bytes": stored,
        "live_bytes": round(live),
        "dump_us": best_microseconds(lambda: save_state(state)),
        "load_us": best_microseconds(lambda: load_state(text)),
    }


def best_microseconds(run: Callable[[], object]) -> float:
    """Of one call in the quickest of 200 short runs: what else the machine does only adds to it."""
    times = []
    for _ in range(200):
        began = time.perf_counter()
        for _ in range(50):
            run()
        times.append((time.perf_counter() - began) / 50)
    return round(min(times) * 1e6, 1)


def compile_milliseconds(tasks: int) -> dict[str, float]:
    """Reading and compiling a model of so many tasks in blocks of five branches."""
    nodes, path, paths = ['<startEvent id="s"/>'], ["s"], []
    for block in range(tasks // 5):
        split, join = f"g{block}", f"j{block}"
        nodes += [f'<inclusiveGateway id="{split}" default="{split}_t{block}x0"/>', f'<inclusiveGateway id="{join}"/>']
        names = [f"t{block}x{number}" for number in range(5)]
        nodes += [service(name) for name in names]
        path += [split, names[0], join]
        paths += [[split, name, join] for name in names[1:]]
    conditions = {f"{path[0]}_{path[1]}": f"x &gt; {number}" for number, path in enumerate(paths)}
    source = model([*nodes, '<endEvent id="e"/>'], [[*path, "e"], *paths], conditions)
    began = time.perf_counter()
    definition = read_bpmn(source).processes[0]
    read = time.perf_counter() - began
    times = []
    for _ in range(3):
        began = time.perf_counter()
        compile_process(definition)
        times.append(time.perf_counter() - began)
    return {"read_ms": round(read * 1e3, 1), "compile_ms": round(statistics.median(times) * 1e3, 1)}


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--peer", help="site-packages folder of an environment with SpiffWorkflow")
    options.add_argument("--live", type=int, default=100_000, help="instances that wait at once")
    options.add_argument("--only-live", action="store_true", help="leave out the races and the long instance")
    chosen = options.parse_args()
    if chosen.peer:
        sys.path.append(chosen.peer)
    has_peer = importlib.util.find_spec("SpiffWorkflow") is not None
    results: dict[str, object] = {"load": os.getloadavg()[0], "peer": has_peer}
    if not chosen.only_live:
        for name, source in (("five scripts", scripts()), ("five services", services()), ("gateways", gateways())):
            results[name] = race(name, source, has_peer=has_peer)
        few, many = step_microseconds(100), step_microseconds(10_000)
        results["step"] = {"us_at_100": round(few, 1), "us_at_10000": round(many, 1), "ratio": round(many / few, 2)}
    few, many = crowd_microseconds(100), crowd_microseconds(chosen.live)
    results["live"] = {
        "us_of_100": round(few, 1),
        f"us_of_{chosen.live}": round(many, 1),
        "ratio": round(many / few, 2),
    }
    results["waiting"] = waiting()
    results["compile_600"] = compile_milliseconds(600)
    print(json.dumps(results, indent=2))


if __name__ == "__main__":
    main()
