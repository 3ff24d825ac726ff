# SPDX-License-Identifier: Apache-2.0
import threading
from collections.abc import Iterator

import pytest

from taktloom.app.long_work import KEPT, PACE_S, LongWork, WorkHandle, WorkKind, WorkState, WorkStatus, paced
from taktloom.model.errors import ConflictError, InputRefusedError, NotFoundError


class StepClock:
    """Goes on by a second whenever it is asked."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 1.0
        return self.now


@pytest.fixture
def works() -> Iterator[LongWork]:
    made = LongWork(clock=StepClock())
    yield made
    made.close()


def _end(works: LongWork, work_id: str) -> WorkStatus:
    """Wait for the work: what is queued behind it in both threads runs only after it."""
    behind = [threading.Event(), threading.Event()]
    while works.show(work_id).state in {WorkState.WAITING, WorkState.RUNNING}:
        for event in behind:
            event.wait(0.01)
    return works.show(work_id)


def test_a_work_gives_its_result(works: LongWork) -> None:
    status = _end(works, works.begin(lambda handle: 42, kind=WorkKind.IMPORT))

    assert (status.state, status.result, status.error) == (WorkState.DONE, 42, None)


def test_progress_tells_the_time_left_within_the_stage(works: LongWork) -> None:
    seen: list[WorkStatus] = []

    def work(handle: WorkHandle) -> None:
        handle.report("reading", 0, 100)
        handle.report("reading", 25, 100)
        seen.append(handle.status)
        handle.report("writing", 1, 0)
        seen.append(handle.status)

    _end(works, works.begin(work, kind=WorkKind.IMPORT))

    assert (seen[0].stage, seen[0].done, seen[0].total, seen[0].eta_s) == ("reading", 25, 100, 3.0)
    assert (seen[1].stage, seen[1].total, seen[1].eta_s) == ("writing", None, None)


def test_a_refusal_is_kept_for_whoever_asks(works: LongWork) -> None:
    def work(handle: WorkHandle) -> None:
        raise InputRefusedError("Row 3 has no case.", remedy="Mend it.")

    status = _end(works, works.begin(work, kind=WorkKind.IMPORT))

    assert status.state is WorkState.FAILED
    assert status.error is not None
    assert status.error.cause == "Row 3 has no case."


class PanicError(BaseException):
    """As the compiled parts of libraries raise: none of Python's exceptions."""


@pytest.mark.parametrize("kind", [ZeroDivisionError, PanicError])
def test_a_defect_is_told_by_its_id_only(
    works: LongWork, caplog: pytest.LogCaptureFixture, kind: type[BaseException]
) -> None:
    def work(handle: WorkHandle) -> None:
        raise kind("secret value 17")

    status = _end(works, works.begin(work, kind=WorkKind.IMPORT))

    assert status.error is not None
    assert status.error.code == "TL-5000"
    assert "secret" not in str(status.error)
    assert status.error.parameters["error_id"] in caplog.text


def test_a_cancelled_work_stops_at_its_next_question(works: LongWork) -> None:
    has_begun, may_go_on = threading.Event(), threading.Event()

    def work(handle: WorkHandle) -> None:
        has_begun.set()
        may_go_on.wait(60)
        if handle.is_cancelled():
            raise ConflictError("The import was cancelled.")

    work_id = works.begin(work, kind=WorkKind.IMPORT)
    has_begun.wait(60)
    works.cancel(work_id)
    may_go_on.set()

    assert _end(works, work_id).state is WorkState.CANCELLED
    with pytest.raises(ConflictError):
        works.cancel(work_id)


def test_an_unknown_work_is_told_so(works: LongWork) -> None:
    with pytest.raises(NotFoundError):
        works.show("none")


def test_whoever_asks_for_a_work_that_runs_joins_it(works: LongWork) -> None:
    go_on = threading.Event()

    first = works.begin(lambda handle: go_on.wait(60), kind=WorkKind.POTENTIAL, key="log 1")
    joined = works.begin(lambda handle: None, kind=WorkKind.POTENTIAL, key="log 1")
    other = works.begin(lambda handle: None, kind=WorkKind.POTENTIAL, key="log 2")
    go_on.set()
    _end(works, first)

    assert joined == first
    assert other != first
    assert works.begin(lambda handle: None, kind=WorkKind.POTENTIAL, key="log 1") != first


