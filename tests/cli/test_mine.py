# SPDX-License-Identifier: Apache-2.0
"""`taktloom mine`: a command per analysis, with files and JSON."""

from pathlib import Path

from taktloom.app.analyses.table import ANALYSES
from tests.app.test_analyses import LOG, weeks
from tests.cli.commands import CommandLine


def test_an_analysis_writes_the_files_that_are_asked_for(taktloom: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text(LOG, encoding="utf-8")

    done = taktloom("mine", "discover", tmp_path / "log.csv", "--miner", "split", "-o", tmp_path / "m.bpmn", "--json")

    assert done.code == 0
    assert done.document["result"]["quality"]["soundness"]["verdict"] == "sound"
    assert "parallelGateway" in (tmp_path / "m.bpmn").read_text(encoding="utf-8")


def test_an_analysis_is_printed_as_tables_with_its_method(taktloom: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text(LOG, encoding="utf-8")

    done = taktloom("mine", "miners", tmp_path / "log.csv")

    assert done.code == 0
    assert "split (concurrency 0.1, filtering 0.4)" in done.out
    assert "token-based replay" in done.out


def test_every_analysis_has_a_command_with_an_example(taktloom: CommandLine) -> None:
    helps = {name: taktloom("mine", name, "--help", data=False) for name in ANALYSES}

    assert [name for name, told in helps.items() if f"taktloom mine {name} " not in told.out] == []


def test_a_document_is_read_from_its_file_and_refused_when_it_is_no_text(taktloom: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text(LOG, encoding="utf-8")
    (tmp_path / "rules.json").write_text('{"rules": [{"kind": "exists", "first": ["a"]}]}', encoding="utf-8")
    (tmp_path / "no.json").write_bytes(b"\xff\xff\xff")

    done = taktloom("mine", "rules", tmp_path / "log.csv", "--rules", tmp_path / "rules.json", "--json")
    refused = taktloom("mine", "rules", tmp_path / "log.csv", "--rules", tmp_path / "no.json")

    assert [(each["text"], each["kept"]) for each in done.document["result"]["rules"]] == [("exists 1: a", 20)]
    assert (refused.code, "TL-2951" in refused.err) == (1, True)


def test_a_log_is_exported_with_pseudonyms_under_a_key_that_is_made_once(taktloom: CommandLine, tmp_path: Path) -> None:
    rows = "case,activity,time,resource,salary\nSmith,pay,2026-01-01T00:00:00Z,Ann,9\n"
    (tmp_path / "log.csv").write_text(rows, encoding="utf-8")
    key, first, second = tmp_path / "key", tmp_path / "first.csv", tmp_path / "second.csv"

    for output in (first, second):
        assert taktloom("log", "export", tmp_path / "log.csv", output, "--pseudonym-key", key).code == 0

    assert key.stat().st_mode & 0o077 == 0
    assert first.read_bytes() == second.read_bytes()
    text = first.read_text(encoding="utf-8")
    assert "resource-" in text
    assert not [name for name in ("Smith", "Ann", "salary") if name in text]


def test_two_files_are_compared(taktloom: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_text(weeks("2026-01-01", "abd"), encoding="utf-8")
    (tmp_path / "two.csv").write_text(weeks("2026-03-01", "acd"), encoding="utf-8")

    done = taktloom("mine", "compare", tmp_path / "one.csv", "--other", tmp_path / "two.csv", "--json")

    found = done.document["result"]
    assert (found["first"]["cases"], found["second"]["cases"], found["shared_cases"]) == (30, 30, 0)
    assert (found["first_only"], found["second_only"], found["volume_unit"]) == (["b"], ["c"], "day")
    told = {tuple(one["name"]): one["difference"] for one in found["cohorts"]["differences"] if one["is_told"]}
    assert (told["a", "b"], told["a", "c"]) == (1.0, -1.0)


def test_a_file_beside_an_id_and_more_than_one_way_to_compare_are_refused(
    taktloom: CommandLine, tmp_path: Path
) -> None:
    (tmp_path / "one.csv").write_text(weeks("2026-01-01", "abd"), encoding="utf-8")

    beside = taktloom("mine", "compare", tmp_path / "one.csv", "--other", "some-log")
    both = taktloom(
        "mine", "compare", tmp_path / "one.csv", "--split-at", "2026-01-10", "--first-period", "2026-01-01/2026-01-09"
    )
    overlapping = taktloom(
        "mine", "compare", tmp_path / "one.csv",
        "--first-period", "2026-01-01/2026-01-09", "--second-period", "2026-01-08/2026-01-20",
    )  # fmt: skip

    assert (beside.code, "the other is not" in beside.err) == (1, True)
    assert (both.code, "TL-2950" in both.err) == (1, True)
    assert (overlapping.code, "overlap" in overlapping.err) == (1, True)
