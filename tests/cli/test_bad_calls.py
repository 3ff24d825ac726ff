# SPDX-License-Identifier: Apache-2.0
"""Wrong calls, refusing machines and readers that go away: one line or one document, never a stack."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.commands import CommandLine

TOO_LONG = "x" * 300


def run_process(
    *arguments: str | bytes, data: Path, stdout: int | None = None, **environment: str
) -> subprocess.CompletedProcess[bytes]:
    """The command in a process of its own, as a shell starts it."""
    return subprocess.run(
        [sys.executable, "-m", "taktloom", *arguments, "--data", str(data)],
        stdout=subprocess.PIPE if stdout is None else stdout,
        stderr=subprocess.PIPE,
        env={**os.environ, **environment},
        check=False,
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ("review", TOO_LONG),
        ("log", "import", TOO_LONG),
        ("process", "list", "--data", TOO_LONG),
        ("process", "list", "--data", "file"),
        ("mine", "discover", "log.csv", "--filter", TOO_LONG),
    ],
)
def test_a_path_that_the_machine_refuses_is_the_callers_matter(
    taktloom: CommandLine, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    (tmp_path / "file").write_text("no folder")
    (tmp_path / "log.csv").write_text("case,activity,time\n1,a,2026-01-01T00:00:00Z\n")

    outcome = taktloom(*arguments, "--json", data=False)

    assert outcome.code == 1
    assert outcome.document["error"]["code"] == "TL-3904"
    assert outcome.document["error"]["remedy"]


def test_a_filter_file_that_is_no_text_is_refused(taktloom: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "filter").write_bytes(bytes(range(128, 256)))

    outcome = taktloom("mine", "discover", "log.csv", "--filter", "filter", "--json")

    assert (outcome.code, outcome.document["error"]["cause"]) == (1, "filter is no text in UTF-8.")


@pytest.mark.parametrize("delimiter", ["||", '"', "\n"])
def test_a_delimiter_that_is_no_character_is_refused(taktloom: CommandLine, tmp_path: Path, delimiter: str) -> None:
    (tmp_path / "table.csv").write_text("a,b\n1,2\n")

    outcome = taktloom("decide", "import", "table.csv", "-o", "x.dmn", "--delimiter", delimiter, "--json", data=False)

    assert outcome.code == 1
    assert outcome.document["error"]["cause"]


def test_warnings_of_an_expression_stand_in_the_document(taktloom: CommandLine) -> None:
    outcome = taktloom("feel", '1 + "a"', "--json", data=False)

    assert outcome.code == 0
    assert outcome.document["value"] is None
    assert [warning["kind"] for warning in outcome.document["warnings"]] == ["type-mismatch"]


@pytest.mark.parametrize("file", ["form.form", "form.json"])
def test_a_form_that_is_nested_too_deeply_is_refused(taktloom: CommandLine, tmp_path: Path, file: str) -> None:
    for depth in (200, 20_000):
        (tmp_path / file).write_text(
            '{"id": "f", "type": "object", "properties": ' + '{"a":' * depth + "1" + "}" * depth
        )
        (tmp_path / file).write_text((tmp_path / file).read_text() + "}")
        outcome = taktloom("deploy", file, "--json")
        assert outcome.code == 1
        assert outcome.document["error"]["findings"][0]["rule"] in {"form-schema-unfit", "form-not-json"}


@pytest.mark.parametrize(
    "arguments", [("process", "list"), ("process", "list", "--json"), ("decide", "none", "--json")]
)
def test_a_reader_that_goes_away_ends_a_command_quietly(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    reading, writing = os.pipe()
    os.close(reading)

    ended = run_process(*arguments, data=tmp_path / "data", stdout=writing)
    os.close(writing)

    assert (ended.returncode, ended.stderr) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_an_output_that_is_full_is_told_in_one_line(tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        ended = run_process("process", "list", "--json", data=tmp_path / "data", stdout=full.fileno())

    assert ended.returncode == 1
    assert ended.stderr.startswith(b"TL-3904: The machine refuses it: ")
    assert ended.stderr.count(b"\n") == 1


def test_a_terminal_without_unicode_gets_escapes(tmp_path: Path) -> None:
    ended = run_process("version", data=tmp_path, PYTHONIOENCODING="ascii")
    assert ended.returncode == 2  # it has no folder: the line about it is readable all the same

    said = subprocess.run(
        [sys.executable, "-m", "taktloom", "feel", '"许" + "😀"', "--json"],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        check=True,
    )

    assert json.loads(said.stdout)["value"] == "许😀"


def test_an_argument_that_is_no_text_is_refused(tmp_path: Path) -> None:
    ended = run_process("start", b"\xff\xfe", "--json", data=tmp_path / "data")

    assert ended.returncode == 1
    assert json.loads(ended.stdout)["error"]["code"] in {"TL-2925", "TL-3608"}


@pytest.mark.parametrize(
    ("arguments", "cause"),
    [
        (("incident", "list", "--state", "any"), "Incidents are open or resolved."),
        (("instance", "list", "--status", "complete"), "Instances have no such status."),
    ],
)
def test_a_state_that_there_is_not_is_refused_instead_of_listing_nothing(
    taktloom: CommandLine, arguments: tuple[str, ...], cause: str
) -> None:
    outcome = taktloom(*arguments, "--json")

    assert (outcome.code, outcome.document["error"]["cause"]) == (1, cause)
    assert outcome.document["error"]["remedy"]
