# SPDX-License-Identifier: Apache-2.0
import pkgutil
from importlib import import_module

import pytest

import taktloom.app
from taktloom.app.context import ANONYMOUS, Access, PrincipalKind, UseCase, require, use_case
from taktloom.app.registry import all_use_cases
from taktloom.assure.permissions import Permission
from taktloom.model.errors import NotAuthenticatedError

PUBLIC = {"people.sign_in", "people.sign_in_once", "system.check_health"}


def test_the_registry_holds_every_use_case_of_the_room() -> None:
    found = set()
    for module in pkgutil.walk_packages(taktloom.app.__path__, "taktloom.app."):
        members = vars(import_module(module.name)).values()
        found |= {one.name for one in members if isinstance(one, UseCase)}

    assert found == set(all_use_cases())


def test_only_sign_in_and_health_are_open_to_anybody() -> None:
    public = {name for name, one in all_use_cases().items() if one.requirement is Access.PUBLIC}

    assert public == PUBLIC


def test_every_other_use_case_refuses_the_anonymous_before_it_runs() -> None:
    for name, one in all_use_cases().items():
        if name in PUBLIC:
            continue
        with pytest.raises(NotAuthenticatedError):
            require(ANONYMOUS, one.requirement)


def test_every_permission_is_required_somewhere() -> None:
    required = {one.requirement for one in all_use_cases().values()}

    assert set(Permission) <= required


def test_a_use_case_does_not_run_for_who_lacks_the_permission() -> None:
    from taktloom.app.context import Context, Principal
    from taktloom.model.errors import PermissionDeniedError

    runs: list[str] = []

    @use_case(Permission.LOG_EDIT)
    def touch(context: Context) -> None:
        runs.append(context.principal.name)

    class NoRooms:
        """A use case that is refused never gets to them."""

    def context(*permissions: Permission) -> Context:
        principal = Principal(kind=PrincipalKind.USER, name="mei", permissions=frozenset(permissions))
        return Context(principal=principal, rooms=NoRooms())  # type: ignore[arg-type]

    with pytest.raises(PermissionDeniedError) as refused:
        touch(context(Permission.LOG_VIEW))
    assert refused.value.parameters == {"permission": "log.edit"}
    touch(context(Permission.LOG_EDIT))

    assert runs == ["mei"]
