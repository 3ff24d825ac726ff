# SPDX-License-Identifier: Apache-2.0
"""Who is told of what after a commit."""

from taktloom.hosts.embedded import Change, Topic
from taktloom.hosts.embedded.core.changes import ChangeFeed
from taktloom.model.identifiers import InstanceKey, TenantId

TENANT = TenantId("default")
_OF_OTHERS = Change(Topic.EVERYTHING, "written-by-another-process")


def _created(number: int) -> Change:
    return Change(Topic.JOBS, "created", TENANT, instance_key=InstanceKey(f"{number:016d}"), job_type="work")


def test_a_waker_is_called_once_after_a_commit_however_many_jobs_it_created() -> None:
    feed, woken = ChangeFeed(), list[str]()
    feed.wake(lambda: woken.append("jobs"), [(Topic.JOBS, "created"), (Topic.JOBS, "cancelled")])

    feed.publish([*map(_created, range(100)), Change(Topic.JOBS, "cancelled")])

    assert woken == ["jobs"]


def test_a_waker_sleeps_through_changes_of_other_kinds() -> None:
    feed, woken = ChangeFeed(), list[str]()
    feed.wake(lambda: woken.append("jobs"), [(Topic.JOBS, "created")])

    feed.publish([Change(Topic.JOBS, "cancelled"), Change(Topic.INSTANCES, "created")])

    assert woken == []


def test_every_waker_is_called_when_another_process_has_written() -> None:
    feed, woken = ChangeFeed(), list[str]()
    feed.wake(lambda: woken.append("jobs"), [(Topic.JOBS, "created"), (Topic.JOBS, "cancelled")])
    feed.wake(lambda: woken.append("batches"), [(Topic.INSTANCES, "batch")])

    feed.publish([_OF_OTHERS])

    assert woken == ["jobs", "batches"]


def test_a_waker_that_went_home_is_called_no_more() -> None:
    feed, woken = ChangeFeed(), list[str]()
    go_home = feed.wake(lambda: woken.append("jobs"), [(Topic.JOBS, "created")])

    go_home()
    feed.publish([_created(1), _OF_OTHERS])

    assert woken == []


def test_a_waker_that_raises_keeps_neither_other_wakers_nor_listeners_from_being_told() -> None:
    feed, told = ChangeFeed(), list[object]()
    feed.wake(lambda: told.append(1 // 0), [(Topic.JOBS, "created")])
    feed.wake(lambda: told.append("waker"), [(Topic.JOBS, "created")])
    feed.subscribe(told.append, [Topic.JOBS])

    feed.publish([_created(1)])

    assert told == ["waker", _created(1)]


def test_a_listener_hears_of_each_change_of_its_topics_once() -> None:
    feed, heard = ChangeFeed(), list[Change]()
    feed.subscribe(heard.append, [Topic.JOBS])

    feed.publish([_created(1), Change(Topic.INSTANCES, "started"), _created(2), _created(1)])

    assert heard == [_created(1), _created(2)]
    assert feed.job_counts(TENANT)["work", "created"] == 3
