# SPDX-License-Identifier: Apache-2.0
"""A process in code."""

from typing import Self, TypedDict, Unpack

from taktloom.formats.bpmn.builder.files import file
from taktloom.formats.bpmn.builder.ids import Ids
from taktloom.formats.bpmn.builder.scopes import ScopeBuilder
from taktloom.model.identifiers import ElementId, ProcessId
from taktloom.model.process import EventAttribute, Form, ProcessDefinition
from taktloom.model.process_data import CorrelationSubscription, DataElement

__all__ = ["ProcessBuilder", "process"]


class ProcessFields(TypedDict, total=False):
    """What may be said of a process."""

    version_tag: str
    is_executable: bool
    documentation: str
    forms: tuple[Form, ...]
    case_attributes: tuple[EventAttribute, ...]


class ProcessBuilder(ScopeBuilder):
    """Adds elements to a process; `build` gives it, `xml` the file."""

    def __init__(self, process_id: str, name: str, ids: Ids, given: ProcessFields) -> None:
        super().__init__(ids)
        self.ids = ids
        self.id = ProcessId(ids.take(process_id, "", "process"))
        self._name, self._given = name, given
        self._subscriptions: list[CorrelationSubscription] = []
        self._properties: list[DataElement] = []

    def property(self, *names: str) -> Self:
        """BPMN properties of the process."""
        self._properties.extend(self._data_item(name, "property") for name in names)
        return self

    def subscribes(self, key: str, **bindings: str) -> Self:
        """Binds the properties of the correlation key *key* to process data, in FEEL."""
        self._subscriptions.append(
            CorrelationSubscription(
                id=self._ids.take(None, f"subscription {key}", "subscription"),
                key=ElementId(key),
                bindings=tuple((ElementId(name), path) for name, path in bindings.items()),
            )
        )
        return self

    def build(self) -> ProcessDefinition:
        """The process."""
        return ProcessDefinition(
            id=self.id,
            name=self._name,
            properties=tuple(self._properties),
            correlation_subscriptions=tuple(self._subscriptions),
            **self._given,
            **self.contents(),
        )

    def xml(self) -> bytes:
        """A BPMN file with this process and its drawing."""
        return file(self.build()).xml()


def process(
    process_id: str, name: str = "", *, beside: ProcessBuilder | None = None, **given: Unpack[ProcessFields]
) -> ProcessBuilder:
    """Begin a process. beside: another process of the same file, so that their ids differ."""
    return ProcessBuilder(process_id, name, Ids() if beside is None else beside.ids, given)
