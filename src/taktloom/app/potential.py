# SPDX-License-Identifier: Apache-2.0
"""Automation potential of a log's activities."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from taktloom.app.context import Context, use_case
from taktloom.app.unwired import not_wired
from taktloom.assure.permissions import Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Money per hour, given by a person."""

    currency: str
    per_hour: float
    by_role: Mapping[str, float] = field(default_factory=dict)
    by_resource: Mapping[str, float] = field(default_factory=dict)


@use_case(Permission.LOG_VIEW)
def show_potential(context: Context, *, log_id: str) -> object:
    """The potential."""
    not_wired()


@use_case(Permission.LOG_VIEW)
def show_rates(context: Context, *, log_id: str) -> Rates | None:
    """The given rates."""
    not_wired()


@use_case(Permission.LOG_EDIT)
def set_rates(context: Context, *, log_id: str, rates: Rates) -> None:
    """Give rates."""
    not_wired()
