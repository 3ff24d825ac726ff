# SPDX-License-Identifier: Apache-2.0
"""What a simulation remembers beside the engine: what was acknowledged, what was found, what happened."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from taktloom.model.identifiers import BatchId, IncidentId, InstanceKey, JobId, ProcessId, UserTaskId


class Wrong(StrEnum):
    """How a promise was broken. lost: acknowledged and gone. doubled: had twice. early: a timer before its time.

    differs: journal, state and tables do not agree. stuck: the end does not come. defect: an error that is nobody's
    answer.
    """

    LOST = "lost"
    DOUBLED = "doubled"
    EARLY = "early"
    DIFFERS = "differs"
    STUCK = "stuck"
    DEFECT = "defect"


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One broken promise: which, and what was seen."""

    wrong: Wrong
    what: str


class ViolationError(Exception):
    """A check of a simulation failed; the run ends with it."""

    def __init__(self, wrong: Wrong, what: str) -> None:
        super().__init__(wrong, what)
        self.violation = Violation(wrong=wrong, what=what)


def require(is_kept: object, wrong: Wrong, what: str) -> None:
    """Raise ViolationError unless the promise is kept."""
    if not is_kept:
        raise ViolationError(wrong, what)


@dataclass(slots=True, kw_only=True)
class Lease:
    """The newest lock of a job that a worker was given. is_over: it was given back or used.

    is_unsure: an answer about it got lost, so that it may have been given back, used or extended.
    """

    fence: int
    until: datetime
    is_over: bool = False
    is_unsure: bool = False


@dataclass(slots=True, kw_only=True)
class MessageFate:
    """A message that was sent to *case*. taken: by whom, as acknowledged; None: no answer yet.

    expires_at: no engine forgets it earlier. is_void: it was sent again after that, and may have been taken again.
    """

    case: str
    expires_at: datetime
    taken: frozenset[InstanceKey] | None = None
    is_void: bool = False


@dataclass(slots=True)
class Known:
    """The plain reference of what the engine has acknowledged: all of this must be there after every recovery.

    tried: jobs whose end was asked for without an answer. effects: what workers did outside, by idempotency key.
    signals: by the signal's mark who heard it. marks: variables set, by name. migrated: instances, by the mark of the
    migration. batches: by id with how many targets. received: what webhooks were told, by the message's id.
    """

    started: dict[str, InstanceKey] = field(default_factory=dict)
    processes: dict[InstanceKey, ProcessId] = field(default_factory=dict)
    leases: dict[JobId, Lease] = field(default_factory=dict)
    done: set[JobId] = field(default_factory=set)
    tried: set[JobId] = field(default_factory=set)
    thrown: set[JobId] = field(default_factory=set)
    tasks: set[UserTaskId] = field(default_factory=set)
    messages: dict[str, MessageFate] = field(default_factory=dict)
    signals: dict[str, frozenset[InstanceKey]] = field(default_factory=dict)
    marks: dict[str, InstanceKey] = field(default_factory=dict)
    cancelled: set[InstanceKey] = field(default_factory=set)
    resolved: set[IncidentId] = field(default_factory=set)
    effects: dict[str, tuple[InstanceKey, str]] = field(default_factory=dict)
    effect_calls: int = 0
    has_deployed: bool = False
    migrated: dict[str, InstanceKey] = field(default_factory=dict)
    batches: dict[BatchId, int] = field(default_factory=dict)
    received: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """One simulated run. digest: of all that was asked and answered; equal seeds give equal digests."""

    seed: int
    power: bool
    steps: int
    instances: int
    faults: Counter[str]
    violation: Violation | None
    digest: str
