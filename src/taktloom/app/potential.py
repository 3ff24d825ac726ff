# SPDX-License-Identifier: Apache-2.0
"""Automation potential of a log's activities: score, interval, contributions, class; money only from given rates."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from taktloom.app.context import Context, use_case
from taktloom.app.long_work import Report, WorkHandle, WorkKind, WorkStatus, paced, unheard
from taktloom.app.review import ALL, Filter, view_of
from taktloom.assure.permissions import Permission
from taktloom.model.errors import MisuseError

if TYPE_CHECKING:
    from taktloom.evidence.resampling import Interval
    from taktloom.mining.indicators import Indicator, NamedCalendar, WorkingHours
    from taktloom.mining.logs.canonical import CanonicalLog
    from taktloom.programme.potential import ActivityPotential, PotentialReport
    from taktloom.programme.scoring import Contribution as Measured

RESULT = "potential"
HOURS_UNIT = "h/month"

NOT_COMPUTABLE = {
    "needs-start-times": "the log has no start times",
    "needs-resource": "the log names no resources",
    "needs-told-resource": "no resource can be told as human or system",
    "needs-event-attributes": "the log has no attributes of events that change within a case and carry over",
    "needs-other-activities": "it shares no case with another activity",
    "needs-two-months": "needs two months in a row with ten events each",
    "needs-two-cases": "needs two cases",
    "needs-failures": "the log records no failures",
    "needs-role": "the log names no roles",
    "needs-system": "the log has no attribute that names the system",
    "needs-distinct-runs": "too few events, so many that runs arise by chance, or times coarser than minutes",
    "needs-minutes": "needs thirty events with times finer than a quarter of an hour",
    "needs-choice-and-attributes": "needs a choice after it, and attributes",
    "no-observation": "no observation",
    "no-choice-after-it": "no choice right after it",
    "too-few-choices": "too few choices to judge a rule",
    "no-attributes": "the log has no attributes",
    "one-branch": "only one branch is ever taken",
    "no-rule": "no rule foretells the choice",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Money per hour, given by a person. hourly: role or activity → amount; default: for all others."""

    currency: str
    hourly: Mapping[str, float] = field(default_factory=dict)
    default: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """A number and where it comes from: `measured` in the log or `given` in a rates file."""

    value: float
    unit: str
    basis: str
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ContributionRecord:
    """A feature's part of the score, in points; how: its formula in words, source: whose it is.

    measured: the indicator; value: the same between its norms, 0 to 1. norm: where the value is 0 and where it is 1 (of
    volume, on the scale of its logarithm). interval: of what was measured.
    """

    feature: str
    kind: str
    measured: float
    interval: tuple[float, float] | None
    norm: tuple[float, float]
    value: float
    weight: float
    contribution: float
    n: int
    how: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRecord:
    """An indicator that is no part of the score: it tells of the gain, or of who does the work."""

    indicator: str
    value: float
    interval: tuple[float, float] | None
    n: int
    how: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RankShiftRecord:
    """Without *feature* the activity would have the rank *rank_without*."""

    feature: str
    rank_without: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NotComputableRecord:
    """What this log does not tell, and why: a stable code, the numbers behind it, and its sentence in English."""

    feature: str
    code: str
    reason: str
    parameters: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonRecord:
    """Why a class was given: a stable code, the measured value and the limit that it met."""

    code: str
    value: float | None
    limit: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityRecord:
    """An activity's potential. interval, rank_interval: 95 % of the resamples; None: too few had a value.

    moved_by: the feature without which its rank would change most; None: none would move it.
    """

    activity: str
    score: float
    interval: tuple[float, float] | None
    rank: int
    rank_interval: tuple[float, float] | None
    moved_by: RankShiftRecord | None
    potential_class: str
    class_reasons: tuple[ReasonRecord, ...]
    contributions: tuple[ContributionRecord, ...]
    evidence: tuple[EvidenceRecord, ...]
    not_computable: tuple[NotComputableRecord, ...]
    events: int
    cases: int
    hours: Amount | None
    money: Amount | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodRecord:
    """How sure the scores are made: a stable code, its numbers, and the sentence in English."""

    code: str
    text: str
    parameters: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingHoursRecord:
    """The hours in which work was counted. basis: `given`, a business calendar of this *name*, *version* and *zone*;
    `discovered`, those that the log shows; `clock`, around the clock, for the *reason* (a code).

    week: open spans by weekday; of discovered ones those of everybody, and *own* resources were counted by their own,
    *shared* by everybody's. support: share of people's events within them. text: all this in English.
    """

    basis: str
    week: Mapping[str, tuple[str, ...]]
    own: int
    shared: int
    support: float | None
    name: str
    version: int | None
    zone: str
    reason: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PotentialRecord:
    """All activities, highest score first. rank_stability: mean Kendall's tau-b between this order and those of the
    resamples, -1 to 1; None where fewer than two activities have enough events. weight_stability: the same between this
    order and those by other weights of the kinds of evidence."""

    activities: tuple[ActivityRecord, ...]
    formula: str
    rank_stability: float | None
    weight_stability: float | None
    method: MethodRecord
    working_hours: WorkingHoursRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class PotentialRequest:
    """Of which log, or part of it; rates: in place of those kept for the log; calendar: what work counts by, the name
    of a business calendar or a JSON file of one; None: the hours that the log shows."""

    log_id: str
    chosen: Filter = ALL
    rates: Rates | None = None
    calendar: str | Path | None = None


