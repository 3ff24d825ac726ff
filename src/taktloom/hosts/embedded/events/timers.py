# SPDX-License-Identifier: Apache-2.0
"""Timers: a thread that sleeps until the next due instant, and firing what is due.

Due timers fire in bounded groups, in order of their instants: ten thousand in one second share few transactions, and
whatever else the engine is asked for meanwhile waits behind one group at most.

After a stop everything that came due meanwhile fires once, a cycle of many missed instants too. A timer that cannot
fire (our defect) is logged and tried again later; it does not hold up the others.
"""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime, timedelta
from typing import NamedTuple

from taktloom.hosts.embedded.advancing.advance import advance, event_time
from taktloom.hosts.embedded.core.changes import Change, Topic
from taktloom.hosts.embedded.core.unit import Core, Unit
from taktloom.hosts.embedded.events.timer_starts import firing_of_start
from taktloom.kernel.events import TimerFired
from taktloom.model.identifiers import InstanceKey, TenantId, TimerId
from taktloom.storage import Row, from_micros, to_micros

_LOG = logging.getLogger(__name__)
_AT_ONCE = 100  # firings under way: due ones share transactions, and other work waits for no more than these
_LONGEST_SLEEP = timedelta(seconds=30)  # the machine's clock may jump
_PAUSE_AFTER_FAILURE = timedelta(seconds=30)


class _DueTimer(NamedTuple):
    name: str
    tenant_id: TenantId
    fire: Callable[[Unit], bool]


class Timers:
    """Fires timers of all tenants."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._set_aside: dict[str, datetime] = {}

    def fire_due(self) -> int:
        """Fire what is due now and what comes due by it; how many fired."""
        fired = 0
        while True:
            due = self._due()
            if not due:
                return fired
            futures = [(timer, self._core.post(timer.tenant_id, timer.fire)) for timer in due]
            now_fired = sum(self._note(timer, future) for timer, future in futures)
            if not now_fired:
                return fired  # another engine has them in hand, or they were set aside: no hurry
            fired += now_fired

    def next_due_at(self) -> datetime | None:
        """When the next timer is due; None when none runs."""
        with self._core.database.reading() as session:
            micros = session.count("next_due_at")
        return from_micros(micros) if micros else None

    def _due(self) -> list[_DueTimer]:
        now = self._core.clock.now()
        self._set_aside = {name: until for name, until in self._set_aside.items() if until > now}
        limit = _AT_ONCE + len(self._set_aside)
        with self._core.database.reading() as session:
            waits = session.all("due_timers", now=to_micros(now), limit=limit)
            starts = session.all("due_timer_starts", now=to_micros(now), limit=limit)
        due = [_DueTimer(row.text("timer_id"), TenantId(row.text("tenant_id")), _firing(row)) for row in waits]
        due += [_DueTimer(_start_name(row), TenantId(row.text("tenant_id")), firing_of_start(row)) for row in starts]
        return [timer for timer in due if timer.name not in self._set_aside]

    def _note(self, timer: _DueTimer, future: "Future[bool]") -> int:
        error = future.exception()
        if error is None:
            return int(future.result())
        _LOG.error("timer %s cannot fire", timer.name, exc_info=error)
        self._set_aside[timer.name] = self._core.clock.now() + _PAUSE_AFTER_FAILURE
        return 0


def _start_name(row: Row) -> str:
    return f"{row.text('tenant_id')}/{row.text('process_id')}/{row.text('element_id')}/{row.integer('part')}"


def _firing(row: Row) -> Callable[[Unit], bool]:
    """The work that fires the timer; whether it did."""
    timer_id, instance_key = TimerId(row.text("timer_id")), InstanceKey(row.text("instance_key"))

    def fire(unit: Unit) -> bool:
        # Another process, or an advance in between, may have been first.
        if not unit.session.run("claim_timer", tenant_id=unit.tenant_id, timer_id=timer_id):
            return False
        instance = unit.instance(instance_key)
        due_at = row.instant("due_at")
        occurred_at = max(event_time(unit, instance), due_at)
        advance(unit, instance, TimerFired(occurred_at=occurred_at, timer_id=timer_id))
        return True

    return fire


class TimerThread:
    """Sleeps until the next timer is due, or until an earlier one is started."""

    def __init__(self, core: Core, timers: Timers) -> None:
        self._core, self._timers = core, timers
        self._wake = threading.Event()
        self._is_stopping = False
        self._unsubscribe = core.feed.subscribe(self._hear, (Topic.TIMERS, Topic.EVERYTHING))
        self._thread = threading.Thread(target=self._loop, name="taktloom-timers", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End after the firing in hand."""
        self._unsubscribe()
        self._is_stopping = True
        self._wake.set()
        self._thread.join()

    def _hear(self, change: Change) -> None:
        del change
        self._wake.set()

    def _loop(self) -> None:
        while not self._is_stopping:
            self._wake.clear()
            pause = _LONGEST_SLEEP
            try:
                self._timers.fire_due()
                pause = self._until_next()
            except Exception:  # the thread must survive a full disk; the timers stay due
                _LOG.exception("looking for due timers failed")
            if not self._is_stopping:
                self._wake.wait(pause.total_seconds())

    def _until_next(self) -> timedelta:
        due_at = self._timers.next_due_at()
        if due_at is None:
            return _LONGEST_SLEEP
        left = due_at - self._core.clock.now()
        # What is due and still there was set aside: look again soon, not at once.
        return min(left, _LONGEST_SLEEP) if left > timedelta() else timedelta(seconds=1)
