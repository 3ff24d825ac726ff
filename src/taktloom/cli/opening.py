# SPDX-License-Identifier: Apache-2.0
"""Opens the data folder for a command, as the local operator: whoever may read the folder's files may run commands."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from taktloom.app.context import Context, local_operator
from taktloom.app.settings import Settings, read_settings
from taktloom.app.wiring import Rooms


@contextmanager
def opened(data: Path | None) -> Iterator[Context]:
    """The use cases' context on this data folder; works beside a running server."""
    with _context(read_settings({"data": data})) as context:
        yield context


@contextmanager
def scratch(data: Path | None) -> Iterator[Context]:
    """A context on a folder that is thrown away: for looking at a file without keeping it."""
    settings = read_settings({"data": data})
    with (
        tempfile.TemporaryDirectory(prefix="taktloom-") as folder,
        _context(replace(settings, data=Path(folder))) as context,
    ):
        yield context


@contextmanager
def _context(settings: Settings) -> Iterator[Context]:
    rooms = Rooms(settings)
    try:
        yield Context(principal=local_operator(), rooms=rooms)
    finally:
        rooms.close()