@use_case(Permission.LOG_VIEW)
def show_potential(context: Context, *, request: PotentialRequest, report: Report = unheard) -> PotentialRecord:
    """The potential, waited for; *report* hears how far.

    Raises UnknownCalendarError, CalendarRefusedError, MisuseError, and EmptyViewError when no case is left.
    """
    log_id, chosen, calendar = request.log_id, request.chosen, request.calendar
    given = request.rates or _kept_rates(context, log_id)
    if calendar is None and chosen == ALL:
        return potential_record(with_rates(assess(context, log_id, report), given))
    hours = _calendar_of_file(calendar) if isinstance(calendar, Path) else None
    if isinstance(calendar, str):
        hours = _kept_calendar(context, calendar)
    found = _assess_part(context, request, hours, report)
    return potential_record(with_rates(found, given))


def _assess_part(
    context: Context, request: PotentialRequest, calendar: "NamedCalendar | None", report: Report
) -> "PotentialReport":
    """Of the chosen part, or by a calendar: kept in memory until the log is imported anew."""
    return context.rooms.logs.result(
        request.log_id,
        (RESULT, request.chosen, calendar),
        lambda log: _assess(_view(log, request.chosen), paced(report), calendar),
    )


@use_case(Permission.LOG_VIEW)
def start_potential(
    context: Context, *, log_id: str, chosen: Filter = ALL, calendar: str | None = None
) -> PotentialRecord | WorkStatus:
    """The potential of the chosen part when it is known, else the work that computes it, joined by whoever asks.

    That of the whole log is kept on disk, that of a part or by a calendar in memory until the log is imported anew.
    calendar: name of the business calendar that work counts by; None: the hours that the log shows.
    """
    from taktloom.programme.potential import PotentialReport

    if chosen != ALL or calendar is not None:
        return _start_part(context, log_id, chosen, None if calendar is None else _kept_calendar(context, calendar))
    known = context.rooms.logs.ready(log_id, RESULT, PotentialReport)
    if known is not None:
        return potential_record(with_rates(known, _kept_rates(context, log_id)))

    def work(handle: WorkHandle) -> None:
        assess(context, log_id, handle.advance)

    works = context.rooms.long_work
    return works.show(works.begin(work, kind=WorkKind.POTENTIAL, key=(WorkKind.POTENTIAL, log_id)))


def _start_part(
    context: Context, log_id: str, chosen: Filter, calendar: "NamedCalendar | None"
) -> PotentialRecord | WorkStatus:
    context.rooms.logs.metadata(log_id)  # an unknown log is an answer, not a work that fails

    def work(handle: WorkHandle) -> "PotentialReport":
        return _assess_part(context, PotentialRequest(log_id=log_id, chosen=chosen), calendar, handle.advance)

    found = context.rooms.long_work.answer(
        work, kind=WorkKind.POTENTIAL, key=(WorkKind.POTENTIAL, log_id, chosen, calendar)
    )
    if isinstance(found, WorkStatus):
        return found
    return potential_record(with_rates(found, _kept_rates(context, log_id)))


def _view(log: "CanonicalLog", chosen: Filter) -> "CanonicalLog":
    """The chosen part. Raises EmptyViewError when no case is left."""
    from taktloom.mining.review import EmptyViewError

    view = view_of(log, chosen)
    if not view.counts.cases:
        raise EmptyViewError(log.metadata.log_id)
    return view


@use_case(Permission.LOG_VIEW)
def show_rates(context: Context, *, log_id: str) -> Rates | None:
    """The kept rates."""
    return _kept_rates(context, log_id)


@use_case(Permission.LOG_EDIT)
def set_rates(context: Context, *, log_id: str, rates: Rates) -> None:
    """Keep rates for a log."""
    context.rooms.logs.save_rates(log_id, asdict(rates))
    context.audit("set-rates", f"log {log_id}", reason=rates.currency)


