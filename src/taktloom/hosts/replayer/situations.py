# SPDX-License-Identifier: Apache-2.0
"""States of the kernel that cases pass through, each met once and remembered with what follows it.

Cases of one log follow one another's ways. Where two states differ in nothing that can matter later (where tokens
stand, what they wait for, variables, rounds of loops; due instants where there are timers), they are one situation, and
what an event leads to is asked of the kernel once. Without timers and clocks the instant of an event does not matter.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from taktloom.feel.values import FeelValue
from taktloom.hosts.replayer.observable import ObservableProcess
from taktloom.hosts.replayer.outlook import Outlook
from taktloom.hosts.replayer.position import (
    Choice,
    Decide,
    OpenWork,
    RunningTimer,
    Stepper,
    choices,
    errors_caught,
    marking,
    open_work,
    running_timers,
)
from taktloom.kernel import InstanceState
from taktloom.kernel.events import InstanceStarted, KernelEvent
from taktloom.kernel.state import InstanceStatus, Scope
from taktloom.model.identifiers import ElementId, InstanceKey

INSTANCE = InstanceKey("1")
MOST_KEPT = 50_000  # states; some hundred megabytes, then what is known is forgotten
_NO_CLOCK = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True, eq=False)
class Situation:
    """A state and what is known of it. reachable, required: activities that may, and that must, still come.

    work: what the log may tell of; errors: those that boundary events wait for; timers: the earliest due first.
    after: what events led to.
    """

    number: int
    state: InstanceState
    reachable: int
    required: int
    work: tuple[OpenWork, ...]
    errors: tuple[OpenWork, ...]
    timers: list[RunningTimer]
    choices: dict[datetime, list[Choice]] = field(default_factory=dict)
    after: dict[object, "Situation"] = field(default_factory=dict)

    @property
    def is_over(self) -> bool:
        """Whether the instance has ended."""
        return self.state.status is not InstanceStatus.ACTIVE


class Situations:
    """The situations of one model. decide: evaluates a decision, None where there are none."""

    def __init__(
        self, model: ObservableProcess, outlook: Outlook, *, subsets: int, decide: Decide | None = None
    ) -> None:
        self._model, self._outlook, self._subsets = model, outlook, subsets
        self._stepper = Stepper(model.process, decide)
        self._known: dict[object, Situation] = {}
        self._first: dict[object, Situation] = {}
        self._numbers = 0
        self.stopped = self._new(InstanceState(instance_key=INSTANCE, status=InstanceStatus.FAILED))

    def make_room(self) -> None:
        """Forget what is known where it has become much; to be called between cases."""
        if len(self._known) > MOST_KEPT:
            self._known.clear()
            self._first.clear()

    def first(self, begun_at: datetime, variables: Mapping[str, FeelValue], start: ElementId | None) -> Situation:
        """Where a case begins."""
        key = (start, self._time(begun_at), text_of(variables))
        if key not in self._first:
            event = InstanceStarted(occurred_at=begun_at, variables=dict(variables), start_element=start)
            self._first[key] = self._interned(self._stepper.advanced(InstanceState(instance_key=INSTANCE), event))
        return self._first[key]

    def after(self, situation: Situation, event: KernelEvent, key: object) -> Situation:
        """Where *event* leads to. key: equal for events of the same kind about the same thing with the same values."""
        edge = (key, self._time(event.occurred_at))
        if edge not in situation.after:
            situation.after[edge] = self._interned(self._stepper.advanced(situation.state, event))
        return situation.after[edge]

    def choices(self, situation: Situation, now: datetime) -> list[Choice]:
        """What can be chosen at the first gateway that asks."""
        if not situation.state.requests:
            return []
        time = self._time(now)
        if time not in situation.choices:
            model = self._model
            situation.choices[time] = choices(model.process, situation.state, now, self._subsets, model.reads)
        return situation.choices[time]

    def decided(self, work: OpenWork, values: Mapping[str, FeelValue], at: datetime) -> Mapping[str, FeelValue]:
        """The values that *work* completes with: of a rule task what its decision gives, unless the log has it."""
        task = self._model.decided.get(work.element_id)
        if task is None:
            return values
        value = self._stepper.decided(task.decision_id, {**work.context, **values}, at)
        results = {task.result_variable: value} if task.result_variable else value
        return {**results, **values} if isinstance(results, dict) else values

    def _time(self, at: datetime) -> datetime:
        return at if self._model.time_matters else _NO_CLOCK

    def _interned(self, state: InstanceState) -> Situation:
        key = self._key(state)
        if key not in self._known:
            self._known[key] = self._new(state)
        return self._known[key]

    def _new(self, state: InstanceState) -> Situation:
        self._numbers += 1
        process = self._model.process
        return Situation(
            number=self._numbers,
            state=state,
            reachable=self._outlook.reachable(state),
            required=self._outlook.required(state),
            work=tuple(open_work(process, state)),
            errors=tuple(errors_caught(process, state)),
            timers=running_timers(process, state),
        )

    def _key(self, state: InstanceState) -> object:
        dues = tuple(sorted((wait.element, wait.due_at) for wait in state.timers.values()))
        return (
            marking(self._model.process, state),
            _sorted(_scope(each) for each in state.scopes.values()),
            _sorted((each.element, str(each.was_true)) for each in state.conditions.values()),
            _sorted((each.element, repr(each.parts), text_of(each.variables)) for each in state.gathered.values()),
            dues if self._model.time_matters else (),
            next(iter(self._asking(state)), None),
        )

    def _asking(self, state: InstanceState) -> Iterable[int]:
        """The gateway that asks first: it is answered first."""
        return (token.element for token in state.requests.values())


def text_of(values: Mapping[str, FeelValue]) -> str:
    """Equal for equal values."""
    return repr(sorted(values.items(), key=lambda item: item[0])) if values else ""


def _scope(scope: Scope) -> tuple[int, str]:
    records = [each.element for each in scope.records], [each.element for each in scope.undoing]
    flags = (scope.is_interrupted, scope.stays_open, scope.is_ending, scope.round)
    return scope.element, f"{text_of(scope.variables)}|{scope.loop!r}|{records}|{flags}|{sorted(scope.resets)}"


def _sorted(rows: Iterable[tuple[object, ...]]) -> tuple[tuple[object, ...], ...]:
    return tuple(sorted(rows))