def test_a_work_is_found_among_its_kind_only(works: LongWork) -> None:
    work_id = works.begin(lambda handle: None, kind=WorkKind.IMPORT)

    assert works.show(work_id, WorkKind.IMPORT).work_id == work_id
    with pytest.raises(NotFoundError):
        works.show(work_id, WorkKind.DRAFT)
    with pytest.raises(NotFoundError):
        works.cancel(work_id, WorkKind.DRAFT)


def test_a_cancelled_work_ends_where_it_advances(works: LongWork) -> None:
    reached, go_on = threading.Event(), threading.Event()

    def work(handle: WorkHandle) -> None:
        handle.advance("choices", 0, 2)
        reached.set()
        go_on.wait(60)
        handle.advance("choices", 1, 2)

    work_id = works.begin(work, kind=WorkKind.DRAFT)
    reached.wait(60)
    works.cancel(work_id)
    go_on.set()
    status = _end(works, work_id)

    assert (status.state, status.stage, status.done) == (WorkState.CANCELLED, "choices", 1)
    assert status.result is None


def test_what_was_told_last_is_told_again_only_after_a_while() -> None:
    heard: list[tuple[str, int, int | None]] = []
    moments = iter((1.0, 1.0, 1.0 + PACE_S / 2, 1.0 + PACE_S, 1.0 + PACE_S, 1.0 + PACE_S))
    report = paced(lambda *told: heard.append(told), clock=lambda: next(moments))

    for done in (1, 1, 1, 1, 2, 2):
        report("reading", done, 3)

    assert heard == [("reading", 1, 3), ("reading", 1, 3), ("reading", 2, 3)]


def _hold_up(works: LongWork, go_on: threading.Event, *, count: int = 2) -> list[str]:
    """Long works in all places of those that compute, which go on when *go_on* is set."""
    return [works.begin(lambda handle: go_on.wait(60), kind=WorkKind.ANALYSIS) for _ in range(count)]


def test_a_quick_work_waits_behind_no_long_ones(works: LongWork) -> None:
    go_on = threading.Event()
    long = _hold_up(works, go_on, count=5)

    quick = [works.begin(lambda handle: "seen", kind=WorkKind.ANALYSIS, is_quick=True) for _ in range(3)]

    assert [works.wait(each, seconds=60).result for each in quick] == ["seen"] * 3
    assert WorkState.DONE not in {works.show(each).state for each in long}
    go_on.set()
    assert [_end(works, each).state for each in long] == [WorkState.DONE] * 5


def test_the_place_for_quick_works_takes_no_long_one(works: LongWork) -> None:
    go_on, order = threading.Event(), list[str]()
    _hold_up(works, go_on)

    behind = works.begin(lambda handle: order.append("long"), kind=WorkKind.ANALYSIS)
    quick = works.begin(lambda handle: order.append("quick"), kind=WorkKind.ANALYSIS, is_quick=True)
    works.wait(quick, seconds=60)
    state = works.show(behind).state
    go_on.set()
    works.wait(behind, seconds=60)

    assert (state, order) == (WorkState.WAITING, ["quick", "long"])


def test_quick_works_go_in_their_order_and_each_once_whatever_place_they_take(works: LongWork) -> None:
    go_on, order = threading.Event(), list[int]()
    slow = works.begin(lambda handle: go_on.wait(60), kind=WorkKind.ANALYSIS, is_quick=True)
    _hold_up(works, go_on)

    quick = [
        works.begin(lambda handle, number=number: order.append(number), kind=WorkKind.ANALYSIS, is_quick=True)  # type: ignore[misc]
        for number in range(20)
    ]
    go_on.set()
    ended = [_end(works, each).state for each in (slow, *quick)]

    assert ended == [WorkState.DONE] * 21
    assert sorted(order) == list(range(20))


def test_a_work_that_goes_on_keeps_no_ended_ones_in_memory(works: LongWork) -> None:
    go_on = threading.Event()
    (long, _) = _hold_up(works, go_on)

    quick = [works.begin(lambda handle: "seen", kind=WorkKind.ANALYSIS, is_quick=True) for _ in range(KEPT)]
    works.wait(quick[-1], seconds=60)
    last = works.begin(lambda handle: "seen", kind=WorkKind.ANALYSIS, is_quick=True)

    for gone in quick[:3]:
        with pytest.raises(NotFoundError):
            works.show(gone)
    assert works.show(long).state is WorkState.RUNNING
    assert works.wait(last, seconds=60).state is WorkState.DONE
    go_on.set()
