# SPDX-License-Identifier: Apache-2.0
"""How often a key may call: a bucket per key that fills by the second and holds twice as much.

Keys of one name, an old one and the one that follows it, do not take from each other.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from taktloom.app.context import Principal, PrincipalKind
from taktloom.model.errors import RateExceededError

_REMEMBERED = 10_000


class RequestRateError(RateExceededError):
    """A key calls more often than it may."""

    code = "TL-2909"


class RateLimiter:
    """Counts requests of service accounts; people at a browser are not counted."""

    def __init__(self, per_second: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._clock = per_second, clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # key -> (left, at)
        self._lock = threading.Lock()

    def require(self, principal: Principal) -> None:
        """Take one request out of the caller's bucket. Raises RequestRateError when it is empty."""
        if principal.kind is not PrincipalKind.SERVICE_ACCOUNT:
            return
        with self._lock:
            key, now = principal.key_id or principal.name, self._clock()
            left, at = self._buckets.pop(key, (2.0 * self._rate, now))
            left = min(left + (now - at) * self._rate, 2.0 * self._rate)
            self._buckets[key] = (left - 1 if left >= 1 else left, now)
            while len(self._buckets) > _REMEMBERED:
                self._buckets.popitem(last=False)
        if left >= 1:
            return
        raise RequestRateError(
            f"The key sends more than {self._rate} requests per second.",
            remedy="Wait a second. Ask for several jobs at once, and complete them together.",
            parameters={"limit": str(self._rate), "retry_after_s": "1"},
        )
