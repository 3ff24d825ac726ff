# SPDX-License-Identifier: Apache-2.0
"""The routes themselves: who may call them, how they refuse, what filters do, in this process."""

import base64
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from taktloom.app import instances
from taktloom.app.calls import use_cases_of
from taktloom.app.context import LOCAL_OPERATOR, Access, Context
from taktloom.app.registry import all_use_cases
from taktloom.app.settings import Settings
from taktloom.app.wiring import Rooms
from taktloom.assure.permissions import SCOPE_PERMISSIONS, Scope
from taktloom.storage import SyncLevel
from taktloom.web.engine_rest.application import engine_rest_routes
from tests.web.client import Client, expect
from tests.web.engine_rest.models import CHAIN_BPMN, ORDER_BPMN
from tests.web.live import new_key

ROUTES = [(path, method, route) for path, route in engine_rest_routes() for method in sorted(route.methods or ())]


class Caller:
    """A program with a key."""

    def __init__(self, client: Client, key: str) -> None:
        self.client, self.headers = client, {"Authorization": f"Bearer {key}"}

    def call(self, method: str, path: str, **more: Any) -> Any:
        headers = {**self.headers, **more.pop("headers", {})}
        return self.client.call(method, f"//engine-rest{path}", headers=headers, **more)

    def get(self, path: str, **params: Any) -> Any:
        return expect(self.call("GET", path, params=params), 200).json()

    def post(self, path: str, body: object, status: int = 204) -> Any:
        answer = expect(self.call("POST", path, json=body), status)
        return answer.json() if answer.content else None

    def start(self, key: str, business_key: str | None = None, **variables: object) -> str:
        typed = {name: {"value": value} for name, value in variables.items()}
        body = {"variables": typed, "businessKey": business_key}
        return str(self.post(f"/process-definition/key/{key}/start", body, 200)["id"])

    def fetch(self, *topics: Mapping[str, object], worker: str = "w", **more: object) -> Any:
        asked = [{"lockDuration": 60_000, **topic} for topic in topics]
        return self.post(
            "/external-task/fetchAndLock", {"workerId": worker, "maxTasks": 10, "topics": asked, **more}, 200
        )


@pytest.fixture(scope="module")
def rooms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rooms]:
    made = Rooms(Settings(data=tmp_path_factory.mktemp("routes"), sync=SyncLevel.NORMAL))
    yield made
    made.close()


@pytest.fixture(scope="module")
def caller(rooms: Rooms) -> Iterator[Caller]:
    with Client(rooms) as client:
        made = Caller(client, new_key(rooms))
        for name, content in (("order.bpmn", ORDER_BPMN), ("chain.bpmn20.xml", CHAIN_BPMN)):
            expect(made.call("POST", "/deployment/create", files={"f": (name, content)}), 200)
        yield made


@pytest.fixture(autouse=True)
def nothing_left(caller: Caller) -> Iterator[None]:
    yield
    for one in caller.get("/process-instance"):
        expect(caller.call("DELETE", f"/process-instance/{one['id']}"), 204)


@pytest.mark.parametrize(("path", "method", "route"), ROUTES, ids=[f"{method} {path}" for path, method, _ in ROUTES])
def test_every_route_declares_use_cases_and_wants_a_key(caller: Caller, path: str, method: str, route: Any) -> None:
    declared = use_cases_of(route.endpoint)

    answer = caller.client.call(method, f"/{path.replace('{', '').replace('}', '')}")

    assert declared
    assert {one.name for one in declared} <= set(all_use_cases())
    assert all(one.requirement is not Access.PUBLIC for one in declared)
    assert (answer.status_code, answer.json()["type"]) == (401, "AuthenticationException")
    assert "Basic" in answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize("scope", list(Scope))
