# SPDX-License-Identifier: Apache-2.0
"""Every bug that is put into engine, storage or SQL is found by the simulation or by the tests that its patch names."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.mutations.gate import STORE_PATCHES, fails_with, patched, read_patch

AT_ONCE = 2


def test_there_are_at_least_twenty_five_seeded_store_bugs_and_each_fits_the_source() -> None:
    patches = [read_patch(path) for path in STORE_PATCHES]

    assert len(patches) >= 25
    assert all(patched(patch) for patch in patches)


@pytest.mark.reliability
@pytest.mark.timeout(1200)
def test_every_seeded_store_bug_is_found() -> None:
    def is_missed(path: Path) -> bool:
        patch = read_patch(path)
        return not fails_with(patched(patch), patch.tests)

    with ThreadPoolExecutor(AT_ONCE) as pool:  # each runs its tests in a process of its own
        missed = [
            path.stem for path, miss in zip(STORE_PATCHES, pool.map(is_missed, STORE_PATCHES), strict=True) if miss
        ]

    assert missed == []
