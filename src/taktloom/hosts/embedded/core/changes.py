# SPDX-License-Identifier: Apache-2.0
"""The change feed: after each commit, listeners hear what kind of thing changed, never values. Hints to look again."""

import logging
import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from taktloom.model.identifiers import InstanceKey, ProcessId, TenantId

NAMED_TYPES = 100
OTHER_TYPES = "(other types)"
_LOG = logging.getLogger(__name__)


class Topic(StrEnum):
    """What changed. everything: another process wrote to the database, so anything may have.

    work: what became of a job; counted, and told to nobody.
    """

    INSTANCES = "instances"
    JOBS = "jobs"
    TASKS = "tasks"
    INCIDENTS = "incidents"
    TIMERS = "timers"
    PROCESSES = "processes"
    DRAFTS = "drafts"
    WORK = "work"
    EVERYTHING = "everything"


class Change(NamedTuple):
    """One change of a committed transaction; kind is a short verb such as `started`, `created`, `ended`."""

    topic: Topic
    kind: str
    tenant_id: TenantId | None = None
    process_id: ProcessId | None = None
    instance_key: InstanceKey | None = None
    job_type: str | None = None


Listener: TypeAlias = Callable[[Change], None]


class ChangeFeed:
    """Calls listeners on the writer's thread, in order of commit.

    They hand over and return; they never call the engine.
    """

    def __init__(self) -> None:
        self._listeners: Mapping[Topic, tuple[Listener, ...]] = dict.fromkeys(Topic, ())
        self._lock = threading.Lock()
        self.job_counts: Counter[tuple[str, str]] = Counter()  # by job type and kind, since the start
        self._job_types: set[str] = set()

    def subscribe(self, listener: Listener, topics: Collection[Topic] = tuple(Topic)) -> Callable[[], None]:
        """Add a listener to these topics, by default to all; calling the result removes it."""
        with self._lock:
            present = self._listeners
            self._listeners = {**present, **{topic: (*present[topic], listener) for topic in topics}}
        return lambda: self._remove(listener)

    def publish(self, changes: Iterable[Change]) -> None:
        """Tell every listener of each change once; a listener that raises is logged and does not stop the others."""
        listeners = self._listeners
        told: dict[Change, None] = {}
        for change in changes:
            if change.topic is Topic.WORK:
                self._count(change)
            elif listeners[change.topic]:
                told[change] = None
        for change in told:
            for listener in listeners[change.topic]:
                try:
                    listener(change)
                except Exception:
                    _LOG.exception("a listener of the change feed failed")

    def _count(self, change: Change) -> None:
        """The first types have a name of their own, so that their counts never go back; all others share one."""
        job_type = change.job_type or ""
        if job_type not in self._job_types:
            if len(self._job_types) >= NAMED_TYPES:
                job_type = OTHER_TYPES
            self._job_types.add(job_type)
        self.job_counts[job_type, change.kind] += 1

    def _remove(self, listener: Listener) -> None:
        with self._lock:
            self._listeners = {
                topic: tuple(present for present in listeners if present is not listener)
                for topic, listeners in self._listeners.items()
            }
