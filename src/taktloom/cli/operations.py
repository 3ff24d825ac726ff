# SPDX-License-Identifier: Apache-2.0
"""Operating running processes: suspend, resume, modify and migrate instances; what operators did."""

from dataclasses import replace
from typing import Annotated

import typer

from taktloom.app import operations
from taktloom.app.calls import calls
from taktloom.cli.opening import opened
from taktloom.cli.output import DataOption, JsonOption, print_json, print_table, say
from taktloom.cli.running import KeyArgument, LimitOption, ProcessArgument, ReasonOption, instance_commands
from taktloom.cli.system import process_commands
from taktloom.cli.variables import VarOption, VarsOption, read_variables
from taktloom.model.errors import MisuseError

action_commands = typer.Typer()
migration_commands = typer.Typer()

MustReasonOption = Annotated[str, typer.Option("--reason", help="Why; kept with the action.")]
VersionOption = Annotated[int | None, typer.Option(help="Version.", show_default="every version")]
FromOption = Annotated[int, typer.Option("--from", help="Version that the instances run by.")]
ToOption = Annotated[int, typer.Option("--to", help="Version that they shall run by.")]
MapOption = Annotated[
    list[str] | None, typer.Option("--map", help="source=target element id; source= for no place; repeatable.")
]
AllowStuckOption = Annotated[
    bool, typer.Option("--allow-stuck", help="Also where an instance would then wait for ever at a join.")
]
RenewOption = Annotated[list[str] | None, typer.Option(help="Element whose waits are opened anew; repeatable.")]


@instance_commands.command("suspend")
@calls(operations.suspend_instance)
def suspend_instance(
    key: KeyArgument, reason: MustReasonOption, data: DataOption = None, as_json: JsonOption = False
) -> None:
    """Suspend an instance: no job is handed out, no timer fires, nothing is lost."""
    with opened(data) as context:
        operations.suspend_instance(context, instance_key=key, reason=reason)
        print_json({"suspended": key}) if as_json else say(f"Suspended {key}.")


@instance_commands.command("resume")
@calls(operations.resume_instance)
def resume_instance(
    key: KeyArgument, reason: ReasonOption = "", data: DataOption = None, as_json: JsonOption = False
) -> None:
    """Let a suspended instance go on."""
    with opened(data) as context:
        operations.resume_instance(context, instance_key=key, reason=reason)
        print_json({"resumed": key}) if as_json else say(f"Resumed {key}.")


