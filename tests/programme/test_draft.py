# SPDX-License-Identifier: Apache-2.0
"""Drafts from real logs deploy as they are, tell the log well enough, and run held-out cases to the end."""

from collections import Counter
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import polars as pl
import pytest

from taktloom.app.demo.generator import DemoTruth, write_permit_log
from taktloom.app.demo.wording import WORDINGS, DemoLanguage
from taktloom.decisions import load_model
from taktloom.formats.bpmn import read_bpmn
from taktloom.hosts.embedded import EmbeddedEngine, EngineOptions, IncidentState
from taktloom.kernel import compile_process
from taktloom.mining.logs.canonical import CanonicalLog
from taktloom.mining.logs.importing import import_log
from taktloom.mining.logs.requests import ImportRequest
from taktloom.model.identifiers import ProcessId
from taktloom.model.operations import InstanceQuery
from taktloom.model.process import ServiceTask, UserTask
from taktloom.programme.assessment import AssessmentOptions, assess_log
from taktloom.programme.draft import Draft, DraftRequest, draft_automation, draft_files
from taktloom.programme.policy import PotentialClass
from taktloom.programme.potential import PotentialReport
from taktloom.storage import SyncLevel
from tests.kernel.driver import feel
from tests.mining.plain_logs import DRAFT_LOGS
from tests.programme.draft_walk import DraftWalk, RecordedCase
from tests.programme.engine_driver import EngineDriver

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
    return assess_log(imported(path, folder), AssessmentOptions(replicates=20))


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


@cache
def drafted(name: str, path: Path, folder: Path) -> tuple[Draft, list[pl.DataFrame]]:
    """The draft that is made of a log without the held-out cases, and those cases."""
    train, held_out = train_and_hold_out(imported(path, folder).events().collect())
    request = DraftRequest(
        process_id=PROCESS,
        name=name,
        events=train,
        variants=variants_of(train),
        potential=potential_of(path, folder).activities,
    )
    return draft_automation(request), held_out


@pytest.mark.parametrize("name", sorted(DRAFT_LOGS))
def test_a_draft_covers_fits_deploys_and_runs_fifty_held_out_cases(
    name: str, test_data: Path, log_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = test_data / "logs" / DRAFT_LOGS[name]

    draft, held_out = drafted(name, path, log_folder)

    decisions = [] if draft.decisions is None else [each.id for each in draft.decisions.decisions]
    bpmn, dmn = draft_files(draft)
    walk = DraftWalk(draft, compile_process(read_bpmn(bpmn).processes[0], decisions=decisions), dmn)
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


@pytest.mark.parametrize("name", sorted(DRAFT_LOGS))
def test_the_embedded_engine_deploys_the_draft_and_runs_fifty_held_out_cases_to_the_end(
    name: str, test_data: Path, log_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = test_data / "logs" / DRAFT_LOGS[name]
    draft, held_out = drafted(name, path, log_folder)
    bpmn, dmn = draft_files(draft)
    decisions = [] if draft.decisions is None else [each.id for each in draft.decisions.decisions]
    walk = DraftWalk(draft, compile_process(read_bpmn(bpmn).processes[0], decisions=decisions), dmn)
    engine = EmbeddedEngine.open(tmp_path / "engine.db", EngineOptions(sync=SyncLevel.NORMAL))
    engine.deployments.deploy({"draft.bpmn": bpmn, **({} if dmn is None else {"draft.dmn": dmn})}, by="test")

    results = [walk.walk(recorded(case, draft), EngineDriver(engine, PROCESS)) for case in held_out]

    ended = engine.instances.search(InstanceQuery(status="completed", limit=1)).total
    incidents = engine.incidents.search(state=IncidentState.ANY).items
    engine.drain()
    followed = sum(each.followed for each in results) / sum(each.events for each in results)
    with capsys.disabled():
        print(  # noqa: T201 - the figures are part of the proof
            f"\n{name} on the engine: {ended} cases ended, followed {followed:.3f}, "
            f"most steps {max(each.steps for each in results)}"
        )
    assert ended == HELD_OUT
    assert all(each.finished for each in results)
    assert len(incidents) == 0
    assert max(each.steps for each in results) < 200
    assert followed >= 0.5


@pytest.fixture(scope="session", params=list(DemoLanguage))
def demo(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[DemoTruth, CanonicalLog]:
    """The synthetic permit log in each language."""
    folder = tmp_path_factory.mktemp("demo")
    truth = write_permit_log(folder / "permits.csv", language=request.param)
    zone = WORDINGS[request.param].timezone
    wanted = ImportRequest(
        path=folder / "permits.csv", name="demo", timezone=zone, imported_at=datetime(2026, 1, 1, tzinfo=UTC)
    )
    return truth, import_log(wanted, folder / "logs")


def test_the_hidden_rule_of_the_synthetic_log_is_recovered(demo: tuple[DemoTruth, CanonicalLog]) -> None:
    truth, log = demo
    events = log.events().collect()
    cases = events["case_id"].unique(maintain_order=True).to_list()
    train = events.filter(pl.col("case_id").is_in(cases[::2]))
    unseen = events.filter(~pl.col("case_id").is_in(cases[::2]))

    draft = draft_automation(DraftRequest(process_id=PROCESS, name="demo", events=train, variants=variants_of(train)))

    assert draft.decisions is not None
    decision = next(each for each in draft.decisions.decisions if truth.rule_activity in each.name)
    model = load_model(draft.decisions)
    right = total = 0
    for table in unseen.partition_by("case_id"):
        activities = table["activity"].to_list()
        case = recorded(table, draft)
        answer = model.evaluate(decision.id, feel(case.variables)).value
        has_passed = any(each in activities for each in truth.human[2:])
        if has_passed:
            total += 1
            right += (answer == truth.rule_activity) == (truth.rule_activity in activities)
    assert total > 600
    assert right / total >= 0.98


def test_the_classes_of_the_synthetic_log_agree_with_its_truth(demo: tuple[DemoTruth, CanonicalLog]) -> None:
    truth, log = demo

    report = assess_log(log, AssessmentOptions(replicates=20))

    found = {each.activity: each.potential_class for each in report.activities}
    automated = {PotentialClass.ELIMINATE, PotentialClass.CALL_AN_API}
    assert {activity: found[activity].value for activity in truth.automatable} == dict(truth.automatable)
    assert [activity for activity in truth.human if found[activity] in automated] == []
