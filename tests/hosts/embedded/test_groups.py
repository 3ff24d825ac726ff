# SPDX-License-Identifier: Apache-2.0
"""Work that shares a transaction: what is refused leaves no trace, what is good leaves the rows it leaves alone."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taktloom.feel import FeelValue
from taktloom.hosts.embedded import (
    Catalogue,
    CountingIds,
    EmbeddedEngine,
    EngineOptions,
    InlineWriter,
    JobCompletion,
    ManualClock,
)
from taktloom.hosts.embedded.advancing.advance import advance, event_time
from taktloom.hosts.embedded.advancing.instances import start_instance
from taktloom.hosts.embedded.core.unit import Unit
from taktloom.hosts.embedded.core.writer import StorageFailedError
from taktloom.hosts.embedded.work.jobs import CompletionResult, JobLockError, UnknownJobError
from taktloom.kernel.events import InstanceStarted, VariablesSet
from taktloom.model.errors import TaktloomError
from taktloom.model.identifiers import DEFAULT_TENANT, InstanceKey, JobId, ProcessId
from taktloom.model.operations import LockedJob
from taktloom.storage import SqliteSession, SqlValue
from tests.hosts.embedded.conftest import MODELS, MONDAY

PERMIT, PAYMENT = ProcessId("permit"), ProcessId("payment")
PREPARED = 3
CATALOGUE = Catalogue()  # one for all, so that a model is compiled once
Piece = tuple[str, int]

pieces = st.tuples(
    st.sampled_from(["start", "wait", "set", "complete", "cancel"]), st.integers(min_value=0, max_value=PREPARED - 1)
)
failing = st.tuples(
    st.sampled_from(["fail late", "fail after a statement", "unknown job", "refused row", "unknown process"]),
    st.integers(min_value=0, max_value=PREPARED - 1),
)


class _ChangedMindError(TaktloomError):
    """Raised when everything was done already."""

    code = "TL-2999"


class _Office:
    """An engine with some instances that wait at a locked job each."""

    def __init__(self) -> None:
        options = EngineOptions(clock=ManualClock(MONDAY), ids=CountingIds(), writer=InlineWriter, catalogue=CATALOGUE)
        self.engine = EmbeddedEngine.open(None, options)
        for name in ("register_and_decide", "wait_for_payment"):
            self.engine.deployments.deploy({f"{name}.bpmn": (MODELS / f"{name}.bpmn").read_bytes()}, by="ada")
        for _ in range(PREPARED):
            self.engine.instances.start(PERMIT, {"amount": Decimal(1)})
        self.jobs = self.engine.jobs.lock(["register-case"], worker="w", max_jobs=PREPARED)

    def post(self, piece: Piece) -> Callable[[], object]:
        """Queue a piece of work; what asks for its outcome."""
        kind, number = piece
        return self.engine._core.post(DEFAULT_TENANT, lambda unit: WORK[kind](unit, self.jobs[number])).result

    def rows(self) -> dict[str, list[tuple[object, ...]]]:
        """All that the database holds."""
        session = self.engine._core.database.writing
        assert isinstance(session, SqliteSession)
        connection = session.connection
        tables = [str(row[0]) for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        return {table: sorted(connection.execute(f"SELECT * FROM {table}"), key=repr) for table in tables}


def _set(unit: Unit, job: LockedJob) -> None:
    instance = unit.instance(job.instance_key)
    advance(unit, instance, VariablesSet(occurred_at=event_time(unit, instance), variables={"n": Decimal(2)}))


def _start(unit: Unit, job: LockedJob, process_id: ProcessId = PERMIT) -> None:
    definition = unit.core.catalogue.startable(unit.session, unit.tenant_id, process_id, None)
    variables: dict[str, FeelValue] = {"amount": Decimal(2), "invoice": job.job_id}
    start_instance(unit, definition, InstanceStarted(occurred_at=unit.now, variables=variables))


def _complete(unit: Unit, job: LockedJob) -> None:
    from taktloom.hosts.embedded.work.jobs import _complete as complete

    complete(unit, JobCompletion(job_id=job.job_id, fence=job.fence, variables={"ok": True}), None)


def _cancel(unit: Unit, job: LockedJob) -> None:
    """Another statement for a job's row than the ones that create and complete it."""
    unit.session.defer("cancel_job", job.job_id, tenant_id=unit.tenant_id, job_id=job.job_id, now=1)
    unit.core.held_jobs.forget(unit.tenant_id, job.job_id)


def _fail_late(unit: Unit, job: LockedJob) -> None:
    _set(unit, job)
    _start(unit, job)
    raise _ChangedMindError("No.")