@use_case(Permission.LOG_VIEW)
def read_rates_file(context: Context, *, path: Path) -> Rates:
    """Read a rates file. Raises InputRefusedError with the place."""
    from taktloom.programme.rates import parse_rates

    del context
    try:
        content = path.read_bytes()
    except OSError as error:
        raise MisuseError(f"{path} cannot be read: {error.strerror}.", remedy="Check the path.") from error
    rates = parse_rates(content, source=path.name)
    return Rates(currency=rates.currency, hourly=rates.hourly, default=rates.default)


def assess(context: Context, log_id: str, report: Report) -> "PotentialReport":
    """The programme's report without money, kept per import of the log."""
    from taktloom.programme.potential import PotentialReport

    return context.rooms.logs.kept_result(log_id, RESULT, PotentialReport, lambda log: _assess(log, paced(report)))


def with_rates(report: "PotentialReport", rates: Rates | None) -> "PotentialReport":
    """*report* with the money that *rates* make of its hours: cheap, so that new rates need no new assessment."""
    from taktloom.programme.rates import Rates as ProgrammeRates
    from taktloom.programme.rates import estimate_saving

    if rates is None:
        return report
    given: ProgrammeRates = ProgrammeRates(currency=rates.currency, hourly=rates.hourly, default=rates.default)
    return replace(
        report,
        activities=tuple(replace(one, saving=estimate_saving(one.indicators, given)) for one in report.activities),
    )


def potential_record(report: "PotentialReport") -> PotentialRecord:
    """What the doors show of a report."""
    from taktloom.programme.policy import KINDS

    kinds = "; ".join(
        f"{kind.value.replace('_', ' ')} {report.policy.weights[kind]:g}: {', '.join(one.value for one in features)}"
        for kind, features in KINDS.items()
    )
    return PotentialRecord(
        activities=tuple(_activity(one) for one in report.activities),
        formula="score = 100 · Σ weight · x, over the features that the log tells; within a kind of evidence they "
        f"weigh the same ({kinds})",
        rank_stability=report.rank_stability,
        weight_stability=report.weight_stability,
        method=_method(report),
        working_hours=_working_hours(report.hours),
    )


def _assess(log: "CanonicalLog", report: Report, calendar: "NamedCalendar | None" = None) -> "PotentialReport":
    from taktloom.programme.assessment import AssessmentOptions, assess_log

    return assess_log(log, AssessmentOptions(calendar=calendar, report=report))


def _activity(one: "ActivityPotential") -> ActivityRecord:
    known = [part for part in one.contributions if part.x is not None]
    unknown = [_not_computable(part.feature.value, part.reason, part.n) for part in one.contributions if part.x is None]
    unknown += [_not_computable(each.name.value, each.reason, each.n) for each in _unscored(one) if each.value is None]
    saving = one.saving
    if saving.hours_per_month is None:
        unknown.append(_not_computable("hours", saving.reason, saving.n))
    return ActivityRecord(
        activity=one.activity,
        score=one.score,
        interval=_ends(one.interval),
        rank=one.rank,
        rank_interval=_ends(one.rank_interval),
        moved_by=None
        if one.moved_by is None
        else RankShiftRecord(feature=one.moved_by.feature.value, rank_without=one.moved_by.rank_without),
        potential_class=one.potential_class.value,
        class_reasons=tuple(ReasonRecord(code=why.code, value=why.value, limit=why.limit) for why in one.reasons),
        contributions=tuple(_contribution(one, part) for part in known),
        evidence=_evidence(one),
        not_computable=tuple(unknown),
        events=one.events,
        cases=one.cases,
        hours=_amount(saving.hours_per_month, HOURS_UNIT, "measured", saving.n),
        money=_amount(saving.amount_per_month, f"{saving.currency}/month", "given", saving.n),
    )


def _not_computable(feature: str, code: str, observations: int) -> NotComputableRecord:
    sentence = NOT_COMPUTABLE.get(code, code)
    return NotComputableRecord(feature=feature, code=code, reason=sentence, parameters={"n": str(observations)})


def _method(report: "PotentialReport") -> MethodRecord:
    parameters = {"cases": report.cases, "resamples": report.replicates, "seed": report.seed, "percent": 95}
    return MethodRecord(
        code="bootstrap-of-cases",
        text="{cases} cases; {percent} % intervals from {resamples} bootstrap resamples of whole cases, "
        "seed {seed}".format(**parameters),
        parameters={name: str(value) for name, value in parameters.items()},
    )


