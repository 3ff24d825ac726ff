# SPDX-License-Identifier: Apache-2.0
"""What waits of a suspended instance is held: its jobs are not handed out, its timers do not fire.

A flag beside the rows and not a state of its own: a worker that has a job when the instance is suspended may finish it,
and a timer keeps its due instant. What came due meanwhile fires when the instance is resumed.
"""

from taktloom.hosts.embedded.core.changes import Topic
from taktloom.hosts.embedded.core.live import LiveInstance
from taktloom.hosts.embedded.core.unit import Unit

__all__ = ["hold_waits", "release_waits"]


def hold_waits(unit: Unit, instance: LiveInstance) -> None:
    """Hold all that is open now."""
    _mark(unit, instance, is_held=1)


def release_waits(unit: Unit, instance: LiveInstance) -> None:
    """Let jobs be handed out and timers fire again."""
    _mark(unit, instance, is_held=0)
    unit.note(Topic.JOBS, "created", instance)
    unit.note(Topic.TIMERS, "started", instance)


def _mark(unit: Unit, instance: LiveInstance, *, is_held: int) -> None:
    name = {"tenant_id": unit.tenant_id, "instance_key": instance.instance_key}
    unit.session.run("hold_jobs", **name, is_held=is_held)
    unit.session.run("hold_timers", **name, is_held=is_held)
