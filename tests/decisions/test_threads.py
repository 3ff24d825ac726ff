# SPDX-License-Identifier: Apache-2.0
"""A loaded model is used by many threads at once: nothing of an evaluation is kept in it, and there is no lock."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from threading import Barrier

import taktloom.decisions
import taktloom.feel
from taktloom.decisions import DecisionModel, DecisionResult, DecisionTrace, load_model
from taktloom.feel import compile_expression
from taktloom.feel.kinds import FeelFunction
from tests.decisions.dmn_text import decision, dmn, input_data, knowledge, requires, service, table

THREADS = 8
ROUNDS = 40


def model_with(factor: int) -> DecisionModel:
    rules = [((f"[{low}..{low + 10})",), (f'"band {low * factor}"',)) for low in range(0, 100, 10)]
    return load_model(
        dmn(
            input_data("x", "number"),
            knowledge("total", [("n", "number")], f"if n <= 0 then 0 else {factor} + total(n - 1)", "number"),
            decision("band", table([("x", "number")], rules), "string", [requires("Input", "x")]),
            decision("sum", "total(x)", "number", [requires("Input", "x"), requires("Knowledge", "total")]),
            decision("text", '"a" + x', None, [requires("Input", "x")]),
            decision(
                "both",
                "{band: band, sum: sum, text: text, same: Ask(x)}",
                None,
                [
                    *(requires("Decision", name) for name in ("band", "sum", "text")),
                    requires("Knowledge", "Ask"),
                    requires("Input", "x"),
                ],
            ),
            service("Ask", ["band"], data=["x"]),
        )
    )


def at_once(work: Callable[[int], list[DecisionResult]]) -> list[list[DecisionResult]]:
    """Run in several threads that begin at the same moment."""
    barrier = Barrier(THREADS)

    def begin(number: int) -> list[DecisionResult]:
        barrier.wait()
        return work(number)

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(begin, range(THREADS)))


def evaluated(model: DecisionModel) -> list[DecisionResult]:
    results = [model.evaluate("both", {"x": Decimal(number % 100)}) for number in range(ROUNDS)]
    return [result._replace(trace=_without_functions(result)) for result in results]


def _without_functions(result: DecisionResult) -> tuple[DecisionTrace, ...]:
    """A function equals only itself, and each model has its own."""
    return tuple(
        one._replace(inputs={name: item for name, item in one.inputs.items() if not isinstance(item, FeelFunction)})
        for one in result.trace
    )


def test_threads_that_share_a_fresh_model_give_the_answers_of_one() -> None:
    expected = evaluated(model_with(3))
    shared = model_with(3)

    found = at_once(lambda number: evaluated(shared))

    assert found == [expected] * THREADS
    assert expected[12].value == {"band": "band 30", "sum": Decimal(36), "text": None, "same": "band 30"}
    assert {len(result.warnings) for result in expected} == {1}


def test_two_models_side_by_side_do_not_mix() -> None:
    models = [model_with(2), model_with(5)]
    expected = [evaluated(model_with(2)), evaluated(model_with(5))]

    found = at_once(lambda number: evaluated(models[number % 2]))

    assert found == [expected[number % 2] for number in range(THREADS)]


def test_loading_and_compiling_in_threads_gives_equal_models() -> None:
    found = at_once(lambda number: evaluated(model_with(7)))

    assert found == [evaluated(model_with(7))] * THREADS


def test_deep_recursion_in_threads_keeps_to_its_own_stack() -> None:
    compiled = compile_expression("{f: function(n) if n = 0 then 0 else 1 + f(n - 1), r: f(depth)}.r", ["depth"])

    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(lambda depth: compiled.evaluate({"depth": Decimal(depth)}).value, range(100, 900, 100)))

    assert found == [Decimal(depth) for depth in range(100, 900, 100)]


def test_there_is_no_lock_in_the_rooms() -> None:
    rooms = [Path(str(room.__file__)).parent for room in (taktloom.feel, taktloom.decisions)]
    texts = [path.read_text() for room in rooms for path in room.rglob("*.py")]

    assert len(texts) > 40
    assert not [text for text in texts if "import threading" in text or "Lock(" in text]
