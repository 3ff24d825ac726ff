# SPDX-License-Identifier: Apache-2.0
"""Decisions a second: a table of 20 rows and 3 inputs, and how it grows; `if` with two names; loading 1,000 decisions.

`PYTHONPATH=src python -m benchmarks.decisions` prints medians and the load of the machine. zen-engine, SpiffWorkflow
and pyDMNrules are measured in the same run where they are installed; they are for measuring only and no dependency of
the product, so they live in an environment of their own:

    python -m venv /tmp/peers && /tmp/peers/bin/pip install zen-engine SpiffWorkflow pyDMNrules
    PYTHONPATH=src python -m benchmarks.decisions --peers /tmp/peers

Answers are compared before anything is timed.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path

from taktloom.decisions import DecisionModel, load_model
from taktloom.feel import compile_expression
from taktloom.feel.values import FeelValue

NAMESPACE = "https://www.omg.org/spec/DMN/20230324/MODEL/"
SEGMENTS = ("retail", "business", "public", "partner")
REPEATS = 5
REQUESTS = 400


def rules(rows: int) -> list[tuple[str, str, str, str]]:
    """Cells of each row: a segment, a range of amounts, a smallest age, and the answer."""
    made = []
    for row in range(rows):
        low = row // len(SEGMENTS) * 100
        made.append((f'"{SEGMENTS[row % len(SEGMENTS)]}"', f"[{low}..{low + 100})", ">= 18", f'"answer {row}"'))
    return made


def requests(rows: int) -> list[dict[str, FeelValue]]:
    """Inputs that hit every part of the table."""
    span = -(-rows // len(SEGMENTS)) * 100
    return [
        {
            "Segment": SEGMENTS[index % len(SEGMENTS)],
            "Amount": Decimal(index * 37 % span),
            "Age": Decimal(18 + index % 50),
        }
        for index in range(REQUESTS)
    ]


def dmn_table(rows: int) -> str:
    """The table as DMN 1.5."""
    lines = "".join(
        "<rule>"
        + "".join(f"<inputEntry><text>{_escaped(cell)}</text></inputEntry>" for cell in (segment, amount, age))
        + f"<outputEntry><text>{answer}</text></outputEntry></rule>"
        for segment, amount, age, answer in rules(rows)
    )
    columns = (("Segment", "string"), ("Amount", "number"), ("Age", "number"))
    inputs = "".join(
        f'<input><inputExpression typeRef="{kind}"><text>{name}</text></inputExpression></input>'
        for name, kind in columns
    )
    data = "".join(
        f'<inputData id="{name}" name="{name}"><variable name="{name}" typeRef="{kind}"/></inputData>'
        for name, kind in columns
    )
    needed = "".join(
        f'<informationRequirement><requiredInput href="#{name}"/></informationRequirement>' for name, _ in columns
    )
    return _definitions(
        f'{data}<decision id="Answer" name="Answer"><variable name="Answer" typeRef="string"/>{needed}'
        f'<decisionTable hitPolicy="FIRST">{inputs}<output typeRef="string"/>{lines}</decisionTable></decision>'
    )


def dmn_chain(decisions: int) -> str:
    """A model of many decisions, each with a condition over the one before."""
    parts = ['<inputData id="Amount" name="Amount"><variable name="Amount" typeRef="number"/></inputData>']
    for number in range(decisions):
        before = f"Step {number - 1}" if number else "Amount"
        needed = f'<requiredDecision href="#s{number - 1}"/>' if number else '<requiredInput href="#Amount"/>'
        parts.append(
            f'<decision id="s{number}" name="Step {number}"><variable name="Step {number}" typeRef="number"/>'
            f"<informationRequirement>{needed}</informationRequirement><literalExpression>"
            f"<text>if {before} &gt; {number} then {before} + 1 else {before}</text></literalExpression></decision>"
        )
    return _definitions("".join(parts))


def _definitions(body: str) -> str:
    return f'<definitions xmlns="{NAMESPACE}" id="d" name="benchmark" namespace="urn:benchmark">{body}</definitions>'


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def rate(call: Callable[[], int]) -> float:
    """Median of evaluations a second; *call* gives how many it made."""
    found = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        count = call()
        found.append(count / (time.perf_counter() - start))
    return statistics.median(found)


def table_rate(rows: int, rounds: int = 10) -> float:
    """Decisions a second of a table with *rows* rows, through the public door."""
    model, given = load_model(dmn_table(rows)), requests(rows)
    check(model, given)

    def call() -> int:
        evaluate = model.evaluate
        for _ in range(rounds):
            for inputs in given:
                evaluate("Answer", inputs)
        return rounds * len(given)

    return rate(call)


def check(model: DecisionModel, given: list[dict[str, FeelValue]]) -> None:
    """Compare with what the rows say."""
    for inputs in given:
        assert model.evaluate("Answer", inputs).value == answer(inputs), inputs


def answer(inputs: Mapping[str, FeelValue]) -> str:
    """What the rows say, read by hand."""
    amount = int(str(inputs["Amount"]))
    return f"answer {amount // 100 * len(SEGMENTS) + SEGMENTS.index(str(inputs['Segment']))}"


def expression_rate(rounds: int = 20_000) -> float:
    """Evaluations a second of an `if` with two names."""
    compiled = compile_expression("if Amount Due > Credit Limit then 1 else 2", ["Amount Due", "Credit Limit"])
    context: dict[str, FeelValue] = {"Amount Due": Decimal(1200), "Credit Limit": Decimal(1000)}

    def call() -> int:
        evaluate = compiled.evaluate
        for _ in range(rounds):
            evaluate(context)
        return rounds

    return rate(call)


def threads_agree(rows: int = 20, threads: int = 4) -> bool:
    """Whether several threads on one model give the answers of one."""
    model, given = load_model(dmn_table(rows)), requests(rows)
    expected = [model.evaluate("Answer", inputs).value for inputs in given]
    found: list[list[FeelValue]] = []

    def work() -> None:
        found.append([model.evaluate("Answer", inputs).value for inputs in given])

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return found == [expected] * threads


def peer_rate(name: str, rows: int, python: str) -> float | str:
    """The same table and requests with another engine, run by *python*; the reason where there is no figure."""
    given = requests(rows)
    job = {
        "rules": rules(rows),
        "requests": [
            {"Segment": item["Segment"], "Amount": int(str(item["Amount"])), "Age": int(str(item["Age"]))}
            for item in given
        ],
        "answers": [answer(item) for item in given],
        "dmn": dmn_table(rows).replace("20230324", "20191111"),
    }
    command = [python, str(Path(__file__).with_name("decision_peers.py")), name]
    try:
        run = subprocess.run(command, input=json.dumps(job), capture_output=True, text=True, timeout=120, check=False)
    except subprocess.TimeoutExpired:
        return "took longer than 120 s"
    if run.returncode != 0:
        return f"failed: {run.stderr.strip().splitlines()[-1][:200]}"
    found = json.loads(run.stdout)
    return "not installed" if found is None else round(found)


def load_seconds(decisions: int = 1000) -> float:
    """Median of the seconds to read and compile a model of many decisions."""
    text = dmn_chain(decisions)
    found = []
    for _ in range(3):
        start = time.perf_counter()
        model = load_model(text)
        found.append(time.perf_counter() - start)
    assert model.evaluate(f"Step {decisions - 1}", {"Amount": Decimal(5)}).value == 5 + decisions
    return statistics.median(found)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", type=Path, help="folder of a virtual environment that holds the peers")
    folder = parser.parse_args().peers
    python = sys.executable if folder is None else str(folder / "bin" / "python")
    figures: dict[str, object] = {"load of the machine": os.getloadavg()[0]}
    for rows in (20, 100, 1000):
        figures[f"table of {rows} rows, decisions/s"] = round(table_rate(rows))
        figures[f"zen-engine, {rows} rows, decisions/s"] = peer_rate("zen-engine", rows, python)
    for name in ("SpiffWorkflow", "pyDMNrules"):
        figures[f"{name}, 20 rows, decisions/s"] = peer_rate(name, 20, python)
    figures["if with two names, evaluations/s"] = round(expression_rate())
    figures["load of 1,000 decisions, s"] = round(load_seconds(), 3)
    figures["four threads agree"] = threads_agree()
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
