# SPDX-License-Identifier: Apache-2.0
"""States as the database holds them: the state as it was written last, if ever, and the journal since then.

The journal is written in any case and tells where an instance is. Its state is written now and then, so that whoever
reads the instance has few entries to run again; a large one more seldom, when the steps since then are worth its size
(decision 30).
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from taktloom.hosts.embedded.core.values import ValueCodec, ValueOwner
from taktloom.kernel import ExecutableProcess, step
from taktloom.kernel.state import InstanceState
from taktloom.kernel.state_json import load_event, load_state
from taktloom.model.identifiers import InstanceKey, TenantId
from taktloom.storage import Row, Session

__all__ = ["StoredState", "entries_since_states", "load_stored_state", "may_wait"]

_MOST_STEPS = 1_000  # to run again when the instance is read
_LATER_BYTES = 64 * 1024
_WORTH_A_STEP = 4_096  # bytes of a large state that are written for each step, taken together


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredState:
    """What the database tells of an instance's state. advanced_at: time of the last entry of the journal.

    saved_size: of the journal when the state was written; 0: it never was. saved_bytes: what the state took then;
    later_bytes: what the entries since then take.
    """

    state: InstanceState
    journal_size: int
    advanced_at: datetime
    saved_size: int
    saved_bytes: int
    later_bytes: int


def may_wait(saved_bytes: int, later_bytes: int, steps: int, least: int) -> bool:
    """Whether a state that took *saved_bytes* need not be written again *steps* later, as a small one is after *least*.

    later_bytes: what the entries of these steps take; to run them should cost no more than to read a state.
    """
    is_early = steps < max(least, min(_MOST_STEPS, saved_bytes // _WORTH_A_STEP))
    return is_early and later_bytes <= max(saved_bytes, _LATER_BYTES)


def entries_since_states(
    session: Session, tenant_id: TenantId, instance_keys: Iterable[InstanceKey]
) -> dict[InstanceKey, list[Row]]:
    """Of each instance the entries from the one at which its state was written, in order; all where it never was."""
    keys = sorted(set(instance_keys))
    entries: defaultdict[InstanceKey, list[Row]] = defaultdict(list)
    for row in session.all_of("entries_since_states", keys, tenant_id=tenant_id, instance_keys=json.dumps(keys)):
        entries[InstanceKey(row.text("instance_key"))].append(row)
    return entries


def load_stored_state(
    codec: ValueCodec, owner: ValueOwner, row: Row, entries: Sequence[Row], process: ExecutableProcess
) -> StoredState:
    """The present state. row: with `instance_key`, `state_size`, `state_sealed`; entries: see entries_since_states.

    process: of the instance's present version; with each migration to another one the state is written.
    """
    sealed, saved_size = row.value("state_sealed"), row.integer_or_none("state_size") or 0
    state = (
        load_state(codec.unseal(sealed, owner))
        if isinstance(sealed, bytes)
        else InstanceState(instance_key=InstanceKey(row.text("instance_key")))
    )
    later_bytes = 0
    for entry in entries:
        if entry.integer("sequence") > saved_size:
            payload = codec.unseal(entry.blob("payload_sealed"), owner)
            later_bytes += len(payload)
            step(process, state, load_event(payload), has_event_log=False)
    return StoredState(
        state=state,
        journal_size=entries[-1].integer("sequence"),
        advanced_at=entries[-1].instant("occurred_at"),
        saved_size=saved_size,
        saved_bytes=len(sealed) if isinstance(sealed, bytes) else 0,
        later_bytes=later_bytes,
    )
