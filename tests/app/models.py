# SPDX-License-Identifier: Apache-2.0
"""A small process and log for the tests of the doors."""

from pathlib import Path

from taktloom.app import logs
from taktloom.app.context import LOCAL_OPERATOR, Context
from taktloom.app.settings import Settings
from taktloom.app.wiring import Rooms

LOG_CSV = """case_id,activity,timestamp,resource
1,register,2026-01-01T09:00:00Z,ann
1,decide,2026-01-01T10:00:00Z,bob
2,register,2026-01-02T09:00:00Z,ann
2,decide,2026-01-02T12:00:00Z,bob
"""

# One user task for the group "counter", then one service task that needs a number, so that a text makes an incident.
PERMIT_BPMN = b"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="definitions" targetNamespace="urn:test">
  <bpmn:process id="permit" name="Permit" isExecutable="true">
    <bpmn:startEvent id="start"><bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>
    <bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="check" />
    <bpmn:userTask id="check" name="Check application">
      <bpmn:extensionElements>
        <zeebe:userTask />
        <zeebe:assignmentDefinition candidateGroups="counter" />
      </bpmn:extensionElements>
      <bpmn:incoming>f1</bpmn:incoming><bpmn:outgoing>f2</bpmn:outgoing>
    </bpmn:userTask>
    <bpmn:sequenceFlow id="f2" sourceRef="check" targetRef="register" />
    <bpmn:serviceTask id="register" name="Register permit">
      <bpmn:extensionElements><zeebe:taskDefinition type="register" retries="1" /></bpmn:extensionElements>
      <bpmn:incoming>f2</bpmn:incoming><bpmn:outgoing>f3</bpmn:outgoing>
    </bpmn:serviceTask>
    <bpmn:sequenceFlow id="f3" sourceRef="register" targetRef="end" />
    <bpmn:endEvent id="end"><bpmn:incoming>f3</bpmn:incoming></bpmn:endEvent>
  </bpmn:process>
</bpmn:definitions>
"""


def imported_file(folder: Path, text: str, *, name: str) -> Path:
    """Import a CSV text in rooms under *folder*; return the folder of the log, to be copied into other rooms."""
    (folder / "log.csv").write_text(text, encoding="utf-8")
    rooms = Rooms(Settings(data=folder / "data"))
    context = Context(principal=LOCAL_OPERATOR, rooms=rooms)
    record = logs.import_file(context, path=folder / "log.csv", request=logs.ImportRequest(name=name))
    made = rooms.logs.catalogue.folder / record.log_id
    rooms.close()
    return made
