# SPDX-License-Identifier: Apache-2.0
"""Rules that can only be seen in the file: ids, references between elements, collaborations, what associations lead to.

A breach inside a process refuses that process, any other refuses all processes of the file. References whose prefix
names another namespace than the file's own are to imported files and are not looked at.
Source: BPMN 2.0.2, 8.1 (ids and references), 9 (collaboration), 10.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from lxml import etree

from taktloom.formats.bpmn.names import BPMN, FLOW_NODES, bpmn, local_name, reference
from taktloom.formats.bpmn.reference_rules import REFERENCE_RULES, Reference
from taktloom.model.findings import Finding
from taktloom.model.places import Place
from taktloom.model.rules import Rule

__all__ = ["FILE_RULES", "check_file"]

_ACTIVITIES = frozenset(
    name for name in FLOW_NODES if name.lower().endswith(("task", "process", "activity", "transaction"))
)
_GATEWAYS = frozenset(name for name in FLOW_NODES if name.endswith("Gateway"))
_CATCHING = frozenset({"startEvent", "intermediateCatchEvent", "boundaryEvent"})
_THROWING = frozenset({"endEvent", "intermediateThrowEvent", "implicitThrowEvent"})


@dataclass(frozen=True, slots=True)
class Breach:
    """Who breaks a rule; values: what its texts need."""

    element: etree._Element
    values: Mapping[str, str]


@dataclass(slots=True, kw_only=True)
class File:
    """The file by what the rules ask for. homes: of each id the id of the process that holds it, None outside."""

    root: etree._Element
    elements: dict[str, etree._Element] = field(default_factory=dict)
    homes: dict[str, str | None] = field(default_factory=dict)
    by_name: dict[str, list[etree._Element]] = field(default_factory=dict)

    def all(self, *names: str) -> Iterator[etree._Element]:
        """Elements of these local names."""
        for name in names:
            yield from self.by_name.get(name, ())

    def kind(self, element_id: str) -> str:
        """Local name of the element of this id; "" for none."""
        element = self.elements.get(element_id)
        return "" if element is None else local_name(element.tag)

    def pools(self) -> dict[str, str]:
        """The processes of the participants by their ids."""
        return {p.get("id") or "": reference(p.get("processRef")) for p in self.all("participant")}


Check = Callable[[File], Iterator[Breach]]


def check_file(root: etree._Element, source: str, *, limit: int) -> tuple[tuple[str | None, Finding], ...]:
    """The first *limit* breaches, each with the id of the process that it is in, None outside of processes."""
    return tuple(islice(_breaches(_indexed(root), source), limit))


def _breaches(file: File, source: str) -> Iterator[tuple[str | None, Finding]]:
    for rule, check in _CHECKS:
        for breach in check(file):
            place = _place(breach.element, source)
            yield _home(breach.element), rule.finding(place, breach.element.get("name") or "", breach.values)


def _indexed(root: etree._Element) -> File:
    file = File(root=root)
    for element in root.iter(f"{{{BPMN}}}*"):
        file.by_name.setdefault(local_name(element.tag), []).append(element)
        given = element.get("id")
        if given is not None:
            file.elements.setdefault(given, element)
            file.homes.setdefault(given, _home(element))
    return file


def _home(element: etree._Element) -> str | None:
    process = element if element.tag == bpmn("process") else next(element.iterancestors(bpmn("process")), None)
    return None if process is None else process.get("id")


def _place(element: etree._Element, source: str) -> Place:
    """At the element, or at the nearest one around it that has an id."""
    line: object = element.sourceline
    named: etree._Element | None = element
    while named is not None and named.get("id") is None:
        named = named.getparent()
    element_id = None if named is None else named.get("id")
    return Place(source=source, line=line if isinstance(line, int) else None, element_id=element_id)


def _references(wanted: Reference) -> Check:
    """The check of one kind of reference."""

    def check(file: File) -> Iterator[Breach]:
        for holder in file.all(*wanted.holders) if wanted.holders else file.root.iter(f"{{{BPMN}}}*"):
            for given in _given(holder, wanted.name):
                if _is_imported(file, holder, given):
                    continue
                kind = file.kind(reference(given))
                if not kind or (wanted.kinds and kind not in wanted.kinds):
                    yield Breach(holder, {"attribute": wanted.name, "reference": given})

    return check


def _given(holder: etree._Element, name: str) -> Iterator[str]:
    attribute = holder.get(name)
    if attribute is not None and attribute.strip():
        yield attribute.strip()
    for child in holder.iterchildren(bpmn(name)):
        yield (child.text or "").strip()


def _is_imported(file: File, holder: etree._Element, given: str) -> bool:
    prefix, colon, _ = given.partition(":")
    if not colon:
        return False
    namespace = holder.nsmap.get(prefix)
    return namespace is not None and namespace != (file.root.get("targetNamespace") or namespace)


def _duplicate_ids(file: File) -> Iterator[Breach]:
    counted: Counter[str] = Counter()
    for element in file.root.iter(f"{{{BPMN}}}*"):
        given = element.get("id")
        if given is not None:
            counted[given] += 1
            if counted[given] == 2:
                yield Breach(element, {"id": given})


def _ids_that_are_no_names(file: File) -> Iterator[Breach]:
    for given, element in file.elements.items():
        first = given[:1]
        is_name = bool(given) and (first == "_" or first.isalpha()) and all(c.isalnum() or c in "_-.·" for c in given)
        if not is_name:
            yield Breach(element, {"id": given})


def _flows(file: File) -> Iterator[tuple[etree._Element, str, str]]:
    """Each sequence flow with each of its ends and that end's kind."""
    for flow in file.all("sequenceFlow"):
        for end in ("sourceRef", "targetRef"):
            name = reference(flow.get(end))
            yield flow, name, file.kind(name)


