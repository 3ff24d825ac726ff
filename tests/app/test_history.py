# SPDX-License-Identifier: Apache-2.0
from collections.abc import Iterator
from pathlib import Path

import pytest

from taktloom.app import deployments, history, instances, logs, review, tasks
from taktloom.app.context import LOCAL_OPERATOR, Context
from taktloom.app.settings import Settings
from taktloom.app.wiring import Rooms
from taktloom.model.errors import ConflictError, InputRefusedError, NotFoundError
from taktloom.storage import SyncLevel
from tests.app.models import LOG_CSV, PERMIT_BPMN


@pytest.fixture
def context(tmp_path: Path) -> Iterator[Context]:
    """A folder with the process *permit*."""
    rooms = Rooms(Settings(data=tmp_path / "data", sync=SyncLevel.NORMAL, zone="Asia/Shanghai"))
    made = Context(principal=LOCAL_OPERATOR, rooms=rooms)
    deployments.deploy_files(made, files={"permit.bpmn": PERMIT_BPMN})
    yield made
    rooms.close()


def _run_a_case(context: Context) -> None:
    started = instances.start_instance(context, process_id="permit", variables={})
    request = tasks.TaskListRequest(view=tasks.TaskListView.ALL, instance_key=started.instance_key)
    for task in tasks.list_tasks(context, request=request).items:
        tasks.complete_task(context, user_task_id=task.user_task_id, variables={})


def test_a_process_s_own_history_is_reviewed_as_any_log(context: Context) -> None:
    _run_a_case(context)
    _run_a_case(context)

    record = history.make_history_log(context, process_id="permit")
    report = review.look_at(context, log_id=record.log_id, look=review.whole_review())

    assert (record.log_id, record.name, record.is_engine_history) == ("engine-permit", "Permit", True)
    assert (record.cases, record.timezone) == (2, "Asia/Shanghai")
    assert report.cases == 2
    assert [one.log_id for one in logs.list_logs(context).items] == ["engine-permit"]


def test_the_log_tells_how_far_it_was_read_and_is_renewed_in_place(context: Context) -> None:
    _run_a_case(context)
    log_id = history.make_history_log(context, process_id="permit").log_id
    logs.rename_log(context, log_id=log_id, name="Permits as they run")
    before = logs.show_log(context, log_id=log_id).history
    _run_a_case(context)
    behind = logs.show_log(context, log_id=log_id).history

    renewed = history.make_history_log(context, process_id="permit")
    after = logs.show_log(context, log_id=log_id).history

    assert before is not None
    assert behind is not None
    assert after is not None
    assert (before.process_id, before.newer_events, after.newer_events) == ("permit", 0, 0)
    assert behind.newer_events > 0
    assert after.read_at > before.read_at
    assert (renewed.log_id, renewed.name, renewed.cases) == (log_id, "Permits as they run", 2)


def test_without_events_or_process_there_is_no_log(context: Context) -> None:
    with pytest.raises(InputRefusedError):
        history.make_history_log(context, process_id="permit")
    with pytest.raises(NotFoundError):
        history.make_history_log(context, process_id="unheard-of")

    assert logs.list_logs(context).items == ()


def test_an_imported_log_of_that_id_is_left_alone(context: Context, tmp_path: Path) -> None:
    file = tmp_path / "permits.csv"
    file.write_text(LOG_CSV, encoding="utf-8")
    imported = logs.import_file(context, path=file, request=logs.ImportRequest(name="engine-permit"))
    assert imported.log_id == "engine-permit"
    _run_a_case(context)

    with pytest.raises(ConflictError):
        history.make_history_log(context, process_id="permit")

    assert not logs.show_log(context, log_id="engine-permit").is_engine_history


def test_an_imported_log_has_no_history_and_ids_stay_names_of_folders(context: Context, tmp_path: Path) -> None:
    file = tmp_path / "permits.csv"
    file.write_text(LOG_CSV, encoding="utf-8")
    imported = logs.import_file(context, path=file, request=logs.ImportRequest())

    ids = [history.history_log_id(name) for name in ("a.b", "a-b", "../x", "é" * 100)]

    assert logs.show_log(context, log_id=imported.log_id).history is None
    assert len(set(ids)) == 4
    assert all("/" not in one and "." not in one and len(one) <= 80 for one in ids)
