# SPDX-License-Identifier: Apache-2.0
"""The given part of the DMN TCK against the committed record of what passes.

`passing.json` says for each directory how many cases there are and which ones fail. A case that begins to pass or to
fail makes its directory's test fail, until the record is changed too: `python -m tests.conformance.dmn.test_dmn_tck`.
The external Java functions of 0076 need a JVM: host-registered functions are our answer, so its gaps stay.
"""

import json
from pathlib import Path

import pytest

from tests.conformance.dmn.kit import Outcome, directories, run_directory
from tests.conformance.dmn.test_external_functions import FUNCTIONS
from tests.data import find_test_data

EXTERNAL = "0076-feel-external-java"
RECORD = Path(__file__).with_name("passing.json")
KIT = find_test_data()
DIRECTORIES = [] if KIT is None else directories(KIT / "dmn-tck")

pytestmark = [pytest.mark.conformance, pytest.mark.data]


@pytest.mark.parametrize("directory", DIRECTORIES, ids=lambda path: path.name)
def test_a_directory_passes_as_recorded(directory: Path) -> None:
    recorded = json.loads(RECORD.read_text())["directories"][directory.name]

    outcomes = run_directory(directory)

    assert {outcome.case.id for outcome in outcomes if not outcome.passed} == set(recorded["failing"])
    assert len(outcomes) == recorded["cases"]


def test_the_record_counts_what_it_lists() -> None:
    record = json.loads(RECORD.read_text())

    cases = sum(entry["cases"] for entry in record["directories"].values())
    failing = sum(len(entry["failing"]) for entry in record["directories"].values())

    assert record["summary"]["cases"] == cases
    assert record["summary"]["passed"] == cases - failing


def summary(outcomes: dict[str, list[Outcome]]) -> dict[str, int]:
    """Cases, cases passed, the same of cases with a non-null answer, and directories passed in full."""
    every = [outcome for found in outcomes.values() for outcome in found]
    telling = [outcome for outcome in every if outcome.case.expected is not None]
    return {
        "cases": len(every),
        "passed": sum(outcome.passed for outcome in every),
        "non_null_cases": len(telling),
        "non_null_passed": sum(outcome.passed for outcome in telling),
        "directories": len(outcomes),
        "full_directories": sum(all(outcome.passed for outcome in found) for found in outcomes.values()),
    }


def main() -> None:
    """Run everything, write the record, print the summary and what fails; 0076 once more with functions of the host."""
    outcomes = {directory.name: run_directory(directory) for directory in DIRECTORIES}
    listed = {
        name: {"cases": len(found), "failing": sorted(item.case.id for item in found if not item.passed)}
        for name, found in outcomes.items()
    }
    record = {"summary": summary(outcomes), "directories": listed}
    RECORD.write_text(json.dumps(record, indent=1, sort_keys=True) + "\n")
    java = [outcome for path in DIRECTORIES if path.name == EXTERNAL for outcome in run_directory(path, FUNCTIONS)]
    shown = {
        **summary(outcomes),
        "failing": {name: entry["failing"] for name, entry in listed.items() if entry["failing"]},
        f"{EXTERNAL} with functions of the host": f"{sum(outcome.passed for outcome in java)} of {len(java)}",
    }
    print(json.dumps(shown, indent=1))  # noqa: T201  (a command's output)


if __name__ == "__main__":
    main()
