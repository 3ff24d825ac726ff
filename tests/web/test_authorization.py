# SPDX-License-Identifier: Apache-2.0
"""Every route names its use cases; every role gets exactly the routes whose permission it holds."""

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from taktloom.app.calls import use_cases_of
from taktloom.app.context import Access
from taktloom.app.registry import all_use_cases
from taktloom.app.settings import Settings
from taktloom.app.wiring import Rooms
from taktloom.assure.permissions import ROLE_PERMISSIONS, SCOPE_PERMISSIONS, Permission, Role, Scope
from taktloom.storage import SyncLevel
from taktloom.web.application import PREFIX, api_routes
from taktloom.web.openapi import FILE as OPENAPI
from tests.data import PROJECT_ROOT
from tests.web.client import Client

PUBLIC = {"/api/v1/health", "/api/v1/session", "/api/v1/session/one-time"}
ROUTES = [(path, method, route) for path, route in api_routes() for method in sorted(route.methods or ())]
NAMES = [f"{method} {path}" for path, method, _ in ROUTES]
# These end the session that the next case needs, or wait for changes that do not come.
NOT_CALLED = {("DELETE", "/api/v1/session"), ("DELETE", "/api/v1/sessions"), ("GET", "/api/v1/stream")}


@pytest.fixture(scope="module")
def rooms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rooms]:
    folder: Path = tmp_path_factory.mktemp("authorization")
    made = Rooms(Settings(data=folder, sync=SyncLevel.NORMAL))
    yield made
    made.close()


@pytest.fixture(scope="module")
def clients(rooms: Rooms) -> Iterator[dict[str, Client]]:
    """A browser per role, one of a person without any, and one that nobody signed in with."""
    made = {role.value: Client(rooms).sign_in(role.value) for role in Role}
    made["none"], made["anonymous"] = Client(rooms).sign_in(None), Client(rooms)
    yield made
    for client in made.values():
        client.__exit__(None, None, None)


@pytest.fixture(scope="module")
def keys(rooms: Rooms) -> Iterator[tuple[Client, dict[Scope, str]]]:
    """A program, and for each scope a key that has it alone."""
    made = {
        scope: rooms.identity.add_service_account(scope.value, job_types=("*",), routes=(scope,))[1] for scope in Scope
    }
    with Client(rooms) as client:
        yield client, made


def test_there_are_routes() -> None:
    assert len(ROUTES) > 60


@pytest.mark.parametrize(("path", "method", "route"), ROUTES, ids=NAMES)
def test_every_route_declares_registered_use_cases(path: str, method: str, route: object) -> None:
    del path, method
    declared = use_cases_of(route.endpoint)  # type: ignore[attr-defined]

    assert declared
    assert {one.name for one in declared} <= set(all_use_cases())


@pytest.mark.parametrize(("path", "method", "route"), ROUTES, ids=NAMES)
def test_only_health_and_sign_in_are_open_to_anybody(path: str, method: str, route: object) -> None:
    is_public = any(one.requirement is Access.PUBLIC for one in use_cases_of(route.endpoint))  # type: ignore[attr-defined]

    assert is_public == (path in PUBLIC and not (path == "/api/v1/session" and method in {"GET", "DELETE"}))


@pytest.mark.parametrize(("path", "method", "route"), ROUTES, ids=NAMES)
def test_a_role_gets_a_route_if_and_only_if_it_holds_the_permission(
    clients: dict[str, Client], path: str, method: str, route: object
) -> None:
    if (method, path) in NOT_CALLED or path in PUBLIC:
        return
    requirements = {one.requirement for one in use_cases_of(route.endpoint)}  # type: ignore[attr-defined]
    held = {"none": frozenset[Permission](), **{role.value: ROLE_PERMISSIONS[role] for role in Role}}

    assert _status(clients["anonymous"], method, path) == 401
    for name, permissions in held.items():
        may = any(one is Access.SIGNED_IN or one in permissions for one in requirements)
        status = _status(clients[name], method, path)
        assert (status not in {401, 403}) == may, f"{name}: {status}"


