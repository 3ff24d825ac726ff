# SPDX-License-Identifier: Apache-2.0
"""Every seeded bug is found by the suites that its patch names."""

from pathlib import Path

import pytest

from tests.mutations.gate import PATCHES, fails_with, patched, read_patch


def test_there_are_at_least_fifteen_seeded_bugs_and_each_fits_the_source() -> None:
    patches = [read_patch(path) for path in PATCHES]

    assert len(patches) >= 15
    assert all(patched(patch) for patch in patches)


@pytest.mark.conformance
def test_the_suites_pass_without_a_bug() -> None:
    suites = {argument: None for path in PATCHES for argument in read_patch(path).tests if argument.endswith(".py")}

    assert not fails_with({}, ("tests/conformance/bpmn", *suites))


@pytest.mark.conformance
@pytest.mark.parametrize("path", PATCHES, ids=[path.stem for path in PATCHES])
def test_a_seeded_bug_is_found(path: Path) -> None:
    patch = read_patch(path)

    assert fails_with(patched(patch), patch.tests)
