# SPDX-License-Identifier: Apache-2.0
"""Two sides of a comparison, watched equally long, so that what an export cuts off is no difference between them.

A log holds what happened between its first and its last event. At its end, cases are cut off that are still open: a
side whose cases begin nearer to the end looks shorter and simpler than it is. Therefore every case of both sides is
looked at as it stood equally long after its begin (a landmark), and cases that begin too near to the end of their log
for that are left out. At its start, cases that began before look like cases that begin in their middle: cases that
begin before the usual silences are over are left out. How long is watched: to the end of the longest case where that
costs a tenth of either side's cases at most; else until hardly any case goes on, but no longer than half of either
side's cases can be watched. What differs only later is not seen, and the length is told.
Sources: Anderson, Cain & Gelber, "Analysis of survival by tumor response", J. Clin. Oncol. 1, 1983 (landmarks); Klein &
Moeschberger, "Survival Analysis", 2003, section 3.2-3.4 (censoring at the end of the study, truncation at its begin).
"""

from dataclasses import dataclass

import numpy as np

from taktloom.mining.explanation.cohorts import LEAST_COHORT
from taktloom.mining.explanation.drift_features import FEW_CUT, LONGEST_FIRST, stretch
from taktloom.mining.explanation.profiles import CaseProfiles, Codes
from taktloom.mining.statistics.arrays import MICROSECONDS_PER_SECOND

CHEAP = 0.1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SeenSide:
    """The cases of a side, and the first and the last instant (µs) that its log holds."""

    profiles: CaseProfiles
    seen_us: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WatchedSides:
    """first, second: as each case stood *seconds* after its begin. from_us: per side the instant from which cases
    count. is_start_doubtful: a side lies so near to the start of its log that cases may be left which began before."""

    first: CaseProfiles
    second: CaseProfiles
    seconds: float
    from_us: tuple[int, int]
    is_start_doubtful: bool


def watch_sides(first: SeenSide, second: SeenSide) -> WatchedSides:
    """Both sides, each with at least one case, watched equally long."""
    sides = first, second
    both = first.profiles.joined(second.profiles)
    begun = [_begun(side, both) for side in sides]
    from_us = tuple(instant for instant, _ in begun)
    left = [side.profiles.begins[side.profiles.begins >= at] for side, at in zip(sides, from_us, strict=True)]
    half, most = (
        min(side.seen_us[1] - _begun_by(begins, share) for side, begins in zip(sides, left, strict=True))
        for share in (0.5, 1 - CHEAP)
    )
    longest = float(both.durations_s.max()) * MICROSECONDS_PER_SECOND
    watch_us = max(0.0, min(max(min(longest, most), _until_hardly_any_goes_on(sides)), half))
    first_cases, second_cases = (
        side.profiles.only(
            np.flatnonzero((side.profiles.begins >= at) & (side.profiles.begins <= side.seen_us[1] - watch_us))
        ).watched(watch_us / MICROSECONDS_PER_SECOND)
        for side, at in zip(sides, from_us, strict=True)
    )
    return WatchedSides(
        first=first_cases,
        second=second_cases,
        seconds=watch_us / MICROSECONDS_PER_SECOND,
        from_us=(begun[0][0], begun[1][0]),
        is_start_doubtful=any(is_doubtful for _, is_doubtful in begun),
    )


def _begun(side: SeenSide, both: CaseProfiles) -> tuple[int, bool]:
    """From when on the side's cases count, and whether that is earlier than it should be."""
    first, last = side.seen_us
    span = last - first
    gaps = both.transition_s * MICROSECONDS_PER_SECOND
    silence = min(stretch(gaps, span, FEW_CUT), LONGEST_FIRST * span) if gaps.size and span else 0.0
    begins = np.sort(side.profiles.begins)
    wanted, latest = int(first + silence), int(begins[max(0, min((begins.size - 1) // 2, begins.size - LEAST_COHORT))])
    return min(wanted, latest), wanted > latest


def _until_hardly_any_goes_on(sides: tuple[SeenSide, SeenSide]) -> float:
    """The longer of the two sides' usual durations (µs), by the cases that begin in the earlier half of each log."""
    found = []
    for side in sides:
        first, last = side.seen_us
        is_early = side.profiles.begins <= (first + last) / 2
        chosen = side.profiles.durations_s[is_early] if is_early.any() else side.profiles.durations_s
        found.append(stretch(chosen * MICROSECONDS_PER_SECOND, max((last - first) / 2, 1), 1))
    return max(found)


def _begun_by(begins: Codes, share: float) -> int:
    """The instant by which *share* of the cases have begun, or enough to compare."""
    return int(np.sort(begins)[min(begins.size, max(int((begins.size - 1) * share) + 1, LEAST_COHORT)) - 1])
