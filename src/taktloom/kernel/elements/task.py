# SPDX-License-Identifier: Apache-2.0
"""Task and manual task: passed through, with their rows in the event log."""

from typing import ClassVar

from taktloom.kernel.elements.activity import ActivityBehaviour

__all__ = ["ManualTaskBehaviour", "TaskBehaviour"]


class TaskBehaviour(ActivityBehaviour):
    """A task without a kind."""

    __slots__ = ()
    element_type: ClassVar[str] = "task"


class ManualTaskBehaviour(ActivityBehaviour):
    """Work outside the engine."""

    __slots__ = ()
    element_type: ClassVar[str] = "manualTask"
