# SPDX-License-Identifier: Apache-2.0
"""Errors and escalations that the model throws and nothing catches.

What is thrown goes outwards: the event sub-processes of its scope, the boundary events of the activity around it, and
so on to the process, and from there to the call activities of the processes deployed with it.
Source: BPMN 2.0.2, 10.5.6.
"""

from collections.abc import Iterable, Iterator, Sequence

from taktloom.kernel.rules import Container
from taktloom.kernel.soundness.findings import said
from taktloom.kernel.soundness.rules import ERROR_NEVER_CAUGHT, ESCALATION_NEVER_CAUGHT
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

__all__ = ["Surroundings", "uncaught"]

Thrown = ErrorDefinition | EscalationDefinition
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
    """A warning for each error or escalation that goes outwards from its thrower and meets nothing that catches it."""
    for container, thrower, one in throws:
        if not isinstance(one, Thrown) or (one.code or "").startswith("="):
            continue
        if _catches(container.boundaries.get(thrower.id, ()), one):  # of a loop that throws for its instances
            continue
        if not _is_caught(container, one, surroundings, set()):
            rule = ERROR_NEVER_CAUGHT if isinstance(one, ErrorDefinition) else ESCALATION_NEVER_CAUGHT
            yield said(rule, thrower, code=one.code or "")


def _is_caught(container: Container, one: Thrown, surroundings: Surroundings, passed: set[str]) -> bool:
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
    passed.add(container.owner.id)
    return any(
        _catches(each.boundaries.get(call.id, ()), one) or _is_caught(each, one, surroundings, passed)
        for each, call in surroundings.calls_of(container.owner.id)
    )


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
