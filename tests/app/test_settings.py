# SPDX-License-Identifier: Apache-2.0
from dataclasses import fields
from pathlib import Path

import pytest

from taktloom.app.setting_errors import SettingError
from taktloom.app.settings import Settings, read_settings


def test_options_win_over_environment_which_wins_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "taktloom.toml").write_text('port = 1\nhost = "127.0.0.2"\nzone = "Europe/Amsterdam"\n')

    settings = read_settings(
        {"data": tmp_path, "port": 3, "host": None}, environment={"TAKTLOOM_PORT": "2", "TAKTLOOM_HOST": "::1"}
    )

    assert (settings.port, settings.host, settings.zone) == (3, "::1", "Europe/Amsterdam")


def test_the_data_folder_comes_from_the_environment(tmp_path: Path) -> None:
    assert read_settings(environment={"TAKTLOOM_DATA": str(tmp_path)}).data == tmp_path
    assert read_settings(environment={}).data == Path("taktloom-data")
    assert read_settings(environment={"TAKTLOOM_DATA": ""}).data == Path("taktloom-data")


def test_other_variables_of_that_prefix_are_left_alone(tmp_path: Path) -> None:
    settings = read_settings({"data": tmp_path}, environment={"TAKTLOOM_TEST_DATA": "x", "TAKTLOOM_KEY": "tk_x"})

    assert settings.data == tmp_path


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("colour = 1", "colour"),
        ("port = 70000", "port"),
        ("port = 'x'", "port"),
        ("zone = 'Mars/Base'", "Mars/Base"),
        ("sync = 'never'", "sync"),
        ("upload_bytes = 0", "upload_bytes"),
        ("behind_proxy = 'maybe'", "behind_proxy"),
    ],
)
def test_what_cannot_be_is_refused_by_name(tmp_path: Path, text: str, name: str) -> None:
    (tmp_path / "taktloom.toml").write_text(text)

    with pytest.raises(SettingError) as refused:
        read_settings({"data": tmp_path}, environment={})

    assert refused.value.parameters["name"] == name


def test_a_password_may_come_by_the_environment_and_is_never_shown(tmp_path: Path) -> None:
    address = "postgresql://ada:s3cr3t@db/engine"

    settings = read_settings({"data": tmp_path}, environment={"TAKTLOOM_DATABASE": address})

    assert settings.database == address
    assert "s3cr3t" not in repr(settings)


@pytest.mark.parametrize("address", ["postgresql://ada:s3cr3t@db/engine", "postgresql://ada@db/x?password=s3cr3t"])
def test_a_password_on_the_command_line_is_refused(tmp_path: Path, address: str) -> None:
    with pytest.raises(SettingError) as refused:
        read_settings({"data": tmp_path, "database": address}, environment={})

    assert refused.value.parameters == {"name": "database"}
    assert "s3cr3t" not in str(refused.value)


def test_what_is_no_address_of_a_database_is_refused_without_repeating_it(tmp_path: Path) -> None:
    with pytest.raises(SettingError) as refused:
        read_settings({"data": tmp_path}, environment={"TAKTLOOM_DATABASE": "mysql://ada:s3cr3t@db/engine"})

    assert "s3cr3t" not in str(refused.value)


def test_every_setting_is_in_the_reference() -> None:
    page = (Path(__file__).parents[2] / "docs/reference/configuration.md").read_text(encoding="utf-8")

    assert [field.name for field in fields(Settings) if f"| `{field.name}` |" not in page] == []


def test_the_file_in_the_folder_cannot_name_another_folder(tmp_path: Path) -> None:
    (tmp_path / "taktloom.toml").write_text("data = '/elsewhere'")

    with pytest.raises(SettingError):
        read_settings({"data": tmp_path}, environment={})


def test_a_broken_file_is_refused_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "taktloom.toml").write_text("port = = 1")

    with pytest.raises(SettingError) as refused:
        read_settings({"data": tmp_path}, environment={})

    assert refused.value.place.source == str(tmp_path / "taktloom.toml")
