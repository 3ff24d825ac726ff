# SPDX-License-Identifier: Apache-2.0
"""Every operation of the document, asked wrongly: the answer is a documented one and fits its schema, never a failure.

What is asked of an operation follows from the document alone, so that a new route is asked without being named here.
"""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from jsonschema import Draft202012Validator

from taktloom.app.settings import Settings
from taktloom.app.wiring import Rooms
from taktloom.model.identifiers import ProcessId
from taktloom.storage import SyncLevel
from taktloom.web.application import PREFIX
from tests.web.client import Client
from tests.web.test_authorization import NOT_CALLED, _body, _document, _filled
from tests.web.test_tasks import MODEL

Operation = dict[str, Any]

IDS = ("%00", "a%2Fb", "..%2F..%2Fetc", quote("许可"), "9" * 30, "x" * 10_000, "%ED%A0%80")
CURSORS = ("garbage", "%00", "-1", "0", "9" * 40, "x" * 501, quote("游标"), "Z2FyYmFnZWdhcmJhZ2U")
LIMITS = ("0", "-1", "501", "9" * 30, "ten", "1.5", "NaN", "")
VALUES = ("%00", "9" * 40, "NaN", "x" * 5_000, "9999-12-31T23:59:59-23:00")
NO_OBJECTS = (b"", b"null", b"[]", b'"x"', b"{", b"\xff\xfe", b"[" * 3000 + b"]" * 3000, b'{"a":NaN}', b'{"a":1,"a":2}')
UNREADABLE = (b"[]", b'"x"', b"{", b"\xff\xfe", b"[" * 3000 + b"]" * 3000)
NO_VALUES: tuple[Any, ...] = (None, [], {}, "\ud800", "\0", 10**40, ["\ud800"], {"\0": {"a": [None]}})
KINDS = ("text/plain", "application/xml", "multipart/form-data", "application/json; charset=utf-16", "nonsense")
STREAMS = {("GET", "/api/v1/jobs/stream")}
OPERATIONS = [
    (method.upper(), path, operation)
    for path, methods in _document()["paths"].items()
    for method, operation in methods.items()
    if (method.upper(), path) not in NOT_CALLED | STREAMS
]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """An administrator, so that no answer is about permission; there are one process, one instance and one task."""
    rooms = Rooms(Settings(data=tmp_path_factory.mktemp("hostile"), sync=SyncLevel.NORMAL))
    rooms.engine.deployments.deploy({"permit.bpmn": MODEL})
    rooms.engine.instances.start(ProcessId("permit"), {})
    with Client(rooms) as client:
        yield client.sign_in("admin")
    rooms.close()


def test_ids_that_name_nothing_are_refused_as_documented(hostile: Client) -> None:
    for method, path, operation in OPERATIONS:
        names = [one["name"] for one in operation.get("parameters", ()) if one["in"] == "path"]
        for number, name in enumerate(names):
            for value in IDS if "/analyses/" not in path else IDS[number::9]:
                address = path.replace(f"{{{name}}}", value)
                for other in names:
                    address = address.replace(f"{{{other}}}", "nothing")
                answer = send(hostile, method, path, address)
                require_documented(answer, method, path)
                if method in {"GET", "DELETE"}:
                    assert answer.status_code >= 400, (method, path, value[:40])


def test_wrong_parameters_are_refused_as_documented(hostile: Client) -> None:
    for method, path, operation in OPERATIONS:
        filled = PREFIX + _filled(method, path.removeprefix(PREFIX))
        for one in operation.get("parameters", ()):
            if one["in"] != "query" or ("/analyses/" in path and one["name"] not in {"case", "from", "variants"}):
                continue
            values = {"cursor": CURSORS, "limit": LIMITS}.get(one["name"], VALUES)
            for value in values if "/analyses/" not in path else values[:1]:
                answer = send(hostile, method, path, with_query(filled, one["name"], value))
                require_documented(answer, method, path)
                if one["name"] in {"cursor", "limit"}:
                    assert answer.status_code in {400, 404, 422}, (method, path, one["name"], value)


def test_a_parameter_that_no_route_knows_is_refused_by_name(hostile: Client) -> None:
    for method, path, _ in OPERATIONS:
        address = with_query(PREFIX + _filled(method, path.removeprefix(PREFIX)), "surprise", "1")
        answer = send(hostile, method, path, address)
        assert (answer.status_code, answer.json()["code"]) == (422, "TL-2923"), (method, path)
        assert answer.json()["parameters"]["parameter"] == "surprise"