def test_a_key_opens_the_routes_of_its_scope_and_no_other(rooms: Rooms, caller: Caller, scope: Scope) -> None:
    narrow = Caller(caller.client, new_key(rooms, f"only {scope}", scopes=(scope.value,)))
    bodies = {
        "/engine-rest/external-task/fetchAndLock": {"workerId": "w", "maxTasks": 1, "topics": []},
        "/engine-rest/message": {"messageName": "nobody"},
        "/engine-rest/signal": {"name": "nobody"},
        "/engine-rest/external-task/retries": {"retries": 1, "externalTaskIds": ["x"]},
        "/engine-rest/external-task/retries-async": {"retries": 1, "externalTaskIds": ["x"]},
    }
    for path, method, route in ROUTES:
        if "{" in path or (method == "POST" and path not in bodies):
            continue
        requirements = {one.requirement for one in use_cases_of(route.endpoint)}
        may = any(one is Access.SIGNED_IN or one in SCOPE_PERMISSIONS[scope] for one in requirements)
        wanted = _needed(path)
        answer = narrow.call(method, path.removeprefix("/engine-rest"), json=bodies.get(path), params=wanted)
        assert (answer.status_code != 403) == may, f"{method} {path}: {answer.status_code}"


def _needed(path: str) -> dict[str, str] | None:
    """The filter that a list cannot do without."""
    if "/variable-instance" not in path and "/activity-instance" not in path:
        return None
    return {"processInstanceId" if "/history/" in path else "processInstanceIdIn": "1"}


def test_a_key_without_the_topic_gets_none_of_its_tasks(rooms: Rooms, caller: Caller) -> None:
    caller.start("order")
    other = Caller(caller.client, new_key(rooms, "other topics", job_types=("else",)))
    body = {"workerId": "w", "maxTasks": 1, "topics": [{"topicName": "charge-card", "lockDuration": 1000}]}

    answer = other.call("POST", "/external-task/fetchAndLock", json=body)

    assert (answer.status_code, answer.json()["type"]) == (403, "AuthorizationException")


@pytest.mark.parametrize(("name", "status"), [("named", 200), ("someone", 401)])
def test_basic_wants_the_account_s_own_name(rooms: Rooms, caller: Caller, name: str, status: int) -> None:
    key = new_key(rooms, "named" if name == "named" else "named too")
    credentials = base64.b64encode(f"{name}:{key}".encode()).decode()

    answer = caller.client.call("GET", "//engine-rest/version", headers={"Authorization": f"Basic {credentials}"})

    assert answer.status_code == status


def test_a_session_opens_nothing_here(rooms: Rooms) -> None:
    with Client(rooms) as browser:
        browser.sign_in("admin")
        assert browser.call("GET", "//engine-rest/version").status_code == 401


@pytest.mark.parametrize("path", ["/version", "/version/", "//version", "/engine/default/version"])
def test_one_address_has_several_spellings(caller: Caller, path: str) -> None:
    assert caller.get(path)["version"].count(".") == 2


def test_filters_of_a_topic_choose_the_tasks(caller: Caller) -> None:
    one = caller.start("order", "k-1", city="Oslo", n=1)
    two = caller.start("order", "k-2", city="Rome", n=2)
    topic = {"topicName": "charge-card", "variables": ["city"]}

    none = caller.fetch({**topic, "processVariables": {"city": "Oslo", "n": 2}})
    by_key = caller.fetch({**topic, "businessKey": "k-2", "processDefinitionKeyIn": ["chain", "order"]})
    by_value = caller.fetch({**topic, "processVariables": {"n": 1}, "processDefinitionVersionTag": "one"})

    assert none == []
    assert [(task["processInstanceId"], task["businessKey"]) for task in by_key] == [(two, "k-2")]
    assert [task["processInstanceId"] for task in by_value] == [one]
    assert by_value[0]["variables"] == {"city": {"type": "String", "value": "Oslo", "valueInfo": {}}}


def test_priority_and_order_of_creation_decide_what_comes_first(caller: Caller) -> None:
    first, second = caller.start("order"), caller.start("order")
    (urgent,) = caller.get("/external-task", processInstanceId=second)
    expect(caller.call("PUT", f"/external-task/{urgent['id']}/priority", json={"priority": 9}), 204)
    topic = {"topicName": "charge-card"}

    (by_priority,) = caller.fetch(topic, maxTasks=1, usePriority=True)
    caller.post(f"/external-task/{by_priority['id']}/unlock", {})
    (by_age,) = caller.fetch(topic, maxTasks=1, usePriority=False)

    assert (by_priority["processInstanceId"], by_priority["priority"]) == (second, 9)
    assert by_age["processInstanceId"] == first


