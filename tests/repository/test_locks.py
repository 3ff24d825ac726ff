# SPDX-License-Identifier: Apache-2.0
"""Locks name exact versions with hashes, and no host: they install from any index or mirror."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from locks import BUILD_REQUIREMENTS, locked_versions
from tests.data import PROJECT_ROOT
from tests.repository.tracked import shown, tracked_files

LOCKS = ("bootstrap", "run", "dev")
ADDRESS = re.compile(r"\w+://\S+")


@pytest.mark.parametrize("name", LOCKS)
def test_a_python_lock_names_no_host(name: str) -> None:
    text = _lock_text(name)

    assert ADDRESS.findall(text) == []
    assert "--index-url" not in text
    assert "--find-links" not in text


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_hashes(name: str) -> None:
    entries = re.split(r"\n(?=[A-Za-z0-9])", _lock_text(name))
    packages = [entry for entry in entries if not entry.startswith("#")]

    assert packages
    assert [entry.splitlines()[0] for entry in packages if "--hash=sha256:" not in entry] == []


def test_every_run_dependency_is_locked_to_a_version_it_allows() -> None:
    locked = locked_versions(_lock_text("run"))

    for text in _pyproject()["project"]["dependencies"]:
        wanted = Requirement(text)
        versions = locked.get(canonicalize_name(wanted.name), set())
        assert versions, f"{wanted.name} is not locked: run ./taktloom lock"
        assert all(wanted.specifier.contains(version) for version in versions), text


def test_the_dev_lock_repeats_the_versions_of_the_run_lock() -> None:
    dev = locked_versions(_lock_text("dev"))

    assert {name: dev.get(name) for name in locked_versions(_lock_text("run"))} == locked_versions(_lock_text("run"))


def test_the_build_system_pins_the_versions_of_the_bootstrap_lock() -> None:
    locked = locked_versions(_lock_text("bootstrap"))

    pins = _pyproject()["build-system"]["requires"]

    assert pins == [f"{name}=={version}" for name in BUILD_REQUIREMENTS for version in sorted(locked[name])]


def test_a_node_lock_names_no_host_outside_funding() -> None:
    locks = [path for path in tracked_files() if path.name == "package-lock.json"]

    findings = [finding for path in locks for finding in _hosts_in(json.loads(path.read_text()), shown(path))]

    assert findings == []


def test_a_planted_host_is_found_in_a_node_lock() -> None:
    lock = {"packages": {"node_modules/a": {"resolved": "https://example.org/a.tgz", "funding": {"url": "https://b"}}}}

    assert _hosts_in(lock, "planted") == ["planted/packages/node_modules/a/resolved"]


def _hosts_in(value: object, place: str) -> list[str]:
    """Return the places in a parsed lock that hold a `resolved` key or an address outside `funding`."""
    if isinstance(value, dict):
        inner = {key: child for key, child in value.items() if key != "funding"}
        named = [f"{place}/{key}" for key in inner if key == "resolved"]
        rest = [
            found for key, child in inner.items() if key != "resolved" for found in _hosts_in(child, f"{place}/{key}")
        ]
        return named + rest
    if isinstance(value, list):
        return [found for index, child in enumerate(value) for found in _hosts_in(child, f"{place}/{index}")]
    return [place] if isinstance(value, str) and "://" in value else []


def _lock_text(name: str) -> str:
    return Path(PROJECT_ROOT, "requirements", f"{name}.txt").read_text(encoding="utf-8")


def _pyproject() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text(encoding="utf-8"))
