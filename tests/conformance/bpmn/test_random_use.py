# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: E501  (lines of models)
"""Whatever a test does with the kit, in whatever order: nothing but MisuseError, and every visit and wait accounted."""

from collections import Counter
from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from taktloom.testing import Engine, Job, MisuseError, UserTask
from tests.conformance.bpmn.sketch import NOW, model, process

ROOTS = (
    '<message id="msg" name="Msg"><extensionElements><zeebe:subscription correlationKey="=key"/></extensionElements>'
    '</message><message id="go" name="Go"/><signal id="sg" name="Sig"/><error id="er" name="Er" errorCode="E1"/>'
    '<escalation id="esc" name="Esc" escalationCode="X1"/>'
)
PROCESS = """start s
<startEvent id="sm"><messageEventDefinition messageRef="go"/></startEvent>
<startEvent id="st"><timerEventDefinition><timeCycle>R2/PT3H</timeCycle></timerEventDefinition></startEvent>
xor again loop
or split join
job a
<boundaryEvent id="ta" attachedToRef="a"><timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition></boundaryEvent>
<boundaryEvent id="ea" attachedToRef="a"><errorEventDefinition errorRef="er"/></boundaryEvent>
<boundaryEvent id="ca" attachedToRef="a"><compensateEventDefinition/></boundaryEvent>
<userTask id="undo" isForCompensation="true"/>
<association id="as" sourceRef="ca" targetRef="undo"/>
<subProcess id="many"><multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>
start ms
job mj
<intermediateThrowEvent id="mt"><escalationEventDefinition escalationRef="esc"/></intermediateThrowEvent>
end me
ms -> mj -> mt -> me
</subProcess>
<boundaryEvent id="bm" attachedToRef="many" cancelActivity="false"><escalationEventDefinition escalationRef="esc"/></boundaryEvent>
<boundaryEvent id="sm2" attachedToRef="many"><signalEventDefinition signalRef="sg"/></boundaryEvent>
<transaction id="tx">
start ts
user tu
xor tg
<endEvent id="tc"><cancelEventDefinition/></endEvent>
end te
ts -> tu -> tg
tg -> tc if x > 3
tg -> te default
</transaction>
<boundaryEvent id="bt" attachedToRef="tx"><cancelEventDefinition/></boundaryEvent>
<callActivity id="call" calledElement="q"/>
<boundaryEvent id="bc" attachedToRef="call"><errorEventDefinition/></boundaryEvent>
<adHocSubProcess id="ah">
job ha hb
<completionCondition>x > 2</completionCondition>
</adHocSubProcess>
<intermediateCatchEvent id="c"><messageEventDefinition messageRef="msg"/></intermediateCatchEvent>
<intermediateThrowEvent id="undoing"><compensateEventDefinition/></intermediateThrowEvent>
<endEvent id="stop"><terminateEventDefinition/></endEvent>
end e
s -> again
sm -> again
st -> again
again -> split
split -> a if x > 0
split -> many if x > 1
split -> tx if x > 2
split -> call default
a -> join
ta -> join
ea -> join
many -> join
bm -> e
sm2 -> join
tx -> join
bt -> join
call -> join
bc -> stop
join -> ah -> c -> undoing -> loop
loop -> again if x > 4
loop -> e default
<subProcess id="es" triggeredByEvent="true">
<startEvent id="xs" isInterrupting="false"><conditionalEventDefinition><condition>x = 3</condition></conditionalEventDefinition></startEvent>
user xu
xs -> xu
</subProcess>
<subProcess id="er2" triggeredByEvent="true">
<startEvent id="xe"><errorEventDefinition/></startEvent>
job xj
xe -> xj
</subProcess>
"""
CALLED = """start qs
job qj
<endEvent id="qe"><errorEventDefinition errorRef="er"/></endEvent>
end qf
xor qg
qs -> qj -> qg
qg -> qe if x > 3
qg -> qf default
"""
MODEL = model(
    process("p", PROCESS.replace("x > 2</completion", "x &gt; 2</completion")), process("q", CALLED), roots=ROOTS
)
VARIABLES = st.fixed_dictionaries({"x": st.integers(0, 5)}, optional={"key": st.sampled_from(["k", 1, None])})
ELEMENTS = st.sampled_from(["ha", "hb", "a", "nothing", "ah"])
PICK = st.integers(0, 20)


