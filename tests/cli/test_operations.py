# SPDX-License-Identifier: Apache-2.0
"""Operating running processes by commands alone."""

from pathlib import Path

from tests.cli.commands import CommandLine
from tests.hosts.embedded.test_migration import version


def deploy(taktloom: CommandLine, folder: Path, *elements: str) -> None:
    path = folder / "orders.bpmn"
    path.write_bytes(version(*elements))
    assert taktloom("deploy", path).code == 0


def test_an_instance_is_suspended_moved_and_migrated(taktloom: CommandLine, tmp_path: Path) -> None:
    deploy(taktloom, tmp_path, "pick", "pack")
    deploy(taktloom, tmp_path, "pick", "Check", "pack")
    key = taktloom.json("start", "orders", "--version", "1")["instance_key"]
    versions = ("--from", "1", "--to", "2")
    why = ("--reason", "the customer called")

    assert taktloom("instance", "suspend", key, *why).out == f"Suspended {key}.\n"
    assert taktloom("instance", "resume", key).code == 0
    preview = taktloom("instance", "modify", key, "--move", "pick=pack", "--preview").out
    assert "begins" in preview
    assert taktloom("instance", "modify", key, "--move", "pick=pack", *why).code == 0
    assert "Added in version 2: Check" in taktloom("migration", "plan", "orders", *versions).out
    assert "1 migrates" in taktloom("migration", "preview", "orders", *versions).out
    assert taktloom("instance", "migrate", key, "--process", "orders", *versions, *why).code == 0

    assert taktloom.json("instance", "show", key)["summary"]["version"] == 2
    actions = taktloom.json("action", "list", "--instance", key)["items"]
    assert {one["action"] for one in actions} == {
        "suspend-instance", "resume-instance", "modify-instance", "migrate-instance",
    }  # fmt: skip


def test_what_is_refused_ends_with_one_line_and_code_one(taktloom: CommandLine, tmp_path: Path) -> None:
    deploy(taktloom, tmp_path, "pick")
    key = taktloom.json("start", "orders")["instance_key"]

    without_reason = taktloom("instance", "modify", key, "--move", "pick=end")
    nowhere = taktloom("instance", "modify", key, "--move", "pick", "--reason", "x")
    assert taktloom("process", "suspend", "orders", "--reason", "a check").code == 0
    suspended = taktloom("start", "orders")

    assert "TL-2580" in without_reason.err
    assert (nowhere.code, "source=target" in nowhere.err) == (1, True)
    assert "TL-2581" in suspended.err
    assert taktloom("process", "resume", "orders").code == 0
