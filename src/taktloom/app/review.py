# SPDX-License-Identifier: Apache-2.0
"""Review of a log."""

from dataclasses import dataclass
from datetime import datetime

from taktloom.app.context import Context, use_case
from taktloom.app.unwired import not_wired
from taktloom.assure.permissions import Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which cases count; empty: all."""

    from_at: datetime | None = None
    to_at: datetime | None = None
    variants: tuple[str, ...] = ()
    top_variants: int | None = None
    activities: tuple[str, ...] = ()
    case: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MapShares:
    """How much of the map is kept, most frequent first, 0..1."""

    activities: float = 1.0
    edges: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MinedModel:
    """A mined model."""

    bpmn_xml: str


@use_case(Permission.LOG_VIEW)
def review_log(context: Context, *, log_id: str, chosen: Filter) -> object:
    """The review."""
    not_wired()


@use_case(Permission.LOG_VIEW)
def map_log(context: Context, *, log_id: str, chosen: Filter, shares: MapShares) -> object:
    """The map."""
    not_wired()


@use_case(Permission.LOG_VIEW)
def export_map_svg(context: Context, *, log_id: str, chosen: Filter, shares: MapShares) -> bytes:
    """The map as SVG."""
    not_wired()


@use_case(Permission.LOG_VIEW)
def export_map_csv(context: Context, *, log_id: str, chosen: Filter) -> bytes:
    """The map's connections as CSV."""
    not_wired()


@use_case(Permission.LOG_VIEW)
def list_variants(context: Context, *, log_id: str, chosen: Filter, limit: int) -> tuple[object, ...]:
    """Variants."""
    not_wired()


@use_case(Permission.LOG_VIEW)
def export_variants_csv(context: Context, *, log_id: str, chosen: Filter) -> bytes:
    """All variants as CSV."""
    not_wired()


@use_case(Permission.LOG_VIEW)
def mine_model(context: Context, *, log_id: str, chosen: Filter, noise: float) -> MinedModel:
    """A sound model."""
    not_wired()
