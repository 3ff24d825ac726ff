# SPDX-License-Identifier: Apache-2.0
from taktloom.assure.permissions import (
    ROLE_PERMISSIONS,
    SCOPE_PERMISSIONS,
    Permission,
    Role,
    Scope,
    permissions_of_roles,
    permissions_of_scopes,
)


def test_every_role_and_scope_has_its_row() -> None:
    assert set(ROLE_PERMISSIONS) == set(Role)
    assert set(SCOPE_PERMISSIONS) == set(Scope)


def test_every_permission_is_held_by_somebody() -> None:
    held = permissions_of_roles(tuple(Role)) | permissions_of_scopes(tuple(Scope))

    assert held == set(Permission)


def test_only_administrators_manage_people_keys_and_the_installation() -> None:
    alone = {Permission.USER_ADMIN, Permission.KEY_ADMIN, Permission.SYSTEM_ADMIN}

    for role in set(Role) - {Role.ADMIN}:
        assert not alone & ROLE_PERMISSIONS[role]


def test_a_case_worker_works_and_starts_and_no_more() -> None:
    assert ROLE_PERMISSIONS[Role.CASE_WORKER] == {
        Permission.PROCESS_VIEW,
        Permission.INSTANCE_START,
        Permission.TASK_WORK,
    }


def test_roles_add_up_and_none_gives_nothing() -> None:
    assert permissions_of_roles(()) == frozenset()
    assert permissions_of_roles((Role.OWNER, Role.CASE_WORKER)) == ROLE_PERMISSIONS[Role.OWNER]


def test_no_person_does_machines_work() -> None:
    assert Permission.JOB_WORK not in permissions_of_roles(tuple(Role))
