# SPDX-License-Identifier: Apache-2.0
"""Root elements that a written file needs: those of the file that was read, and new ones for what the model says anew.

A kept message, signal, error or event definition is used again if it still says what the model says; else the model's
own is added under a new id.
"""

import re
from collections.abc import Iterator, Mapping

from lxml import etree

from taktloom.formats.bpmn.definitions import DEFINITION_READERS, read_message_root, read_single_definition
from taktloom.formats.bpmn.index import index_file
from taktloom.formats.bpmn.kept import foreign_element, is_same
from taktloom.formats.bpmn.names import ZEEBE, bpmn, local_name
from taktloom.formats.bpmn.node_writer import GLOBAL_NAMES, XML_NAMES, node_element
from taktloom.formats.bpmn.parts_writer import add, write_expression, write_single
from taktloom.formats.bpmn.reading import Reading
from taktloom.model.event_definitions import (
    DefinitionIdentity,
    ErrorDefinition,
    EscalationDefinition,
    EventDefinition,
    MessageDefinition,
    SignalDefinition,
    SingleDefinition,
    single_definitions,
)
from taktloom.model.identifiers import ElementId
from taktloom.model.process import AnyFlowNode, CallActivity, Definitions, ProcessDefinition, SubProcess

__all__ = ["Roots", "all_nodes"]

_VALUES: Mapping[type[DefinitionIdentity], tuple[str, str]] = {
    SignalDefinition: ("signal", "name"),
    ErrorDefinition: ("error", "errorCode"),
    EscalationDefinition: ("escalation", "escalationCode"),
}


class Roots:
    """Hands out ids of root elements while processes are written, and gives the elements at the end."""

    def __init__(self, definitions: Definitions, namespaces: Mapping[str, str]) -> None:
        self.kept = [foreign_element(text) for text in definitions.roots]
        self._holder = etree.Element(bpmn("definitions"), nsmap=namespaces)
        self._taken = _used_ids(definitions, self.kept)
        self._by_id = {str(element.get("id")): element for element in self.kept if element.get("id")}
        self._reading = Reading(source="", roots=dict(self._by_id), language="")
        for element in self.kept:
            index_file(self._reading, element)
        self._messages: dict[MessageDefinition, str] = {}
        self._values: dict[tuple[str, str], str] = {}
        self._shared: dict[str, SingleDefinition] = {}
        self._retrievals: dict[ElementId, list[tuple[str, str]]] = {}

    def message(self, definition: MessageDefinition) -> str:
        """Id of the message's root element."""
        if definition.root_id is None and not definition.name:
            return ""
        kept = self._by_id.get(definition.root_id or "")
        if kept is not None and is_same(_bare(read_message_root(self._reading, kept)), _bare(definition)):
            return str(definition.root_id)
        if definition not in self._messages:
            message_id = self._new_id("Message", definition.name, definition.root_id)
            self._messages[definition] = message_id
            for name, path in definition.retrievals:
                self._retrievals.setdefault(name, []).append((message_id, path))
        return self._messages[definition]

    def named(self, definition: SingleDefinition) -> str:
        """Id of the signal, error or escalation; "" for one that has no name or code."""
        kind, attribute = _VALUES[type(definition)]
        value = str(getattr(definition, "name" if kind == "signal" else "code") or "")
        kept = self._by_id.get(definition.root_id or "")
        if kept is not None and _value_of(kept, kind, attribute) == value:
            return str(definition.root_id)
        if not value:
            return ""
        if (kind, value) not in self._values:
            self._values[kind, value] = self._new_id(kind.capitalize(), value, definition.root_id)
        return self._values[kind, value]

    def shared(self, definition: SingleDefinition) -> str:
        """Id of the definition among the root elements; "" where it stands at its event."""
        if definition.shared_id is None:
            return ""
        kept = self._by_id.get(definition.shared_id)
        if kept is not None:
            is_definition = local_name(kept.tag) in DEFINITION_READERS
            fits = is_definition and is_same(
                read_single_definition(self._reading, kept, definition.shared_id), definition
            )
            return definition.shared_id if fits else ""
        known = self._shared.setdefault(definition.shared_id, definition)
        return definition.shared_id if known == definition else ""

    def behavior(self, definition: EventDefinition) -> str:
        """Id of a definition that multi-instance characteristics name."""
        (single, *_) = single_definitions(definition)
        found = self.shared(single)
        if found:
            return found
        for name, known in self._shared.items():
            if known == single:
                return name
        name = self._new_id("EventDefinition", type(single).__name__.removesuffix("Definition"), None)
        self._shared[name] = single
        return name

    def elements(self, processes: tuple[ProcessDefinition, ...]) -> list[etree._Element]:
        """The new root elements, for all that was asked for and for global tasks and data stores of the processes."""
        holder = self._holder
        for name, definition in list(self._shared.items()):
            write_single(holder, definition, self, name)
        for message, message_id in self._messages.items():
            _write_message(holder, message, message_id)
        for (kind, value), element_id in self._values.items():
            attributes = {"signal": {}, "error": {"errorCode": value}, "escalation": {"escalationCode": value}}[kind]
            add(holder, kind, id=element_id, name=value, **attributes)
        self._write_correlation(processes)
        self._write_called(processes)
        return list(holder)

    def _write_correlation(self, processes: tuple[ProcessDefinition, ...]) -> None:
        for name, paths in self._retrievals.items():
            if name in self._by_id:
                continue
            element = add(self._holder, "correlationProperty", id=name, name=name)
            for message_id, path in paths:
                retrieval = add(element, "correlationPropertyRetrievalExpression", messageRef=message_id)
                write_expression(retrieval, "messagePath", path)
        del processes

    def _write_called(self, processes: tuple[ProcessDefinition, ...]) -> None:
        written = set(self._by_id)
        for process in processes:
            for owner in containers_of(process):
                for store in owner.data_references:
                    # A file that was read may name a store that it has not; that is for the rules to say.
                    is_missing = store.is_store and store.target not in written and store.id not in owner.order
                    if is_missing and store.target:
                        written.add(store.target)
                        add(self._holder, "dataStore", id=store.target, name=store.name or store.target)
            for node in all_nodes(process):
                task = node.called_task if isinstance(node, CallActivity) else None
                if task is not None and task.id not in written:
                    written.add(task.id)
                    name = GLOBAL_NAMES[XML_NAMES[type(task)]]
                    self._holder.append(node_element(task, self, name=name))

    def _new_id(self, kind: str, name: str, wished: ElementId | None) -> str:
        base = f"{kind}_{re.sub(r'[^A-Za-z0-9_-]', '_', name)}"
        candidate, number = str(wished or base), 2
        while candidate in self._taken:
            candidate, number = f"{base}_{number}", number + 1
        self._taken.add(candidate)
        return candidate


