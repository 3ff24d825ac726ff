# SPDX-License-Identifier: Apache-2.0
"""A task shows and checks the form of its process version; a form that is deployed again leaves it as it was."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from taktloom.feel.values import FeelValue
from taktloom.hosts.embedded import EmbeddedEngine, ManualClock
from taktloom.hosts.embedded.advancing.operator_actions import Order
from taktloom.hosts.embedded.definitions.deployments import DeploymentRefusedError
from taktloom.hosts.embedded.work.forms import FormRefusedError
from taktloom.model.findings import Severity
from taktloom.model.identifiers import InstanceKey, ProcessId
from taktloom.model.interventions import MigrationRequest
from taktloom.model.operations import UserTaskDetail, UserTaskQuery
from taktloom.storage import SqliteSession

ASKING = (Path(__file__).parent / "models" / "ask_for_a_form.bpmn").read_bytes()
ASK = ProcessId("ask")


def form(*required: str) -> bytes:
    fields = [{"type": "textfield", "key": key, "validate": {"required": True}} for key in required]
    return json.dumps({"id": "review", "type": "default", "components": fields}).encode()


def schema(*required: str) -> bytes:
    return json.dumps({"$id": "review", "type": "object", "required": list(required)}).encode()


def start(engine: EmbeddedEngine) -> InstanceKey:
    return engine.instances.start(ASK, {}).instance_key


def detail(engine: EmbeddedEngine, key: InstanceKey) -> UserTaskDetail:
    (task,) = engine.user_tasks.search(UserTaskQuery(instance_key=key)).items
    return engine.user_tasks.detail(task.user_task_id)


def complete(engine: EmbeddedEngine, key: InstanceKey, **values: FeelValue) -> None:
    engine.user_tasks.complete(detail(engine, key).task.user_task_id, values, user="bea")


@pytest.mark.parametrize("make", [form, schema])
def test_a_deployment_carries_the_forms_of_its_tasks(engine: EmbeddedEngine, make: object) -> None:
    assert callable(make)
    deployment = engine.deployments.deploy({"ask.bpmn": ASKING, "review.form": make("verdict")})
    key = start(engine)

    shown = detail(engine, key)
    with pytest.raises(FormRefusedError):
        complete(engine, key)
    complete(engine, key, verdict="fine")

    assert [(one.form_id, one.version, one.resource_name) for one in deployment.forms] == [("review", 1, "review.form")]
    assert (shown.form_id, shown.form_version, shown.form_schema) == ("review", 1, make("verdict").decode())
    assert engine.instances.detail(key).summary.status == "completed"


def test_a_form_that_is_deployed_again_leaves_running_tasks_and_the_version_as_they_were(
    engine: EmbeddedEngine,
) -> None:
    engine.deployments.deploy({"ask.bpmn": ASKING, "review.form": form("verdict")})
    before = start(engine)

    engine.deployments.deploy({"review.form": form("verdict", "signature")})
    after = start(engine)

    assert [detail(engine, key).form_version for key in (before, after)] == [1, 1]
    complete(engine, before, verdict="fine")
    complete(engine, after, verdict="fine")


def test_deploying_the_process_with_its_changed_form_makes_a_version_that_shows_it(engine: EmbeddedEngine) -> None:
    engine.deployments.deploy({"ask.bpmn": ASKING, "review.form": form("verdict")})
    before = start(engine)

    second = engine.deployments.deploy({"ask.bpmn": ASKING, "review.form": form("signature")})
    same = engine.deployments.deploy({"ask.bpmn": ASKING, "review.form": form("signature")})
    after = start(engine)

    assert [one.version for one in (*second.processes, *same.processes)] == [2, 2]
    assert [detail(engine, key).form_version for key in (before, after)] == [1, 2]
    complete(engine, before, verdict="fine")
    with pytest.raises(FormRefusedError):
        complete(engine, after, verdict="fine")
    complete(engine, after, signature="Bea")


def test_a_form_that_comes_after_its_process_counts_from_its_first_version(
    engine: EmbeddedEngine, clock: ManualClock
) -> None:
    engine.deployments.deploy({"ask.bpmn": ASKING})
    key = start(engine)
    without = detail(engine, key).form_schema

    clock.advance(timedelta(minutes=1))
    engine.deployments.deploy({"review.form": form("verdict")})
    engine.deployments.deploy({"review.form": form("signature")})

    assert without is None
    assert detail(engine, key).form_version == 1


def test_a_version_from_before_forms_were_bound_shows_the_form_of_its_day(tmp_path: Path) -> None:
    engine = EmbeddedEngine.open(tmp_path / "engine.db")
    engine.deployments.deploy({"ask.bpmn": ASKING, "review.form": form("verdict")})
    key = start(engine)
    engine.deployments.deploy({"review.form": form("signature")})
    session = engine._core.database.writing
    assert isinstance(session, SqliteSession)
    session.connection.execute("DELETE FROM definition_form")  # as an older program left it

    assert detail(engine, key).form_version == 1
    engine.drain()


def test_an_instance_that_is_migrated_shows_the_form_of_its_new_version(engine: EmbeddedEngine) -> None:
    engine.deployments.deploy({"ask.bpmn": ASKING, "review.form": form("verdict")})
    key = start(engine)
    engine.deployments.deploy({"ask.bpmn": ASKING, "review.form": form("signature")})

    request = MigrationRequest(process_id=ASK, source_version=1, target_version=2)
    engine.migrations.migrate(key, request, Order(actor="ada", reason="new form"))

    assert detail(engine, key).form_version == 2


@pytest.mark.parametrize("content", [b"[]", b"{}", b"no json", b'{"type": "object"}'])
def test_a_form_without_an_id_or_that_is_no_json_is_refused_with_the_whole_deployment(
    engine: EmbeddedEngine, content: bytes
) -> None:
    with pytest.raises(DeploymentRefusedError):
        engine.deployments.deploy({"ask.bpmn": ASKING, "review.form": content})

    assert engine.deployments.processes().items == ()


def test_a_form_that_is_not_deployed_is_warned_of_at_its_task(engine: EmbeddedEngine) -> None:
    (process,) = engine.deployments.deploy({"ask.bpmn": ASKING}).processes

    (finding,) = process.findings
    assert (finding.rule, finding.severity) == ("form-unknown", Severity.WARNING)
    assert (finding.place.source, finding.place.element_id) == ("ask.bpmn", "review")
    assert finding.place.line is not None
    assert finding.parameters == {"form": "review"}


def test_a_form_beside_the_process_or_before_it_is_not_warned_of(engine: EmbeddedEngine) -> None:
    beside = engine.deployments.deploy({"ask.bpmn": ASKING, "review.form": form("verdict")})
    later = engine.deployments.deploy({"ask.bpmn": ASKING.replace(b"Review", b"Look")})

    assert [process.findings for process in (*beside.processes, *later.processes)] == [(), ()]
    assert [process.version for process in later.processes] == [2]
