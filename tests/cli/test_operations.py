# SPDX-License-Identifier: Apache-2.0
"""Operating running processes by commands alone."""

from pathlib import Path

from tests.cli.commands import CommandLine
from tests.hosts.embedded.test_migration import version
from tests.hosts.embedded.test_stuck_joins import FORKED


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


def test_batches_moments_restarts_and_retention_have_commands(taktloom: CommandLine, tmp_path: Path) -> None:
    deploy(taktloom, tmp_path, "pick", "pack")
    deploy(taktloom, tmp_path, "pick", "Check", "pack")
    keys = [taktloom.json("start", "orders", "--version", "1")["instance_key"] for _ in range(2)]
    why = ("--reason", "the customer called")
    filters = ("--process", "orders", "--version", "1", "--status", "active")

    assert taktloom("batch", "create", "migrate", *filters, "--to", "2", "--preview").out.startswith("2 targets")
    batch = taktloom.json("batch", "create", "migrate", *filters, "--to", "2", *why)
    assert (batch["state"], batch["done"]) == ("done", 2)
    assert "2 of 2 done" in taktloom("batch", "show", batch["batch_id"]).out
    assert batch["batch_id"] in taktloom("batch", "list").out
    assert taktloom("batch", "turn", batch["batch_id"], "pause").code == 1
    assert "InstanceMigrated" in taktloom("instance", "at", keys[0], "2").out
    again = taktloom("instance", "restart", keys[0], "--before", "pack", *why).out.strip()
    assert taktloom.json("instance", "show", again)["jobs"][0]["element_id"] == "pack"
    changed = ("--last-variables", "--var", "box=B")
    third = taktloom("instance", "restart", keys[0], *changed, *why).out.strip()
    assert [one["value"] for one in taktloom.json("instance", "show", third)["variables"]] == ["B"]
    assert "1 of 1 done" in taktloom("batch", "create", "restart", "--key", third, *why).out
    assert "Every instance has a reason to wait." in taktloom("instance", "stuck").out
    assert "No open incidents." in taktloom("incident", "groups").out
    assert taktloom("process", "versions", "orders").code == 0
    assert taktloom("process", "delete-version", "orders", "1", *why).code == 1
    assert taktloom("retention", "set", "orders", "--days", "0", *why).out == "orders: kept for 0 days.\n"
    assert taktloom("instance", "cancel", keys[1]).code == 0
    assert taktloom("instance", "hold", keys[0], *why).code == 0
    assert taktloom("retention", "run").out == "Removed 1 instances.\n"
    assert "orders" in taktloom("retention", "list").out


def test_what_would_be_stuck_is_shown_refused_and_done_when_allowed(taktloom: CommandLine, tmp_path: Path) -> None:
    deploy(taktloom, tmp_path, "pick", "pack")
    (tmp_path / "orders.bpmn").write_bytes(FORKED)
    assert taktloom("deploy", tmp_path / "orders.bpmn").code == 0
    keys = [taktloom.json("start", "orders", "--version", "1")["instance_key"] for _ in range(2)]
    versions, why = ("--from", "1", "--to", "2"), ("--reason", "both are done by hand")
    migrate = ("instance", "migrate", keys[0], "--process", "orders", *versions, *why)
    batch = ("batch", "create", "migrate", "--key", keys[1], "--process", "orders", "--version", "1", "--to", "2", *why)

    assert "2 stuck" in taktloom("migration", "preview", "orders", *versions).out
    assert (taktloom(*migrate).code, "TL-2333" in taktloom(*migrate).err) == (1, True)
    assert taktloom(*migrate, "--allow-stuck").code == 0
    assert [taktloom.json(*batch)["failed"], taktloom.json(*batch, "--allow-stuck")["failed"]] == [1, 0]
    new = taktloom.json("start", "orders")["instance_key"]
    move = ("instance", "modify", new, "--move", "check=pack")
    assert "stuck at join: It would wait" in taktloom(*move, "--preview").out
    assert [taktloom(*move, *why).code, taktloom(*move, *why, "--allow-stuck").code] == [1, 0]
