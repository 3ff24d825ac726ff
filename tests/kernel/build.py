# SPDX-License-Identifier: Apache-2.0
"""Small models in code: nodes, and flows as lines of text (`start > check > done`; their ids: `source-target`)."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

from taktloom.model.identifiers import ElementId, ProcessId
from taktloom.model.process import AnyFlowNode, ProcessDefinition, SequenceFlow, StartEvent, SubProcess

NO_CONDITIONS: Mapping[str, str] = {}


def flows_of(text: str, conditions: Mapping[str, str] = NO_CONDITIONS) -> tuple[SequenceFlow, ...]:
    """Flows in the order of the text."""
    found: list[SequenceFlow] = []
    for line in text.splitlines():
        ids = [part.strip() for part in line.split(">") if part.strip()]
        for source, target in pairwise(ids):
            flow_id = f"{source}-{target}"
            found.append(
                SequenceFlow(
                    id=ElementId(flow_id),
                    source=ElementId(source),
                    target=ElementId(target),
                    condition=conditions.get(flow_id),
                )
            )
    return tuple(found)


def process(
    *nodes: AnyFlowNode, flows: str, conditions: Mapping[str, str] = NO_CONDITIONS, **fields: object
) -> ProcessDefinition:
    """A process with the id `p`."""
    made = ProcessDefinition(id=ProcessId("p"), nodes=nodes, flows=flows_of(flows, conditions))
    return replace(made, **fields)  # type: ignore[arg-type]


def sub_process(name: str, *nodes: AnyFlowNode, flows: str) -> SubProcess:
    """An embedded sub-process."""
    return SubProcess(id=ElementId(name), nodes=nodes, flows=flows_of(flows))


def eid(name: str) -> ElementId:
    """An element id."""
    return ElementId(name)


def event_sub_process(name: str, start: StartEvent, *nodes: AnyFlowNode, flows: str) -> SubProcess:
    """An event sub-process with its start event first."""
    return SubProcess(id=ElementId(name), nodes=(start, *nodes), flows=flows_of(flows), triggered_by_event=True)
