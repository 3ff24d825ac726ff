# SPDX-License-Identifier: Apache-2.0
"""Recorded cases as the replayer takes them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from taktloom.feel.values import FeelValue


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayEvent:
    """One completed activity: its label, when (UTC), and the values known with it."""

    activity: str
    occurred_at: datetime
    variables: Mapping[str, FeelValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayCase:
    """events: in their order, at least one. variables: known when the case begins. begun_at: its start (UTC)."""

    case_id: str
    begun_at: datetime
    events: tuple[ReplayEvent, ...]
    variables: Mapping[str, FeelValue] = field(default_factory=dict)

    @property
    def activities(self) -> tuple[str, ...]:
        """Labels in order."""
        return tuple(event.activity for event in self.events)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayLimits:
    """positions: looked at per case; subsets: flows of an inclusive gateway of which all combinations are tried."""

    positions: int = 20_000
    subsets: int = 4
