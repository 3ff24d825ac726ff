# SPDX-License-Identifier: Apache-2.0
"""Makes the rooms and joins them; the only module that names concrete stores and hosts."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property

from taktloom.app.changes import ChangeFeed
from taktloom.app.settings import Settings
from taktloom.assure.identity import IdentityStore


def utc_now() -> datetime:
    """The clock of the doors and stores."""
    return datetime.now(UTC)  # noqa: TID251 - app is where the clock comes from


class Rooms:
    """The rooms of one data folder, each made when first used."""

    def __init__(self, settings: Settings, *, clock: Callable[[], datetime] = utc_now) -> None:
        self.settings, self.clock = settings, clock
        self.changes = ChangeFeed()
        settings.data.mkdir(parents=True, exist_ok=True)

    @cached_property
    def identity(self) -> IdentityStore:
        """Users, sessions, keys, audit."""
        return IdentityStore(self.settings.data / "identity.db", clock=self.clock)

    def close(self) -> None:
        """Close what was opened."""
        if "identity" in self.__dict__:
            self.identity.close()
