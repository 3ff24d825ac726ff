# SPDX-License-Identifier: Apache-2.0
"""Who may do what: permissions, the roles that hold them, and the scopes of service accounts.

Roles are for people, scopes for machines. The tables are code, so that a change is reviewed like any other; a use case
names one permission and nothing else decides.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum


class Permission(StrEnum):
    """What one use case requires."""

    PROCESS_VIEW = "process.view"
    PROCESS_EDIT = "process.edit"
    PROCESS_DEPLOY = "process.deploy"
    INSTANCE_START = "instance.start"
    INSTANCE_VIEW = "instance.view"
    INSTANCE_OPERATE = "instance.operate"
    MESSAGE_PUBLISH = "message.publish"
    DECISION_EVALUATE = "decision.evaluate"
    CALENDAR_EDIT = "calendar.edit"
    TASK_WORK = "task.work"
    TASK_VIEW_ALL = "task.view_all"
    LOG_VIEW = "log.view"
    LOG_EDIT = "log.edit"
    JOB_WORK = "job.work"
    USER_ADMIN = "user.admin"
    KEY_ADMIN = "key.admin"
    SYSTEM_VIEW = "system.view"
    SYSTEM_ADMIN = "system.admin"


class Role(StrEnum):
    """A person's role."""

    ADMIN = "admin"
    ENGINEER = "engineer"
    OWNER = "owner"
    CASE_WORKER = "case-worker"


class Scope(StrEnum):
    """An area of the interface that a service account may call."""

    JOBS = "jobs"
    INSTANCES = "instances"
    OPERATIONS = "operations"
    MESSAGES = "messages"
    DECISIONS = "decisions"
    TASKS = "tasks"
    PROCESSES = "processes"
    DEPLOYMENTS = "deployments"
    LOGS = "logs"
    SYSTEM = "system"


_P = Permission

ROLE_PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.ADMIN: frozenset(Permission) - {_P.JOB_WORK},
    Role.ENGINEER: frozenset(Permission) - {_P.JOB_WORK, _P.USER_ADMIN, _P.KEY_ADMIN, _P.SYSTEM_ADMIN},
    Role.OWNER: frozenset(
        {
            _P.PROCESS_VIEW,
            _P.INSTANCE_START,
            _P.INSTANCE_VIEW,
            _P.TASK_WORK,
            _P.TASK_VIEW_ALL,
            _P.CALENDAR_EDIT,
            _P.LOG_VIEW,
            _P.LOG_EDIT,
            _P.SYSTEM_VIEW,
        }
    ),
    Role.CASE_WORKER: frozenset({_P.PROCESS_VIEW, _P.INSTANCE_START, _P.TASK_WORK}),
}

SCOPE_PERMISSIONS: Mapping[Scope, frozenset[Permission]] = {
    Scope.JOBS: frozenset({_P.JOB_WORK}),
    Scope.INSTANCES: frozenset({_P.INSTANCE_START, _P.INSTANCE_VIEW}),
    Scope.OPERATIONS: frozenset({_P.INSTANCE_VIEW, _P.INSTANCE_OPERATE}),
    Scope.MESSAGES: frozenset({_P.MESSAGE_PUBLISH}),
    Scope.DECISIONS: frozenset({_P.DECISION_EVALUATE}),
    Scope.TASKS: frozenset({_P.TASK_WORK, _P.TASK_VIEW_ALL}),
    Scope.PROCESSES: frozenset({_P.PROCESS_VIEW}),
    Scope.DEPLOYMENTS: frozenset({_P.PROCESS_VIEW, _P.PROCESS_DEPLOY, _P.CALENDAR_EDIT}),
    Scope.LOGS: frozenset({_P.LOG_VIEW, _P.LOG_EDIT}),
    Scope.SYSTEM: frozenset({_P.SYSTEM_VIEW}),
}


def permissions_of_roles(roles: Iterable[Role]) -> frozenset[Permission]:
    """All that these roles may do together."""
    return frozenset[Permission]().union(*(ROLE_PERMISSIONS[role] for role in roles))


def permissions_of_scopes(scopes: Iterable[Scope]) -> frozenset[Permission]:
    """All that a service account with these scopes may do."""
    return frozenset[Permission]().union(*(SCOPE_PERMISSIONS[scope] for scope in scopes))
