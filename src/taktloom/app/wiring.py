# SPDX-License-Identifier: Apache-2.0
"""Makes the rooms and joins them; the only module that names concrete stores and hosts.

Each room is made when first used: a command that only adds a user never opens the engine, and a server that nobody has
asked for a log never loads the analysis libraries.
"""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from taktloom.app.changes import Change, ChangeFeed
from taktloom.app.folder_lock import require_whole
from taktloom.app.kept_answers import KeptAnswers
from taktloom.app.long_work import LongWork
from taktloom.app.open_streams import JobStreams
from taktloom.app.setting_errors import SettingError
from taktloom.app.settings import Settings
from taktloom.app.telemetry import Telemetry, open_telemetry
from taktloom.assure.identity import IdentityStore
from taktloom.model.places import Place

if TYPE_CHECKING:
    from taktloom.app.log_room import LogRoom
    from taktloom.app.standing import Monitor
    from taktloom.hosts.embedded import Change as EngineChange
    from taktloom.hosts.embedded import EmbeddedEngine
    from taktloom.hosts.embedded.operations.vital_signs import Pulse, StoreSlowError

IDENTITY_FILE, ENGINE_FILE = "identity.db", "engine.db"
_EVERYTHING = ("instances", "tasks", "incidents", "jobs", "processes", "drafts")


def utc_now() -> datetime:
    """The clock of the doors and stores."""
    return datetime.now(UTC)  # noqa: TID251 - app is where the clock comes from


def database_password(settings: Settings) -> str | None:
    """The password in the file that the settings name; None where they name none. Raises SettingError."""
    file = settings.database_password_file
    if file is None:
        return None
    try:
        return file.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(
            "The file with the database's password cannot be read.",
            Place(source=str(file)),
            "Let the user who runs the program read it.",
            {"name": "database_password_file"},
        ) from error


class Rooms:
    """The rooms of one data folder."""

    def __init__(self, settings: Settings, *, clock: Callable[[], datetime] = utc_now) -> None:
        self.settings, self.clock = settings, clock
        self.changes = ChangeFeed()
        self.job_streams = JobStreams()
        self.granted_jobs: dict[str, str] = {}  # job id -> type, for checking a key's job types on completion
        self.is_demo_driven = False
        self._lock = threading.RLock()
        self._identity: IdentityStore | None = None
        self._engine: EmbeddedEngine | None = None
        self._logs: LogRoom | None = None
        self._long_work: LongWork | None = None
        self._kept_answers: KeptAnswers | None = None
        self._telemetry: Telemetry | None = None
        self._stops: list[Callable[[], None]] = []
        self._monitor: Monitor | None = None
        self.change_listeners: list[Callable[[Change], None]] = []  # called on the writer's thread
        require_whole(settings.data)
        settings.data.mkdir(parents=True, exist_ok=True)

    @property
    def identity(self) -> IdentityStore:
        """Users, sessions, keys, audit."""
        with self._lock:
            if self._identity is None:
                self._identity = IdentityStore(self.settings.data / IDENTITY_FILE, clock=self.clock)
            return self._identity

    @property
    def engine(self) -> "EmbeddedEngine":
        """The engine on `engine.db` or the database server; its changes reach the change feed."""
        with self._lock:
            if self._engine is None:
                self._engine = self._open_engine()
            return self._engine

    @property
    def logs(self) -> "LogRoom":
        """The imported event logs and what was computed from them."""
        with self._lock:
            if self._logs is None:
                from taktloom.app.log_room import LogRoom

                self._logs = LogRoom(self.settings.data)
            return self._logs

    @property
    def long_work(self) -> LongWork:
        """Imports and what else takes long."""
        with self._lock:
            if self._long_work is None:
                self._long_work = LongWork()
            return self._long_work

    @property
    def kept_answers(self) -> KeptAnswers:
        """What SQL engines have counted, for a while."""
        with self._lock:
            if self._kept_answers is None:
                self._kept_answers = KeptAnswers(self.clock)
            return self._kept_answers

    @property
    def telemetry(self) -> Telemetry | None:
        """Where spans go; None where the settings name no place."""
        return self._telemetry

    @telemetry.setter
    def telemetry(self, telemetry: Telemetry) -> None:
        self._telemetry = telemetry
        self.on_close(telemetry.close)

    @property
    def monitor(self) -> "Monitor":
        """Whether the store takes writes."""
        with self._lock:
            if self._monitor is None:
                from taktloom.app.standing import Monitor

                self._monitor = Monitor(self._beat, silence=self._silence)
            return self._monitor

    def start(self) -> None:
        """For servers: timers run by themselves from now on, and the pulse is written."""
        from taktloom.app.webhook_sender import WebhookSender
        from taktloom.connect.egress import Sender

        if self.settings.telemetry_endpoint:
            self.telemetry = open_telemetry(self.settings.telemetry_endpoint)
        sender = Sender(may_be_private=self.settings.private_webhooks)
        webhooks = WebhookSender(lambda: self.engine.webhooks, sender, self.clock)
        self.engine.start()
        for part in (self.monitor, webhooks):
            part.start()
            self.on_close(part.stop)

    def on_close(self, stop: Callable[[], None]) -> None:
        """Call *stop* before the rooms are closed."""
        self._stops.append(stop)

    def close(self) -> None:
        """End streams, stop what runs, finish what is queued, close the stores."""
        self.changes.close()
        for stop in reversed(self._stops):
            stop()
        self._stops.clear()
        if self._long_work is not None:
            self._long_work.close()
        if self._engine is not None:
            self._engine.drain()
        if self._identity is not None:
            self._identity.close()

    def _open_engine(self) -> "EmbeddedEngine":
        from taktloom.hosts.embedded import EmbeddedEngine, EngineOptions, ServerOptions

        server = ServerOptions(password=database_password(self.settings))
        where = self.settings.database or self.settings.data / ENGINE_FILE
        engine = EmbeddedEngine.open(where, EngineOptions(sync=self.settings.sync, server=server))
        engine.subscribe(self._pass_on)
        return engine

    def _beat(self) -> "Pulse":
        return self.engine.vital_signs.beat()

    def _silence(self) -> "StoreSlowError | None":
        return None if self._engine is None else self._engine.vital_signs.silence()

    def _pass_on(self, change: "EngineChange") -> None:
        if not (self.changes.is_heard or self.change_listeners):
            return
        topics = _EVERYTHING if change.topic.value == "everything" else (change.topic.value,)
        for topic in topics:
            passed = Change(
                topic=topic,
                kind=change.kind,
                at=self.clock(),
                process_id=change.process_id,
                instance_key=change.instance_key,
            )
            self.changes.publish(passed)
            for listener in self.change_listeners:
                listener(passed)
