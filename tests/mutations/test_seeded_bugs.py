# SPDX-License-Identifier: Apache-2.0
"""Every seeded bug is found by the suites that its patch names."""

import pytest

from tests.mutations.gate import PATCHES, missed, pass_unchanged, patched, read_patch

PARTS = 4


def test_there_are_at_least_fifteen_seeded_bugs_and_each_fits_the_source() -> None:
    patches = [read_patch(path) for path in PATCHES]

    assert len(patches) >= 15
    assert all(patched(patch) for patch in patches)


@pytest.mark.conformance
def test_the_suites_pass_without_a_bug() -> None:
    suites = {argument: None for path in PATCHES for argument in read_patch(path).tests if argument.endswith(".py")}

    assert pass_unchanged(("tests/conformance/bpmn", *suites))


@pytest.mark.conformance
@pytest.mark.parametrize("part", range(PARTS))
def test_every_seeded_bug_is_found(part: int) -> None:
    assert missed(PATCHES[part::PARTS]) == []