def _flows_across_pools(file: File) -> Iterator[Breach]:
    for flow, end, kind in _flows(file):
        home = file.homes.get(end)
        if kind in FLOW_NODES and home is not None and home != _home(flow):
            yield Breach(flow, {"node": end, "process": home})


def _flows_to_data(file: File) -> Iterator[Breach]:
    for flow, end, kind in _flows(file):
        if kind and kind not in FLOW_NODES:
            yield Breach(flow, {"node": end, "kind": kind})


def _message_flows(file: File) -> Iterator[tuple[etree._Element, str, str]]:
    for flow in file.all("messageFlow"):
        yield flow, reference(flow.get("sourceRef")), reference(flow.get("targetRef"))


def _pool_of(file: File, end: str) -> str | None:
    """The process that an end of a message flow belongs to; a black box is a pool of its own."""
    if file.kind(end) == "participant":
        return file.pools().get(end) or end
    return file.homes.get(end)


def _message_flows_inside(file: File) -> Iterator[Breach]:
    for flow, source, target in _message_flows(file):
        pools = _pool_of(file, source), _pool_of(file, target)
        if pools[0] is not None and pools[0] == pools[1]:
            yield Breach(flow, {"pool": pools[0]})


def _message_ends(end: int, kinds: frozenset[str]) -> Check:
    def check(file: File) -> Iterator[Breach]:
        for flow, *ends in _message_flows(file):
            if file.kind(ends[end]) in kinds:
                yield Breach(flow, {"node": ends[end]})

    return check


def _message_flow_strangers(file: File) -> Iterator[Breach]:
    fit = FLOW_NODES | {"participant"}
    for flow, *ends in _message_flows(file):
        for end in ends:
            kind = file.kind(end)
            if kind and kind not in fit:
                yield Breach(flow, {"node": end, "kind": kind})


def _shared_processes(file: File) -> Iterator[Breach]:
    counted: Counter[str] = Counter()
    for collaboration in file.all("collaboration"):
        counted.clear()
        for participant in collaboration.iterchildren(bpmn("participant")):
            process = reference(participant.get("processRef"))
            counted[process] += 1
            if process and counted[process] == 2:
                yield Breach(participant, {"process": process})


def _multiplicities(file: File) -> Iterator[Breach]:
    for multiplicity in file.all("participantMultiplicity"):
        least, most = multiplicity.get("minimum") or "0", multiplicity.get("maximum") or "1"
        if least.isdigit() and most.isdigit() and (int(most[:9]) < 1 or int(most[:9]) < int(least[:9])):
            yield Breach(multiplicity, {"minimum": least[:9], "maximum": most[:9]})


def _nodes_in_two_lanes(file: File) -> Iterator[Breach]:
    for lane_set in file.all("laneSet"):
        counted: Counter[str] = Counter()
        for lane in lane_set.iterchildren(bpmn("lane")):
            names = {(pointer.text or "").strip() for pointer in lane.iter(bpmn("flowNodeRef"))}
            for name in sorted(names):
                counted[name] += 1
                if counted[name] == 2:
                    yield Breach(lane, {"node": name})


def _compensation_events(file: File) -> Iterator[tuple[etree._Element, list[str]]]:
    """Compensation boundary events with the flow nodes that associations lead to from them."""
    led: dict[str, list[str]] = {}
    for association in file.all("association"):
        ends = reference(association.get("sourceRef")), reference(association.get("targetRef"))
        for start, end in (ends, ends[::-1]):
            if file.kind(end) in FLOW_NODES:
                led.setdefault(start, []).append(end)
    for event in file.all("boundaryEvent"):
        if event.find(bpmn("compensateEventDefinition")) is not None:
            yield event, led.get(event.get("id") or "", [])


