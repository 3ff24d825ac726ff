# SPDX-License-Identifier: Apache-2.0
"""The table of model quality in the documentation is what its command measures."""

import pytest

from model_quality import LOGS, PAGE, SETTINGS, row, variants_of
from taktloom.mining.conformance.model_quality import measure_quality
from taktloom.mining.discovery.miners import Miner, discover_model
from tests.data import find_test_data


@pytest.mark.parametrize("title", ["BPIC13 closed problems", "helpdesk"])
def test_the_inductive_miners_rows_are_up_to_date(title: str) -> None:
    data = find_test_data()
    if data is None:
        pytest.skip("needs the given logs")
    variants = variants_of(data / "logs" / f"{LOGS[title]}.xes.gz")
    section = PAGE.read_text(encoding="utf-8").partition(f"## {title}\n")[2].partition("## ")[0]

    for settings in (each for each in SETTINGS if each.miner is Miner.INDUCTIVE):
        assert row(settings, measure_quality(discover_model(variants, settings).net, variants)) in section


def test_every_log_has_a_row_per_miner() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert [page.count(f"\n| {settings.title} |") for settings in SETTINGS] == [len(LOGS)] * len(SETTINGS)
