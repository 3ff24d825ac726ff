# SPDX-License-Identifier: Apache-2.0
"""One frozen `Settings`, read once at start and passed down; no other module reads the environment.

Later wins: defaults, `taktloom.toml` (in the data folder, else in the working folder), `TAKTLOOM_*`, command options.
"""

import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from taktloom.app.connection_settings import ConnectionSettings, read_connections, with_variables
from taktloom.app.setting_errors import SettingError
from taktloom.model.places import Place
from taktloom.storage import SyncLevel, is_postgresql_url

CONFIG_NAME = "taktloom.toml"
DEFAULT_DATA = Path("taktloom-data")
_PREFIX = "TAKTLOOM_"
_MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How this installation runs.

    data: the data folder. database: the address of the engine's database server, empty: `engine.db` in the data folder;
    it may hold a password and is never shown. database_password_file: one line, the password alone.
    zone: IANA name, for calendar days and texts. upload_bytes: largest log file taken.
    requests_per_second: of each API key. log_format: text or json.
    telemetry_endpoint: where spans are sent (OTLP over HTTP); empty: no spans.
    private_webhooks: whether webhooks may go to addresses inside the own network.
    trusted_proxies: addresses whose forwarded headers are believed, only with behind_proxy.
    connections: to SQL engines, by name; only the file names them.
    """

    data: Path = DEFAULT_DATA
    database: str = field(default="", repr=False)
    database_password_file: Path | None = None
    host: str = "127.0.0.1"
    port: int = 8765
    zone: str = "UTC"
    sync: SyncLevel = SyncLevel.FULL
    upload_bytes: int = 2_000 * _MEGABYTE
    body_bytes: int = 32 * _MEGABYTE
    requests_per_second: int = 1_000
    log_format: str = "text"
    telemetry_endpoint: str = ""
    private_webhooks: bool = False
    behind_proxy: bool = False
    trusted_proxies: str = "127.0.0.1"
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    connections: Mapping[str, ConnectionSettings] = field(default_factory=dict)


def read_settings(
    options: Mapping[str, object] | None = None, *, environment: Mapping[str, str] | None = None
) -> Settings:
    """Join defaults, file, environment and options (None values: not given). Raises SettingError."""
    _require_no_password(str((options or {}).get("database") or ""))
    variables = os.environ if environment is None else environment
    given = {name: value for name, value in (options or {}).items() if value is not None}
    from_environment = {
        name.removeprefix(_PREFIX).lower(): value
        for name, value in variables.items()
        if name.startswith(_PREFIX) and name.removeprefix(_PREFIX).lower() in _NAMES - _FILE_ONLY
    }
    if not from_environment.get("data"):  # an empty name would be that of the working folder
        from_environment.pop("data", None)
    data = Path(str(given.get("data", from_environment.get("data", DEFAULT_DATA))))
    settings = Settings(data=data)
    file = next((path for path in (data / CONFIG_NAME, Path(CONFIG_NAME)) if path.is_file()), None)
    if file is not None:
        settings = _with(settings, _read_file(file), Place(source=str(file)), names=_NAMES - {"data"})
        settings = replace(settings, connections=with_variables(settings.connections, variables))
    settings = _with(settings, from_environment, Place(source="environment"))
    return _checked(_with(settings, given, Place(source="command line")))


def _read_file(file: Path) -> Mapping[str, object]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingError(f"The file is not valid TOML: {error}.", Place(source=str(file)), "Mend it.") from error


def _with(
    settings: Settings, values: Mapping[str, object], place: Place, *, names: frozenset[str] | None = None
) -> Settings:
    known = _NAMES if names is None else names
    unknown = sorted(set(values) - known)
    if unknown:
        raise SettingError(
            f"There is no setting {unknown[0]}.",
            place,
            f"The settings are {', '.join(sorted(known))}.",
            {"name": unknown[0]},
        )
    return replace(settings, **{name: _convert(name, value, place) for name, value in values.items()})  # type: ignore[arg-type]


def _convert(name: str, value: object, place: Place) -> object:
    try:
        return _CONVERTERS[name](value)
    except (KeyError, TypeError, ValueError) as error:
        cause = f"The setting {name} cannot be {value!r}."
        raise SettingError(cause, place, "See the settings page of the documentation.", {"name": name}) from error


def _require_no_password(address: str) -> None:
    """Everybody on the machine can read the command line of a running program."""
    try:
        parts = urlsplit(address)
        has_password = parts.password is not None or "password" in parse_qs(parts.query)
    except ValueError:
        return  # it is no address, which is found out later
    if has_password:
        raise SettingError(
            "The database's address on the command line holds a password.",
            Place(source="command line"),
            "Put it into a file (database_password_file), PGPASSFILE or TAKTLOOM_DATABASE.",
            {"name": "database"},
        )


def _checked(settings: Settings) -> Settings:
    if settings.database and not is_postgresql_url(settings.database):
        raise SettingError(
            "The setting database is no address of a PostgreSQL database.",
            remedy="Write it as postgresql://USER@HOST:PORT/DATABASE, or leave it out to use the data folder.",
            parameters={"name": "database"},
        )
    try:
        ZoneInfo(settings.zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise SettingError(
            f"There is no time zone {settings.zone}.",
            remedy="Give an IANA name such as Europe/Amsterdam.",
            parameters={"name": settings.zone},
        ) from error
    return settings


def _flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False, "": False}[
        str(value).lower()
    ]


def _path_or_none(value: object) -> Path | None:
    return Path(str(value)) if value else None


def _port(value: object) -> int:
    port = int(str(value))
    if not 0 <= port <= 65_535:
        raise ValueError(port)
    return port


def _positive(value: object) -> int:
    number = int(str(value))
    if number <= 0:
        raise ValueError(number)
    return number


_CONVERTERS: Mapping[str, Callable[[object], object]] = {
    "data": lambda value: Path(str(value)),
    "database": str,
    "database_password_file": _path_or_none,
    "host": str,
    "port": _port,
    "zone": str,
    "sync": lambda value: SyncLevel(str(value)),
    "upload_bytes": _positive,
    "body_bytes": _positive,
    "requests_per_second": _positive,
    "private_webhooks": _flag,
    "log_format": lambda value: {"text": "text", "json": "json"}[str(value)],
    "telemetry_endpoint": str,
    "behind_proxy": _flag,
    "trusted_proxies": str,
    "tls_certificate": _path_or_none,
    "tls_key": _path_or_none,
    "connections": read_connections,
}
_FILE_ONLY = frozenset({"connections"})
_NAMES = frozenset(field.name for field in fields(Settings))
