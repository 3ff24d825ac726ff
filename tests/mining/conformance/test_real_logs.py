# SPDX-License-Identifier: Apache-2.0
"""The miner's quality on the given logs."""

from pathlib import Path

import pytest

from taktloom.mining.conformance import check_fitness, measure_precision
from taktloom.mining.discovery import activities_of, discover_process_tree, petri_net_from_tree
from taktloom.mining.discovery.miners import Miner, MinerSettings, discover_model
from taktloom.mining.net_soundness import check_soundness
from tests.mining.given_logs import CASE_LEVEL_LOGS, given_log
from tests.mining.plain_logs import DRAFT_LOGS, read_variants

# fitness by token replay, precision by escaping edges, at noise 0.2: (at least, at least)
BARS = {
    "receipt": (0.96, 0.28),
    "SEPSIS": (0.98, 0.42),
    "helpdesk": (0.97, 0.75),
    "BPIC13_cp": (0.985, 0.965),
    "Procure-to-Pay": (0.99, 0.81),
}


@pytest.mark.parametrize("name", sorted(DRAFT_LOGS))
def test_the_default_model_covers_and_fits_the_log(name: str, test_data: Path) -> None:
    variants = read_variants(test_data / "logs" / DRAFT_LOGS[name])

    tree = discover_process_tree(variants)

    net, kept = petri_net_from_tree(tree), set(activities_of(tree))
    events = sum(len(variant) * cases for variant, cases in variants.items())
    covered = sum(cases for variant, cases in variants.items() for activity in variant if activity in kept)
    least_fitness, least_precision = BARS[name]
    assert covered / events >= 0.95
    assert check_fitness(net, variants).fitness >= least_fitness
    assert measure_precision(net, variants) >= least_precision


@pytest.mark.data
@pytest.mark.parametrize("name", [name for name in CASE_LEVEL_LOGS if "xes" in name])
@pytest.mark.parametrize(
    "settings",
    [
        MinerSettings(miner=Miner.INDUCTIVE, noise=0.0),
        MinerSettings(miner=Miner.INDUCTIVE),
        MinerSettings(miner=Miner.INDUCTIVE_GRAPH),
    ],
    ids=lambda settings: settings.title,
)
def test_the_models_of_inductive_miners_are_sound_on_every_log(name: str, settings: MinerSettings) -> None:
    variants = {each.activities: each.cases for each in given_log(name).variants().variants}

    assert check_soundness(discover_model(variants, settings).net).is_sound
