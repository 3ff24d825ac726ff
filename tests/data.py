# SPDX-License-Identifier: Apache-2.0
"""Where the test data lies, for tests that list files while they are collected.

Real logs and the standards' case collections are not part of this repository. They are looked up in the folder
named by TAKTLOOM_TEST_DATA, else in `../shared` beside the project. A named folder that does not exist is an error;
a missing default only means that the tests which need data are not run.
"""

import os
from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parents[1]
VARIABLE = "TAKTLOOM_TEST_DATA"


def find_test_data() -> Path | None:
    """Return the absolute folder of the test data, or None when there is none here.

    Raises FileNotFoundError if TAKTLOOM_TEST_DATA names something that is not a folder: a typing error must not
    silently shrink the test run.
    """
    named = os.environ.get(VARIABLE, "")
    if not named:
        default = PROJECT_ROOT.parent / "shared"
        return default if (default / "logs").is_dir() else None
    folder = (PROJECT_ROOT / named).resolve()
    if not folder.is_dir():
        raise FileNotFoundError(f"{VARIABLE} names {named!r}, which is not a folder (relative to the project's root)")
    return folder
