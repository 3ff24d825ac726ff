# SPDX-License-Identifier: Apache-2.0
"""Suspending an instance: what happens is still taken note of, but no token moves until the instance is resumed.

So nothing that comes meanwhile is lost: a job that a worker finishes, a message, the end of a called instance. What the
tokens would do next is kept in the state, and done in order of arrival. An event that interrupts breaks off at once
what it interrupts: nobody shall go on working for it.
"""

from taktloom.kernel.events import InstanceResumed, InstanceSuspended
from taktloom.kernel.run import Run
from taktloom.kernel.sparse import NO_ITEMS
from taktloom.model.errors import ConflictError
from taktloom.model.places import Place

__all__ = ["NotSuspendedError", "park", "resume", "suspend"]


class NotSuspendedError(ConflictError):
    """The instance is suspended already, or is not suspended."""

    code = "TL-2330"


def suspend(run: Run, event: InstanceSuspended) -> None:
    """From now on nothing moves."""
    del event
    if run.state.is_suspended:
        raise NotSuspendedError(
            "The instance is suspended already.",
            Place(source=run.state.instance_key),
            "Look at the instance again; nothing was changed.",
            {"instance_key": run.state.instance_key},
        )
    run.state.is_suspended = True


def resume(run: Run, event: InstanceResumed) -> None:
    """What was kept goes back on the stack."""
    del event
    if not run.state.is_suspended:
        raise NotSuspendedError(
            "The instance is not suspended.",
            Place(source=run.state.instance_key),
            "Look at the instance again; nothing was changed.",
            {"instance_key": run.state.instance_key},
        )
    run.state.is_suspended = False
    run.take_up(run.state.parked)
    run.state.parked = NO_ITEMS


def park(run: Run) -> None:
    """Keep what this step has put on the stack below what was kept before: that comes first."""
    if run.stack:
        run.state.parked = [*run.left_to_do(), *run.state.parked]
        run.stack.clear()
