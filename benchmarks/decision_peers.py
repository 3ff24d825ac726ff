# SPDX-License-Identifier: Apache-2.0
"""One peer engine on the table of `benchmarks.decisions`, run by the Python of the environment that holds it.

`PYTHON decision_peers.py NAME < JOB` reads a job (JSON: cells of the rules, requests, expected answers, the table as
DMN 1.3) and prints decisions a second, or null where the peer is not installed. It imports nothing of Taktloom, and the
peers' own ways of being called are used, as their documentation shows them. Every answer is compared before anything
is timed.
"""

import importlib
import json
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

REPEATS = 5
SECONDS = 0.4  # for one repeat

Job = Mapping[str, Any]
Decide = Callable[[Mapping[str, Any]], object]


def zen(job: Job) -> Decide:
    """zen-engine's fast way: a loader that gives compiled content."""
    engine_module = importlib.import_module("zen")
    content = engine_module.ZenDecisionContent(json.dumps(_zen_table(job["rules"])))
    engine = engine_module.ZenEngine({"loader": lambda key: content})
    return lambda request: engine.evaluate("table", request)["result"].get("Answer")


def spiff(job: Job) -> Decide:
    """SpiffWorkflow's DMN engine, whose cells are Python expressions."""
    parsers = importlib.import_module("SpiffWorkflow.dmn.parser.BpmnDmnParser")
    scripts = importlib.import_module("SpiffWorkflow.bpmn.script_engine")
    parser = parsers.BpmnDmnParser()
    parser.add_dmn_str(_python_dmn(job["rules"]).encode())
    engine = parser.get_engine("Answer", "benchmark")
    workflow = SimpleNamespace(script_engine=scripts.PythonScriptEngine())

    def decide(request: Mapping[str, Any]) -> object:
        return engine.result(SimpleNamespace(data=dict(request), workflow=workflow)).get("Answer")

    return decide


def pydmnrules(job: Job) -> Decide:
    """pyDMNrules reads the same DMN file."""
    rules = importlib.import_module("pyDMNrules").DMN()
    status = rules.useXML(job["dmn"])
    if "error" in status or "errors" in status:
        raise RuntimeError(str(status))

    def decide(request: Mapping[str, Any]) -> object:
        _, decided = rules.decide(dict(request))
        return decided["Result"]["Answer"] if isinstance(decided, dict) else None

    return decide


PEERS: dict[str, Callable[[Job], Decide]] = {"zen-engine": zen, "SpiffWorkflow": spiff, "pyDMNrules": pydmnrules}


def measured(name: str, job: Job) -> float:
    """Median of decisions a second, after every answer was compared."""
    decide, requests = PEERS[name](job), job["requests"]
    for request, expected in zip(requests, job["answers"], strict=True):
        answer = decide(request)
        if answer != expected:
            raise RuntimeError(f"{name} answers {answer!r} to {request}, not {expected!r}.")
    found = []
    for _ in range(REPEATS):
        count, start = 0, time.perf_counter()
        while time.perf_counter() - start < SECONDS:
            for request in requests[:20]:
                decide(request)
            count += 20
            requests = requests[20:] + requests[:20]
        found.append(count / (time.perf_counter() - start))
    return statistics.median(found)


def _zen_table(rules: list[list[str]]) -> dict[str, object]:
    """The table in zen-engine's JSON."""
    names = ("Segment", "Amount", "Age")
    lines = [
        {"_id": str(number), **dict(zip(names, cells, strict=True)), "Answer": answer}
        for number, (*cells, answer) in enumerate(rules)
    ]
    table = {
        "hitPolicy": "first",
        "inputs": [{"id": name, "name": name, "field": name} for name in names],
        "outputs": [{"id": "Answer", "name": "Answer", "field": "Answer"}],
        "rules": lines,
    }
    nodes = [
        {"id": "in", "name": "in", "type": "inputNode"},
        {"id": "table", "name": "table", "type": "decisionTableNode", "content": table},
        {"id": "out", "name": "out", "type": "outputNode"},
    ]
    edges = [
        {"id": "1", "sourceId": "in", "targetId": "table", "type": "edge"},
        {"id": "2", "sourceId": "table", "targetId": "out", "type": "edge"},
    ]
    return {"contentType": "application/vnd.gorules.decision", "nodes": nodes, "edges": edges}


def _python_dmn(rules: list[list[str]]) -> str:
    """The table with Python expressions as cells: `[0..100)` is two comparisons there."""
    columns = (("Segment", "string"), ("Amount", "number"), ("Age", "number"))
    inputs = "".join(
        f'<input id="in{name}" label="{name}"><inputExpression id="e{name}" typeRef="{kind}"><text>{name}</text>'
        "</inputExpression></input>"
        for name, kind in columns
    )
    lines = []
    for number, (segment, amount, age, answer) in enumerate(rules):
        low, high = amount[1:-1].split("..")
        cells = (segment, f"? &gt;= {low} and ? &lt; {high}", f"? {age.replace('>', '&gt;')}")
        entries = "".join(
            f'<inputEntry id="c{number}_{column}"><text>{cell}</text></inputEntry>' for column, cell in enumerate(cells)
        )
        lines.append(
            f'<rule id="r{number}">{entries}<outputEntry id="o{number}"><text>{answer}</text></outputEntry></rule>'
        )
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="benchmark" namespace="urn:b">'
        f'<decision id="Answer" name="Answer"><decisionTable id="t" hitPolicy="UNIQUE">{inputs}'
        f'<output id="out" label="Answer" name="Answer" typeRef="string"/>{"".join(lines)}'
        "</decisionTable></decision></definitions>"
    )


def main() -> None:
    """Measure the peer that is named."""
    job = json.load(sys.stdin)
    try:
        print(json.dumps(measured(sys.argv[1], job)))
    except ImportError:
        print("null")


if __name__ == "__main__":
    main()
