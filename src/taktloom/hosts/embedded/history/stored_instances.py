# SPDX-License-Identifier: Apache-2.0
"""Reading an instance with its state and its version, for what looks and changes nothing."""

from dataclasses import dataclass

from taktloom.hosts.embedded.core.catalogue import RunnableDefinition
from taktloom.hosts.embedded.core.live import InstanceEndedError, unknown_instance
from taktloom.hosts.embedded.core.stored_states import load_stored_state
from taktloom.hosts.embedded.core.unit import Core
from taktloom.hosts.embedded.core.values import ValueOwner
from taktloom.kernel.state import InstanceState
from taktloom.model.identifiers import DefinitionKey, InstanceKey, SubjectKey, TenantId
from taktloom.model.places import Place
from taktloom.storage import Row, Session

__all__ = ["StoredInstance", "owner_of", "read_active", "read_instance", "stored_instance"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredInstance:
    """What the database holds of one instance. row: of instance joined with instance_state."""

    instance_key: InstanceKey
    row: Row
    definition: RunnableDefinition
    state: InstanceState


def read_instance(core: Core, session: Session, tenant_id: TenantId, instance_key: InstanceKey) -> StoredInstance:
    """The instance, ended or not; raises UnknownInstanceError."""
    row = session.first("instance_with_state", tenant_id=tenant_id, instance_key=instance_key)
    if row is None:
        raise unknown_instance(instance_key)
    return stored_instance(core, session, tenant_id, row)


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


def stored_instance(core: Core, session: Session, tenant_id: TenantId, row: Row) -> StoredInstance:
    """From a row of instance joined with instance_state."""
    definition = core.catalogue.by_key(session, tenant_id, DefinitionKey(row.text("definition_key")))
    owner = owner_of(row, tenant_id)
    return StoredInstance(
        instance_key=InstanceKey(row.text("instance_key")),
        row=row,
        definition=definition,
        state=load_stored_state(session, core.codec, owner, row, definition.executable),
    )


def owner_of(row: Row, tenant_id: TenantId) -> ValueOwner:
    """Whose values a row with a subject key holds."""
    subject = row.text_or_none("subject_key")
    return ValueOwner(tenant_id=tenant_id, subject_key=None if subject is None else SubjectKey(subject))
