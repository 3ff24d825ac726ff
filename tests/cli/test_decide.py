# SPDX-License-Identifier: Apache-2.0
"""`taktloom decide`: one input, batches from files, explanation, test cases, exit codes."""

import json
from pathlib import Path

import pytest

from tests.cli.commands import CommandLine
from tests.decisions.models import risk_model


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """The risk model as a file."""
    path = tmp_path / "permit.dmn"
    path.write_text(risk_model())
    return path


def test_one_input_gives_its_value_and_with_explain_the_reasons(taktloom: CommandLine, model: Path) -> None:
    plain = taktloom("decide", model, "--decision", "Risk", "--input", "cost=7000", "--input", "zone=inner")
    told = taktloom("decide", model, "--decision", "fee", "--input", "cost=7000", "--input", "zone=inner", "--explain")

    assert (plain.code, plain.out.strip()) == (0, '"high"')
    assert told.out.splitlines() == [
        "70",
        'Risk = "high"',
        "  from cost = 7000",
        '  from zone = "inner"',
        "  from asked on = null",
        '  rule 1: "high"  (12/12)',
        "Fee = 70",
        "  from cost = 7000",
        '  from Risk = "high"',
    ]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("cases.csv", "cost;zone\n7000;inner\n10;\n"),
        ("cases.jsonl", '{"cost": 7000, "zone": "inner"}\n\n{"cost": 10}\n'),
        ("cases.json", '[{"cost": 7000, "zone": "inner"}, {"cost": 10}]'),
    ],
)
def test_a_file_with_a_list_is_a_batch(
    taktloom: CommandLine, model: Path, tmp_path: Path, name: str, content: str
) -> None:
    (tmp_path / name).write_text(content)

    answers = taktloom.json("decide", model, "--decision", "risk", "--input", tmp_path / name)
    table = taktloom("decide", model, "--decision", "risk", "--input", tmp_path / name).out

    assert [answer["value"] for answer in answers] == ["high", "low"]
    assert [line.split() for line in table.splitlines()] == [
        ["input", "value", "rules"],
        ["1", '"high"', "1"],
        ["2", '"low"', "4"],
    ]


def test_an_object_in_a_file_is_one_input_and_pairs_win_over_it(
    taktloom: CommandLine, model: Path, tmp_path: Path
) -> None:
    (tmp_path / "one.json").write_text(json.dumps({"cost": 10, "zone": "inner"}))

    answer = taktloom.json("decide", model, "--decision", "risk", "--inputs", tmp_path / "one.json", "-i", "cost=7000")

    assert answer["value"] == "high"


def test_a_batch_with_an_input_that_cannot_be_evaluated_ends_with_1_after_all_others(
    taktloom: CommandLine, model: Path, tmp_path: Path
) -> None:
    (tmp_path / "cases.json").write_text('[{"cost": {"@type": "date", "value": "x"}}, {"cost": 10}]')

    result = taktloom("decide", model, "--decision", "risk", "--input", tmp_path / "cases.json")

    assert result.code == 1
    assert "TL-2301" in result.out
    assert '"low"' in result.out


def test_the_test_cases_of_the_file_are_run_and_a_failing_one_ends_with_1(
    taktloom: CommandLine, model: Path, tmp_path: Path
) -> None:
    failing = tmp_path / "failing.dmn"
    failing.write_text(risk_model(expected="low"))

    passed, failed = taktloom("decide", model, "--test"), taktloom("decide", failing, "--test")

    assert (passed.code, failed.code) == (0, 1)
    assert "Risk: 1 test cases, 1 passed" in passed.out
    assert 'failed 1 big: value is "high", expected "low"' in failed.out
    assert taktloom.json("decide", model, "--test")["decisions"][0]["counts"]["passed"] == 1


def test_lint_and_deploy_warn_of_failing_test_cases(taktloom: CommandLine, tmp_path: Path) -> None:
    failing = tmp_path / "failing.dmn"
    failing.write_text(risk_model(expected="low"))

    linted, deployed = taktloom("lint", failing), taktloom("deploy", failing)

    assert (linted.code, deployed.code) == (0, 0)
    assert "decision-test-failed" in linted.out
    assert "decision-test-failed" in deployed.out


@pytest.mark.parametrize("wrong", [("--input", "nonsense"), ("--input", "nowhere.csv"), ()])
def test_what_is_neither_pair_nor_file_is_refused(taktloom: CommandLine, model: Path, wrong: tuple[str, ...]) -> None:
    decision = ("--decision", "risk") if wrong else ()

    assert taktloom("decide", model, *decision, *wrong).code == 1