def _fail_after_a_statement(unit: Unit, job: LockedJob) -> None:
    _set(unit, job)
    unit.session.run("end_job", tenant_id=unit.tenant_id, job_id=job.job_id, state="completed", now=2)
    raise _ChangedMindError("No.")


def _unknown_job(unit: Unit, job: LockedJob) -> None:
    _set(unit, job)
    _complete(unit, LockedJob(**{**_fields(job), "job_id": JobId("none")}))  # type: ignore[arg-type]


def _refused_row(unit: Unit, job: LockedJob) -> None:
    """A row whose instance is not there: refused when it is written, long after this has returned."""
    name: dict[str, SqlValue] = {
        "tenant_id": unit.tenant_id,
        "instance_key": "0",
        "sequence": 1,
        "kind": "x",
        "actor": None,
    }
    unit.session.defer("insert_journal_entry", **name, occurred_at=0, subject_key=None, payload_sealed=b"")
    _set(unit, job)


def _fields(job: LockedJob) -> dict[str, object]:
    return {name: getattr(job, name) for name in type(job).__slots__}


WORK: dict[str, Callable[[Unit, LockedJob], None]] = {
    "start": _start,
    "wait": lambda unit, job: _start(unit, job, PAYMENT),
    "set": _set,
    "complete": _complete,
    "cancel": _cancel,
    "fail late": _fail_late,
    "fail after a statement": _fail_after_a_statement,
    "unknown job": _unknown_job,
    "refused row": _refused_row,
    "unknown process": lambda unit, job: _start(unit, job, ProcessId("nobody")),
}


def _is_done(ask: Callable[[], object]) -> bool:
    try:
        ask()
    except (TaktloomError, StorageFailedError):
        return False
    return True


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(pieces, pieces, failing), min_size=1, max_size=12))
def test_a_group_with_failing_work_leaves_the_rows_that_the_good_work_leaves_one_by_one(group: list[Piece]) -> None:
    together, alone = _Office(), _Office()

    asking = [together.post(piece) for piece in group]
    is_done = [_is_done(ask) for ask in asking]
    good = [piece for piece, done in zip(group, is_done, strict=True) if done]
    done_alone = [_is_done(alone.post(piece)) for piece in good]

    assert all(done_alone)
    assert together.rows() == alone.rows()
    for office in (together, alone):
        office.engine.drain()


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, PREPARED - 1), st.sampled_from(["good", "late", "unknown"])), max_size=8))
def test_one_bad_completion_in_a_batch_does_not_spoil_the_others(batch: list[tuple[int, str]]) -> None:
    office, alone = _Office(), _Office()

    outcomes = office.engine.jobs.complete_many([_completion(office.jobs[at], kind) for at, kind in batch])
    singly = [alone.engine.jobs.complete_many([_completion(alone.jobs[at], kind)])[0] for at, kind in batch]

    assert list(map(_told, outcomes)) == list(map(_told, singly))
    assert office.rows() == alone.rows()
    for one in (office, alone):
        one.engine.drain()


def test_the_answers_of_a_batch_tell_each_completion_its_own() -> None:
    office = _Office()
    kinds = ["good", "late", "unknown", "good"]
    batch = [_completion(office.jobs[min(at, 1)], kind) for at, kind in enumerate(kinds)]

    done, late, unknown, second = office.engine.jobs.complete_many([*batch[:3], batch[3]])
    again = office.engine.jobs.complete_many([batch[0]])

    assert done is CompletionResult.DONE
    assert isinstance(late, JobLockError)
    assert isinstance(unknown, UnknownJobError)
    assert second is CompletionResult.DONE
    assert again == (CompletionResult.ALREADY_DONE,)
    office.engine.drain()


@pytest.mark.parametrize("process_id", [PERMIT, PAYMENT])
def test_the_answer_to_a_start_is_what_a_later_look_shows(process_id: ProcessId) -> None:
    office = _Office()

    started = office.engine.instances.start(
        process_id, {"amount": Decimal(1), "invoice": "i"}, business_key="b", actor="ada"
    )

    assert started == office.engine.instances.summary(InstanceKey(started.instance_key))
    office.engine.drain()


def _completion(job: LockedJob, kind: str) -> JobCompletion:
    job_id = JobId("unknown") if kind == "unknown" else job.job_id
    return JobCompletion(job_id=job_id, fence=job.fence + (kind == "late"), variables={"ok": True})


def _told(outcome: object) -> object:
    return outcome.code if isinstance(outcome, TaktloomError) else outcome
