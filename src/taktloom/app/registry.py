# SPDX-License-Identifier: Apache-2.0
"""Every use case with what it requires: the list that tests hold routes and commands against."""

from types import ModuleType

from taktloom.app import (
    backup,
    batches,
    calendars,
    connections,
    decision_tables,
    decision_tests,
    decisions,
    deployments,
    drafting,
    drafts,
    external_tasks,
    history,
    incidents,
    instances,
    job_streams,
    jobs,
    keeping,
    linting,
    log_export,
    logs,
    messages,
    metrics,
    object_logs,
    object_mining,
    operations,
    people,
    potential,
    processes,
    review,
    service_accounts,
    sql_engines,
    system,
    task_desk,
    task_notes,
    tasks,
    watch,
    webhooks,
    works,
)
from taktloom.app.analyses import running as analyses
from taktloom.app.assurance import campaign
from taktloom.app.context import UseCase
from taktloom.app.demo import walk

MODULES: tuple[ModuleType, ...] = (
    analyses,
    backup,
    batches,
    calendars,
    campaign,
    connections,
    decision_tables,
    decision_tests,
    decisions,
    deployments,
    drafting,
    drafts,
    external_tasks,
    history,
    incidents,
    instances,
    job_streams,
    jobs,
    keeping,
    linting,
    log_export,
    logs,
    messages,
    metrics,
    object_logs,
    object_mining,
    operations,
    people,
    potential,
    processes,
    review,
    service_accounts,
    sql_engines,
    system,
    task_desk,
    task_notes,
    tasks,
    walk,
    watch,
    webhooks,
    works,
)


def all_use_cases() -> dict[str, UseCase[..., object]]:
    """Use cases by name, such as `logs.delete_log`."""
    found = [one for module in MODULES for one in vars(module).values() if isinstance(one, UseCase)]
    return {one.name: one for one in sorted(found, key=lambda one: one.name)}
