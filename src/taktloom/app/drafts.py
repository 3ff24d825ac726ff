# SPDX-License-Identifier: Apache-2.0
"""Model drafts: models being edited, not deployed."""

from dataclasses import dataclass, replace

from taktloom.app import model_files
from taktloom.app.blank_model import blank_bpmn
from taktloom.app.context import Context, use_case
from taktloom.assure.permissions import Permission
from taktloom.model.errors import InputRefusedError
from taktloom.model.identifiers import DefinitionKey
from taktloom.model.operations import ModelDraft, Page


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftContent:
    """What is saved; name None: as it is."""

    name: str | None
    bpmn_xml: bytes
    dmn_xml: bytes | None


@use_case(Permission.PROCESS_EDIT)
def list_drafts(context: Context, *, cursor: str | None = None, limit: int = 100) -> Page[ModelDraft]:
    """All drafts, newest first."""
    return context.rooms.engine.drafts.search(cursor=cursor, limit=limit)


@use_case(Permission.PROCESS_EDIT)
def create_draft(
    context: Context,
    *,
    name: str,
    bpmn_xml: bytes | None = None,
    dmn_xml: bytes | None = None,
    based_on: str | None = None,
) -> ModelDraft:
    """Begin a draft from the given files, else from the deployed version *based_on*, else from an empty process."""
    engine = context.rooms.engine
    key = None if based_on is None else DefinitionKey(based_on)
    if bpmn_xml is None:
        bpmn_xml = blank_bpmn(name) if key is None else engine.deployments.xml(key)
    from taktloom.hosts.embedded.definitions.drafts import DraftContent as Content

    content = Content(name=name, bpmn_xml=model_files.drawn_bpmn(bpmn_xml), dmn_xml=dmn_xml)
    draft = engine.drafts.create(content, by=context.principal.name, based_on=key)
    context.audit("create-draft", _target(draft))
    return draft


@use_case(Permission.PROCESS_EDIT)
def show_draft(context: Context, *, draft_id: str) -> ModelDraft:
    """One draft; its decisions as the browser's editor can open them."""
    draft = context.rooms.engine.drafts.get(draft_id)
    return replace(draft, dmn_xml=model_files.editable_dmn(draft.dmn_xml))


@use_case(Permission.PROCESS_EDIT)
def save_draft(context: Context, *, draft_id: str, revision: int, content: DraftContent) -> ModelDraft:
    """Save over *revision*; refused when somebody has saved since."""
    from taktloom.hosts.embedded.definitions.drafts import DraftContent as Content

    _require_xml(content.bpmn_xml, "bpmn_xml")
    engine = context.rooms.engine
    name = content.name or engine.drafts.get(draft_id).name
    kept = Content(name=name, bpmn_xml=content.bpmn_xml, dmn_xml=content.dmn_xml)
    draft = engine.drafts.save(draft_id, revision, kept, by=context.principal.name)
    context.audit("save-draft", _target(draft), reason=f"revision {draft.revision}")
    return draft


@use_case(Permission.PROCESS_EDIT)
def delete_draft(context: Context, *, draft_id: str) -> None:
    """Delete."""
    draft = context.rooms.engine.drafts.get(draft_id)
    context.rooms.engine.drafts.delete(draft_id)
    context.audit("delete-draft", _target(draft))


def _require_xml(text: bytes, what: str) -> None:
    if not text.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise InputRefusedError(f"{what} is not XML.", remedy="Send the whole file.", parameters={"field": what})


def _target(draft: ModelDraft) -> str:
    return f"draft {draft.name} ({draft.draft_id})"
