# SPDX-License-Identifier: Apache-2.0
"""States as the database holds them: the state as it was written last, and the journal entries since then.

A state up to a limit is written at every step. A larger one is written when the steps since then are worth its size, so
that what is written for each step does not grow with the instance; until then its entries in the journal, which are
written in any case, tell the rest (decision 28).
"""

from taktloom.hosts.embedded.core.values import ValueCodec, ValueOwner
from taktloom.kernel import ExecutableProcess, step
from taktloom.kernel.state import InstanceState
from taktloom.kernel.state_json import load_event, load_state
from taktloom.storage import Row, Session

__all__ = ["load_stored_state", "may_wait"]

_MOST_STEPS = 1_000  # to run again when the instance is read
_PART = 8  # of the limit: so much of a larger state is written for each step, taken together


def may_wait(state_bytes: int, steps: int, limit: int) -> bool:
    """Whether a state that took *state_bytes*, more than *limit*, need not be written again *steps* later."""
    return steps < _MOST_STEPS and steps * limit < state_bytes * _PART


def load_stored_state(
    session: Session, codec: ValueCodec, owner: ValueOwner, row: Row, process: ExecutableProcess
) -> InstanceState:
    """The present state. row: with `state_sealed`, the `state_size` of the journal then and its `journal_size` now.

    process: of the instance's present version; with each migration to another one the state is written.
    """
    state = load_state(codec.unseal(row.blob("state_sealed"), owner))
    written, size = row.integer("state_size"), row.integer("journal_size")
    if written < size:
        entries = session.all(
            "journal_entries",
            tenant_id=owner.tenant_id,
            instance_key=state.instance_key,
            after=written,
            limit=size - written,
        )
        for entry in entries:
            step(process, state, load_event(codec.unseal(entry.blob("payload_sealed"), owner)), has_event_log=False)
    return state
