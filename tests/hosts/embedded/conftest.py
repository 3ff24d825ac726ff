# SPDX-License-Identifier: Apache-2.0
"""Engines for the contract suite: every store that the engine can stand on runs every test."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from taktloom.hosts.embedded import CountingIds, EmbeddedEngine, EngineLimits, EngineOptions, ManualClock
from taktloom.hosts.embedded.stores.database import SqliteDatabase
from taktloom.storage import SyncLevel
from tests.postgresql_server import PostgresqlServer

MODELS = Path(__file__).parent / "models"
LIMITS = EngineLimits(variable_bytes=10_000, batch_items=100, deliveries=500)
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> ManualClock:
    """Monday morning, until moved."""
    return ManualClock(MONDAY)


@pytest.fixture
def options(clock: ManualClock) -> EngineOptions:
    """Reproducible time and ids, small limits."""
    return EngineOptions(clock=clock, ids=CountingIds(), limits=LIMITS)


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with the engine's tables, all empty; to be copied."""
    path = tmp_path_factory.mktemp("empty") / "engine.db"
    SqliteDatabase(path, sync=SyncLevel.NORMAL).close()
    return path


@pytest.fixture(params=["sqlite-file", "sqlite-memory", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path, empty_file: Path) -> Path | str | None:
    """An empty database of each kind, as EmbeddedEngine.open wants it."""
    if request.param == "postgresql":
        server: PostgresqlServer = request.getfixturevalue("postgresql_server")
        return server.engine_database()
    return Path(shutil.copy(empty_file, tmp_path)) if request.param == "sqlite-file" else None


@pytest.fixture
def engine(store: Path | str | None, options: EngineOptions) -> Iterator[EmbeddedEngine]:
    """An engine over each store; in memory it writes states at every step, else now and then."""
    if store is None:
        options = replace(options, limits=replace(options.limits, steps_between_states=0))
    opened = EmbeddedEngine.open(store, options)
    yield opened
    opened.drain()


@pytest.fixture
def deploy(engine: EmbeddedEngine) -> Callable[..., None]:
    """Deploy models of this folder by file name without ending."""

    def deploy_models(*names: str) -> None:
        engine.deployments.deploy({f"{name}.bpmn": (MODELS / f"{name}.bpmn").read_bytes() for name in names}, by="ada")

    return deploy_models
