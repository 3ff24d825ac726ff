# SPDX-License-Identifier: Apache-2.0
"""Cron expressions: five fields (minute hour day month weekday), six with the second first, or `@daily` and its like.

A time zone may follow: `0 9 * * MON-FRI@Europe/Berlin`; without one it is UTC. Weekdays are 0 to 7, Sunday being 0 and
7. Where both day of month and weekday are restricted either of them is enough, as in crontab(5). `?` stands for `*`.

The fields are parsed and walked by `cronsim`. What happens when clocks change is decided here, alike for five and six
fields (cronsim does it for five only):

- An expression with fixed hours and minutes means times of the wall clock. One that falls into a skipped hour is met
  at the moment of the change; one in an hour that occurs twice is met the first time, once.
- An expression whose minutes or hours begin with `*` means a rhythm of real time: nothing is made up for a skipped
  hour, and an hour that occurs twice has all its instants twice.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from cronsim import CronSim, CronSimError

from taktloom.calendars.durations import TimeTextError
from taktloom.calendars.local_time import instant_of, local_of
from taktloom.calendars.zones import load_zone, zone_exists

__all__ = ["Cron", "parse_cron"]

_TEXT = re.compile(r"(?P<fields>@[a-zA-Z]+|[^@\[\]]+?)\s*(?:@(?P<at>[\w/+\-]+)|\[(?P<bracket>[\w/+\-]+)\])?", re.ASCII)
_LONGEST = 200
_MACROS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_BEGINNING = datetime(2000, 1, 1)  # noqa: DTZ001  (only to have the fields checked)


@dataclass(frozen=True, slots=True)
class Cron:
    """A parsed expression; *fields* are those that cronsim reads."""

    fields: str
    zone: str = "UTC"

    def __str__(self) -> str:
        return f"{self.fields}@{self.zone}"

    def after(self, instant: datetime) -> datetime | None:
        """The first instant (UTC) after the aware *instant*; None where there is none within 50 years."""
        return next(self.instants(instant), None)

    def instants(self, instant: datetime) -> Iterator[datetime]:
        """All instants (UTC) after the aware *instant*, strictly ascending."""
        last = instant
        for found in self._walk(instant):
            if found > last:
                last = found
                yield found

    def _walk(self, instant: datetime) -> Iterator[datetime]:
        if not self._is_fixed():
            for moment in CronSim(self.fields, instant.astimezone(load_zone(self.zone))):
                yield moment.astimezone(UTC)
            return
        # A later time of the wall clock never means an earlier instant, so none before the present one is missed.
        for local in CronSim(self.fields, local_of(self.zone, instant)):
            yield instant_of(self.zone, local.date(), local - local.replace(hour=0, minute=0, second=0))

    def _is_fixed(self) -> bool:
        parts = self.fields.split()
        return not any(part.startswith("*") for part in parts[len(parts) - 5 : len(parts) - 3])


def parse_cron(text: str) -> Cron:
    """Parse the expression; raises TimeTextError."""
    match = _TEXT.fullmatch(text.strip()) if len(text) <= _LONGEST else None
    if match is None:
        raise TimeTextError("a cron expression of five or six fields is expected, such as 0 9 * * MON-FRI")
    zone = match["at"] or match["bracket"] or "UTC"
    if not zone_exists(zone):
        raise TimeTextError("its time zone is unknown")
    given = match["fields"].strip()
    if given.startswith("@") and given.lower() not in _MACROS:
        raise TimeTextError(f"{given} is not one of {', '.join(sorted(_MACROS))}")
    fields = " ".join("*" if part == "?" else part for part in _MACROS.get(given.lower(), given).upper().split())
    try:
        CronSim(fields, _BEGINNING)
    except (CronSimError, ValueError) as error:
        raise TimeTextError(f"it is no cron expression of five or six fields ({str(error).lower()})") from error
    return Cron(fields, zone)
