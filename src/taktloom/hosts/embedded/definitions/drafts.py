# SPDX-License-Identifier: Apache-2.0
"""Model drafts: what is being edited and not deployed. A save names the revision it began from.

Somebody else's save in between refuses it, naming who and when; nothing is merged behind people's backs.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from taktloom.hosts.embedded.core.changes import Topic
from taktloom.hosts.embedded.core.limits import page_size, require_within
from taktloom.hosts.embedded.core.unit import Core, Unit
from taktloom.model.errors import ConflictError, NotFoundError
from taktloom.model.identifiers import DefinitionKey, TenantId
from taktloom.model.operations import ModelDraft, Page
from taktloom.model.places import Place
from taktloom.storage import Row, Session, to_micros


class UnknownDraftError(NotFoundError):
    """No draft has that id."""

    code = "TL-2570"


class DraftChangedError(ConflictError):
    """Somebody saved the draft in between; parameters name who and when."""

    code = "TL-2571"


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftContent:
    """What is edited; dmn_xml None: no decisions."""

    name: str
    bpmn_xml: bytes
    dmn_xml: bytes | None = None


class Drafts:
    """Model drafts of one tenant."""

    def __init__(self, core: Core, tenant_id: TenantId) -> None:
        self._core, self._tenant_id = core, tenant_id

    def create(
        self,
        content: DraftContent,
        *,
        by: str | None = None,
        source_log_id: str | None = None,
        based_on: DefinitionKey | None = None,
        notes: Mapping[str, object] | None = None,
    ) -> ModelDraft:
        """Keep a new draft as revision 1. notes: JSON values that explain where it comes from."""
        self._check(content)
        kept_notes = json.dumps(dict(notes or {}), ensure_ascii=False, sort_keys=True)

        def work(unit: Unit) -> ModelDraft:
            draft_id = unit.core.ids.record_id(unit.now)
            unit.session.run(
                "insert_draft",
                tenant_id=unit.tenant_id,
                draft_id=draft_id,
                name=content.name,
                bpmn_xml=content.bpmn_xml,
                dmn_xml=content.dmn_xml,
                now=to_micros(unit.now),
                updated_by=by,
                source_log_id=source_log_id,
                based_on=based_on,
                notes=kept_notes,
            )
            unit.note(Topic.DRAFTS, "created")
            return _draft(unit.session, unit.tenant_id, draft_id)

        return self._core.submit(self._tenant_id, work)

    def save(
        self,
        draft_id: str,
        revision: int,
        content: DraftContent,
        *,
        by: str | None = None,
    ) -> ModelDraft:
        """Replace the draft's content; *revision* is the one that was read. Raises DraftChangedError."""
        self._check(content)

        def work(unit: Unit) -> ModelDraft:
            present = _draft(unit.session, unit.tenant_id, draft_id)
            if present.revision != revision:
                raise _changed(present)
            unit.session.run(
                "update_draft",
                tenant_id=unit.tenant_id,
                draft_id=draft_id,
                revision=revision,
                name=content.name,
                bpmn_xml=content.bpmn_xml,
                dmn_xml=content.dmn_xml,
                now=to_micros(unit.now),
                updated_by=by,
            )
            unit.note(Topic.DRAFTS, "saved")
            return _draft(unit.session, unit.tenant_id, draft_id)

        return self._core.submit(self._tenant_id, work)

    def get(self, draft_id: str) -> ModelDraft:
        """One draft; raises UnknownDraftError."""
        with self._core.database.reading() as session:
            return _draft(session, self._tenant_id, draft_id)

    def search(self, *, cursor: str | None = None, limit: int = 50) -> Page[ModelDraft]:
        """Drafts, newest first."""
        limit = page_size(limit, self._core.limits)
        with self._core.database.reading() as session:
            rows = session.all("list_drafts", tenant_id=self._tenant_id, before=cursor, limit=limit + 1)
        items = tuple(map(_draft_of, rows[:limit]))
        return Page(items=items, next_cursor=items[-1].draft_id if len(rows) > limit else None)

    def delete(self, draft_id: str) -> None:
        """Throw the draft away; raises UnknownDraftError."""

        def work(unit: Unit) -> None:
            if not unit.session.run("delete_draft", tenant_id=unit.tenant_id, draft_id=draft_id):
                raise _unknown(draft_id)
            unit.note(Topic.DRAFTS, "deleted")

        self._core.submit(self._tenant_id, work)

    def _check(self, content: DraftContent) -> None:
        limits = self._core.limits
        require_within("name", len(content.name), limits.text_characters)
        require_within("draft_bytes", len(content.bpmn_xml) + len(content.dmn_xml or b""), limits.draft_bytes)


def _draft(session: Session, tenant_id: TenantId, draft_id: str) -> ModelDraft:
    row = session.first("draft_by_id", tenant_id=tenant_id, draft_id=draft_id)
    if row is None:
        raise _unknown(draft_id)
    return _draft_of(row)


def _draft_of(row: Row) -> ModelDraft:
    based_on = row.text_or_none("based_on")
    return ModelDraft(
        draft_id=row.text("draft_id"),
        name=row.text("name"),
        bpmn_xml=row.blob("bpmn_xml"),
        dmn_xml=row.blob_or_none("dmn_xml"),
        revision=row.integer("revision"),
        updated_at=row.instant("updated_at"),
        updated_by=row.text_or_none("updated_by"),
        source_log_id=row.text_or_none("source_log_id"),
        based_on=None if based_on is None else DefinitionKey(based_on),
        notes=json.loads(row.text("notes")),
    )


def _unknown(draft_id: str) -> UnknownDraftError:
    return UnknownDraftError(
        f"There is no draft {draft_id}.",
        Place(element_id=draft_id),
        "Look at the list of drafts: it may have been deleted.",
        {"draft_id": draft_id},
    )


def _changed(present: ModelDraft) -> DraftChangedError:
    who, when = present.updated_by or "", present.updated_at.isoformat().replace("+00:00", "Z")
    return DraftChangedError(
        f"The draft was saved in between by {who} at {when}." if who else f"The draft was saved in between at {when}.",
        Place(element_id=present.draft_id),
        "Load it again and repeat your change, or save yours as a new draft.",
        {"updated_by": who, "updated_at": when, "revision": str(present.revision)},
    )
