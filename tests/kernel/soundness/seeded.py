# SPDX-License-Identifier: Apache-2.0
"""Models with one flaw each, by kind: the model, where the flaw shows, and how long the shortest path to it is."""

from collections.abc import Mapping
from dataclasses import replace

from taktloom.model.event_definitions import (
    ErrorDefinition,
    EscalationDefinition,
    LinkDefinition,
    MessageDefinition,
    TimerDefinition,
)
from taktloom.model.process import (
    AnyFlowNode,
    BoundaryEvent,
    ComplexGateway,
    EndEvent,
    IntermediateCatchEvent,
    IntermediateThrowEvent,
    ProcessDefinition,
    StartEvent,
    SubProcess,
)
from tests.kernel.build import eid, flows_of
from tests.kernel.soundness.sketch import node_of, sketch

HOUR = TimerDefinition(duration="PT1H")
Seed = tuple[ProcessDefinition, str, int]


def on(host: str, name: str = "b", *, interrupts: bool = True, error: str | None = None) -> BoundaryEvent:
    definition = HOUR if error is None else ErrorDefinition(code=error)
    return BoundaryEvent(id=eid(name), attached_to=eid(host), definition=definition, is_interrupting=interrupts)


def inner(name: str, text: str, *others: AnyFlowNode) -> SubProcess:
    drawn = sketch(text, *others)
    return SubProcess(id=eid(name), nodes=drawn.nodes, flows=drawn.flows)


def failing(name: str, code: str) -> EndEvent:
    return EndEvent(id=eid(name), definition=ErrorDefinition(code=code))


def complex_join(condition: str) -> ComplexGateway:
    return ComplexGateway(id=eid("c"), activation_condition=condition)


def thrown(name: str = "lt") -> IntermediateThrowEvent:
    return IntermediateThrowEvent(id=eid(name), definition=LinkDefinition(name="over"))


CAUGHT = IntermediateCatchEvent(id=eid("lc"), definition=LinkDefinition(name="over"))
ANSWER = IntermediateCatchEvent(id=eid("m"), definition=MessageDefinition(name="answer"))
LATE = IntermediateCatchEvent(id=eid("w"), definition=HOUR)