@pytest.mark.parametrize(("path", "method", "route"), ROUTES, ids=NAMES)
def test_a_key_opens_a_route_if_and_only_if_one_of_its_scopes_does(
    keys: tuple[Client, dict[Scope, str]], path: str, method: str, route: object
) -> None:
    if (method, path) in NOT_CALLED or path in PUBLIC:
        return
    client, secrets = keys
    requirements = {one.requirement for one in use_cases_of(route.endpoint)}  # type: ignore[attr-defined]
    wrong = {}

    for scope, secret in secrets.items():
        may = any(one is Access.SIGNED_IN or one in SCOPE_PERMISSIONS[scope] for one in requirements)
        if may and path == "/api/v1/jobs/stream":
            continue  # it would stay open
        status = _status(client, method, path, {"Authorization": f"Bearer {secret}"})
        if (status not in {401, 403}) != may:
            wrong[scope] = status

    assert wrong == {}


@pytest.mark.parametrize(("path", "method", "route"), ROUTES, ids=NAMES)
def test_no_route_but_sign_in_changes_anything_without_the_csrf_token(
    clients: dict[str, Client], path: str, method: str, route: object
) -> None:
    del route
    if method == "GET" or (method == "POST" and path in PUBLIC):
        return
    address = path.removeprefix(PREFIX)

    answer = clients["admin"].call(method, _filled(method, address), json={}, headers={"X-CSRF-Token": "0" * 64})

    assert (answer.status_code, answer.json()["code"]) == (403, "TL-2903")


def _status(client: Client, method: str, path: str, headers: Mapping[str, str] | None = None) -> int:
    address = _filled(method, path.removeprefix(PREFIX))
    if method == "GET":
        return client.call(method, address, headers=headers).status_code
    if path.endswith("/uploads"):
        files = {"file": ("x.csv", b"", "text/csv")}
        return client.call(method, address, headers=headers, files=files).status_code
    return client.call(method, address, headers=headers, json=_body(method, path)).status_code


@cache
def _document() -> dict[str, Any]:
    document: dict[str, Any] = json.loads((PROJECT_ROOT / OPENAPI).read_text(encoding="utf-8"))
    return document


def _filled(method: str, path: str) -> str:
    """The address with a value for each parameter that must be there."""
    operation = _document()["paths"].get(f"{PREFIX}{path}", {}).get(method.lower(), {})
    asked = []
    for each in operation.get("parameters", ()):
        if each["in"] == "path":
            path = path.replace(f"{{{each['name']}}}", str(_sample(each["schema"])))
        elif each["in"] == "query" and each.get("required"):
            asked.append(f"{each['name']}={_sample(each['schema'])}")
    return f"{path}?{'&'.join(asked)}" if asked else path


def _body(method: str, path: str) -> object:
    """A body that fits the schema, so that the answer is about permission and not about the schema."""
    if path.removeprefix(PREFIX) in BODIES:
        return BODIES[path.removeprefix(PREFIX)]
    operation = _document()["paths"].get(path, {}).get(method.lower(), {})
    content = operation.get("requestBody", {}).get("content", {})
    return _sample(content["application/json"]["schema"]) if "application/json" in content else {}


def _sample(schema: dict[str, Any]) -> object:
    """A small value that *schema* takes: required fields only, the least number, the first of a list of words."""
    if "$ref" in schema:
        return _sample(_document()["components"]["schemas"][schema["$ref"].rsplit("/", maxsplit=1)[-1]])
    for word in ("anyOf", "oneOf", "allOf"):
        if word in schema:
            return _sample(schema[word][0])
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    kind = schema.get("type")
    if kind == "object":
        return {name: _sample(schema["properties"][name]) for name in schema.get("required", ())}
    if kind == "array":
        return [_sample(schema["items"])] * int(schema.get("minItems", 0))
    if kind in {"integer", "number"}:
        return schema.get("minimum", 1)
    if kind == "boolean":
        return False
    return "2026-01-31T12:00:00Z" if schema.get("format") == "date-time" else "nothing"


