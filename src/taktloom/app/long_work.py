# SPDX-License-Identifier: Apache-2.0
"""Work that takes longer than a request: a few threads, progress with an estimate of the time left, cancelling.

Works are begun in the order in which they are asked for, two at a time. A third place is kept for quick ones, so that a
small look never waits behind long analyses; a quick work takes whichever place comes first.
States live in memory: what was running when the server stopped has left nothing behind and is begun anew by a person.
"""

import logging
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TypeAlias, TypeVar, cast

from taktloom.model.errors import ConflictError, NotFoundError, TaktloomError, UnexpectedError

Report: TypeAlias = Callable[[str, int, "int | None"], None]
"""stage, done, total (None: unknown)"""
Result = TypeVar("Result")

LOGGER = logging.getLogger("taktloom.app")
KEPT = 200
ANSWERED_WITHIN_S = 2.0
ESTIMATE_AFTER_S = 1.0
PACE_S = 0.1


class WorkKind(StrEnum):
    """What is done; who may look at it or stop it differs."""

    IMPORT = "import"
    POTENTIAL = "potential"
    DRAFT = "draft"
    ANALYSIS = "analysis"
    QUERY = "query"


class HeldByWorkError(ConflictError):
    """Another work has what this one needs for itself."""

    code = "TL-2953"

    def __init__(self, work_id: str) -> None:
        super().__init__(
            "This file is being imported already.",
            remedy="Wait for that import or cancel it; to import the file twice, upload it twice.",
            parameters={"id": work_id},
        )


class Lane(StrEnum):
    """Where works are begun: those that compute here, the place kept for quick ones of these, and those that wait for
    another machine's answer, which hold up no other work."""

    COMPUTING = "computing"
    QUICK = "quick"
    ELSEWHERE = "elsewhere"


THREADS: Mapping[Lane, int] = {Lane.COMPUTING: 2, Lane.QUICK: 1, Lane.ELSEWHERE: 4}


