# SPDX-License-Identifier: Apache-2.0
"""What starts instances by itself: messages, signals, timers and conditions that start events wait for.

The newest version of each process listens. A timer that is deployed again as it was goes on: a cycle neither fires nor
starts over, an instant that has come does not come again.
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
from taktloom.model.identifiers import ElementId
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
    if before is not None:
        for key, kept in before.timer_starts.items():
            if _definition_of(before, key[0]) == _definition_of(deployed, key[0]):
                deployed.timer_starts[key] = kept
                if kept is not None:
                    _set_alarm(world, deployed, kept)
    unchanged = {element_id for element_id, _ in deployed.timer_starts}
    for start in timer_starts(deployed.executable, world.now, unchanged=unchanged):
        _set_alarm(world, deployed, _reckoned(world, start))


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


def _set_alarm(world: World, deployed: Deployed, start: TimerStart) -> None:
    deployed.timer_starts[start.element_id, start.part] = start
    world.alarms.set(start.plan.due_at, _ring(world, deployed, start))


def _reckoned(world: World, start: TimerStart) -> TimerStart:
    reckoning = reckoning_of(start.plan)
    return start if reckoning is None else replace(start, plan=replace(start.plan, due_at=world.reckon(reckoning)))


def _ring(world: World, deployed: Deployed, start: TimerStart) -> Callable[[], None]:
    def ring() -> None:
        if world.library.newest(deployed.id) is not deployed or not world.may_fire(deployed.id):
            return
        deployed.timer_starts[start.element_id, start.part] = None
        following = next_timer_start(start)
        if following is not None:
            _set_alarm(world, deployed, _reckoned(world, following))
        _trigger(world, deployed, start, {})

    return ring


def _definition_of(deployed: Deployed, element_id: ElementId) -> object:
    nodes = deployed.definition.nodes
    return next((getattr(node, "definition", None) for node in nodes if node.id == element_id), None)
