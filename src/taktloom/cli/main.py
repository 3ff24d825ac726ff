# SPDX-License-Identifier: Apache-2.0
"""The `taktloom` command. Groups are imported at start; heavy libraries only when they are used."""

import sys
from collections.abc import Sequence

import typer

from taktloom.cli import failures
from taktloom.cli.assurance import assurance_commands
from taktloom.cli.batches import batch_commands, retention_commands
from taktloom.cli.calendars import calendar_commands
from taktloom.cli.decision_tables import decide_commands
from taktloom.cli.decisions import decision_commands
from taktloom.cli.doors import door_commands
from taktloom.cli.log_export import log_export_commands
from taktloom.cli.logs import log_commands, look_commands
from taktloom.cli.mine import mine_commands
from taktloom.cli.models import model_commands
from taktloom.cli.object_logs import object_log_commands
from taktloom.cli.operations import action_commands, migration_commands
from taktloom.cli.people import key_commands, user_commands
from taktloom.cli.running import (
    condition_commands,
    incident_commands,
    instance_commands,
    message_commands,
    run_commands,
    signal_commands,
    task_commands,
)
from taktloom.cli.sql import sql_commands
from taktloom.cli.system import process_commands, system_commands
from taktloom.cli.webhooks import webhook_commands

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

application = typer.Typer(
    name="taktloom", help=HELP, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
    rich_markup_mode=None, context_settings={"help_option_names": ["-h", "--help"]},
)  # fmt: skip
for group in (door_commands, look_commands, model_commands, decision_commands, run_commands, system_commands):
    application.registered_commands.extend(group.registered_commands)
application.add_typer(
    decide_commands, name="decide", help="Evaluate a decision; import and export its table.",
    no_args_is_help=True, context_settings={"ignore_unknown_options": True},
)  # fmt: skip
for group in (log_export_commands, object_log_commands):
    log_commands.registered_commands.extend(group.registered_commands)
application.add_typer(log_commands, name="log", help="Event logs in the data folder.", no_args_is_help=True)
mine_commands.registered_commands.extend(sql_commands.registered_commands)
application.add_typer(mine_commands, name="mine", help="Analyses of an event log.", no_args_is_help=True)
application.add_typer(process_commands, name="process", help="Deployed processes.", no_args_is_help=True)
application.add_typer(instance_commands, name="instance", help="Process instances.", no_args_is_help=True)
application.add_typer(task_commands, name="task", help="User tasks.", no_args_is_help=True)
application.add_typer(calendar_commands, name="calendar", help="Business calendars.", no_args_is_help=True)
application.add_typer(incident_commands, name="incident", help="Incidents.", no_args_is_help=True)
application.add_typer(message_commands, name="message", help="Messages.", no_args_is_help=True)
application.add_typer(condition_commands, name="condition", help="Conditional start events.", no_args_is_help=True)
application.add_typer(signal_commands, name="signal", help="Signals.", no_args_is_help=True)
application.add_typer(
    migration_commands, name="migration", help="Migration of running instances.", no_args_is_help=True
)
application.add_typer(batch_commands, name="batch", help="One operation over many.", no_args_is_help=True)
application.add_typer(retention_commands, name="retention", help="How long history is kept.", no_args_is_help=True)
application.add_typer(action_commands, name="action", help="What operators did.", no_args_is_help=True)
application.add_typer(webhook_commands, name="webhook", help="Who outside is told of what.", no_args_is_help=True)
application.add_typer(user_commands, name="user", help="People's accounts.", no_args_is_help=True)
application.add_typer(assurance_commands, name="assurance", help="Proof of reliability.", no_args_is_help=True)
application.add_typer(key_commands, name="key", help="Service accounts and their keys.", no_args_is_help=True)


def run(arguments: Sequence[str]) -> int:
    """Run one command; its exit code."""
    from taktloom.model.errors import TaktloomError

    try:
        result = application(args=list(arguments), standalone_mode=False)
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
        return error.exit_code
    except (typer.Abort, KeyboardInterrupt):
        sys.stderr.write("stopped\n")
        return 130
    except BrokenPipeError:
        return 0
    except Exception as error:  # the command's boundary: a person gets one line, the log gets the stack
        return failures.report_defect(error)
    return result if isinstance(result, int) else 0


def main() -> None:
    """The console script."""
    sys.exit(run(sys.argv[1:]))
