# SPDX-License-Identifier: Apache-2.0
"""Answers about a log that may take longer than a request: known ones at once, others as works that are joined."""

from collections.abc import Callable, Hashable
from typing import TypeVar, cast

from taktloom.app.context import Context
from taktloom.app.long_work import ANSWERED_WITHIN_S, WorkHandle, WorkKind, WorkStatus

Found = TypeVar("Found")


def known_or_begun(
    context: Context, log_id: str, key: tuple[Hashable, ...], work: Callable[[WorkHandle], Found]
) -> Found | WorkStatus:
    """What the log's results have under *key* at once, however many works wait for their turn; else what *work* gives
    where that comes within two seconds, else the work to follow.

    A work that began before the log was imported anew is not joined: it tells of what is no more. Raises NotFoundError.
    """
    known = context.rooms.logs.known(log_id, key)
    if known is not None:
        return cast("Found", known)
    imported_at = context.rooms.logs.metadata(log_id).imported_at
    return context.rooms.long_work.answer(
        work, kind=WorkKind.ANALYSIS, key=(log_id, imported_at, *key), seconds=ANSWERED_WITHIN_S
    )
