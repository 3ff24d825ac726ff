# SPDX-License-Identifier: Apache-2.0
"""`taktloom lint`, `decide import` and `decide export` with files."""

import json
from pathlib import Path

import pytest

from taktloom.cli.main import run
from taktloom.formats.dmn import read_dmn
from taktloom.model.decision import DecisionTable

SHEET = "F,in: Age,out: Fee\n1,>= 18,5\n2,-,0\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TAKTLOOM_DATA", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "fee.csv").write_text(SHEET)
    return tmp_path


def test_a_spreadsheet_becomes_a_model_that_decides(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["decide", "import", "fee.csv", "--output", "fee.dmn"]) == 0
    assert run(["decide", "fee.dmn", "--decision", "fee", "--input", "Age=20"]) == 0

    assert capsys.readouterr().out.splitlines()[-1] == "5"


def test_options_may_stand_before_the_model(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["decide", "import", "fee.csv", "-o", "fee.dmn"]) == 0
    assert run(["decide", "--decision", "fee", "--input", "Age=2", "fee.dmn"]) == 0

    assert capsys.readouterr().out.splitlines()[-1] == "0"


def test_a_mapping_names_roles_and_types(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "plain.csv").write_text("Age;Fee\n1,5;7\n")
    command = ["decide", "import", "plain.csv", "-o", "fee.dmn", "--decimal-comma", "--json"]

    assert run([*command, "-m", "Age=input:number", "-m", "B=output:string", "--hit-policy", "C#"]) == 0

    document = json.loads(capsys.readouterr().out)
    assert [(one["role"], one["type_ref"]) for one in document["columns"]] == [
        ("input", "number"),
        ("output", "string"),
    ]
    assert [one["how"] for one in document["interpretations"]] == ["decimal-comma", "quoted"]


def test_a_sheet_that_is_not_understood_names_the_cell_and_writes_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "fee.csv").write_text("in: Age,out: Fee\n>= old,1\n")

    assert run(["decide", "import", "fee.csv", "-o", "fee.dmn", "-m", "A=input:number"]) == 1

    assert "fee.csv:2 fee!A2" in capsys.readouterr().err
    assert not (folder / "fee.dmn").exists()


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_a_table_survives_export_and_import(folder: Path, suffix: str) -> None:
    assert run(["decide", "import", "fee.csv", "-o", "one.dmn"]) == 0
    assert run(["decide", "export", "one.dmn", "--decision", "fee", "-o", f"out.{suffix}"]) == 0
    assert run(["decide", "import", f"out.{suffix}", "-o", "two.dmn", "--name", "fee"]) == 0

    tables = [read_dmn((folder / name).read_bytes()).decisions[0].expression for name in ("one.dmn", "two.dmn")]
    assert all(isinstance(table, DecisionTable) for table in tables)
    assert (folder / "one.dmn").read_bytes() == (folder / "two.dmn").read_bytes()


@pytest.mark.parametrize(
    "arguments",
    [
        ["decide", "export", "one.dmn", "-o", "out.pdf"],
        ["decide", "import", "fee.csv", "-o", "no/such/folder.dmn"],
        ["decide", "import", "fee.csv", "-o", "x.dmn", "-m", "Age"],
        ["decide", "import", "fee.csv", "-o", "x.dmn", "-m", "Age=colour"],
    ],
)
def test_wrong_arguments_are_refused_with_a_remedy(
    folder: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == 1

    assert capsys.readouterr().err.startswith("TL-2000")


DMN = """<?xml version="1.0"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" id="{id}" name="{id}" namespace="urn:{id}">
{body}
</definitions>
"""
BASE = '<itemDefinition name="tFee"><typeRef>number</typeRef></itemDefinition>'
USER = """<import name="base" namespace="urn:base" importType="https://www.omg.org/spec/DMN/20230324/MODEL/"/>
<inputData id="age" name="Age"><variable name="Age" typeRef="number"/></inputData>
<inputData id="idle" name="Idle"><variable name="Idle"/></inputData>
<decision id="fee" name="Fee"><variable name="Fee" typeRef="{type}"/>
<informationRequirement><requiredInput href="#age"/></informationRequirement>
<literalExpression><text>{text}</text></literalExpression></decision>"""


def lint(folder: Path, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, list[tuple[str, str]]]:
    code = run(["lint", str(folder / "models"), "--json", *options])
    findings = json.loads(capsys.readouterr().out)["findings"]
    return code, [(finding["severity"], finding["rule"]) for finding in findings]


@pytest.fixture
def models(folder: Path) -> Path:
    (folder / "models").mkdir()
    (folder / "models" / "base.dmn").write_text(DMN.format(id="base", body=BASE))
    write(folder, "Age + 1", "base.tFee")
    return folder


def write(folder: Path, text: str, type_ref: str) -> None:
    body = USER.format(text=text, type=type_ref)
    (folder / "models" / "user.dmn").write_text(DMN.format(id="user", body=body))


def test_models_of_a_folder_may_import_each_other(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert lint(models, capsys) == (0, [("warning", "unused-input-data")])


def test_warnings_fail_only_when_strict(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert lint(models, capsys, "--strict")[0] == 1


def test_a_missing_import_and_its_types_are_errors(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (models / "models" / "base.dmn").unlink()

    code, findings = lint(models, capsys)

    assert code == 1
    assert findings[:2] == [("error", "import-not-found"), ("error", "unknown-type")]


@pytest.mark.parametrize(
    ("text", "rule"),
    [("Age + Heigth", "unknown-name"), ("Idle + 1", "name-without-requirement"), ("Age + + 1", "feel-syntax")],
)
def test_an_expression_is_checked_with_its_place(
    models: Path, text: str, rule: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write(models, text, "base.tFee")

    _, findings = lint(models, capsys)
    run(["lint", str(models / "models" / "user.dmn")])

    assert rule in [found for _, found in findings]
    assert f"{models / 'models' / 'user.dmn'}:8" in capsys.readouterr().out


def test_a_folder_without_models_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "empty").mkdir()

    assert run(["lint", str(folder / "empty")]) == 1
    assert "There is no model in" in capsys.readouterr().err
