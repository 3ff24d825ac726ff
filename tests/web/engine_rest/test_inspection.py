# SPDX-License-Identifier: Apache-2.0
"""What scripts look at: what is active, variables with their places, retries of many tasks, conditions."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from taktloom.app.settings import Settings
from taktloom.app.wiring import Rooms
from taktloom.storage import SyncLevel
from tests.web.client import Client, expect
from tests.web.engine_rest.test_routes import Caller
from tests.web.live import new_key

# A sub-process with a user task that has an input mapping, beside an external task.
NESTED = b"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:camunda="http://camunda.org/schema/1.0/bpmn" id="definitions" targetNamespace="urn:test">
  <bpmn:process id="nested" name="Nested" isExecutable="true">
    <bpmn:startEvent id="start"><bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>
    <bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="split" />
    <bpmn:parallelGateway id="split">
      <bpmn:incoming>f1</bpmn:incoming><bpmn:outgoing>f2</bpmn:outgoing><bpmn:outgoing>f3</bpmn:outgoing>
    </bpmn:parallelGateway>
    <bpmn:sequenceFlow id="f2" sourceRef="split" targetRef="sub" />
    <bpmn:sequenceFlow id="f3" sourceRef="split" targetRef="ship" />
    <bpmn:subProcess id="sub" name="Check">
      <bpmn:incoming>f2</bpmn:incoming>
      <bpmn:startEvent id="begin"><bpmn:outgoing>f4</bpmn:outgoing></bpmn:startEvent>
      <bpmn:sequenceFlow id="f4" sourceRef="begin" targetRef="approve" />
      <bpmn:userTask id="approve" name="Approve">
        <bpmn:extensionElements><camunda:inputOutput>
          <camunda:inputParameter name="question">${amount}</camunda:inputParameter>
        </camunda:inputOutput></bpmn:extensionElements>
        <bpmn:incoming>f4</bpmn:incoming>
      </bpmn:userTask>
    </bpmn:subProcess>
    <bpmn:serviceTask id="ship" name="Ship" camunda:type="external" camunda:topic="ship">
      <bpmn:incoming>f3</bpmn:incoming>
    </bpmn:serviceTask>
  </bpmn:process>
</bpmn:definitions>
"""

CONDITIONAL = b"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="definitions" targetNamespace="urn:test">
  <bpmn:process id="cold" name="Cold" isExecutable="true">
    <bpmn:startEvent id="start"><bpmn:outgoing>f1</bpmn:outgoing>
      <bpmn:conditionalEventDefinition>
        <bpmn:condition xsi:type="bpmn:tFormalExpression">${degrees &lt; 5}</bpmn:condition>
      </bpmn:conditionalEventDefinition>
    </bpmn:startEvent>
    <bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="heat" />
    <bpmn:userTask id="heat"><bpmn:incoming>f1</bpmn:incoming></bpmn:userTask>
  </bpmn:process>
