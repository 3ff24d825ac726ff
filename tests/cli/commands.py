# SPDX-License-Identifier: Apache-2.0
"""Runs a command in process, as the console script does."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from taktloom.cli.main import run


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)


class CommandLine:
    """Commands on one data folder."""

    def __init__(self, data: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.data, self._capture = data, capture

    def __call__(self, *arguments: str | Path, data: bool = True) -> Outcome:
        """Run with `--data`; the outcome, whatever it is."""
        given = [str(one) for one in arguments]
        code = run([*given, "--data", str(self.data)] if data else given)
        captured = self._capture.readouterr()
        return Outcome(code=code, out=captured.out, err=captured.err)

    def json(self, *arguments: str | Path) -> Any:
        """The document of a command that succeeds."""
        outcome = self(*arguments, "--json")
        assert outcome.code == 0, outcome.err or outcome.out
        return outcome.document
