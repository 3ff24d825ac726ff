# SPDX-License-Identifier: Apache-2.0
"""How a long analysis tells how far it is, and how it is stopped, without each function passing a listener on.

Whoever runs an analysis listens (`watched_by`); what runs says how far it is (`tell`), or only that it is still there
(`heed`, `heeding`). The listener may raise at any of these to stop the work, which leaves nothing half done. Where
nobody listens they cost next to nothing and change nothing. Steps nest: what is told inside one moves the whole on by
that step's share, so that an estimate of the time left holds for the whole.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

GRAIN = 1_000
HEED_EVERY = 200

Item = TypeVar("Item")
Report: TypeAlias = Callable[[str, int, "int | None"], None]
"""stage, done, total (None: unknown); it may raise to stop the work"""


@dataclass(slots=True)
class _Watch:
    """The listener; inside steps the outermost stage and the share of the whole that the innermost step covers."""

    report: Report
    told: tuple[str, int, int | None]
    stage: str = ""
    low: float = 0.0
    high: float = 1.0

    def tell(self, stage: str, done: int, total: int | None) -> None:
        if self.stage:
            share = min(1.0, done / total) if total else 0.0
            stage, done, total = self.stage, int(GRAIN * (self.low + (self.high - self.low) * share)), GRAIN
        self.told = (stage, done, total)
        self.report(stage, done, total)


_WATCH: ContextVar[_Watch | None] = ContextVar("taktloom_mining_watch", default=None)


@contextmanager
def watched_by(report: Report) -> Iterator[None]:
    """What runs inside, in this thread, tells *report*, which should be quick: loops call it."""
    token = _WATCH.set(_Watch(report, told=("", 0, None)))
    try:
        yield
    finally:
        _WATCH.reset(token)


@contextmanager
def step(stage: str, number: int, steps: int) -> Iterator[None]:
    """Step *number* (from 0) of *steps* of equal weight; inside others, their stage is the one that is shown."""
    outer = _WATCH.get()
    if outer is None:
        yield
        return
    width = (outer.high - outer.low) / steps
    low = outer.low + number * width
    inner = _Watch(outer.report, told=outer.told, stage=outer.stage or stage, low=low, high=low + width)
    token = _WATCH.set(inner)
    try:
        inner.tell(stage, 0, None)
        yield
    finally:
        _WATCH.reset(token)


def tell(stage: str, done: int, total: int | None = None) -> None:
    """Say how far the work is; raises what the listener raises to stop it."""
    watch = _WATCH.get()
    if watch is not None:
        watch.tell(stage, done, total)


def heed() -> None:
    """Say again what was said last; raises what the listener raises to stop the work."""
    watch = _WATCH.get()
    if watch is not None:
        watch.report(*watch.told)


def heeding(items: Iterable[Item]) -> Iterable[Item]:
    """The items, with a `heed` every few hundred; just *items* where nobody listens."""
    return items if _WATCH.get() is None else _heeding(items)


def telling(items: Collection[Item], stage: str) -> Iterable[Item]:
    """The items, telling a thousand times at most, evenly, how many are done."""
    return items if _WATCH.get() is None else _telling(items, stage)


def _heeding(items: Iterable[Item]) -> Iterator[Item]:
    for number, item in enumerate(items):
        if number % HEED_EVERY == 0:
            heed()
        yield item


def _telling(items: Collection[Item], stage: str) -> Iterator[Item]:
    every = max(1, len(items) // GRAIN)
    for number, item in enumerate(items):
        if number % every == 0:
            tell(stage, number, len(items))
        yield item
