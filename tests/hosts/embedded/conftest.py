# SPDX-License-Identifier: Apache-2.0
"""Engines for the contract suite: every store that the engine can stand on runs every test."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from taktloom.hosts.embedded import CountingIds, EmbeddedEngine, EngineLimits, EngineOptions, ManualClock

MODELS = Path(__file__).parent / "models"
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> ManualClock:
    """Monday morning, until moved."""
    return ManualClock(MONDAY)


@pytest.fixture
def options(clock: ManualClock) -> EngineOptions:
    """Reproducible time and ids, small limits."""
    return EngineOptions(clock=clock, ids=CountingIds(), limits=EngineLimits(variable_bytes=10_000, batch_items=100))


@pytest.fixture(params=["sqlite-file", "sqlite-memory"])
def engine(request: pytest.FixtureRequest, tmp_path: Path, options: EngineOptions) -> Iterator[EmbeddedEngine]:
    """An engine over each store."""
    opened = EmbeddedEngine.open(tmp_path / "engine.db" if request.param == "sqlite-file" else None, options)
    yield opened
    opened.drain()


@pytest.fixture
def deploy(engine: EmbeddedEngine) -> Callable[..., None]:
    """Deploy models of this folder by file name without ending."""

    def deploy_models(*names: str) -> None:
        engine.deployments.deploy({f"{name}.bpmn": (MODELS / f"{name}.bpmn").read_bytes() for name in names}, by="ada")

    return deploy_models
