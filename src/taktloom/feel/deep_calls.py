# SPDX-License-Identifier: Apache-2.0
"""Recursion deeper than Python's stack: an evaluation in segments.

A segment is as deep as a Python stack safely bears, whoever calls. A call beyond that ends the segment with
`DeeperCallError`; the call is made in a segment of its own, on an empty stack; then the segment it stands in runs again
from its start and finds the answer waiting. FEEL has no side effects, so the second run goes the same way: the calls
beyond its end come in the same order, and the n-th of them takes the n-th answer. What a segment has told (warnings,
matched rules) is taken back before it runs again. Steps are not: work done twice counts twice.

Rejected: a larger recursion limit (it belongs to the whole process, and threads share it), threads with larger stacks
(no threads in pure rooms), generators in every closure (slower where nobody recurses).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from taktloom.feel.errors import FeelBudgetError
from taktloom.feel.kinds import FeelValue
from taktloom.feel.runtime import DeeperCallError, Run

__all__ = ["deep_evaluation"]

Thunk = Callable[[], FeelValue]


@dataclass(slots=True)
class _Segment:
    """A piece of the evaluation; answers: of the calls beyond its end, in order, with what each has told."""

    thunk: Thunk
    mark: tuple[int, ...]
    answers: list[tuple[FeelValue, Sequence[list[object]]]] = field(default_factory=list)


def deep_evaluation(run: Run, thunk: Thunk, first: DeeperCallError, mark: tuple[int, ...]) -> FeelValue:
    """The value of *thunk*, which has just ended with *first*; *mark*: what `run` had told before it began.

    Raises FeelBudgetError for a depth beyond the budget.
    """
    segments = [_Segment(thunk, mark)]
    _open(segments, run, first)
    try:
        return _in_segments(segments, run)
    except RecursionError:
        raise FeelBudgetError("depth", run.budget.depth) from None


def _in_segments(segments: list[_Segment], run: Run) -> FeelValue:
    while True:
        segment = segments[-1]
        run.begin_segment(segment.answers, segment.mark)
        try:
            value = segment.thunk()
        except DeeperCallError as call:
            _open(segments, run, call)
            continue
        segments.pop()
        if not segments:
            run.begin_segment((), None)
            return value
        segments[-1].answers.append((value, run.told_since(segment.mark)))


def _open(segments: list[_Segment], run: Run, deeper: DeeperCallError) -> None:
    if len(segments) * run.segment_levels >= run.budget.depth:
        raise FeelBudgetError("depth", run.budget.depth)
    call, arguments = deeper.call, deeper.arguments
    segments.append(_Segment(lambda: call(run, *arguments), run.told()))