DEADLOCKS: Mapping[str, Seed] = {
    "exclusive split, parallel join": (sketch("s > x > a > p > e; x > b > p"), "p", 3),
    "exclusive split of three, parallel join": (sketch("s > x > a > p > e; x > b > p; x > d > p"), "p", 3),
    "inclusive split, parallel join": (sketch("s > o > a > p > e; o > b > p"), "p", 3),
    "event-based split, parallel join": (sketch("s > g > m > p > e; g > w > p", ANSWER, LATE), "p", 3),
    "a branch ends before the join": (sketch("s > p1 > a > p2 > e; p1 > x > p2; x > e2"), "p2", 5),
    "a parallel join in a loop": (sketch("s > p > a > x > e; x > p"), "p", 1),
    "two joins that wait for each other": (
        sketch("s > p0 > p1 > a > x1 > p2; p0 > p2 > b > x2 > p1; x1 > e1; x2 > e2"),
        "p1",
        2,
    ),
    "the boundary path misses the join": (
        sketch("s > p1 > a > p2 > e; p1 > d > p2; b > f > e2", on("a")),
        "p2",
        7,
    ),
    "a join of the boundary path and the normal one": (sketch("s > a > p > e; b > d > p", on("a")), "p", 2),
    "a join of a reminder that may not come": (
        sketch("s > a > p > e; b > d > p", on("a", interrupts=False)),
        "p",
        2,
    ),
    "a conditional flow into a join": (
        sketch("s > p1 > a > p2 > e; p1 > x > d > p2; x > f > x2 > e2; x2 > e3"),
        "p2",
        7,
    ),
    "complex join that asks for more than can come": (
        sketch("s > p > a > c > e; p > d > c", complex_join("activationCount >= 3")),
        "c",
        4,
    ),
    "inside a sub-process": (sketch("s > sub > e", inner("sub", "s1 > x > a > p > e1; x > d > p")), "p", 3),
    "join of links": (sketch("s > x > lt; x > a > p > e; lc > p", thrown(), CAUGHT), "p", 3),
}
TWICE: Mapping[str, Seed] = {
    "each round of a loop leaves a token behind": (sketch("s > x1 > p > a > x2 > e; p > e2; x2 > x1"), "p", 7),
    "parallel split, exclusive join": (sketch("s > p > a > x > d > e; p > b > x"), "x", 6),
    "inclusive split, exclusive join": (sketch("s > o > a > x > d > e; o > b > x"), "x", 6),
    "parallel split into one task": (sketch("s > p > a > t > e; p > b > t"), "t", 6),
    "parallel split of three, two joined": (
        sketch("s > p1 > a > p2 > x > t > e; p1 > b > p2; p1 > d > x"),
        "x",
        8,
    ),
    "a loop beside a branch": (sketch("s > x1 > p > a > x2 > e1; p > d > x1; x2 > e2"), "p", 6),
    "task with two flows out, exclusive join": (sketch("s > t > a > x > d > e; t > b > x"), "x", 6),
    "nested parallel splits, one join": (
        sketch("s > p1 > a > p2 > x > t > e; p2 > d > x; p1 > b > x"),
        "x",
        7,
    ),
    "the reminder goes back to the main path": (
        sketch("s > a > x > d > e; b > r > x", on("a", interrupts=False)),
        "x",
        6,
    ),
    "inside a sub-process": (
        sketch("s > sub > e", inner("sub", "s1 > p > a > x > d > e1; p > f > x")),
        "x",
        6,
    ),
    "two start branches by conditional flows": (sketch("s > o > a > t > e; o > b > t; o > d > t"), "t", 6),
    "link used by two parallel branches": (
        sketch("s > p > lt; p > lt2; lc > t > e", thrown(), thrown("lt2"), CAUGHT),
        "lc",
        6,
    ),
}
ENDS_TWICE: Mapping[str, Seed] = {
    "parallel split into one end event": (sketch("s > p > a > e; p > b > e"), "e", 6),
    "inclusive split into one end event": (sketch("s > o > a > e; o > b > e"), "e", 6),
    "task with two flows into one end event": (sketch("s > t > a > e; t > b > e"), "e", 6),
    "three branches, one end event": (sketch("s > p > a > e; p > b > e; p > d > e"), "e", 6),
    "nested splits into one end event": (sketch("s > p1 > p2 > a > e; p2 > b > e; p1 > d > e1"), "e", 7),
    "inside a sub-process": (sketch("s > sub > e", inner("sub", "s1 > p > a > e1; p > d > e1")), "e1", 6),
    "two exits of exclusive gateways in parallel": (
        sketch("s > p > x1 > e1; x1 > e2; p > x2 > e1; x2 > e3"),
        "e1",
        6,
    ),
    "direct flows into one end event by tasks": (sketch("s > p > a > b > e; p > d > f > e"), "e", 8),
    "task without flow out, twice": (sketch("s > p > a > t; p > b > t"), "t", 6),
}
DEAD: Mapping[str, Seed] = {
    "behind a join that never fires": (sketch("s > x > a > p > t > e; x > b > p"), "t", 5),
    "behind a join of a loop": (sketch("s > p > t > x > e; x > p"), "t", 3),
    "behind a complex join that never fires": (
        sketch("s > p > a > c > t > e; p > d > c", complex_join("activationCount >= 3")),
        "t",
        5,
    ),
    "behind an event that waits behind a dead join": (sketch("s > x > a > p > m > e; x > b > p", ANSWER), "m", 5),
    "a sub-process behind a dead join": (
        sketch("s > x > a > p > sub > e; x > b > p", inner("sub", "s1 > a1 > e1")),
        "sub",
        5,
    ),
    "behind a sub-process that always fails": (
        sketch("s > sub > t > e; b > d > e2", inner("sub", "s1 > f", failing("f", "E")), on("sub", error="E")),
        "t",
        3,
    ),
    "an end event behind a dead join": (sketch("s > x > a > p > e; x > b > p; x > d > e2"), "e", 5),
    "behind two joins in a row": (sketch("s > x > a > p1 > p2 > t > e; x > b > p1; x > d > p2"), "t", 5),
    "behind links into a join": (sketch("s > x > lt; x > a > p > t > e; lc > p", thrown(), CAUGHT), "t", 5),
}
ENDLESS: Mapping[str, Seed] = {
    "a loop without a way out": (sketch("s > x1 > a > x2 > e; x2 > x3 > b > x3"), "x3", 5),
    "the whole process is a loop": (sketch("s > x > a > x"), "x", 2),
    "two tasks that go round": (sketch("s > x1 > a > e; x1 > x2 > b > d > x2"), "x2", 3),
    "a sub-process that never ends": (sketch("s > sub > e", inner("sub", "s1 > x > a > x")), "x", 2),
    "beside a branch that ends": (sketch("s > p > a > e; p > x > b > x"), "x", 3),
    "an event-based choice of which one never ends": (
        sketch("s > g > m > e; g > w > x > a > x", ANSWER, LATE),
        "x",
        4,
    ),
}
UNSOUND: Mapping[str, Mapping[str, Seed]] = {
    "deadlock": DEADLOCKS,
    "lack-of-synchronisation": TWICE,
    "improper-completion": ENDS_TWICE,
    "dead-activity": DEAD,
    "livelock": ENDLESS,
}

