# SPDX-License-Identifier: Apache-2.0
"""Connections to SQL engines, and what their tables show."""

from datetime import datetime
from typing import Literal

from taktloom.app.connections import CountedTable
from taktloom.web.schemas.analyses import AnalysisResultOut, result_out
from taktloom.web.schemas.shared import Out


class ConnectionTableOut(Out):
    """analyses: those that can be asked for. orders_ties: a column orders rows of the same case and time."""

    name: str
    analyses: list[str]
    has_start: bool
    has_resource: bool
    orders_ties: bool


class ConnectionOut(Out):
    """readiness: extra-missing, the libraries for SQL engines are not installed; driver-missing, the engine's own is
    not; unable, no analyses are done on this kind. can_stop: the engine stops when an analysis is cancelled. kept_s:
    how long a result is shown again."""

    name: str
    engine: str
    readiness: Literal["ready", "extra-missing", "driver-missing", "unable"]
    can_stop: bool
    time_limit_s: int
    row_limit: int
    kept_s: int
    tables: list[ConnectionTableOut]


class ConnectionsOut(Out):
    """notes: what to do where there are none."""

    items: list[ConnectionOut]
    notes: list[str]


class TableFactsOut(Out):
    """rows: counted, after the filter. skipped_rows: without case, activity or time. tied_rows: of the same case and
    time as another. is_reproducible: ties are ordered, or there are none. is_collation_checked: the engine could tell
    whether it holds different texts for equal."""

    rows: int
    skipped_rows: int
    tied_rows: int
    is_reproducible: bool
    is_collation_checked: bool


class CountedTableOut(AnalysisResultOut):
    """What the engine counted, and when; the same answer is given again for a while."""

    facts: TableFactsOut
    counted_at: datetime


def counted_out(found: CountedTable) -> CountedTableOut:
    """As it is sent."""
    facts = TableFactsOut.model_validate(found.counted.facts, from_attributes=True)
    shown = result_out(found.counted.output)
    return CountedTableOut(**shown.model_dump(), facts=facts, counted_at=found.counted_at)