def test_only_the_worker_that_holds_a_task_finishes_it(caller: Caller) -> None:
    caller.start("order")
    (task,) = caller.fetch({"topicName": "charge-card"}, worker="mine")

    wrong = caller.call("POST", f"/external-task/{task['id']}/complete", json={"workerId": "other"})
    caller.post(f"/external-task/{task['id']}/complete", {"workerId": "mine"})
    again = caller.call("POST", f"/external-task/{task['id']}/complete", json={"workerId": "mine"})

    assert (wrong.status_code, wrong.json()["type"]) == (400, "RestException")
    assert (again.status_code, again.json()["type"]) == (404, "InvalidRequestException")


def test_a_task_locked_here_cannot_be_completed_under_an_older_fence(rooms: Rooms, caller: Caller) -> None:
    caller.start("order")
    (job,) = rooms.engine.jobs.lock(["charge-card"], worker="api")
    held = caller.fetch({"topicName": "charge-card"})
    caller.post(f"/external-task/{job.job_id}/unlock", {})
    (task,) = caller.fetch({"topicName": "charge-card"}, worker="mine")

    late = caller.client.call(
        "POST", f"/jobs/{job.job_id}/completion", json={"fence": job.fence}, headers=caller.headers
    )

    assert held == []
    assert task["id"] == job.job_id
    assert late.status_code == 409


def test_details_of_a_failure_are_kept_apart(caller: Caller) -> None:
    caller.start("order")
    (task,) = caller.fetch({"topicName": "charge-card"})
    failure = {"workerId": "w", "errorMessage": "no line", "errorDetails": "at line 7", "retries": 0}
    caller.post(f"/external-task/{task['id']}/failure", failure)

    answer = expect(caller.call("GET", f"/external-task/{task['id']}/errorDetails"), 200)

    assert answer.text == "at line 7"
    assert caller.get("/external-task/count", noRetriesLeft="true") == {"count": 1}
    assert caller.get("/external-task", topicName="charge-card")[0]["errorMessage"] == "no line"


def test_a_filter_that_is_not_supported_is_refused(caller: Caller) -> None:
    answer = caller.call("GET", "/process-instance", params={"incidentMessageLike": "x"})

    assert (answer.status_code, answer.json()["type"]) == (400, "InvalidRequestException")
    assert "incidentMessageLike" in answer.json()["message"]


def test_lists_are_ordered_and_paged(caller: Caller) -> None:
    keys = [caller.start("order", key) for key in ("b", "c", "a")]

    page = caller.get("/process-instance", sortBy="businessKey", sortOrder="desc", firstResult=1, maxResults=1)

    assert [one["id"] for one in page] == [keys[0]]
    assert caller.get("/process-instance/count", processDefinitionKey="order") == {"count": 3}
    assert caller.get("/process-instance", tenantIdIn="elsewhere") == []


def test_a_message_for_more_than_one_is_refused_unless_it_is_for_all(caller: Caller) -> None:
    started = [caller.start("order", key) for key in ("m-1", "m-2")]
    for task in caller.fetch({"topicName": "charge-card"}):
        caller.post(f"/external-task/{task['id']}/complete", {"workerId": "w"})
    for task in caller.get("/task"):
        caller.post(f"/task/{task['id']}/complete", {})

    unclear = caller.call("POST", "/message", json={"messageName": "paid"})
    nobody = caller.call("POST", "/message", json={"messageName": "paid", "businessKey": "m-3"})
    results = caller.post("/message", {"messageName": "paid", "all": True, "resultEnabled": True}, 200)

    for answer in (unclear, nobody):
        assert (answer.status_code, answer.json()["type"]) == (400, "MismatchingMessageCorrelationException")
    assert {one["execution"]["processInstanceId"] for one in results} == set(started)


