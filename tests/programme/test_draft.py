# SPDX-License-Identifier: Apache-2.0
"""Drafts from real logs deploy as they are, tell the log well enough, and run held-out cases to the end."""

from collections import Counter
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import polars as pl
import pytest

from taktloom.kernel import compile_process
from taktloom.mining.conformance.process_net import process_net
from taktloom.mining.decisions.discovering import mine_decisions
from taktloom.mining.discovery.bpmn_from_sketch import bpmn_from_tree
from taktloom.mining.discovery.inductive import discover_process_tree
from taktloom.mining.indicators import decisions_after, load_indicator_source
from taktloom.mining.logs.canonical import CanonicalLog
from taktloom.mining.logs.importing import import_log
from taktloom.mining.logs.requests import ImportRequest
from taktloom.mining.statistics.arrays import load_arrays
from taktloom.mining.statistics.resources import classify_resources
from taktloom.model.identifiers import ProcessId
from taktloom.model.process import ServiceTask, UserTask
from taktloom.programme.draft import Draft, DraftRequest, draft_automation
from taktloom.programme.potential import PotentialReport, PotentialRequest, assess_potential
from tests.mining.plain_logs import DRAFT_LOGS
from tests.programme.draft_walk import DraftWalk, RecordedCase

HELD_OUT = 50
PROCESS = ProcessId("draft")


@pytest.fixture(scope="session")
def log_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("logs")


@cache
def imported(path: Path, folder: Path) -> CanonicalLog:
    request = ImportRequest(path=path, name=path.name, imported_at=datetime(2026, 1, 1, tzinfo=UTC))
    return import_log(request, folder)


@cache
def potential_of(path: Path, folder: Path) -> PotentialReport:
    log = imported(path, folder)
    variants = {each.activities: each.cases for each in log.variants().variants}
    process = bpmn_from_tree(discover_process_tree(variants), process_id=PROCESS)
    decisions = decisions_after(process, mine_decisions(log.events().collect(), process_net(process)))
    resources = classify_resources(load_arrays(log), has_local_clock=True, finest_unit_us=1)
    return assess_potential(
        PotentialRequest(source=load_indicator_source(log, resources), decisions=decisions, replicates=20)
    )


def train_and_hold_out(events: pl.DataFrame) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """Fifty cases spread over the log are held out, the others are learned from."""
    cases = events["case_id"].unique(maintain_order=True).to_list()
    held = cases[:: max(1, len(cases) // HELD_OUT)][:HELD_OUT]
    tables = events.filter(pl.col("case_id").is_in(held)).partition_by("case_id", maintain_order=True)
    return events.filter(~pl.col("case_id").is_in(held)), tables


def variants_of(events: pl.DataFrame) -> dict[tuple[str, ...], int]:
    grouped = events.group_by("case_id", maintain_order=True).agg("activity")["activity"].to_list()
    return dict(Counter(tuple(activities) for activities in grouped))


def recorded(case: pl.DataFrame, draft: Draft) -> RecordedCase:
    """The case with values under the draft's variable names, numbers as the form would give them."""
    columns = [name for name in draft.variables if name in case.columns]
    simple = case.with_columns(pl.col(pl.Datetime).dt.to_string("iso"))
    rows = simple.select("activity", *columns).to_dicts()
    known = [{draft.variables[name]: row[name] for name in columns if row[name] is not None} for row in rows]
    starts = {draft.variables[name] for name in columns if name.startswith("case.")}
    return RecordedCase(
        variables={name: value for name, value in known[0].items() if name in starts},
        events=[
            (row["activity"], {name: value for name, value in values.items() if name not in starts})
            for row, values in zip(rows, known, strict=True)
        ],
    )


@pytest.mark.parametrize("name", sorted(DRAFT_LOGS))
def test_a_draft_covers_fits_deploys_and_runs_fifty_held_out_cases(
    name: str, test_data: Path, log_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = test_data / "logs" / DRAFT_LOGS[name]
    potential = potential_of(path, log_folder)
    train, held_out = train_and_hold_out(imported(path, log_folder).events().collect())

    draft = draft_automation(
        DraftRequest(
            process_id=PROCESS,
            name=name,
            events=train,
            variants=variants_of(train),
            potential=potential.activities,
        )
    )

    decisions = [] if draft.decisions is None else [each.id for each in draft.decisions.decisions]
    walk = DraftWalk(draft, compile_process(draft.definitions.processes[0], decisions=decisions))
    results = [walk.walk(recorded(case, draft)) for case in held_out]
    followed = sum(each.followed for each in results) / sum(each.events for each in results)
    evidence = draft.evidence
    nodes = draft.definitions.processes[0].nodes
    with capsys.disabled():
        print(  # noqa: T201 - the figures are part of the proof
            f"\n{name}: coverage {evidence.coverage:.3f}, fitness {evidence.conformance.fitness:.3f}, precision "
            f"{evidence.conformance.precision:.3f}, noise {evidence.noise}, followed {followed:.3f}, "
            f"{sum(isinstance(n, ServiceTask) for n in nodes)} service tasks, "
            f"{sum(isinstance(n, UserTask) for n in nodes)} user tasks, {len(decisions)} rules, "
            f"most steps {max(each.steps for each in results)}"
        )
    assert evidence.coverage >= 0.95
    assert evidence.conformance.fitness >= 0.85
    assert len(results) == HELD_OUT
    assert [each.incidents for each in results] == [0] * HELD_OUT
    assert all(each.finished for each in results)
    assert max(each.steps for each in results) < 200
    assert followed >= 0.5
