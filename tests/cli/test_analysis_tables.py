# SPDX-License-Identifier: Apache-2.0
"""Tables of analyses on the command line: for reading, where files and JSON keep the plain numbers."""

from datetime import UTC, datetime

import pytest

from taktloom.app.analyses.records import OutputTable
from taktloom.cli.analysis_tables import print_tables


def printed(capsys: pytest.CaptureFixture[str], **columns: list[object]) -> list[list[str]]:
    rows = tuple(zip(*columns.values(), strict=True))
    names = tuple(name.replace("_", " ") for name in columns)
    print_tables((OutputTable(title="Times", columns=names, rows=rows),))
    return [[cell.strip() for cell in line.split("  ") if cell] for line in capsys.readouterr().out.splitlines()]


def test_durations_shares_times_and_numbers_are_written_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    at = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)

    lines = printed(
        capsys,
        mean_s=[467_000.0],
        share_with=[0.791],
        at=[at],
        told=[True],
        gain=[0.00001],
        error=[12345.6],
        f=[0.93912],
    )

    assert lines[1] == ["Times"]
    assert lines[2] == ["mean", "share with", "at", "told", "gain", "error", "f"]
    assert lines[3] == [
        "5.4 d", "79.1%", "2024-05-06 07:08 UTC", "yes", "< 0.0001", "12,346", "0.939",
    ]  # fmt: skip


def test_of_a_long_table_the_first_rows_are_shown_and_the_others_counted(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys, case=[f"c{number}" for number in range(40)])

    assert lines[3:28] == [[f"c{number}"] for number in range(25)]
    assert lines[28] == ["… and 15 more rows: -o table.csv writes all, --json prints them."]
