# SPDX-License-Identifier: Apache-2.0
"""Called instances that wait for their caller, or are told to undo what they did after they have ended."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from taktloom.hosts.embedded import EmbeddedEngine
from taktloom.model.identifiers import InstanceKey, ProcessId
from taktloom.model.operations import InstanceQuery

MODELS = Path(__file__).parents[2] / "conformance" / "bpmn" / "models"


def started(engine: EmbeddedEngine, name: str) -> InstanceKey:
    engine.deployments.deploy({f"{name}.bpmn": (MODELS / f"{name}.bpmn").read_bytes()})
    return engine.instances.start(ProcessId("p"), {"n": Decimal(1)}).instance_key


def child(engine: EmbeddedEngine, process_id: str) -> InstanceKey:
    (found,) = engine.instances.search(InstanceQuery(process_id=ProcessId(process_id))).items
    return found.instance_key


def status(engine: EmbeddedEngine, key: InstanceKey) -> str:
    return engine.instances.summary(key).status


def do(engine: EmbeddedEngine, job_type: str) -> None:
    (job,) = engine.jobs.lock([job_type], worker="w", max_jobs=2, wait=timedelta())
    engine.jobs.complete(job.job_id, fence=job.fence, variables={})


def test_an_instance_that_has_ended_undoes_what_it_did_and_ends_again(engine: EmbeddedEngine) -> None:
    key = started(engine, "compensation_of_called_process")
    called = child(engine, "q")

    assert (status(engine, key), status(engine, called)) == ("active", "active")
    do(engine, "ub")
    do(engine, "ua")

    assert (status(engine, key), status(engine, called)) == ("completed", "completed")
    assert engine.instances.summary(called).ended_at is not None
    assert (engine.instances.check_replay(key), engine.instances.check_replay(called)) == (3, 4)


def test_a_cancelled_transaction_undoes_the_instance_that_it_breaks_off(engine: EmbeddedEngine) -> None:
    key = started(engine, "transaction_cancel_with_calls")

    do(engine, "w")
    do(engine, "ura")
    do(engine, "ua")

    assert status(engine, key) == "completed"
    assert (status(engine, child(engine, "q")), status(engine, child(engine, "r"))) == ("completed", "terminated")


@pytest.mark.parametrize(
    ("name", "expected"),
    [("boundary_escalation_call_interrupting", "cancelled"), ("boundary_escalation_call_uncaught", "completed")],
)
def test_an_escalation_is_answered_before_the_called_instance_goes_on(
    engine: EmbeddedEngine, name: str, expected: str
) -> None:
    key = started(engine, name)
    called = child(engine, "q")

    assert (status(engine, key), status(engine, called)) == ("completed", expected)
    assert engine.instances.check_replay(called) == 2 + (name == "boundary_escalation_call_uncaught")