class WorkState(StrEnum):
    """How far a work is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkStatus:
    """A snapshot. total, eta_s: None while unknown. result: of the work once done; error: why it failed."""

    work_id: str
    kind: WorkKind
    state: WorkState
    stage: str = ""
    done: int = 0
    total: int | None = None
    eta_s: float | None = None
    result: object = None
    error: TaktloomError | None = None


@dataclass(slots=True)
class WorkHandle:
    """What the work itself gets: it reports, and asks whether to stop."""

    clock: Callable[[], float]
    status: WorkStatus
    key: Hashable = None
    holds: Hashable = None
    wants_stop: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)
    _stage_began: float = 0.0
    _stops: list[Callable[[], None]] = field(default_factory=list)

    def when_stopped(self, stop: Callable[[], None]) -> None:
        """Call *stop* when the work shall stop, from another thread; at once when that is so already."""
        self._stops.append(stop)
        if self.is_cancelled():
            stop()

    def stop(self) -> None:
        """Ask the work to stop: for whoever began it. *stop* of `when_stopped` may be called more than once."""
        self.wants_stop.set()
        for stop in tuple(self._stops):
            stop()

    def report(self, stage: str, done: int, total: int | None) -> None:
        """Tell how far the work is; total None or 0: unknown."""
        now = self.clock()
        if stage != self.status.stage:
            self._stage_began = now
        elapsed = now - self._stage_began
        is_known = bool(total) and done > 0 and elapsed >= ESTIMATE_AFTER_S
        eta_s = elapsed * (total - done) / done if is_known and total else None
        self.status = replace(self.status, stage=stage, done=done, total=total or None, eta_s=eta_s)

    def is_cancelled(self) -> bool:
        """Whether the work shall stop."""
        return self.wants_stop.is_set()

    def advance(self, stage: str, done: int, total: int | None) -> None:
        """Report, and raise ConflictError when the work shall stop: for works that leave nothing half done."""
        self.report(stage, done, total)
        if self.is_cancelled():
            raise ConflictError("The work was cancelled.", remedy="Begin it again when you need its result.")


def unheard(stage: str, done: int, total: int | None) -> None:
    """For callers who do not listen."""
    del stage, done, total


def paced(report: Report, *, clock: Callable[[], float] = time.monotonic) -> Report:
    """*report*, told again what it heard last only ten times a second: loops may say at each item that they go on."""
    heard: tuple[str, int, int | None] | None = None
    heard_at = 0.0

    def pace(stage: str, done: int, total: int | None) -> None:
        nonlocal heard, heard_at
        now, told = clock(), (stage, done, total)
        if told != heard or now - heard_at >= PACE_S:
            heard, heard_at = told, now
            report(stage, done, total)

    return pace


class LongWork:
    """Runs works in a few threads."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._pools = {
            lane: ThreadPoolExecutor(max_workers=threads, thread_name_prefix="taktloom-work")
            for lane, threads in THREADS.items()
        }
        self._handles: OrderedDict[str, WorkHandle] = OrderedDict()
        self._not_begun: dict[str, Callable[[WorkHandle], object]] = {}
        self._lock = threading.Lock()

    def begin(
        self,
        work: Callable[[WorkHandle], object],
        *,
        kind: WorkKind,
        key: Hashable = None,
        holds: Hashable = None,
        is_quick: bool = False,
    ) -> str:
        """Queue a work; its id. With a *key*, a work under the same key that is not over is joined instead.

        holds: what no two works may have at once. Raises HeldByWorkError while another has it that cannot be joined.
        is_quick: it takes seconds at most and little memory, and may be begun in the place kept for such.
        """
        work_id = secrets.token_hex(8)
        status = WorkStatus(work_id=work_id, kind=kind, state=WorkState.WAITING)
        handle = WorkHandle(clock=self._clock, status=status, key=key, holds=holds)
        with self._lock:
            others = [other for other in self._handles.values() if not other.ended.is_set()]
            for other in others:
                if key is not None and other.key == key and not _is_over(other.status) and not other.is_cancelled():
                    return other.status.work_id
            for other in others:
                if holds is not None and other.holds == holds:
                    raise HeldByWorkError(other.status.work_id)
            self._handles[work_id], self._not_begun[work_id] = handle, work
            over = [known for known, other in self._handles.items() if _is_over(other.status)]
            for known in over[: max(0, len(self._handles) - KEPT)]:
                del self._handles[known]
        for lane in _lanes(kind, is_quick=is_quick):
            self._pools[lane].submit(self._run, work_id)
        return work_id

    def answer(
        self,
        work: Callable[[WorkHandle], Result],
        *,
        kind: WorkKind,
        key: Hashable,
        is_quick: bool = False,
        seconds: float = ANSWERED_WITHIN_S,
    ) -> Result | WorkStatus:
        """The result of a work that is over within *seconds*, else how far it is; what ended it otherwise is raised.

        For works of which the result is found again by the same call: begun anew, they find what they kept.
        """
        status = self.wait(self.begin(work, kind=kind, key=key, is_quick=is_quick), seconds=seconds)
        if status.error is not None:
            raise status.error
        return cast("Result", status.result) if status.state is WorkState.DONE else status

    def show(self, work_id: str, *kinds: WorkKind) -> WorkStatus:
        """How far it is. Raises NotFoundError, also when it is none of *kinds*."""
        return self._handle(work_id, kinds).status

    def wait(self, work_id: str, *, seconds: float) -> WorkStatus:
        """How far it is, once it is over or after *seconds*. Raises NotFoundError."""
        handle = self._handle(work_id, ())
        handle.ended.wait(seconds)
        return handle.status

    def cancel(self, work_id: str, *kinds: WorkKind) -> None:
        """Ask it to stop; it ends at its next report. Raises ConflictError when it is over, NotFoundError."""
        handle = self._handle(work_id, kinds)
        if _is_over(handle.status):
            raise ConflictError("The work is over already.", remedy="Look at its result.")
        handle.stop()

    def close(self) -> None:
        """Ask all to stop and wait for them."""
        with self._lock:
            handles = tuple(self._handles.values())
        for handle in handles:
            handle.stop()
        for pool in self._pools.values():
            pool.shutdown(wait=True, cancel_futures=True)

    def _run(self, work_id: str) -> None:
        """Carry the work out unless it was begun in another lane; only its id waits there, not what it has found."""
        with self._lock:
            work, handle = self._not_begun.pop(work_id, None), self._handles.get(work_id)
        if work is None or handle is None:
            return
        try:
            _carry_out(handle, work)
        finally:
            handle.ended.set()

    def _handle(self, work_id: str, kinds: tuple[WorkKind, ...]) -> WorkHandle:
        with self._lock:
            handle = self._handles.get(work_id)
        if handle is None or (kinds and handle.status.kind not in kinds):
            raise NotFoundError(
                f"There is no work {work_id}.",
                remedy="It may have ended before the server was started anew; begin it again.",
                parameters={"id": work_id},
            )
        return handle


def _lanes(kind: WorkKind, *, is_quick: bool) -> tuple[Lane, ...]:
    if kind is WorkKind.QUERY:
        return (Lane.ELSEWHERE,)
    return (Lane.COMPUTING, Lane.QUICK) if is_quick else (Lane.COMPUTING,)


def _carry_out(handle: WorkHandle, work: Callable[[WorkHandle], object]) -> None:
    if handle.is_cancelled():
        handle.status = replace(handle.status, state=WorkState.CANCELLED)
        return
    handle.status = replace(handle.status, state=WorkState.RUNNING)
    try:
        result = work(handle)
        handle.status = replace(handle.status, state=WorkState.DONE, eta_s=0.0, result=result)
    except TaktloomError as error:
        state = WorkState.CANCELLED if handle.is_cancelled() else WorkState.FAILED
        handle.status = replace(handle.status, state=state, eta_s=None, error=error)
    except BaseException:  # a thread's boundary: a panic of a compiled library, too, must reach the person who waits
        error_id = secrets.token_hex(6)
        LOGGER.exception("unexpected error %s", error_id)
        failure = UnexpectedError(
            "Something went wrong on our side.",
            remedy=f"Report the error id {error_id} and the log around it.",
            parameters={"error_id": error_id},
        )
        handle.status = replace(handle.status, state=WorkState.FAILED, eta_s=None, error=failure)


def _is_over(status: WorkStatus) -> bool:
    return status.state in {WorkState.DONE, WorkState.FAILED, WorkState.CANCELLED}