# Where the schema alone does not lead past what is checked before the permission, or would do what it says.
BODIES: dict[str, dict[str, object]] = {
    "/me/password": {"new_password": "short"},
    "/users": {"username": " "},
    "/service-accounts": {"name": "x", "routes": []},
    "/logs": {"upload_id": "none"},
    "/logs/from-history": {"process_id": "nothing"},
    "/logs/{log_id}": {"name": "x"},
    "/logs/{log_id}/newer": {"upload_id": "none"},
    "/logs/{log_id}/remap": {"mapping": {}},
    "/logs/{log_id}/rates": {"currency": "EUR"},
    "/deployments": {"draft_id": "none", "revision": 1},
    "/processes/{process_id}/baseline": {"log_id": None},
    "/models/check": {"bpmn_xml": "<x/>"},
    "/decisions/{decision_id}/evaluations/batch": {"inputs": [{}]},
    "/models/evaluations": {"dmn_xml": "<x/>", "decision_id": "none", "inputs": [{}]},
    "/models/decisions": {"dmn_xml": "<definitions/>"},
    "/models/decision-tests": {"dmn_xml": "<x/>", "decision_id": "none", "cases": []},
    "/models/decision-cases": {"dmn_xml": "<x/>", "decision_id": "none"},
    "/decision-tables/checks": {"dmn_xml": "<x/>"},
    "/decision-tables/previews": {"file_name": "x.csv", "content": "eA=="},
    "/decision-tables/exports": {"dmn_xml": "<x/>", "format": "csv"},
    "/expressions/evaluations": {"expression": "1"},
    "/drafts": {"name": "x", "based_on": "none:1"},
    "/drafts/{draft_id}": {"revision": 1, "bpmn_xml": "<x/>"},
    "/instances/{instance_key}/variables": {"variables": {}},
    "/incidents/resolve": {"incident_ids": ["none"]},
    "/messages": {"name": "nobody waits"},
    "/signals": {"name": "nobody hears"},
    "/instances/{instance_key}/activations": {"element_ids": ["a"]},
    "/calendars/{name}": {"definition": {}},
    "/tasks/claims": {"user_task_ids": ["1"]},
    "/tasks/assignments": {"user_task_ids": ["1"], "assignee": "nobody"},
    "/tasks/{user_task_id}/delegate": {"to": "nobody"},
    "/tasks/{user_task_id}/comments": {"text": "hello"},
    "/tasks/{user_task_id}/assign": {"assignee": "nobody"},
    "/webhooks": {"url": "none", "topics": ["none"]},
    "/jobs/activations": {"job_types": ["none"], "worker": "w"},
    "/jobs/{job_id}/completion": {"fence": 1},
    "/jobs/{job_id}/failure": {"fence": 1, "message": ""},
    "/jobs/{job_id}/error": {"fence": 1, "error_code": "E"},
    "/jobs/{job_id}/escalation": {"fence": 1, "escalation_code": "E"},
    "/jobs/{job_id}/heartbeat": {"fence": 1},
    "/jobs/completions": {"completions": [{"job_id": "none", "fence": 1}]},
}


def test_an_upload_of_somebody_who_may_not_import_is_refused_before_it_is_read(clients: dict[str, Client]) -> None:
    read: list[int] = []

    async def body() -> AsyncIterator[bytes]:
        read.append(1)
        yield b"x"

    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    for name, status in (("anonymous", 401), ("case-worker", 403)):
        answer = clients[name].call("POST", "/logs/uploads", content=body(), headers=headers)
        assert answer.status_code == status

    assert read == []
