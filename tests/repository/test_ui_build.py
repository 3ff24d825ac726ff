# SPDX-License-Identifier: Apache-2.0
"""The UI is built when its sources changed, and left alone otherwise."""

import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

import ui_build


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "ui"
    (folder / "src").mkdir(parents=True)
    (folder / "package.json").write_text("{}")
    (folder / "src" / "main.tsx").write_text("export {}")
    target = tmp_path / "_ui"
    monkeypatch.setattr(ui_build, "SOURCES", folder)
    monkeypatch.setattr(ui_build, "TARGET", target)
    monkeypatch.setattr(ui_build, "STAMP", target / ".inputs")
    monkeypatch.delenv("TAKTLOOM_SKIP_UI", raising=False)
    return folder


def test_a_built_ui_is_current_until_a_source_changes(sources: Path) -> None:
    _pretend_built()
    assert ui_build.is_current()

    (sources / "src" / "main.tsx").write_text("export const changed = 1")

    assert not ui_build.is_current()


def test_a_renamed_source_changes_the_digest(sources: Path) -> None:
    before = ui_build.inputs_digest()

    (sources / "src" / "main.tsx").rename(sources / "src" / "other.tsx")

    assert ui_build.inputs_digest() != before


def test_what_tools_leave_behind_is_no_input(sources: Path) -> None:
    before = ui_build.inputs_digest()

    (sources / "node_modules" / "vite").mkdir(parents=True)
    (sources / "node_modules" / "vite" / "index.js").write_text("x")
    (sources / "tsconfig.tsbuildinfo").write_text("{}")

    assert ui_build.inputs_digest() == before


def test_a_ui_without_its_start_page_is_not_current(sources: Path) -> None:
    _pretend_built()

    (ui_build.TARGET / "index.html").unlink()

    assert not ui_build.is_current()


def test_a_source_tree_without_ui_is_said_and_left_alone(sources: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (sources / "package.json").unlink()

    ui_build.build()

    assert "the UI is not built" in capsys.readouterr().out
    assert not ui_build.TARGET.exists()


def test_skipping_is_asked_for_by_an_environment_variable(sources: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAKTLOOM_SKIP_UI", "1")

    assert ui_build.is_skipped()
    assert ui_build.is_current()


def test_node_reads_the_certificates_that_python_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NODE_EXTRA_CA_CERTS", raising=False)
    monkeypatch.setenv("SSL_CERT_FILE", "company.pem")

    environment = ui_build._node_environment(Path("node/bin/node"))

    assert environment["NODE_EXTRA_CA_CERTS"] == "company.pem"
    assert environment["PATH"].startswith("node/bin")


def _pretend_built() -> None:
    ui_build.TARGET.mkdir()
    (ui_build.TARGET / "index.html").write_text("<!doctype html>")
    ui_build.STAMP.write_text(ui_build.inputs_digest())


def test_scripts_run_beside_each_other_are_all_told_and_each_failure_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fake = tmp_path / "npm.py"  # stands for npm: says what it was asked, and fails at what begins with "bad"
    fake.write_text("import sys; print('ran', sys.argv[2]); sys.exit(sys.argv[2].startswith('bad'))")
    monkeypatch.setattr(ui_build, "_node_and_npm", lambda: (Path(sys.executable), fake))

    with pytest.raises(ui_build.UiBuildError, match=r"failed: bad one, bad two$"):
        ui_build.run_scripts_at_once(["bad one", "good", "bad two"])

    assert capsys.readouterr().out.splitlines() == ["ran bad one", "ran good", "ran bad two"]


def test_packages_behind_a_symbolic_link_are_left_alone_and_the_link_is_named(
    sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[Sequence[str]] = []
    monkeypatch.setattr(ui_build, "run_npm", lambda arguments, _folder: calls.append(arguments))
    others = tmp_path / "of somebody else"
    others.mkdir()
    (sources / "node_modules").symlink_to(others)

    with pytest.raises(ui_build.UiBuildError, match=f"node_modules is a symbolic link to {others}, which npm would"):
        ui_build.require_packages(sources)

    assert calls == []
