# SPDX-License-Identifier: Apache-2.0
"""Drafts are guarded by their revision: nobody overwrites what they have not seen."""

import pytest

from taktloom.hosts.embedded import DraftContent, EmbeddedEngine
from taktloom.hosts.embedded.definitions.drafts import DraftChangedError, UnknownDraftError
from taktloom.model.errors import LimitExceededError

FIRST = DraftContent(name="Permit", bpmn_xml=b"<a/>")
SECOND = DraftContent(name="Permit 2", bpmn_xml=b"<b/>", dmn_xml=b"<d/>")


def test_a_save_from_the_present_revision_makes_the_next_one(engine: EmbeddedEngine) -> None:
    draft = engine.drafts.create(FIRST, by="ada", source_log_id="log-1", notes={"coverage": 0.97})

    saved = engine.drafts.save(draft.draft_id, 1, SECOND, by="bea")

    assert (draft.revision, saved.revision) == (1, 2)
    assert (saved.name, saved.bpmn_xml, saved.dmn_xml, saved.updated_by) == ("Permit 2", b"<b/>", b"<d/>", "bea")
    assert (saved.source_log_id, saved.notes) == ("log-1", {"coverage": 0.97})


def test_a_save_from_an_older_revision_is_refused_naming_who_and_when(engine: EmbeddedEngine) -> None:
    draft = engine.drafts.create(FIRST, by="ada")
    engine.drafts.save(draft.draft_id, 1, SECOND, by="bea")

    with pytest.raises(DraftChangedError) as refused:
        engine.drafts.save(draft.draft_id, 1, FIRST, by="ada")

    assert refused.value.parameters == {"updated_by": "bea", "updated_at": "2026-03-02T09:00:00Z", "revision": "2"}
    assert engine.drafts.get(draft.draft_id).bpmn_xml == b"<b/>"


def test_a_deleted_draft_is_gone(engine: EmbeddedEngine) -> None:
    kept, deleted = engine.drafts.create(FIRST), engine.drafts.create(SECOND)

    engine.drafts.delete(deleted.draft_id)

    assert [draft.draft_id for draft in engine.drafts.search().items] == [kept.draft_id]
    with pytest.raises(UnknownDraftError):
        engine.drafts.get(deleted.draft_id)


def test_a_draft_that_is_too_large_is_refused(engine: EmbeddedEngine) -> None:
    with pytest.raises(LimitExceededError):
        engine.drafts.create(DraftContent(name="x", bpmn_xml=bytes(21 * 1024 * 1024)))