def test_tasks_are_found_by_group_and_assigned(caller: Caller) -> None:
    caller.start("order")
    (task,) = caller.fetch({"topicName": "charge-card"})
    caller.post(f"/external-task/{task['id']}/complete", {"workerId": "w", "variables": {"x": {"value": 1}}})

    (found,) = caller.get("/task", candidateGroup="clerks", sortBy="created", sortOrder="asc")
    caller.post(f"/task/{found['id']}/assignee", {"userId": "ann"})

    assert caller.get("/task", candidateGroup="clerks") == []
    assert [one["assignee"] for one in caller.get("/task", assignee="ann")] == ["ann"]
    assert caller.get(f"/task/{found['id']}/form-variables")["x"]["value"] == 1
    assert {one["type"] for one in caller.get(f"/task/{found['id']}/identity-links")} == {"assignee", "candidate"}
    taken = caller.call("POST", f"/task/{found['id']}/claim", json={"userId": "bob"})
    assert taken.status_code == 400


def test_a_task_tells_its_priority_dates_and_candidates_and_is_delegated(caller: Caller) -> None:
    model = ORDER_BPMN.replace(b'id="order"', b'id="looked"').replace(
        b'camunda:candidateGroups="clerks"',
        b'camunda:candidateUsers="ann,bob" camunda:priority="80" camunda:followUpDate="2026-03-02T09:00:00Z"',
    )
    expect(caller.call("POST", "/deployment/create", files={"f": ("looked.bpmn", model)}), 200)
    caller.start("looked")
    (work,) = caller.fetch({"topicName": "charge-card"})
    caller.post(f"/external-task/{work['id']}/complete", {"workerId": "w"})

    (found,) = caller.get("/task", candidateUser="ann", sortBy="priority", sortOrder="desc")
    links = caller.get(f"/task/{found['id']}/identity-links")
    unowned = caller.call("POST", f"/task/{found['id']}/delegate", json={"userId": "cid"})
    caller.post(f"/task/{found['id']}/claim", {"userId": "ann"})
    caller.post(f"/task/{found['id']}/delegate", {"userId": "cid"})
    (delegated,) = caller.get("/task", delegationState="PENDING", owner="ann")
    refused = caller.call("POST", f"/task/{found['id']}/resolve", json={"variables": {"x": {"value": 1}}})
    caller.post(f"/task/{found['id']}/resolve", {})
    resolved = caller.get(f"/task/{found['id']}")

    assert (found["priority"], found["followUp"]) == (80, "2026-03-02T09:00:00.000+0000")
    assert [(one["type"], one["userId"]) for one in links] == [("candidate", "ann"), ("candidate", "bob")]
    assert caller.get("/task", candidateUser="dan") == []
    assert (delegated["assignee"], delegated["owner"], delegated["delegationState"]) == ("cid", "ann", "PENDING")
    assert (resolved["assignee"], resolved["owner"], resolved["delegationState"]) == ("ann", "ann", "RESOLVED")
    assert (unowned.status_code, refused.status_code) == (400, 400)
    again = caller.post(f"/task/{found['id']}/complete", {"withVariablesInReturn": True}, 200)
    assert again == {}


def test_variables_are_set_read_and_become_null(caller: Caller) -> None:
    key = caller.start("order", a=1)
    file = {"type": "File", "value": "SGVsbG8=", "valueInfo": {"filename": "a.txt", "mimeType": "text/html"}}
    expect(caller.call("PUT", f"/process-instance/{key}/variables/f", json=file), 204)
    caller.post(f"/process-instance/{key}/variables", {"modifications": {"b": {"value": "x"}}, "deletions": ["a"]})

    content = expect(caller.call("GET", f"/process-instance/{key}/variables/f/data"), 200)

    assert content.content == b"Hello"
    assert content.headers["Content-Disposition"] == "attachment"
    shown = caller.get(f"/process-instance/{key}/variables")
    assert {name: one["type"] for name, one in shown.items()} == {"a": "Null", "b": "String", "f": "File"}
    assert caller.call("GET", f"/process-instance/{key}/variables/none").status_code == 404


