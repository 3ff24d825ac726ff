# SPDX-License-Identifier: Apache-2.0
"""Review of a log: report, map, variants, mined model. Results are kept per log, filter and parameters."""

import json
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from taktloom.app.answering import known_or_begun
from taktloom.app.context import Context, use_case
from taktloom.app.long_work import Report, WorkHandle, WorkStatus, paced, unheard
from taktloom.app.model_files import bpmn_bytes, process_id_of
from taktloom.app.review_records import MapRecord, ReviewRecord, VariantRecord, map_record, review_record
from taktloom.assure.permissions import Permission
from taktloom.model.process import Definitions

if TYPE_CHECKING:
    from taktloom.mining.filters import LogFilter
    from taktloom.mining.logs.canonical import CanonicalLog
    from taktloom.mining.review import ReviewReport

Found = TypeVar("Found")
DEFAULT_NOISE = 0.2
LONGEST_FILTER = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which cases count; empty: all. activities: cases with any of them; without: cases with none of these.

    steps: a filter in its JSON form, as text; it comes first.
    """

    from_at: datetime | None = None
    to_at: datetime | None = None
    variants: tuple[str, ...] = ()
    top_variants: int | None = None
    activities: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    case: str | None = None
    steps: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterStepReach:
    """What one step of a filter left, of what it was given; events are activity instances."""

    cases: int
    cases_before: int
    events: int
    events_before: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MapShares:
    """How much of the map is kept, most frequent first, 0..1."""

    activities: float = 1.0
    edges: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MinedModel:
    """A sound model of a log with how well it fits; precision None where it was not computed."""

    bpmn_xml: str
    fitness: float
    precision: float | None
    method: str
    noise: float
    is_sound: bool
    cases: int
    fitting_cases: int


ALL = Filter()
WHOLE = MapShares()


@dataclass(frozen=True, slots=True, kw_only=True)
class Look(Generic[Found]):
    """Something that a log, or the part of it that is chosen, tells.

    key: of what *compute* gives, which is kept until the log is imported anew. shape: makes of it what was asked for,
    at once for each who asks. file: names what shaping takes longer for, which is then kept as well. counts_only: see
    `known_or_begun`.
    """

    key: tuple[Hashable, ...]
    compute: Callable[["CanonicalLog"], Any]
    shape: Callable[[Any], Found]
    file: tuple[Hashable, ...] = ()
    counts_only: bool = True


@use_case(Permission.LOG_VIEW)
def look_at(context: Context, *, log_id: str, look: Look[Found], report: Report = unheard) -> Found:
    """What *look* asks for, waited for; *report* hears how far it is, and may raise to stop it.

    Raises NotFoundError, and what computing raises.
    """
    return look.shape(_computed(context, log_id, look, report))


@use_case(Permission.LOG_VIEW)
def start_look(context: Context, *, log_id: str, look: Look[Found]) -> Found | WorkStatus:
    """What *look* asks for where it comes within two seconds, else the work to follow; asked again, the same work is
    joined, and what it has found is answered at once."""

    def work(handle: WorkHandle) -> Any:
        handle.advance("reading", 0, None)
        found = _computed(context, log_id, look, handle.advance)
        if not look.file:
            return found
        handle.advance("writing", 0, None)
        return context.rooms.logs.result(log_id, (*look.key, *look.file), lambda _: look.shape(found))

    found = known_or_begun(context, log_id, (*look.key, *look.file), work, counts_only=look.counts_only)
    return found if look.file or isinstance(found, WorkStatus) else look.shape(found)


def _computed(context: Context, log_id: str, look: Look[Any], report: Report) -> Any:
    from taktloom.mining.watching import watched_by

    def compute(log: "CanonicalLog") -> Any:
        with watched_by(paced(report)):
            return look.compute(log)

    return context.rooms.logs.result(log_id, look.key, compute)


def whole_review(chosen: Filter = ALL) -> Look[ReviewRecord]:
    """How far the log can be trusted, and what happens in it."""
    return Look(key=("review", chosen), compute=_review_of(chosen), shape=review_record)


def process_map(chosen: Filter = ALL, shares: MapShares = WHOLE) -> Look[MapRecord]:
    """The directly-follows map."""

    def shape(report: "ReviewReport") -> MapRecord:
        return map_record(report, activity_share=shares.activities, edge_share=shares.edges)

    return Look(key=("review", chosen), compute=_review_of(chosen), shape=shape)


def map_drawing(chosen: Filter = ALL, shares: MapShares = WHOLE) -> Look[bytes]:
    """The map as an SVG drawing."""

    def shape(report: "ReviewReport") -> bytes:
        from taktloom.mining.drawing.map_parts import select_map
        from taktloom.mining.drawing.map_svg import map_svg

        return map_svg(select_map(report.map, activities=shares.activities, flows=shares.edges)).encode()

    return Look(key=("review", chosen), compute=_review_of(chosen), shape=shape, file=("map.svg", shares))


def map_table(chosen: Filter = ALL) -> Look[bytes]:
    """The map's connections as CSV."""

    def shape(report: "ReviewReport") -> bytes:
        columns = ("source", "target", "events", "cases", "median_s", "mean_s", "p95_s")
        edges = map_record(report, activity_share=1.0, edge_share=1.0).edges
        return _csv(columns, ([getattr(edge, column) for column in columns] for edge in edges))

    return Look(key=("review", chosen), compute=_review_of(chosen), shape=shape, file=("map.csv",))


