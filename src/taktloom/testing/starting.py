# SPDX-License-Identifier: Apache-2.0
"""What starts instances by itself: messages, signals, timers and conditions that start events wait for.

The newest version of each process listens. A single-shot timer whose instant passed under an older version does not
fire again when the same model is deployed once more.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from taktloom.feel.values import FeelValue
from taktloom.kernel import (
    EventStart,
    TimerStart,
    conditional_starts,
    gather_start,
    message_starts,
    next_timer_start,
    signal_starts,
    start_condition_holds,
    timer_starts,
)
from taktloom.kernel.events import ConditionsEvaluated
from taktloom.kernel.timers import reckoning_of
from taktloom.testing.library import Deployed
from taktloom.testing.world import World, is_active

__all__ = ["arm_timer_starts", "evaluate_open_conditions", "start_by_message", "starts_by_signal"]


def start_by_message(world: World, name: str, variables: Mapping[str, FeelValue]) -> bool:
    """Start at the first start event for messages of this name, by process id, then by element id: a message starts one
    instance. Whether there is one.
    """
    starts = [
        (deployed, start)
        for deployed in sorted(world.library.all_newest(), key=lambda one: one.id)
        for start in sorted(message_starts(deployed.executable, world.now), key=lambda one: one.element_id)
        if start.message_name == name
    ]
    for deployed, start in starts[:1]:
        _trigger(world, deployed, start, variables)
    return bool(starts)


def starts_by_signal(world: World, name: str, variables: Mapping[str, FeelValue]) -> list[Callable[[], None]]:
    """To be called: what starts an instance at each start event for the signal."""
    return [
        partial(_trigger, world, deployed, start, variables)
        for deployed in world.library.all_newest()
        for start in signal_starts(deployed.executable, world.now)
        if start.signal_name == name
    ]


def arm_timer_starts(world: World, deployed: Deployed) -> None:
    """Set the alarms of a process that has just been deployed. Raises DefinitionError for a timer without instant."""
    before = world.library.previous(deployed)
    for start in timer_starts(deployed.executable, world.now):
        mark = f"{start.element_id} {_timer_of(deployed, start.element_id)}"
        if before is not None and start.plan.repetitions_left == 0 and mark in before.past_starts:
            deployed.past_starts.add(mark)
        else:
            _set_alarm(world, deployed, start, mark)


def evaluate_open_conditions(world: World, variables: Mapping[str, FeelValue]) -> None:
    """Look at what waits for a condition in any instance, then at conditional start events."""
    for instance in list(world.instances):
        if is_active(instance):
            world.send(instance, ConditionsEvaluated, {"variables": variables})
    for deployed in world.library.all_newest():
        _start_by_conditions(world, deployed, variables)


def _start_by_conditions(world: World, deployed: Deployed, variables: Mapping[str, FeelValue]) -> None:
    """At each conditional start event whose condition has become true of the variables."""
    starts = conditional_starts(deployed.executable)
    true = {start for start in starts if start_condition_holds(start, variables, world.now)}
    risen = [start for start in starts if start in true and start not in deployed.true_conditions]
    deployed.true_conditions = true
    for start in risen:
        _trigger(world, deployed, start, variables)


def _trigger(world: World, deployed: Deployed, start: EventStart, variables: Mapping[str, FeelValue]) -> None:
    """Start an instance, unless other parts of a parallel multiple start event are missing."""
    gathered = gather_start(deployed.gathered, start, variables)
    if gathered is not None:
        world.start(deployed, gathered, start.element_id)


def _set_alarm(world: World, deployed: Deployed, start: TimerStart, mark: str) -> None:
    reckoning = reckoning_of(start.plan)
    if reckoning is not None:
        start = replace(start, plan=replace(start.plan, due_at=world.reckon(reckoning)))
    world.alarms.set(start.plan.due_at, _ring(world, deployed, start, mark))


def _ring(world: World, deployed: Deployed, start: TimerStart, mark: str) -> Callable[[], None]:
    def ring() -> None:
        if world.library.newest(deployed.id) is not deployed or not world.may_fire(deployed.id):
            return
        deployed.past_starts.add(mark)
        following = next_timer_start(start)
        if following is not None:
            _set_alarm(world, deployed, following, mark)
        _trigger(world, deployed, start, {})

    return ring


def _timer_of(deployed: Deployed, element_id: str) -> str:
    node = next(node for node in deployed.definition.nodes if node.id == element_id)
    return repr(getattr(node, "definition", None))
