# SPDX-License-Identifier: Apache-2.0
"""Parts of a log at work side by side: numpy and Polars let go of the interpreter while they compute."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import TypeVar

MOST_AT_ONCE = 4  # each has its part in memory
Given = TypeVar("Given")
Found = TypeVar("Found")


def side_by_side(works: Iterable[Callable[[], Found]]) -> Iterator[Found]:
    """The results of *works* in their order; a few are done at once, and only so many are begun and not yet taken."""
    most = min(os.cpu_count() or 1, MOST_AT_ONCE)
    waiting: deque[Future[Found]] = deque()
    with ThreadPoolExecutor(max_workers=most) as pool:
        try:
            for work in works:
                waiting.append(pool.submit(work))
                if len(waiting) > most:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def each_side_by_side(work: Callable[[Given], Found], parts: Iterable[Given]) -> Iterator[Found]:
    """What *work* gives for each of *parts*, in their order, a few at once."""
    return side_by_side(partial(work, part) for part in parts)
