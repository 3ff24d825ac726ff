# SPDX-License-Identifier: Apache-2.0
"""A disk that is full while a log is imported is told as such, wherever the writing breaks off."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from taktloom.mining.logs.errors import LogStorageError
from taktloom.mining.logs.importing import import_log
from taktloom.mining.logs.requests import ImportRequest
from tests.mining.given_logs import IMPORTED_AT

ROWS = "".join(f"{case},{name},2026-01-01T0{hour}:00:00Z\n" for case in range(5_000) for hour, name in enumerate("abc"))


@contextmanager
def files_no_longer_than(size: int) -> Iterator[None]:
    """The system refuses to write more to a file, as a full disk would."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("size", [500, 20_000, 100_000, 300_000])
@pytest.mark.parametrize("name", ["a", '"a"""'])
def test_a_full_disk_is_told_and_nothing_is_left(tmp_path: Path, size: int, name: str) -> None:
    path = tmp_path / "log.csv"
    path.write_text("case,activity,time\n" + ROWS.replace("a", name), encoding="utf-8")

    with files_no_longer_than(size), pytest.raises(LogStorageError):
        import_log(ImportRequest(path=path, name="log", imported_at=IMPORTED_AT), tmp_path / "logs")

    assert list((tmp_path / "logs").iterdir()) == []
