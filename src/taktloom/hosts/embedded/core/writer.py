# SPDX-License-Identifier: Apache-2.0
"""The one writer of a database: work queues up, is run in groups, each group in one transaction; then callers hear.

A group is what waits when the last one is committed: under load many callers share one sync of the disk, alone a caller
waits for its own only. Each piece of work has its savepoint, so that one that raises takes back its own changes and
nobody else's. Nobody is told of success before the commit; when the commit fails, nobody is.

Others may write to the same database (the command line beside the server, other engine nodes): before each group the
writer asks the store whether somebody else has committed since and, if so, forgets everything it remembers. Where the
store finds that another node was first (PostgreSQL does), or the connection broke before the commit, nothing of the
group was kept: it is run again as a whole, on a new view, a few times; at last each piece of work by itself.

A store may let a commit fly (`commit_soon`): while the server works, the next group is run on what is remembered. It
waits for the landing before it reads or writes anything, and before anybody hears of it. If the flight is lost, the
next group is taken back, the lost one is run again, and then the next one anew, in the order in which they came.
"""

import gc
import logging
import queue
import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from typing import Generic, Protocol, TypeVar

from taktloom.hosts.embedded.core.changes import Change, ChangeFeed, Topic
from taktloom.hosts.embedded.stores.database import Database
from taktloom.model.errors import ConflictError, IncidentError
from taktloom.storage import BufferedSession, ConnectionLostError, Refusal, Session

_LOG = logging.getLogger(__name__)
_GROUP_LIMIT = 256  # a commit costs far more than 256 pieces of work; callers at the head should not wait for more
_IDLE_LOOK_S = 0.5  # how soon another process's commit is noticed when nothing else happens
_GARBAGE_LIMIT = 50_000  # objects made and not gone again since the last search for cycles
# Of one group; then, where others were first, of each piece. A lock that is held was waited for already.
_ATTEMPTS = {Refusal.CONFLICT: 8, Refusal.LOST: 3, Refusal.HELD: 2}
_PARENTS_FIRST = ("instance", "user_task")  # of the tables with deferred writes those that others refer to
_PAUSE_S = 0.005  # at most before the second attempt, doubling; by chance, so that two nodes do not meet again

Result = TypeVar("Result")


class StorageFailedError(IncidentError):
    """The database kept nothing of a transaction (disk full, locked too long), or its disk failed in the commit."""

    code = "TL-3510"


class EngineStoppedError(ConflictError):
    """The engine is closed or draining and takes no new work."""

    code = "TL-2590"


class UnitOfWork(Protocol):
    """What the writer needs of a piece of work's surroundings."""

    changes: list[Change]


class _Garbage:
    """Lets the search for cycles wait while groups are run: what a group makes is needed until then or goes at once.

    The search would find nothing and begin again after each 700 things made, and take them for long-lived at last. So
    that what others make does not grow without limit, it comes after so many things, and when there is nothing to do.
    """

    def __init__(self) -> None:
        self._is_put_off = False

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """No search within the block."""
        if gc.isenabled():
            gc.disable()
            self._is_put_off = True
        try:
            yield
        finally:
            if gc.get_count()[0] >= _GARBAGE_LIMIT:
                self.go_on()

    def go_on(self) -> None:
        """It may be searched now."""
        if self._is_put_off:
            gc.enable()
            self._is_put_off = False


class Memory(Protocol):
    """What the writer's callers remember between transactions."""

    def forget_all(self) -> None:
        """Another process wrote: nothing remembered is sure any more."""


@dataclass(slots=True, kw_only=True, eq=False)
class _Work(Generic[Result]):
    run: Callable[[Session, list[Change]], Result]
    future: "Future[Result]"
    changes: list[Change]
    undo: Callable[[], None]
    is_late: bool

    def attempt(self, database: Database, session: Session) -> Callable[[], None]:
        """Run as a part that can be taken back; the result is a function that tells the caller the outcome."""
        try:
            with session.savepoint():
                result = self.run(session, self.changes)
        except BaseException as error:
            if session.is_spoilt or database.refusal_of(error) in _ATTEMPTS or not session.in_transaction:
                raise  # rows of others are refused, or SQLite took everything back by itself (the disk is full)
            self.take_back()
            failure = _failure(database, error)
            return lambda: self.future.set_exception(failure)
        return lambda: self.future.set_result(result)

    def take_back(self) -> None:
        """Nothing of it was kept."""
        self.undo()
        self.changes.clear()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Flight:
    """A group that is being committed, and what its callers are to be told then."""

    group: "list[_Work[object]]"
    outcomes: list[Callable[[], None]]


class _FlightLostError(BaseException):
    """The group before was not committed: what has been run since rests on nothing, so no work may go on after it."""


class _Signal(Enum):
    """What else the writer is told through its queue."""

    LOOK = "look"
    STOP = "stop"


