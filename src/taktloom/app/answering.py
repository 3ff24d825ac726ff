# SPDX-License-Identifier: Apache-2.0
"""Answers about a log that may take longer than a request: known ones at once, others as works that are joined."""

from collections.abc import Callable, Hashable
from typing import TypeVar, cast

from taktloom.app.context import Context
from taktloom.app.long_work import ANSWERED_WITHIN_S, WorkHandle, WorkKind, WorkStatus

Found = TypeVar("Found")
SMALL_LOG_EVENTS = 200_000
"""What counts the events of so many takes some hundred megabytes at most, and seldom a second."""


def known_or_begun(
    context: Context,
    log_id: str,
    key: tuple[Hashable, ...],
    work: Callable[[WorkHandle], Found],
    *,
    counts_only: bool = False,
) -> Found | WorkStatus:
    """What the log's results have under *key* at once, however many works wait for their turn; else what *work* gives
    where that comes within two seconds, else the work to follow.

    counts_only: its time grows with the events and nothing else; of a small log it waits behind no long work.
    A work that began before the log was imported anew is not joined: it tells of what is no more. Raises NotFoundError.
    """
    known = context.rooms.logs.known(log_id, key)
    if known is not None:
        return cast("Found", known)
    metadata = context.rooms.logs.metadata(log_id)
    return context.rooms.long_work.answer(
        work,
        kind=WorkKind.ANALYSIS,
        key=(log_id, metadata.imported_at, *key),
        is_quick=counts_only and metadata.counts.events <= SMALL_LOG_EVENTS,
        seconds=ANSWERED_WITHIN_S,
    )
