# SPDX-License-Identifier: Apache-2.0
"""`taktloom assurance run` says what it ran and what it found, and goes on where it was stopped."""

import json
from pathlib import Path

import pytest

from taktloom.cli.main import run


def test_a_small_campaign_keeps_every_promise_and_is_told_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    code = run(["assurance", "run", "--seed", "40", "--runs", "4", "--power-losses", "3", "--json"])
    told = json.loads(capsys.readouterr().out)

    assert code == 0
    assert (told["seed"], told["runs"], told["lost"], told["doubled"], told["failed"]) == (40, 4, 0, 0, 0)
    assert told["power_losses"] >= 3
    assert told["sync_level"] == "full"
    assert told["failures"] == []


def test_a_stopped_campaign_goes_on_from_its_progress(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    progress = tmp_path / "progress.json"
    command = ["assurance", "run", "--seed", "60", "--power-losses", "0", "--progress", str(progress), "--json"]
    run([*command, "--runs", "2"])
    first = json.loads(capsys.readouterr().out)

    run([*command, "--runs", "4"])
    both = json.loads(capsys.readouterr().out)

    assert (first["runs"], both["runs"]) == (2, 4)
    assert both["steps"] > first["steps"]
    assert run([*command[:3], "61", *command[4:], "--runs", "1"]) == 1
    assert "belongs to the seed 60" in capsys.readouterr().out
