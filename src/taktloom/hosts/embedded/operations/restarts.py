# SPDX-License-Identifier: Apache-2.0
"""Starting an instance again from the history of another: with the variables it began with, or from an element.

The variables may also be those of a later moment, and others may be set over them. From an element the new instance
begins suspended, its tokens are placed before or after that element in place of the start, and then it goes on: nothing
before the element is done again.
"""

from collections.abc import Mapping

from taktloom.feel.values import FeelValue
from taktloom.feel.wire import values_from_python
from taktloom.hosts.embedded.advancing.advance import advance, event_time
from taktloom.hosts.embedded.advancing.holding import release_waits
from taktloom.hosts.embedded.advancing.instances import start_instance
from taktloom.hosts.embedded.advancing.operator_actions import Order, record_action, require_reason
from taktloom.hosts.embedded.core.catalogue import RunnableDefinition
from taktloom.hosts.embedded.core.unit import Core, Unit
from taktloom.hosts.embedded.history.stored_instances import StoredInstance, owner_of, read_instance
from taktloom.hosts.embedded.history.time_travel import state_at
from taktloom.kernel.events import InstanceModified, InstanceResumed, InstanceStarted, TokenAction, TokenChange
from taktloom.kernel.state import InstanceState
from taktloom.kernel.state_json import load_event
from taktloom.model.errors import MisuseError
from taktloom.model.identifiers import InstanceKey, SubjectKey, TenantId
from taktloom.model.interventions import RestartRequest
from taktloom.storage import Session

__all__ = ["Restarts", "restart_instance"]


class Restarts:
    """Starts instances of one tenant again."""

    def __init__(self, core: Core, tenant_id: TenantId) -> None:
        self._core, self._tenant_id = core, tenant_id

    def restart(
        self,
        instance_key: InstanceKey,
        request: RestartRequest,
        order: Order,
        *,
        variables: Mapping[str, object] | None = None,
    ) -> InstanceKey:
        """The new instance's key; the old one stays as it is. variables: set over those that it takes.

        Raises UnknownInstanceError, UnknownProcessError, VersionSuspendedError, ModificationRefusedError,
        NotFoundError for an unknown element, ReasonMissingError, MisuseError for an entry that the journal has not.
        """
        require_reason(order, self._core.limits.text_characters)
        given = values_from_python(variables or {})
        return self._core.submit(
            self._tenant_id, lambda unit: restart_instance(unit, instance_key, request, given, order)
        )


def restart_instance(
    unit: Unit, instance_key: InstanceKey, request: RestartRequest, variables: Mapping[str, FeelValue], order: Order
) -> InstanceKey:
    """As Restarts.restart, inside the present unit of work."""
    stored = read_instance(unit.core, unit.session, unit.tenant_id, instance_key)
    definition = _definition(unit, stored, request)
    started = _first_event(unit.core, unit.session, unit.tenant_id, stored)
    from_element = request.element_id is not None
    event = InstanceStarted(
        occurred_at=unit.now,
        actor=order.actor,
        variables={**_variables(unit, stored, started, request), **variables},
        start_element=None if from_element else started.start_element,
        is_suspended=from_element,
    )
    row = stored.row
    subject = row.text_or_none("subject_key")
    key = start_instance(
        unit,
        definition,
        event,
        business_key=row.text_or_none("business_key"),
        subject_key=None if subject is None else SubjectKey(subject),
    )
    if request.element_id is not None:
        action = TokenAction.AFTER if request.is_after else TokenAction.BEFORE
        _place(unit, key, TokenChange(action=action, element_id=request.element_id), order)
    record_action(
        unit,
        "restart-instance",
        order,
        instance_key=instance_key,
        process_id=definition.process_id,
        new_instance=key,
        element=request.element_id,
    )
    unit.settle()
    return key


def _variables(
    unit: Unit, stored: StoredInstance, started: InstanceStarted, request: RestartRequest
) -> Mapping[str, FeelValue]:
    if request.has_last_variables:
        return _own_variables(stored.state)
    if request.sequence is not None:
        return _own_variables(state_at(unit.core, unit.session, unit.tenant_id, stored, request.sequence))
    return started.variables


def _own_variables(state: InstanceState) -> Mapping[str, FeelValue]:
    """Of the instance itself, not of the scopes in it."""
    return {} if state.root is None else state.scopes[state.root].variables


def _definition(unit: Unit, stored: StoredInstance, request: RestartRequest) -> RunnableDefinition:
    if request.version is None:
        return stored.definition
    process_id = stored.definition.process_id
    return unit.core.catalogue.startable(unit.session, unit.tenant_id, process_id, request.version)


def _first_event(core: Core, session: Session, tenant_id: TenantId, stored: StoredInstance) -> InstanceStarted:
    name = {"tenant_id": tenant_id, "instance_key": stored.instance_key}
    row = session.first("journal_entries", **name, after=0, limit=1)
    event = None if row is None else load_event(core.codec.unseal(row.blob("payload_sealed"), owner_of(row, tenant_id)))
    if not isinstance(event, InstanceStarted):
        raise MisuseError("The instance has no journal to start again from.", remedy="Start a new instance.")
    return event


def _place(unit: Unit, key: InstanceKey, placed: TokenChange, order: Order) -> None:
    """In place of the tokens at the start, which have not moved."""
    instance = unit.instance(key)
    nodes = instance.definition.executable.nodes
    starts = {nodes[token.element].id: None for token in instance.state.tokens.values()}
    changes = (
        placed,
        *(TokenChange(action=TokenAction.CANCEL, element_id=start) for start in starts),
    )
    occurred_at = event_time(unit, instance)
    advance(
        unit,
        instance,
        InstanceModified(occurred_at=occurred_at, actor=order.actor, changes=changes, reason=order.reason),
    )
    release_waits(unit, instance)
    advance(unit, instance, InstanceResumed(occurred_at=occurred_at, actor=order.actor, reason=order.reason))
