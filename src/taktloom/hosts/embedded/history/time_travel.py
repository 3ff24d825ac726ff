# SPDX-License-Identifier: Apache-2.0
"""An instance as it was right after any of its journal entries, by running the journal anew up to there."""

from collections.abc import Iterator
from copy import deepcopy
from itertools import islice

from taktloom.feel.values import FeelValue
from taktloom.hosts.embedded.core.unit import Core
from taktloom.hosts.embedded.history.replays import Replayed, replay_steps
from taktloom.hosts.embedded.history.stored_instances import StoredInstance, owner_of, read_instance
from taktloom.kernel import ExecutableProcess
from taktloom.kernel.state import InstanceState
from taktloom.model.errors import NotFoundError
from taktloom.model.identifiers import DefinitionKey, ElementId, InstanceKey, TenantId
from taktloom.model.interventions import ActiveElement, InstanceMoment, VariableChange
from taktloom.model.places import Place
from taktloom.storage import Session

__all__ = ["TimeTravel", "UnknownMomentError", "state_at"]

_Values = dict[tuple[str, ElementId | None, str], FeelValue]  # by scope, its element, and name


class UnknownMomentError(NotFoundError):
    """The journal of the instance has no entry of that number."""

    code = "TL-2588"


class TimeTravel:
    """Looks into the past of one tenant's instances."""

    def __init__(self, core: Core, tenant_id: TenantId) -> None:
        self._core, self._tenant_id = core, tenant_id

    def moment(self, instance_key: InstanceKey, sequence: int) -> InstanceMoment:
        """After entry *sequence* (from 1). Raises UnknownInstanceError, UnknownMomentError."""
        with self._core.database.reading() as session:
            stored = read_instance(self._core, session, self._tenant_id, instance_key)
            before: InstanceState | None = None
            before_process: ExecutableProcess | None = None
            for number, entry in enumerate(_entries(self._core, session, self._tenant_id, stored, sequence), 1):
                if number == sequence - 1:
                    before, before_process = deepcopy(entry.state), entry.process
                if number == sequence:
                    return _moment(stored, sequence, entry, (before, before_process))
        raise _unknown(stored, sequence)


def state_at(core: Core, session: Session, tenant_id: TenantId, stored: StoredInstance, sequence: int) -> InstanceState:
    """The state after entry *sequence*; raises UnknownMomentError."""
    state, count = InstanceState(instance_key=stored.instance_key), 0
    for entry in _entries(core, session, tenant_id, stored, sequence):
        state, count = entry.state, count + 1
    if count != sequence:
        raise _unknown(stored, sequence)
    return state


def _entries(
    core: Core, session: Session, tenant_id: TenantId, stored: StoredInstance, last: int
) -> Iterator[Replayed]:
    # The whole journal is read: its first migration tells by which version the instance began.
    name = {"tenant_id": tenant_id, "instance_key": stored.instance_key}
    size = stored.journal_size
    if not 1 <= last <= size:
        raise _unknown(stored, last)
    rows = session.all("journal_entries", **name, after=0, limit=size)
    payloads = [core.codec.unseal(row.blob("payload_sealed"), owner_of(row, tenant_id)) for row in rows]
    steps = replay_steps(
        lambda key: core.catalogue.by_key(session, tenant_id, key).executable,
        DefinitionKey(stored.row.text("definition_key")),
        stored.instance_key,
        payloads,
    )
    return islice(steps, last)


def _moment(
    stored: StoredInstance,
    sequence: int,
    entry: Replayed,
    before: tuple[InstanceState | None, ExecutableProcess | None],
) -> InstanceMoment:
    state, process = entry.state, entry.process
    earlier_state, earlier_process = before
    earlier = {} if earlier_state is None or earlier_process is None else _values(earlier_state, earlier_process)
    was = set() if earlier_state is None or earlier_process is None else _places(earlier_state, earlier_process)
    now, values = _places(state, process), _values(state, process)
    return InstanceMoment(
        instance_key=stored.instance_key,
        sequence=sequence,
        last_sequence=stored.journal_size,
        occurred_at=entry.event.occurred_at,
        kind=type(entry.event).__name__,
        actor=entry.event.actor,
        version=int(entry.definition_key.rpartition(":")[2]),
        status=state.status.value,
        is_suspended=state.is_suspended,
        active=tuple(_active(state, process)),
        variables=tuple((element, name, value) for (_, element, name), value in values.items()),
        entered=tuple(sorted({element for _, element in now - was})),
        left=tuple(sorted({element for _, element in was - now})),
        changes=tuple(_changes(earlier, values)),
    )


def _active(state: InstanceState, process: ExecutableProcess) -> Iterator[ActiveElement]:
    for token in state.tokens.values():
        node = process.nodes[token.element]
        if not node.is_round:
            yield ActiveElement(
                element_id=node.id,
                element_name=node.name or node.id,
                element_type=node.element_type,
                since=token.entered_at,
            )


def _places(state: InstanceState, process: ExecutableProcess) -> set[tuple[str, ElementId]]:
    """Which token stands where."""
    nodes = process.nodes
    return {(token.id, nodes[token.element].id) for token in state.tokens.values() if not nodes[token.element].is_round}


def _values(state: InstanceState, process: ExecutableProcess) -> _Values:
    return {
        (scope_id, None if scope.parent is None else process.nodes[scope.element].id, name): value
        for scope_id, scope in state.scopes.items()
        for name, value in sorted(scope.variables.items())
    }


def _changes(before: _Values, after: _Values) -> Iterator[VariableChange]:
    for key in dict.fromkeys([*before, *after]):
        if key not in before:
            change = "added"
        elif key not in after:
            change = "removed"
        elif before[key] != after[key]:
            change = "changed"
        else:
            continue
        _, element, name = key
        yield VariableChange(
            name=name, scope_element_id=element, before=before.get(key), after=after.get(key), change=change
        )


def _unknown(stored: StoredInstance, sequence: int) -> UnknownMomentError:
    size = stored.journal_size
    return UnknownMomentError(
        f"The journal of instance {stored.instance_key} has no entry {sequence}; it has {size}.",
        Place(element_id=stored.instance_key),
        "Give a number from 1 to the size of the journal.",
        {"instance_key": stored.instance_key, "sequence": str(sequence), "size": str(size)},
    )
