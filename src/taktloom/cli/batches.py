# SPDX-License-Identifier: Apache-2.0
"""Batches, incidents by cause, looking back, versions and retention."""

from typing import Annotated

import typer

from taktloom.app import batches, keeping
from taktloom.app.calls import calls
from taktloom.app.operations import MigrationOrder
from taktloom.cli.opening import opened
from taktloom.cli.operations import (
    AllowStuckOption,
    MapOption,
    MustReasonOption,
    RenewOption,
    migration_order,
    modification_order,
)
from taktloom.cli.output import DataOption, JsonOption, cell, print_json, print_table, say
from taktloom.cli.running import (
    KeyArgument,
    LimitOption,
    ProcessArgument,
    ProcessOption,
    ReasonOption,
    incident_commands,
    instance_commands,
)
from taktloom.cli.system import process_commands
from taktloom.cli.variables import VarOption, VarsOption, read_variables
from taktloom.model.errors import MisuseError
from taktloom.model.identifiers import ElementId, ProcessId
from taktloom.model.interventions import BatchKind, HistoryLevel, RestartRequest, Selection
from taktloom.model.operations import InstanceQuery

batch_commands = typer.Typer()
retention_commands = typer.Typer()

LastOption = Annotated[
    bool, typer.Option("--last-variables", help="With the variables that it has now, or had at its end.")
]
BatchArgument = Annotated[str, typer.Argument(help="Batch id.")]


@incident_commands.command("groups")
@calls(batches.list_incident_groups)
def list_incident_groups(
    process: ProcessOption = None, limit: LimitOption = 50, data: DataOption = None, as_json: JsonOption = False
) -> None:
    """List open incidents by cause, the most frequent cause first."""
    with opened(data) as context:
        page = batches.list_incident_groups(context, process_id=process, limit=limit)
        if as_json:
            print_json(page)
            return
        rows = [
            (one.signature, one.process_id, one.version, one.element_name, one.message, one.incidents,
             f"{one.share:.0%}", cell(one.first_raised_at))
            for one in page.items
        ]  # fmt: skip
        columns = ("group", "process", "version", "element", "message", "incidents", "of live", "since")
        print_table(columns, rows, empty="No open incidents.")


