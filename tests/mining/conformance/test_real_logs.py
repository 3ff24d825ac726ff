# SPDX-License-Identifier: Apache-2.0
"""The miner's quality on the given logs."""

from pathlib import Path

import pytest

from taktloom.mining.conformance import check_fitness, measure_precision
from taktloom.mining.discovery import activities_of, discover_process_tree, petri_net_from_tree
from taktloom.mining.petri import reachable_markings
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


@pytest.mark.parametrize("name", ["BPIC13_cp", "Procure-to-Pay", "helpdesk"])
def test_the_default_model_is_sound(name: str, test_data: Path) -> None:
    net = petri_net_from_tree(discover_process_tree(read_variants(test_data / "logs" / DRAFT_LOGS[name])))

    reached = dict(reachable_markings(net, limit=200_000))

    assert len(reached) < 200_000
    assert {index for enabled in reached.values() for index in enabled} == set(range(len(net.transitions)))
    assert [marking for marking, enabled in reached.items() if not enabled] == [net.final_marking]
