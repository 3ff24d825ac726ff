# SPDX-License-Identifier: Apache-2.0
"""Outside systems and the job worker loop."""

from taktloom.connect.binding import VariableMismatchError
from taktloom.connect.http_jobs import HttpJobSource, ServerUnavailableError
from taktloom.connect.job_feed import JobFeed
from taktloom.connect.worker import BpmnError, Job, JobWorker, Retry, escalate, worker
from taktloom.connect.worker_pool import AnyWorker, JobSource, PoolOptions, StreamingSource, WorkerPool, run_workers

__all__ = [
    "AnyWorker",
    "BpmnError",
    "HttpJobSource",
    "Job",
    "JobFeed",
    "JobSource",
    "JobWorker",
    "PoolOptions",
    "Retry",
    "ServerUnavailableError",
    "StreamingSource",
    "VariableMismatchError",
    "WorkerPool",
    "escalate",
    "run_workers",
    "worker",
]
