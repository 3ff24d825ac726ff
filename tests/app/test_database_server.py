# SPDX-License-Identifier: Apache-2.0
"""The whole program on a database server: wiring, the doctor's look, the backup."""

from pathlib import Path

import pytest

from taktloom.app import backup
from taktloom.app.context import Context, local_operator
from taktloom.app.database_check import check_database
from taktloom.app.doctor import Verdict
from taktloom.app.setting_errors import SettingError
from taktloom.app.settings import Settings
from taktloom.app.wiring import ENGINE_FILE, IDENTITY_FILE, Rooms
from taktloom.storage import SyncLevel
from tests.postgresql_server import PostgresqlServer


@pytest.fixture
def settings(tmp_path: Path, postgresql_server: PostgresqlServer) -> Settings:
    """A data folder whose engine is on the server, with a password that the server does not ask for."""
    password = tmp_path / "password"
    password.write_text("s3cr3t\n")
    return Settings(
        data=tmp_path / "data", database=postgresql_server.engine_database(), database_password_file=password
    )


def test_the_engine_is_on_the_server_and_the_rest_in_the_data_folder(settings: Settings, tmp_path: Path) -> None:
    rooms = Rooms(settings)
    context = Context(rooms=rooms, principal=local_operator())

    processes = rooms.engine.deployments.processes().items
    done = backup.write_backup(context, file=tmp_path / "copy.zip")
    rooms.close()

    assert processes == ()
    assert not (settings.data / ENGINE_FILE).exists()
    assert (settings.data / IDENTITY_FILE).exists()
    assert not done.has_engine


def test_the_doctor_names_the_server_and_how_safe_its_commits_are(settings: Settings) -> None:
    result = check_database(settings)

    assert result.verdict is Verdict.OK
    assert int(result.found.split(".")[0]) >= 14
    assert result.found.endswith(" · sync=full")
    assert "postgres@" not in result.found


def test_the_doctor_says_why_a_server_cannot_be_used_and_never_the_password() -> None:
    settings = Settings(database="postgresql://ada:s3cr3t@127.0.0.1:1/engine", sync=SyncLevel.NORMAL)

    result = check_database(settings)

    assert result.verdict is Verdict.MISSING
    assert result.found.startswith("TL-3602: The database cannot be opened")
    assert "s3cr3t" not in f"{result.found} {result.remedy}"


def test_a_password_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    settings = Settings(
        data=tmp_path, database="postgresql://ada@db/engine", database_password_file=tmp_path / "missing"
    )

    with pytest.raises(SettingError) as refused:
        _ = Rooms(settings).engine

    assert refused.value.place.source == str(tmp_path / "missing")
