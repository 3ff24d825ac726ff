# SPDX-License-Identifier: Apache-2.0
"""Decision mining as an analysis: rules whose truth is known come back, as FEEL and as DMN that decides alike."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from taktloom.app import logs
from taktloom.app.analyses import files, running
from taktloom.app.analyses.decision_mining import DecisionMiningResult
from taktloom.app.analyses.records import AnalysisOutput, AnalysisParameterError
from taktloom.app.context import LOCAL_OPERATOR, Context
from taktloom.app.settings import Settings
from taktloom.app.wiring import Rooms
from taktloom.decisions import load_model
from taktloom.feel import compile_expression

AMOUNTS = [10 * number for number in range(100)]


def log_text(amounts: list[int], *, is_by_amount: bool = True) -> str:
    lines = ["case,activity,time,case:amount"]
    for number, amount in enumerate(amounts):
        is_large = amount >= 500 if is_by_amount else number % 2 == 0
        steps = ("receive", "check by hand" if is_large else "check by rule", "pay")
        lines += [
            f"c{number:03},{step},2026-01-{1 + number % 28:02}T0{hour}:00:00Z,{amount}"
            for hour, step in enumerate(steps)
        ]
    return "\n".join(lines) + "\n"


@pytest.fixture
def context(tmp_path: Path) -> Iterator[Context]:
    rooms = Rooms(Settings(data=tmp_path / "data"))
    yield Context(principal=LOCAL_OPERATOR, rooms=rooms)
    rooms.close()


def mined(
    context: Context, folder: Path, text: str, **parameters: object
) -> tuple[DecisionMiningResult, AnalysisOutput]:
    (folder / "log.csv").write_text(text, encoding="utf-8")
    log_id = logs.import_file(context, path=folder / "log.csv", request=logs.ImportRequest()).log_id
    request = running.AnalysisRequest(log_id=log_id, name="decisions", parameters=parameters)
    output = running.analyse(context, request=request)
    assert isinstance(output.data, DecisionMiningResult)
    return output.data, output


def test_a_choice_by_amount_is_found_and_judged_on_cases_held_out(context: Context, tmp_path: Path) -> None:
    result, output = mined(context, tmp_path, log_text(AMOUNTS))

    (point,) = result.points
    assert (point.after, point.verdict, point.choices) == ("receive", "rule", 100)
    assert {branch.name: branch.choices for branch in point.branches} == {"check by hand": 50, "check by rule": 50}
    assert point.accuracy is not None
    assert point.accuracy >= 0.97
    assert [(rule.branch, rule.cases, rule.correct) for rule in point.rules] == [
        ("check by rule", 50, 50),
        ("check by hand", 50, 50),
    ]
    assert [table.title for table in output.tables] == ["Decisions", "Rules"]


def test_the_condition_is_feel_and_holds_for_the_cases_of_its_branch(context: Context, tmp_path: Path) -> None:
    result, _ = mined(context, tmp_path, log_text(AMOUNTS))
    name = result.variables["case.amount"]
    condition = compile_expression(result.points[0].rules[0].condition, [name])

    told = [amount for amount in AMOUNTS if condition.evaluate({name: Decimal(amount)}).value is True]

    assert told == [amount for amount in AMOUNTS if amount < 500]


def test_the_dmn_file_decides_as_the_log_did(context: Context, tmp_path: Path) -> None:
    result, output = mined(context, tmp_path, log_text(AMOUNTS))
    model = load_model(files.file_of(output, "decisions.dmn")[1])
    decision, name = f"decide_{result.points[0].gateway}", result.variables["case.amount"]

    answers = [model.evaluate(decision, {name: Decimal(amount)}).value for amount in AMOUNTS]

    assert answers == ["check by hand" if amount >= 500 else "check by rule" for amount in AMOUNTS]


def test_a_choice_that_the_data_does_not_know_has_no_rule_and_no_file(context: Context, tmp_path: Path) -> None:
    shuffled = [amount * 37 % 1000 for amount in AMOUNTS]

    result, output = mined(context, tmp_path, log_text(shuffled, is_by_amount=False))

    assert [(point.verdict, point.rules) for point in result.points] == [("no-rule", ())]
    assert set(output.files) == {"model.bpmn"}


def test_the_gateways_of_a_given_model_are_explained(context: Context, tmp_path: Path) -> None:
    _, discovered = mined(context, tmp_path, log_text(AMOUNTS))
    model = files.file_of(discovered, "model.bpmn")[1].decode()

    result, _ = mined(context, tmp_path, log_text(AMOUNTS), model=model)

    assert (result.model, [point.verdict for point in result.points]) == ("given", ["rule"])


def test_a_miner_whose_model_is_no_bpmn_is_refused(context: Context, tmp_path: Path) -> None:
    text = "case,activity,time\n" + "".join(
        f"{case},{step},2026-01-01T0{hour}:00:00Z\n"
        for case, steps in (("c1", "abbc"), ("c2", "ac"))
        for hour, step in enumerate(steps)
    )

    with pytest.raises(AnalysisParameterError, match="cannot be drawn as BPMN"):
        mined(context, tmp_path, text, miner="alpha")
