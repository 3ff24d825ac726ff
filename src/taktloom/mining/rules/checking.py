# SPDX-License-Identifier: Apache-2.0
"""Rules checked on every case: kept, broken with the event where it broke, or not yet decidable.

A case that has ended is decided. An open case is decided only where no continuation could change the verdict, as in
three-valued runtime verification (Bauer, Leucker & Schallhart, "Runtime verification for LTL and TLTL", TOSEM 20(4),
2011); an obligation whose time has run out by the last instant of the log is broken. Where a resource is unknown,
rules on persons cannot be decided either. The log is read part by part; nothing is sampled.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from taktloom.mining.filters.case_tests import cases_meeting
from taktloom.mining.filters.rows import CaseRows, Mask
from taktloom.mining.logs.canonical import CanonicalLog
from taktloom.mining.logs.parts import LogPart
from taktloom.mining.performance.open_time import EPOCH
from taktloom.mining.rules.business_rules import BusinessRule, RuleSet
from taktloom.mining.rules.deadlines import due_instant
from taktloom.mining.rules.kinds import CHECKS, NOWHERE, Moment

VIOLATIONS_LISTED = 1_000


class Verdict(StrEnum):
    """outside: the rule is not about this case."""

    KEPT = "kept"
    BROKEN = "broken"
    UNDECIDED = "undecided"
    OUTSIDE = "outside"


VERDICTS = tuple(Verdict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """Where a case broke a rule. due_at: until when the rule could have been kept, where it has a limit."""

    case_id: str
    activity: str
    occurred_at: datetime
    resource: str | None
    due_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RuleResult:
    """One rule on all cases. activated: cases that gave it something to check. share: kept of the decided cases.

    verdicts: by kept case in order of codes, an index into VERDICTS; violations: the first VIOLATIONS_LISTED by case.
    """

    rule: BusinessRule
    kept: int
    broken: int
    undecided: int
    outside: int
    activated: int
    share: float | None
    violations: tuple[Violation, ...]
    verdicts: NDArray[np.int8]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RuleReport:
    """cases: all that were checked. case_codes: their codes. broken_cases: those that break at least one rule."""

    cases: int
    open_cases: int
    broken_cases: int
    case_codes: NDArray[np.uint32]
    results: tuple[RuleResult, ...]


def check_rules(
    log: CanonicalLog,
    rules: RuleSet,
    *,
    ending: Collection[str] | None = None,
    report: Callable[[int, int], None] = lambda done, total: None,
) -> RuleReport:
    """The verdicts of *rules* on every case of *log* or view. ending: activities that end a case; None: all have ended.

    Raises UnknownAttributeError when a condition names an attribute that the log lacks.
    """
    observed_until = max((_last_instant(part) for part in log.parts()), default=0)
    tallies = [_Tally(rule, rules) for rule in rules.rules]
    codes, open_cases, done = [], 0, 0
    for part in log.parts():
        rows = CaseRows(log, part)
        if rows.starts.size == 0:
            continue
        is_open = _open_cases(rows, ending)
        moment = Moment(is_open=is_open, observed_until=observed_until, calendar=rules.calendar)
        for tally in tallies:
            tally.add(rows, moment)
        codes.append(rows.codes)
        open_cases += int(is_open.sum())
        done += rows.starts.size
        report(done, int(log.kept_cases.sum()))
    case_codes = np.concatenate(codes) if codes else np.empty(0, dtype=np.uint32)
    results = tuple(tally.result() for tally in tallies)
    is_broken = np.zeros(case_codes.size, dtype=np.bool_)
    for result in results:
        is_broken |= result.verdicts == VERDICTS.index(Verdict.BROKEN)
    return RuleReport(
        cases=int(case_codes.size),
        open_cases=open_cases,
        broken_cases=int(is_broken.sum()),
        case_codes=case_codes,
        results=results,
    )


def _last_instant(part: LogPart) -> int:
    instants = part.coded("occurred_at")["occurred_at"].to_numpy()
    return int(instants.max()) if instants.size else 0


def _open_cases(rows: CaseRows, ending: Collection[str] | None) -> Mask:
    if ending is None:
        return np.zeros(rows.starts.size, dtype=np.bool_)
    return ~rows.has(tuple(ending))[rows.ends]


class _Tally:
    """What is known of one rule after the parts seen so far."""

    def __init__(self, rule: BusinessRule, rules: RuleSet) -> None:
        self.rule, self.calendar = rule, rules.calendar
        self.verdicts: list[NDArray[np.int8]] = []
        self.activated = 0
        self.violations: list[Violation] = []

    def add(self, rows: CaseRows, moment: Moment) -> None:
        checked = CHECKS[self.rule.kind](rows, self.rule, moment)
        undecided = checked.is_unknown | (moment.is_open & ~checked.is_settled)
        verdict = np.full(rows.starts.size, VERDICTS.index(Verdict.KEPT), dtype=np.int8)
        verdict[undecided] = VERDICTS.index(Verdict.UNDECIDED)
        verdict[checked.broken_row != NOWHERE] = VERDICTS.index(Verdict.BROKEN)
        inside = np.ones(rows.starts.size, dtype=np.bool_)
        if self.rule.only is not None:
            inside = cases_meeting(rows, self.rule.only)
        verdict[~inside] = VERDICTS.index(Verdict.OUTSIDE)
        self.activated += int((checked.is_activated & inside).sum())
        self.verdicts.append(verdict)
        self._list(rows, checked.broken_row[inside & (checked.broken_row != NOWHERE)], checked.counted_from)

    def _list(self, rows: CaseRows, broken: NDArray[np.int64], counted_from: NDArray[np.int64] | None) -> None:
        for row in broken[: VIOLATIONS_LISTED - len(self.violations)].tolist():
            due, resource = None, int(rows.resource[row])
            if self.rule.within is not None and counted_from is not None and counted_from[row] != NOWHERE:
                due = due_instant(int(rows.occurred_at[counted_from[row]]), self.rule.within, self.calendar)
            self.violations.append(
                Violation(
                    case_id=rows.log.cases[int(rows.case[row])],
                    activity=rows.log.activities[int(rows.activity[row])],
                    occurred_at=EPOCH + timedelta(microseconds=int(rows.occurred_at[row])),
                    resource=None if resource < 0 else rows.log.resources[resource],
                    due_at=due,
                )
            )

    def result(self) -> RuleResult:
        verdicts = np.concatenate(self.verdicts) if self.verdicts else np.empty(0, dtype=np.int8)
        count = dict(zip(Verdict, np.bincount(verdicts, minlength=len(VERDICTS)).tolist(), strict=True))
        decided = count[Verdict.KEPT] + count[Verdict.BROKEN]
        return RuleResult(
            rule=self.rule,
            kept=count[Verdict.KEPT],
            broken=count[Verdict.BROKEN],
            undecided=count[Verdict.UNDECIDED],
            outside=count[Verdict.OUTSIDE],
            activated=self.activated,
            share=count[Verdict.KEPT] / decided if decided else None,
            violations=tuple(self.violations),
            verdicts=verdicts,
        )
