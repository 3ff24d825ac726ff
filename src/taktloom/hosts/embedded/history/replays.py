# SPDX-License-Identifier: Apache-2.0
"""Running a journal anew: the version of the process follows the migrations that the journal tells of."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from taktloom.kernel import ExecutableProcess, step
from taktloom.kernel.events import InstanceMigrated, KernelEvent
from taktloom.kernel.state import InstanceState
from taktloom.kernel.state_json import load_event
from taktloom.model.identifiers import DefinitionKey, InstanceKey

__all__ = ["Replayed", "replay", "replay_steps"]


@dataclass(frozen=True, slots=True)
class Replayed:
    """One entry that was run: its event, the process that it ran on, and the state after it, which goes on changing."""

    event: KernelEvent
    definition_key: DefinitionKey
    process: ExecutableProcess
    state: InstanceState


def replay(
    definition: Callable[[DefinitionKey], ExecutableProcess],
    present: DefinitionKey,
    instance_key: InstanceKey,
    payloads: Iterable[bytes],
) -> InstanceState:
    """The state after the whole journal; it must equal the stored one. See `replay_steps`."""
    state = InstanceState(instance_key=instance_key)
    for entry in replay_steps(definition, present, instance_key, payloads):
        state = entry.state
    return state


def replay_steps(
    definition: Callable[[DefinitionKey], ExecutableProcess],
    present: DefinitionKey,
    instance_key: InstanceKey,
    payloads: Iterable[bytes],
) -> Iterator[Replayed]:
    """Run entry after entry. present: the version that the instance has now; payloads: the journal, in order, unsealed.

    It began with the source of its first migration, or where there is none with the present version.
    """
    events = [load_event(payload) for payload in payloads]
    migrations = [event for event in events if isinstance(event, InstanceMigrated)]
    key = migrations[0].source if migrations else present
    state = InstanceState(instance_key=instance_key)
    for event in events:
        if isinstance(event, InstanceMigrated):
            key = event.target
        process = definition(key)
        step(process, state, event)
        yield Replayed(event, key, process, state)
