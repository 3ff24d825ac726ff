# SPDX-License-Identifier: Apache-2.0
"""Open work as a test sees it. Two are equal when they are the same work: the id decides.

Variables are worked out when they are asked for: most work is completed without a look."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from taktloom.feel.values import FeelValue
from taktloom.kernel.elements.inputs import work_variables
from taktloom.model.identifiers import JobId, UserTaskId
from taktloom.testing.values import as_python

if TYPE_CHECKING:
    from taktloom.testing.instance import Instance

__all__ = ["Job", "UserTask"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Work for a machine. retries: how many tries are left; values: the variables as FEEL values."""

    id: str
    type: str = field(compare=False)
    element_id: str = field(compare=False)
    instance: "Instance" = field(compare=False, repr=False)
    values: Mapping[str, FeelValue] = field(compare=False, repr=False)
    headers: Mapping[str, str] = field(compare=False, repr=False)
    retries: int = field(default=1, compare=False)

    @property
    def variables(self) -> dict[str, object]:
        """All that is visible to the activity: now, while the job is open, else as it was when the job was offered."""
        return as_python(_visible_now(self.instance, self.id, self.values))


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTask:
    """Work for a person. values: the variables as FEEL values."""

    id: str
    element_id: str = field(compare=False)
    name: str = field(compare=False)
    instance: "Instance" = field(compare=False, repr=False)
    values: Mapping[str, FeelValue] = field(compare=False, repr=False)
    assignee: str | None = field(default=None, compare=False)
    candidate_groups: tuple[str, ...] = field(default=(), compare=False)
    due_at: datetime | None = field(default=None, compare=False)
    form_id: str | None = field(default=None, compare=False)

    @property
    def variables(self) -> dict[str, object]:
        """All that is visible to the task: now, while it is open, else as it was when the task was opened."""
        return as_python(_visible_now(self.instance, self.id, self.values))


def _visible_now(instance: "Instance", work_id: str, as_offered: Mapping[str, FeelValue]) -> Mapping[str, FeelValue]:
    state = instance._state
    token = state.jobs.get(JobId(work_id)) or state.user_tasks.get(UserTaskId(work_id))
    if token is None:
        return as_offered
    return work_variables(instance._deployed.executable, state, token)
