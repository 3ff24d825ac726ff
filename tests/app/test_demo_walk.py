# SPDX-License-Identifier: Apache-2.0
"""The guided example: seeded through the use cases, played by a driver, emptied only when it is one."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from taktloom.app.context import LOCAL_OPERATOR, Context
from taktloom.app.demo import walk
from taktloom.app.demo.driver import FAULTY, FAULTY_KEY, Driver, answer_form
from taktloom.app.demo.walk import NotDemoFolderError
from taktloom.app.demo_state import is_demo_folder, read_demo_state
from taktloom.app.settings import Settings
from taktloom.app.wiring import Rooms
from taktloom.model.identifiers import ProcessId
from taktloom.model.operations import InstanceQuery
from taktloom.storage import SyncLevel
from tests.app.models import LOG_CSV


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    """The synthetic example, seeded once."""
    rooms = Rooms(Settings(data=tmp_path_factory.mktemp("demo"), sync=SyncLevel.NORMAL))
    context = Context(principal=LOCAL_OPERATOR, rooms=rooms)
    walk.seed_demo(context)
    yield context
    rooms.close()


def test_the_example_is_labelled_synthetic_everywhere(seeded: Context) -> None:
    state = read_demo_state(seeded.rooms)

    assert state is not None
    assert state.is_synthetic
    assert state.log_id is not None
    assert seeded.rooms.logs.metadata(state.log_id).is_synthetic


def test_seeding_twice_changes_nothing(seeded: Context) -> None:
    again = walk.seed_demo(seeded)

    assert again == read_demo_state(seeded.rooms)
    assert len(seeded.rooms.logs.catalogue.list_logs()) == 1
    assert seeded.rooms.engine.deployments.process(ProcessId(again.process_id or "")).versions == 1


def test_the_process_has_its_log_as_baseline_and_the_visitor_sees_its_tasks(seeded: Context) -> None:
    state = walk.seed_demo(seeded)
    process = seeded.rooms.engine.deployments.process(ProcessId(state.process_id or "")).latest
    admin = seeded.rooms.identity.find_user("admin")

    assert process.baseline_log_id == state.log_id
    assert admin is not None
    assert admin.groups
    assert not admin.has_password


def test_the_driver_starts_cases_works_tasks_and_leaves_some_for_the_visitor(seeded: Context) -> None:
    state = walk.seed_demo(seeded)
    driver = Driver(seeded.rooms, process_id=state.process_id or "", log_id=state.log_id or "", chance=random.Random(1))
    driver.prepare()
    instances = seeded.rooms.engine.instances.search(InstanceQuery(limit=100)).items
    assert FAULTY_KEY in {one.business_key for one in instances}
    faulty = next(one for one in instances if one.business_key == FAULTY_KEY)
    variables = seeded.rooms.engine.instances.detail(faulty.instance_key).variables
    assert any(one.name == FAULTY and not isinstance(one.value, str) for one in variables)

    for _ in range(40):
        driver.play_once()

    assert len(seeded.rooms.engine.instances.search(InstanceQuery(limit=100)).items) > len(instances)


def test_other_peoples_data_is_never_emptied_nor_seeded_over(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    context = Context(principal=LOCAL_OPERATOR, rooms=Rooms(Settings(data=tmp_path)))

    with pytest.raises(NotDemoFolderError):
        walk.reset_demo(context)
    with pytest.raises(NotDemoFolderError):
        walk.seed_demo(context)

    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_reset_empties_the_examples_folder(tmp_path: Path) -> None:
    (tmp_path / "demo.json").write_text("{}")
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "x").write_text("x")
    context = Context(principal=LOCAL_OPERATOR, rooms=Rooms(Settings(data=tmp_path)))
    assert is_demo_folder(tmp_path)

    walk.reset_demo(context)

    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_start_begins_anew(tmp_path: Path) -> None:
    (tmp_path / "demo.json").write_text("{}")
    (tmp_path / "half").write_text("x")
    rooms = Rooms(Settings(data=tmp_path))
    log = tmp_path.parent / f"{tmp_path.name}.csv"
    log.write_text(LOG_CSV)

    state = walk.seed_demo(Context(principal=LOCAL_OPERATOR, rooms=rooms), log=log)

    assert state.process_id is not None
    assert not (tmp_path / "half").exists()
    rooms.close()


def test_ones_own_log_walks_the_same_steps_and_is_not_called_synthetic(tmp_path: Path) -> None:
    log = tmp_path / "mine.csv"
    rows = LOG_CSV.splitlines()[1:]
    copies = [f"{number}{row}" for number in range(30) for row in rows]
    log.write_text("\n".join([LOG_CSV.splitlines()[0], *copies]))
    rooms = Rooms(Settings(data=tmp_path / "demo"))

    state = walk.seed_demo(Context(principal=LOCAL_OPERATOR, rooms=rooms), log=log)

    assert not state.is_synthetic
    assert state.process_id is not None
    rooms.close()


def test_a_form_is_answered_with_what_is_known_and_what_may_be_chosen() -> None:
    schema = {
        "components": [
            {"key": "cost", "type": "number"},
            {"key": "known", "type": "textfield"},
            {"key": "way", "type": "radio", "values": [{"value": "a"}, {"value": "b"}], "defaultValue": "b"},
            {"type": "text"},
        ]
    }

    answers = answer_form(schema, {"known": "here"}, random.Random(1))

    assert answers["known"] == "here"
    assert answers["way"] in {"a", "b"}
    assert set(answers) == {"cost", "known", "way"}
