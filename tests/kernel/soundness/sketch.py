# SPDX-License-Identifier: Apache-2.0
"""Control flow as one text: `s > x1 > a > x2 > e; x1 > b > x2`. The first letter of an id says what it is.

s start, e end, x exclusive, p parallel, o inclusive, c complex, g event-based gateway, k terminate end event,
everything else a task.
"""

from collections.abc import Callable, Mapping

from taktloom.model.event_definitions import TerminateDefinition
from taktloom.model.identifiers import ElementId
from taktloom.model.process import (
    AnyFlowNode,
    ComplexGateway,
    EndEvent,
    EventBasedGateway,
    ExclusiveGateway,
    InclusiveGateway,
    ParallelGateway,
    ProcessDefinition,
    StartEvent,
    Task,
)
from tests.kernel.build import flows_of, process

KINDS: Mapping[str, Callable[[ElementId], AnyFlowNode]] = {
    "s": lambda name: StartEvent(id=name),
    "e": lambda name: EndEvent(id=name),
    "k": lambda name: EndEvent(id=name, definition=TerminateDefinition()),
    "x": lambda name: ExclusiveGateway(id=name),
    "p": lambda name: ParallelGateway(id=name),
    "o": lambda name: InclusiveGateway(id=name),
    "c": lambda name: ComplexGateway(id=name),
    "g": lambda name: EventBasedGateway(id=name),
}


def sketch(text: str, *others: AnyFlowNode) -> ProcessDefinition:
    """The process that the text draws; *others* stand for their ids."""
    lines = "\n".join(line.strip() for line in text.split(";"))
    given = {node.id: node for node in others}
    ids = dict.fromkeys(part for flow in flows_of(lines) for part in (flow.source, flow.target))
    nodes = [given.pop(name) if name in given else node_of(name) for name in ids]
    return process(*nodes, *given.values(), flows=lines)


def node_of(name: ElementId) -> AnyFlowNode:
    """By its first letter."""
    make = KINDS.get(name[0])
    return Task(id=name) if make is None else make(name)
