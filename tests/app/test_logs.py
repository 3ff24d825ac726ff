# SPDX-License-Identifier: Apache-2.0
"""What is bounded where a log comes in."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from taktloom.app import logs
from taktloom.app.context import LOCAL_OPERATOR, Context
from taktloom.app.settings import Settings
from taktloom.app.wiring import Rooms
from taktloom.model.errors import LimitExceededError

LOG = "case,activity,time\n" + "".join(f"c{number},a,2026-01-01T00:00:00Z\n" for number in range(50))


@pytest.fixture
def context(tmp_path: Path) -> Iterator[Context]:
    rooms = Rooms(Settings(data=tmp_path / "data", upload_bytes=1_000))
    yield Context(principal=LOCAL_OPERATOR, rooms=rooms)
    rooms.close()


def test_the_limit_of_uploads_bounds_what_comes_over_the_net_and_not_the_files_of_this_machine(
    context: Context, tmp_path: Path
) -> None:
    path = tmp_path / "log.csv"
    path.write_text(LOG)

    with pytest.raises(LimitExceededError):
        logs.receive_upload(context, file_name="log.csv", stream=io.BytesIO(LOG.encode()))
    record = logs.import_file(context, path=path, request=logs.ImportRequest(name="log"))

    assert len(LOG) > 1_000
    assert record.cases == 50
