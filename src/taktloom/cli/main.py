# SPDX-License-Identifier: Apache-2.0
"""The `taktloom` command. A command imports its own module only; heavy libraries come when they are used."""

import io
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import NoReturn, TextIO

import typer

from taktloom.cli import failures

HELP = """From an event log to a running, watched automation.

Examples:

  taktloom demo                                   the guided example, in the browser

  taktloom serve                                  the server on ./taktloom-data

  taktloom review receipt.csv --timezone Europe/Amsterdam

  taktloom draft receipt.csv -o draft/            an executable model from a log

  taktloom deploy draft/*.bpmn draft/*.dmn

  taktloom start permit --var amount=1200

Exit codes: 0 done, 1 input refused or findings, 2 wrong usage, 3 our bug.
"""

INTERRUPTED = 130  # 128 and the number of the signal, as shells have it
ROOM = "taktloom.cli."
NAME = "taktloom"
COMPLETING = "_TAKTLOOM_COMPLETE"  # set by a shell that asks for completions; the line so far is in the others
LINE_SO_FAR = ("COMP_WORDS", "_TYPER_COMPLETE_ARGS")


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Commands behind one word: the places that define them ("module:attribute") and the modules that add to those."""

    help: str
    places: tuple[str, ...]
    also: tuple[str, ...] = ()
    context: Mapping[str, bool] = field(default_factory=dict)


# Commands without a group, by the place that defines them.
PLAIN = {
    "doors:door_commands": ("serve", "demo"),
    "looks:look_commands": ("review", "potential"),
    "logs:draft_commands": ("draft",),
    "models:model_commands": ("lint", "deploy"),
    "decisions:decision_commands": ("feel",),
    "running:run_commands": ("start", "watch", "worker"),
    "system:system_commands": ("backup", "restore", "doctor", "version", "completion"),
}
GROUPS = {
    "decide": Group(
        help="Evaluate a decision; import and export its table.",
        places=("decision_tables:decide_commands",),
        context={"ignore_unknown_options": True},
    ),
    "log": Group(
        help="Event logs in the data folder.",
        places=(
            "logs:log_commands",
            "logs:filter_commands",
            "log_export:log_export_commands",
            "object_logs:object_log_commands",
        ),
    ),
    "mine": Group(
        help="Analyses of an event log.",
        places=(
            "looks:look_commands",
            "looks:part_commands",
            "logs:filter_commands",
            "mine:mine_commands",
            "sql:sql_commands",
            "object_mining:object_mining_commands",
        ),
    ),
    "process": Group(help="Deployed processes.", places=("system:process_commands",), also=("operations", "batches")),
    "instance": Group(
        help="Process instances.",
        places=("running:instance_commands", "many_starts:many_commands"),
        also=("operations", "batches"),
    ),
    "task": Group(help="User tasks.", places=("running:task_commands",), also=("tasks",)),
    "job": Group(help="Jobs by hand.", places=("jobs:job_commands",)),
    "calendar": Group(help="Business calendars.", places=("calendars:calendar_commands",)),
    "incident": Group(help="Incidents.", places=("running:incident_commands",), also=("batches",)),
    "message": Group(help="Messages.", places=("running:message_commands",)),
    "condition": Group(help="Conditional start events.", places=("running:condition_commands",)),
    "signal": Group(help="Signals.", places=("running:signal_commands",)),
    "migration": Group(help="Migration of running instances.", places=("operations:migration_commands",)),
    "batch": Group(help="One operation over many.", places=("batches:batch_commands",)),
    "retention": Group(help="How long history is kept.", places=("batches:retention_commands",)),
    "action": Group(help="What operators did.", places=("operations:action_commands",)),
    "webhook": Group(help="Who outside is told of what.", places=("webhooks:webhook_commands",)),
    "user": Group(help="People's accounts.", places=("people:user_commands",)),
    "assurance": Group(help="Proof of reliability.", places=("assurance:assurance_commands",)),
    "key": Group(help="Service accounts and their keys.", places=("people:key_commands",)),
}


@cache
def application(first: str = "") -> typer.Typer:
    """Return the tree of commands: those that a call beginning with *first* can reach, or all of them."""
    top = typer.Typer(
        name=NAME, help=HELP, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
        rich_markup_mode=None, context_settings={"help_option_names": ["-h", "--help"]},
    )  # fmt: skip
    top.callback()(lambda: None)  # one command alone is still a command of the group
    for place, names in PLAIN.items():
        if not first or first in names:
            top.registered_commands.extend(_defined(place).registered_commands)
    for name, group in GROUPS.items():
        if first in {"", name}:
            _add(top, name, group)
    return top


def _add(top: typer.Typer, name: str, group: Group) -> None:
    for module in group.also:
        import_module(ROOM + module)
    defined = [_defined(place) for place in group.places]
    own = defined[0].info.cls
    commands = typer.Typer(cls=own, no_args_is_help=True, context_settings=dict(group.context))
    for each in defined:
        commands.registered_commands.extend(each.registered_commands)
    top.add_typer(commands, name=name, help=group.help)


def _defined(place: str) -> typer.Typer:
    module, attribute = place.split(":")
    commands = getattr(import_module(ROOM + module), attribute)
    assert isinstance(commands, typer.Typer)
    return commands


@cache
def _command(first: str) -> Callable[..., object]:
    return typer.main.get_command(application(first))


def _first_word(arguments: Sequence[str]) -> str:
    first = arguments[0] if arguments else ""
    return first if first in GROUPS or any(first in names for names in PLAIN.values()) else ""


def _call(arguments: Sequence[str]) -> object:
    if COMPLETING in os.environ:
        _complete()
    try:
        return _command(_first_word(arguments))(args=list(arguments), standalone_mode=False)
    except SystemExit as stopped:
        if isinstance(stopped.__context__, BrokenPipeError):  # what typer makes of a pipe that nobody reads
            raise BrokenPipeError from stopped
        raise


def _complete() -> NoReturn:
    """Answer the shell that asks what may come next on a line, and end."""
    from typer._completion_classes import completion_init

    completion_init()
    line = next((os.environ[name] for name in LINE_SO_FAR if name in os.environ), "").split()
    _command(_first_word(line[1:]))(args=[], prog_name=NAME, complete_var=COMPLETING, standalone_mode=False)
    sys.exit(0)


def run(arguments: Sequence[str]) -> int:
    """Run one command; its exit code. Raises BrokenPipeError where nobody reads what it prints."""
    from taktloom.model.errors import TaktloomError

    try:
        result = _call(arguments)
    except TaktloomError as error:
        return failures.report(error, as_json="--json" in arguments)
    except typer.Exit as done:
        return done.exit_code
    except typer.TyperException as error:  # wrong usage: unknown command, missing argument …
        show = getattr(error, "show", None)
        if callable(show):
            show()
        else:
            sys.stderr.write(f"{error.format_message()}\n")
        if "--json" in arguments:
            failures.report(failures.WrongUsageError(error.format_message(), remedy="See --help."), as_json=True)
        return error.exit_code
    except (typer.Abort, KeyboardInterrupt):
        sys.stderr.write("stopped\n")
        return INTERRUPTED
    except (BrokenPipeError, SystemExit):
        raise
    except BaseException as error:  # the boundary, also for a library's panic: one line; the log gets the stack
        known = failures.known_cause(error)
        return failures.report_defect(error) if known is None else failures.report(known, as_json="--json" in arguments)
    if result == INTERRUPTED:  # what typer makes of Ctrl+C
        sys.stderr.write("stopped\n")
    return result if isinstance(result, int) else 0


def main() -> None:
    """The console script."""
    _open_streams()
    try:
        code = run(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:
        code = _leave_quietly()
    except OSError as error:  # what was printed cannot be written
        sys.stderr.write(f"{failures.known_cause(error) or error}\n")
        _leave_quietly()
        code = failures.REFUSED
    sys.exit(code)


def _open_streams() -> None:
    """Let every text be written: escaped where the terminal's encoding lacks it, nowhere where a stream is closed."""
    sys.stdout, sys.stderr = sys.stdout or _nowhere(), sys.stderr or _nowhere()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _leave_quietly() -> int:
    """Nobody reads on, as with `| head`: what is left to write goes nowhere, and that is no failure."""
    sys.stdout = _nowhere()
    return 0


def _nowhere() -> TextIO:
    return open(os.devnull, "w", encoding="utf-8")