class KitUse(RuleBasedStateMachine):
    """Random calls; what is refused must be refused by MisuseError."""

    @initialize()
    def deploy(self) -> None:
        self.engine = Engine(NOW)
        self.engine.deploy(MODEL)
        self.done: list[str] = []

    @rule(variables=VARIABLES)
    def start(self, variables: dict[str, object]) -> None:
        if len(self.engine.instances()) < 40:
            self.engine.start("p", {"key": "k", **variables})

    @rule(pick=PICK, variables=VARIABLES)
    def complete(self, pick: int, variables: dict[str, object]) -> None:
        jobs = self.engine.jobs()
        if jobs:
            job = jobs[pick % len(jobs)]
            self.engine.complete(job, variables)
            self.done.append(job.id)

    @rule(pick=PICK, retries=st.integers(0, 2))
    def fail(self, pick: int, retries: int) -> None:
        jobs = self.engine.jobs()
        if jobs:
            self.engine.fail(jobs[pick % len(jobs)], "broken", retries)

    @rule(pick=PICK, code=st.sampled_from(["E1", "E2"]))
    def throw_error(self, pick: int, code: str) -> None:
        jobs = self.engine.jobs()
        if jobs:
            self.engine.throw_error(jobs[pick % len(jobs)], code)

    @rule(pick=PICK, variables=VARIABLES)
    def complete_task(self, pick: int, variables: dict[str, object]) -> None:
        tasks = self.engine.user_tasks()
        if tasks:
            self.engine.complete_task(tasks[pick % len(tasks)], variables)

    @rule(pick=PICK)
    def complete_what_is_done(self, pick: int) -> None:
        if self.done:
            try:
                self.engine.complete(self.done[pick % len(self.done)])
            except MisuseError:
                return
            raise AssertionError("a job was completed twice")

    @rule(name=st.sampled_from(["Msg", "Go", "Nobody"]), key=st.sampled_from(["k", "1", None]), variables=VARIABLES)
    def publish(self, name: str, key: str | None, variables: dict[str, object]) -> None:
        self.engine.publish(name, key, {"key": "k", **variables})

    @rule()
    def broadcast(self) -> None:
        self.engine.broadcast("Sig")

    @rule(variables=VARIABLES)
    def evaluate_conditions(self, variables: dict[str, object]) -> None:
        self.engine.evaluate_conditions(variables)

    @rule(minutes=st.integers(0, 200))
    def advance(self, minutes: int) -> None:
        self.engine.advance(timedelta(minutes=minutes))

    @rule(pick=PICK, element=ELEMENTS)
    def activate(self, pick: int, element: str) -> None:
        instances = self.engine.instances("p")
        if instances:
            try:
                self.engine.activate(instances[pick % len(instances)], element)
            except MisuseError:
                return

    @rule(pick=PICK, variables=VARIABLES)
    def resolve(self, pick: int, variables: dict[str, object]) -> None:
        stuck = [instance for instance in self.engine.instances() if instance.incidents and instance.state == "active"]
        if stuck:
            instance = stuck[pick % len(stuck)]
            instance.resolve(instance.incidents[0], variables)

    @invariant()
    def every_visit_ends_once_and_only_active_instances_have_work(self) -> None:
        for instance in self.engine.instances():
            begun = Counter(item.element_id for item in instance.history if item.lifecycle == "activated")
            ended = Counter(item.element_id for item in instance.history if item.lifecycle != "activated")
            assert begun - ended == Counter(instance.active)
            assert not ended - begun
            if instance.state != "active":
                assert (instance.active, instance.incidents) == ([], [])
        work: list[Job | UserTask] = [*self.engine.jobs(), *self.engine.user_tasks()]
        assert all(one.instance.state == "active" and one.element_id in one.instance.active for one in work)
        assert len({one.id for one in work}) == len(work)


KitUse.TestCase.settings = settings(
    max_examples=25, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
TestKitUse = KitUse.TestCase
