# SPDX-License-Identifier: Apache-2.0
import importlib.metadata
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from taktloom.app import drafting, kept_results, logs, potential
from taktloom.app.context import Context, local_operator
from taktloom.app.long_work import unheard
from taktloom.app.settings import Settings
from taktloom.app.wiring import Rooms
from taktloom.model.errors import ConflictError
from taktloom.programme import assessment
from taktloom.storage import SyncLevel
from tests.app.models import LOG_CSV

STAGES = ["discovering", "choices", "measuring", "resampling"]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[[], Context]]:
    """Opens the same data folder, as a server started anew does."""
    contexts: list[Context] = []

    def made() -> Context:
        rooms = Rooms(Settings(data=tmp_path / "data", sync=SyncLevel.NORMAL))
        contexts.append(Context(principal=local_operator(), rooms=rooms))
        return contexts[-1]

    yield made
    for context in contexts:
        context.rooms.close()


@pytest.fixture
def log_file(tmp_path: Path) -> Path:
    file = tmp_path / "permits.csv"
    file.write_text(LOG_CSV, encoding="utf-8")
    return file


def _heard(context: Context, log_id: str) -> tuple[potential.PotentialRecord, list[str]]:
    stages: list[str] = []
    record = potential.show_potential(
        context,
        request=potential.PotentialRequest(log_id=log_id),
        report=lambda stage, done, total: stages.append(stage),
    )
    return record, list(dict.fromkeys(stages))


def test_a_potential_is_computed_once_even_for_a_server_started_anew(
    opened: Callable[[], Context], log_file: Path
) -> None:
    context = opened()
    log_id = logs.import_file(context, path=log_file, request=logs.ImportRequest()).log_id

    first, first_stages = _heard(context, log_id)
    again, again_stages = _heard(opened(), log_id)

    assert [stage for stage in STAGES if stage != "choices"] == [one for one in first_stages if one != "choices"]
    assert again_stages == []
    assert again == first


def test_new_rates_are_applied_to_what_is_kept(opened: Callable[[], Context], log_file: Path) -> None:
    context = opened()
    log_id = logs.import_file(context, path=log_file, request=logs.ImportRequest()).log_id
    _heard(context, log_id)

    potential.set_rates(context, log_id=log_id, rates=potential.Rates(currency="EUR", default=60.0))
    record, stages = _heard(opened(), log_id)

    assert stages == []
    assert {one.feature for one in record.activities[0].not_computable} >= {"hours"}


