# SPDX-License-Identifier: Apache-2.0
"""The published client as it is; importing it warns, which is its own business."""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from camunda.client.engine_client import EngineClient
    from camunda.external_task.external_task import ExternalTask, TaskResult
    from camunda.external_task.external_task_worker import ExternalTaskWorker

__all__ = ["EngineClient", "ExternalTask", "ExternalTaskWorker", "TaskResult"]
