# SPDX-License-Identifier: Apache-2.0
import os
from pathlib import Path

import pytest

from taktloom.app.folder_lock import FolderInUseError, FolderLock, is_locked


def test_a_second_server_is_refused_and_told_the_process(tmp_path: Path) -> None:
    with FolderLock(tmp_path), pytest.raises(FolderInUseError) as refused, FolderLock(tmp_path):
        pass

    assert refused.value.parameters["pid"] == str(os.getpid())
    assert "--data" in refused.value.remedy


def test_the_folder_is_free_again_afterwards(tmp_path: Path) -> None:
    with FolderLock(tmp_path):
        assert is_locked(tmp_path)

    assert not is_locked(tmp_path)
    with FolderLock(tmp_path):
        assert is_locked(tmp_path)


def test_a_left_over_file_locks_nothing(tmp_path: Path) -> None:
    (tmp_path / "server.lock").write_text("1\n")

    assert not is_locked(tmp_path)