class Writer:
    """Owns the writing connection from its own thread."""

    def __init__(self, database: Database, *, memory: Memory, feed: ChangeFeed) -> None:
        self._database, self._memory, self._feed = database, memory, feed
        self._session = BufferedSession(self._store, parents_first=_PARENTS_FIRST)
        self._flight: _Flight | None = None
        self._lost: tuple[_Flight, BaseException] | None = None
        self._has_to_wait = False
        self._queue: queue.SimpleQueue[_Work[object] | _Signal] = queue.SimpleQueue()
        self._garbage = _Garbage()
        self._is_hinted = False
        self._is_closed = False
        self._closing = threading.Lock()
        self._thread = threading.Thread(target=self._loop, name="taktloom-writer", daemon=True)
        self._begin()

    def _begin(self) -> None:
        self._thread.start()

    def _new_future(self) -> "Future[Result]":
        return Future()

    def post(
        self,
        run: Callable[[Session, list[Change]], Result],
        *,
        undo: Callable[[], None] = lambda: None,
        is_late: bool = False,
    ) -> "Future[Result]":
        """Queue work; the future is done after its group is committed. undo: called when the work is taken back.

        is_late: it is run after all other work of its group, so that it finds what that has made.
        """
        if threading.current_thread() is self._thread:
            raise RuntimeError("work may not wait for other work: called from the writer's own thread")
        future: Future[Result] = self._new_future()
        work = _Work(run=run, future=future, changes=[], undo=undo, is_late=is_late)
        with self._closing:
            if self._is_closed:
                raise EngineStoppedError("The engine has stopped.", remedy="Start it again.")
            self._queue.put(work)  # type: ignore[arg-type]  # the queue holds work of any result
        return future

    def look(self) -> None:
        """Another engine may have committed: look soon. Returns at once."""
        if not self._is_hinted:
            self._is_hinted = True
            self._queue.put(_Signal.LOOK)

    def close(self) -> None:
        """Finish what is queued, then stop."""
        with self._closing:
            if self._is_closed:
                return
            self._is_closed = True
            self._queue.put(_Signal.STOP)
        self._thread.join()

    def _loop(self) -> None:
        while True:
            if self._queue.empty():
                self._land_alone()
                self._garbage.go_on()
            try:
                first = self._queue.get(timeout=_IDLE_LOOK_S)
            except queue.Empty:
                self._look_for_foreign_writes()
                continue
            if first is _Signal.LOOK:
                self._is_hinted = False
                self._look_for_foreign_writes()
                continue
            group, is_last = self._gather(first)
            if group:
                self._commit(group)
            if is_last:
                self._land_alone()
                self._garbage.go_on()
                return

    def _gather(self, first: "_Work[object] | _Signal") -> "tuple[list[_Work[object]], bool]":
        group: list[_Work[object]] = []
        work = first
        while work is not _Signal.STOP:
            if isinstance(work, _Work):
                group.append(work)
            else:
                self._is_hinted = False  # every group looks at its beginning
            if len(group) >= _GROUP_LIMIT or self._queue.empty():
                return group, False
            work = self._queue.get()
        return group, True

    def _commit(self, group: "list[_Work[object]]") -> None:
        group.sort(key=_is_late)
        try:
            outcomes = self._run_after_flight(group)
        except BaseException as error:
            if len(group) > 1 and self._may_be_one_of_them(error):
                for work in group:
                    self._commit([work])
                return
            _LOG.exception("a transaction of %d pieces of work failed", len(group))
            failure = _failure(self._database, error)
            for work in group:
                work.future.set_exception(failure)
            return
        if self._flight is None:
            self._tell(_Flight(group=group, outcomes=outcomes))

    def _tell(self, landed: _Flight) -> None:
        self._database.tell_others()
        for tell in landed.outcomes:
            tell()
        self._feed.publish(change for work in landed.group for change in work.changes)

    def _run_after_flight(self, group: "list[_Work[object]]") -> list[Callable[[], None]]:
        """Run it, again where the flight before is lost meanwhile; that group has been cared for then."""
        try:
            return self._run_patiently(group)
        except _FlightLostError:
            self._care_for_lost()
            return self._run_patiently(group)

    def _store(self) -> Session:
        """The store's session, once nothing flies; raises _FlightLostError."""
        self._land()
        if self._lost is not None:
            raise _FlightLostError
        return self._database.writing

    def _land(self) -> None:
        """Wait for the flight and tell its callers; raises _FlightLostError."""
        flight, self._flight = self._flight, None
        if flight is None:
            return
        try:
            self._database.land()
        except BaseException as error:
            self._session.is_spoilt = True
            self._lost = flight, error
            self._database.rollback()
            raise _FlightLostError from error
        finally:
            self._database.lock.release()
        self._tell(flight)

    def _land_alone(self) -> None:
        """Where no other group is under way."""
        try:
            self._land()
        except _FlightLostError:
            self._forget()
            self._care_for_lost()

    def _care_for_lost(self) -> None:
        """Run a lost group again, in a way that waits; where something may have been kept of it, tell its callers."""
        if self._lost is None:
            return
        (flight, error), self._lost = self._lost, None
        for work in flight.group:
            work.take_back()
        if self._database.refusal_of(error) is None:
            for work in flight.group:
                work.future.set_exception(error)
            return
        self._has_to_wait = True
        try:
            self._commit(flight.group)
        finally:
            self._has_to_wait = False

    def _run_patiently(self, group: "list[_Work[object]]") -> list[Callable[[], None]]:
        attempt = 1
        while True:
            try:
                with self._database.lock, self._garbage.waiting():
                    return self._run_in_transaction(group)
            except BaseException as error:
                self._forget()
                for work in group:
                    work.take_back()
                refusal = self._database.refusal_of(error)
                if refusal is None or attempt >= _ATTEMPTS.get(refusal, 0):
                    raise
            time.sleep(random.uniform(0, _PAUSE_S * (1 << attempt)))
            attempt += 1

    def _run_in_transaction(self, group: "list[_Work[object]]") -> list[Callable[[], None]]:
        self._session.start()
        try:
            if self._database.begin():
                self._hear_of_foreign_writes()
            outcomes = [self._attempt(work) for work in group]
            self._store()  # nobody may hear of what rests on a group that is not committed
            self._session.finish()
        except BaseException:
            self._land()  # heard of before anything is taken back, whatever it says
            self._database.rollback()
            raise
        if self._end_transaction():
            self._database.lock.acquire()  # until the landing
            self._flight = _Flight(group=group, outcomes=outcomes)
        return outcomes

    def _attempt(self, work: "_Work[object]") -> Callable[[], None]:
        if self._flight is not None and self._database.has_landed:
            self._land()
        return work.attempt(self._database, self._session)

    def _end_transaction(self) -> bool:
        """Whether the commit flies."""
        rows_are_open = self._database.writing.is_sending
        try:
            if not self._has_to_wait:
                return self._database.commit_soon()
            self._database.commit()
            return False
        except BaseException as error:
            self._session.is_spoilt = rows_are_open
            self._database.rollback()
            if self._database.may_have_kept(error):
                raise StorageFailedError(
                    f"The disk failed while the change was committed: {error}.",
                    self._database.place,
                    "It may have been kept or not. Check the disk; then look whether the change is there, "
                    "or repeat it with the same idempotency key.",
                ) from error
            raise

    def _look_for_foreign_writes(self) -> None:
        self._land_alone()
        try:
            with self._database.lock:
                is_changed = self._database.look()
        except Exception:  # the writer must survive a disk that cannot be read; what it remembers may be old
            _LOG.exception("looking for others' commits failed")
            is_changed = True
        if is_changed:
            self._hear_of_foreign_writes()

    def _may_be_one_of_them(self, error: BaseException) -> bool:
        """Whether the others of the group may do better without the one that the error comes from."""
        refusal = self._database.refusal_of(error)
        return refusal is Refusal.CONFLICT or (refusal is Refusal.REFUSED and self._session.is_spoilt)

    def _forget(self) -> None:
        self._memory.forget_all()
        self._session.forget()

    def _hear_of_foreign_writes(self) -> None:
        self._forget()
        self._feed.publish([Change(topic=Topic.EVERYTHING, kind="written-by-another-process")])


