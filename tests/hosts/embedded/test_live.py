# SPDX-License-Identifier: Apache-2.0
"""The writer's memory of instances: bounded by the size of their states, and filled in one query where it can be."""

from collections.abc import Callable, Iterator

import pytest

from taktloom.hosts.embedded import EmbeddedEngine, JobCompletion
from taktloom.hosts.embedded.advancing.advance import advance, event_time
from taktloom.hosts.embedded.core import live
from taktloom.hosts.embedded.core.unit import Unit
from taktloom.hosts.embedded.work.jobs import CompletionResult
from taktloom.kernel.events import VariablesSet
from taktloom.model.identifiers import DEFAULT_TENANT, ProcessId
from taktloom.model.operations import LockedJob
from taktloom.storage import Row, SqlValue

SMALL = 2_000  # bytes: two or three states of a permit


@pytest.fixture
def jobs(engine: EmbeddedEngine, deploy: Callable[..., None]) -> tuple[LockedJob, ...]:
    """Of six instances the first job, locked."""
    deploy("register_and_decide")
    for _ in range(6):
        engine.instances.start(ProcessId("permit"), {})
    return engine.jobs.lock(["register-case"], worker="ada", max_jobs=6)


def _completions(jobs: tuple[LockedJob, ...]) -> list[JobCompletion]:
    return [JobCompletion(job_id=job.job_id, fence=job.fence, variables={"complete": True}) for job in jobs]


def test_a_batch_reads_the_instances_that_are_not_in_memory_in_one_query(
    engine: EmbeddedEngine, jobs: tuple[LockedJob, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, session = list[str](), engine._core.database.writing
    rows = session.rows

    def note(name: str, /, **bindings: SqlValue) -> Iterator[Row]:
        asked.append(name)
        return rows(name, **bindings)

    monkeypatch.setattr(session, "rows", note)
    engine._core.live.forget_all()
    answers = engine.jobs.complete_many(_completions(jobs))

    assert answers == (CompletionResult.DONE,) * 6
    assert (asked.count("live_instances"), asked.count("live_instance")) == (1, 0)


def test_what_is_read_ahead_has_seen_what_the_same_group_wrote(
    engine: EmbeddedEngine, jobs: tuple[LockedJob, ...]
) -> None:
    keys = [job.instance_key for job in jobs]

    def work(unit: Unit) -> list[int]:
        for key in keys:
            instance = unit.instance(key)
            advance(unit, instance, VariablesSet(occurred_at=event_time(unit, instance), variables={"seen": True}))
        unit.core.live.forget_all()
        unit.core.live.load_ahead(unit.session, DEFAULT_TENANT, keys)
        return [unit.instance(key).journal_size for key in keys]

    assert engine._core.submit(DEFAULT_TENANT, work) == [2] * 6
    assert engine.jobs.complete_many(_completions(jobs)) == (CompletionResult.DONE,) * 6


def test_no_more_is_kept_than_the_bound_allows_and_what_is_not_kept_goes_on_all_the_same(
    engine: EmbeddedEngine, jobs: tuple[LockedJob, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "_KEPT_BYTES", SMALL)
    answers = engine.jobs.complete_many(_completions(jobs))
    kept = engine._core.live._kept.values()

    assert answers == (CompletionResult.DONE,) * 6
    assert sum(instance.kept_bytes for instance in kept) == engine._core.live._kept_bytes <= SMALL
    assert [engine.instances.check_replay(job.instance_key) for job in jobs] == [2] * 6
