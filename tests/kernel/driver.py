# SPDX-License-Identifier: Apache-2.0
"""A host in memory for tests: a manual clock, open work by element, and every command in order."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from taktloom.feel import from_python
from taktloom.feel.values import FeelValue
from taktloom.formats.bpmn import read_bpmn
from taktloom.kernel import ExecutableProcess, InstanceState, compile_process, step
from taktloom.kernel.commands import (
    CancelJob,
    CancelTimer,
    CancelUserTask,
    ChooseFlow,
    CloseIncident,
    Command,
    CreateJob,
    EvaluateDecision,
    FinishInstance,
    InstanceOutcome,
    OpenUserTask,
    RaiseIncident,
    RecordEvent,
    StartTimer,
    Subscribe,
    SubscribeSignal,
    Unsubscribe,
)
from taktloom.kernel.events import (
    ConditionsEvaluated,
    DecisionEvaluated,
    FlowChosen,
    IncidentResolved,
    InstanceCancelled,
    InstanceStarted,
    JobCompleted,
    JobErrorThrown,
    JobFailed,
    KernelEvent,
    MessageCorrelated,
    SignalReceived,
    TimerFired,
    UserTaskCompleted,
    VariablesSet,
)
from taktloom.kernel.history import HistoryItem
from taktloom.kernel.state import InstanceStatus
from taktloom.kernel.state_json import load_state, save_state
from taktloom.model.identifiers import ElementId, InstanceKey
from taktloom.model.process import ProcessDefinition

MODELS = Path(__file__).parent / "models"
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
KEY = InstanceKey("1700000000000001")

# command -> (kind of open work, the attribute with its id)
OPENS: Mapping[type, tuple[str, str]] = {
    CreateJob: ("job", "job_id"),
    OpenUserTask: ("task", "user_task_id"),
    StartTimer: ("timer", "timer_id"),
    Subscribe: ("subscription", "subscription_id"),
    SubscribeSignal: ("signal", "subscription_id"),
    EvaluateDecision: ("decision", "request_id"),
    ChooseFlow: ("choice", "request_id"),
    RaiseIncident: ("incident", "incident_id"),
}
CLOSES: Mapping[type, tuple[str, str]] = {
    CancelJob: ("job", "job_id"),
    CancelUserTask: ("task", "user_task_id"),
    CancelTimer: ("timer", "timer_id"),
    Unsubscribe: ("subscription", "subscription_id"),
    CloseIncident: ("incident", "incident_id"),
}


@dataclass
class Driver:
    """Runs one instance; `open[kind][element id]` is the newest open work, `log` all commands, `events` the journal."""

    process: ExecutableProcess
    now: datetime = START
    state: InstanceState = field(default_factory=lambda: InstanceState(instance_key=KEY))
    log: list[Command] = field(default_factory=list)
    events: list[KernelEvent] = field(default_factory=list)
    work: dict[str, dict[str, Command]] = field(default_factory=dict)
    history: list[HistoryItem] = field(default_factory=list)

    @property
    def is_active(self) -> bool:
        return self.state.status is InstanceStatus.ACTIVE

    @property
    def has_finished(self) -> bool:
        return isinstance(self.log[-1], FinishInstance)

    def send(self, event: KernelEvent) -> list[Command]:
        commands = step(self.process, self.state, event, self.history)
        assert load_state(save_state(self.state)) == self.state
        self.events.append(event)
        self.log.extend(commands)
        for command in commands:
            self._note(command)
        return commands

    def start(self, element: str | None = None, **variables: object) -> list[Command]:
        start_element = None if element is None else ElementId(element)
        return self.send(
            InstanceStarted(occurred_at=self.now, actor="ann", variables=feel(variables), start_element=start_element)
        )

    def complete(self, element: str, actor: str | None = "worker", **variables: object) -> list[Command]:
        job_id = self.take("job", element)
        return self.send(JobCompleted(occurred_at=self.now, actor=actor, job_id=job_id, variables=feel(variables)))

    def fail(self, element: str, message: str = "no connection") -> list[Command]:
        job_id = self.peek("job", element)
        return self.send(JobFailed(occurred_at=self.now, job_id=job_id, message=message))

    def throw(self, element: str, code: str, message: str = "", **variables: object) -> list[Command]:
        thrown = JobErrorThrown(
            occurred_at=self.now,
            job_id=self.take("job", element),
            error_code=code,
            message=message,
            variables=feel(variables),
        )
        return self.send(thrown)

    def complete_task(self, element: str, actor: str | None = "bob", **variables: object) -> list[Command]:
        task_id = self.take("task", element)
        return self.send(
            UserTaskCompleted(occurred_at=self.now, actor=actor, user_task_id=task_id, variables=feel(variables))
        )

    def fire(self, element: str) -> list[Command]:
        command = self.work["timer"][element]
        assert isinstance(command, StartTimer)
        self.now = max(self.now, command.due_at)
        return self.send(TimerFired(occurred_at=self.now, timer_id=self.take("timer", element)))

    def correlate(self, element: str, **variables: object) -> list[Command]:
        subscription = self.take("subscription", element)
        return self.send(
            MessageCorrelated(occurred_at=self.now, subscription_id=subscription, variables=feel(variables))
        )

    def signal(self, element: str, **variables: object) -> list[Command]:
        subscription = self.peek("signal", element)
        return self.send(SignalReceived(occurred_at=self.now, subscription_id=subscription, variables=feel(variables)))

    def look(self, **variables: object) -> list[Command]:
        return self.send(ConditionsEvaluated(occurred_at=self.now, variables=feel(variables)))

    def decide(self, element: str, value: object = None, error: str | None = None) -> list[Command]:
        request = self.take("decision", element)
        return self.send(
            DecisionEvaluated(occurred_at=self.now, request_id=request, value=from_python(value), error=error)
        )

    def choose(self, element: str, flow: str) -> list[Command]:
        request = self.take("choice", element)
        return self.send(FlowChosen(occurred_at=self.now, request_id=request, flow_id=ElementId(flow)))

    def resolve(self, element: str, **variables: object) -> list[Command]:
        incident = self.peek("incident", element)
        return self.send(IncidentResolved(occurred_at=self.now, incident_id=incident, variables=feel(variables)))

    def set_variables(self, element: str | None = None, **variables: object) -> list[Command]:
        element_id = None if element is None else ElementId(element)
        return self.send(VariablesSet(occurred_at=self.now, variables=feel(variables), element_id=element_id))

    def cancel(self) -> list[Command]:
        return self.send(InstanceCancelled(occurred_at=self.now, actor="ann"))

    def visits(self) -> str:
        """The history since the last call: `a+` activated, `a` completed, `a-` terminated, `a!` failed."""
        signs = {"activated": "+", "completed": "", "terminated": "-", "failed": "!"}
        shown = " ".join(item.element_id + signs[item.lifecycle] for item in self.history)
        self.history.clear()
        return shown

    def wait(self, **delta: float) -> None:
        self.now += timedelta(**delta)

    def peek(self, kind: str, element: str) -> Any:
        command = self.work[kind][element]
        return getattr(command, OPENS[type(command)][1])

    def take(self, kind: str, element: str) -> Any:
        wanted = self.peek(kind, element)
        del self.work[kind][element]
        return wanted

    def open_work(self) -> dict[str, list[str]]:
        return {kind: list(elements) for kind, elements in self.work.items() if elements}

    def variables(self) -> dict[str, FeelValue]:
        assert self.state.root is not None
        return self.state.scopes[self.state.root].variables

    def outcome(self) -> InstanceOutcome | None:
        last = self.log[-1] if self.log else None
        return last.outcome if isinstance(last, FinishInstance) else None

    def rows(self) -> list[tuple[str, str]]:
        return [(c.element_id, c.lifecycle) for c in self.log if isinstance(c, RecordEvent)]

    def _note(self, command: Command) -> None:
        opened, closed = OPENS.get(type(command)), CLOSES.get(type(command))
        if opened is not None:
            self.work.setdefault(opened[0], {})[getattr(command, "element_id")] = command  # noqa: B009
        elif closed is not None:
            self._forget(closed[0], getattr(command, closed[1]))
        if isinstance(command, Unsubscribe):
            self._forget("signal", command.subscription_id)

    def _forget(self, kind: str, wanted: object) -> None:
        for element, command in list(self.work.get(kind, {}).items()):
            if getattr(command, OPENS[type(command)][1]) == wanted:
                del self.work[kind][element]


def feel(variables: Mapping[str, object]) -> dict[str, FeelValue]:
    """Python's values as FEEL values."""
    return {name: from_python(value) for name, value in variables.items()}


def run_of(definition: ProcessDefinition, **options: object) -> Driver:
    """A driver of the compiled definition."""
    return Driver(compile_process(definition, **options))  # type: ignore[arg-type]


def load_model(name: str) -> ProcessDefinition:
    """The first process of a model file of these tests."""
    return read_bpmn((MODELS / f"{name}.bpmn").read_bytes(), name=f"{name}.bpmn").processes[0]


def shown(commands: list[Command]) -> list[str]:
    """Each command in one short line: `CreateJob register`, `RecordEvent check complete`."""
    lines = []
    for command in commands:
        words = [type(command).__name__, str(getattr(command, "element_id", ""))]
        words.append(str(getattr(command, "lifecycle", "")))
        words.append(str(getattr(command, "outcome", "")))
        words.append(str(getattr(command, "kind", "")))
        lines.append(" ".join(word for word in words if word))
    return lines
