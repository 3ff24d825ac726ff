# SPDX-License-Identifier: Apache-2.0
"""Event logs: upload, import, manage."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO

from taktloom.app.context import Context, use_case
from taktloom.app.unwired import not_wired
from taktloom.assure.permissions import Permission
from taktloom.model.operations import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRequest:
    """How to import an upload. mapping None: the suggested one; keys as in the sniff's `suggested`."""

    upload_id: str
    name: str
    mapping: Mapping[str, object] | None
    timezone: str | None
    date_format: str | None
    skip_bad_rows: bool


@use_case(Permission.LOG_EDIT)
def receive_upload(context: Context, *, file_name: str, stream: BinaryIO) -> object:
    """Keep an uploaded file and look what it holds."""
    not_wired()


@use_case(Permission.LOG_EDIT)
def start_import(context: Context, *, request: ImportRequest) -> str:
    """Begin an import; its id."""
    not_wired()


@use_case(Permission.LOG_EDIT)
def show_import(context: Context, *, import_id: str) -> object:
    """Progress."""
    not_wired()


@use_case(Permission.LOG_EDIT)
def cancel_import(context: Context, *, import_id: str) -> None:
    """Cancel."""
    not_wired()


@use_case(Permission.LOG_VIEW)
def list_logs(context: Context) -> Page[object]:
    """All logs."""
    not_wired()


@use_case(Permission.LOG_VIEW)
def show_log(context: Context, *, log_id: str) -> object:
    """One log."""
    not_wired()


@use_case(Permission.LOG_EDIT)
def rename_log(context: Context, *, log_id: str, name: str) -> object:
    """Rename."""
    not_wired()


@use_case(Permission.LOG_EDIT)
def delete_log(context: Context, *, log_id: str) -> None:
    """Delete."""
    not_wired()


@use_case(Permission.LOG_EDIT)
def import_newer(context: Context, *, log_id: str, request: ImportRequest) -> str:
    """Import a newer export."""
    not_wired()


@use_case(Permission.LOG_EDIT)
def remap_log(context: Context, *, log_id: str, request: ImportRequest) -> str:
    """Import again with another mapping."""
    not_wired()
