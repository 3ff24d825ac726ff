# SPDX-License-Identifier: Apache-2.0
"""Small models as XML text for tests of the kit: the inside of one process, wrapped."""

from itertools import pairwise

NAMESPACES = (
    'xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" targetNamespace="urn:test"'
)


def definitions(inside: str) -> str:
    """A whole file."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<definitions {NAMESPACES}>{inside}</definitions>'


def model(inside: str, roots: str = "", process_id: str = "p") -> str:
    """A file with one executable process."""
    return definitions(f'{roots}<process id="{process_id}" isExecutable="true">{inside}</process>')


def flows(path: str) -> str:
    """Sequence flows along `a > b > c`, one path per line; their ids: `a-b`."""
    found = []
    for line in path.splitlines():
        ids = [part.strip() for part in line.split(">") if part.strip()]
        for source, target in pairwise(ids):
            found.append(f'<sequenceFlow id="{source}-{target}" sourceRef="{source}" targetRef="{target}"/>')
    return "".join(found)


def service(task_id: str, job_type: str = "") -> str:
    """A service task whose job type is its id unless said otherwise."""
    definition = f'<zeebe:taskDefinition type="{job_type or task_id}"/>'
    return f'<serviceTask id="{task_id}"><extensionElements>{definition}</extensionElements></serviceTask>'


def duration(text: str) -> str:
    """A timer definition."""
    return f"<timerEventDefinition><timeDuration>{text}</timeDuration></timerEventDefinition>"


def cycle(text: str) -> str:
    """A timer definition that fires again and again."""
    return f"<timerEventDefinition><timeCycle>{text}</timeCycle></timerEventDefinition>"


def script(task_id: str, expression: str = "=1", result: str = "x") -> str:
    """A FEEL script task."""
    inside = f'<zeebe:script expression="{expression}" resultVariable="{result}"/>'
    return f'<scriptTask id="{task_id}"><extensionElements>{inside}</extensionElements></scriptTask>'
