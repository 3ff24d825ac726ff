# SPDX-License-Identifier: Apache-2.0
"""Deployed processes."""

from collections.abc import Mapping
from dataclasses import dataclass

from taktloom.app.context import Context, use_case
from taktloom.app.unwired import not_wired
from taktloom.assure.permissions import Permission
from taktloom.model.operations import DeployedProcess, Page, ProcessSummary


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessDetail:
    """A process and its versions."""

    summary: ProcessSummary
    versions: tuple[DeployedProcess, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StartForm:
    """form_schema: form-js; None: ask for the variables."""

    form_schema: Mapping[str, object] | None
    variables: tuple[str, ...]


@use_case(Permission.PROCESS_VIEW)
def list_processes(context: Context) -> Page[ProcessSummary]:
    """All processes."""
    not_wired()


@use_case(Permission.PROCESS_VIEW)
def show_process(context: Context, *, process_id: str) -> ProcessDetail:
    """One process."""
    not_wired()


@use_case(Permission.PROCESS_VIEW)
def read_bpmn(context: Context, *, process_id: str, version: int) -> bytes:
    """BPMN."""
    not_wired()


@use_case(Permission.PROCESS_VIEW)
def read_dmn(context: Context, *, process_id: str, version: int) -> bytes:
    """DMN."""
    not_wired()


@use_case(Permission.PROCESS_VIEW)
def show_start_form(context: Context, *, process_id: str, version: int | None = None) -> StartForm:
    """Start form."""
    not_wired()


@use_case(Permission.PROCESS_DEPLOY)
def set_baseline(context: Context, *, process_id: str, log_id: str | None) -> None:
    """Baseline."""
    not_wired()
