# SPDX-License-Identifier: Apache-2.0
"""What kernel commands would begin and end, for previews: the kind of work or wait and its element, nothing more."""

from collections.abc import Callable, Iterable, Mapping

from taktloom.kernel import ExecutableProcess
from taktloom.kernel.commands import (
    CancelChild,
    CancelJob,
    CancelTimer,
    CancelUserTask,
    CloseIncident,
    Command,
    CreateJob,
    FinishInstance,
    OpenUserTask,
    PlanTimer,
    RaiseIncident,
    StartChild,
    StartTimer,
    Subscribe,
    SubscribeSignal,
    Unsubscribe,
)
from taktloom.kernel.state import InstanceState
from taktloom.model.identifiers import ElementId
from taktloom.model.interventions import ArmedChange, Effect, EffectKind

__all__ = ["effects_of"]

_BEGINS: Mapping[type[Command], EffectKind] = {
    CreateJob: EffectKind.JOB,
    OpenUserTask: EffectKind.USER_TASK,
    StartTimer: EffectKind.TIMER,
    PlanTimer: EffectKind.TIMER,
    Subscribe: EffectKind.MESSAGE,
    SubscribeSignal: EffectKind.SIGNAL,
    StartChild: EffectKind.CALLED_INSTANCE,
    RaiseIncident: EffectKind.INCIDENT,
}
_ENDS: Mapping[type[Command], tuple[EffectKind, str]] = {
    CancelJob: (EffectKind.JOB, "job_id"),
    CancelUserTask: (EffectKind.USER_TASK, "user_task_id"),
    CancelTimer: (EffectKind.TIMER, "timer_id"),
    Unsubscribe: (EffectKind.MESSAGE, "subscription_id"),
    CancelChild: (EffectKind.CALLED_INSTANCE, "child_id"),
    CloseIncident: (EffectKind.INCIDENT, "incident_id"),
}


def effects_of(commands: Iterable[Command], before: InstanceState, process: ExecutableProcess) -> tuple[Effect, ...]:
    """In the order of the commands. before: the state that they would change; process: the one it runs by."""
    elements = _elements_of_waits(before, process)
    found: list[Effect] = []
    opened: dict[str, ElementId] = {}
    for command in commands:
        begins, ends = _BEGINS.get(type(command)), _ENDS.get(type(command))
        if begins is not None:
            element_id: ElementId = getattr(command, "element_id")  # noqa: B009 - every one of them has it
            found.append(Effect(change=ArmedChange.BEGINS, kind=begins, element_id=element_id))
            opened.update(dict.fromkeys(_ids(command), element_id))
        elif ends is not None:
            kind, name = ends
            wait_id: str = getattr(command, name)
            if kind is EffectKind.MESSAGE and wait_id in before.signals:
                kind = EffectKind.SIGNAL
            element = elements.get(wait_id) or opened.get(wait_id)
            found.append(Effect(change=ArmedChange.ENDS, kind=kind, element_id=element))
        elif isinstance(command, FinishInstance):
            found.append(Effect(change=ArmedChange.ENDS, kind=EffectKind.INSTANCE, element_id=None))
    return tuple(found)


def _ids(command: Command) -> list[str]:
    names = ("job_id", "user_task_id", "timer_id", "subscription_id", "child_id", "incident_id")
    return [str(getattr(command, name)) for name in names if hasattr(command, name)]


def _elements_of_waits(state: InstanceState, process: ExecutableProcess) -> dict[str, ElementId]:
    name: Callable[[int], ElementId] = lambda element: process.nodes[element].id  # noqa: E731 - used four times below
    found: dict[str, ElementId] = {}
    for tokens in (state.jobs, state.user_tasks, state.children):
        found.update({wait: name(token.element) for wait, token in tokens.items()})
    for waits in (state.timers, state.subscriptions, state.signals):
        found.update({wait_id: name(wait.element) for wait_id, wait in waits.items()})
    found.update({wait_id: name(incident.element) for wait_id, incident in state.incidents.items()})
    return found