def _compensation_without_handler(file: File) -> Iterator[Breach]:
    yield from (Breach(event, {}) for event, handlers in _compensation_events(file) if not handlers)


def _compensation_with_several_handlers(file: File) -> Iterator[Breach]:
    for event, handlers in _compensation_events(file):
        if len(set(handlers)) > 1:
            yield Breach(event, {"count": str(len(set(handlers)))})


def _handlers_not_marked(file: File) -> Iterator[Breach]:
    for _, handlers in _compensation_events(file):
        for handler in dict.fromkeys(handlers):
            element = file.elements[handler]
            if file.kind(handler) in _ACTIVITIES and element.get("isForCompensation") not in {"true", "1"}:
                yield Breach(element, {})


def _handlers_that_are_no_activities(file: File) -> Iterator[Breach]:
    for event, handlers in _compensation_events(file):
        for handler in dict.fromkeys(handlers):
            if file.kind(handler) not in _ACTIVITIES:
                yield Breach(event, {"node": handler})


def _parallel_multiples(file: File) -> Iterator[Breach]:
    for event in file.all(*_CATCHING):
        if event.get("parallelMultiple") in {"true", "1"}:
            definitions = [c for c in event if local_name(c.tag).endswith(("EventDefinition", "eventDefinitionRef"))]
            if len(definitions) < 2:
                yield Breach(event, {"count": str(len(definitions))})


def _unconditional_defaults(file: File) -> Iterator[Breach]:
    for gateway in file.all("parallelGateway", "eventBasedGateway"):
        if gateway.get("default"):
            yield Breach(gateway, {"flow": gateway.get("default") or ""})


def _several_loops(file: File) -> Iterator[Breach]:
    for name in _ACTIVITIES:
        for activity in file.all(name):
            if sum(1 for c in activity if local_name(c.tag).endswith("LoopCharacteristics")) > 1:
                yield Breach(activity, {})


def _io_without_sets(file: File) -> Iterator[Breach]:
    for specification in file.all("ioSpecification"):
        for name, kind in (("dataInput", "inputSet"), ("dataOutput", "outputSet")):
            if specification.find(bpmn(name)) is not None and specification.find(bpmn(kind)) is None:
                parent = specification.getparent()
                yield Breach(specification if parent is None else parent, {"set": kind})


