# SPDX-License-Identifier: Apache-2.0
"""Deployed processes: lists, files, start forms, baselines."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from taktloom.app import model_files
from taktloom.app.context import Context, use_case
from taktloom.assure.permissions import Permission
from taktloom.model.errors import NotFoundError
from taktloom.model.identifiers import DefinitionKey, ProcessId
from taktloom.model.operations import DeployedProcess, Page, ProcessSummary
from taktloom.model.process import AnyFlowNode, BusinessRuleTask, SubProcess

_LISTED = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessDetail:
    """A process and its versions."""

    summary: ProcessSummary
    versions: tuple[DeployedProcess, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StartForm:
    """form_schema: form-js; None where the process has none. variables: names that the model reads from a case."""

    form_schema: Mapping[str, object] | None
    variables: tuple[str, ...]


@use_case(Permission.PROCESS_VIEW)
def list_processes(context: Context) -> Page[ProcessSummary]:
    """All processes."""
    return context.rooms.engine.deployments.processes(limit=_LISTED)


@use_case(Permission.PROCESS_VIEW)
def show_process(context: Context, *, process_id: str) -> ProcessDetail:
    """One process with its versions, newest first."""
    deployments = context.rooms.engine.deployments
    key = ProcessId(process_id)
    return ProcessDetail(summary=deployments.process(key), versions=deployments.versions(key))


@use_case(Permission.PROCESS_VIEW)
def read_bpmn(context: Context, *, process_id: str, version: int | None = None) -> bytes:
    """The file as deployed, with a drawing where it has none; version None: the newest."""
    deployments = context.rooms.engine.deployments
    if version is None:
        version = deployments.process(ProcessId(process_id)).latest.version
    return model_files.drawn_bpmn(deployments.xml(DefinitionKey(f"{process_id}:{version}")))


@use_case(Permission.PROCESS_VIEW)
def read_dmn(context: Context, *, process_id: str, version: int) -> bytes:
    """The newest DMN file with a decision that this version calls. Raises NotFoundError when it calls none."""
    engine = context.rooms.engine
    executable = engine.deployments.executable(ProcessId(process_id), version=version)
    deployed = {decision.decision_id for decision in engine.deployments.decisions()}
    for decision_id in decisions_called(executable.definition.nodes):
        if decision_id in deployed:
            return engine.decisions.file(decision_id).content
    raise NotFoundError(
        f"{process_id}:{version} calls no deployed decision.",
        remedy="Only processes with a business rule task have a DMN file.",
        parameters={"id": f"{process_id}:{version}"},
    )


@use_case(Permission.PROCESS_VIEW)
def show_start_form(context: Context, *, process_id: str, version: int | None = None) -> StartForm:
    """The form of the start event."""
    deployments, key = context.rooms.engine.deployments, ProcessId(process_id)
    schema = deployments.start_form(key, version=version)
    definition = deployments.executable(key, version=version).definition
    names = [one.source.removeprefix("=").strip() for one in definition.case_attributes]
    return StartForm(
        form_schema=None if schema is None else json.loads(schema),
        variables=tuple(dict.fromkeys(name for name in names if name.isidentifier())),
    )


@use_case(Permission.PROCESS_DEPLOY)
def set_baseline(context: Context, *, process_id: str, log_id: str | None) -> None:
    """Compare with this log from now on."""
    if log_id is not None:
        context.rooms.logs.metadata(log_id)
    context.rooms.engine.deployments.set_baseline(ProcessId(process_id), log_id)
    context.audit("set-baseline", f"process {process_id}", reason=log_id or "none")


def decisions_called(nodes: Iterable[AnyFlowNode]) -> Iterator[str]:
    """Ids of the decisions that business rule tasks name, sub-processes included."""
    for node in nodes:
        if isinstance(node, BusinessRuleTask):
            yield node.decision_id
        elif isinstance(node, SubProcess):
            yield from decisions_called(node.nodes)
