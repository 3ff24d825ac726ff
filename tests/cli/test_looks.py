# SPDX-License-Identifier: Apache-2.0
"""Review, map, variants and potential under `taktloom mine`: what is printed, written and completed."""

from pathlib import Path

import pytest

from taktloom.cli.main import run
from tests.cli.commands import CommandLine

ROWS = "case,activity,time,resource\n" + "".join(
    f"c{case},{activity},2026-01-{1 + case:02}T0{hour}:00:00Z,r{hour}\n"
    for case in range(6)
    for hour, activity in enumerate(("a", "b" if case < 4 else "c", "d"))
)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    (tmp_path / "log.csv").write_text(ROWS, encoding="utf-8")
    return tmp_path / "log.csv"


def test_a_review_is_the_same_under_both_names(taktloom: CommandLine, log: Path) -> None:
    assert taktloom.json("mine", "review", log) == taktloom.json("review", log)


def test_a_map_keeps_the_most_frequent_and_is_drawn(taktloom: CommandLine, log: Path, tmp_path: Path) -> None:
    picture, table = tmp_path / "map.svg", tmp_path / "map.csv"

    found = taktloom.json("mine", "map", log, "--activities", "0.75", "-o", picture, "-o", table)

    assert [(one["source"], one["target"], one["events"]) for one in found["result"]["edges"]] == [
        ("a", "b", 4),
        ("b", "d", 4),
    ]
    assert picture.read_text(encoding="utf-8").startswith("<svg")
    assert table.read_text(encoding="utf-8-sig").splitlines()[1].startswith("a,b,4,4")


def test_variants_are_counted_and_those_of_a_part_too(taktloom: CommandLine, log: Path) -> None:
    whole = taktloom.json("mine", "variants", log)["result"]
    part = taktloom.json("mine", "variants", log, "--without", "b")["result"]

    assert [(one["activities"], one["cases"]) for one in whole] == [(["a", "b", "d"], 4), (["a", "c", "d"], 2)]
    assert [(one["activities"], one["cases"], one["share"]) for one in part] == [(["a", "c", "d"], 2, 1.0)]


def test_the_potential_of_a_part_is_that_of_its_cases(taktloom: CommandLine, log: Path, tmp_path: Path) -> None:
    found = taktloom.json("mine", "potential", log, "--with", "c", "-o", tmp_path / "potential.html")
    empty = taktloom("potential", log, "--with", "c", "--without", "c")

    assert {one["activity"]: one["cases"] for one in found["activities"]} == {"a": 2, "c": 2, "d": 2}
    assert "<table" in (tmp_path / "potential.html").read_text(encoding="utf-8")
    assert (empty.code, "TL-2120" in empty.err) == (1, True)


@pytest.mark.parametrize(
    ("name", "begins"),
    [("map.svg", b"<svg"), ("map.csv", b"\xef\xbb\xbfsource"), ("variants.csv", b"\xef\xbb\xbfvariant_id"),
     ("model.bpmn", b"<?xml"), ("findings.csv", b"\xef\xbb\xbfseverity"), ("page.html", b"<!doctype html>")],
)  # fmt: skip
def test_a_review_writes_what_the_files_name_asks_for(
    taktloom: CommandLine, log: Path, tmp_path: Path, name: str, begins: bytes
) -> None:
    assert taktloom("review", log, "-o", tmp_path / name).code == 0

    assert (tmp_path / name).read_bytes().lower().startswith(begins)


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("taktloom po", ["potential"]),
        ("taktloom mine var", ["variants"]),
        ("taktloom mine map --fl", ["--flows"]),
        ("taktloom mine discover --min", ["--miner"]),
    ],
)
def test_a_shell_completes_commands_and_options(
    line: str, offered: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("_TAKTLOOM_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", str(len(line.split()) - 1))

    with pytest.raises(SystemExit) as ended:
        run([])

    assert (ended.value.code, capsys.readouterr().out.split()) == (0, offered)


def test_the_script_for_a_shell_asks_the_command_itself(taktloom: CommandLine) -> None:
    script = taktloom("completion", "bash", data=False)

    assert script.code == 0
    assert "_TAKTLOOM_COMPLETE=complete_bash" in script.out
