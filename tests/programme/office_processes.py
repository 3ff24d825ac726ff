# SPDX-License-Identifier: Apache-2.0
"""Event logs of a third kind: offices in which machines and people work side by side, and who does a step is the truth.

Written apart from the score and from the other two kinds; what it means to be a machine or a person comes first and the
behaviour after it. Machines answer with a latency and jitter, or wait for the night's run, or ask every few minutes;
they retry, they wait for the end of an outage, and some write new values instead of copying. People take log-normal or
gamma times, queue, keep to shifts, collect work until the afternoon, hurry some of it through, hand it back, swap and
skip steps; some only transcribe. Some steps are shared: most of their events are done by the one that the label names.
Notes by anybody stray in, attributes are missing, and a log may have start times or not.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from tests.programme.seeded_processes import SeededProcess

BEGIN = datetime(2023, 9, 4, tzinfo=UTC)
ATTRIBUTES = ("amount", "supplier", "status", "reference")
NOISE = ("Note added", "Opened")
DAY_S = 86_400.0
MACHINES, MACHINE_SHARES = ("service", "night run", "poller"), (0.6, 0.2, 0.2)
PEOPLE, PEOPLE_SHARES = ("desk", "collects", "hurries"), (0.65, 0.2, 0.15)


@dataclass(frozen=True)
class Step:
    """by_rule: a machine does it. ours: share of its events that the named kind of worker does. pace_s: median latency
    of a machine, or minutes' work of a person; spread: of its logarithm. period_s: of a night run or a poller."""

    name: str
    by_rule: bool
    style: str
    ours: float
    pace_s: float
    spread: float
    queue_h: float
    period_s: float
    again: float
    swapped: float
    skipped: float
    copies: tuple[float, ...]


@dataclass(frozen=True)
class Office:
    """What holds for the whole log. shift: opening and closing hour; outages: seconds from the beginning."""

    steps: tuple[Step, ...]
    cases: int
    days: float
    shift: tuple[float, float]
    has_starts: bool
    attributes: int
    missing: float
    noise: float
    outages: tuple[tuple[float, float], ...]


def seed_office_process(seed: int, *, cases: int | None = None) -> SeededProcess:
    """An office with 7 to 18 steps, at least three of each kind of worker."""
    draw = np.random.default_rng([seed, 4_711])
    office = _office(draw, cases)
    rows = [row for case in range(office.cases) for row in _case(draw, office, case)]
    times = ("start_time", "time") if office.has_starts else ("time",)
    columns = ("case", "activity", *times, "resource", *ATTRIBUTES[: office.attributes])
    return SeededProcess(works=office.steps, rows=tuple(rows), columns=columns)


def coarsened(process: SeededProcess, unit: timedelta) -> SeededProcess:
    """The same log by a clock that shows only whole units."""
    places = [place for place, name in enumerate(process.columns) if name in {"start_time", "time"}]

    def cut(text: str) -> str:
        at = datetime.fromisoformat(text)
        return (at - (at - BEGIN) % unit).isoformat(timespec="seconds")

    rows = tuple(
        tuple(cut(value) if place in places else value for place, value in enumerate(row)) for row in process.rows
    )
    return SeededProcess(works=process.works, rows=rows, columns=process.columns)


def without(process: SeededProcess, *names: str) -> SeededProcess:
    """The same log without some columns."""
    kept = [place for place, name in enumerate(process.columns) if name not in names]
    rows = tuple(tuple(row[place] for place in kept) for row in process.rows)
    return SeededProcess(works=process.works, rows=rows, columns=tuple(process.columns[place] for place in kept))


def _office(draw: np.random.Generator, cases: int | None) -> Office:
    count, attributes = int(draw.integers(7, 19)), int(draw.integers(0, len(ATTRIBUTES) + 1))
    labels = draw.random(count) < draw.uniform(0.3, 0.7)
    labels[:6] = (True, False) * 3
    draw.shuffle(labels)
    days = float(draw.uniform(40, 300))
    begins = draw.uniform(0, days * DAY_S, int(draw.integers(0, 5)))
    opens = float(draw.choice([6.0, 8.0, 9.0]))
    return Office(
        steps=tuple(_step(draw, f"Step {chr(65 + place)}", bool(label)) for place, label in enumerate(labels)),
        cases=cases or int(np.clip(np.exp(draw.normal(np.log(250), 0.5)), 80, 800)),
        days=days,
        shift=(opens, opens + float(draw.choice([8.0, 9.0, 15.0]))),
        has_starts=bool(draw.random() < 0.4),
        attributes=attributes,
        missing=float(draw.choice([0.0, 0.1, 0.4])),
        noise=float(draw.choice([0.0, 0.05, 0.2])),
        outages=tuple((float(each), float(each + draw.uniform(1, 20) * 3_600)) for each in begins),
    )


