# SPDX-License-Identifier: Apache-2.0
"""The organisation: hand-overs, working together, roles, profiles, calendars, people and systems."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from taktloom.app.analyses.explanation import arrays_of, require_known
from taktloom.app.analyses.records import (
    Analysis,
    AnalysisInput,
    AnalysisOutput,
    OutputTable,
    parameter,
    refusal,
)

if TYPE_CHECKING:
    from taktloom.mining.organisation.roles import DiscoveredRole
    from taktloom.mining.statistics.arrays import LogArrays
    from taktloom.mining.statistics.handovers import HandOvers

LISTED, DRAWN = 200, 60


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingToChoose:
    """Nothing to choose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RolesParameters:
    """How alike the members of a role are."""

    similarity: float = parameter(
        "Least mean correlation of the profiles that are joined.", default=0.6, least=0, most=1
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarsParameters(RolesParameters):
    """When an hour belongs to a calendar, and when a calendar is trusted."""

    confidence: float = parameter(
        "Least share of dates on which an open hour is worked in.", default=0.1, least=0, most=1
    )
    support: float = parameter("Least share of the resource's events within it.", default=0.7, least=0, most=1)
    country: str = parameter("Name days without work by the holidays of this country (ISO 3166), or none.", default="")


def _with_resources(source: AnalysisInput) -> "LogArrays":
    arrays = arrays_of(source)
    if (arrays.resource >= 0).any():
        return arrays
    raise refusal("resource", "The log names no resources.", "a log with a resource column")


def _handovers(source: AnalysisInput, parameters: NothingToChoose) -> AnalysisOutput:
    from taktloom.mining.organisation.together import measure_working_together
    from taktloom.mining.statistics.handovers import (
        measure_hand_overs,
        measure_hand_overs_into,
        measure_role_hand_overs,
    )

    del parameters
    arrays = _with_resources(source)
    given, into = measure_hand_overs(arrays), measure_hand_overs_into(arrays)
    roles = measure_role_hand_overs(arrays) if arrays.roles else None
    source.report("pairs", 1, 2)
    together = measure_working_together(arrays)
    totals = OutputTable(
        title="Hand-overs",
        columns=("transitions", "handed over", "share", "distinct pairs", "cases with one resource"),
        rows=((given.transitions, given.handed_over, given.share, given.distinct_pairs, together.cases_alone),),
    )
    pairs = OutputTable(
        title="Pairs",
        columns=("from", "to", "count"),
        rows=tuple((each.giver, each.taker, each.count) for each in given.pairs),
    )
    activities = OutputTable(
        title="Into activities",
        columns=("activity", "transitions", "handed over", "share"),
        rows=tuple((each.activity, each.transitions, each.handed_over, each.share) for each in into[:LISTED]),
    )
    joint = OutputTable(
        title="Working together",
        columns=("one", "other", "cases", "share"),
        rows=tuple((each.one, each.other, each.cases, each.share) for each in together.pairs),
    )
    return AnalysisOutput(
        data={"hand_overs": given, "between_roles": roles, "into_activities": into, "together": together},
        tables=(totals, pairs, activities, joint),
        files={"plot.svg": lambda: _network(given).encode()},
    )


def _network(given: "HandOvers") -> str:
    from taktloom.mining.drawing.graph_svg import GraphEdge, GraphNode, graph_svg

    shown = given.pairs[:DRAWN]
    names = dict.fromkeys(name for each in shown for name in (each.giver, each.taker))
    return graph_svg(
        [GraphNode(name=name, label=name) for name in names],
        [GraphEdge(source=one.giver, target=one.taker, weight=one.count, label=str(one.count)) for one in shown],
    )


def _roles(source: AnalysisInput, parameters: RolesParameters) -> AnalysisOutput:
    found = _found_roles(_with_resources(source), parameters)
    rows = tuple(
        (
            each.number,
            len(each.resources),
            each.events,
            each.cohesion,
            "; ".join(f"{name} {share:.0%}" for name, share in each.activities),
            ", ".join(each.resources[:12]) + (" …" if len(each.resources) > 12 else ""),
        )
        for each in found
    )
    columns = ("role", "resources", "events", "cohesion", "activities", "members")
    return AnalysisOutput(data=found, tables=(OutputTable(title="Roles", columns=columns, rows=rows),))


def _found_roles(arrays: "LogArrays", parameters: RolesParameters) -> "tuple[DiscoveredRole, ...]":
    from taktloom.mining.organisation.roles import discover_roles

    return discover_roles(arrays, similarity=parameters.similarity)


def _resources(source: AnalysisInput, parameters: NothingToChoose) -> AnalysisOutput:
    from taktloom.mining.organisation.profiles import profile_resources
    from taktloom.mining.quality.unknowable import is_utc_only
    from taktloom.mining.statistics.resources import classify_resources

    del parameters
    arrays, metadata = _with_resources(source), source.log.metadata
    profiles = profile_resources(arrays)
    source.report("people and systems", 1, 2)
    actors = classify_resources(
        arrays,
        has_local_clock=not is_utc_only(metadata.facts, metadata.timezone),
        finest_unit_us=metadata.facts.finest_unit_us,
    )
    told = {each.resource: each for each in actors}
    rows = tuple(
        (
            each.resource, told[each.resource].actor.replace("-", " "), each.events, each.cases, each.activities,
            each.days, each.events_per_day, each.working_hours, each.at_once, each.pace,
        )
        for each in profiles[:LISTED]
    )  # fmt: skip
    columns = (
        "resource", "who", "events", "cases", "activities", "days", "events a day", "working hours", "at once", "pace",
    )  # fmt: skip
    notes = () if arrays.started_at is not None else ("The log has no starts: working time and pace are not known.",)
    return AnalysisOutput(
        data={"profiles": profiles, "actors": actors},
        tables=(OutputTable(title="Resources", columns=columns, rows=rows, words=("who",)),),
        notes=notes,
    )


def _calendars(source: AnalysisInput, parameters: CalendarsParameters) -> AnalysisOutput:
    from taktloom.calendars.holidays import holiday_names, supported_countries
    from taktloom.mining.organisation.calendars import WEEKDAYS, discover_calendars
    from taktloom.mining.organisation.closed_days import find_closed_days
    from taktloom.mining.quality.unknowable import is_utc_only

    if parameters.country:
        require_known("country", parameters.country, sorted(supported_countries()))
    arrays, metadata = _with_resources(source), source.log.metadata
    roles = _found_roles(arrays, parameters)
    found = discover_calendars(
        arrays,
        [role.resources for role in roles],
        confidence=parameters.confidence,
        support=parameters.support,
    )
    rows = tuple(
        (
            each.resource, each.level.value, each.events, each.hours, each.support, each.confidence,
            *(" ".join(each.week[day]) for day in WEEKDAYS),
        )
        for each in found[:LISTED]
    )  # fmt: skip
    columns = ("resource", "level", "events", "hours a week", "support", "confidence", *WEEKDAYS)
    is_utc = is_utc_only(metadata.facts, metadata.timezone)
    notes = ("The log's times are in UTC: hours are hours in UTC.",) if is_utc else ()
    calendars = OutputTable(title="Calendars", columns=columns, rows=rows, words=("level",))
    closed = find_closed_days(arrays)
    names = [holiday_names(parameters.country, None, each.day.year) if parameters.country else {} for each in closed]
    days = OutputTable(
        title="Days without work",
        columns=("day", "usual events", "holiday"),
        rows=tuple(
            (each.day.isoformat(), each.usual, known.get(each.day, ""))
            for each, known in zip(closed, names, strict=True)
        ),
    )
    known = ("The calendars know no holidays: on these days nobody worked.",) if closed else ()
    return AnalysisOutput(data=found, tables=(calendars, days), notes=(*notes, *known))


ANALYSES: tuple[Analysis[Any], ...] = (
    Analysis(
        name="handovers",
        summary="Hand-overs of work between resources, and who works together in cases.",
        example="receipt.csv --timezone Europe/Amsterdam -o handovers.svg",
        parameters=NothingToChoose,
        run=_handovers,
        counts_only=True,
    ),
    Analysis(
        name="roles",
        summary="Roles: groups of resources that do the same kind of work.",
        example="receipt.csv --timezone Europe/Amsterdam --similarity 0.7",
        parameters=RolesParameters,
        run=_roles,
        counts_only=True,
    ),
    Analysis(
        name="resources",
        summary="Every resource: person or system, load, working hours, and pace against others at the same work.",
        example="receipt.csv --timezone Europe/Amsterdam",
        parameters=NothingToChoose,
        run=_resources,
        counts_only=True,
    ),
    Analysis(
        name="calendars",
        summary="Working hours of every resource, discovered, with support and confidence.",
        example="receipt.csv --timezone Europe/Amsterdam --support 0.8",
        parameters=CalendarsParameters,
        run=_calendars,
        counts_only=True,
    ),
)
