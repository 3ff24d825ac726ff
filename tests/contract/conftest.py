# SPDX-License-Identifier: Apache-2.0
"""Several engines on one database, of each store that more than one engine can open."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from taktloom.hosts.embedded import CountingIds, EmbeddedEngine, EngineOptions, ManualClock
from tests.postgresql_server import PostgresqlServer

MODELS = Path(__file__).parents[1] / "hosts" / "embedded" / "models"
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> ManualClock:
    """Monday morning, until moved; the same for all engines."""
    return ManualClock(MONDAY)


@pytest.fixture
def options(clock: ManualClock) -> EngineOptions:
    """Reproducible time and ids."""
    return EngineOptions(clock=clock, ids=CountingIds())


@pytest.fixture(params=["sqlite-file", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """An empty database, as EmbeddedEngine.open wants it."""
    if request.param == "postgresql":
        server: PostgresqlServer = request.getfixturevalue("postgresql_server")
        return server.engine_database()
    return tmp_path / "engine.db"


@pytest.fixture
def nodes(store: Path | str, options: EngineOptions) -> Iterator[tuple[EmbeddedEngine, EmbeddedEngine]]:
    """Two engines on one database; every model of the embedded engine's tests is deployed."""
    opened = EmbeddedEngine.open(store, options), EmbeddedEngine.open(store, options)
    files = {path.name: path.read_bytes() for path in sorted(MODELS.iterdir()) if path.suffix in {".bpmn", ".dmn"}}
    opened[0].deployments.deploy(files)
    yield opened
    for engine in opened:
        engine.drain()
