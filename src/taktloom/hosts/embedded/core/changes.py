# SPDX-License-Identifier: Apache-2.0
"""The change feed: after each commit, listeners hear what kind of thing changed, never values. Hints to look again."""

import logging
import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from enum import StrEnum
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple, ParamSpec, TypeAlias

from taktloom.model.identifiers import InstanceKey, ProcessId, TenantId

NAMED_TYPES = 100
OTHER_TYPES = "(other types)"
_LOG = logging.getLogger(__name__)


class Topic(StrEnum):
    """What changed. everything: another process wrote to the database, so anything may have.

    work: what became of a job; told to nobody.
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
    """One change of a committed transaction; kind is a short verb such as `started`, `created`, `ended`.

    job_type: of a job that is to be counted under this kind.
    """

    topic: Topic
    kind: str
    tenant_id: TenantId | None = None
    process_id: ProcessId | None = None
    instance_key: InstanceKey | None = None
    job_type: str | None = None


Arguments = ParamSpec("Arguments")
Listener: TypeAlias = Callable[[Change], None]
Waker: TypeAlias = Callable[[], None]
_kind_of = attrgetter("topic", "kind", "tenant_id", "job_type")


@lru_cache(maxsize=1024)
def change_somewhere(topic: Topic, kind: str, tenant_id: TenantId, job_type: str | None = None) -> Change:
    """A change of which nobody asks in which instance it was, made once."""
    return Change(topic, kind, tenant_id, job_type=job_type)


class ChangeFeed:
    """Calls listeners and wakers on the writer's thread, in order of commit.

    They hand over and return; they never call the engine.
    """

    def __init__(self) -> None:
        self._listeners: Mapping[Topic, tuple[Listener, ...]] = dict.fromkeys(Topic, ())
        self._wakers: Mapping[tuple[Topic, str], tuple[Waker, ...]] = {}
        self._lock = threading.Lock()
        self._job_counts: dict[TenantId | None, Counter[tuple[str, str]]] = {}
        self._job_types: dict[TenantId | None, set[str]] = {}

    def subscribe(self, listener: Listener, topics: Collection[Topic] = tuple(Topic)) -> Callable[[], None]:
        """Add a listener to these topics, by default to all; calling the result removes it."""
        with self._lock:
            present = self._listeners
            self._listeners = {**present, **{topic: (*present[topic], listener) for topic in topics}}
        return lambda: self._remove(listener)

    def wake(self, waker: Waker, kinds: Collection[tuple[Topic, str]]) -> Callable[[], None]:
        """Call *waker* once after each commit with a change of these kinds, and when another process has written.

        Calling the result ends it. Far cheaper than to listen to each change, where it does not matter which it was.
        """
        with self._lock:
            present = self._wakers
            self._wakers = {**present, **{kind: (*present.get(kind, ()), waker) for kind in kinds}}
        return lambda: self._send_home(waker)

    def is_heard(self, topic: Topic) -> bool:
        """Whether anybody listens to the single changes of this topic."""
        return bool(self._listeners[topic])

    def publish(self, changes: Iterable[Change]) -> None:
        """Tell every listener of each change once; a listener that raises is logged and does not stop the others."""
        told = list(changes)
        woken: dict[Waker, None] = {}
        heard: set[Topic] = set()
        for (topic, kind, tenant_id, job_type), times in Counter(map(_kind_of, told)).items():
            if job_type is not None:
                self._count(tenant_id, job_type, kind, times)
            woken.update(dict.fromkeys(self._woken_by(topic, kind)))
            if self._listeners[topic]:
                heard.add(topic)
        for waker in woken:
            _call(waker)
        if heard:
            self._tell(change for change in dict.fromkeys(told) if change.topic in heard)

    def _woken_by(self, topic: Topic, kind: str) -> Iterable[Waker]:
        if topic is Topic.EVERYTHING:
            return [waker for wakers in self._wakers.values() for waker in wakers]
        return self._wakers.get((topic, kind), ())

    def _tell(self, changes: Iterable[Change]) -> None:
        listeners = self._listeners
        for change in changes:
            for listener in listeners[change.topic]:
                _call(listener, change)

    def job_counts(self, tenant_id: TenantId) -> Mapping[tuple[str, str], int]:
        """How often what became of the tenant's jobs, by type and kind, since the start."""
        return self._job_counts.get(tenant_id, Counter()).copy()

    def _count(self, tenant_id: TenantId | None, job_type: str, kind: str, times: int) -> None:
        """A tenant's first types have a name of their own, so that their counts never go back; others share one."""
        named = self._job_types.setdefault(tenant_id, set())
        if job_type not in named:
            if len(named) >= NAMED_TYPES:
                job_type = OTHER_TYPES
            named.add(job_type)
        self._job_counts.setdefault(tenant_id, Counter())[job_type, kind] += times

    def _send_home(self, waker: Waker) -> None:
        with self._lock:
            self._wakers = {
                kind: tuple(present for present in wakers if present is not waker)
                for kind, wakers in self._wakers.items()
            }

    def _remove(self, listener: Listener) -> None:
        with self._lock:
            self._listeners = {
                topic: tuple(present for present in listeners if present is not listener)
                for topic, listeners in self._listeners.items()
            }


def _call(listener: Callable[Arguments, None], *args: Arguments.args, **terms: Arguments.kwargs) -> None:
    try:
        listener(*args, **terms)
    except Exception:
        _LOG.exception("a listener of the change feed failed")
