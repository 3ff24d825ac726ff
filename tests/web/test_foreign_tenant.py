# SPDX-License-Identifier: Apache-2.0
"""A server of one tenant on an engine that has another one too: it reads, changes and tells nothing of them.

Every route of the OpenAPI document and of `/engine-rest` is asked twice, with the ids of what the other tenant has and
with ids that nobody has, in path, query and body: both answers are the same.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import apsw
import pytest

from taktloom.app.context import Context, local_operator
from taktloom.app.metrics import Metrics, read_metrics
from taktloom.app.settings import Settings
from taktloom.app.wiring import Rooms
from taktloom.formats.bpmn.builder import message, process, signal
from taktloom.hosts.embedded.advancing.operator_actions import Order
from taktloom.hosts.embedded.definitions.drafts import DraftContent
from taktloom.hosts.embedded.operations.batches import BatchParameters
from taktloom.model.identifiers import InstanceKey, ProcessId, TenantId
from taktloom.model.interventions import BatchKind, Selection
from taktloom.model.operations import UserTaskQuery
from taktloom.storage import SyncLevel
from taktloom.web.engine_rest.application import engine_rest_routes
from tests.web.client import Client
from tests.web.live import new_key

SECRET = "secret-of-the-other"
DOCUMENT = json.loads((Path(__file__).parents[2] / "docs" / "reference" / "openapi.json").read_text(encoding="utf-8"))
OWN_FOLDER = (
    "/logs",
    "/connections",
    "/works",
    "/users",
    "/service-accounts",
    "/session",
    "/me",
    "/analyses",
    "/audit",
)
ORDER = Order(actor="ada", reason="because")


@dataclass(frozen=True)
class Ask:
    """One request."""

    method: str
    path: str
    query: Mapping[str, str]
    body: object = None


def _walk(flow: Any) -> bytes:
    content: bytes = flow.xml()
    return content


def _furnish(rooms: Rooms) -> dict[str, str]:
    """Give the tenant one of everything that has an id; the ids by the names that routes have for them."""
    engine = rooms.engine
    work = process(SECRET).start().service_task(SECRET, id="work", job_type=SECRET).user_task("Ask", id="ask").end()
    heard = process("heard").start(definition=message(SECRET)).user_task("Hear", id="hear").end()
    belled = process("belled").start(definition=signal(SECRET)).user_task("Hear", id="hear").end()
    engine.deployments.deploy({f"{n}.bpmn": _walk(one) for n, one in enumerate((work, heard, belled))})
    keys = [
        engine.instances.start(ProcessId(SECRET), {"v": SECRET}, business_key=SECRET).instance_key for _ in range(3)
    ]
    jobs = engine.jobs.lock([SECRET], worker="w", max_jobs=2)
    engine.jobs.complete(jobs[0].job_id, jobs[0].fence, {})
    engine.jobs.fail(jobs[1].job_id, jobs[1].fence, SECRET, retries=0, retry_in=timedelta())
    (task,) = engine.user_tasks.search(UserTaskQuery(instance_key=jobs[0].instance_key)).items
    engine.task_notes.comment(task.user_task_id, SECRET, author="ada")
    (incident,) = engine.instances.detail(jobs[1].instance_key).incidents
    (open_job,) = engine.instances.detail(InstanceKey(keys[2])).jobs
    parameters = BatchParameters(variables={"v": SECRET})
    batch = engine.batches.create(BatchKind.SET_VARIABLES, Selection(keys=tuple(keys)), parameters, ORDER)
    engine.batches.run_due()
    draft = engine.drafts.create(DraftContent(name=SECRET, bpmn_xml=_walk(work)), by="ada")
    return {
        "instance_key": keys[0], "instance_id": keys[0], "processInstanceId": keys[0], "processInstanceIds": keys[0],
        "processInstanceIdIn": keys[0], "keys": keys[0], "process_id": SECRET, "key": SECRET, "name": SECRET,
        "definition_id": f"{SECRET}:1", "job_id": open_job.job_id, "task_id": open_job.job_id,
        "externalTaskIds": open_job.job_id, "user_task_id": task.user_task_id, "user_task_ids": task.user_task_id,
        "incident_id": incident.incident_id, "incident_ids": incident.incident_id, "batch_id": batch.batch_id,
        "draft_id": draft.draft_id, "message_name": SECRET, "messageName": SECRET,
        "signal": SECRET, "business_key": SECRET, "businessKey": SECRET, "job_types": SECRET, "topicName": SECRET,
        "variable_id": f"{keys[0]}:{keys[0]}:v", "deployment_id": SECRET,
    }  # fmt: skip


def _ids_of_nobody(ids: Mapping[str, str]) -> dict[str, str]:
    """Ids of the same form that nothing has."""

    def other(value: str) -> str:
        return re.sub(r"\d{16}", "1000000000000001", value).replace(SECRET, "nobody-at-all")

    made = {name: other(value) for name, value in ids.items()}
    return {name: "0" * 32 if made[name] == ids[name] else made[name] for name in ids}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Rooms, Rooms, dict[str, str], Path]]:
    folder = tmp_path_factory.mktemp("tenants")
    first = Rooms(Settings(data=folder / "a", sync=SyncLevel.NORMAL))
    ids = _furnish(first)
    second = Rooms(Settings(data=folder / "b", sync=SyncLevel.NORMAL))
    second._engine = first.engine.for_tenant(TenantId("b"))
    yield first, second, ids, folder / "a" / "engine.db"
    second._engine = None  # it belongs to the first one
    second.close()
    first.close()


def _stored(database: Path) -> dict[str, list[tuple[object, ...]]]:
    """All that the database holds of the first tenant."""
    connection = apsw.Connection(str(database), flags=apsw.SQLITE_OPEN_READONLY)
    tables = [str(row[0]) for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    held = {
        table: list(connection.execute(f'SELECT * FROM "{table}" WHERE tenant_id = ? ORDER BY 1, 2, 3', ("default",)))
        for table in tables
        if any(row[1] == "tenant_id" for row in connection.execute(f'PRAGMA table_info("{table}")'))
    }
    connection.close()
    return {table: sorted(rows, key=repr) for table, rows in held.items() if table != "pulse"}


def _example(schema: Mapping[str, Any], name: str, ids: Mapping[str, str]) -> Any:
    """A value that fits, with an id wherever one may be."""
    if "$ref" in schema:
        return _example(DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]], name, ids)
    for choice in ("anyOf", "oneOf", "allOf"):
        if choice in schema:
            return _example(next(one for one in schema[choice] if one.get("type") != "null"), name, ids)
    if "enum" in schema or "const" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    kind = schema.get("type")
    if kind == "object":
        wanted = set(schema.get("required", ())) | (set(schema.get("properties", {})) & {*ids, "selection", "reason"})
        return {one: _example(schema["properties"][one], one, ids) for one in sorted(wanted)}
    if kind == "array":
        return [_example(schema["items"], name, ids)]
    plain = {"integer": 1, "number": 1, "boolean": True, "string": "because"}
    return ids.get(name, plain.get(str(kind))) if kind == "string" else plain.get(str(kind))


def _asked(ids: Mapping[str, str]) -> Iterator[Ask]:
    for path, operations in DOCUMENT["paths"].items():
        short = path.removeprefix("/api/v1")
        if short.startswith(OWN_FOLDER):
            continue
        for method, operation in operations.items():
            given = {one["name"]: one for one in operation.get("parameters", ())}
            query = {name: ids[name] for name, one in given.items() if one["in"] == "query" and name in ids}
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
            example = None if body is None else _example(body, "", ids)
            yield Ask(method.upper(), _filled(short, ids), query, example)
    for path, route in engine_rest_routes():
        for method in sorted(route.methods or ()):
            yield Ask(method, f"/{_filled(path, ids)}", _needed(path, ids), _facade_body(path, ids))


def _needed(path: str, ids: Mapping[str, str]) -> dict[str, str]:
    """The filter that a list of `/engine-rest` cannot do without."""
    if "/variable-instance" not in path and "/activity-instance" not in path:
        return {}
    return {"processInstanceId" if "/history/" in path else "processInstanceIdIn": ids["instance_key"]}


def _facade_body(path: str, ids: Mapping[str, str]) -> dict[str, object]:
    last = path.rpartition("/")[2]
    if last in {"count", "task", "job", "variable-instance", "activity-instance", "process-instance", "external-task"}:
        return {}
    if last in _BODIES:
        return _BODIES[last]
    body: dict[str, object] = {name: ids[name] for name in ("messageName", "businessKey", "processInstanceId", "name")}
    topics = [{"topicName": ids["topicName"], "lockDuration": 1000}]
    return {**body, "externalTaskIds": [ids["task_id"]], "retries": 1, "maxTasks": 5, "topics": topics, **_WORKER}


_WORKER = {"workerId": "w", "errorCode": "x", "suspended": True}
_BODIES: Mapping[str, dict[str, object]] = {
    "lock": {"workerId": "w", "lockDuration": 1000},
    "extendLock": {"workerId": "w", "newDuration": 1000},
    "priority": {"priority": 1},
    "modification": {"instructions": [{"type": "cancel", "activityId": "work"}]},
    "claim": {"userId": "ann"},
    "delegate": {"userId": "ann"},
    "assignee": {"userId": "ann"},
}


def _filled(path: str, ids: Mapping[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: ids.get(found[1], "1"), path)


def _answer(client: Client, key: Mapping[str, str], ask: Ask, ids: Mapping[str, str]) -> tuple[int, str]:
    """Status and text, without the ids that were given and what is of its moment."""
    answer = client.call(ask.method, ask.path, params=dict(ask.query), json=ask.body)
    if answer.status_code in {401, 403}:
        answer = client.call(ask.method, ask.path, params=dict(ask.query), json=ask.body, headers=key)
    text = answer.text
    for value in sorted(set(ids.values()), key=len, reverse=True):
        text = text.replace(value, "ID")
    text = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:?\d\d)?", "TIME", text)
    return answer.status_code, re.sub(r"[0-9a-f]{12,}", "MADE", text)


def test_ids_of_another_tenant_are_answered_as_ids_of_nobody_on_every_route(
    house: tuple[Rooms, Rooms, dict[str, str], Path],
) -> None:
    first, second, ids, database = house
    nobody = _ids_of_nobody(ids)
    before = _stored(database)
    told, leaked = {}, []
    with Client(second) as client:
        client.sign_in("admin")
        key = {"Authorization": f"Bearer {new_key(second)}"}
        for theirs, missing in zip(_asked(ids), _asked(nobody), strict=True):
            if theirs.path.endswith("/stream"):
                continue
            of_nobody, of_theirs = _answer(client, key, missing, nobody), _answer(client, key, theirs, ids)
            if of_theirs != of_nobody:
                told[f"{theirs.method} {missing.path}"] = (of_nobody, of_theirs)
            if SECRET in of_theirs[1]:
                leaked.append(theirs.path)
    first.engine.batches.run_due()  # those that were made with ids of the first one
    after = _stored(database)

    assert told == {}
    assert leaked == []
    assert {table: rows for table, rows in after.items() if rows != before[table]} == {}
    assert sum(map(len, before.values())) >= 40


def test_a_cursor_of_another_tenant_opens_nothing_of_theirs(
    house: tuple[Rooms, Rooms, dict[str, str], Path],
) -> None:
    first, second, ids, _ = house
    lists = [ask for ask in _asked({**ids, "limit": "1"}) if ask.method == "GET" and "limit" in ask.query]
    used, told = 0, []
    with Client(first) as theirs, Client(second) as client:
        theirs.sign_in("admin")
        client.sign_in("admin")
        for ask in lists:
            page = theirs.call("GET", ask.path, params=dict(ask.query))
            cursor = page.json().get("next_cursor") if page.status_code == 200 else None
            if cursor is None:
                continue
            used += 1
            query = {**ask.query, "cursor": cursor}
            answer = client.call("GET", ask.path, params=query)
            if answer.status_code == 200 and (SECRET in answer.text or answer.json().get("items")):
                told.append((ask.path, answer.text[:200]))

    assert told == []
    assert used >= 3


def test_a_listener_hears_of_its_own_tenant_only(house: tuple[Rooms, Rooms, dict[str, str], Path]) -> None:
    first, second, _, _ = house
    heard: dict[str, list[object]] = {"first": [], "second": []}
    ends = [first.engine.subscribe(heard["first"].append), second.engine.subscribe(heard["second"].append)]

    key = first.engine.instances.start(ProcessId(SECRET), {}).instance_key
    for end in ends:
        end()

    assert key in {getattr(change, "instance_key", None) for change in heard["first"]}
    assert heard["second"] == []


def test_metrics_name_what_is_of_the_own_tenant_only(house: tuple[Rooms, Rooms, dict[str, str], Path]) -> None:
    first, second, _, _ = house
    context = Context(principal=local_operator(), rooms=second)

    told = read_metrics(context, metrics=Metrics(second)).decode()

    assert SECRET not in told
    assert first.engine.vital_signs.job_events[SECRET, "created"] >= 3
    assert second.engine.vital_signs.job_events == {}
    assert SECRET in read_metrics(replace(context, rooms=first), metrics=Metrics(first)).decode()