@pytest.mark.parametrize("change", ["remap", "code"])
def test_another_mapping_and_other_code_are_computed_anew(
    change: str, opened: Callable[[], Context], log_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = opened()
    log_id = logs.import_file(context, path=log_file, request=logs.ImportRequest()).log_id
    _heard(context, log_id)

    if change == "remap":
        mapping = logs.show_log(context, log_id=log_id).mapping
        logs.remap_log_now(context, log_id=log_id, request=logs.ImportRequest(mapping=mapping))
    else:
        monkeypatch.setattr(kept_results, "code_version", lambda: "0.0.0+other")
    _, stages = _heard(opened(), log_id)

    assert "resampling" in stages


def test_a_kept_result_that_is_damaged_is_computed_anew(opened: Callable[[], Context], log_file: Path) -> None:
    context = opened()
    log_id = logs.import_file(context, path=log_file, request=logs.ImportRequest()).log_id
    first, _ = _heard(context, log_id)
    kept = list((context.rooms.settings.data / "results" / log_id).iterdir())
    assert len(kept) == 1

    kept[0].write_text('{"key": {}, "result": ', encoding="utf-8")
    again, stages = _heard(opened(), log_id)

    assert "resampling" in stages
    assert again == first


def test_a_deleted_log_leaves_no_result(opened: Callable[[], Context], log_file: Path) -> None:
    context = opened()
    log_id = logs.import_file(context, path=log_file, request=logs.ImportRequest()).log_id
    _heard(context, log_id)

    logs.delete_log(context, log_id=log_id)

    assert not (context.rooms.settings.data / "results" / log_id).exists()


def test_drafting_again_computes_nothing_and_keeps_a_second_draft(
    opened: Callable[[], Context], log_file: Path
) -> None:
    context, stages = opened(), list[str]()
    log_id = logs.import_file(context, path=log_file, request=logs.ImportRequest()).log_id

    first = drafting.draft_automation(context, log_id=log_id)
    second = drafting.draft_automation(context, log_id=log_id, report=lambda stage, done, total: stages.append(stage))

    assert stages == []
    assert first.draft_id != second.draft_id
    files = drafting.files_of_draft(context, draft_id=first.draft_id)
    assert files == drafting.files_of_draft(context, draft_id=second.draft_id)


def test_a_cancelled_assessment_leaves_nothing(opened: Callable[[], Context], log_file: Path) -> None:
    context = opened()
    log_id = logs.import_file(context, path=log_file, request=logs.ImportRequest()).log_id

    def stop(stage: str, done: int, total: int | None) -> None:
        if stage == "resampling" and done == 3:
            raise ConflictError("stopped", remedy="")

    with pytest.raises(ConflictError):
        potential.show_potential(context, request=potential.PotentialRequest(log_id=log_id), report=stop)

    assert not (context.rooms.settings.data / "results").exists()
    assert _heard(context, log_id)[1][-1] == "resampling"


def test_the_code_that_a_result_is_kept_for_is_all_that_computes_it() -> None:
    program = (
        "import sys, taktloom.programme.assessment;"
        "print(*sorted({name.split('.')[1] for name in sys.modules if name.startswith('taktloom.')}))"
    )
    rooms = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()

    assert tuple(rooms) == kept_results.COMPUTING_ROOMS


@pytest.mark.parametrize("room", kept_results.COMPUTING_ROOMS)
def test_an_edit_of_any_room_that_computes_is_another_code(
    room: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for one in kept_results.COMPUTING_ROOMS:
        (tmp_path / one / "inner").mkdir(parents=True)
        (tmp_path / one / "inner" / "formula.py").write_text("WEIGHT = 0.2", encoding="utf-8")
    monkeypatch.setattr(kept_results, "files", lambda name: tmp_path / name.removeprefix("taktloom."))
    before = kept_results.code_version.__wrapped__()
    (tmp_path / room / "inner" / "formula.py").write_text("WEIGHT = 0.3", encoding="utf-8")

    assert kept_results.code_version.__wrapped__() != before


@pytest.mark.parametrize("library", kept_results.COMPUTING_LIBRARIES)
def test_another_library_is_another_code(library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = kept_results.code_version.__wrapped__()
    found = importlib.metadata.version
    monkeypatch.setattr(kept_results, "version", lambda name: "0.0" if name == library else found(name))

    assert kept_results.code_version.__wrapped__() != before


@pytest.mark.data
def test_what_is_read_back_equals_what_was_computed(
    opened: Callable[[], Context], test_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = opened()
    request = logs.ImportRequest(timezone="Europe/Amsterdam")
    log_id = logs.import_file(context, path=test_data / "logs" / "receipt.csv", request=request).log_id
    computed = potential.assess(context, log_id, unheard)
    monkeypatch.setattr(assessment, "assess_log", None)

    read_back = potential.assess(opened(), log_id, unheard)

    assert read_back == computed


def test_a_log_that_is_mapped_anew_tells_how_far_it_is_and_can_be_stopped(
    opened: Callable[[], Context], log_file: Path
) -> None:
    context = opened()
    before = logs.import_file(context, path=log_file, request=logs.ImportRequest())
    request = logs.ImportRequest(mapping=logs.show_columns(context, log_id=before.log_id).suggested)
    stages: list[str] = []

    def stop(stage: str, done: int, total: int | None) -> None:
        stages.append(stage)
        if stage == "writing":
            raise ConflictError("stopped", remedy="")

    with pytest.raises(ConflictError):
        logs.remap_log_now(context, log_id=before.log_id, request=request, report=stop)

    assert list(dict.fromkeys(stages)) == ["checking", "reading", "building", "writing"]
    assert logs.list_logs(context).items == (before,)
