# SPDX-License-Identifier: Apache-2.0
"""Every bug that is put into engine, storage or SQL is found by the simulation or by the tests that its patch names."""

import pytest

from tests.mutations.gate import STORE_PATCHES, missed, pass_unchanged, patched, read_patch


def test_there_are_at_least_twenty_five_seeded_store_bugs_and_each_fits_the_source() -> None:
    patches = [read_patch(path) for path in STORE_PATCHES]

    assert len(patches) >= 25
    assert all(patched(patch) for patch in patches)


@pytest.mark.reliability
@pytest.mark.timeout(900)  # beside the other reliability tests
def test_every_seeded_store_bug_is_found() -> None:
    assert missed(STORE_PATCHES) == []


@pytest.mark.reliability
@pytest.mark.timeout(900)  # beside the other reliability tests
def test_the_narrow_tests_pass_without_a_bug() -> None:
    narrow = {test: None for path in STORE_PATCHES for test in read_patch(path).tests if "::" in test}

    assert pass_unchanged((*narrow,))