def test_definitions_and_deployments_are_listed(caller: Caller) -> None:
    (order,) = caller.get("/process-definition", key="order", latestVersion="true")

    assert (order["id"], order["version"], order["versionTag"]) == ("order:1", 1, "one")
    listed = caller.get("/process-definition")
    assert {one["key"] for one in listed} >= {"order", "chain"}
    assert caller.get("/process-definition/count") == {"count": len(listed)}
    assert caller.get("/process-definition/key/order")["id"] == "order:1"
    assert "camunda:topic" in caller.get("/process-definition/order:1/xml")["bpmn20Xml"]
    assert caller.get(f"/deployment/{order['deploymentId']}")["id"] == order["deploymentId"]
    assert {one["deploymentId"] for one in listed} == {one["id"] for one in caller.get("/deployment")}
    assert caller.call("DELETE", f"/deployment/{order['deploymentId']}").status_code == 400
    assert caller.call("GET", "/process-definition/order:9").status_code == 404
    assert caller.call("POST", "/process-definition/key/order/tenant-id/other/start", json={}).status_code == 404


def test_a_file_that_cannot_run_is_refused_with_what_is_wrong(caller: Caller) -> None:
    answer = caller.call("POST", "/deployment/create", files={"f": ("x.bpmn", b"<x/>")})

    assert (answer.status_code, answer.json()["type"]) == (400, "ParseException")


def test_a_suspended_instance_gives_no_tasks_until_it_goes_on(caller: Caller) -> None:
    key = caller.start("order")
    topic = {"topicName": "charge-card"}
    expect(caller.call("PUT", f"/process-instance/{key}/suspended", json={"suspended": True}), 204)

    during = (caller.fetch(topic), caller.get(f"/process-instance/{key}")["suspended"])
    expect(caller.call("PUT", f"/process-instance/{key}/suspended", json={"suspended": False}), 204)

    assert during == ([], True)
    assert [task["processInstanceId"] for task in caller.fetch(topic)] == [key]


def test_tokens_are_moved_by_instructions(caller: Caller) -> None:
    key = caller.start("order")
    moves = [{"type": "cancel", "activityId": "charge"}, {"type": "startBeforeActivity", "activityId": "approve"}]
    caller.post(f"/process-instance/{key}/modification", {"instructions": moves, "annotation": "skip the charge"})

    (task,) = caller.get("/task", processInstanceId=key)
    wrong = caller.call("POST", f"/process-instance/{key}/modification", json={"instructions": [{"type": "jump"}]})

    assert task["taskDefinitionKey"] == "approve"
    assert caller.get("/external-task", processInstanceId=key) == []
    assert wrong.status_code == 400


@pytest.mark.parametrize(
    "more",
    [
        {"topics": [{"topicName": "charge", "lockDuration": 10**18}]},
        {"topics": [{"topicName": "charge", "lockDuration": 0}]},
        {"asyncResponseTimeout": 1_800_001},
        {"maxTasks": 0},
        {"workerId": "\ud800"},
        {"sorting": [{"sortBy": "taskPriority", "sortOrder": "desc"}]},
        {"sorting": [{"sortBy": "createTime", "sortOrder": "up"}]},
    ],
)
def test_what_a_fetch_cannot_mean_is_refused(caller: Caller, more: Mapping[str, object]) -> None:
    asked = {"workerId": "w", "maxTasks": 1, "topics": [{"topicName": "charge", "lockDuration": 1000}], **more}

    answer = caller.call("POST", "/external-task/fetchAndLock", content=json.dumps(asked))

    assert (answer.status_code, answer.json()["type"]) == (400, "InvalidRequestException")


def test_more_tasks_than_are_given_at_once_may_be_asked_for(caller: Caller) -> None:
    assert caller.fetch({"topicName": "nobody-has-it"}, maxTasks=10**9) == []


def test_a_start_tells_variables_only_when_asked_for_them(caller: Caller) -> None:
    # pycamunda takes a field that is there, even null, for the variables.
    body = {"variables": {"amount": {"value": 5}}, "businessKey": "asked"}
    path = "/process-definition/key/order/start"

    without = caller.post(path, body, 200)
    with_them = caller.post(path, {**body, "withVariablesInReturn": True}, 200)

    assert "variables" not in without
    assert without["businessKey"] == "asked"
    assert with_them["variables"] == {"amount": {"type": "Integer", "value": 5, "valueInfo": {}}}