def all_nodes(owner: ProcessDefinition | SubProcess) -> Iterator[AnyFlowNode]:
    """All flow nodes in a process or sub-process, those of inner sub-processes too."""
    pending: list[AnyFlowNode] = list(reversed(owner.nodes))
    while pending:
        node = pending.pop()
        yield node
        if isinstance(node, SubProcess):
            pending.extend(reversed(node.nodes))


def containers_of(process: ProcessDefinition) -> Iterator[ProcessDefinition | SubProcess]:
    """The process and all its sub-processes."""
    yield process
    yield from (node for node in all_nodes(process) if isinstance(node, SubProcess))


def _bare(definition: MessageDefinition) -> tuple[str, str | None, object]:
    return definition.name, definition.correlation_key, definition.retrievals


def _value_of(element: etree._Element, kind: str, attribute: str) -> str | None:
    if element.tag != bpmn(kind):
        return None
    if kind == "signal":
        return (element.get("name") or element.get("id") or "").strip()
    return element.get(attribute) or ""


def _write_message(holder: etree._Element, definition: MessageDefinition, message_id: str) -> None:
    element = add(holder, "message", id=message_id, name=definition.name)
    if definition.correlation_key is not None:
        extensions = add(element, "extensionElements")
        etree.SubElement(extensions, f"{{{ZEEBE}}}subscription", correlationKey=definition.correlation_key)


def _used_ids(definitions: Definitions, kept: list[etree._Element]) -> set[str]:
    found = {definitions.id}
    for process in definitions.processes:
        found.add(process.id)
        for owner in containers_of(process):
            found.update(lane.id for lane in owner.lanes)
            found.update(node.id for node in owner.nodes)
            found.update(flow.id for flow in owner.flows)
            found.update(item.id for item in owner.data_objects)
            found.update(item.id for item in owner.data_references)
    for element in kept:
        found.update(str(part.get("id")) for part in element.iter() if part.get("id"))
    return found
