# SPDX-License-Identifier: Apache-2.0
"""The table of model quality in the documentation is what its command measures."""

from pathlib import Path

import pytest

from model_quality import LOGS, PAGE, SETTINGS, row, variants_of
from taktloom.mining.conformance.model_quality import measure_quality
from taktloom.mining.discovery.miners import Miner, discover_model


@pytest.mark.parametrize("title", ["BPIC13 closed problems", "helpdesk"])
def test_the_inductive_miners_rows_are_up_to_date(title: str, test_data: Path) -> None:
    variants = variants_of(test_data / "logs" / f"{LOGS[title]}.xes.gz")
    section = PAGE.read_text(encoding="utf-8").partition(f"## {title}\n")[2].partition("## ")[0]

    for settings in (each for each in SETTINGS if each.miner is Miner.INDUCTIVE):
        assert row(settings, measure_quality(discover_model(variants, settings).net, variants)) in section


def test_every_log_has_a_row_per_miner() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert [page.count(f"\n| {settings.title} |") for settings in SETTINGS] == [len(LOGS)] * len(SETTINGS)
