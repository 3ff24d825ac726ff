# SPDX-License-Identifier: Apache-2.0
"""Modification of running instances: looked at first, then done (`kernel/modification.py` says what it means)."""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import replace

from taktloom.feel.values import FeelValue
from taktloom.feel.wire import values_from_python
from taktloom.hosts.embedded.advancing.advance import advance, event_time
from taktloom.hosts.embedded.advancing.operator_actions import Order, record_action, require_reason
from taktloom.hosts.embedded.core.limits import require_count
from taktloom.hosts.embedded.core.live import LiveInstance
from taktloom.hosts.embedded.core.unit import Core, Unit
from taktloom.hosts.embedded.history.stored_instances import read_active
from taktloom.hosts.embedded.operations.effects import effects_of
from taktloom.kernel import ExecutableProcess, step
from taktloom.kernel.dead_joins import DeadJoin, JoinOutlook, require_live_joins
from taktloom.kernel.events import InstanceModified, TokenAction, TokenChange, VariablesSet
from taktloom.kernel.executable import NONE
from taktloom.kernel.state import InstanceState
from taktloom.model.errors import MisuseError
from taktloom.model.identifiers import ElementId, InstanceKey, TenantId
from taktloom.model.interventions import ModificationPreview, TokenMove

__all__ = ["EmptyModificationError", "Modifications", "modify_instance", "set_variables"]


class EmptyModificationError(MisuseError):
    """A modification without a change."""

    code = "TL-2582"


class Modifications:
    """Moves tokens of one tenant's instances."""

    def __init__(self, core: Core, tenant_id: TenantId) -> None:
        self._core, self._tenant_id = core, tenant_id

    def preview(
        self,
        instance_key: InstanceKey,
        changes: Sequence[TokenChange],
        moves: Sequence[TokenMove] = (),
        *,
        variables: Mapping[str, object] | None = None,
    ) -> ModificationPreview:
        """What would begin and end, and where it would be stuck; nothing is changed.

        What follows from answers of decisions is not foreseen.

        Raises what modify raises.
        """
        now, values = self._core.clock.now(), values_from_python(variables or {})
        with self._core.database.reading() as session:
            stored = read_active(self._core, session, self._tenant_id, instance_key)
        process, state = stored.definition.executable, deepcopy(stored.state)
        commands = step(process, state, VariablesSet(occurred_at=now, variables=values)) if values else []
        all_changes = _all_changes(process, state, changes, moves, self._core.limits.batch_items)
        commands += step(process, state, InstanceModified(occurred_at=now, changes=all_changes))
        outlook = self._core.catalogue.outlook(self._tenant_id, stored.definition)
        return ModificationPreview(
            effects=effects_of(commands, stored.state, process),
            stuck=tuple((one.element_id, one.reason) for one in _newly_dead(outlook, stored.state, state)),
        )

    def modify(
        self,
        instance_key: InstanceKey,
        changes: Sequence[TokenChange],
        order: Order,
        moves: Sequence[TokenMove] = (),
        *,
        variables: Mapping[str, object] | None = None,
    ) -> None:
        """Do all changes and moves, or none. variables: of the instance, set before its tokens move.

        Raises UnknownInstanceError, InstanceEndedError, ModificationRefusedError, NotFoundError, ReasonMissingError,
        WouldBeStuckError unless the order allows it.
        """
        require_reason(order, self._core.limits.text_characters)
        values = values_from_python(variables or {})

        def work(unit: Unit) -> None:
            if values:
                set_variables(unit, instance_key, values, order)
            modify_instance(unit, instance_key, changes, order, moves=moves)

        self._core.submit(self._tenant_id, work)


def set_variables(unit: Unit, instance_key: InstanceKey, variables: Mapping[str, FeelValue], order: Order) -> None:
    """Set variables of the instance, on record, inside the present unit of work."""
    instance = unit.instance(instance_key)
    occurred_at = event_time(unit, instance)
    advance(unit, instance, VariablesSet(occurred_at=occurred_at, actor=order.actor, variables=variables))
    record_action(
        unit,
        "set-variables",
        order,
        instance_key=instance_key,
        process_id=instance.definition.process_id,
        variables=sorted(variables),
    )


def modify_instance(
    unit: Unit,
    instance_key: InstanceKey,
    changes: Sequence[TokenChange],
    order: Order,
    *,
    moves: Sequence[TokenMove] = (),
) -> None:
    """As Modifications.modify, inside the present unit of work."""
    instance = unit.instance(instance_key)
    process = instance.definition.executable
    event = InstanceModified(
        occurred_at=event_time(unit, instance),
        actor=order.actor,
        changes=_all_changes(process, instance.state, changes, moves, unit.core.limits.batch_items),
        reason=order.reason,
    )
    stuck = _stuck_after(unit, instance, event)
    if not order.allows_stuck:
        require_live_joins(instance_key, stuck)
    advance(unit, instance, event)
    record_action(
        unit,
        "modify-instance",
        order,
        instance_key=instance_key,
        process_id=instance.definition.process_id,
        changes=[f"{change.action} {change.element_id}" for change in event.changes],
        **({"stuck_at": [one.element_id for one in stuck]} if stuck else {}),
    )


def _stuck_after(unit: Unit, instance: LiveInstance, event: InstanceModified) -> tuple[DeadJoin, ...]:
    outlook = unit.core.catalogue.outlook(unit.tenant_id, instance.definition)
    if not outlook.has_joins:
        return ()
    after = deepcopy(instance.state)
    step(instance.definition.executable, after, event)
    return _newly_dead(outlook, instance.state, after)


def _newly_dead(outlook: JoinOutlook, before: InstanceState, after: InstanceState) -> tuple[DeadJoin, ...]:
    """Joins that wait for ever by the change; those that did before are not its fault."""
    known = {one.element_id for one in outlook.dead_joins(before)}
    return tuple(one for one in outlook.dead_joins(after) if one.element_id not in known)


def _all_changes(
    process: ExecutableProcess,
    state: InstanceState,
    changes: Sequence[TokenChange],
    moves: Sequence[TokenMove],
    limit: int,
) -> tuple[TokenChange, ...]:
    found = (*feel_changes(changes), *(change for move in moves for change in _changes_of(process, state, move)))
    require_count("changes", found, limit)
    if not found:
        raise EmptyModificationError("The modification changes nothing.", remedy="Name at least one change or move.")
    return found


def feel_changes(changes: Sequence[TokenChange]) -> tuple[TokenChange, ...]:
    """The changes with FEEL values for Python's own. Raises ValueConversionError."""
    return tuple(
        replace(change, variables=values_from_python(change.variables)) if change.variables else change
        for change in changes
    )


def _changes_of(process: ExecutableProcess, state: InstanceState, move: TokenMove) -> Iterator[TokenChange]:
    """A move as the kernel knows it; where nothing is active at the source the cancel is refused by name."""
    yield TokenChange(action=TokenAction.CANCEL, element_id=move.source)
    source = process.node_index.get(move.source, NONE)
    for token in state.tokens.values():
        if token.element == source and source != NONE:
            scope = token.scope if _are_siblings(process, move.source, move.target) else None
            yield TokenChange(action=TokenAction.BEFORE, element_id=move.target, scope_id=scope)


def _are_siblings(process: ExecutableProcess, source: ElementId, target: ElementId) -> bool:
    one, other = process.node_index.get(source), process.node_index.get(target)
    return one is not None and other is not None and process.nodes[one].parent == process.nodes[other].parent
