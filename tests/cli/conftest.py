# SPDX-License-Identifier: Apache-2.0
"""A command line on a folder of its own."""

from pathlib import Path

import pytest

from tests.cli.commands import CommandLine


@pytest.fixture
def taktloom(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """Runs commands on an empty data folder, in an empty working folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TAKTLOOM_DATA", raising=False)
    return CommandLine(tmp_path / "data", capsys)
