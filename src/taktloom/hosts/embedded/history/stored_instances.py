# SPDX-License-Identifier: Apache-2.0
"""Reading an instance with its state and its version, for what looks and changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from taktloom.hosts.embedded.core.catalogue import RunnableDefinition
from taktloom.hosts.embedded.core.live import InstanceEndedError, unknown_instance
from taktloom.hosts.embedded.core.stored_states import entries_since_states, load_stored_state
from taktloom.hosts.embedded.core.unit import Core
from taktloom.hosts.embedded.core.values import ValueOwner
from taktloom.kernel.state import InstanceState
from taktloom.model.identifiers import DefinitionKey, InstanceKey, SubjectKey, TenantId
from taktloom.model.places import Place
from taktloom.storage import Row, Session

__all__ = ["StoredInstance", "owner_of", "read_active", "read_instance", "stored_instances"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredInstance:
    """What the database holds of one instance. row: of instance joined with instance_state.

    journal_size: how many entries its journal has. advanced_at: the time of the last one.
    """

    instance_key: InstanceKey
    row: Row
    definition: RunnableDefinition
    state: InstanceState
    journal_size: int
    advanced_at: datetime


def read_instance(core: Core, session: Session, tenant_id: TenantId, instance_key: InstanceKey) -> StoredInstance:
    """The instance, ended or not; raises UnknownInstanceError."""
    row = session.first("instance_with_state", tenant_id=tenant_id, instance_key=instance_key)
    if row is None:
        raise unknown_instance(instance_key)
    return stored_instances(core, session, tenant_id, [row])[0]


def read_active(core: Core, session: Session, tenant_id: TenantId, instance_key: InstanceKey) -> StoredInstance:
    """As read_instance; raises InstanceEndedError too."""
    stored = read_instance(core, session, tenant_id, instance_key)
    status = stored.row.text("status")
    if status != "active":
        raise InstanceEndedError(
            f"Instance {instance_key} has ended.",
            Place(element_id=instance_key),
            "Start a new one.",
            {"instance_key": instance_key, "status": status},
        )
    return stored


def stored_instances(core: Core, session: Session, tenant_id: TenantId, rows: Sequence[Row]) -> list[StoredInstance]:
    """From rows of instance joined with instance_state, in their order."""
    keys = [InstanceKey(row.text("instance_key")) for row in rows]
    entries = entries_since_states(session, tenant_id, keys)
    return [_stored(core, session, tenant_id, row, entries[key]) for key, row in zip(keys, rows, strict=True)]


def _stored(core: Core, session: Session, tenant_id: TenantId, row: Row, entries: Sequence[Row]) -> StoredInstance:
    definition = core.catalogue.by_key(session, tenant_id, DefinitionKey(row.text("definition_key")))
    found = load_stored_state(core.codec, owner_of(row, tenant_id), row, entries, definition.executable)
    return StoredInstance(
        instance_key=InstanceKey(row.text("instance_key")),
        row=row,
        definition=definition,
        state=found.state,
        journal_size=found.journal_size,
        advanced_at=found.advanced_at,
    )


def owner_of(row: Row, tenant_id: TenantId) -> ValueOwner:
    """Whose values a row with a subject key holds."""
    subject = row.text_or_none("subject_key")
    return ValueOwner(tenant_id=tenant_id, subject_key=None if subject is None else SubjectKey(subject))