def most_frequent_variants(chosen: Filter = ALL, limit: int = 100) -> Look[tuple[VariantRecord, ...]]:
    """Variants, most frequent first."""
    return Look(key=("variants", chosen), compute=_variants_of(chosen), shape=lambda found: found[:limit])


def variants_table(chosen: Filter = ALL) -> Look[bytes]:
    """All variants as CSV; activities joined by ` > `."""

    def shape(variants: tuple[VariantRecord, ...]) -> bytes:
        columns = ("variant_id", "cases", "share", "cumulative_share", "median_s", "activities")
        return _csv(
            columns, ((*(getattr(one, name) for name in columns[:-1]), " > ".join(one.activities)) for one in variants)
        )

    return Look(key=("variants", chosen), compute=_variants_of(chosen), shape=shape, file=("variants.csv",))


def mined_model(chosen: Filter = ALL, noise: float = DEFAULT_NOISE) -> Look[MinedModel]:
    """A sound BPMN model by an inductive miner with infrequency filter, drawn, with fitness and precision."""
    part = _part_of(chosen)
    return Look(
        key=("model", chosen, noise),
        compute=lambda log: _mine(part(log), noise),
        shape=lambda found: found,
        counts_only=False,
    )


def reach_of_filter(chosen: Filter) -> Look[tuple[FilterStepReach, ...]]:
    """How many cases and events each step of a filter leaves; parts beside `steps` count as steps too."""

    condition = _condition(chosen)

    def reach(log: "CanonicalLog") -> tuple[FilterStepReach, ...]:
        from taktloom.mining.filters import measure_filter

        return tuple(
            FilterStepReach(
                cases=one.cases, cases_before=one.cases_before, events=one.events, events_before=one.events_before
            )
            for one in measure_filter(log, condition)
        )

    return Look(key=("filter", chosen), compute=reach, shape=lambda found: found)


def _review_of(chosen: Filter) -> "Callable[[CanonicalLog], ReviewReport]":
    condition = _condition(chosen)

    def compute(log: "CanonicalLog") -> "ReviewReport":
        from taktloom.mining.review import review

        return review(log, condition=condition)

    return compute


def _variants_of(chosen: Filter) -> "Callable[[CanonicalLog], tuple[VariantRecord, ...]]":
    part = _part_of(chosen)
    return lambda log: _variants(part(log))


def _part_of(chosen: Filter) -> "Callable[[CanonicalLog], CanonicalLog]":
    """What gives the chosen part of a log; a filter that is none is refused here, before any work begins."""
    from taktloom.mining.filters import apply_filter

    condition = _condition(chosen)
    return lambda log: apply_filter(log, condition)


