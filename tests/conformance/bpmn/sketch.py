# SPDX-License-Identifier: Apache-2.0
"""Models for tests as plain BPMN XML with short lines for what is always the same.

`start s`, `end e`, `task a b`, `job a b` (a service task with a job of that type), `user u`, `xor g`, `and g`, `or g`
stand for elements; `s -> a -> e` for flows (their ids are `s_a`, `a_e`), `g -> a if x > 1` for one with a condition,
`g -> b default` for a default flow. All else is XML of the standard's namespace as it is.
"""

import re
from datetime import UTC, datetime
from itertools import pairwise

from taktloom.testing import Engine, Instance, Job

__all__ = ["NOW", "begin", "deployed", "job", "model", "process", "visits"]

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SIGNS = {"activated": "+", "completed": "-", "terminated": "~", "failed": "!"}
NAMESPACES = (
    'xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'
)
JOB = '<serviceTask id="{0}"><extensionElements><zeebe:taskDefinition type="{0}"/></extensionElements></serviceTask>'
ELEMENTS = {
    "start": '<startEvent id="{0}"/>',
    "end": '<endEvent id="{0}"/>',
    "task": '<task id="{0}"/>',
    "user": '<userTask id="{0}"/>',
    "job": JOB,
    "xor": '<exclusiveGateway id="{0}"/>',
    "and": '<parallelGateway id="{0}"/>',
    "or": '<inclusiveGateway id="{0}"/>',
}


def model(*processes: str, roots: str = "") -> str:
    """A file of processes; one without a `<process` around it is the process `p`. roots: messages, errors …"""
    parts = [
        text if text.lstrip().startswith(("<process", "<global", "<collab")) else process("p", text)
        for text in processes
    ]
    return f'<definitions {NAMESPACES} targetNamespace="http://t">{roots}{"".join(parts)}</definitions>'


def process(process_id: str, body: str) -> str:
    """An executable process of short lines."""
    text = "\n".join(_line(line.strip()) for line in body.splitlines())
    for source, flow in re.findall(
        r'<sequenceFlow (?:(?! default).)*?sourceRef="([^"]*)"[^>]*? default="([^"]*)"', text
    ):
        text = re.sub(rf'(<\w+ id="{re.escape(source)}")', rf'\1 default="{flow}"', text, count=1)
    text = re.sub(r'(<sequenceFlow [^>]*?) default="[^"]*"', r"\1", text)
    return f'<process id="{process_id}" isExecutable="true">{text}</process>'


def _line(line: str) -> str:
    word, _, rest = line.partition(" ")
    if word in ELEMENTS:
        return "".join(ELEMENTS[word].format(element_id) for element_id in rest.split())
    if " -> " not in line or line.startswith("<"):
        return line
    path, _, condition = line.partition(" if ")
    is_default = path.endswith(" default")
    nodes = path.removesuffix(" default").split(" -> ")
    flows = []
    for source, target in pairwise(nodes):
        flow = f"{source}_{target}"
        inside = (
            f'<conditionExpression xsi:type="tFormalExpression"><![CDATA[{condition}]]></conditionExpression>'
            if condition
            else ""
        )
        mark = f' default="{flow}"' if is_default else ""
        flows.append(
            f'<sequenceFlow id="{flow}" sourceRef="{source}" targetRef="{target}"{mark}>{inside}</sequenceFlow>'
        )
    return "".join(flows)


def deployed(*sources: str) -> Engine:
    """An engine with the files."""
    engine = Engine(NOW)
    engine.deploy(*sources)
    return engine


def begin(source: str, variables: dict[str, object] | None = None) -> tuple[Engine, Instance]:
    """An engine with the file, and an instance of its process `p`."""
    engine = deployed(source)
    return engine, engine.start("p", variables or {})


def job(engine: Engine, element_id: str) -> Job:
    """The oldest open job of the element."""
    return next(job for job in engine.jobs() if job.element_id == element_id)


def visits(instance: Instance) -> str:
    """The history: `+a` activated, `-a` completed, `~a` terminated, `!a` failed."""
    return " ".join(SIGNS[item.lifecycle] + item.element_id for item in instance.history)
