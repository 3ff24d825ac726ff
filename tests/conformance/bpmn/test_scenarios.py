# SPDX-License-Identifier: Apache-2.0
"""Every element at every position, one small model each, with the visits that must follow in order."""

from pathlib import Path

import pytest

from tests.conformance.bpmn.scenario import MODELS, play, sentence_of

SCENARIOS = sorted(MODELS.glob("*.scenario"))


@pytest.mark.parametrize("path", SCENARIOS, ids=[path.stem for path in SCENARIOS])
def test_a_model_is_run_as_the_standard_says(path: Path) -> None:
    play(path)


def test_every_model_has_a_scenario_that_says_what_it_shows() -> None:
    used = {path.stem for path in SCENARIOS}

    for path in SCENARIOS:
        assert sentence_of(path).endswith("."), path.stem
        used.update(
            word.removesuffix(".bpmn")
            for line in path.read_text(encoding="utf-8").splitlines()
            if line.startswith("deploy ")
            for word in line.split()[1:]
        )
    assert {path.stem for path in MODELS.glob("*.bpmn")} <= used
