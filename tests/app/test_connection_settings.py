# SPDX-License-Identifier: Apache-2.0
"""Connections of the settings file: only the file names them, and no error repeats a value."""

from pathlib import Path

import pytest

from taktloom.app.connection_settings import password_of
from taktloom.app.setting_errors import SettingError
from taktloom.app.settings import Settings, read_settings

TABLE = '[connections.dwh.tables.orders]\ntable = "sales.orders"\ncase = "id"\nactivity = "step"\ntime = "at"\n'


def read(folder: Path, text: str, **environment: str) -> Settings:
    (folder / "taktloom.toml").write_text(text, encoding="utf-8")
    return read_settings({"data": folder}, environment=environment)


def test_a_connection_is_read_with_its_tables_and_the_password_of_a_variable(tmp_path: Path) -> None:
    text = f'[connections.dwh]\nengine = "postgresql://ada@db/sales"\npassword_variable = "DWH"\nrow_limit = 7\n{TABLE}'

    connection = read(tmp_path, text, DWH="s3cr3t").connections["dwh"]

    assert (connection.row_limit, connection.time_limit_s) == (7, 600)
    assert (connection.tables["orders"].table, connection.tables["orders"].start) == ("sales.orders", None)
    assert password_of(connection) == "s3cr3t"
    assert "s3cr3t" not in repr(connection)
    assert "ada@db" not in repr(connection)


def test_a_password_comes_from_a_file_without_its_line_end(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(" s3cr3t \r\n")
    text = f'[connections.dwh]\nengine = "postgresql://ada@db/x"\npassword_file = "{tmp_path}/secret"\n{TABLE}'

    assert password_of(read(tmp_path, text).connections["dwh"]) == " s3cr3t "


def test_a_variable_that_is_not_set_is_told_when_it_is_needed(tmp_path: Path) -> None:
    text = f'[connections.dwh]\nengine = "postgresql://ada@db/x"\npassword_variable = "DWH"\n{TABLE}'

    connection = read(tmp_path, text).connections["dwh"]

    with pytest.raises(SettingError):
        password_of(connection)


def test_no_variable_and_no_option_adds_a_connection(tmp_path: Path) -> None:
    assert read(tmp_path, "", TAKTLOOM_CONNECTIONS='{"x": {}}').connections == {}


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ('engine = "postgresql://ada:s3cr3t@db/x"', "connections.dwh.engine"),
        ('engine = "postgresql://ada@db/x?password=s3cr3t"', "connections.dwh.engine"),
        ('engine = "snowflake://ada@db/x?access_Token=s3cr3t"', "connections.dwh.engine"),
        ('engine = "postgresql://ada:s3cr3t@db:port/x"', "connections.dwh.engine"),
        ('engine = "s3cr3t"', "connections.dwh.engine"),
        ("engine = 5", "connections.dwh.engine"),
        ('password = "s3cr3t"\nengine = "duckdb:///x.db"', "connections.dwh"),
        ('variable = "s3cr3t"\nengine = "duckdb:///x.db"', "connections.dwh"),
        ('engine = "duckdb:///x.db"\ntime_limit_s = 0', "connections.dwh.time_limit_s"),
        ('engine = "duckdb:///x.db"\nrow_limit = true', "connections.dwh.row_limit"),
        ('engine = "duckdb:///x.db"\nrow_limit = 10000000000', "connections.dwh.row_limit"),
        ("", "connections.dwh.engine"),
    ],
)
def test_what_is_wrong_is_told_by_its_name_and_never_by_its_value(tmp_path: Path, settings: str, name: str) -> None:
    with pytest.raises(SettingError) as refused:
        read(tmp_path, f"[connections.dwh]\n{settings}\n{TABLE}")

    assert refused.value.parameters == {"name": name}
    assert "s3cr3t" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('connections = "duckdb://"', "connections"),
        ('[connections."../x"]\nengine = "duckdb:///x.db"', "connections"),
        (f'[connections.dwh]\nengine = "duckdb:///x.db"\n{TABLE}sql = "SELECT"', "connections.dwh.tables.orders"),
        (f'[connections.dwh]\nengine = "duckdb:///x.db"\n{TABLE}order = ""', "connections.dwh.tables.orders.order"),
        (
            f'[connections.dwh]\nengine = "duckdb:///x.db"\n{TABLE}skip_bad_rows = 1',
            "connections.dwh.tables.orders.skip_bad_rows",
        ),
        (
            '[connections.dwh]\nengine = "duckdb:///x.db"\n[connections.dwh.tables.orders]\ntable = "x"',
            "connections.dwh.tables.orders.case",
        ),
    ],
)
def test_tables_and_names_are_checked_when_the_server_starts(tmp_path: Path, text: str, name: str) -> None:
    with pytest.raises(SettingError) as refused:
        read(tmp_path, text)

    assert refused.value.parameters == {"name": name}
