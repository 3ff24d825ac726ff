# SPDX-License-Identifier: Apache-2.0
"""Outside systems and the job worker loop."""

from taktloom.connect.binding import VariableMismatchError
from taktloom.connect.http_jobs import HttpJobSource, ServerUnavailableError
from taktloom.connect.worker import BpmnError, Job, JobWorker, Retry, worker
from taktloom.connect.worker_pool import AnyWorker, JobSource, PoolOptions, WorkerPool, run_workers

__all__ = [
    "AnyWorker",
    "BpmnError",
    "HttpJobSource",
    "Job",
    "JobSource",
    "JobWorker",
    "PoolOptions",
    "Retry",
    "ServerUnavailableError",
    "VariableMismatchError",
    "WorkerPool",
    "run_workers",
    "worker",
]
