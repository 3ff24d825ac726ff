# SPDX-License-Identifier: Apache-2.0
"""Review, map, variants and potential as results: typed record, tables, pictures, as analyses have them."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from taktloom.app.analyses.records import AnalysisOutput, OutputTable

if TYPE_CHECKING:
    from taktloom.app.potential import PotentialRecord
    from taktloom.app.review import FilterStepReach
    from taktloom.app.review_records import MapRecord, ReviewRecord, VariantRecord

_EDGE = ("source", "target", "events", "cases", "median_s", "mean_s", "p95_s")


def review_output(record: "ReviewRecord") -> AnalysisOutput:
    """How far a log can be trusted, and what happens in it."""
    quality = record.quality
    return AnalysisOutput(
        data=record,
        notes=(f"Quality {quality.score:.0f} of 100.",),
        tables=(
            OutputTable(
                title="Findings",
                columns=("severity", "finding", "remedy"),
                rows=tuple((one.severity.value, one.message, one.remedy) for one in quality.findings),
            ),
            OutputTable(
                title="What cannot be known",
                columns=("question", "needs"),
                rows=tuple((one.question, one.needs) for one in quality.unknowable),
            ),
            OutputTable(
                title="Rework",
                columns=("activity", "cases", "repeats", "self-loops", "share"),
                rows=tuple((one.activity, one.cases, one.repeats, one.self_loops, one.share) for one in record.rework),
            ),
            OutputTable(
                title="Resources",
                columns=("resource", "kind", "events"),
                rows=tuple((one.resource, one.kind, one.events) for one in record.resources),
            ),
        ),
    )


def map_output(record: "MapRecord", svg: Callable[[], bytes]) -> AnalysisOutput:
    """The directly-follows map. svg: makes its picture."""
    flows = OutputTable(
        title="Flows",
        columns=_EDGE,
        rows=tuple(tuple(getattr(one, column) for column in _EDGE) for one in record.edges),
    )
    return AnalysisOutput(data=record, tables=(flows,), files={"plot.svg": svg})


def variants_output(records: "tuple[VariantRecord, ...]") -> AnalysisOutput:
    """Variants, most frequent first."""
    listed = OutputTable(
        title="Variants",
        columns=("variant", "cases", "share", "cumulative share", "median s", "activities"),
        rows=tuple(
            (one.variant_id, one.cases, one.share, one.cumulative_share, one.median_s, " > ".join(one.activities))
            for one in records
        ),
    )
    return AnalysisOutput(data=records, tables=(listed,))


def reach_output(records: "tuple[FilterStepReach, ...]") -> AnalysisOutput:
    """What each step of a filter leaves of what it was given."""
    steps = OutputTable(
        title="Steps",
        columns=("step", "cases", "cases before", "events", "events before"),
        rows=tuple(
            (number, one.cases, one.cases_before, one.events, one.events_before)
            for number, one in enumerate(records, start=1)
        ),
    )
    return AnalysisOutput(data=records, tables=(steps,))


def potential_output(record: "PotentialRecord") -> AnalysisOutput:
    """Which activities are worth automating, and why: their scores, and the part that each indicator has in them."""
    return AnalysisOutput(
        data=record,
        notes=(record.working_hours.text, record.formula, record.method.text),
        tables=(
            OutputTable(
                title="Potential",
                columns=("rank", "activity", "score", "from", "to", "class", "events", "cases", "hours/month", "money"),
                rows=tuple(
                    (
                        one.rank,
                        one.activity,
                        one.score,
                        *(one.interval or (None, None)),
                        one.potential_class,
                        one.events,
                        one.cases,
                        None if one.hours is None else one.hours.value,
                        None if one.money is None else one.money.value,
                    )
                    for one in record.activities
                ),
                words=("class",),
            ),
            OutputTable(
                title="Contributions",
                columns=("activity", "feature", "kind", "measured", "value", "weight", "points", "n"),
                rows=tuple(
                    (
                        one.activity,
                        part.feature,
                        part.kind,
                        part.measured,
                        part.value,
                        part.weight,
                        part.contribution,
                        part.n,
                    )
                    for one in record.activities
                    for part in one.contributions
                ),
                words=("feature", "kind"),
            ),
        ),
    )
