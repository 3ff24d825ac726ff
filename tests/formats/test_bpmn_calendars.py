# SPDX-License-Identifier: Apache-2.0
"""The attribute that names a business calendar is read and written."""

from taktloom.formats.bpmn import read_bpmn, write_bpmn
from taktloom.model.event_definitions import TimerDefinition
from taktloom.model.process import IntermediateCatchEvent, UserTask

FILE = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:t="urn:taktloom:bpmn:1"
  id="d" targetNamespace="x"><process id="p" isExecutable="true">
  <intermediateCatchEvent id="c"><timerEventDefinition t:calendar="office"><timeDuration>P2D</timeDuration>
  </timerEventDefinition></intermediateCatchEvent><userTask id="u" t:calendar="default"/>
</process></definitions>"""


def test_a_calendar_is_read_and_written_back() -> None:
    model = read_bpmn(FILE, name="p.bpmn")

    again = read_bpmn(write_bpmn(model), name="p.bpmn")

    for definitions in (model, again):
        catch, task = definitions.processes[0].nodes
        assert isinstance(catch, IntermediateCatchEvent)
        assert catch.definition == TimerDefinition(duration="P2D", calendar="office")
        assert isinstance(task, UserTask)
        assert task.calendar == "default"
