# SPDX-License-Identifier: Apache-2.0
"""Rooms on a folder of their own, and clients of the web application on them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from taktloom.app.settings import Settings
from taktloom.app.wiring import Rooms
from taktloom.storage import SyncLevel
from tests.web.client import Client


@pytest.fixture
def rooms(tmp_path: Path) -> Iterator[Rooms]:
    """Rooms on an empty data folder."""
    made = Rooms(Settings(data=tmp_path / "data", sync=SyncLevel.NORMAL))
    yield made
    made.close()


@pytest.fixture
def client(rooms: Rooms) -> Iterator[Client]:
    """A browser that nobody has signed in with."""
    with Client(rooms) as made:
        yield made


@pytest.fixture
def admin(rooms: Rooms) -> Iterator[Client]:
    """A browser of an administrator."""
    with Client(rooms) as made:
        yield made.sign_in("admin")
