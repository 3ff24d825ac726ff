# SPDX-License-Identifier: Apache-2.0
"""The guided example's log: a municipal building permit, made up, the same bytes for the same arguments.

What is hidden in it is known and returned beside it as `DemoTruth`: a rule (the risk check is done if and only if the
building is dear or stands in a risky district), rubber stamps (the team lead's countersignature and the clerk's copying
follow the step before within a minute by the same hand), rework (missing documents) and two system resources that work
around the clock. Clerks keep office hours. Starts are known for the longer steps only, and the last cases are still
open where the log ends.

Chance comes from `random.Random(seed).random()` alone, whose sequence Python guarantees across versions.
"""

import csv
import math
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

from taktloom.app.demo.wording import WORDINGS, DemoLanguage, Wording

FIRST_DAY = datetime(2024, 9, 2)  # noqa: DTZ001 - a wall-clock time; the zone is the wording's
DAYS = 300
OPENING, CLOSING = time(8, 30), time(17, 30)
COST_LIMIT = 75_000
COST_STEP = 500
SEED = 2024


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoEvent:
    """A row; keys of `activity`, `resource`, `role` are the wording's. Times are wall-clock, whole milliseconds."""

    case: int
    activity: str
    started_at: datetime | None
    occurred_at: datetime
    resource: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """A case's data: keys of channel, district, permit_type and applicant are the wording's; cost in whole euros."""

    number: int
    channel: str
    district: str
    permit_type: str
    applicant: str
    cost: int

    @property
    def needs_risk_check(self) -> bool:
        """The hidden rule."""
        return self.cost > COST_LIMIT or self.district in RISKY_DISTRICTS