_CHECKS: tuple[tuple[Rule, Check], ...] = (
    (
        Rule(
            name="duplicate-id",
            message="The id '{id}' is used twice.",
            remedy="Give each element its own id.",
            clause="BPMN 2.0.2, 8.2.1: id uniquely identifies an element.",
        ),
        _duplicate_ids,
    ),
    (
        Rule(
            name="id-invalid",
            message="The id '{id}' is no XML name.",
            remedy="Begin it with a letter or '_', and use letters, digits, '_', '-' and '.' only.",
            clause="BPMN 2.0.2, 8.2.1 and the XML schema Semantic.xsd: id is of type xsd:ID.",
        ),
        _ids_that_are_no_names,
    ),
    (
        Rule(
            name="flow-crosses-pool",
            message="The flow leads out of its pool: '{node}' is in the process '{process}'.",
            remedy="Use a message flow between pools.",
            clause="BPMN 2.0.2, 7.6.1: a sequence flow MUST NOT cross the boundary of a pool.",
        ),
        _flows_across_pools,
    ),
    (
        Rule(
            name="flow-to-data",
            message="The sequence flow begins or ends at '{node}', which is a {kind} and no flow node.",
            remedy="Connect it to a flow node; use an association for data and annotations.",
            clause="BPMN 2.0.2, 7.6.1: only activities, gateways and events are ends of sequence flows.",
        ),
        _flows_to_data,
    ),
    (
        Rule(
            name="message-flow-inside-pool",
            message="The message flow stays inside the pool of '{pool}'.",
            remedy="Use a sequence flow, or lead the message flow to another pool.",
            clause="BPMN 2.0.2, 7.6.2: a message flow MUST NOT connect two objects within the same pool.",
        ),
        _message_flows_inside,
    ),
    (
        Rule(
            name="message-flow-from-gateway",
            message="The message flow begins at the gateway '{node}'.",
            remedy="Begin it at an activity, a throwing event or a pool.",
            clause="BPMN 2.0.2, 10.6: a gateway MUST NOT be a source for a message flow.",
        ),
        _message_ends(0, _GATEWAYS),
    ),
    (
        Rule(
            name="message-flow-to-gateway",
            message="The message flow leads to the gateway '{node}'.",
            remedy="Lead it to an activity, a catching event or a pool.",
            clause="BPMN 2.0.2, 10.6: a gateway MUST NOT be a target for a message flow.",
        ),
        _message_ends(1, _GATEWAYS),
    ),
    (
        Rule(
            name="message-flow-from-catching-event",
            message="The message flow begins at '{node}', which catches.",
            remedy="Turn the message flow round, or begin it at a throwing event.",
            clause="BPMN 2.0.2, 10.5.2 and 10.5.4: a catching event MUST NOT be a source for a message flow.",
        ),
        _message_ends(0, _CATCHING),
    ),
    (
        Rule(
            name="message-flow-to-throwing-event",
            message="The message flow leads to '{node}', which throws.",
            remedy="Turn the message flow round, or lead it to a catching event.",
            clause="BPMN 2.0.2, 10.5.3 and 10.5.4: a throwing event MUST NOT be a target for a message flow.",
        ),
        _message_ends(1, _THROWING),
    ),
    (
        Rule(
            name="message-flow-end-unfit",
            message="An end of the message flow is '{node}', which is a {kind}.",
            remedy="Connect it to a pool, an activity or an event.",
            clause="BPMN 2.0.2, 7.6.2: only pools, activities and events are ends of message flows.",
        ),
        _message_flow_strangers,
    ),
    (
        Rule(
            name="process-in-two-pools",
            message="Another pool of the collaboration shows the process '{process}' too.",
            remedy="Leave it in one pool.",
            clause="BPMN 2.0.2, 9.3: each participant of a collaboration has a process of its own.",
        ),
        _shared_processes,
    ),
    (
        Rule(
            name="participant-multiplicity-invalid",
            message="The participant's multiplicity is from {minimum} to {maximum}.",
            remedy="Give a maximum of at least 1 that is not below the minimum.",
            clause="BPMN 2.0.2, 9.3.1: maximum MUST be one or greater and not below minimum.",
        ),
        _multiplicities,
    ),
    (
        Rule(
            name="node-in-two-lanes",
            message="'{node}' is in several lanes of one set.",
            remedy="Leave it in one lane.",
            clause="BPMN 2.0.2, 10.8: the lanes of a set partition the process.",
        ),
        _nodes_in_two_lanes,
    ),
    (
        Rule(
            name="compensation-event-without-handler",
            message="No association leads from the compensation event to an activity.",
            remedy="Connect it with the activity that compensates.",
            clause="BPMN 2.0.2, 10.7.1: a compensation event at a boundary is associated with its handler.",
        ),
        _compensation_without_handler,
    ),
    (
        Rule(
            name="compensation-event-with-several-handlers",
            message="Associations lead from the compensation event to {count} elements.",
            remedy="Keep one; a sub-process can hold several steps of compensation.",
            clause="BPMN 2.0.2, 10.7.1: an activity has at most one compensation handler.",
        ),
        _compensation_with_several_handlers,
    ),
    (
        Rule(
            name="compensation-handler-not-marked",
            message="The activity compensates another one and is not marked as being for compensation.",
            remedy="Set isForCompensation.",
            clause="BPMN 2.0.2, 10.7.1: an activity used for compensation MUST be marked isForCompensation.",
        ),
        _handlers_not_marked,
    ),
    (
        Rule(
            name="compensation-handler-no-activity",
            message="The association of the compensation event leads to '{node}', which is no activity.",
            remedy="Lead it to an activity.",
            clause="BPMN 2.0.2, 10.7.1: a compensation handler is an activity.",
        ),
        _handlers_that_are_no_activities,
    ),
    (
        Rule(
            name="parallel-multiple-too-few",
            message="The event is to wait for all of several triggers and has {count}.",
            remedy="Give it at least two event definitions, or no parallelMultiple.",
            clause="BPMN 2.0.2, 10.5.1: parallelMultiple is for events with several definitions.",
        ),
        _parallel_multiples,
    ),
    (
        Rule(
            name="default-flow-not-allowed",
            message="The gateway names the default flow '{flow}' and checks no conditions.",
            remedy="Remove the default, or use an exclusive or inclusive gateway.",
            clause="BPMN 2.0.2, 10.6.4 and 10.6.6: parallel and event-based gateways have no default flow.",
        ),
        _unconditional_defaults,
    ),
    (
        Rule(
            name="several-loops",
            message="The activity is marked as several kinds of loop.",
            remedy="Keep one of them.",
            clause="BPMN 2.0.2, 10.3: an activity has at most one loopCharacteristics.",
        ),
        _several_loops,
    ),
    (
        Rule(
            name="data-without-set",
            message="The data of the input/output specification is in no {set}.",
            remedy="Add the set with its data.",
            clause="BPMN 2.0.2, 10.4.1: a specification has at least one input set and one output set.",
        ),
        _io_without_sets,
    ),
    *((each.rule, _references(each)) for each in REFERENCE_RULES),
)

FILE_RULES: tuple[Rule, ...] = tuple(rule for rule, _ in _CHECKS)