# As the Java client writes it: every option it has, with null where nothing is set.
JAVA_TOPIC: Mapping[str, object] = {
    "topicName": "charge-card",
    "lockDuration": 20_000,
    "variables": None,
    "localVariables": False,
    "businessKey": None,
    "processDefinitionId": None,
    "processDefinitionIdIn": None,
    "processDefinitionKey": None,
    "processDefinitionKeyIn": None,
    "processDefinitionVersionTag": None,
    "processVariables": None,
    "withoutTenantId": False,
    "tenantIdIn": None,
    "deserializeValues": False,
    "includeExtensionProperties": False,
}


@pytest.mark.parametrize(
    ("options", "variables"),
    [
        ({}, {"amount", "note"}),
        ({"variables": []}, set()),
        ({"variables": ["note", "none"]}, {"note"}),
        ({"localVariables": True}, set()),
        ({"businessKey": "B-7"}, {"amount", "note"}),
        ({"businessKey": "B-8"}, None),
        ({"processDefinitionKeyIn": ["order", "chain"]}, {"amount", "note"}),
        ({"processDefinitionKeyIn": ["chain"]}, None),
        ({"processDefinitionVersionTag": "one"}, {"amount", "note"}),
        ({"processVariables": {"amount": 5_000_000_000}}, {"amount", "note"}),
        ({"processVariables": {"amount": 1}}, None),
        ({"withoutTenantId": True}, {"amount", "note"}),
        ({"tenantIdIn": ["elsewhere"]}, None),
    ],
)
def test_every_option_of_a_topic_has_its_effect(
    caller: Caller, options: Mapping[str, object], variables: set[str] | None
) -> None:
    caller.start("order", "B-7", amount=5_000_000_000, note="n")
    more: dict[str, Any] = {
        "usePriority": True,
        "asyncResponseTimeout": None,
        "sorting": [{"sortBy": "createTime", "sortOrder": "asc"}],
    }

    found = caller.fetch({**JAVA_TOPIC, **options}, **more)

    assert [set(one["variables"]) for one in found] == ([] if variables is None else [variables])
    assert [one["extensionProperties"] for one in found] == [{}] * len(found)


def test_extension_properties_come_when_asked_for(caller: Caller) -> None:
    caller.start("order")

    (task,) = caller.fetch({**JAVA_TOPIC, "includeExtensionProperties": True})

    assert task["extensionProperties"] == {"currency": "EUR"}


TYPED: Mapping[str, Mapping[str, object]] = {
    "text": {"value": "x", "type": "String", "valueInfo": {}},
    "long": {"value": 5_000_000_000, "type": "Long", "valueInfo": {}},
    "double": {"value": 1.5, "type": "Double", "valueInfo": {}},
    "nothing": {"value": None, "type": "Null", "valueInfo": {}},
    "day": {"value": "2026-01-31T12:00:00.000+0100", "type": "Date", "valueInfo": {}},
    "json": {"value": "[1]", "type": "Json", "valueInfo": {}},
    "object": {
        "value": '{"a":1}',
        "type": "Object",
        "valueInfo": {"objectTypeName": "java.util.HashMap", "serializationDataFormat": "application/json"},
    },
    "bytes": {"value": "AAE=", "type": "Bytes", "valueInfo": {}},
    "file": {"value": "AAE=", "type": "File", "valueInfo": {"filename": "a.txt", "mimetype": "text/plain"}},
}


def test_values_of_every_type_complete_a_task_and_come_back(caller: Caller) -> None:
    key = caller.start("order")
    (task,) = caller.fetch(JAVA_TOPIC)

    caller.post(f"/external-task/{task['id']}/complete", {"workerId": "w", "variables": TYPED, "localVariables": None})

    kept = caller.get(f"/process-instance/{key}/variables")
    assert {name: kept[name]["type"] for name in TYPED} == {
        **{name: typed["type"] for name, typed in TYPED.items()},
        "object": "Json",
    }
    assert [kept[name]["value"] for name in ("text", "long", "double", "nothing", "json", "bytes")] == [
        "x", 5_000_000_000, 1.5, None, "[1]", "AAE=",
    ]  # fmt: skip
    assert kept["day"]["value"] == "2026-01-31T11:00:00.000+0000"
    assert json.loads(kept["object"]["value"]) == {"a": 1}


