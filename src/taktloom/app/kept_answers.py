# SPDX-License-Identifier: Apache-2.0
"""Answers of engines elsewhere, kept in memory for a while: nothing tells when what they counted has changed."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import datetime, timedelta

KEPT = 64


class KeptAnswers:
    """The last answers by key, each with the instant of its count."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._answers: OrderedDict[Hashable, tuple[datetime, object]] = OrderedDict()

    def load(self, key: Hashable, *, kept_s: int) -> object | None:
        """The answer when it is younger than *kept_s*, else None."""
        with self._lock:
            at, answer = self._answers.get(key, (None, None))
            if at is None or self._clock() - at >= timedelta(seconds=kept_s):
                return None
            self._answers.move_to_end(key)
            return answer

    def save(self, key: Hashable, answer: object) -> None:
        """Keep *answer* in place of what was kept under *key*."""
        with self._lock:
            self._answers[key] = (self._clock(), answer)
            self._answers.move_to_end(key)
            while len(self._answers) > KEPT:
                self._answers.popitem(last=False)
