# SPDX-License-Identifier: Apache-2.0
"""Without data and timers the replayer finds as many deviations as an optimal alignment has moves."""

import pytest

from taktloom.app.analyses.replaying import replay_cases_of
from taktloom.hosts.replayer import replay_cases
from taktloom.mining.conformance.alignments import align_log
from taktloom.mining.conformance.process_net import process_net
from taktloom.mining.discovery.bpmn_from_sketch import bpmn_from_sketch
from taktloom.mining.discovery.miners import Miner, MinerSettings, discover_model
from taktloom.model.identifiers import ProcessId
from tests.mining.given_logs import given_log


@pytest.mark.data
@pytest.mark.parametrize("name", ["running-example.xes", "reviewing.xes", "helpdesk.xes.gz", "08_receipt.xes.gz"])
def test_the_replayer_and_alignments_agree(name: str) -> None:
    log = given_log(name)
    variants = {each.activities: each.cases for each in log.variants().variants}
    model = discover_model(variants, MinerSettings(miner=Miner.INDUCTIVE))
    assert model.sketch is not None
    definition = bpmn_from_sketch(model.sketch, process_id=ProcessId("mined"))

    aligned = align_log(process_net(definition).net, variants)
    replayed = replay_cases(definition, replay_cases_of(log, ""))

    costs = {each.alignment.of: each.alignment.cost for each in aligned.variants}
    assert {each.activities: len(each.deviations) for each in replayed.variants} == costs
    assert replayed.fitness == pytest.approx(aligned.fitness)
    assert replayed.fitting_cases == aligned.fitting_cases
    assert all(each.is_exact for each in replayed.variants)
