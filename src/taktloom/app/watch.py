# SPDX-License-Identifier: Apache-2.0
"""Watch a process, home, the stream of changes."""

from taktloom.app.changes import Subscription
from taktloom.app.context import Access, Context, use_case
from taktloom.app.unwired import not_wired
from taktloom.assure.permissions import Permission


@use_case(Access.SIGNED_IN)
def show_home(context: Context) -> object:
    """Home."""
    not_wired()


@use_case(Permission.INSTANCE_VIEW)
def watch_process(context: Context, *, process_id: str) -> object:
    """Watch."""
    not_wired()


@use_case(Access.SIGNED_IN)
def open_stream(context: Context, *, topics: tuple[str, ...]) -> Subscription:
    """Changes on these topics from now on; topics that the caller may not see stay silent."""
    allowed = tuple(topic for topic in topics if _permission(topic) in context.principal.permissions)
    return context.rooms.changes.subscribe(allowed)


def _permission(topic: str) -> Permission:
    return Permission.TASK_WORK if topic == "tasks" else Permission.INSTANCE_VIEW