BY_THE_CLOCK = {
    "no-start-times": "the log has no start times",
    "coarse-times": "the times are in whole hours or days",
    "few-events": "too few events show when people work",
    "no-common-hours": "the events keep to no common hours",
}


def _working_hours(hours: "WorkingHours") -> WorkingHoursRecord:
    return WorkingHoursRecord(
        basis=hours.basis.value,
        week=hours.week,
        own=hours.own,
        shared=hours.shared,
        support=hours.support,
        name=hours.name,
        version=hours.version,
        zone=hours.zone,
        reason=hours.reason,
        text=_hours_text(hours),
    )


def _hours_text(hours: "WorkingHours") -> str:
    from taktloom.mining.indicators import HoursBasis

    week = "; ".join(f"{day} {', '.join(spans)}" for day, spans in hours.week.items() if spans) or "never open"
    if hours.basis is HoursBasis.CLOCK:
        return f"Work counts around the clock: {BY_THE_CLOCK[hours.reason]}."
    if hours.basis is HoursBasis.GIVEN:
        version = "" if hours.version is None else f", version {hours.version}"
        return f"Work counts in the open hours of the calendar {hours.name}{version} ({hours.zone}): {week}."
    return (
        f"Work counts in the hours that the log shows ({hours.support or 0:.0%} of people's events lie in them): "
        f"{week}. Resources by hours of their own: {hours.own}; by these: {hours.shared}."
    )


def _contribution(one: "ActivityPotential", part: "Measured") -> ContributionRecord:
    from taktloom.mining.indicators import EXPLANATIONS
    from taktloom.programme.scoring import MEASURED_BY

    indicator = one.indicators.indicators[MEASURED_BY[part.feature]]
    return ContributionRecord(
        feature=part.feature.value,
        kind=part.kind.value,
        measured=part.measured or 0.0,
        interval=_ends(indicator.interval),
        norm=part.norm,
        value=part.x or 0.0,
        weight=part.weight,
        contribution=part.points,
        n=part.n,
        how=indicator.formula,
        source=EXPLANATIONS[indicator.name].source,
    )


def _unscored(one: "ActivityPotential") -> "list[Indicator]":
    from taktloom.programme.scoring import MEASURED_BY

    scored = set(MEASURED_BY.values())
    return [each for each in one.indicators.indicators.values() if each.name not in scored]


def _evidence(one: "ActivityPotential") -> tuple[EvidenceRecord, ...]:
    from taktloom.mining.indicators import EXPLANATIONS

    return tuple(
        EvidenceRecord(
            indicator=each.name.value,
            value=each.value,
            interval=_ends(each.interval),
            n=each.n,
            how=each.formula,
            source=EXPLANATIONS[each.name].source,
        )
        for each in _unscored(one)
        if each.value is not None
    )


def _ends(interval: "Interval | None") -> tuple[float, float] | None:
    return None if interval is None else (interval.low, interval.high)


def _amount(value: float | None, unit: str, basis: str, n: int) -> Amount | None:
    return None if value is None else Amount(value=value, unit=unit, basis=basis, n=n)


def _kept_rates(context: Context, log_id: str) -> Rates | None:
    record = context.rooms.logs.load_rates(log_id)
    if record is None:
        return None
    hourly, default = record.get("hourly"), record.get("default")
    return Rates(
        currency=str(record.get("currency")),
        hourly={str(name): float(value) for name, value in hourly.items()} if isinstance(hourly, dict) else {},
        default=float(default) if isinstance(default, int | float) else None,
    )


def _kept_calendar(context: Context, name: str) -> "NamedCalendar":
    """Raises UnknownCalendarError; `default` is the default one."""
    from taktloom.calendars.definition import calendar_from
    from taktloom.mining.indicators import NamedCalendar

    kept = context.rooms.engine.calendars.show(name)
    return NamedCalendar(name=kept.name, version=kept.version, calendar=calendar_from(kept.definition))


def _calendar_of_file(path: Path) -> "NamedCalendar":
    """Raises MisuseError, CalendarRefusedError with every problem."""
    from taktloom.calendars.definition import calendar_from
    from taktloom.hosts.embedded.advancing.calendars import require_sound
    from taktloom.mining.indicators import NamedCalendar

    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise MisuseError(f"{path} cannot be read as JSON: {error}.", remedy="Check the file.") from error
    if not isinstance(document, dict):
        raise MisuseError(f"{path} is not a JSON object.", remedy='Write {"zone": …, "week": …}.')
    require_sound(path.name, document)
    return NamedCalendar(name=path.name, calendar=calendar_from(document))
