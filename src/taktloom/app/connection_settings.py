# SPDX-License-Identifier: Apache-2.0
"""Connections to the organisation's SQL engines, as the settings file names them.

Only the file can: no request, option or variable adds a connection, a table or a column. A password comes from a file
or a variable that the settings name, never from the settings themselves, and no text of an error holds a value.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from pathlib import Path
from typing import TypeAlias, TypeVar
from urllib.parse import parse_qsl, urlsplit

from taktloom.app.setting_errors import SettingError
from taktloom.model.places import NOWHERE, Place

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
LONGEST_S = 86_400
MOST_ROWS = 10_000_000
SECRET_WORDS = ("password", "passwd", "pwd", "secret", "token", "credential", "key")


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSettings:
    """A table or view of events, and which of its columns is what; see `mining.sql.event_table.SqlColumns`."""

    table: str
    case: str
    activity: str
    time: str
    start: str | None = None
    resource: str | None = None
    order: str | None = None
    skip_bad_rows: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionSettings:
    """engine: address as Ibis takes it, without password; it is shown to nobody. password_variable: name of the
    environment variable; variable: what it holds. time_limit_s: of an analysis. row_limit: of its result. kept_s: how
    long a result is shown again.
    """

    engine: str = field(repr=False)
    tables: Mapping[str, TableSettings]
    password_file: Path | None = None
    password_variable: str | None = None
    variable: str | None = field(default=None, repr=False)
    time_limit_s: int = 600
    row_limit: int = 100_000
    kept_s: int = 600


Record = TypeVar("Record", TableSettings, ConnectionSettings)
_Read: TypeAlias = Callable[[object, str], object]


def read_connections(value: object) -> Mapping[str, ConnectionSettings]:
    """Connections by name from the table `connections` of the settings file. Raises SettingError."""
    return {name: _record(ConnectionSettings, one, path) for name, one, path in _named(value, "connections")}


def with_variables(
    connections: Mapping[str, ConnectionSettings], variables: Mapping[str, str]
) -> Mapping[str, ConnectionSettings]:
    """The connections with what the variables hold that they name."""
    return {
        name: replace(one, variable=variables.get(one.password_variable or "")) for name, one in connections.items()
    }


def password_of(connection: ConnectionSettings) -> str | None:
    """The password; None where the settings name none. Raises SettingError."""
    if connection.password_variable is not None:
        if connection.variable is None:
            raise _refusal(
                "password_variable", "The variable with a connection's password is not set.", "Set it for the program."
            )
        return connection.variable
    if connection.password_file is None:
        return None
    try:
        return connection.password_file.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise _refusal(
            "password_file",
            "The file with a connection's password cannot be read.",
            "Let the user who runs the program read it.",
            Place(source=str(connection.password_file)),
        ) from error


def _named(value: object, path: str) -> list[tuple[str, Mapping[str, object], str]]:
    found = []
    for name, one in _mapping(value, path).items():
        if not NAME.fullmatch(name):
            remedy = "Use lower-case letters, digits, - and _, at most 64."
            raise _refusal(path, f"A name in {path} cannot be part of an address.", remedy)
        found.append((name, _mapping(one, f"{path}.{name}"), f"{path}.{name}"))
    return found


def _record(kind: type[Record], given: Mapping[str, object], path: str) -> Record:
    known = {each.name: each for each in fields(kind) if each.name in _READ}
    for name in given:
        if name not in known:
            raise _refusal(path, f"There is no setting {path}.{name}.", f"The settings are {', '.join(known)}.")
    for name, each in known.items():
        if each.default is MISSING and name not in given:
            raise _refusal(f"{path}.{name}", f"The setting {path}.{name} is missing.", "Add it.")
    return kind(**{name: _READ[name](one, f"{path}.{name}") for name, one in given.items()})  # type: ignore[arg-type]


def _mapping(value: object, path: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise _refusal(path, f"The setting {path} is no table.", f"Begin it with [{path}.NAME].")
    return value


def _text(value: object, path: str) -> str:
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        raise _refusal(path, f"The setting {path} is no text.", "Give a text that is not empty.")
    return value


def _engine(value: object, path: str) -> str:
    text = _text(value, path)
    try:
        parts = urlsplit(text)
        is_address = bool(parts.scheme) and "://" in text
        named = [name.lower() for name, _ in parse_qsl(parts.query, keep_blank_values=True)]
        has_secret = parts.password is not None or any(word in name for name in named for word in SECRET_WORDS)
        assert parts.port is None or parts.port >= 0
    except ValueError:
        is_address, has_secret = False, False
    if not is_address:
        raise _refusal(path, f"The setting {path} is no address.", "Write it as engine://USER@HOST:PORT/DATABASE.")
    if has_secret:
        remedy = "Put it into a file (password_file) or a variable (password_variable)."
        raise _refusal(path, f"The setting {path} holds a password.", remedy)
    return text


def _whole(most: int) -> _Read:
    def read(value: object, path: str) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
            raise _refusal(path, f"The setting {path} is out of its range.", f"Give a whole number from 1 to {most}.")
        return value

    return read


def _flag(value: object, path: str) -> bool:
    if not isinstance(value, bool):
        raise _refusal(path, f"The setting {path} is neither true nor false.", "Give true or false.")
    return value


def _tables(value: object, path: str) -> Mapping[str, TableSettings]:
    return {name: _record(TableSettings, one, inner) for name, one, inner in _named(value, path)}


def _refusal(name: str, cause: str, remedy: str, place: Place = NOWHERE) -> SettingError:
    return SettingError(cause, place, remedy, {"name": name})


_READ: Mapping[str, _Read] = {
    "engine": _engine,
    "tables": _tables,
    "password_file": lambda value, path: Path(_text(value, path)),
    "password_variable": _text,
    "time_limit_s": _whole(LONGEST_S),
    "row_limit": _whole(MOST_ROWS),
    "kept_s": _whole(LONGEST_S),
    "table": _text,
    "case": _text,
    "activity": _text,
    "time": _text,
    "start": _text,
    "resource": _text,
    "order": _text,
    "skip_bad_rows": _flag,
}
