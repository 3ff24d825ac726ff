# SPDX-License-Identifier: Apache-2.0
"""Random processes of every kind of element with a random path through each, and what the instance must then visit.

A block is written as XML and, at the same time, as what it adds to the visits: choices are made here, data and triggers
lead the instance along. `how` says what makes an element that waits go on. `python -m tests.properties.path_walk` walks
many of them.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise

__all__ = ["PathModel", "path_model"]

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" targetNamespace="urn:random">'
)
CALLED = (
    '<process id="called" isExecutable="true"><startEvent id="cs"/><task id="ct"/><endEvent id="ce"/>'
    '<sequenceFlow id="cf1" sourceRef="cs" targetRef="ct"/><sequenceFlow id="cf2" sourceRef="ct" targetRef="ce"/>'
    "</process>"
)
Ends = tuple[str, str]  # the first and the last node of a block
Action = tuple[str, str]


@dataclass
class PathModel:
    """visits: how often each (element, lifecycle) must be told. how: per element what to do, in order."""

    choose: random.Random
    visits: Counter[tuple[str, str]] = field(default_factory=Counter)
    how: dict[str, list[Action]] = field(default_factory=dict)
    variables: dict[str, object] = field(default_factory=dict)
    roots: list[str] = field(default_factory=list)
    objects: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    count: int = 0

    @property
    def xml(self) -> str:
        """The whole file."""
        process = f'<process id="p" isExecutable="true">{"".join(self.objects + self.parts)}</process>'
        return f"{HEAD}{''.join(self.roots)}{CALLED}{process}</definitions>"

    # building

    def name(self, kind: str) -> str:
        self.count += 1
        return f"{kind}{self.count}"

    def add(self, xml: str) -> None:
        self.parts.append(xml)

    def flow(self, source: str, target: str, condition: str = "") -> None:
        inside = f"<conditionExpression>{condition}</conditionExpression>" if condition else ""
        flow_id = self.name("f")
        self.add(f'<sequenceFlow id="{flow_id}" sourceRef="{source}" targetRef="{target}">{inside}</sequenceFlow>')

    def default_flow(self, source: str, target: str) -> str:
        self.count += 1
        flow_id = f"f{self.count}"
        self.add(f'<sequenceFlow id="{flow_id}" sourceRef="{source}" targetRef="{target}"/>')
        return flow_id

    def visit(self, element: str, times: int, lifecycle: str = "completed") -> None:
        if times:
            self.visits[element, "activated"] += times
            self.visits[element, lifecycle] += times

    def node(self, tag: str, times: int, inside: str = "", attributes: str = "", kind: str = "") -> str:
        """An element that is visited and completed."""
        element = self.name(kind or tag[:4])
        self.add(f'<{tag} id="{element}"{attributes}>{inside}</{tag}>')
        self.visit(element, times)
        return element

    def service(self, times: int, inside: str = "") -> str:
        job = '<extensionElements><zeebe:taskDefinition type="work"/></extensionElements>'
        element = self.node("serviceTask", times, job + inside)
        self.how[element] = [("job", element)]
        return element

    def script(self, times: int, expression: str, variable: str) -> str:
        inside = f'<zeebe:script expression="={expression}" resultVariable="{variable}"/>'
        return self.node("scriptTask", times, f"<extensionElements>{inside}</extensionElements>")

    def root(self, kind: str) -> str:
        """A message, signal or error of its own."""
        name = self.name(kind)
        code = f' errorCode="{name}"' if kind == "error" else ""
        self.roots.append(f'<{kind} id="{name}" name="{name}"{code}/>')
        return name

    def trigger(self, kind: str) -> tuple[str, Action]:
        """An event definition, and what triggers it."""
        if kind == "timer":
            return "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>", ("advance", "")
        if kind == "condition":
            variable = self.name("v")
            self.variables[variable] = False
            inside = f"<condition>{variable}</condition>"
            return f"<conditionalEventDefinition>{inside}</conditionalEventDefinition>", ("set", variable)
        name = self.root(kind)
        verb = {"message": "publish", "signal": "broadcast", "error": "throw"}[kind]
        return f'<{kind}EventDefinition {kind}Ref="{name}"/>', (verb, name)

    def container(self, tag: str, times: int, attributes: str = "", lifecycle: str = "completed") -> str:
        """Begin an element with contents; `close` ends it."""
        element = self.name(tag[:4])
        self.add(f'<{tag} id="{element}"{attributes}>')
        self.visit(element, times, lifecycle)
        return element


def path_model(choose: random.Random) -> PathModel:
    """A process with two to four blocks in a row."""
    model = PathModel(choose)
    start, end = model.node("startEvent", 1), model.node("endEvent", 1)
    first, last = blocks(model, 1, 2, in_loop=False)
    model.flow(start, first)
    model.flow(last, end)
    return model


def blocks(model: PathModel, times: int, depth: int, *, in_loop: bool) -> Ends:
    """Some blocks, one after the other."""
    ends = [block(model, times, depth, in_loop=in_loop) for _ in range(model.choose.randint(1, 3))]
    for (_, last), (first, _) in pairwise(ends):
        model.flow(last, first)
    return ends[0][0], ends[-1][1]


def block(model: PathModel, times: int, depth: int, *, in_loop: bool) -> Ends:
    """One block of a random kind."""
    if depth == 0 or model.choose.random() < 0.45:
        return model.choose.choice(LEAVES)(model, times)
    return model.choose.choice(INNER)(model, times, depth - 1, in_loop)


# leaves


def passed(model: PathModel, times: int) -> Ends:
    tag = model.choose.choice(("task", "manualTask", "intermediateThrowEvent"))
    return (element := model.node(tag, times)), element


def work(model: PathModel, times: int) -> Ends:
    job = '<extensionElements><zeebe:taskDefinition type="work"/></extensionElements>'
    tag = model.choose.choice(("serviceTask", "sendTask", "businessRuleTask", "scriptTask", "userTask"))
    element = model.node(tag, times, "" if tag == "userTask" else job)
    model.how[element] = [("task" if tag == "userTask" else "job", element)]
    return element, element


def data_work(model: PathModel, times: int) -> Ends:
    """A task with a data input and an output."""
    store = model.name("data")
    model.variables[store] = 1
    model.objects.append(f'<dataObject id="{store}"/>')  # of the process: one of a sub-process begins without value
    into, out = model.name("in"), model.name("out")
    io = (
        f'<ioSpecification><dataInput id="{into}"/><dataOutput id="{out}"/>'
        f"<inputSet><dataInputRefs>{into}</dataInputRefs></inputSet>"
        f"<outputSet><dataOutputRefs>{out}</dataOutputRefs></outputSet></ioSpecification>"
        f"<dataInputAssociation><sourceRef>{store}</sourceRef><targetRef>{into}</targetRef></dataInputAssociation>"
        f"<dataOutputAssociation><sourceRef>{out}</sourceRef><targetRef>{store}</targetRef></dataOutputAssociation>"
    )
    element = model.service(times, io)
    return element, element


def caught(model: PathModel, times: int) -> Ends:
    definition, action = model.trigger(model.choose.choice(("message", "signal", "timer", "condition")))
    element = model.node("intermediateCatchEvent", times, definition)
    model.how[element] = [action]
    return element, element


def received(model: PathModel, times: int) -> Ends:
    name = model.root("message")
    element = model.node("receiveTask", times, attributes=f' messageRef="{name}"')
    model.how[element] = [("publish", name)]
    return element, element


def linked(model: PathModel, times: int) -> Ends:
    name = model.name("link")
    inside = f'<linkEventDefinition name="{name}"/>'
    return model.node("intermediateThrowEvent", times, inside), model.node("intermediateCatchEvent", times, inside)


def called(model: PathModel, times: int) -> Ends:
    element = model.node("callActivity", times, attributes=' calledElement="called"')
    return element, element


def many(model: PathModel, times: int) -> Ends:
    """Several instances of a task or job."""
    sequential = model.choose.choice(("true", "false"))
    number = model.choose.randint(0, 3)
    loop = (
        f'<multiInstanceLoopCharacteristics isSequential="{sequential}"><loopCardinality>{number}</loopCardinality>'
        "</multiInstanceLoopCharacteristics>"
    )
    element = model.node("task", times, loop) if model.choose.random() < 0.3 else model.service(times, loop)
    return element, element


def repeated(model: PathModel, times: int) -> Ends:
    loop = f'<standardLoopCharacteristics loopMaximum="{model.choose.randint(1, 3)}"/>'
    element = model.service(times, loop)
    return element, element


def ad_hoc(model: PathModel, times: int) -> Ends:
    ordering = model.choose.choice(("Parallel", "Sequential"))
    element = model.container("adHocSubProcess", times, f' ordering="{ordering}"')
    for _ in range(model.choose.randint(1, 3)):
        model.service(times)
    model.add("</adHocSubProcess>")
    return element, element


def compensated(model: PathModel, times: int) -> Ends:
    """An activity, and a throw event that undoes it."""
    activity = model.node("task", times)
    boundary, handler = model.name("boun"), model.name("undo")
    model.add(f'<boundaryEvent id="{boundary}" attachedToRef="{activity}"><compensateEventDefinition/></boundaryEvent>')
    model.add(f'<task id="{handler}" isForCompensation="true"/>')
    ends = f'sourceRef="{boundary}" targetRef="{handler}"'
    model.add(f'<association id="{model.name("asso")}" associationDirection="One" {ends}/>')
    model.visit(boundary, times)
    model.visit(handler, times)
    thrower = model.node("intermediateThrowEvent", times, f'<compensateEventDefinition activityRef="{activity}"/>')
    model.flow(activity, thrower)
    return activity, thrower


def guarded(model: PathModel, times: int) -> Ends:
    """An activity with an interrupting boundary event that is triggered or not."""
    kind = model.choose.choice(("message", "signal", "timer", "error", "condition"))
    is_triggered = kind == "timer" or model.choose.random() < 0.5
    host, boundary, merge = model.name("host"), model.name("boun"), model.node("exclusiveGateway", times)
    job = '<extensionElements><zeebe:taskDefinition type="work"/></extensionElements>'
    definition, action = model.trigger(kind)
    model.add(f'<serviceTask id="{host}">{job}</serviceTask>')
    model.add(f'<boundaryEvent id="{boundary}" attachedToRef="{host}">{definition}</boundaryEvent>')
    model.flow(host, merge)
    model.flow(boundary, merge)
    left_as = "failed" if kind == "error" else "terminated"
    model.visit(host, times, left_as if is_triggered else "completed")
    model.visit(boundary, times if is_triggered else 0)
    model.how[host] = (
        [(*action[:1], f"{host} {action[1]}") if kind == "error" else action] if is_triggered else [("job", host)]
    )
    return host, merge


def accompanied(model: PathModel, times: int) -> Ends:
    """An activity with a non-interrupting boundary event that is triggered once."""
    definition, action = model.trigger(model.choose.choice(("message", "signal", "timer")))
    host, end = model.service(times), model.node("endEvent", times)
    boundary = model.name("boun")
    model.add(
        f'<boundaryEvent id="{boundary}" attachedToRef="{host}" cancelActivity="false">{definition}</boundaryEvent>'
    )
    model.flow(boundary, end)
    model.visit(boundary, times)
    model.how[host] = [action, ("job", host)]
    return host, host


LEAVES = (
    passed, work, work, data_work, caught, received, linked, called, many, repeated, ad_hoc, compensated, guarded,
    accompanied,
)  # fmt: skip


# blocks with others inside


def exclusive(model: PathModel, times: int, depth: int, in_loop: bool) -> Ends:
    variable, number = model.name("c"), model.choose.randint(2, 3)
    taken = model.choose.randrange(number)
    model.variables[variable] = taken
    split, join = model.name("excl"), model.node("exclusiveGateway", times)
    model.visit(split, times)
    for branch in range(number):
        first, last = blocks(model, times if branch == taken else 0, depth, in_loop=in_loop)
        model.flow(last, join)
        if branch < number - 1:
            model.flow(split, first, f"{variable} = {branch}")
        else:
            model.add(f'<exclusiveGateway id="{split}" default="{model.default_flow(split, first)}"/>')
    return split, join


def inclusive(model: PathModel, times: int, depth: int, in_loop: bool) -> Ends:
    number = model.choose.randint(2, 3)
    chosen = [model.choose.random() < 0.6 for _ in range(number)]
    chosen[model.choose.randrange(number)] = True
    split, join = model.node("inclusiveGateway", times), model.node("inclusiveGateway", times)
    for is_taken in chosen:
        variable = model.name("c")
        model.variables[variable] = is_taken
        first, last = blocks(model, times if is_taken else 0, depth, in_loop=in_loop)
        model.flow(split, first, variable)
        model.flow(last, join)
    return split, join


def parallel(model: PathModel, times: int, depth: int, in_loop: bool) -> Ends:
    join_tag = model.choose.choice(("parallelGateway", "inclusiveGateway"))
    split, join = model.node("parallelGateway", times), model.node(join_tag, times)
    for _ in range(model.choose.randint(2, 3)):
        first, last = blocks(model, times, depth, in_loop=in_loop)
        model.flow(split, first)
        model.flow(last, join)
    return split, join


def partial_join(model: PathModel, times: int, depth: int, in_loop: bool) -> Ends:
    """A complex gateway that goes on with some of its branches, outside of loops."""
    del depth
    number = model.choose.randint(2, 3)
    needed = number if in_loop else model.choose.randint(1, number)
    condition = f"<activationCondition>activationCount >= {needed}</activationCondition>"
    split, join = model.node("parallelGateway", times), model.node("complexGateway", times, condition)
    for _ in range(number):
        branch = model.service(times)
        model.flow(split, branch)
        model.flow(branch, join)
    return split, join


def looped(model: PathModel, times: int, depth: int, in_loop: bool) -> Ends:
    del in_loop
    rounds, variable = model.choose.randint(1, 2), model.name("l")
    reset = model.script(times, "0", variable)
    merge, count = (
        model.node("exclusiveGateway", times * rounds),
        model.script(times * rounds, f"{variable} + 1", variable),
    )
    again = model.name("excl")
    model.visit(again, times * rounds)
    first, last = blocks(model, times * rounds, depth, in_loop=True)
    after = model.node("task", times)
    model.flow(reset, merge)
    model.flow(merge, count)
    model.flow(count, first)
    model.flow(last, again)
    model.flow(again, merge, f"{variable} &lt; {rounds}")
    model.add(f'<exclusiveGateway id="{again}" default="{model.default_flow(again, after)}"/>')
    return reset, after


def inside(model: PathModel, times: int, depth: int, in_loop: bool) -> Ends:
    element = model.container(model.choose.choice(("subProcess", "transaction")), times)
    start, end = model.node("startEvent", times), model.node("endEvent", times)
    first, last = blocks(model, times, depth, in_loop=in_loop)
    model.flow(start, first)
    model.flow(last, end)
    model.add("</transaction>" if element.startswith("tran") else "</subProcess>")
    return element, element


def interrupted(model: PathModel, times: int, depth: int, in_loop: bool) -> Ends:
    """A sub-process that an event sub-process takes over."""
    del depth, in_loop
    definition, action = model.trigger(model.choose.choice(("message", "signal", "timer")))
    element = model.container("subProcess", times)
    host = model.name("host")
    job = '<extensionElements><zeebe:taskDefinition type="work"/></extensionElements>'
    model.add(f'<serviceTask id="{host}">{job}</serviceTask>')
    model.visit(host, times, "terminated")
    model.how[host] = [action]
    handler = model.container("subProcess", times, ' triggeredByEvent="true"')
    start, end = model.node("startEvent", times, definition), model.node("endEvent", times)
    task = model.service(times)
    model.flow(start, task)
    model.flow(task, end)
    model.add("</subProcess></subProcess>")
    del handler
    return element, element


def deferred(model: PathModel, times: int, depth: int, in_loop: bool) -> Ends:
    """An event-based gateway: one of its events comes."""
    number = model.choose.randint(2, 3)
    taken = model.choose.randrange(number)
    gateway, join = model.node("eventBasedGateway", times), model.node("exclusiveGateway", times)
    for branch in range(number):
        definition, action = model.trigger(model.choose.choice(("message", "signal")))
        event = model.node("intermediateCatchEvent", times if branch == taken else 0, definition)
        if branch == taken:
            model.how[gateway] = [action]
        first, last = blocks(model, times if branch == taken else 0, depth, in_loop=in_loop)
        model.flow(gateway, event)
        model.flow(event, first)
        model.flow(last, join)
    return gateway, join


def failing(model: PathModel, times: int, depth: int, in_loop: bool) -> Ends:
    """A sub-process that ends in an error, caught at its boundary, or that is terminated from inside."""
    is_error = model.choose.random() < 0.5
    element = model.container("subProcess", times, lifecycle="failed" if is_error else "completed")
    start, split = model.node("startEvent", times), model.node("parallelGateway", times)
    waiting, quick = model.name("host"), model.node("task", times)
    job = '<extensionElements><zeebe:taskDefinition type="work"/></extensionElements>'
    model.add(f'<serviceTask id="{waiting}">{job}</serviceTask>')
    model.visit(waiting, times, "terminated")
    definition = model.trigger("error")[0] if is_error else "<terminateEventDefinition/>"
    end = model.node("endEvent", times, definition)
    model.flow(start, split)
    model.flow(split, waiting)
    model.flow(split, quick)
    model.flow(quick, end)
    model.add("</subProcess>")
    merge = model.node("exclusiveGateway", times)
    model.flow(element, merge)
    if is_error:
        boundary = model.node("boundaryEvent", times, definition, f' attachedToRef="{element}"')
        first, last = blocks(model, times, depth, in_loop=in_loop)
        model.flow(boundary, first)
        model.flow(last, merge)
    return element, merge


def crossing(model: PathModel, times: int, depth: int, in_loop: bool) -> Ends:
    """Not block-structured: a branch of one split goes to the join of another."""
    del depth, in_loop
    split = model.node("parallelGateway", times)
    join1, join2 = model.node("inclusiveGateway", times), model.node("inclusiveGateway", times)
    a, b, c = model.service(times), model.service(times), model.service(times)
    between = model.service(times)
    for task in (a, b, c):
        model.flow(split, task)
    model.flow(a, join1)
    model.flow(b, join1)
    model.flow(join1, between)
    model.flow(between, join2)
    model.flow(c, join2)
    return split, join2


INNER = (
    exclusive, exclusive, inclusive, inclusive, parallel, parallel, partial_join, looped, inside, interrupted, deferred,
    failing, crossing,
)  # fmt: skip
