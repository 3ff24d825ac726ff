# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: E501  (lines of models)
"""Parts of models that combinations of elements are written with, and how one is played."""

from pathlib import Path
from typing import TypeAlias

from tests.conformance.bpmn.scenario import Stage, follow
from tests.conformance.bpmn.sketch import model

Combination: TypeAlias = tuple[tuple[str, ...], str]
"""the processes in the lines of `sketch`, and a scenario"""

ROOTS = (
    '<message id="m" name="Msg"/><message id="n" name="Note"/><signal id="sg" name="Sig"/><error id="e1" errorCode="E1"/>'
    '<error id="e2" errorCode="E2"/><escalation id="x1" escalationCode="X1"/><escalation id="x2" escalationCode="X2"/>'
)
TWICE = "<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>"
ONE_BY_ONE = '<multiInstanceLoopCharacteristics isSequential="true"><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>'
MSG = '<messageEventDefinition messageRef="m"/>'
NOTE = '<messageEventDefinition messageRef="n"/>'
SIG = '<signalEventDefinition signalRef="sg"/>'
HOUR = "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>"
HOURLY = "<timerEventDefinition><timeCycle>R/PT1H</timeCycle></timerEventDefinition>"
X1 = '<escalationEventDefinition escalationRef="x1"/>'
X2 = '<escalationEventDefinition escalationRef="x2"/>'
E1 = '<errorEventDefinition errorRef="e1"/>'
LINK = '<linkEventDefinition name="L"/>'
UNDO = "<compensateEventDefinition/>"
END_ALL = "<terminateEventDefinition/>"
E2 = '<errorEventDefinition errorRef="e2"/>'


def condition(text: str) -> str:
    return f"<conditionalEventDefinition><condition>{text}</condition></conditionalEventDefinition>"


def boundary(name: str, host: str, what: str, *, interrupts: bool = True) -> str:
    mark = "" if interrupts else ' cancelActivity="false"'
    return f'<boundaryEvent id="{name}" attachedToRef="{host}"{mark}>{what}</boundaryEvent>'


def catch(name: str, what: str) -> str:
    return f'<intermediateCatchEvent id="{name}">{what}</intermediateCatchEvent>'


def throw(name: str, what: str) -> str:
    return f'<intermediateThrowEvent id="{name}">{what}</intermediateThrowEvent>'


def ending(name: str, what: str) -> str:
    return f'<endEvent id="{name}">{what}</endEvent>'


def starting(name: str, what: str, *, interrupts: bool = True) -> str:
    mark = "" if interrupts else ' isInterrupting="false"'
    return f'<startEvent id="{name}"{mark}>{what}</startEvent>'


def sub(name: str, body: str, more: str = "", kind: str = "subProcess", attributes: str = "") -> str:
    return f'<{kind} id="{name}"{attributes}>{more}\n{body}\n</{kind}>'


def handler(name: str, start: str, body: str) -> str:
    return f'<subProcess id="{name}" triggeredByEvent="true">\n{start}\n{body}\n</subProcess>'


INNER = f"start is\n{ending('ix', X1)}\nis -> ix"


def play_combination(sentence: str, combination: Combination) -> int:
    """Do what the scenario says, comparing every line of it with the history; how many visits there were."""
    processes, scenario = combination
    stage = Stage(Path(sentence))
    stage.engine.deploy(model(*processes, roots=ROOTS))
    follow(stage, scenario)
    return sum(len(instance.history) for instance in stage.engine.instances())