def test_bodies_that_fit_no_schema_are_refused_as_documented(hostile: Client) -> None:
    for method, path, operation in OPERATIONS:
        if "requestBody" not in operation or "/analyses/" in path:
            continue
        for body in (*NO_OBJECTS, *wrong_fields(method, path, operation)):
            answer = send(hostile, method, path, body=body)
            require_documented(answer, method, path)
            if body in UNREADABLE and is_json(operation):
                assert answer.status_code >= 400, (method, path, body[:40])
        for kind in KINDS:
            body = json.dumps(_body(method, path)).encode()
            require_documented(send(hostile, method, path, body=body, kind=kind), method, path)


def test_another_method_is_refused_with_those_that_are_taken(hostile: Client) -> None:
    for _, path, _ in OPERATIONS:
        for method in {"POST", "BREW"} - {known.upper() for known in _document()["paths"][path]}:
            answer = hostile.call(method, "/" + PREFIX + _filled("GET", path.removeprefix(PREFIX)).replace("{", "x"))
            if answer.status_code == 405:
                require_problem(answer, method, path)
                assert answer.headers["Allow"] == answer.json()["parameters"]["allowed"]
            else:  # another route has this shape: "/users/{user_id}" and "/users/me"
                assert answer.status_code < 500


def test_what_can_be_read_can_be_asked_about_without_its_body(hostile: Client) -> None:
    assert hostile.call("HEAD", "/instances").status_code == 200
    assert hostile.call("HEAD", "/instances/404").status_code == 404
    assert hostile.call("HEAD", "/messages").status_code == 405


def send(
    client: Client, method: str, path: str, address: str | None = None, *, body: bytes | None = None, kind: str = ""
) -> httpx.Response:
    """One request; the body fits unless another is given."""
    address = PREFIX + _filled(method, path.removeprefix(PREFIX)) if address is None else address
    if path.endswith("/uploads"):
        return client.call(method, "/" + address, files={"file": ("x.csv", b"", "text/csv")})
    if body is None and method != "GET":
        body = json.dumps(_body(method, path)).encode()
    return client.call(method, "/" + address, content=body, headers={"Content-Type": kind or "application/json"})


def is_json(operation: Operation) -> bool:
    """Whether the operation takes a JSON object."""
    return "application/json" in operation["requestBody"]["content"]


def with_query(address: str, name: str, value: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}{name}={value}"


def wrong_fields(method: str, path: str, operation: Operation) -> Iterator[bytes]:
    """The body that fits, with one field after another made unfit."""
    schema = operation["requestBody"]["content"].get("application/json", {}).get("schema", {})
    fitting = _body(method, path)
    if "$ref" not in schema or not isinstance(fitting, dict):
        return
    named = _document()["components"]["schemas"][schema["$ref"].rsplit("/", maxsplit=1)[-1]]
    for field in named.get("properties", {}):
        for value in NO_VALUES:
            yield json.dumps({**fitting, field: value}).encode()


def require_documented(answer: httpx.Response, method: str, path: str) -> None:
    """A problem with all its parts, or an answer that the document promises for this operation."""
    told = (method, path, str(answer.request.url)[:200], answer.text[:300])
    assert answer.status_code < 500, told
    if answer.status_code >= 400:
        require_problem(answer, method, path)
        return
    assert str(answer.status_code) in _document()["paths"][path][method.lower()]["responses"], told
    if answer.headers.get("Content-Type", "").startswith("application/json"):
        schema = schema_of(path, method.lower(), str(answer.status_code))
        assert schema is None or [one.message for one in schema.iter_errors(answer.json())] == [], told


def require_problem(answer: httpx.Response, method: str, path: str) -> None:
    told = (method, path, str(answer.request.url)[:200], answer.text[:300])
    assert answer.headers["Content-Type"] == "application/problem+json", told
    problem = answer.json()
    assert [one.message for one in problem_schema().iter_errors(problem)] == [], told
    assert problem["code"].startswith("TL-"), told
    assert problem["detail"], told
    assert problem["remedy"], told


@cache
def problem_schema() -> Draft202012Validator:
    return Draft202012Validator({"$ref": "#/components/schemas/Problem", "components": _document()["components"]})


@cache
def schema_of(path: str, method: str, status: str) -> Draft202012Validator | None:
    content = _document()["paths"][path][method]["responses"][status].get("content", {})
    if "application/json" not in content:
        return None
    return Draft202012Validator({**content["application/json"]["schema"], "components": _document()["components"]})
