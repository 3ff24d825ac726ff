# SPDX-License-Identifier: Apache-2.0
"""A BPMN file in code: processes, pools, message flows and correlation keys."""

from dataclasses import replace
from typing import Self

from taktloom.formats.bpmn.writer import write_bpmn
from taktloom.formats.layout import layout_definitions
from taktloom.model.collaboration import Collaboration, MessageFlow, Participant
from taktloom.model.identifiers import ElementId
from taktloom.model.process import Definitions, ProcessDefinition
from taktloom.model.process_data import CorrelationKey

__all__ = ["FileBuilder", "file"]


class FileBuilder:
    """Puts processes together; `build` gives the model with a drawing, `xml` the file."""

    def __init__(self, processes: tuple[ProcessDefinition, ...]) -> None:
        self._processes = processes
        self._pools: list[Participant] = []
        self._messages: list[MessageFlow] = []
        self._keys: list[CorrelationKey] = []

    def pool(self, name: str, process: ProcessDefinition | None = None, *, id: str = "") -> Self:  # noqa: A002
        """A pool for a process of the file, or of another party (a black box)."""
        pool_id = ElementId(id or f"pool_{len(self._pools) + 1}")
        self._pools.append(Participant(id=pool_id, name=name, process=None if process is None else process.id))
        return self

    def message_flow(self, source: str, target: str, name: str = "") -> Self:
        """A message from one element or pool to another in another pool, by their ids."""
        flow_id = ElementId(f"message_flow_{len(self._messages) + 1}")
        self._messages.append(MessageFlow(id=flow_id, source=ElementId(source), target=ElementId(target), name=name))
        return self

    def correlation_key(self, key: str, *properties: str) -> Self:
        """A key of the conversation: its correlation properties in order."""
        self._keys.append(CorrelationKey(id=ElementId(key), name=key, properties=tuple(map(ElementId, properties))))
        return self

    def build(self) -> Definitions:
        """The model with a drawing."""
        definitions = Definitions(processes=self._processes)
        if self._pools or self._keys:
            collaboration = Collaboration(
                id=ElementId("collaboration"),
                participants=tuple(
                    self._pools or (Participant(id=ElementId(f"pool_{p.id}"), process=p.id) for p in self._processes)
                ),
                message_flows=tuple(self._messages),
                correlation_keys=tuple(self._keys),
            )
            members = {pool.process for pool in collaboration.participants}
            processes = tuple(
                replace(process, correlation_keys=tuple(self._keys)) if process.id in members else process
                for process in self._processes
            )
            definitions = Definitions(processes=processes, collaborations=(collaboration,))
        return replace(definitions, diagram=layout_definitions(definitions))

    def xml(self) -> bytes:
        """The file."""
        return write_bpmn(self.build())


def file(*processes: ProcessDefinition) -> FileBuilder:
    """Begin a file with these processes."""
    return FileBuilder(processes)
