# SPDX-License-Identifier: Apache-2.0
"""Conformance with an executable model: the kernel is driven along every case, data and timers included."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from taktloom.app.analyses.deciding import ModelDecisions
from taktloom.app.analyses.models import process_of
from taktloom.app.analyses.records import (
    Analysis,
    AnalysisInput,
    AnalysisOutput,
    OutputTable,
    document,
    parameter,
)
from taktloom.model.events import CASE_ATTRIBUTE_PREFIX, EVENT_ATTRIBUTE_PREFIX

if TYPE_CHECKING:
    from taktloom.feel.values import FeelValue
    from taktloom.hosts.replayer import ReplayCase
    from taktloom.mining.logs.canonical import CanonicalLog

LISTED = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayParameters:
    """The model, and how far to search."""

    model: str = document("BPMN file of an executable process.")
    decisions: str = document(
        "DMN file with the decisions that its rule tasks ask; else those deployed are asked.", default=""
    )
    process: str = parameter("Id of the process; empty: the one that knows most of the activities.", default="")
    positions: int = parameter("Positions looked at per case.", default=20_000, least=10, most=1_000_000)


def _replay(source: AnalysisInput, parameters: ReplayParameters) -> AnalysisOutput:
    from taktloom.hosts.replayer import ReplayLimits, replay_cases
    from taktloom.mining.review import EmptyViewError

    process = process_of(parameters.model, source.log.activities, process_id=parameters.process)
    decisions = ModelDecisions(process, parameters.decisions, source.deployed)
    total = int(source.log.kept_cases.sum())
    if not total:
        raise EmptyViewError(source.log.metadata.log_id)
    found = replay_cases(
        process,
        replay_cases_of(source.log, "\n".join((parameters.model, *decisions.texts))),
        limits=ReplayLimits(positions=parameters.positions),
        decide=decisions.decide if decisions else None,
        report=lambda done: source.report("replaying", done, total),
    )
    summary = OutputTable(
        title="Replay",
        columns=("process", "fitness", "fitting cases", "cases"),
        rows=((process.id, found.fitness, found.fitting_cases, found.cases),),
    )
    deviations = OutputTable(
        title="Deviations",
        columns=("deviation", "what", "element", "cases"),
        words=("deviation",),
        rows=tuple(
            (each.deviation.kind.replace("_", " "), each.deviation.what, each.deviation.element_id, each.cases)
            for each in found.deviations[:LISTED]
        ),
    )
    variants = OutputTable(
        title="Variants",
        columns=("cases", "fitness", "variant", "deviations"),
        rows=tuple(
            (each.cases, each.fitness, " > ".join(each.activities), "; ".join(each.deviations))
            for each in found.variants[:LISTED]
        ),
    )
    unproved = sum(each.cases for each in found.variants if not each.is_exact)
    limit = (f"In {unproved} cases the search met its limit; fewer deviations may explain them.",) if unproved else ()
    return AnalysisOutput(data=found, tables=(summary, deviations, variants), notes=(f"{found.method}.", *limit))


def replay_cases_of(log: "CanonicalLog", model: str) -> Iterator["ReplayCase"]:
    """The cases of *log* with those attributes whose names occur in the text of the model and its decisions."""
    from taktloom.hosts.replayer import ReplayCase, ReplayEvent

    columns = [column.name for column in log.metadata.columns]
    bare = {name: name.removeprefix(CASE_ATTRIBUTE_PREFIX).removeprefix(EVENT_ATTRIBUTE_PREFIX) for name in columns}
    read = [name for name in columns if bare[name] in model]
    of_case = {name: bare[name] for name in read if name.startswith(CASE_ATTRIBUTE_PREFIX)}
    of_event = {name: bare[name] for name in read if name.startswith(EVENT_ATTRIBUTE_PREFIX)}
    rows = log.events().select("case_id", "activity", "started_at", "occurred_at", *read).collect()
    for frame in rows.partition_by("case_id", maintain_order=True):
        steps = frame.to_dicts()
        yield ReplayCase(
            case_id=steps[0]["case_id"],
            begun_at=min(_utc(step["started_at"] or step["occurred_at"]) for step in steps),
            variables=_values(steps[0], of_case),
            events=tuple(
                ReplayEvent(
                    activity=step["activity"],
                    occurred_at=_utc(step["occurred_at"]),
                    variables=_values(step, of_event),
                )
                for step in steps
            ),
        )


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


def _values(step: dict[str, Any], names: dict[str, str]) -> dict[str, "FeelValue"]:
    from taktloom.feel.wire import from_python

    known = {name: step[column] for column, name in names.items() if step[column] is not None}
    return {
        name: from_python(value)
        for name, value in known.items()
        if not isinstance(value, float) or math.isfinite(value)
    }


ANALYSES: tuple[Analysis[Any], ...] = (
    Analysis(
        name="replay",
        summary="Replay every case on an executable BPMN model, data and timers included: where cases leave it.",
        example="receipt.csv --timezone Europe/Amsterdam --model receipt.bpmn",
        parameters=ReplayParameters,
        run=_replay,
        asks_deployed=True,
    ),
)
