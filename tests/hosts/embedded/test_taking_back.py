# SPDX-License-Identifier: Apache-2.0
"""What is refused after it has moved an instance leaves no trace, in the database and in the writer's memory."""

from pathlib import Path

import pytest

from taktloom.hosts.embedded import EmbeddedEngine, EngineLimits, EngineOptions
from taktloom.model.errors import LimitExceededError
from taktloom.model.identifiers import ProcessId
from taktloom.model.operations import UserTaskQuery
from tests.hosts.embedded.conftest import MODELS


def test_a_completion_that_fails_after_its_advance_can_be_tried_again_as_before(tmp_path: Path) -> None:
    content = (MODELS / "job_then_signal.bpmn").read_bytes()
    engine = EmbeddedEngine.open(tmp_path / "engine.db", EngineOptions(limits=EngineLimits(deliveries=0)))
    engine.deployments.deploy({"signaller.bpmn": content}, by="ada")
    key = engine.instances.start(ProcessId("signaller"), {}).instance_key
    job = engine.jobs.lock(["work"], worker="w")[0]

    for _ in range(2):  # the signal may not be delivered: the whole completion is taken back, each time
        with pytest.raises(LimitExceededError):
            engine.jobs.complete(job.job_id, job.fence, {})
    engine.drain()
    again = EmbeddedEngine.open(tmp_path / "engine.db")
    again.jobs.complete(job.job_id, job.fence, {})

    assert [task.element_id for task in again.user_tasks.search(UserTaskQuery()).items] == ["rest"]
    assert again.instances.check_replay(key) == 2
    again.drain()
