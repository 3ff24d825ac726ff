# SPDX-License-Identifier: Apache-2.0
"""Write `docs/reference/command-line.md` from the product's commands, so that no command or option is undocumented.

What the page says of a command is what `--help` says; the frame around it lies here. Runs in `.venv`, because the
commands are asked and not parsed: `./taktloom reference` calls it.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import typer

from taktloom.cli.main import application

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "command-line.md"
# Told once at the head instead of at every command.
COMMON = frozenset({"data", "as_json"})
VALUES = {"Path": "FILE", "int": "NUMBER", "float": "NUMBER", "datetime": "TIME"}
HEAD = """\
# Command line

<!-- Written by `./taktloom reference` from the commands themselves; do not edit. -->

In the repository, `./taktloom` prepares the environment when needed and then runs the product's command `taktloom`. An
installed package has only the latter.

## Commands of the repository

| Command | What it does |
|---|---|
| `./taktloom test` | every stage: format, lint, types, imports, unit, conformance, reliability, browser, ui, docs |
| `./taktloom test --only STAGE,…` | some of them; what follows `--` goes to pytest |
| `./taktloom check` | the quick stages |
| `./taktloom setup` | makes the environment and stops; `--dev` adds what the tests need |
| `./taktloom dev` | the server and, beside it, Vite with the pages of `ui/`; options go to `taktloom serve` |
| `./taktloom reference` | rewrites this page, the page of error codes and the OpenAPI document from the source |
| `./taktloom lock` | rewrites the lock files; `--upgrade` takes newer versions |

## Exit codes

| Code | Meaning |
|---|---|
| 0 | done |
| 1 | the input was refused, or there are findings |
| 2 | wrong usage |
| 3 | a defect of Taktloom: one line with an id, and where the log lies |
| 130 | stopped by Ctrl-C |

## Common options

| Option | Meaning |
|---|---|
| `--data FOLDER` | the data folder; without it `TAKTLOOM_DATA`, else `./taktloom-data` (`demo`: `./taktloom-demo`) |
| `--json` | one JSON document on standard output (all but `worker`); progress and remarks go to standard error |
| `-h`, `--help` | what the command does, and its options |

Commands work on the data folder directly, also beside a running server: see
[the decision](../decisions/0008-command-line-beside-the-server.md). A value of `--var` is read as JSON, and as text
where it is none: `--var cost=80000 --var city=Utrecht`.
"""


def main() -> None:
    """Bring the page up to date."""
    PAGE.write_text(reference_page(), encoding="utf-8")


def reference_page() -> str:
    """The whole page: the head, then every command in the order of `--help`."""
    parts = [HEAD]
    for path, command in commands():
        if hasattr(command, "commands"):
            parts.append(f"\n## taktloom {path}: {command.help.rstrip('.').lower()}\n")
        else:
            parts.append(_section(spoken(path), command, level="###" if " " in path else "##"))
    return "".join(parts)


def default_of(group: Any) -> str | None:
    """The command of a group that is meant where none is named."""
    found: str | None = getattr(group, "default_command", None)
    return found


@cache
def _root() -> Any:
    return typer.main.get_command(application())


def spoken(path: str) -> str:
    """*path* as people write it: without the command that is meant anyway."""
    group, _, child = path.partition(" ")
    known = _root()
    return group if child and default_of(known.commands[group]) == child else path


def commands() -> Iterator[tuple[str, Any]]:
    """Words after `taktloom`, and the command or group; single commands first, then each group with its own."""
    root = _root()
    groups = {name: one for name, one in root.commands.items() if hasattr(one, "commands")}
    for name, command in root.commands.items():
        if name not in groups:
            yield name, command
    for name, group in groups.items():
        yield name, group
        for child, command in group.commands.items():
            yield f"{name} {child}", command


def options_of(command: Any) -> frozenset[str]:
    """All spellings of a command's options."""
    return frozenset(spelling for parameter in command.params for spelling in (*parameter.opts, *_off(parameter)))


def _off(parameter: Any) -> tuple[str, ...]:
    return tuple(getattr(parameter, "secondary_opts", ()))


def _section(path: str, command: Any, *, level: str) -> str:
    arguments = " ".join(_placeholder(one) for one in command.params if one.param_type_name == "argument")
    usage = f"{path} {arguments}".strip()
    paragraphs = [" ".join(part.split()) for part in (command.help or "").split("\n\n")]
    lines = ["", f"{level} {usage}", ""]
    for paragraph in paragraphs:
        is_example = paragraph.startswith("Example: ")
        lines.extend((f"Example: `{paragraph.removeprefix('Example: ')}`" if is_example else paragraph, ""))
    rows = [_row(one) for one in command.params if one.name not in COMMON and one.help]
    if rows:
        lines.extend(("| | |", "|---|---|", *rows, ""))
    return "\n".join(lines)


def _placeholder(argument: Any) -> str:
    name = (argument.metavar or argument.name.replace("_", "-")).upper()
    return f"{name}…" if argument.nargs == -1 else str(name)


def _row(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return f"| `{_placeholder(parameter)}` | {_text(parameter)} |"
    spellings = ", ".join(f"`{spelling}`" for spelling in parameter.opts)
    return f"| {spellings}{_kind(parameter)} | {_text(parameter)} |"


def _kind(option: Any) -> str:
    """What follows the option, by its type: `list[Path]` and `Path | None` are both a FILE."""
    if option.is_flag:
        return ""
    annotation = str(option.type_descriptor.annotation)
    return next((f" {word}" for name, word in VALUES.items() if name in annotation), " TEXT")


def _text(parameter: Any) -> str:
    notes = []
    if parameter.required and parameter.param_type_name == "option":
        notes.append("required")
    shown = parameter.show_default if isinstance(parameter.show_default, str) else _default(parameter)
    if shown:
        notes.append(f"default {shown}")
    text = str(parameter.help).rstrip(".").replace("|", r"\|")
    return f"{text} ({', '.join(notes)})" if notes else text


def _default(parameter: Any) -> str:
    value = parameter.default
    return "" if value is None or isinstance(value, bool) or value in ("", ()) or callable(value) else str(value)


if __name__ == "__main__":
    main()
