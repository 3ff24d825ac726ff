# SPDX-License-Identifier: Apache-2.0
"""Open work as a test sees it. Two are equal when they are the same work: the id decides."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from taktloom.testing.instance import Instance

__all__ = ["Job", "UserTask"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Work for a machine. variables: all that is visible to the activity. retries: how many tries are left."""

    id: str
    type: str = field(compare=False)
    element_id: str = field(compare=False)
    instance: "Instance" = field(compare=False, repr=False)
    variables: Mapping[str, object] = field(compare=False, repr=False)
    headers: Mapping[str, str] = field(compare=False, repr=False)
    retries: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTask:
    """Work for a person. variables: all that is visible to the task."""

    id: str
    element_id: str = field(compare=False)
    name: str = field(compare=False)
    instance: "Instance" = field(compare=False, repr=False)
    variables: Mapping[str, object] = field(compare=False, repr=False)
    assignee: str | None = field(default=None, compare=False)
    candidate_groups: tuple[str, ...] = field(default=(), compare=False)
    due_at: datetime | None = field(default=None, compare=False)
    form_id: str | None = field(default=None, compare=False)
