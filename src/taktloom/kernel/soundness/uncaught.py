# SPDX-License-Identifier: Apache-2.0
"""Errors and escalations that the model throws and nothing catches.

What is thrown goes outwards: the event sub-processes of its scope, the boundary events of the activity around it, and
so on to the process, and from there to the call activities of the processes deployed with it. A process that can be
called may be called from files that nobody shows us: what leaves it uncaught is told of as an information. It is a
warning only where no process on the way can be called, since it then begins with a message, a timer, a signal.
Source: BPMN 2.0.2, 10.5.6.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from taktloom.kernel.rules import Container
from taktloom.kernel.soundness.findings import said
from taktloom.kernel.soundness.rules import (
    ERROR_LEFT_TO_CALLER,
    ERROR_NEVER_CAUGHT,
    ESCALATION_LEFT_TO_CALLER,
    ESCALATION_NEVER_CAUGHT,
)
from taktloom.model.event_definitions import (
    ErrorDefinition,
    EscalationDefinition,
    EventDefinition,
    SingleDefinition,
    single_definitions,
)
from taktloom.model.findings import Finding
from taktloom.model.identifiers import ElementId
from taktloom.model.process import CallActivity, FlowNode, ProcessDefinition, StartEvent, SubProcess
from taktloom.model.rules import Rule

__all__ = ["Surroundings", "uncaught"]

Thrown = ErrorDefinition | EscalationDefinition
_RULES: Mapping[tuple[type[Thrown], bool], Rule] = {  # by what is thrown, and whether somebody elsewhere may catch it
    (ErrorDefinition, False): ERROR_NEVER_CAUGHT,
    (ErrorDefinition, True): ERROR_LEFT_TO_CALLER,
    (EscalationDefinition, False): ESCALATION_NEVER_CAUGHT,
    (EscalationDefinition, True): ESCALATION_LEFT_TO_CALLER,
}
Owner = ProcessDefinition | SubProcess


class Surroundings:
    """Where everything of the processes that are deployed together stands."""

    def __init__(self, containers: Sequence[Container]) -> None:
        self.by_owner = {id(container.owner): container for container in containers}
        self.calls = [(each, call) for each in containers for call in each.of(CallActivity)]

    def around(self, container: Container) -> Container:
        """Where the container's sub-process stands."""
        return self.by_owner[id(container.around[-1])]

    def calls_of(self, process_id: str) -> Iterator[tuple[Container, CallActivity]]:
        """The call activities that call it or may, their element being worked out at run time."""
        return ((each, call) for each, call in self.calls if call.called_element == process_id or _is_open(call))


def uncaught(
    throws: Iterable[tuple[Container, FlowNode, SingleDefinition]], surroundings: Surroundings
) -> Iterator[Finding]:
    """A finding for each error or escalation that goes outwards from its thrower and meets nothing that catches it."""
    for container, thrower, one in throws:
        if not isinstance(one, Thrown) or (one.code or "").startswith("="):
            continue
        if _catches(container.boundaries.get(thrower.id, ()), one):  # of a loop that throws for its instances
            continue
        passed: dict[str, ProcessDefinition] = {}
        if not _is_caught(container, one, surroundings, passed):
            may_be_called = any(_can_be_called(process) for process in passed.values())
            yield said(_RULES[type(one), may_be_called], thrower, code=one.code or "")


def _is_caught(
    container: Container, one: Thrown, surroundings: Surroundings, passed: dict[str, ProcessDefinition]
) -> bool:
    """Whether something catches what leaves the nodes of *container*. passed: processes that were looked at."""
    thrown_in: Owner | None = None
    while True:
        handlers = (each for each in container.of(SubProcess) if each.triggered_by_event and each is not thrown_in)
        starts = (node for each in handlers for node in each.nodes if isinstance(node, StartEvent))
        if _catches(starts, one):
            return True
        if container.is_process:
            break
        thrown_in, container = container.owner, surroundings.around(container)
        if _catches(container.boundaries.get(ElementId(thrown_in.id), ()), one):
            return True
    if container.owner.id in passed:
        return False
    passed[container.owner.id] = container.definition
    return any(
        _catches(each.boundaries.get(call.id, ()), one) or _is_caught(each, one, surroundings, passed)
        for each, call in surroundings.calls_of(container.owner.id)
    )


def _can_be_called(process: ProcessDefinition) -> bool:
    """Whether a call activity can start it: at a none start event, or without any (BPMN 2.0.2, 10.3.6)."""
    starts = [node for node in process.nodes if isinstance(node, StartEvent)]
    if starts:
        return any(start.definition is None for start in starts)
    return not any(getattr(node, "instantiate", False) for node in process.nodes)


def _catches(events: Iterable[FlowNode], one: Thrown) -> bool:
    """Whether one of the events waits for this error or escalation."""
    for event in events:
        definition: EventDefinition | None = getattr(event, "definition", None)
        for caught in single_definitions(definition):
            if type(caught) is type(one) and getattr(caught, "code", None) in {None, one.code}:
                return True
    return False


def _is_open(call: CallActivity) -> bool:
    return (call.called_element or "").startswith("=")