def view_of(log: "CanonicalLog", chosen: Filter) -> "CanonicalLog":
    """The part of *log* that is chosen."""
    return _part_of(chosen)(log)


def _condition(chosen: Filter) -> "LogFilter":
    """The parts of *chosen* as steps, each judged on what those before it left; the most frequent variants last."""
    from taktloom.mining.filters import keep_cases
    from taktloom.mining.filters.case_conditions import CaseIn, Having, Lacking, Period, TopVariants, VariantIn

    condition = condition_of(chosen.steps)
    parts = (
        None if chosen.case is None else CaseIn(cases=(chosen.case,)),
        None if (chosen.from_at, chosen.to_at) == (None, None) else Period(since=chosen.from_at, until=chosen.to_at),
        Having(activities=chosen.activities) if chosen.activities else None,
        Lacking(activities=chosen.without) if chosen.without else None,
        VariantIn(variants=chosen.variants) if chosen.variants else None,
        None if chosen.top_variants is None else TopVariants(count=chosen.top_variants),
    )
    return condition.then(*keep_cases(*(part for part in parts if part is not None)).steps)


def _variants(view: "CanonicalLog") -> tuple[VariantRecord, ...]:
    from taktloom.mining.statistics.arrays import load_arrays, summarise_groups
    from taktloom.mining.statistics.durations import case_durations_us

    arrays, table = load_arrays(view), view.variants()
    if not len(table):
        return ()
    durations = summarise_groups(table.case_variants, case_durations_us(arrays), len(table))
    total, covered, rows = table.case_codes.size, 0, []
    for variant, duration in zip(table.variants, durations, strict=True):
        covered += variant.cases
        rows.append(
            VariantRecord(
                variant_id=variant.id,
                activities=variant.activities,
                cases=variant.cases,
                share=variant.cases / total,
                cumulative_share=covered / total,
                median_s=duration.median_s,
            )
        )
    return tuple(rows)


def _mine(view: "CanonicalLog", noise: float) -> MinedModel:
    """The nets of the inductive miner are sound by construction (Leemans et al. 2013)."""
    from taktloom.mining.conformance import check_fitness, measure_precision
    from taktloom.mining.discovery import discover_process_tree, petri_net_from_tree
    from taktloom.mining.discovery.bpmn_from_sketch import bpmn_from_tree
    from taktloom.mining.review import EmptyViewError

    name = view.metadata.name
    variants = {variant.activities: variant.cases for variant in view.variants().variants}
    if not variants:
        raise EmptyViewError(view.metadata.log_id)
    tree = discover_process_tree(variants, noise=noise)
    net = petri_net_from_tree(tree)
    report = check_fitness(net, variants)
    process = bpmn_from_tree(tree, process_id=process_id_of(name), name=name)
    return MinedModel(
        bpmn_xml=bpmn_bytes(Definitions(processes=(process,))).decode(),
        fitness=report.fitness,
        precision=measure_precision(net, variants),
        method=report.method,
        noise=noise,
        is_sound=True,
        cases=report.cases,
        fitting_cases=report.fitting_cases,
    )


def condition_of(steps: str | None) -> "LogFilter":
    """The filter of which *steps* is the JSON form; without it, the one that everything passes."""
    from taktloom.mining.filters import LogFilter

    return LogFilter() if steps is None else parse_filter(steps)


def parse_filter(text: str) -> "LogFilter":
    """The filter whose JSON form is *text*; raises InputRefusedError naming the field that is wrong."""
    from taktloom.mining.filters import filter_from_json
    from taktloom.mining.logs.errors import MalformedRecordError
    from taktloom.mining.logs.json_records import as_mapping

    if len(text) > LONGEST_FILTER:
        raise MalformedRecordError(field="filter", expected=f"text of at most {LONGEST_FILTER} characters")
    try:
        record = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise MalformedRecordError(field="filter", expected="JSON") from error
    return filter_from_json(as_mapping(record))


def _csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """UTF-8 with a byte order mark, which spreadsheets need to see Chinese labels; no cell is a formula."""
    from taktloom.mining.logs.export import table_csv

    return table_csv(columns, rows)
