# SPDX-License-Identifier: Apache-2.0
"""`taktloom start`, `watch`, `worker`, and the groups instance, task, incident, message."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from taktloom.app import incidents, instances, messages, tasks, watch
from taktloom.app.analyses.cells import duration_text
from taktloom.app.calls import calls
from taktloom.cli.opening import opened
from taktloom.cli.output import DataOption, JsonOption, cell, print_json, print_table, say
from taktloom.cli.variables import VarOption, VarsOption, read_variables
from taktloom.model.identifiers import ProcessId
from taktloom.model.operations import InstanceQuery

run_commands = typer.Typer()
instance_commands = typer.Typer()
task_commands = typer.Typer()
incident_commands = typer.Typer()
message_commands = typer.Typer()
signal_commands = typer.Typer()
condition_commands = typer.Typer()

ProcessArgument = Annotated[str, typer.Argument(help="Process id.")]
KeyArgument = Annotated[str, typer.Argument(help="Instance key.")]
TaskArgument = Annotated[str, typer.Argument(help="User task id.")]
ProcessOption = Annotated[str | None, typer.Option("--process", help="Of this process only.")]
ReasonOption = Annotated[str, typer.Option(help="Why; written to the audit trail.")]
LimitOption = Annotated[int, typer.Option(min=1, max=500, help="How many at most.")]


@run_commands.command("start")
@calls(instances.start_instance)
def start(
    process: ProcessArgument,
    var: VarOption = None,
    vars_file: VarsOption = None,
    business_key: Annotated[str | None, typer.Option(help="Key that people know the case by.")] = None,
    version: Annotated[int | None, typer.Option(help="Version.", show_default="the newest")] = None,
    tag: Annotated[str | None, typer.Option(help="The newest version with this tag.")] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Start a process instance.

    Example: taktloom start permit --var cost=80000 --business-key 2024-0012
    """
    with opened(data) as context:
        started = instances.start_instance(
            context,
            process_id=process,
            variables=read_variables(var, vars_file),
            business_key=business_key,
            version=version,
            version_tag=tag,
        )
        print_json(started) if as_json else say(started.instance_key)