@batch_commands.command("create")
@calls(batches.preview_batch, batches.create_batch, batches.run_batches, batches.show_batch)
def create_batch(
    kind: Annotated[BatchKind, typer.Argument(help="What to do to each target.")],
    key: Annotated[list[str] | None, typer.Option(help="Instance key or incident id; repeatable.")] = None,
    process: ProcessOption = None,
    version: Annotated[int | None, typer.Option(help="Instances of this version.", show_default="all")] = None,
    version_tag: Annotated[str | None, typer.Option(help="Instances of versions with this tag.")] = None,
    status: Annotated[str | None, typer.Option(help="Instances of this status.", show_default="all")] = None,
    group: Annotated[str | None, typer.Option(help="Open incidents of this group.")] = None,
    target: Annotated[int | None, typer.Option("--to", help="Version to migrate to, from --version.")] = None,
    mapped: MapOption = None,
    renew: RenewOption = None,
    move: Annotated[list[str] | None, typer.Option(help="source=target element id; repeatable.")] = None,
    has_last: LastOption = False,
    allows_stuck: AllowStuckOption = False,
    var: VarOption = None,
    vars_file: VarsOption = None,
    reason: ReasonOption = "",
    is_preview: Annotated[bool, typer.Option("--preview", help="Only count the targets.")] = False,
    is_detached: Annotated[bool, typer.Option("--detach", help="Leave it to the running server.")] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Do one thing to many instances or incidents, each for itself.

    Example: taktloom batch create retry --group 3f2a… --reason "the server runs again"
    """
    order = batches.BatchOrder(
        kind=kind.value,
        selection=_selection(
            kind,
            key,
            InstanceQuery(process_id=_process(process), version=version, version_tag=version_tag, status=status),
            group,
        ),
        variables=read_variables(var, vars_file),
        migration=_migration(process, version, target, mapped, renew),
        modification=modification_order(move),
        restart=RestartRequest(has_last_variables=has_last),
        allows_stuck=allows_stuck,
    )
    with opened(data) as context:
        if is_preview:
            preview = batches.preview_batch(context, order=order)
            print_json(preview) if as_json else say(f"{preview.targets} targets: {', '.join(preview.first)}")
            return
        batch = batches.create_batch(context, order=order, reason=reason)
        if not is_detached:
            batches.run_batches(context)
            batch = batches.show_batch(context, batch_id=batch.batch_id)
        print_json(batch) if as_json else say(
            f"{batch.batch_id}: {batch.done} of {batch.total} done, {batch.failed} failed"
        )


@batch_commands.command("list")
@calls(batches.list_batches)
def list_batches(limit: LimitOption = 50, data: DataOption = None, as_json: JsonOption = False) -> None:
    """List batches, newest first."""
    with opened(data) as context:
        page = batches.list_batches(context, limit=limit)
        if as_json:
            print_json(page)
            return
        rows = [(one.batch_id, one.kind, one.state, one.done, one.failed, one.total, one.reason) for one in page.items]
        print_table(("id", "kind", "state", "done", "failed", "total", "reason"), rows, empty="No batches.")


@batch_commands.command("show")
@calls(batches.show_batch, batches.list_batch_items)
def show_batch(
    batch_id: BatchArgument,
    state: Annotated[str | None, typer.Option(help="pending, done, failed or skipped.")] = None,
    limit: LimitOption = 50,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show a batch, its targets, and why some failed."""
    with opened(data) as context:
        batch = batches.show_batch(context, batch_id=batch_id)
        page = batches.list_batch_items(context, batch_id=batch_id, state=state, limit=limit)
        if as_json:
            print_json({"batch": batch, "items": page})
            return
        say(f"{batch.kind.value} {batch.state.value}: {batch.done} of {batch.total} done, {batch.failed} failed")
        rows = [(one.position, one.target, one.state, one.error_code, one.message) for one in page.items]
        print_table(("nr", "target", "state", "code", "why"), rows, empty="No such targets.")


@batch_commands.command("turn")
@calls(batches.turn_batch, batches.run_batches)
def turn_batch(
    batch_id: BatchArgument,
    action: Annotated[str, typer.Argument(help="pause, resume, cancel or retry.")],
    reason: ReasonOption = "",
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Pause, resume or cancel a batch, or retry its failed targets."""
    if action not in {"pause", "resume", "cancel", "retry"}:
        raise MisuseError(f"{action!r} is no action of a batch.", remedy="Say pause, resume, cancel or retry.")
    with opened(data) as context:
        batch = batches.turn_batch(context, batch_id=batch_id, action=action, reason=reason)
        if action in {"resume", "retry"}:
            batches.run_batches(context)
        print_json(batch) if as_json else say(f"{batch_id}: {action}")


@instance_commands.command("at")
@calls(keeping.show_moment)
def show_moment(
    key: KeyArgument,
    sequence: Annotated[int, typer.Argument(help="Number of the journal entry, from 1.")],
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show an instance as it was right after one of its journal entries."""
    with opened(data) as context:
        moment = keeping.show_moment(context, instance_key=key, sequence=sequence)
        if as_json:
            print_json(moment)
            return
        say(f"{moment.sequence} of {moment.last_sequence}: {moment.kind} by {moment.actor or 'the engine'}, "
            f"{cell(moment.occurred_at)}, version {moment.version}, {moment.status}")  # fmt: skip
        say(f"Entered: {', '.join(moment.entered) or 'nothing'}; left: {', '.join(moment.left) or 'nothing'}")
        print_table(
            ("element", "type", "since"),
            [(one.element_name, one.element_type, one.since) for one in moment.active],
            empty="Nothing is active.",
        )
        for change in moment.changes:
            say(f"{change.change}: {change.name} = {change.after}")


@instance_commands.command("restart")
@calls(keeping.restart_instance)
def restart_instance(
    key: KeyArgument,
    reason: MustReasonOption,
    version: Annotated[int | None, typer.Option(help="Version.", show_default="the one it has")] = None,
    before: Annotated[str | None, typer.Option(help="Begin before this element.")] = None,
    after: Annotated[str | None, typer.Option(help="Begin after this element.")] = None,
    at: Annotated[int | None, typer.Option(help="With the variables after this journal entry.")] = None,
    has_last: LastOption = False,
    var: VarOption = None,
    vars_file: VarsOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Start an instance again from the history of this one; --var sets variables over those that it takes."""
    element = before or after
    request = RestartRequest(
        version=version,
        element_id=None if element is None else ElementId(element),
        is_after=before is None and after is not None,
        sequence=at,
        has_last_variables=has_last,
    )
    variables = read_variables(var, vars_file)
    with opened(data) as context:
        started = keeping.restart_instance(
            context, instance_key=key, request=request, variables=variables, reason=reason
        )
        print_json(started) if as_json else say(started.instance_key)


@instance_commands.command("stuck")
@calls(keeping.list_stuck)
def list_stuck(
    process: ProcessOption = None, limit: LimitOption = 50, data: DataOption = None, as_json: JsonOption = False
) -> None:
    """List active instances that wait for nothing."""
    with opened(data) as context:
        page = keeping.list_stuck(context, process_id=process, limit=limit)
        if as_json:
            print_json(page)
            return
        rows = [(one.instance_key, one.process_id, one.version, one.elements, one.advanced_at) for one in page.items]
        print_table(
            ("key", "process", "version", "stands at", "since"), rows, empty="Every instance has a reason to wait."
        )


@instance_commands.command("hold")
@calls(keeping.hold_instance)
def hold_instance(
    key: KeyArgument,
    reason: MustReasonOption,
    is_release: Annotated[bool, typer.Option("--release", help="End the hold.")] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Keep an instance whatever the retention policy says."""
    with opened(data) as context:
        keeping.hold_instance(context, instance_key=key, is_kept=not is_release, reason=reason)
        print_json({"instance_key": key, "is_kept": not is_release}) if as_json else say(
            f"{key} {'is no longer' if is_release else 'is'} on hold."
        )


@process_commands.command("versions")
@calls(keeping.list_versions)
def list_versions(process: ProcessArgument, data: DataOption = None, as_json: JsonOption = False) -> None:
    """List the versions of a process and who uses them."""
    with opened(data) as context:
        versions = keeping.list_versions(context, process_id=process)
        if as_json:
            print_json(versions)
            return
        rows = [
            (one.version, one.version_tag, "suspended" if one.is_suspended else "", one.active, one.ended)
            for one in versions
        ]
        print_table(("version", "tag", "", "active", "ended"), rows, empty="No versions.")


@process_commands.command("delete-version")
@calls(keeping.delete_version)
def delete_version(
    process: ProcessArgument,
    version: Annotated[int, typer.Argument(help="Version.")],
    reason: MustReasonOption,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Delete an old version that no instance refers to."""
    with opened(data) as context:
        keeping.delete_version(context, process_id=process, version=version, reason=reason)
        print_json({"deleted": version}) if as_json else say(f"Deleted version {version} of {process}.")


@retention_commands.command("list")
@calls(keeping.list_retention)
def list_retention(limit: LimitOption = 100, data: DataOption = None, as_json: JsonOption = False) -> None:
    """List how long ended instances are kept, and how many are due to go."""
    with opened(data) as context:
        page = keeping.list_retention(context, limit=limit)
        if as_json:
            print_json(page)
            return
        rows = [
            (
                one.process_id,
                "for ever" if one.days is None else one.days,
                one.history_level,
                one.ended,
                one.due,
                one.on_hold,
            )
            for one in page.items
        ]
        print_table(("process", "days", "history", "ended", "due", "on hold"), rows, empty="No processes.")


@retention_commands.command("set")
@calls(keeping.set_retention)
def set_retention(
    process: ProcessArgument,
    reason: MustReasonOption,
    days: Annotated[int | None, typer.Option(help="Days after the end.", show_default="for ever")] = None,
    level: Annotated[
        HistoryLevel, typer.Option("--history", help="What new instances write to the event log.")
    ] = HistoryLevel.FULL,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say how long ended instances of a process are kept."""
    with opened(data) as context:
        keeping.set_retention(context, process_id=process, days=days, history_level=level, reason=reason)
        print_json({"process_id": process, "days": days}) if as_json else say(
            f"{process}: {'kept for ever' if days is None else f'kept for {days} days'}."
        )


@retention_commands.command("run")
@calls(keeping.run_retention)
def run_retention(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Remove what is due now; a running server does it by itself."""
    with opened(data) as context:
        purge = keeping.run_retention(context)
        print_json(purge) if as_json else say(f"Removed {purge.instances} instances.")


def _process(process: str | None) -> ProcessId | None:
    return None if process is None else ProcessId(process)


def _selection(kind: BatchKind, keys: list[str] | None, query: InstanceQuery, group: str | None) -> Selection:
    if keys:
        return Selection(keys=tuple(keys))
    if kind.is_of_incidents:
        return Selection(signature=group, process_id=query.process_id)
    if query == InstanceQuery():
        raise MisuseError("Nothing is selected.", remedy="Give --key, or a filter such as --process.")
    return Selection(query=query)


def _migration(
    process: str | None, version: int | None, target: int | None, mapped: list[str] | None, renew: list[str] | None
) -> MigrationOrder | None:
    if target is None or process is None or version is None:
        return None
    return migration_order(process, version, target, mapped, renew)
