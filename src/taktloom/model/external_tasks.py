# SPDX-License-Identifier: Apache-2.0
"""Jobs as clients of other engines see them: external tasks, held by a worker's name instead of a fence.

A topic is a job type. What is fetched, listed and reported under the names of that convention is the same job that
`/api/v1` offers; both doors may be used at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from taktloom.model.identifiers import DefinitionKey, ElementId, InstanceKey, JobId, ProcessId


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicRequest:
    """Which external tasks of one topic a worker wants, and for how long it locks them.

    None and empty: any. process_variables: FEEL values that variables of the instance's own scope must equal.
    """

    topic: str
    lock_for: timedelta
    business_key: str | None = None
    process_ids: tuple[str, ...] = ()
    definition_keys: tuple[str, ...] = ()
    version_tag: str | None = None
    process_variables: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchRequest:
    """What a worker asks for: at most max_tasks of all topics together, oldest first.

    by_priority: the greatest priority first, the oldest among equals. newest_first: of the time of creation.
    """

    worker: str
    topics: tuple[TopicRequest, ...]
    max_tasks: int
    by_priority: bool = False
    newest_first: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalTask:
    """One external task. retries None: no attempt has failed yet, so that the worker decides how often to try.

    worker, locked_until: of the last lock, whether it has run out or not. failure: what the worker said last.
    """

    task_id: JobId
    topic: str
    worker: str | None
    locked_until: datetime | None
    instance_key: InstanceKey
    process_id: ProcessId
    definition_key: DefinitionKey
    version_tag: str | None
    business_key: str | None
    element_id: ElementId
    retries: int | None
    retries_left: int
    priority: int
    failure: str | None
    created_at: datetime
    is_open: bool
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedTask:
    """A task just locked. variables: all that are visible to it; local_names: those of its own scope."""

    task: ExternalTask
    variables: Mapping[str, object]
    local_names: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalTaskQuery:
    """Which open external tasks a list shows; None: any."""

    task_id: str | None = None
    topic: str | None = None
    worker: str | None = None
    instance_key: str | None = None
    process_id: str | None = None
    definition_key: str | None = None
    element_id: str | None = None
    is_locked: bool | None = None
    has_retries: bool | None = None
    limit: int = 100
    offset: int = 0
