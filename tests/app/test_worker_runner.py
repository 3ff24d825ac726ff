# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

import pytest

from taktloom.app.worker_runner import find_workers, read_key
from taktloom.model.errors import MisuseError

MODULE = """
from taktloom import worker

@worker("register")
def register(amount: int) -> dict[str, int]:
    return {"number": amount}

@worker("confirm")
def confirm() -> None:
    return None

first = [register]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TAKTLOOM_KEY", raising=False)
    return tmp_path


def test_all_workers_of_a_module_or_those_of_a_list_are_found(folder: Path) -> None:
    (folder / "some_workers.py").write_text(MODULE)

    assert {one.job_type for one in find_workers("some_workers")} == {"register", "confirm"}
    assert [one.job_type for one in find_workers("some_workers:first")] == ["register"]
    assert [one.job_type for one in find_workers("some_workers:confirm")] == ["confirm"]


@pytest.mark.parametrize("target", ["no_such_module_here", "json", "json:nothing"])
def test_a_module_without_workers_is_refused_by_name(folder: Path, target: str) -> None:
    with pytest.raises(MisuseError) as refused:
        find_workers(target)

    assert refused.value.parameters == {"name": target}


def test_the_key_comes_from_a_file_or_the_environment(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "worker.key").write_text("tk_file\n")
    assert read_key(folder / "worker.key") == "tk_file"
    with pytest.raises(MisuseError):
        read_key(None)

    monkeypatch.setenv("TAKTLOOM_KEY", "tk_environment")

    assert read_key(None) == "tk_environment"