RISKY_DISTRICTS = ("harbour", "old-town")
DISTRICTS = (
    ("centre", 0.24),
    ("north", 0.22),
    ("south", 0.22),
    ("old-town", 0.12),
    ("harbour", 0.08),
    ("west", 0.12),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoTruth:
    """What is hidden in the log, in the log's own words.

    rule: FEEL over the case's attributes, true exactly for the cases with the activity `rule_activity` (of those that
    got as far as the assessment). rubber_stamps: activities that follow at once by the same hand, with their number.
    automatable: activities with the class they deserve (`eliminate`, `decide-by-rule`, `call-an-api`).
    """

    seed: int
    cases: int
    events: int
    rule: str
    rule_activity: str
    rule_attributes: tuple[str, ...]
    cases_with_rule_activity: int
    rubber_stamps: Mapping[str, int]
    cases_with_rework: int
    open_cases: int
    system_resources: tuple[str, ...]
    automatable: Mapping[str, str]
    human: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoLog:
    """Header and rows of the CSV in order of time, the zone of its times, and the truth."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    timezone: str
    truth: DemoTruth


def generate_permit_log(
    *, language: DemoLanguage = DemoLanguage.ENGLISH, cases: int = 1_500, seed: int = SEED
) -> DemoLog:
    """The log with *cases* applications in the words of *language*; equal arguments give equal rows."""
    wording, chance = WORDINGS[language], random.Random(seed)
    applications = [_application(number, chance) for number in range(cases)]
    events = [event for each in applications for event in _Case(each, cases, chance).run()]
    end = FIRST_DAY + timedelta(days=DAYS)
    kept = [event for event in events if event.occurred_at < end]
    events = sorted(kept, key=lambda event: (event.occurred_at, event.case))
    zone = ZoneInfo(wording.timezone)
    return DemoLog(
        header=wording.header,
        rows=tuple(_row(event, applications[event.case], wording, zone) for event in events),
        timezone=wording.timezone,
        truth=_truth(events, wording, seed),
    )


def write_permit_log(
    path: Path, *, language: DemoLanguage = DemoLanguage.ENGLISH, cases: int = 1_500, seed: int = SEED
) -> DemoTruth:
    """Write the log as UTF-8 CSV to *path* and return what is hidden in it."""
    log = generate_permit_log(language=language, cases=cases, seed=seed)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(log.header)
        writer.writerows(log.rows)
    return log.truth


def _application(number: int, chance: random.Random) -> Application:
    cost = math.exp(9.2 + 1.3 * _bell(chance))
    return Application(
        number=number,
        channel=_pick(chance, (("web", 0.62), ("desk", 0.25), ("post", 0.13))),
        district=_pick(chance, DISTRICTS),
        permit_type=_pick(chance, (("dormer", 0.4), ("extension", 0.35), ("new-building", 0.15), ("demolition", 0.1))),
        applicant=_pick(chance, (("citizen", 0.7), ("company", 0.3))),
        cost=max(COST_STEP, round(cost * 3 / COST_STEP) * COST_STEP),
    )


def _pick(chance: random.Random, options: tuple[tuple[str, float], ...]) -> str:
    draw = chance.random()
    for name, share in options:
        draw -= share
        if draw < 0:
            return name
    return options[-1][0]


def _bell(chance: random.Random) -> float:
    """Nearly normal, mean 0, deviation 1 (sum of twelve uniform draws), never beyond 6."""
    return sum(chance.random() for _ in range(12)) - 6


CLERKS = tuple(f"clerk-{number}" for number in range(1, 7))
ASSESSORS = tuple(f"assessor-{number}" for number in range(1, 9))
LEADS = ("lead-1", "lead-2")
EXPERTS = ("expert-1", "expert-2")


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """A person's step: mean waiting in office hours, median working time, whether the log tells its start."""

    wait_h: float
    work_min: float
    knows_start: bool = False


EFFORTS: Mapping[str, Effort] = {
    "register": Effort(wait_h=3, work_min=11, knows_start=True),
    "check": Effort(wait_h=6, work_min=9, knows_start=True),
    "request": Effort(wait_h=0.05, work_min=6),
    "receive": Effort(wait_h=2, work_min=3),
    "withdraw": Effort(wait_h=1, work_min=2),
    "assess": Effort(wait_h=20, work_min=48, knows_start=True),
    "risk": Effort(wait_h=26, work_min=75, knows_start=True),
    "prepare": Effort(wait_h=7, work_min=25, knows_start=True),
    "grant": Effort(wait_h=9, work_min=4),
    "refuse": Effort(wait_h=9, work_min=4),
    "send": Effort(wait_h=5, work_min=4),
}


class _Case:
    """One application on its way through the office; `run` yields its events in order."""

    def __init__(self, application: Application, cases: int, chance: random.Random) -> None:
        self.application, self.chance = application, chance
        arrival = DAYS * 0.97 * (application.number + chance.random()) / cases
        self.now = FIRST_DAY + timedelta(days=arrival)
        self.clerk = self._one_of(CLERKS)
        self.assessor = self._one_of(ASSESSORS)

    def run(self) -> Iterator[DemoEvent]:
        """Registration, completeness, assessment, decision, aftermath."""
        yield from self._register()
        was_withdrawn = False
        for share in (0.22, 0.15, 0.0):
            yield self._work("check", self.clerk, "clerk")
            if self.chance.random() >= share:
                break
            yield self._work("request", self.clerk, "clerk")
            self._wait_days(2 + 9 * self.chance.random())
            if self.chance.random() < 0.08:
                was_withdrawn = True
                yield self._work("withdraw", self.clerk, "clerk")
                break
            yield self._work("receive", self.clerk, "clerk")
        if not was_withdrawn:
            yield from self._assess()
            yield from self._decide()

    def _register(self) -> Iterator[DemoEvent]:
        if self.application.channel == "web":
            yield self._at_once("register", "portal", "system", 0.2)
            yield self._at_once("acknowledge", "portal", "system", 1.1)
        else:
            yield self._work("register", self.clerk, "clerk")
            yield self._at_once("acknowledge", self.clerk, "clerk", 12 + 40 * self.chance.random())

    def _assess(self) -> Iterator[DemoEvent]:
        yield self._work("assess", self.assessor, "assessor")
        if self.application.needs_risk_check:
            yield self._work("risk", self._one_of(EXPERTS), "expert")
        if self.chance.random() < 0.06:
            yield self._work("assess", self.assessor, "assessor")

    def _decide(self) -> Iterator[DemoEvent]:
        yield self._work("prepare", self.assessor, "assessor")
        lead = self._one_of(LEADS)
        refused = self.chance.random() < (0.16 if self.application.permit_type == "demolition" else 0.09)
        yield self._work("refuse" if refused else "grant", lead, "lead")
        yield self._at_once("countersign", lead, "lead", 8 + 45 * self.chance.random())
        yield self._work("send", self.clerk, "clerk")
        yield self._at_once("copy", self.clerk, "clerk", 20 + 35 * self.chance.random())
        night = datetime.combine(self.now.date() + timedelta(days=1), time(1, 0))
        self.now = night + timedelta(seconds=round(1800 * self.chance.random()))
        yield self._at_once("archive", "archive-job", "system", 0.4)

    def _work(self, activity: str, resource: str, role: str) -> DemoEvent:
        """A step by a person: it waits (exponentially), then takes its time."""
        effort = EFFORTS[activity]
        waited = -math.log(1 - self.chance.random()) * effort.wait_h
        begun = add_working_time(self.now, timedelta(hours=waited))
        lasts = max(0.3, effort.work_min * math.exp(0.5 * _bell(self.chance)))
        self.now = _whole_ms(add_working_time(begun, timedelta(minutes=lasts)))
        return DemoEvent(
            case=self.application.number,
            activity=activity,
            started_at=_whole_ms(begun) if effort.knows_start else None,
            occurred_at=self.now,
            resource=resource,
            role=role,
        )

    def _at_once(self, activity: str, resource: str, role: str, seconds: float) -> DemoEvent:
        """A step *seconds* after the one before."""
        self.now = _whole_ms(self.now + timedelta(seconds=seconds))
        return DemoEvent(
            case=self.application.number,
            activity=activity,
            started_at=None,
            occurred_at=self.now,
            resource=resource,
            role=role,
        )

    def _wait_days(self, days: float) -> None:
        self.now += timedelta(days=days)

    def _one_of(self, names: tuple[str, ...]) -> str:
        return names[int(self.chance.random() * len(names))]


def _whole_ms(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def add_working_time(moment: datetime, amount: timedelta) -> datetime:
    """*moment* plus *amount* of office hours (Monday to Friday, 8:30 to 17:30, wall clock)."""
    moment = _next_open(moment)
    while True:
        left = datetime.combine(moment.date(), CLOSING) - moment
        if amount <= left:
            return moment + amount
        amount -= left
        moment = _next_open(datetime.combine(moment.date() + timedelta(days=1), OPENING))


def _next_open(moment: datetime) -> datetime:
    if moment.time() >= CLOSING:
        moment = datetime.combine(moment.date() + timedelta(days=1), OPENING)
    elif moment.time() < OPENING:
        moment = datetime.combine(moment.date(), OPENING)
    while moment.weekday() >= 5:
        moment = datetime.combine(moment.date() + timedelta(days=1), OPENING)
    return moment


def _row(event: DemoEvent, application: Application, wording: Wording, zone: ZoneInfo) -> tuple[str, ...]:
    started = "" if event.started_at is None else _stamp(event.started_at, zone)
    return (
        f"{wording.case_prefix}{2024_0000 + application.number + 1}",
        wording.activities[event.activity],
        started,
        _stamp(event.occurred_at, zone),
        wording.resource(event.resource),
        wording.roles[event.role],
        wording.values[application.channel],
        wording.values[application.district],
        wording.values[application.permit_type],
        wording.values[application.applicant],
        str(application.cost),
    )


def _stamp(moment: datetime, zone: ZoneInfo) -> str:
    return moment.replace(tzinfo=zone).isoformat(timespec="milliseconds")


def _truth(events: list[DemoEvent], wording: Wording, seed: int) -> DemoTruth:
    words = wording.activities
    by_case: dict[int, list[DemoEvent]] = {}
    for event in events:
        by_case.setdefault(event.case, []).append(event)
    stamps = {"countersign": 0, "copy": 0, "acknowledge": 0}
    for case in by_case.values():
        for before, event in pairwise(case):
            is_at_once = event.occurred_at - before.occurred_at < timedelta(seconds=60)
            if event.activity in stamps and is_at_once and event.resource == before.resource:
                stamps[event.activity] += 1
    districts = ", ".join(f'"{wording.values[each]}"' for each in RISKY_DISTRICTS)
    cost, district = wording.attributes["cost"], wording.attributes["district"]
    return DemoTruth(
        seed=seed,
        cases=len(by_case),
        events=len(events),
        rule=f"{cost} > {COST_LIMIT} or {district} in ({districts})",
        rule_activity=words["risk"],
        rule_attributes=(cost, district),
        cases_with_rule_activity=len({event.case for event in events if event.activity == "risk"}),
        rubber_stamps={words[key]: count for key, count in stamps.items()},
        cases_with_rework=len({event.case for event in events if event.activity == "request"}),
        open_cases=sum(1 for case in by_case.values() if case[-1].activity not in {"archive", "withdraw"}),
        system_resources=(wording.resource("portal"), wording.resource("archive-job")),
        automatable={
            words["acknowledge"]: "call-an-api",
            words["copy"]: "call-an-api",
            words["countersign"]: "eliminate",
            words["archive"]: "call-an-api",
        },
        human=(words["assess"], words["risk"], words["prepare"], words["grant"], words["refuse"]),
    )
