# SPDX-License-Identifier: Apache-2.0
"""Jobs for workers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from taktloom.app.context import Context, use_case
from taktloom.app.unwired import not_wired
from taktloom.assure.permissions import Permission
from taktloom.model.operations import LockedJob


@dataclass(frozen=True, slots=True, kw_only=True)
class Activation:
    """Which jobs a worker wants."""

    job_types: tuple[str, ...]
    worker: str
    max_jobs: int
    lock: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """A job done."""

    job_id: str
    fence: int
    variables: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A job that failed; retries None: one less than before."""

    job_id: str
    fence: int
    message: str
    retries: int | None = None
    retry_in: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ThrownError:
    """A BPMN error from a job."""

    job_id: str
    fence: int
    error_code: str
    message: str = ""
    variables: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why one of many was refused."""

    job_id: str
    code: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed:
    """Answer to many completions."""

    completed: tuple[str, ...]
    refused: tuple[Refusal, ...]


@use_case(Permission.JOB_WORK)
def activate_jobs(context: Context, *, wanted: Activation) -> tuple[LockedJob, ...]:
    """Lock jobs."""
    not_wired()


@use_case(Permission.JOB_WORK)
def complete_job(context: Context, *, completion: Completion) -> None:
    """Complete."""
    not_wired()


@use_case(Permission.JOB_WORK)
def complete_jobs(context: Context, *, completions: tuple[Completion, ...]) -> Completed:
    """Complete many."""
    not_wired()


@use_case(Permission.JOB_WORK)
def fail_job(context: Context, *, failure: Failure) -> None:
    """Fail."""
    not_wired()


@use_case(Permission.JOB_WORK)
def throw_job_error(context: Context, *, thrown: ThrownError) -> None:
    """Throw."""
    not_wired()


@use_case(Permission.JOB_WORK)
def extend_lock(context: Context, *, job_id: str, fence: int, lock: timedelta) -> datetime:
    """Heartbeat."""
    not_wired()