@pytest.mark.parametrize(
    ("path", "body", "status", "kind"),
    [
        ("complete", {"workerId": "z"}, 400, "RestException"),
        ("complete", {}, 400, "InvalidRequestException"),
        (
            "complete",
            {"workerId": "w", "variables": {"a": {"value": "x", "type": "Long"}}},
            400,
            "InvalidRequestException",
        ),
        ("failure", {"workerId": "w", "retries": -1}, 400, "InvalidRequestException"),
        ("bpmnError", {"workerId": "w", "errorCode": None}, 400, "InvalidRequestException"),
        ("extendLock", {"workerId": "w", "newDuration": 0}, 400, "InvalidRequestException"),
        ("extendLock", {"workerId": "z", "newDuration": 1000}, 400, "RestException"),
        ("lock", {"workerId": "z", "lockDuration": 1000}, 400, "RestException"),
    ],
)
def test_a_refusal_has_type_message_and_code(
    caller: Caller, path: str, body: Mapping[str, object], status: int, kind: str
) -> None:
    caller.start("order")
    (task,) = caller.fetch(JAVA_TOPIC)

    answer = caller.call("POST", f"/external-task/{task['id']}/{path}", json=body)
    gone = caller.call("POST", f"/external-task/404/{path}", json={**body, "workerId": "w"})

    assert (answer.status_code, answer.json()["type"], answer.json()["code"]) == (status, kind, None)
    assert answer.json()["message"]
    assert gone.status_code in {400, 404}


@pytest.mark.parametrize("value", ["\ud800", "\0", 10**40, ["\ud800"], {"a": {"value": "\ud800", "type": "String"}}])
def test_what_no_row_can_hold_is_refused(caller: Caller, value: object) -> None:
    body = {"variables": {"x": {"value": value}}}
    for raw in (json.dumps(body), json.dumps({"businessKey": value}), '{"variables":' + "[" * 3000 + "]" * 3000 + "}"):
        headers = {**caller.headers, "Content-Type": "application/json"}
        answer = caller.client.call(
            "POST", "//engine-rest/process-definition/key/order/start", content=raw, headers=headers
        )
        assert answer.status_code in {200, 400, 413}, raw[:80]
        assert answer.status_code == 200 or answer.json()["message"]


@pytest.mark.parametrize("path", ["/process-instance", "/external-task", "/task"])
def test_a_query_that_is_nested_too_deeply_is_refused(caller: Caller, path: str) -> None:
    answer = caller.call("POST", path, content="[" * 20_000)

    assert (answer.status_code, answer.json()["type"]) == (400, "InvalidRequestException")


def test_another_method_is_refused_with_those_that_the_address_takes(caller: Caller) -> None:
    answer = caller.call("PATCH", "/task")

    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD, POST")
    assert answer.json()["message"] == "This address does not take PATCH. Send GET, HEAD, POST."


@pytest.mark.parametrize("body", [b'{"a": "\xed\xa0\x80"}', b"[" * 100_000, '{"a": "\\ud800"}'.encode("utf-16")])
def test_a_body_that_cannot_be_read_is_refused_with_what_can(caller: Caller, body: bytes) -> None:
    answer = caller.call("POST", "/message", content=body, headers={"Content-Type": "application/json"})

    assert (answer.status_code, answer.json()["type"]) == (400, "InvalidRequestException")
    assert "Send JSON in UTF-8" in answer.json()["message"]


def test_a_number_keeps_the_digits_that_no_double_holds(caller: Caller, rooms: Rooms) -> None:
    body = b'{"variables": {"amount": {"value": 0.12345678901234567890123, "type": "Double"}}}'
    path = "/process-definition/key/order/start"

    answer = caller.call("POST", path, content=body, headers={"Content-Type": "application/json"})

    context = Context(principal=LOCAL_OPERATOR, rooms=rooms)
    shown = instances.show_instance(context, instance_key=expect(answer, 200).json()["id"])
    assert [str(one.value) for one in shown.variables if one.name == "amount"] == ["0.12345678901234567890123"]
