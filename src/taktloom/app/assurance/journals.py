# SPDX-License-Identifier: Apache-2.0
"""Journals of simulated instances, replayed: what the kernel ordered, entry by entry, against which tables are held.

An instance's journal only grows while its entries stay as they were; then the replay goes on where it stopped.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from taktloom.kernel import ExecutableProcess, step
from taktloom.kernel.commands import Command, CreateJob, OpenUserTask, RaiseIncident, RecordEvent, ThrowMessage
from taktloom.kernel.events import (
    IncidentResolved,
    InstanceMigrated,
    InstanceStarted,
    JobCompleted,
    JobErrorThrown,
    KernelEvent,
    MessageCorrelated,
    SignalReceived,
    TimerFired,
    UserTaskCompleted,
    VariablesSet,
)
from taktloom.kernel.state import InstanceState
from taktloom.kernel.state_json import load_event, load_state, save_state
from taktloom.model.identifiers import DefinitionKey, InstanceKey

_NAMED: Mapping[type[KernelEvent], str] = {
    JobCompleted: "job_id",
    JobErrorThrown: "job_id",
    UserTaskCompleted: "user_task_id",
    TimerFired: "timer_id",
    IncidentResolved: "incident_id",
}


@dataclass(slots=True)
class Replayed:
    """One instance's journal and what follows from it.

    happened: per kind of event how often each id occurs. marks: of messages, signals, set variables and migrations, how
    often the mark that the simulation gave them came. jobs, user_tasks, incidents: ids that the kernel has made, with
    element. definition_key: the version that it runs by at the end.
    """

    state: InstanceState
    definition_key: DefinitionKey
    payloads: list[bytes] = field(default_factory=list)
    happened: Counter[tuple[str, str]] = field(default_factory=Counter)
    marks: Counter[tuple[str, str]] = field(default_factory=Counter)
    jobs: dict[str, str] = field(default_factory=dict)
    user_tasks: set[str] = field(default_factory=set)
    incidents: set[str] = field(default_factory=set)
    events: int = 0
    visits: Counter[str] = field(default_factory=Counter)
    messages_thrown: Counter[str] = field(default_factory=Counter)
    last_at: datetime | None = None

    def play(self, executable: ExecutableProcess, payload: bytes, event: KernelEvent) -> None:
        """Take in one more entry."""
        commands = step(executable, self.state, event)
        self.payloads.append(payload)
        self.last_at = event.occurred_at
        self._note_event(event)
        for command in commands:
            self._note_command(command)

    def _note_event(self, event: KernelEvent) -> None:
        kind = type(event)
        if kind in _NAMED:
            self.happened[kind.__name__, str(getattr(event, _NAMED[kind]))] += 1
        elif isinstance(event, MessageCorrelated | SignalReceived):
            self.marks[kind.__name__, str(event.variables.get("mark"))] += 1
        elif isinstance(event, InstanceMigrated):
            self.marks[kind.__name__, event.reason] += 1
        elif isinstance(event, VariablesSet):
            for name in event.variables:
                self.marks[kind.__name__, name] += 1
        else:
            self.happened[kind.__name__, ""] += 1
            if isinstance(event, InstanceStarted) and "mark" in event.variables:
                self.marks[kind.__name__, str(event.variables["mark"])] += 1

    def _note_command(self, command: Command) -> None:
        if isinstance(command, RecordEvent):
            self.events += 1
            if command.lifecycle == "start":
                self.visits[command.element_id] += 1
        elif isinstance(command, CreateJob):
            self.jobs[command.job_id] = command.element_id
        elif isinstance(command, OpenUserTask):
            self.user_tasks.add(command.user_task_id)
        elif isinstance(command, RaiseIncident):
            self.incidents.add(command.incident_id)
        elif isinstance(command, ThrowMessage):
            self.messages_thrown[command.message_name] += 1


class Journals:
    """All journals of one run."""

    def __init__(self, executables: Mapping[DefinitionKey, ExecutableProcess]) -> None:
        self._executables = executables
        # By process too: after a power loss the key of a lost instance may name another one.
        self._known: dict[tuple[InstanceKey, str], Replayed] = {}

    def replay(self, instance_key: InstanceKey, present: DefinitionKey, payloads: Sequence[bytes]) -> Replayed:
        """What follows from *payloads*; raises what the kernel raises.

        present: the version as the tables have it; it began with the source of its first migration, if there is one.
        """
        name = (instance_key, present.partition(":")[0])
        known = self._known.get(name)
        is_known = known is not None and known.payloads == payloads[: len(known.payloads)]
        entries = [(one, load_event(one)) for one in payloads[len(known.payloads) if known and is_known else 0 :]]
        if known is None or not is_known:
            migrations = [event for _, event in entries if isinstance(event, InstanceMigrated)]
            beginning = migrations[0].source if migrations else present
            known = self._known[name] = Replayed(InstanceState(instance_key=instance_key), beginning)
        for payload, event in entries:
            if isinstance(event, InstanceMigrated):
                known.definition_key = event.target
            known.play(self._executables[known.definition_key], payload, event)
        return known

    def brought_up(self, stored: object, size: int, replayed: Replayed) -> bytes:
        """A stored state of the time when the journal had *size* entries, after those that it has now.

        stored: the state; None where none is written yet.
        """
        later = replayed.payloads[size:]
        if isinstance(stored, bytes) and not later:
            return stored
        state = (
            load_state(stored) if isinstance(stored, bytes) else InstanceState(instance_key=replayed.state.instance_key)
        )
        for payload in later:
            step(self._executables[replayed.definition_key], state, load_event(payload))
        return save_state(state)
