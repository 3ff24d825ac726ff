# SPDX-License-Identifier: Apache-2.0
"""`taktloom instance start-many`: each line is answered for."""

from pathlib import Path

import pytest

from tests.app.models import PERMIT_BPMN
from tests.cli.commands import CommandLine


@pytest.fixture
def permit(taktloom: CommandLine, tmp_path: Path) -> None:
    """A deployed process."""
    (tmp_path / "permit.bpmn").write_bytes(PERMIT_BPMN)
    taktloom("deploy", tmp_path / "permit.bpmn")


@pytest.mark.usefixtures("permit")
def test_each_line_starts_an_instance_and_a_bad_one_stops_no_other(taktloom: CommandLine, tmp_path: Path) -> None:
    lines = [f'{{"business_key": "A-{number}", "variables": {{"cost": {number}}}}}' for number in range(1, 601)]
    lines[2:5] = ["", "{not json", '{"cost": 4}']
    lines[6] = '{"variables": {"day": {"@type": "date", "value": "never"}}}'
    (tmp_path / "cases.jsonl").write_text("\ufeff" + "\n".join(lines), encoding="utf-8")

    outcome = taktloom("instance", "start-many", "permit", tmp_path / "cases.jsonl", "--json")

    assert outcome.code == 1
    assert [one["number"] for one in outcome.document["refused"]] == [4, 5, 7]
    assert {one["code"] for one in outcome.document["refused"]} == {"TL-2022", "TL-2301"}
    started = outcome.document["started"]
    assert [(one["number"], one["business_key"]) for one in started[:4]] == [
        (1, "A-1"),
        (2, "A-2"),
        (6, "A-6"),
        (8, "A-8"),
    ]
    assert len(started) == len({one["instance_key"] for one in started}) == 596
    shown = taktloom.json("instance", "show", started[-1]["instance_key"])
    assert [(one["name"], one["value"]) for one in shown["variables"]] == [("cost", 600)]


@pytest.mark.usefixtures("permit")
def test_what_holds_for_all_lines_is_refused_as_a_whole(taktloom: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "cases.jsonl").write_text('{"variables": {}}\n')

    unknown = taktloom("instance", "start-many", "nothing", tmp_path / "cases.jsonl")
    missing = taktloom("instance", "start-many", "permit", tmp_path / "none.jsonl")

    assert (unknown.code, unknown.err[:7]) == (1, "TL-2592")
    assert missing.code == 1
    assert taktloom.json("instance", "list")["items"] == []
