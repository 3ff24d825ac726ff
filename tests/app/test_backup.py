# SPDX-License-Identifier: Apache-2.0
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from taktloom.app import backup, logs, people
from taktloom.app.backup import BackupRefusedError, FolderNotEmptyError, restore_as_operator
from taktloom.app.context import LOCAL_OPERATOR, Context
from taktloom.app.folder_lock import FolderLock, HalfRestoredError
from taktloom.app.settings import Settings
from taktloom.app.wiring import Rooms
from taktloom.model.errors import ConflictError
from tests.app.models import LOG_CSV, PERMIT_BPMN


@pytest.fixture
def context(tmp_path: Path) -> Iterator[Context]:
    rooms = Rooms(Settings(data=tmp_path / "data"))
    yield Context(principal=LOCAL_OPERATOR, rooms=rooms)
    rooms.close()


@pytest.fixture
def file(context: Context, tmp_path: Path) -> Path:
    """A backup of a folder with a user, a log and a running instance."""
    people.add_user(context, username="mei", profile=people.Profile(roles=("owner",)))
    source = tmp_path / "log.csv"
    source.write_text(LOG_CSV)
    logs.import_file(context, path=source, request=logs.ImportRequest())
    context.rooms.engine.deployments.deploy({"permit.bpmn": PERMIT_BPMN})
    context.rooms.engine.instances.start("permit", {}, business_key="A-1")  # type: ignore[arg-type]
    backup.write_backup(context, file=tmp_path / "backup.zip")
    return tmp_path / "backup.zip"


def test_a_restored_folder_holds_what_was_backed_up_while_it_was_open(file: Path, tmp_path: Path) -> None:
    restored = restore_as_operator(tmp_path / "restored", file=file)

    rooms = Rooms(Settings(data=tmp_path / "restored"))
    assert [user.username for user in rooms.identity.list_users()] == ["mei"]
    assert [one.counts.events for one in rooms.logs.catalogue.list_logs()] == [4]
    assert rooms.engine.deployments.process("permit").active == 1  # type: ignore[arg-type]
    assert restored.files >= 4
    rooms.close()


def test_a_folder_that_is_not_empty_is_left_alone(file: Path, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")

    with pytest.raises(FolderNotEmptyError):
        restore_as_operator(tmp_path / "full", file=file)

    assert [path.name for path in (tmp_path / "full").iterdir()] == ["mine.txt"]


def test_nothing_is_restored_under_a_running_server(file: Path, tmp_path: Path) -> None:
    with FolderLock(tmp_path / "served"), pytest.raises(FolderNotEmptyError):
        restore_as_operator(tmp_path / "served", file=file)


def test_a_changed_byte_is_noticed_and_nothing_is_left(file: Path, tmp_path: Path) -> None:
    changed = tmp_path / "changed.zip"
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(changed, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, content[:-1] + b"?" if name == "identity.db" else content)

    with pytest.raises(BackupRefusedError, match=r"identity\.db differs"):
        restore_as_operator(tmp_path / "restored", file=changed)

    assert not (tmp_path / "restored").exists()
    assert not list(tmp_path.glob(".restored*"))


def test_a_folder_in_which_a_restore_was_interrupted_is_not_opened_and_is_restored_again(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "restored"
    renamed: list[Path] = []

    def rename_once(one: Path, target: Path) -> Path:
        if renamed:
            raise KeyboardInterrupt
        renamed.append(target)
        return one.replace(target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", rename_once)
        with pytest.raises(KeyboardInterrupt):
            restore_as_operator(data, file=file)

    assert [one.exists() for one in renamed] == [True]
    with pytest.raises(HalfRestoredError):
        Rooms(Settings(data=data))

    restore_as_operator(data, file=file)
    rooms = Rooms(Settings(data=data))
    assert [user.username for user in rooms.identity.list_users()] == ["mei"]
    assert rooms.engine.deployments.process("permit").active == 1  # type: ignore[arg-type]
    rooms.close()


def test_what_a_killed_restore_left_beside_foreign_files_is_left_alone(file: Path, tmp_path: Path) -> None:
    (tmp_path / "full" / ".restoring").mkdir(parents=True)
    (tmp_path / "full" / "mine.txt").write_text("mine")

    with pytest.raises(FolderNotEmptyError):
        restore_as_operator(tmp_path / "full", file=file)

    assert (tmp_path / "full" / "mine.txt").read_text() == "mine"


def test_the_copies_of_a_killed_backup_go_with_the_next_one_and_those_of_a_living_one_stay(
    file: Path, context: Context, tmp_path: Path
) -> None:
    killed, living = tmp_path / ".taktloom-backup-killed", tmp_path / ".taktloom-backup-living"
    for folder in (killed, living):
        with FolderLock(folder):
            (folder / "engine.db").write_bytes(b"personal data")

    with FolderLock(living):
        backup.write_backup(context, file=tmp_path / "next.zip")

    assert not killed.exists()
    assert (living / "engine.db").exists()
    assert [path for path in tmp_path.glob(".taktloom-backup-*") if path != living] == []


def test_a_file_outside_the_folder_is_refused(tmp_path: Path) -> None:
    evil = tmp_path / "evil.zip"
    with zipfile.ZipFile(evil, "w") as target:
        target.writestr("../evil.txt", "x")
        target.writestr(
            "manifest.json",
            '{"format": 1, "created_at": "2026-01-01T00:00:00+00:00", "version": "1", "sha256": {"../evil.txt": "0"}}',
        )

    with pytest.raises(BackupRefusedError, match="leaves the folder"):
        restore_as_operator(tmp_path / "a" / "b", file=evil)

    assert not (tmp_path / "a" / "evil.txt").exists()


@pytest.mark.parametrize("content", [b"", b"not a zip file", b"PK\x03\x04broken"])
def test_what_is_no_backup_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.zip").write_bytes(content)

    with pytest.raises(BackupRefusedError):
        restore_as_operator(tmp_path / "restored", file=tmp_path / "x.zip")


def test_an_earlier_backup_is_never_overwritten(file: Path, context: Context) -> None:
    before = file.read_bytes()

    with pytest.raises(ConflictError):
        backup.write_backup(context, file=file)

    assert file.read_bytes() == before
