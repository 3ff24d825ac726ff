# SPDX-License-Identifier: Apache-2.0
"""The doctor names what is missing and the exact line that mends it."""

import socket
from pathlib import Path

import pytest

from taktloom.app.doctor import (
    Purpose,
    Verdict,
    check_chromium,
    check_cjk_fonts,
    check_data_folder,
    check_disk_space,
    check_node,
    check_port,
    check_python,
    check_sqlite,
    check_ui,
    examine,
    is_healthy,
)


@pytest.mark.parametrize(
    ("version", "verdict"),
    [
        (("3", "10", "13"), Verdict.MISSING),
        (("3", "11", "0"), Verdict.OK),
        (("3", "13", "0"), Verdict.OK),
        (("3", "15", "0"), Verdict.UNTRIED),
    ],
)
def test_pythons_are_too_old_fine_or_untried(version: tuple[str, ...], verdict: Verdict) -> None:
    assert check_python(version).verdict is verdict


@pytest.mark.parametrize(
    ("version", "verdict"),
    [("3.40.1", Verdict.MISSING), ("3.51.2", Verdict.MISSING), ("3.51.3", Verdict.OK), ("3.54.1", Verdict.OK)],
)
def test_a_sqlite_library_that_can_corrupt_a_database_is_refused(version: str, verdict: Verdict) -> None:
    assert check_sqlite(version).verdict is verdict


def test_a_taken_port_is_named_with_a_free_one_beside_it() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = int(taken.getsockname()[1])

        result = check_port("127.0.0.1", port)

    assert result.verdict is Verdict.MISSING
    assert result.found == f"127.0.0.1:{port} is taken"
    assert "taktloom serve --port " in result.remedy


def test_a_data_folder_that_does_not_exist_yet_is_fine_when_it_can_be_made(tmp_path: Path) -> None:
    result = check_data_folder(tmp_path / "not" / "yet")

    assert result.verdict is Verdict.OK
    assert list(tmp_path.iterdir()) == []


def test_a_data_folder_that_cannot_be_written_names_the_owner_command() -> None:
    result = check_data_folder(Path("/proc/taktloom-data"))

    assert result.verdict is Verdict.MISSING
    assert "sudo chown -R" in result.remedy


def test_less_than_one_gibibyte_is_too_little(tmp_path: Path) -> None:
    assert check_disk_space(tmp_path, (1 << 30) - 1).verdict is Verdict.MISSING
    assert check_disk_space(tmp_path, 1 << 30).verdict is Verdict.OK


def test_a_ui_without_its_start_page_is_not_built(tmp_path: Path) -> None:
    assert check_ui(tmp_path).verdict is Verdict.MISSING

    (tmp_path / "index.html").write_text("<!doctype html>")

    assert check_ui(tmp_path).verdict is Verdict.OK


def test_what_only_tests_and_development_lack_does_not_make_the_product_ill() -> None:
    missing = [check_chromium(None), check_cjk_fonts(0), check_node(False)]

    assert [result.verdict for result in missing] == [Verdict.MISSING] * 3
    assert [result.remedy.split()[-1] for result in missing] == ["chromium", "fonts-noto-cjk", "--dev"]
    assert is_healthy(missing)
    assert not is_healthy([*missing, check_sqlite("3.40.1")])


def test_examining_a_machine_gives_every_check_once_and_the_products_needs_first(tmp_path: Path) -> None:
    results = examine(data_folder=tmp_path, port=0)

    purposes = [result.purpose for result in results]
    assert len({result.code for result in results}) == len(results) == 10
    assert purposes == sorted(purposes, key=list(Purpose).index)
    assert all(result.remedy for result in results if result.verdict is not Verdict.OK)