def _step(draw: np.random.Generator, name: str, by_rule: bool) -> Step:
    style = str(draw.choice(MACHINES, p=MACHINE_SHARES) if by_rule else draw.choice(PEOPLE, p=PEOPLE_SHARES))
    is_odd = draw.random() < 0.25  # a machine that writes new values, a person who transcribes
    copying = (0.8, 8.0) if by_rule == is_odd else ((6.0, 2.0) if by_rule else (2.0, 3.0))
    copies = (8.0, 1.0) if is_odd and not by_rule else copying
    return Step(
        name=name,
        by_rule=by_rule,
        style=style,
        ours=float(draw.uniform(0.75, 0.98)) if draw.random() < 0.25 else 1.0,
        pace_s=float(np.exp(draw.normal(np.log(8 if by_rule else 700), 1.2))),
        spread=float(draw.uniform(0.05, 0.4) if by_rule else draw.uniform(0.4, 1.3)),
        queue_h=float(np.exp(draw.normal(np.log(5), 1.0))),
        period_s=DAY_S if style == "night run" else float(draw.choice([300.0, 900.0, 3_600.0])),
        again=float(draw.beta(1, 20) if by_rule else draw.beta(1.5, 14)),
        swapped=float(draw.beta(1, 30) if by_rule else draw.beta(1, 12)),
        skipped=float(draw.beta(1, 6)),
        copies=tuple(float(each) for each in draw.beta(*copies, len(ATTRIBUTES))),
    )


def _path(draw: np.random.Generator, office: Office) -> list[Step]:
    path = [step for step in office.steps if draw.random() >= step.skipped] or [office.steps[0]]
    for place in range(len(path) - 1):
        if draw.random() < path[place].swapped:
            path[place], path[place + 1] = path[place + 1], path[place]
    done: list[Step] = []
    for place, step in enumerate(path):
        done.append(step)
        if not step.by_rule and draw.random() < step.again:  # handed back by up to three steps
            done += path[max(0, place - int(draw.integers(0, 4))) : place + 1]
    return done


def _case(draw: np.random.Generator, office: Office, case: int) -> list[tuple[str, ...]]:
    at = float(draw.uniform(0, office.days * DAY_S))
    held = [int(draw.integers(0, 500)) for _ in ATTRIBUTES]
    rows = []
    for step in _path(draw, office):
        is_machine = step.by_rule == (draw.random() < step.ours)
        begun, at = _machine(draw, office, step, at) if is_machine else _person(draw, office, step, at)
        attempts = [(begun, at)]
        while is_machine and draw.random() < step.again and len(attempts) < 4:
            begun, at = at + draw.uniform(5, 300), at + 300 + step.pace_s
            attempts.append((begun, at))
        held = [
            value if draw.random() < share else int(draw.integers(0, 500))
            for value, share in zip(held, step.copies, strict=True)
        ]
        who = "batch-user" if is_machine else f"clerk {draw.integers(0, 12)}"
        rows += [_row(draw, office, (case, step.name, who), times, held) for times in attempts]
        if draw.random() < office.noise:
            at += draw.uniform(1, 600)
            rows.append(_row(draw, office, (case, NOISE[int(draw.integers(0, 2))], "clerk 0"), (at - 1, at), held))
    return rows


def _machine(draw: np.random.Generator, office: Office, step: Step, at: float) -> tuple[float, float]:
    if step.style == "night run":
        at += (2 * 3_600 - at) % DAY_S
    elif step.style == "poller":
        at += -at % step.period_s
    for begins, ends in office.outages:
        at = ends if begins <= at < ends else at
    latency = max(step.pace_s, 1.0) * float(np.exp(draw.normal(0, step.spread)))
    return at, at + latency


def _person(draw: np.random.Generator, office: Office, step: Step, at: float) -> tuple[float, float]:
    if step.style == "hurries" and draw.random() < 0.5:
        begun = _open(office, at)
        return begun, begun + float(draw.uniform(5, 120))
    at = _open(office, at + float(draw.exponential(step.queue_h)) * 3_600)
    if step.style == "collects":
        at = _open(office, at + (office.shift[1] * 3_600 - 5_400 - at) % DAY_S) + float(draw.uniform(0, 5_000))
    if step.spread < 0.8:
        return at, at + step.pace_s * float(draw.gamma(2.0, 0.5))
    return at, at + step.pace_s * float(np.exp(draw.normal(0, step.spread)))


def _open(office: Office, at: float) -> float:
    """The moment, or some minutes after the next opening. The log begins on a Monday."""
    opens, closes = (each * 3_600 for each in office.shift)
    while True:
        day, hour = divmod(at, DAY_S)
        if int(day) % 7 < 5 and opens <= hour < closes:
            return at
        at = (day + (hour >= opens)) * DAY_S + opens + (at % 1_800)


def _row(
    draw: np.random.Generator, office: Office, what: tuple[int, str, str], times: tuple[float, float], held: list[int]
) -> tuple[str, ...]:
    case, name, who = what
    shown = times if office.has_starts else times[1:]
    stamps = [(BEGIN + timedelta(seconds=each)).isoformat(timespec="seconds") for each in shown]
    values = ["" if draw.random() < office.missing else f"v{value}" for value in held[: office.attributes]]
    return (f"c{case:05}", name, *stamps, who, *values)