class InlineWriter(Writer):
    """Has no thread: a group is run when somebody asks for an outcome, by the thread that asks.

    For simulations: equal runs then do equal things in equal order. One thread at a time may use the engine.
    """

    def close(self) -> None:
        """Finish what is queued."""
        try:
            self._run_queued()
        finally:
            self._is_closed = True

    def _begin(self) -> None:
        """No thread."""

    def _new_future(self) -> "Future[Result]":
        return _AskedFuture(self._run_queued)

    def _run_queued(self) -> None:
        self._look_for_foreign_writes()
        while not self._queue.empty():
            group, _ = self._gather(self._queue.get())
            if group:
                self._commit(group)
        self._land_alone()
        self._garbage.go_on()


class _AskedFuture(Future[Result]):
    """A future that is made true by asking for it."""

    def __init__(self, run: Callable[[], None]) -> None:
        super().__init__()
        self._run = run

    def result(self, timeout: float | None = None) -> Result:
        self._run()
        return super().result(timeout)

    def exception(self, timeout: float | None = None) -> BaseException | None:
        self._run()
        return super().exception(timeout)


def _is_late(work: "_Work[object]") -> bool:
    return work.is_late


def _failure(database: Database, error: BaseException) -> BaseException:
    """The error that callers get: typed, where it comes from the store."""
    if isinstance(error, ConnectionLostError) or database.refusal_of(error) is None:
        return error
    failure = StorageFailedError(
        f"The database refused the change: {error}.",
        database.place,
        "Nothing of it was kept. Free disk space or end what holds the database, then try again.",
    )
    failure.__cause__ = error
    return failure
