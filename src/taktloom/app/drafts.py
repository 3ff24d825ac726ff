# SPDX-License-Identifier: Apache-2.0
"""Model drafts and draft automation."""

from dataclasses import dataclass

from taktloom.app.context import Context, use_case
from taktloom.app.unwired import not_wired
from taktloom.assure.permissions import Permission
from taktloom.model.operations import ModelDraft, Page


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftContent:
    """What is saved; name None: as it is."""

    name: str | None
    bpmn_xml: bytes
    dmn_xml: bytes | None


@use_case(Permission.PROCESS_EDIT)
def draft_automation(context: Context, *, log_id: str, name: str | None) -> object:
    """Draft an automation of the log."""
    not_wired()


@use_case(Permission.PROCESS_EDIT)
def list_drafts(context: Context, *, cursor: str | None = None, limit: int = 100) -> Page[ModelDraft]:
    """All drafts."""
    not_wired()


@use_case(Permission.PROCESS_EDIT)
def create_draft(
    context: Context, *, name: str, bpmn_xml: bytes | None, dmn_xml: bytes | None, based_on: str | None
) -> ModelDraft:
    """Begin a draft."""
    not_wired()


@use_case(Permission.PROCESS_EDIT)
def show_draft(context: Context, *, draft_id: str) -> ModelDraft:
    """One draft."""
    not_wired()


@use_case(Permission.PROCESS_EDIT)
def save_draft(context: Context, *, draft_id: str, revision: int, content: DraftContent) -> ModelDraft:
    """Save."""
    not_wired()


@use_case(Permission.PROCESS_EDIT)
def delete_draft(context: Context, *, draft_id: str) -> None:
    """Delete."""
    not_wired()
