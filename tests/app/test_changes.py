# SPDX-License-Identifier: Apache-2.0
from datetime import UTC, datetime

from taktloom.app.changes import MAX_WAITING, Change, ChangeFeed

AT = datetime(2026, 3, 2, tzinfo=UTC)


def _change(topic: str, process_id: str | None = None) -> Change:
    return Change(topic=topic, kind="changed", at=AT, process_id=process_id)


def test_a_subscription_hears_its_topics_only() -> None:
    feed = ChangeFeed()
    subscription = feed.subscribe(("tasks", "watch:permit"))

    for change in (
        _change("tasks"),
        _change("incidents"),
        _change("instances", "permit"),
        _change("instances", "other"),
    ):
        feed.publish(change)

    assert subscription.take() == [_change("tasks"), _change("instances", "permit")]
    assert subscription.take() == []


def test_a_slow_reader_is_told_to_fetch_everything() -> None:
    feed = ChangeFeed()
    subscription = feed.subscribe(("tasks",))

    for _ in range(MAX_WAITING + 1):
        feed.publish(_change("tasks"))

    assert [change.kind for change in subscription.take()] == ["overflow"]


def test_closing_ends_readers_old_and_new() -> None:
    feed = ChangeFeed()
    woken: list[bool] = []
    subscription = feed.subscribe(("tasks",))
    subscription.wake = lambda: woken.append(True)

    feed.close()

    assert subscription.is_closed
    assert woken == [True]
    assert feed.subscribe(("tasks",)).is_closed


def test_a_reader_is_woken_once_for_all_that_comes_until_it_takes_it() -> None:
    feed, woken = ChangeFeed(), list[bool]()
    subscription = feed.subscribe(("tasks",))
    subscription.wake = lambda: woken.append(True)

    for _ in range(3):
        feed.publish(_change("tasks"))
    woken_before, taken = len(woken), len(subscription.take())
    feed.publish(_change("tasks"))

    assert (woken_before, taken, len(woken)) == (1, 3, 2)
