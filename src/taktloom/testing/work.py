# SPDX-License-Identifier: Apache-2.0
"""Open work as a test sees it. Two are equal when they are the same work: the id decides."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from taktloom.feel.values import FeelValue
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
        """All that is visible to the activity."""
        return as_python(self.values)  # when it is asked for: most jobs are completed without a look


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
        """All that is visible to the task."""
        return as_python(self.values)
