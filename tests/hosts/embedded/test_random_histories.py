# SPDX-License-Identifier: Apache-2.0
"""Whatever callers do, in whatever order: journals replay, live instances wait for something, jobs end once."""

from collections import Counter
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from taktloom.hosts.embedded import (
    CompletionResult,
    CountingIds,
    EmbeddedEngine,
    EngineOptions,
    IncidentState,
    ManualClock,
    Message,
)
from taktloom.model.errors import ConflictError
from taktloom.model.identifiers import InstanceKey, JobId, ProcessId
from taktloom.model.operations import InstanceDetail, JobState, LockedJob, UserTaskQuery
from tests.hosts.embedded.conftest import MODELS, MONDAY

PROCESSES = ("permit", "guarded", "payment", "pause", "divide")
FILES = ("register_and_decide", "guarded_job", "wait_for_payment", "wait_an_hour", "divide")
JOB_TYPES = ("register-case", "check")
LATEST = st.integers(min_value=0, max_value=1000)


class EngineHistories(RuleBasedStateMachine):
    """Callers of one engine in memory, under a clock that only the test moves."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = ManualClock(MONDAY)
        self.engine = EmbeddedEngine.open(None, EngineOptions(clock=self.clock, ids=CountingIds()))
        self.engine.deployments.deploy({f"{name}.bpmn": (MODELS / f"{name}.bpmn").read_bytes() for name in FILES})
        self.keys: list[InstanceKey] = []
        self.locked: list[LockedJob] = []
        self.accepted: Counter[JobId] = Counter()

    def teardown(self) -> None:
        """Close the engine."""
        self.engine.drain()

    @rule(process=st.sampled_from(PROCESSES), amount=st.sampled_from([Decimal(1), Decimal(500), "x", None]))
    def start(self, process: str, amount: Decimal | str | None) -> None:
        """A citizen applies."""
        started = self.engine.instances.start(ProcessId(process), {"amount": amount, "invoice": "A"})
        self.keys.append(started.instance_key)

    @rule(job_type=st.sampled_from(JOB_TYPES), many=st.integers(1, 3))
    def lock(self, job_type: str, many: int) -> None:
        """A worker asks for jobs; it may forget the ones it had."""
        self.locked.extend(self.engine.jobs.lock([job_type], worker="w", max_jobs=many))

    @precondition(lambda self: self.locked)
    @rule(which=LATEST, action=st.sampled_from(["complete", "fail", "give-up", "error", "beat"]))
    def answer(self, which: int, action: str) -> None:
        """A worker answers, perhaps too late, perhaps again."""
        job = self.locked[which % len(self.locked)]
        jobs = self.engine.jobs
        try:
            if action == "complete":
                self.accepted[job.job_id] += (
                    jobs.complete(job.job_id, job.fence, {"n": Decimal(1)}) is CompletionResult.DONE
                )
            elif action == "error":
                jobs.throw_error(job.job_id, job.fence, "NOT_ELIGIBLE" if which % 2 else "OTHER")
            elif action == "beat":
                jobs.heartbeat(job.job_id, job.fence, timedelta(seconds=30))
            else:
                jobs.fail(job.job_id, job.fence, "failed", retries=0 if action == "give-up" else None)
        except ConflictError:
            pass  # the lock was lost: nothing may have changed, which the invariants see

    @rule(which=LATEST)
    def decide(self, which: int) -> None:
        """A clerk completes some open task."""
        tasks = self.engine.user_tasks.search(UserTaskQuery()).items
        if tasks:
            self.engine.user_tasks.complete(tasks[which % len(tasks)].user_task_id, {"ok": True}, user="bea")

    @rule(which=LATEST)
    def resolve(self, which: int) -> None:
        """An operator mends an incident."""
        incidents = self.engine.incidents.search(state=IncidentState.OPEN).items
        if incidents:
            self.engine.incidents.resolve(
                incidents[which % len(incidents)].incident_id, variables={"amount": Decimal(7)}
            )

    @precondition(lambda self: self.keys)
    @rule(which=LATEST)
    def cancel(self, which: int) -> None:
        """An operator cancels some instance, ended ones in vain."""
        with suppress(ConflictError):
            self.engine.instances.cancel(self.keys[which % len(self.keys)])

    @rule(is_kept=st.booleans())
    def pay(self, is_kept: bool) -> None:
        """A payment arrives, for everybody who waits or for the next who will."""
        keep = timedelta(hours=1) if is_kept else timedelta()
        self.engine.messages.correlate(Message(name="payment", correlation_key="A", variables={}, time_to_live=keep))

    @rule(minutes=st.sampled_from([0, 1, 61]))
    def wait(self, minutes: int) -> None:
        """Time passes, timers fire."""
        self.clock.advance(timedelta(minutes=minutes, seconds=10))
        self.engine.timers.fire_due()

    @invariant()
    def journals_replay_and_nobody_waits_for_nothing(self) -> None:
        """Replay equals the stored state; the tables agree with it."""
        for key in self.keys:
            detail = self.engine.instances.detail(key)
            assert self.engine.instances.check_replay(key) == detail.journal_size
            assert detail.summary.open_incidents == sum(one.resolved_at is None for one in detail.incidents)
            assert (_waits(detail) > 0) == (detail.summary.status == "active")

    @invariant()
    def no_job_was_completed_twice(self) -> None:
        """Each job has at most one accepted completion."""
        assert all(count <= 1 for count in self.accepted.values())


def _waits(detail: InstanceDetail) -> int:
    open_jobs = [job for job in detail.jobs if job.state not in {JobState.COMPLETED, JobState.CANCELLED}]
    open_tasks = [task for task in detail.user_tasks if task.state == "open"]
    open_incidents = [one for one in detail.incidents if one.resolved_at is None]
    return len(open_jobs) + len(open_tasks) + len(open_incidents) + len(detail.timers) + len(detail.subscriptions)


TestEngineHistories = EngineHistories.TestCase
TestEngineHistories.settings = settings(max_examples=settings().max_examples // 3, stateful_step_count=30)
