# SPDX-License-Identifier: Apache-2.0
"""The chain of elements in a process or sub-process."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self, TypeVar, Unpack

from lxml import etree

from taktloom.formats.bpmn.builder import fields as kinds
from taktloom.formats.bpmn.builder.ids import Ids
from taktloom.formats.bpmn.containers import with_flows
from taktloom.formats.bpmn.names import BPMN
from taktloom.model.errors import MisuseError
from taktloom.model.event_definitions import CompensateDefinition, EventDefinition
from taktloom.model.identifiers import ElementId
from taktloom.model.places import Place
from taktloom.model.process import (
    Activity,
    AdHocSubProcess,
    AnyFlowNode,
    BoundaryEvent,
    BusinessRuleTask,
    CallActivity,
    ComplexGateway,
    EndEvent,
    EventBasedGateway,
    ExclusiveGateway,
    FlowNode,
    InclusiveGateway,
    IntermediateCatchEvent,
    IntermediateThrowEvent,
    Lane,
    ManualTask,
    ParallelGateway,
    ReceiveTask,
    ScriptTask,
    SendTask,
    SequenceFlow,
    ServiceTask,
    StartEvent,
    SubProcess,
    Task,
    Transaction,
    UserTask,
)
from taktloom.model.process_data import (
    DataAssociation,
    DataElement,
    DataReference,
    DataSet,
    InputOutput,
    VariableMapping,
)

__all__ = ["ScopeBuilder"]

Kind = TypeVar("Kind", bound=FlowNode)


@dataclass(slots=True)
class _Pending:
    """What was said of the next flow."""

    condition: str | None = None
    name: str = ""
    is_default: bool = False


class ScopeBuilder:
    """Adds elements one after the other; every method gives the builder back."""

    def __init__(self, ids: Ids) -> None:
        self._ids = ids
        self._nodes: dict[ElementId, AnyFlowNode] = {}
        self._flows: list[SequenceFlow] = []
        self._lanes: dict[str, Lane] = {}
        self._lane: str | None = None
        self._data_objects: list[DataElement] = []
        self._references: dict[str, DataReference] = {}
        self._artifacts: list[str] = []
        self._last: ElementId | None = None
        self._pending = _Pending()

    @property
    def last(self) -> ElementId | None:
        """The id of the element that the chain goes on from."""
        return self._last

    # Where the chain goes on

    def at(self, element: str) -> Self:
        """Go on from the element with this id or name."""
        self._last, self._pending = self._find(element), _Pending()
        return self

    def apart(self) -> Self:
        """Go on without a flow from the last element: the next one begins a chain of its own."""
        self._last, self._pending = None, _Pending()
        return self

    def to(self, element: str) -> Self:
        """A flow from the last element to the one with this id or name, where the chain ends."""
        self._connect(self._find(element))
        self._last = None
        return self

    def when(self, condition: str, name: str = "") -> Self:
        """The condition, in FEEL, and name of the next flow."""
        self._pending = _Pending(condition, name)
        return self

    def otherwise(self, name: str = "") -> Self:
        """The next flow is the default."""
        self._pending = _Pending(None, name, is_default=True)
        return self

    def lane(self, name: str) -> Self:
        """The elements from here on are in the lane of this name."""
        self._lane = name
        if name not in self._lanes:
            self._lanes[name] = Lane(id=self._ids.take(None, f"lane {name}", "lane"), name=name)
        return self

    # Events

    def start(
        self, name: str = "", definition: EventDefinition | None = None, **given: Unpack[kinds.StartFields]
    ) -> Self:
        """A start event."""
        return self._add(StartEvent, "start", name, {**given, "definition": definition})

    def catch(self, definition: EventDefinition, name: str = "", **given: Unpack[kinds.StartFields]) -> Self:
        """An intermediate catch event."""
        return self._add(IntermediateCatchEvent, "catch", name, {**given, "definition": definition})

    def throw(
        self, definition: EventDefinition | None = None, name: str = "", **given: Unpack[kinds.ThrowFields]
    ) -> Self:
        """An intermediate throw event."""
        return self._add(IntermediateThrowEvent, "throw", name, {**given, "definition": definition})

    def end(
        self, name: str = "", definition: EventDefinition | None = None, **given: Unpack[kinds.ThrowFields]
    ) -> Self:
        """An end event, where the chain ends."""
        self._add(EndEvent, "end", name, {**given, "definition": definition})
        return self

    def boundary(self, definition: EventDefinition, name: str = "", **given: Unpack[kinds.BoundaryFields]) -> Self:
        """A boundary event of the last activity, or of the one named by *on*.

        What follows a compensation event is its handler; the chain ends there.
        """
        host = self._find(given.pop("on")) if "on" in given else self._current()
        self._last = None
        return self._add(BoundaryEvent, "boundary", name, {**given, "definition": definition, "attached_to": host})

    # Tasks

    def task(self, name: str = "", **given: Unpack[kinds.ActivityFields]) -> Self:
        """A task without a kind."""
        return self._add(Task, "task", name, given)

    def manual_task(self, name: str = "", **given: Unpack[kinds.ActivityFields]) -> Self:
        """A manual task."""
        return self._add(ManualTask, "task", name, given)

    def user_task(self, name: str = "", **given: Unpack[kinds.UserTaskFields]) -> Self:
        """A user task."""
        return self._add(UserTask, "task", name, given)

    def service_task(self, name: str = "", **given: Unpack[kinds.ServiceFields]) -> Self:
        """A service task."""
        return self._add(ServiceTask, "task", name, {"job_type": name, **given})

    def send_task(self, name: str = "", **given: Unpack[kinds.SendFields]) -> Self:
        """A send task."""
        return self._add(SendTask, "task", name, given)

    def receive_task(self, name: str = "", **given: Unpack[kinds.ReceiveFields]) -> Self:
        """A receive task."""
        return self._add(ReceiveTask, "task", name, given)

    def script_task(self, name: str = "", **given: Unpack[kinds.ScriptFields]) -> Self:
        """A script task."""
        return self._add(ScriptTask, "task", name, {"script": "", "result_variable": "", **given})

    def business_rule_task(self, name: str = "", **given: Unpack[kinds.RuleFields]) -> Self:
        """A business rule task."""
        return self._add(BusinessRuleTask, "task", name, {"decision_id": "", "result_variable": "", **given})

    def call_activity(self, name: str = "", **given: Unpack[kinds.CallFields]) -> Self:
        """A call of another process."""
        return self._add(CallActivity, "call", name, given)

    def call_task(self, name: str, task: AnyFlowNode, **given: Unpack[kinds.ActivityFields]) -> Self:
        """A call of the global task *task*."""
        return self._add(CallActivity, "call", name, {**given, "called_element": str(task.id), "called_task": task})

    # Sub-processes

    def sub_process(
        self, name: str, inner: Callable[["ScopeBuilder"], object], **given: Unpack[kinds.ActivityFields]
    ) -> Self:
        """An embedded sub-process: `sub_process("Pack", lambda inner: inner.start().task("Wrap").end())`."""
        return self._add(SubProcess, "sub", name, {**given, **self._contents(inner)})

    def event_sub_process(
        self, name: str, inner: Callable[["ScopeBuilder"], object], **given: Unpack[kinds.ActivityFields]
    ) -> Self:
        """An event sub-process; the chain stays where it is."""
        last, pending = self._last, self._pending
        self.apart()._add(SubProcess, "sub", name, {**given, "triggered_by_event": True, **self._contents(inner)})
        self._last, self._pending = last, pending
        return self

    def transaction(
        self, name: str, inner: Callable[["ScopeBuilder"], object], **given: Unpack[kinds.ActivityFields]
    ) -> Self:
        """A transaction."""
        return self._add(Transaction, "transaction", name, {**given, **self._contents(inner)})

    def ad_hoc(self, name: str, inner: Callable[["ScopeBuilder"], object], **given: Unpack[kinds.AdHocFields]) -> Self:
        """An ad-hoc sub-process; begin each chain in it with `apart`."""
        return self._add(AdHocSubProcess, "ad_hoc", name, {**given, **self._contents(inner)})

    # Gateways

    def exclusive(self, name: str = "", **given: Unpack[kinds.GatewayFields]) -> Self:
        """An exclusive gateway."""
        return self._add(ExclusiveGateway, "gateway", name, given)

    def parallel(self, name: str = "", **given: Unpack[kinds.GatewayFields]) -> Self:
        """A parallel gateway."""
        return self._add(ParallelGateway, "gateway", name, given)

    def inclusive(self, name: str = "", **given: Unpack[kinds.GatewayFields]) -> Self:
        """An inclusive gateway."""
        return self._add(InclusiveGateway, "gateway", name, given)

    def complex(
        self, name: str = "", activation_condition: str | None = None, **given: Unpack[kinds.GatewayFields]
    ) -> Self:
        """A complex gateway."""
        return self._add(ComplexGateway, "gateway", name, {**given, "activation_condition": activation_condition})

    def event_based(
        self,
        name: str = "",
        *,
        instantiate: bool = False,
        is_parallel: bool = False,
        **given: Unpack[kinds.GatewayFields],
    ) -> Self:
        """An event-based gateway."""
        behaviour = {"instantiate": instantiate, "is_parallel": is_parallel}
        return self._add(EventBasedGateway, "gateway", name, {**given, **behaviour})

    # Data and notes

    def data_object(self, name: str, *, is_collection: bool = False) -> Self:
        """A data object, and a reference to it by the same name."""
        item = DataElement(id=self._ids.take(None, f"data {name}", "data"), name=name, is_collection=is_collection)
        self._data_objects.append(item)
        self._references[name] = DataReference(id=self._ids.take(None, f"ref {name}", "ref"), target=item.id, name=name)
        return self

    def data_store(self, name: str) -> Self:
        """A data store of the file, and a reference to it."""
        self._references[name] = DataReference(
            id=self._ids.take(None, f"ref {name}", "ref"),
            target=ElementId(f"store_{name.replace(' ', '_')}"),
            name=name,
            is_store=True,
        )
        return self

    def reads(self, source: str, into: str = "", transformation: str | None = None) -> Self:
        """The last activity reads the data object or store *source* as its data input *into*."""
        node = self._activity("reads")
        io = node.io or InputOutput()
        item = self._data_item(into or source, "input")
        association = DataAssociation(
            id=self._ids.take(None, f"{node.id} reads {item.id}", "association"),
            sources=(self._reference(source).id,),
            target=item.id,
            transformation=transformation,
        )
        io = _with_sets(node.id, replace(io, inputs=(*io.inputs, item)))
        self._put(replace(node, io=io, data_inputs=(*node.data_inputs, association)))
        return self

    def writes(self, target: str, name: str = "", transformation: str | None = None) -> Self:
        """The last activity writes its data output *name* to the data object or store *target*."""
        node = self._activity("writes")
        io = node.io or InputOutput()
        item = self._data_item(name or target, "output")
        association = DataAssociation(
            id=self._ids.take(None, f"{node.id} writes {item.id}", "association"),
            sources=(item.id,),
            target=self._reference(target).id,
            transformation=transformation,
        )
        io = _with_sets(node.id, replace(io, outputs=(*io.outputs, item)))
        self._put(replace(node, io=io, data_outputs=(*node.data_outputs, association)))
        return self

    def note(self, text: str) -> Self:
        """A text annotation of the last element."""
        annotation = etree.Element(f"{{{BPMN}}}textAnnotation", id=self._ids.take(None, "note", "note"))
        etree.SubElement(annotation, f"{{{BPMN}}}text").text = text
        self._artifacts.append(etree.tostring(annotation, encoding="unicode"))
        self._associate(self._current(), ElementId(str(annotation.get("id"))))
        return self

    # Inside

    def _add(self, kind: type[Kind], label: str, name: str, given: Mapping[str, Any]) -> Self:
        values = {key: value for key, value in given.items() if value is not None}
        node_id = self._ids.take(values.pop("id", None), name, label)
        for key in ("inputs", "outputs"):
            if key in values:
                values[key] = tuple(VariableMapping(source=s, target=t) for t, s in values[key].items())
        if "properties" in values:
            values["properties"] = tuple(self._data_item(item, "property") for item in values["properties"])
        host = self._compensated()
        if host is not None:
            values["is_for_compensation"] = True
        node: Any = kind(id=node_id, name=name, **values)
        self._put(node)
        if self._lane is not None:
            lane = self._lanes[self._lane]
            self._lanes[self._lane] = replace(lane, nodes=(*lane.nodes, node_id))
        self._join(node_id, host)
        return self

    def _join(self, node_id: ElementId, host: BoundaryEvent | None) -> None:
        """Connect the new element with the last one, or a compensation event with its handler."""
        if host is not None:
            self._put(replace(host, compensation_handler=node_id))
            self._associate(host.id, node_id)
            self._last = None
            return
        if self._last is not None and not isinstance(self._nodes[self._last], EndEvent):
            self._connect(node_id)
        self._last = node_id

    def _compensated(self) -> BoundaryEvent | None:
        last = None if self._last is None else self._nodes[self._last]
        is_compensation = isinstance(last, BoundaryEvent) and isinstance(last.definition, CompensateDefinition)
        return last if isinstance(last, BoundaryEvent) and is_compensation else None

    def _connect(self, target: ElementId) -> None:
        source, pending = self._current(), self._pending
        flow_id = self._ids.take(None, f"{source}_to_{target}", "flow")
        self._flows.append(
            SequenceFlow(id=flow_id, source=source, target=target, name=pending.name, condition=pending.condition)
        )
        if pending.is_default:
            node: Any = self._nodes[source]
            self._put(replace(node, default_flow=flow_id))
        self._pending = _Pending()

    def _associate(self, source: ElementId, target: ElementId) -> None:
        association = etree.Element(
            f"{{{BPMN}}}association",
            id=self._ids.take(None, f"{source}_with_{target}", "association"),
            sourceRef=source,
            targetRef=target,
        )
        if target in self._nodes:
            association.set("associationDirection", "One")
        self._artifacts.append(etree.tostring(association, encoding="unicode"))

    def _contents(self, inner: Callable[["ScopeBuilder"], object]) -> dict[str, Any]:
        scope = ScopeBuilder(self._ids)
        inner(scope)
        return scope.contents()

    def contents(self) -> dict[str, Any]:
        """The fields of a process or sub-process that hold what was added."""
        return {
            "nodes": tuple(with_flows(self._nodes.values(), self._flows)),
            "flows": tuple(self._flows),
            "lanes": tuple(self._lanes.values()),
            "data_objects": tuple(self._data_objects),
            "data_references": tuple(self._references.values()),
            "artifacts": tuple(self._artifacts),
        }

    def _data_item(self, name: str, kind: str) -> DataElement:
        return DataElement(id=self._ids.take(None, f"{kind} {name}", kind), name=name)

    def _reference(self, name: str) -> DataReference:
        found = self._references.get(name)
        if found is None:
            raise _misuse(f"There is no data object or store '{name}' in this scope.", "Add it first.")
        return found

    def _activity(self, action: str) -> Any:
        node = self._nodes[self._current()]
        if not isinstance(node, Activity):
            raise _misuse(f"'{node.id}' is no activity, so it {action} no data.", "Say it behind an activity.")
        return node

    def _put(self, node: Any) -> None:
        self._nodes[node.id] = node

    def _current(self) -> ElementId:
        if self._last is None:
            raise _misuse("There is no last element.", "Add one, or name one by `at`.")
        return self._last

    def _find(self, element: str) -> ElementId:
        if element in self._nodes:
            return ElementId(element)
        named = [node.id for node in self._nodes.values() if node.name == element]
        if len(named) != 1:
            raise _misuse(
                f"{len(named)} elements of this scope have the id or name '{element}'.", "Name an element by its id."
            )
        return named[0]


def _with_sets(node: ElementId, io: InputOutput) -> InputOutput:
    """One set of all inputs and one of all outputs, which the schema asks for."""
    inputs = DataSet(id=ElementId(f"{node}_inputs"), elements=tuple(item.id for item in io.inputs))
    outputs = DataSet(id=ElementId(f"{node}_outputs"), elements=tuple(item.id for item in io.outputs))
    return replace(io, input_sets=(inputs,), output_sets=(outputs,))


def _misuse(cause: str, remedy: str) -> MisuseError:
    return MisuseError(cause, Place(), remedy)
