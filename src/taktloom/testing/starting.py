# SPDX-License-Identifier: Apache-2.0
"""What starts instances by itself: messages, signals, timers and conditions that start events wait for.

The newest version of each process listens. A single-shot timer whose instant passed under an older version does not
fire again when the same model is deployed once more.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from taktloom.feel.values import FeelValue
from taktloom.kernel import TimerStart, message_starts, next_timer_start, timer_starts
from taktloom.kernel.events import ConditionsEvaluated
from taktloom.testing.library import Deployed
from taktloom.testing.world import World, is_active

__all__ = ["EventStart", "arm_timer_starts", "evaluate_open_conditions", "find_message_start", "signal_starts_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventStart:
    """A start event of a deployed process that something has triggered."""

    deployed: Deployed
    element_id: str


def find_message_start(world: World, name: str) -> EventStart | None:
    """The first start event for messages of this name; a message starts one instance."""
    for deployed in world.library.all_newest():
        for start in message_starts(deployed.executable, world.now):
            if start.message_name == name:
                return EventStart(deployed=deployed, element_id=start.element_id)
    return None


def arm_timer_starts(world: World, deployed: Deployed) -> None:
    """Set the alarms of a process that has just been deployed. Raises DefinitionError for a timer without instant."""
    before = world.library.previous(deployed)
    for start in timer_starts(deployed.executable, world.now):
        mark = f"{start.element_id} {_timer_of(deployed, start.element_id)}"
        if before is not None and start.plan.schedule is None and mark in before.past_starts:
            deployed.past_starts.add(mark)
        else:
            world.alarms.set(start.plan.due_at, _ring(world, deployed, start, mark))


def signal_starts_of(world: World, name: str) -> list[EventStart]:
    """Every start event for the signal."""
    del world, name
    return []


def evaluate_open_conditions(world: World, variables: Mapping[str, FeelValue]) -> None:
    """Look at what waits for a condition in any instance, then at conditional start events."""
    for instance in list(world.instances):
        if is_active(instance):
            world.send(instance, ConditionsEvaluated, {"variables": variables})


def _ring(world: World, deployed: Deployed, start: TimerStart, mark: str) -> Callable[[], None]:
    def ring() -> None:
        if world.library.newest(deployed.id) is not deployed or not world.may_fire(deployed.id):
            return
        deployed.past_starts.add(mark)
        following = next_timer_start(start)
        if following is not None:
            world.alarms.set(following.plan.due_at, _ring(world, deployed, following, mark))
        world.start(deployed, {}, start.element_id)

    return ring


def _timer_of(deployed: Deployed, element_id: str) -> str:
    node = next(node for node in deployed.definition.nodes if node.id == element_id)
    return repr(getattr(node, "definition", None))
