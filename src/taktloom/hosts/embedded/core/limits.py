# SPDX-License-Identifier: Apache-2.0
"""What one call may ask of the engine; every input has a limit, and exceeding it names it."""

from collections.abc import Sized
from dataclasses import dataclass

from taktloom.model.errors import LimitExceededError


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineLimits:
    """Upper bounds; bytes are of the stored JSON form."""

    variable_bytes: int = 4 * 1024 * 1024
    steps_between_states: int = 8  # how often a state is written, a large one more seldom; the journal tells the rest
    job_value_characters: int = 1024  # a longer value is written once for all jobs of its instance
    deployment_files: int = 50
    deployment_bytes: int = 20 * 1024 * 1024
    comment_characters: int = 10_000
    comments: int = 1_000
    attachment_bytes: int = 10 * 1024 * 1024
    attachments: int = 20
    calendar_bytes: int = 256 * 1024
    draft_bytes: int = 20 * 1024 * 1024
    batch_items: int = 1000
    batch_targets: int = 50_000
    jobs_per_lock: int = 1000
    page_rows: int = 500
    text_characters: int = 1000
    deliveries: int = 10_000  # from instance to instance in one transaction: signals, messages, calls
    call_depth: int = 100  # call activities inside called processes
    follow_up_events: int = 1000  # answers to questions of one advance: decisions, buffered messages


def require_within(limit_name: str, amount: int, limit: int) -> None:
    """Raise LimitExceededError when *amount* is above *limit*."""
    if amount > limit:
        raise LimitExceededError(
            f"{limit_name} is {amount}; the limit is {limit}.",
            remedy="Send less at once, or raise the limit in the settings.",
            parameters={"limit_name": limit_name, "amount": str(amount), "limit": str(limit)},
        )


def require_count(limit_name: str, items: Sized, limit: int) -> None:
    """Raise LimitExceededError when there are more than *limit* items."""
    require_within(limit_name, len(items), limit)


def page_size(wanted: int, limits: EngineLimits) -> int:
    """How many rows a page gets: what is wanted, at least one, at most the limit."""
    return max(1, min(wanted, limits.page_rows))
