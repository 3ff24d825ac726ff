# SPDX-License-Identifier: Apache-2.0
"""What holds for every command: declared use cases, help, --json, exit codes, one-line errors."""

import inspect
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import typer

from command_reference import spoken
from taktloom.app.analyses.table import ANALYSES
from taktloom.app.calls import use_cases_of
from taktloom.app.registry import all_use_cases
from taktloom.cli import failures
from taktloom.cli.main import GROUPS, PLAIN, application
from tests.cli.commands import CommandLine

# These touch no data folder: they speak of the machine or the package, or are a server's client.
WITHOUT_USE_CASE = {"version", "doctor", "worker", "completion"}
EXPECTED = {
    "serve", "demo", "review", "potential", "draft", "lint", "deploy", "feel", "start", "watch",
    "worker", "backup", "restore", "doctor", "version", "completion",
    "log import", "log list", "log rename", "log delete",
    "log columns", "log remap", "log filter", "log objects", "log convert", "log export",
    "log from-history", "process baseline", "process list", "process xml",
    "instance list", "instance show", "instance cancel", "instance set", "task list", "task claim", "task complete",
    "incident list", "incident resolve", "message publish", "signal broadcast", "condition evaluate",
    "instance activate", "user list", "user add", "user disable", "user enable",
    "user reset", "key list", "key add", "key revoke", "decide evaluate", "decide import", "decide export",
    "action list", "assurance run", "calendar days", "calendar due", "calendar list", "calendar measure",
    "calendar remove", "calendar save", "calendar show", "instance migrate", "instance modify", "instance resume",
    "instance suspend", "migration plan", "migration preview",
    "process resume", "process suspend",
    "batch create", "batch list", "batch show", "batch turn", "incident groups", "instance at", "instance hold",
    "instance restart", "instance start-many", "instance stuck", "process delete-version", "process versions",
    "retention list",
    "job complete", "job complete-many", "job fail", "job lock", "mine object-graph", "mine object-net", "mine sql",
    "mine review", "mine potential", "mine map", "mine variants", "mine filter",
    "task attach", "task attachments", "task comment", "task comments", "task delegate", "task detach", "task fetch",
    "task history", "task plan", "task resolve", "task show", "task unclaim",
    "retention run", "retention set", "webhook add", "webhook dead", "webhook list", "webhook remove",
    "webhook retry",
    *(f"mine {name}" for name in ANALYSES),
}  # fmt: skip


def _commands(group: typer.Typer, prefix: str = "") -> Iterator[tuple[str, Callable[..., object]]]:
    for command in group.registered_commands:
        callback = command.callback
        assert callback is not None
        yield prefix + (command.name or callback.__name__.replace("_", "-")), callback
    for inner in group.registered_groups:
        assert inner.typer_instance is not None
        yield from _commands(inner.typer_instance, f"{prefix}{inner.name} ")


COMMANDS = dict(_commands(application()))


def test_all_commands_are_there() -> None:
    assert set(COMMANDS) == EXPECTED


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_declares_registered_use_cases(name: str) -> None:
    declared = {one.name for one in use_cases_of(COMMANDS[name])}

    assert declared <= set(all_use_cases())
    assert bool(declared) != (name in WITHOUT_USE_CASE)


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - {"worker"}))
def test_every_command_takes_json(name: str) -> None:
    assert "as_json" in inspect.signature(COMMANDS[name]).parameters


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_help(taktloom: CommandLine, name: str) -> None:
    outcome = taktloom(*name.split(), "--help", data=False)

    assert outcome.code == 0
    assert "Usage:" in outcome.out
    assert (COMMANDS[name].__doc__ or "").split("\n", maxsplit=1)[0][:40] in " ".join(outcome.out.split())


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_is_in_the_reference(name: str) -> None:
    page = (Path(__file__).parents[2] / "docs/reference/command-line.md").read_text(encoding="utf-8")
    headings = [f"{line.lstrip('#').strip()} " for line in page.splitlines() if line.startswith("##")]

    assert any(heading.startswith(f"{spoken(name)} ") for heading in headings)


def test_the_first_help_shows_examples(taktloom: CommandLine) -> None:
    assert "taktloom review receipt.csv" in taktloom("--help", data=False).out


@pytest.mark.parametrize(
    "arguments", [("nothing",), ("review",), ("review", "x", "--nothing"), ("start", "p", "--version", "x")]
)
def test_wrong_usage_ends_with_2(taktloom: CommandLine, arguments: tuple[str, ...]) -> None:
    assert taktloom(*arguments, data=False).code == 2


@pytest.mark.parametrize("arguments", [("instance", "show"), ("start", "p", "--version", "x"), ("log", "list", "--no")])
def test_wrong_usage_is_a_document_where_one_is_asked_for(taktloom: CommandLine, arguments: tuple[str, ...]) -> None:
    outcome = taktloom(*arguments, "--json", data=False)

    assert outcome.code == 2
    error = json.loads(outcome.out)["error"]
    assert (error["code"], error["remedy"]) == ("TL-2927", "See --help.")
    assert error["cause"] in outcome.err


def test_a_refusal_is_one_line_with_code_and_remedy_and_ends_with_1(taktloom: CommandLine) -> None:
    outcome = taktloom("review", "nothing.csv")

    assert outcome.code == 1
    assert outcome.err.startswith("TL-2000: There is no file nothing.csv.")
    assert outcome.err.count("\n") == 1
    assert "Traceback" not in outcome.err


def test_with_json_a_refusal_is_a_document(taktloom: CommandLine) -> None:
    outcome = taktloom("instance", "show", "1", "--json")

    assert outcome.code == 1
    assert outcome.document["error"]["code"].startswith("TL-")
    assert outcome.document["error"]["remedy"]


def test_a_defect_of_ours_is_one_line_with_an_id_and_ends_with_3(
    taktloom: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    from taktloom.app.people import list_users

    def break_down(*_: object) -> None:
        raise ZeroDivisionError("secret value 17")

    monkeypatch.setattr(type(list_users), "__call__", break_down)

    outcome = taktloom("user", "list")

    assert outcome.code == failures.DEFECT
    assert "error id" in outcome.err
    assert "secret" not in outcome.err
    assert outcome.err.count("\n") == 1


def test_the_version_needs_no_data_folder(taktloom: CommandLine) -> None:
    from taktloom import __version__

    assert taktloom("version", data=False).out.strip() == __version__
    assert not taktloom.data.exists()


def test_feel_evaluates_with_variables(taktloom: CommandLine) -> None:
    assert taktloom.json("feel", "sum(prices) * 1.5", "--var", "prices=[1, 2]") == {"value": 4.5, "warnings": []}
    assert taktloom.json("feel", 'date("2026-01-31") + duration("P1M")')["value"] == {
        "@type": "date",
        "value": "2026-02-28",
    }
    assert taktloom("feel", "1 +").code == 1


def test_variables_are_json_or_text(taktloom: CommandLine) -> None:
    assert taktloom.json("feel", "city", "--var", "city=Utrecht")["value"] == "Utrecht"
    assert taktloom("feel", "x", "--var", "nonsense").code == 1


@pytest.mark.parametrize("first", [*GROUPS, *(name for names in PLAIN.values() for name in names)])
def test_a_first_word_alone_reaches_all_of_its_commands(first: str) -> None:
    reached = dict(_commands(application(first)))

    assert reached.keys() >= {name for name in COMMANDS if name.split()[0] == first}
    assert reached.items() <= COMMANDS.items()