@process_commands.command("suspend")
@calls(operations.suspend_version)
def suspend_version(
    process: ProcessArgument,
    reason: MustReasonOption,
    version: VersionOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let no new instance of a process start; running ones go on."""
    with opened(data) as context:
        changed = operations.suspend_version(context, process_id=process, version=version, reason=reason)
        print_json({"versions": changed}) if as_json else say(f"Suspended {changed} versions of {process}.")


@process_commands.command("resume")
@calls(operations.resume_version)
def resume_version(
    process: ProcessArgument,
    version: VersionOption = None,
    reason: ReasonOption = "",
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let instances of a process start again."""
    with opened(data) as context:
        changed = operations.resume_version(context, process_id=process, version=version, reason=reason)
        print_json({"versions": changed}) if as_json else say(f"Resumed {changed} versions of {process}.")


@instance_commands.command("modify")
@calls(operations.preview_modification, operations.modify_instance)
def modify_instance(
    key: KeyArgument,
    before: Annotated[list[str] | None, typer.Option(help="Place a token before this element; repeatable.")] = None,
    after: Annotated[list[str] | None, typer.Option(help="Place a token after this element; repeatable.")] = None,
    along: Annotated[list[str] | None, typer.Option(help="Place a token on this flow; repeatable.")] = None,
    cancel: Annotated[list[str] | None, typer.Option(help="Cancel all visits of this element; repeatable.")] = None,
    complete: Annotated[list[str] | None, typer.Option(help="Complete its visits as done; repeatable.")] = None,
    move: Annotated[list[str] | None, typer.Option(help="source=target element id; repeatable.")] = None,
    var: VarOption = None,
    vars_file: VarsOption = None,
    reason: ReasonOption = "",
    allows_stuck: AllowStuckOption = False,
    is_preview: Annotated[bool, typer.Option("--preview", help="Only show what would begin and end.")] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Move tokens of an instance, all changes or none.

    Example: taktloom instance modify 1700000000000001 --move register=decide --reason "done by telephone"
    """
    variables = read_variables(var, vars_file)
    given = {"before": before, "after": after, "along": along, "cancel": cancel, "complete": complete}
    changes = tuple(
        operations.ChangeOrder(action=action, element_id=element, variables={} if action == "cancel" else variables)
        for action, elements in given.items()
        for element in elements or ()
    )
    moves = tuple(_pairs(move))
    modification = operations.Modification(
        changes=changes, moves=moves, variables=variables if moves else {}, allows_stuck=allows_stuck
    )
    with opened(data) as context:
        if not is_preview:
            operations.modify_instance(context, instance_key=key, modification=modification, reason=reason)
            print_json({"modified": key}) if as_json else say(f"Modified {key}.")
            return
        found = operations.preview_modification(context, instance_key=key, modification=modification)
        if as_json:
            print_json(found)
            return
        rows = [(one.change, one.kind, one.element_id) for one in found.effects]
        print_table(("change", "what", "element"), rows, empty="Nothing would begin or end.")
        for at, why in found.stuck:
            say(f"stuck at {at}: {why}")


@migration_commands.command("plan")
@calls(operations.plan_migration)
def plan_migration(
    process: ProcessArgument,
    source: FromOption,
    target: ToOption,
    mapped: MapOption = None,
    renew: RenewOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what becomes of each element of one version in another."""
    with opened(data) as context:
        plan = operations.plan_migration(context, migration=migration_order(process, source, target, mapped, renew))
        if as_json:
            print_json(plan)
            return
        rows = [
            (one.source, one.element_type, one.target, one.how, "changed" if one.source in plan.changed else one.reason)
            for one in plan.matches
        ]
        print_table(("source", "type", "target", "by", "remark"), rows, empty="The source has no elements.")
        say(f"Added in version {target}: {', '.join(plan.added) or 'nothing'}")


@migration_commands.command("preview")
@calls(operations.preview_migration)
def preview_migration(
    process: ProcessArgument,
    source: FromOption,
    target: ToOption,
    mapped: MapOption = None,
    renew: RenewOption = None,
    limit: LimitOption = 50,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show of every running instance whether it migrates, waits, cannot or would be stuck, and why."""
    migration = migration_order(process, source, target, mapped, renew)
    with opened(data) as context:
        run = operations.preview_migration(context, migration=migration, limit=limit)
        if as_json:
            print_json(run)
            return
        rows = [
            (one.instance_key, one.business_key, one.verdict, "; ".join(f"{at}: {why}" for at, why in one.obstacles))
            for one in run.items
        ]
        print_table(("key", "business key", "verdict", "why"), rows, empty="No running instances of this version.")
        say(", ".join(f"{count} {verdict}" for verdict, count in sorted(run.counts.items())) or "0 instances")


@instance_commands.command("migrate")
@calls(operations.migrate_instance)
def migrate_instance(
    key: KeyArgument,
    process: Annotated[str, typer.Option(help="Process id.")],
    source: FromOption,
    target: ToOption,
    reason: MustReasonOption,
    mapped: MapOption = None,
    renew: RenewOption = None,
    allows_stuck: AllowStuckOption = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Carry one instance over to another version."""
    migration = replace(migration_order(process, source, target, mapped, renew), allows_stuck=allows_stuck)
    with opened(data) as context:
        operations.migrate_instance(context, instance_key=key, migration=migration, reason=reason)
        print_json({"migrated": key}) if as_json else say(f"{key} runs by version {target}.")


@action_commands.command("list")
@calls(operations.list_actions)
def list_actions(
    instance: Annotated[str | None, typer.Option(help="On this instance only.")] = None,
    batch: Annotated[str | None, typer.Option(help="Of this batch only.")] = None,
    limit: LimitOption = 50,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """List what operators did, newest first, with their reasons."""
    with opened(data) as context:
        page = operations.list_actions(context, instance_key=instance, batch_id=batch, limit=limit)
        if as_json:
            print_json(page)
            return
        rows = [(one.occurred_at, one.actor, one.action, one.instance_key, one.reason) for one in page.items]
        print_table(("when", "who", "action", "instance", "reason"), rows, empty="Nothing was done by hand.")


def modification_order(moves: list[str] | None) -> operations.Modification:
    """Of moves only; raises MisuseError."""
    return operations.Modification(moves=tuple(_pairs(moves)))


def _pairs(given: list[str] | None) -> list[tuple[str, str]]:
    pairs = []
    for item in given or ():
        source, separator, target = item.partition("=")
        if not separator or not source:
            raise MisuseError(f"{item!r} is not source=target.", remedy="Write two element ids with = between them.")
        pairs.append((source, target))
    return pairs


def migration_order(
    process: str, source: int, target: int, mapped: list[str] | None, renew: list[str] | None
) -> operations.MigrationOrder:
    """From options; raises MisuseError for a mapping that is none."""
    return operations.MigrationOrder(
        process_id=process,
        source_version=source,
        target_version=target,
        mapping={one: other or None for one, other in _pairs(mapped)},
        renewed=tuple(renew or ()),
    )
