# SPDX-License-Identifier: Apache-2.0
"""A log prepared for measuring its activities many times over."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from taktloom.mining.distinct import distinct
from taktloom.mining.indicators.regularity import Codes, Numbers, Ordering
from taktloom.mining.indicators.schedules import Marks, find_batches, hour_phases, times_outside_batches
from taktloom.mining.indicators.working_time import NamedCalendar, WorkingHours, count_working_time
from taktloom.mining.logs.canonical import CanonicalLog
from taktloom.mining.logs.variants import VariantTable
from taktloom.mining.statistics.arrays import MICROSECONDS_PER_SECOND, NOBODY, LogArrays, load_arrays
from taktloom.mining.statistics.resources import Actor, ResourceEvidence
from taktloom.mining.watching import heed
from taktloom.model.events import EVENT_ATTRIBUTE_PREFIX

COMMON_COVERAGE = 0.8
FAILED_STATES = ("ate_abort", "pi_abort", "withdraw", "failed", "error")  # IEEE 1849, and the engine's own history
_FAILED_LABELS = (
    r"(?i)\b(abort(ed)?|cancel(l?ed|lation)?|fail(ed|ure)?|withdraw(n|al)?|error)\b|取消|中止|失败|撤回|作废"
)
_SYSTEM_NAMES = ("system", "it_system", "source_system", "application", "app", "software", "系统", "应用")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class IndicatorSource:
    """A log prepared for many weighings. Per row unless said otherwise; None where the log does not tell.

    case_index: 0 … cases-1. case_variants: per case. is_exception: its neighbours stand around it in no common variant.
    actor: per resource code, 1 system, 0 human, -1 cannot be told. already_held, comparable: attribute values that the
    case already held, and attribute values of which it had an earlier one to compare with. has_failed: aborted, or
    the case ends as failed right after it. system: code of the recorded system, -1 unknown. in_batch, batch_told: see
    `schedules`. own_time_us: per row that follows another the time since it, without waiting for a batch. worked_us:
    work from start to completion in the *hours* in which people work, see `working_time`.
    tick_us: what the log's clock shows at best, at least a second.
    """

    log: LogArrays
    case_index: Codes
    case_variants: Codes
    ordering: Ordering
    is_exception: Marks
    actor: Codes
    already_held: Numbers | None = None
    comparable: Numbers | None = None
    has_failed: Marks | None = None
    system: Codes | None = None
    in_batch: Marks
    batch_told: Marks
    own_time_us: Codes
    worked_us: Codes
    hours: WorkingHours
    tick_us: int
    phases: tuple[Numbers, Numbers] | None = None

    @property
    def cases(self) -> int:
        """Number of cases."""
        return int(self.case_variants.size)


def load_indicator_source(
    log: CanonicalLog, resources: Sequence[ResourceEvidence], *, calendar: NamedCalendar | None = None
) -> IndicatorSource:
    """Prepare *log*. resources: its classified resources (human or system). calendar: None for the hours that the log
    shows. Raises LogTooLongForCalendarError for a given calendar."""
    arrays, table = load_arrays(log), log.variants()
    actor = _actors(arrays, resources)
    events = log.events().collect()
    heed()
    held, comparable = _held_values(events)
    heed()
    finest_unit_us = log.metadata.facts.finest_unit_us
    in_batch, batch_told = find_batches(arrays, finest_unit_us)
    heed()
    worked, hours = count_working_time(
        arrays,
        is_system=_by_system(arrays, actor),
        finest_unit_us=finest_unit_us,
        given=calendar,
    )
    case_index = np.repeat(np.arange(arrays.starts.size), np.diff(np.append(arrays.starts, arrays.case.size)))
    return IndicatorSource(
        log=arrays,
        case_index=case_index,
        case_variants=table.case_variants.astype(np.int64),
        ordering=_ordering(table, arrays.activities),
        is_exception=exceptional_events(arrays, rare_cases(table)[case_index]),
        actor=actor,
        already_held=held,
        comparable=comparable,
        has_failed=_failures(arrays, events),
        system=_systems(events),
        in_batch=in_batch,
        batch_told=batch_told,
        own_time_us=times_outside_batches(arrays, finest_unit_us),
        worked_us=worked,
        hours=hours,
        tick_us=max(finest_unit_us, MICROSECONDS_PER_SECOND),
        phases=hour_phases(arrays, finest_unit_us),
    )


def rare_cases(table: VariantTable) -> Marks:
    """Per case: its variant is not among the commonest ones that together cover 80 % of the cases."""
    counts = np.array([variant.cases for variant in table.variants], dtype=np.int64)
    before = np.cumsum(counts) - counts
    common = before < COMMON_COVERAGE * counts.sum()
    rare: NDArray[np.bool_] = ~common
    return rare[table.case_variants]


def neighbours(log: LogArrays) -> tuple[Codes, Codes]:
    """Per row the activity before and after it in its case; the number of activities stands for begin and end."""
    before = np.full(log.activity.size, len(log.activities), dtype=np.int64)
    after = before.copy()
    before[log.follows] = log.activity[log.follows - 1]
    after[log.follows - 1] = log.activity[log.follows]
    return before, after


def exceptional_events(log: LogArrays, is_rare: Marks) -> Marks:
    """Per row: before, activity and after are together in no row of a case that is not rare (*is_rare*: per row)."""
    before, after = neighbours(log)
    size = len(log.activities) + 1
    path = (before * size + log.activity) * size + after
    return ~np.isin(path, distinct(path[~is_rare]))


def _ordering(table: VariantTable, activities: list[str]) -> Ordering:
    code = {label: index for index, label in enumerate(activities)}
    sequences = [np.array([code[label] for label in variant.activities], dtype=np.int64) for variant in table.variants]
    return Ordering(sequences, table.case_variants.astype(np.int64), len(activities))


def _actors(log: LogArrays, resources: Sequence[ResourceEvidence]) -> Codes:
    code = {Actor.SYSTEM: 1, Actor.HUMAN: 0, Actor.CANNOT_TELL: -1}
    told = {evidence.resource: code[evidence.actor] for evidence in resources}
    return np.array([told.get(name, -1) for name in log.resources], dtype=np.int64)


def _by_system(log: LogArrays, actor: Codes) -> Marks:
    """Per row: a system did it."""
    is_system: Marks = np.zeros(log.resource.size, dtype=np.bool_)
    known = log.resource != NOBODY
    is_system[known] = actor[log.resource[known]] == 1
    return is_system


def _held_values(events: pl.DataFrame) -> tuple[Numbers | None, Numbers | None]:
    """Per row over the attributes that sometimes carry over and sometimes change.

    What never carries over is an identifier, what never changes in a case is a fact of the case: both would say the
    same of every activity. The first value of an attribute in a case cannot tell: there was nothing to copy it from, so
    that counting it against the activity would speak against whatever stands early in the process.
    """
    held, comparable = np.zeros((2, events.height))
    is_told = False
    for name in [each for each in events.columns if each.startswith(EVENT_ATTRIBUTE_PREFIX)]:
        before = pl.col(name).forward_fill().shift(1).over("case_id")
        marks = events.select(
            before.eq(pl.col(name)).fill_null(False).alias("held"),
            (before.is_not_null() & pl.col(name).is_not_null()).alias("could"),
        )
        if 0 < marks["held"].sum() < marks["could"].sum():
            is_told = True
            held += marks["held"].to_numpy()
            comparable += marks["could"].to_numpy()
    return (held, comparable) if is_told else (None, None)


def _failures(log: LogArrays, events: pl.DataFrame) -> Marks | None:
    """None where no event of the log failed and no case ends in a label that says so: it records no failures."""
    states = events["lifecycle"].cast(pl.String).str.to_lowercase()
    failed: Marks = states.is_in(list(FAILED_STATES)).fill_null(False).to_numpy().copy()
    says_failed = pl.Series(log.activities, dtype=pl.String).str.contains(_FAILED_LABELS).to_numpy()
    ends = log.ends[says_failed[log.activity[log.ends]]] if log.ends.size else log.ends
    failed[ends[~np.isin(ends, log.starts)] - 1] = True
    return failed if failed.any() else None


def _systems(events: pl.DataFrame) -> Codes | None:
    prefix = len(EVENT_ATTRIBUTE_PREFIX)
    for name in events.columns:
        is_event = name.startswith(EVENT_ATTRIBUTE_PREFIX)
        if is_event and name[prefix:].lower().replace(" ", "_").replace("-", "_") in _SYSTEM_NAMES:
            codes = events[name].cast(pl.String).rank("dense").cast(pl.Int64).fill_null(0).to_numpy() - 1
            return codes if (codes >= 0).any() else None
    return None