</bpmn:definitions>
"""


@pytest.fixture(scope="module")
def caller(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    rooms = Rooms(Settings(data=tmp_path_factory.mktemp("inspection"), sync=SyncLevel.NORMAL))
    with Client(rooms) as client:
        made = Caller(client, new_key(rooms))
        for name, content in (("nested.bpmn", NESTED), ("cold.bpmn", CONDITIONAL)):
            expect(made.call("POST", "/deployment/create", files={"f": (name, content)}), 200)
        yield made
    rooms.close()


def _refused(caller: Caller, method: str, path: str, **more: Any) -> tuple[int, str]:
    answer = caller.call(method, path, **more)
    return answer.status_code, answer.json()["type"]


def test_what_is_active_is_a_tree_in_which_a_sub_process_holds_its_activities(caller: Caller) -> None:
    key = caller.start("nested", amount=7)

    root = caller.get(f"/process-instance/{key}/activity-instances")

    children = {one["activityId"]: one for one in root["childActivityInstances"]}
    (inner,) = children["sub"]["childActivityInstances"]
    assert (root["id"], root["parentActivityInstanceId"], root["activityType"]) == (key, None, "processDefinition")
    assert set(children) == {"sub", "ship"}
    assert (inner["activityId"], inner["activityType"], inner["name"]) == ("approve", "userTask", "Approve")
    assert inner["parentActivityInstanceId"] == children["sub"]["id"]
    assert children["sub"]["parentActivityInstanceId"] == key
    assert root["childTransitionInstances"] == inner["childActivityInstances"] == []
    history = caller.get("/history/activity-instance", processInstanceId=key, unfinished="true")
    assert {one["id"] for one in history} == {children["sub"]["id"], children["ship"]["id"], inner["id"]}


def test_an_incident_stands_at_its_activity_and_goes_with_new_retries(caller: Caller) -> None:
    key = caller.start("nested", amount=7)
    (task,) = caller.get("/external-task", processInstanceId=key)

    expect(caller.call("PUT", "/external-task/retries", json={"retries": 0, "processInstanceIds": [key]}), 204)
    broken = caller.get(f"/process-instance/{key}/activity-instances")["childActivityInstances"]
    (incident,) = caller.get("/incident", processInstanceId=key)
    expect(caller.call("PUT", "/external-task/retries", json={"retries": 2, "externalTaskIds": [task["id"]]}), 204)
    mended = caller.get(f"/process-instance/{key}/activity-instances")["childActivityInstances"]

    of_ship = [one for one in broken if one["activityId"] == "ship"]
    assert of_ship[0]["incidentIds"] == [incident["id"]]
    assert of_ship[0]["incidents"] == [{"id": incident["id"], "activityId": "ship"}]
    assert [one["incidentIds"] for one in mended] == [[], []]
    assert caller.get(f"/external-task/{task['id']}")["retries"] == 2


def test_what_is_active_in_an_instance_that_is_over_or_unknown_is_not_found(caller: Caller) -> None:
    key = caller.start("nested", amount=7)
    expect(caller.call("DELETE", f"/process-instance/{key}"), 204)

    answers = [_refused(caller, "GET", f"/process-instance/{one}/activity-instances") for one in (key, "17")]

    assert answers == [(404, "InvalidRequestException")] * 2


def test_retries_of_several_tasks_are_set_of_all_or_of_none(caller: Caller) -> None:
    keys = [caller.start("nested", amount=n) for n in range(3)]
    tasks = [caller.get("/external-task", processInstanceId=key)[0]["id"] for key in keys]

    unknown = _refused(caller, "PUT", "/external-task/retries", json={"retries": 7, "externalTaskIds": [*tasks, "x"]})
    untouched = [caller.get(f"/external-task/{task}")["retries"] for task in tasks]
    body = {"retries": 7, "externalTaskQuery": {"topicName": "ship"}, "externalTaskIds": tasks[:1]}
    batch = expect(caller.call("POST", "/external-task/retries-async", json=body), 200).json()
    negative = _refused(caller, "PUT", "/external-task/retries", json={"retries": -1, "externalTaskIds": tasks})
    nobody = _refused(caller, "PUT", "/external-task/retries", json={"retries": 1})

    assert unknown == (404, "InvalidRequestException")
    assert untouched == [None, None, None]
    assert (batch["type"], batch["totalJobs"] >= 3) == ("set-external-task-retries", True)
    assert [caller.get(f"/external-task/{task}")["retries"] for task in tasks] == [7, 7, 7]
    assert negative == nobody == (400, "InvalidRequestException")


def test_variables_are_listed_with_where_they_belong(caller: Caller) -> None:
    key, other = caller.start("nested", amount=7, city="Oslo"), caller.start("nested", amount=8)

    shown = caller.get("/variable-instance", processInstanceIdIn=f"{key},{other},17", sortBy="variableName")
    by_name = caller.get("/variable-instance", processInstanceIdIn=key, variableNameLike="%it%")
    by_value = caller.get("/variable-instance", processInstanceIdIn=f"{key},{other}", variableValues="amount_eq_8")
    body = {"processInstanceIdIn": [key], "variableValues": [{"name": "amount", "operator": "eq", "value": 7}]}
    posted = expect(caller.call("POST", "/variable-instance", json=body), 200).json()
    local = caller.get("/variable-instance", processInstanceIdIn=key, variableScopeIdIn="approve")

    assert [(one["name"], one["value"]) for one in shown] == [
        ("amount", 7),
        ("amount", 8),
        ("city", "Oslo"),
        ("question", 7),
        ("question", 8),
    ]
    assert [one["name"] for one in by_name] == ["city"]
    assert [one["processInstanceId"] for one in by_value] == [other]
    assert [(one["type"], one["activityInstanceId"]) for one in posted] == [("Integer", key)]
    assert [(one["name"], one["activityInstanceId"]) for one in local] == [("question", "approve")]
    assert caller.get(f"/variable-instance/{local[0]['id']}") == local[0]
    assert caller.get("/variable-instance/count", processInstanceIdIn=key) == {"count": 3}
    assert _refused(caller, "GET", "/variable-instance") == (400, "InvalidRequestException")
    assert _refused(caller, "GET", f"/variable-instance/{key}:x:y") == (404, "InvalidRequestException")


def test_variables_of_the_history_are_those_of_several_instances(caller: Caller) -> None:
    key, other = caller.start("nested", amount=7), caller.start("nested", amount=8)
    expect(caller.call("DELETE", f"/process-instance/{other}"), 204)

    both = caller.get("/history/variable-instance", processInstanceIdIn=f"{key},{other}", variableName="amount")
    one = caller.get("/history/variable-instance", processInstanceId=key, variableNameLike="am%", variableValue="7")

    assert [entry["value"] for entry in both] == [7, 8]
    assert [entry["processInstanceId"] for entry in one] == [key]
    assert caller.get("/history/variable-instance/count", processInstanceId=key, variableTypeIn="integer")["count"] == 2
    assert caller.get("/history/activity-instance/count", processInstanceId=key, unfinished="true") == {"count": 3}
    assert caller.get("/history/variable-instance", processInstanceId="17") == []
    assert caller.get("/history/activity-instance", processInstanceId="17") == []


def test_a_task_tells_which_of_its_variables_are_its_own(caller: Caller) -> None:
    key = caller.start("nested", amount=7, city="Oslo")
    (task,) = caller.get("/task", processInstanceId=key)
    path = f"/task/{task['id']}"

    assert set(caller.get(f"{path}/form-variables")) == {"amount", "city", "question"}
    assert {name: one["value"] for name, one in caller.get(f"{path}/localVariables").items()} == {"question": 7}
    assert caller.get(f"{path}/localVariables/question")["value"] == 7
    assert caller.get(f"{path}/variables/city")["value"] == "Oslo"
    assert _refused(caller, "GET", f"{path}/localVariables/city") == (404, "InvalidRequestException")
    assert _refused(caller, "GET", "/task/17/localVariables") == (404, "InvalidRequestException")


def test_a_condition_that_becomes_true_starts_an_instance_under_its_business_key(caller: Caller) -> None:
    def ask(degrees: int) -> Any:
        body = {"variables": {"degrees": {"value": degrees, "type": "Integer"}}, "businessKey": f"d-{degrees}"}
        return caller.post("/condition", body, 200)

    warm, (cold,), still_cold = ask(20), ask(3), ask(2)
    one_definition = _refused(caller, "POST", "/condition", json={"processDefinitionId": "cold:1"})

    assert warm == still_cold == []
    assert (cold["definitionKey"], cold["businessKey"], cold["ended"]) == ("cold", "d-3", False)
    assert one_definition == (400, "InvalidRequestException")


@pytest.mark.parametrize("path", ["/process-definition/key/nested/start", "/variable-instance", "/signal"])
def test_half_of_a_character_is_refused_in_any_text(caller: Caller, path: str) -> None:
    body = {"variables": {"x": {"value": "\ud800", "type": "\ud800"}}, "name": "n", "processInstanceIdIn": ["\ud800"]}
    sent = json.dumps(body).encode()

    answer = caller.call("POST", path, content=sent, headers={"Content-Type": "application/json"})

    assert (answer.status_code, answer.json()["type"]) == (400, "InvalidRequestException")
    assert "TL-2924" in answer.json()["message"]