@run_commands.command("watch")
@calls(watch.watch_process)
def watch_process(process: ProcessArgument, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Show a process's numbers beside its baseline."""
    with opened(data) as context:
        record = watch.watch_process(context, process_id=process)
        if as_json:
            print_json(record)
            return
        say(f"{record.process_name} version {record.version}: {record.open} open, {record.finished} finished "
            f"({record.finished_today} today), {record.incidents} incidents")  # fmt: skip
        say(f"Cycle time: median {duration_text(record.cycle.median_s)}, p95 {duration_text(record.cycle.p95_s)}, "
            f"n = {record.cycle.n}")  # fmt: skip
        if record.baseline is not None:
            label = ", synthetic" if record.baseline.is_synthetic else ""
            say(f"Baseline {record.baseline.log_name}{label}: median {duration_text(record.baseline.median_s)}, "
                f"n = {record.baseline.n}")  # fmt: skip
        needs = f" (needs: {record.difference.needs})" if record.difference.needs else ""
        say(f"Difference: {record.difference.verdict.value}{needs}")
        rows = [
            (one.element_name, one.visits, duration_text(one.waiting_median_s), duration_text(one.working_median_s),
             one.active, one.incidents)
            for one in record.elements
        ]  # fmt: skip
        print_table(
            ("element", "visits", "waiting", "working", "active", "incidents"), rows, empty="Nothing has run yet."
        )


@run_commands.command("worker")
def worker(
    module: Annotated[str, typer.Argument(help="module:application, such as permit_workers:workers.")],
    url: Annotated[str, typer.Option(help="Address of the server.")] = "http://127.0.0.1:8765",
    key_file: Annotated[Path | None, typer.Option(help="File with the service account's key.")] = None,
    stream: Annotated[bool, typer.Option("--stream", help="Let the server push jobs as they come.")] = False,
    telemetry: Annotated[str, typer.Option(help="Where to send spans: a collector's address (OTLP over HTTP).")] = "",
) -> None:
    """Run job workers against a server, under a service account's key (or TAKTLOOM_KEY).

    Example: taktloom worker permit_workers --key-file worker.key
    """
    from taktloom.app.worker_runner import read_key, run_module

    run_module(module, url=url, key=read_key(key_file), is_streaming=stream, telemetry_endpoint=telemetry)


@instance_commands.command("list")
@calls(instances.list_instances)
def list_instances(
    process: ProcessOption = None,
    version: Annotated[int | None, typer.Option(help="Only those of this version.")] = None,
    version_tag: Annotated[str | None, typer.Option(help="Only those of versions with this tag.")] = None,
    status: Annotated[str | None, typer.Option(help="active, completed, terminated, cancelled or failed.")] = None,
    with_incidents: Annotated[bool, typer.Option("--with-incidents", help="Only those with an open incident.")] = False,
    is_suspended: Annotated[bool, typer.Option("--suspended", help="Only those that are suspended.")] = False,
    search: Annotated[str | None, typer.Option(help="Instance or business key.")] = None,
    limit: LimitOption = 50,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """List process instances, newest first."""
    query = InstanceQuery(
        process_id=None if process is None else ProcessId(process),
        version=version,
        version_tag=version_tag,
        status=status,
        with_incidents=True if with_incidents else None,
        is_suspended=True if is_suspended else None,
        search=search,
        limit=limit,
    )
    with opened(data) as context:
        page = instances.list_instances(context, query=query)
        if as_json:
            print_json(page)
            return
        rows = [
            (
                one.instance_key,
                one.process_id,
                one.version,
                one.status,
                one.business_key,
                one.started_at,
                one.open_incidents,
            )
            for one in page.items
        ]
        columns = ("key", "process", "version", "status", "business key", "started", "incidents")
        print_table(columns, rows, empty="No instances: taktloom start PROCESS")


@instance_commands.command("show")
@calls(instances.show_instance)
def show_instance(key: KeyArgument, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Show one instance: where it stands, its variables, tasks, incidents."""
    with opened(data) as context:
        detail = instances.show_instance(context, instance_key=key)
        if as_json:
            print_json(detail)
            return
        say(f"{detail.summary.process_id}:{detail.summary.version} {detail.summary.status}")
        rows = [(one.element_name, one.element_type, one.state, one.entered_at, one.left_at) for one in detail.visits]
        print_table(("element", "type", "state", "entered", "left"), rows, empty="No steps yet.")
        for variable in detail.variables:
            say(f"{variable.name} = {variable.value}")
        for incident in detail.incidents:
            say(f"incident {incident.incident_id} at {incident.element_name}: {incident.message}")


@instance_commands.command("cancel")
@calls(instances.cancel_instance)
def cancel_instance(
    key: KeyArgument, reason: ReasonOption = "", data: DataOption = None, as_json: JsonOption = False
) -> None:
    """End an instance now."""
    with opened(data) as context:
        instances.cancel_instance(context, instance_key=key, reason=reason)
        print_json({"cancelled": key}) if as_json else say(f"Cancelled {key}.")


@instance_commands.command("activate")
@calls(instances.activate_activities)
def activate_activities(
    key: KeyArgument,
    element: Annotated[list[str], typer.Argument(help="Ids of activities inside an active ad-hoc sub-process.")],
    var: VarOption = None,
    vars_file: VarsOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Start activities of an ad-hoc sub-process."""
    variables = read_variables(var, vars_file)
    with opened(data) as context:
        instances.activate_activities(context, instance_key=key, element_ids=tuple(element), variables=variables)
        print_json({"activated": element}) if as_json else say(f"Started {', '.join(element)}.")


@instance_commands.command("set")
@calls(instances.set_variables)
def set_variables(
    key: KeyArgument,
    var: VarOption = None,
    vars_file: VarsOption = None,
    element: Annotated[str | None, typer.Option(help="In the scope of this active element.")] = None,
    reason: ReasonOption = "",
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Set variables of an instance."""
    variables = read_variables(var, vars_file)
    with opened(data) as context:
        instances.set_variables(context, instance_key=key, variables=variables, element_id=element, reason=reason)
        print_json({"set": sorted(variables)}) if as_json else say(f"Set {', '.join(sorted(variables))}.")


@task_commands.command("list")
@calls(tasks.list_tasks)
def list_tasks(
    process: ProcessOption = None,
    instance: Annotated[str | None, typer.Option(help="Of this instance only.")] = None,
    state: Annotated[str, typer.Option(help="open, completed, cancelled or any.")] = "open",
    limit: LimitOption = 50,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """List user tasks, oldest first."""
    request = tasks.TaskListRequest(
        view=tasks.TaskListView.ALL,
        process_id=process,
        instance_key=instance,
        state=None if state == "any" else state,
        limit=limit,
    )
    with opened(data) as context:
        page = tasks.list_tasks(context, request=request)
        if as_json:
            print_json(page)
            return
        rows = [
            (
                one.user_task_id,
                one.name,
                one.process_id,
                one.business_key,
                one.assignee,
                one.candidate_groups,
                one.created_at,
            )
            for one in page.items
        ]
        print_table(
            ("id", "task", "process", "business key", "assignee", "groups", "since"), rows, empty="No user tasks."
        )


@task_commands.command("claim")
@calls(tasks.claim_task, tasks.assign_task)
def claim_task(
    task_id: TaskArgument,
    user: Annotated[str | None, typer.Option("--for", help="Assign it to this user.")] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take a user task, or assign it to somebody with --for."""
    with opened(data) as context:
        if user is None:
            task = tasks.claim_task(context, user_task_id=task_id)
        else:
            task = tasks.assign_task(context, user_task_id=task_id, assignee=user)
        print_json(task) if as_json else say(f"{task.name}: {task.assignee}")


@task_commands.command("complete")
@calls(tasks.complete_task)
def complete_task(
    task_id: TaskArgument,
    var: VarOption = None,
    vars_file: VarsOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Complete a user task."""
    with opened(data) as context:
        task = tasks.complete_task(context, user_task_id=task_id, variables=read_variables(var, vars_file))
        print_json(task) if as_json else say(f"Completed {task.name}.")


@incident_commands.command("list")
@calls(incidents.list_incidents)
def list_incidents(
    process: ProcessOption = None,
    state: Annotated[str, typer.Option(help="open, resolved or all.")] = "open",
    limit: LimitOption = 50,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """List incidents, newest first."""
    with opened(data) as context:
        page = incidents.list_incidents(context, process_id=process, state=state, limit=limit)
        if as_json:
            print_json(page)
            return
        rows = [
            (one.incident_id, one.process_id, one.element_name, one.kind, one.message, cell(one.raised_at))
            for one in page.items
        ]
        print_table(("id", "process", "element", "kind", "message", "since"), rows, empty="No incidents.")


@incident_commands.command("resolve")
@calls(incidents.resolve_incident)
def resolve_incident(
    incident_id: Annotated[str, typer.Argument(help="Incident id.")],
    var: VarOption = None,
    vars_file: VarsOption = None,
    reason: ReasonOption = "",
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Set variables where given, then try again."""
    variables = read_variables(var, vars_file) or None
    with opened(data) as context:
        incidents.resolve_incident(context, incident_id=incident_id, variables=variables, reason=reason)
        print_json({"resolved": incident_id}) if as_json else say(f"Trying {incident_id} again.")


@message_commands.command("publish")
@calls(messages.publish_message)
def publish_message(
    name: Annotated[str, typer.Argument(help="Message name.")],
    correlation_key: Annotated[str | None, typer.Option("--key", help="Correlation key.")] = None,
    message_id: Annotated[str | None, typer.Option("--id", help="Sent twice under one id it counts once.")] = None,
    keep: Annotated[
        float, typer.Option("--keep", min=0, max=365 * 86_400, help="Seconds to wait when nobody takes it now.")
    ] = 0,
    business_key: Annotated[str | None, typer.Option("--business-key", help="Of the instance that it starts.")] = None,
    var: VarOption = None,
    vars_file: VarsOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Publish a message for one receiver."""
    message = messages.PublishedMessage(
        name=name,
        correlation_key=correlation_key,
        variables=read_variables(var, vars_file),
        message_id=message_id,
        time_to_live=timedelta(seconds=keep),
        business_key=business_key,
    )
    with opened(data) as context:
        keys = messages.publish_message(context, message=message)
        print_json({"correlated": keys}) if as_json else say(", ".join(keys) or "No instance was waiting for it.")


@signal_commands.command("broadcast")
@calls(messages.broadcast_signal)
def broadcast_signal(
    name: Annotated[str, typer.Argument(help="Signal name.")],
    var: VarOption = None,
    vars_file: VarsOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Throw a signal to all who wait for it."""
    variables = read_variables(var, vars_file)
    with opened(data) as context:
        keys = messages.broadcast_signal(context, name=name, variables=variables)
        print_json({"heard": keys}) if as_json else say(", ".join(keys) or "No instance was waiting for it.")


@condition_commands.command("evaluate")
@calls(messages.evaluate_conditions)
def evaluate_conditions(
    var: VarOption = None, vars_file: VarsOption = None, data: DataOption = None, as_json: JsonOption = False
) -> None:
    """Start the processes whose start condition has become true of the given variables."""
    variables = read_variables(var, vars_file)
    with opened(data) as context:
        keys = [one.instance_key for one in messages.evaluate_conditions(context, variables=variables)]
        print_json({"started": keys}) if as_json else say(", ".join(keys) or "No condition has become true.")
