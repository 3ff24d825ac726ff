# SPDX-License-Identifier: Apache-2.0
"""Business calendars: requests and responses."""

from datetime import date
from typing import Any

from pydantic import Field

from taktloom.web.schemas.shared import In, Instant, Out


class CalendarIn(In):
    """definition: zone, week, holidays and exceptions; see the reference of business calendars."""

    definition: dict[str, Any]
    is_default: bool = False


class CalendarView(Out):
    name: str
    version: int
    is_default: bool
    definition: dict[str, Any]
    saved_at: Instant
    saved_by: str | None


class CalendarDay(Out):
    """hours: spans such as 09:00-17:00; none: closed. holiday: its name, or empty."""

    day: date
    hours: list[str]
    holiday: str


class CalendarAnswer(Out):
    calendar: str
    anchor: Instant
    rule: str
    due_at: Instant
    opens_at: Instant


class BusinessTime(Out):
    """Open time in seconds."""

    business_time_s: float = Field(description="Negative where the second instant is earlier.")