HANDLER = SubProcess(
    id=eid("h"),
    triggered_by_event=True,
    nodes=(StartEvent(id=eid("hs"), definition=HOUR), node_of(eid("he"))),
    flows=flows_of("hs > he"),
)
ESCALATING = IntermediateThrowEvent(id=eid("esc"), definition=EscalationDefinition(code="X"))
ESCALATED = BoundaryEvent(
    id=eid("b"), attached_to=eid("sub"), definition=EscalationDefinition(code="X"), is_interrupting=False
)
FIRST_OR_LATE = {"c-e1": "waitingForStart", "c-e2": "not(waitingForStart)"}


def complex_with_reset() -> ProcessDefinition:
    drawn = sketch("s > p > a > c > e1; p > d > c; p > f > c; c > e2", complex_join("activationCount >= 2"))
    flows = tuple(replace(flow, condition=FIRST_OR_LATE.get(flow.id)) for flow in drawn.flows)
    return replace(drawn, flows=flows)


SOUND: Mapping[str, ProcessDefinition] = {
    "complex join that says when it fires and when it resets": complex_with_reset(),
    "complex join by the counts of its flows": sketch(
        "s > p > a > c > e; p > d > c", complex_join("flow1 > 0 and flow2 > 0")
    ),
    "nothing in between": sketch("s > e"),
    "a sequence": sketch("s > a > b > d > e"),
    "exclusive block": sketch("s > x1 > a > x2 > e; x1 > b > x2"),
    "exclusive block with an empty branch": sketch("s > x1 > a > x2 > e; x1 > x2"),
    "exclusive split into one task": sketch("s > x > a > t > e; x > b > t"),
    "exclusive split, two ends": sketch("s > x > a > e1; x > b > e2"),
    "exclusive split, one end": sketch("s > x > a > e; x > b > e"),
    "parallel block": sketch("s > p1 > a > p2 > e; p1 > b > p2"),
    "parallel block with an empty branch": sketch("s > p1 > a > p2 > e; p1 > p2"),
    "parallel split, two ends": sketch("s > p > a > e1; p > b > e2"),
    "task with two flows out, joined": sketch("s > t > a > p > e; t > b > p"),
    "inclusive block": sketch("s > o1 > a > o2 > e; o1 > b > o2; o1 > d > o2"),
    "inclusive split, two ends": sketch("s > o > a > e1; o > b > e2"),
    "parallel split, inclusive join": sketch("s > p > a > o > e; p > b > o"),
    "exclusive split, inclusive join": sketch("s > x > a > o > e; x > b > o"),
    "a loop": sketch("s > x1 > a > x2 > e; x2 > x1"),
    "a loop back to a task": sketch("s > a > x > e; x > a"),
    "a loop with work on the way back": sketch("s > x1 > a > x2 > e; x2 > b > x1"),
    "a parallel block in a loop": sketch("s > x1 > p1 > a > p2 > x2 > e; p1 > b > p2; x2 > x1"),
    "an inclusive block in a loop": sketch("s > x1 > o1 > a > o2 > x2 > e; o1 > b > o2; x2 > x1"),
    "a loop in a parallel block": sketch("s > p1 > x1 > a > x2 > p2 > e; x2 > x1; p1 > b > p2"),
    "nested parallel blocks": sketch("s > p1 > p2 > a > p3 > p4 > e; p2 > b > p3; p1 > d > p4"),
    "nested exclusive blocks": sketch("s > x1 > x2 > a > x3 > x4 > e; x2 > b > x3; x1 > d > x4"),
    "exclusive inside parallel": sketch("s > p1 > x1 > a > x2 > p2 > e; x1 > b > x2; p1 > d > p2"),
    "parallel inside exclusive": sketch("s > x1 > p1 > a > p2 > x2 > e; p1 > b > p2; x1 > d > x2"),
    "two splits joined at once": sketch("s > p1 > a > p2 > e; p1 > p3 > b > p2; p3 > d > p2"),
    "splits that cross, parallel": sketch("s > p1 > a > p3 > e; p1 > p2 > b > p3; p2 > d > p4; p3 > p4 > e2"),
    "overlapping parallel branches": sketch("s > p1 > p2 > a > p4 > e; p1 > p3 > b > p4; p2 > d > p3"),
    "choice that ends in the middle": sketch("s > x1 > a > x2 > b > e1; x2 > e2; x1 > e3"),
    "two exits of a loop": sketch("s > x1 > a > x2 > b > x3 > x1; x2 > e1; x3 > e2"),
    "a chain of choices": sketch("s > x1 > a > x4 > e; x1 > x2 > b > x4; x2 > x3 > d > x4; x3 > x4"),
    "event-based choice": sketch("s > g > m > x > e; g > w > x", ANSWER, LATE),
    "event-based choice in a loop": sketch("s > x1 > g > m > e; g > w > a > x1", ANSWER, LATE),
    "terminate beside a branch": sketch("s > p > a > k; p > b > e"),
    "terminate after a choice": sketch("s > x > a > k; x > b > e"),
    "interrupting boundary event": sketch("s > a > x > e; b > d > x", on("a")),
    "interrupting boundary event with an end of its own": sketch("s > a > e; b > d > e2", on("a")),
    "interrupting boundary event back to the task": sketch("s > x > a > e; b > d > x", on("a")),
    "reminder beside the task": sketch("s > a > e; b > r > e2", on("a", interrupts=False)),
    "reminder into the same end event": sketch("s > a > e; b > r > e", on("a", interrupts=False)),
    "reminder in a loop": sketch("s > x1 > a > x2 > e; x2 > x1; b > r > e2", on("a", interrupts=False)),
    "two boundary events": sketch("s > a > x > e; b > d > x; b2 > f > x", on("a"), on("a", "b2")),
    "a boundary event inside a parallel block": sketch("s > p1 > a > x > p2 > e; b > d > x; p1 > f > p2", on("a")),
    "sub-process": sketch("s > sub > e", inner("sub", "s1 > p1 > a > p2 > e1; p1 > d > p2")),
    "sub-process with two ends": sketch("s > sub > e", inner("sub", "s1 > p1 > a > e1; p1 > d > e2")),
    "sub-process that may fail": sketch(
        "s > sub > x > e; b > x", inner("sub", "s1 > x1 > e1; x1 > f", failing("f", "E")), on("sub", error="E")
    ),
    "endless sub-process that a timer ends": sketch("s > sub; b > e", inner("sub", "s1 > x1 > a > x1"), on("sub")),
    "sub-process that escalates": sketch(
        "s > sub > e; b > r > e2", inner("sub", "s1 > esc > e1", ESCALATING), ESCALATED
    ),
    "event sub-process": sketch("s > a > e", HANDLER),
    "links": sketch("s > x > lt; x > a > lt2; lc > d > e", thrown(), thrown("lt2"), CAUGHT),
    "complex join of two of three": sketch(
        "s > p > a > c > e; p > d > c; p > f > c", complex_join("activationCount >= 2")
    ),
    "complex join in a loop": sketch(
        "s > x1 > p > a > c > x2 > e; p > d > c; x2 > x1", complex_join("activationCount >= 2")
    ),
}
