# SPDX-License-Identifier: Apache-2.0
"""Review of a log: report, map, variants, mined model. Results are kept per log, filter and parameters."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from taktloom.app.context import Context, use_case
from taktloom.app.model_files import bpmn_bytes, process_id_of
from taktloom.app.review_records import MapRecord, ReviewRecord, VariantRecord, map_record, review_record
from taktloom.assure.permissions import Permission
from taktloom.model.process import Definitions

if TYPE_CHECKING:
    from taktloom.mining.filters import LogFilter
    from taktloom.mining.logs.canonical import CanonicalLog
    from taktloom.mining.review import ReviewReport

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


@use_case(Permission.LOG_VIEW)
def review_log(context: Context, *, log_id: str, chosen: Filter = ALL) -> ReviewRecord:
    """How far the log can be trusted, and what happens in it."""
    return review_record(_review(context, log_id, chosen))


@use_case(Permission.LOG_VIEW)
def measure_filter(context: Context, *, log_id: str, chosen: Filter) -> tuple[FilterStepReach, ...]:
    """How many cases and events each step of a filter leaves; parts beside `steps` count as steps too."""
    from taktloom.mining.filters import measure_filter as measure

    def reach(log: "CanonicalLog") -> tuple[FilterStepReach, ...]:
        return tuple(
            FilterStepReach(
                cases=one.cases, cases_before=one.cases_before, events=one.events, events_before=one.events_before
            )
            for one in measure(log, _condition(chosen))
        )

    return context.rooms.logs.result(log_id, ("filter", chosen), reach)


@use_case(Permission.LOG_VIEW)
def map_log(context: Context, *, log_id: str, chosen: Filter = ALL, shares: MapShares = WHOLE) -> MapRecord:
    """The directly-follows map."""
    report = _review(context, log_id, chosen)
    return map_record(report, activity_share=shares.activities, edge_share=shares.edges)


@use_case(Permission.LOG_VIEW)
def export_map_svg(context: Context, *, log_id: str, chosen: Filter = ALL, shares: MapShares = WHOLE) -> bytes:
    """The map as a drawing."""
    from taktloom.mining.drawing.map_parts import select_map
    from taktloom.mining.drawing.map_svg import map_svg

    graph = _review(context, log_id, chosen).map
    return map_svg(select_map(graph, activities=shares.activities, flows=shares.edges)).encode()


@use_case(Permission.LOG_VIEW)
def export_map_csv(context: Context, *, log_id: str, chosen: Filter = ALL) -> bytes:
    """The map's connections as CSV."""
    columns = ("source", "target", "events", "cases", "median_s", "mean_s", "p95_s")
    edges = map_log(context, log_id=log_id, chosen=chosen).edges
    return _csv(columns, ([getattr(edge, column) for column in columns] for edge in edges))


@use_case(Permission.LOG_VIEW)
def list_variants(
    context: Context, *, log_id: str, chosen: Filter = ALL, limit: int = 100
) -> tuple[VariantRecord, ...]:
    """Variants, most frequent first."""
    return context.rooms.logs.result(log_id, ("variants", chosen), lambda log: _variants(view_of(log, chosen)))[:limit]


@use_case(Permission.LOG_VIEW)
def export_variants_csv(context: Context, *, log_id: str, chosen: Filter = ALL) -> bytes:
    """All variants as CSV; activities joined by ` > `."""
    variants = list_variants(context, log_id=log_id, chosen=chosen, limit=2**31)
    columns = ("variant_id", "cases", "share", "cumulative_share", "median_s", "activities")
    return _csv(
        columns, ((*(getattr(one, name) for name in columns[:-1]), " > ".join(one.activities)) for one in variants)
    )


@use_case(Permission.LOG_VIEW)
def mine_model(context: Context, *, log_id: str, chosen: Filter = ALL, noise: float = DEFAULT_NOISE) -> MinedModel:
    """A sound BPMN model by an inductive miner with infrequency filter, drawn, with fitness and precision."""
    return context.rooms.logs.result(log_id, ("model", chosen, noise), lambda log: _mine(view_of(log, chosen), noise))


def _review(context: Context, log_id: str, chosen: Filter) -> "ReviewReport":
    from taktloom.mining.review import review

    return context.rooms.logs.result(log_id, ("review", chosen), lambda log: review(log, condition=_condition(chosen)))


def view_of(log: "CanonicalLog", chosen: Filter) -> "CanonicalLog":
    """The part of *log* that is chosen."""
    from taktloom.mining.filters import apply_filter

    return apply_filter(log, _condition(chosen))


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
