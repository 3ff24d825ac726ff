# SPDX-License-Identifier: Apache-2.0
"""What a dry run says of joins is what happens: a clean instance can always end, a stuck one waits for ever.

Both versions are a random process with forks put around some of its tasks, and the work beside them has the same ids in
both, wherever it stands: so tokens come into one branch of a fork, into several one after the other, or beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from hypothesis import assume, event, given, reject, settings
from hypothesis import strategies as st

from taktloom.kernel.commands import ChooseFlow, EvaluateDecision
from taktloom.kernel.dead_joins import JoinOutlook
from taktloom.kernel.events import (
    DecisionEvaluated,
    FlowChosen,
    IncidentResolved,
    InstanceModified,
    JobCompleted,
    KernelEvent,
    MessageCorrelated,
    TimerFired,
    TokenAction,
    TokenChange,
    UserTaskCompleted,
)
from taktloom.kernel.migration_plan import Verdict, check_instance, migration_event, plan_migration
from taktloom.kernel.modification import ModificationRefusedError
from taktloom.model.identifiers import ElementId, RequestId
from taktloom.model.process import (
    AnyFlowNode,
    InclusiveGateway,
    ParallelGateway,
    ProcessDefinition,
    SequenceFlow,
    SubProcess,
    UserTask,
)
from tests.kernel.driver import Driver, feel
from tests.properties.processes import Tree, compiled, definition_of, trees
from tests.properties.test_migration import KEYS, some_steps

BESIDE = ("one", "two")
WANDERING = 20
MAX_STEPS = 200


@settings(max_examples=150)
@given(trees(), st.data())
def test_told_to_migrate_it_can_end_and_told_to_be_stuck_it_cannot(tree: Tree, data: st.DataObject) -> None:
    model = definition_of(tree)
    tasks = forkable(model)
    assume(tasks)
    source, target = (forked(model, data.draw(forks(tasks))) for _ in range(2))
    run = Driver(compiled(source))
    some_steps(run, data)
    assume(run.is_active)
    plan = plan_migration(run.process, compiled(target))
    migrated = migration_event(plan, **KEYS, occurred_at=run.now)
    found = check_instance(plan, run.state, migrated)
    verdicts = {one.verdict for one in found}
    assume(not verdicts - {Verdict.STUCK})
    event("stuck" if verdicts else "migrates")

    run.process = plan.target
    run.send(migrated)
    play_to_rest(run, data)

    assert run.is_active is (verdicts == {Verdict.STUCK})
    if verdicts:
        joins = {plan.target.nodes[token.element].id for token in run.state.tokens.values()}
        assert joins & {one.element_id for one in found}


@settings(max_examples=100)
@given(trees(), st.data())
def test_moved_without_a_warning_it_can_end_and_with_one_it_cannot(tree: Tree, data: st.DataObject) -> None:
    model = definition_of(tree)
    tasks = forkable(model)
    assume(tasks)
    run = Driver(compiled(forked(model, data.draw(forks(tasks)))))
    some_steps(run, data)
    assume(run.is_active)
    changes = [TokenChange(action=TokenAction.BEFORE, element_id=data.draw(st.sampled_from(tasks)))]
    active = sorted({run.process.nodes[token.element].id for token in run.state.tokens.values()})
    if data.draw(st.booleans()):
        changes.append(TokenChange(action=TokenAction.CANCEL, element_id=data.draw(st.sampled_from(active))))
    try:
        run.send(InstanceModified(occurred_at=run.now, actor="ada", changes=tuple(changes), reason="by hand"))
    except ModificationRefusedError:
        reject()
    found = JoinOutlook(run.process).dead_joins(run.state)
    event("stuck" if found else "moved")

    play_to_rest(run, data)

    assert run.is_active is bool(found)


def forkable(model: ProcessDefinition | SubProcess) -> list[ElementId]:
    """What can get work beside it: everything between one flow and another, at every depth."""
    entered, left = ([getattr(flow, end) for flow in model.flows] for end in ("target", "source"))
    found = []
    for node in model.nodes:
        if entered.count(node.id) == left.count(node.id) == 1 and not node.id.startswith(("guarded", "boundary")):
            found.append(node.id)
        if isinstance(node, SubProcess):
            found.extend(forkable(node))
    return found


@dataclass(frozen=True)
class Fork:
    """*beside* runs beside *around*."""

    around: ElementId
    beside: str
    joins: type[ParallelGateway] | type[InclusiveGateway]


def forks(tasks: Sequence[ElementId]) -> st.SearchStrategy[tuple[Fork, ...]]:
    """Up to one for each of BESIDE, no two around the same."""

    def made(chosen: list[ElementId], kinds: list[type]) -> tuple[Fork, ...]:
        return tuple(Fork(*one) for one in zip(chosen, BESIDE, kinds, strict=False))

    chosen = st.lists(st.sampled_from(tasks), max_size=len(BESIDE), unique=True)
    kinds = st.sampled_from((ParallelGateway, ParallelGateway, InclusiveGateway))
    return st.builds(made, chosen, st.lists(kinds, min_size=len(BESIDE), max_size=len(BESIDE)))


Owner = TypeVar("Owner", ProcessDefinition, SubProcess)


def forked(model: Owner, chosen: Sequence[Fork]) -> Owner:
    """The model with the forks."""
    nodes: list[AnyFlowNode] = [forked(node, chosen) if isinstance(node, SubProcess) else node for node in model.nodes]
    flows = list(model.flows)
    own = {node.id for node in model.nodes}
    for one in chosen:
        if one.around in own:
            fork, join, work = (ElementId(f"{name}_{one.beside}") for name in ("fork", "join", "work"))
            nodes += [ParallelGateway(id=fork), one.joins(id=join), UserTask(id=work)]
            flows = [
                replace(flow, target=fork)
                if flow.target == one.around
                else replace(flow, source=join)
                if flow.source == one.around
                else flow
                for flow in flows
            ]
            between = ((fork, one.around), (fork, work), (one.around, join), (work, join))
            flows += [
                SequenceFlow(id=ElementId(f"{source}_to_{to}"), source=source, target=to) for source, to in between
            ]
    return replace(model, nodes=tuple(nodes), flows=tuple(flows))


def play_to_rest(run: Driver, data: st.DataObject) -> None:
    """Do everything that is open, out of loops in the end, until nothing is; boundary events do not happen."""
    for number in range(MAX_STEPS):
        answer = next_answer(run, data, wanders=number < WANDERING) if run.is_active else None
        if answer is None:
            return
        run.send(answer)
    raise AssertionError("it goes on for ever")


def next_answer(run: Driver, data: st.DataObject, *, wanders: bool) -> KernelEvent | None:
    """By the state: the driver keeps one of each kind per element only, and here several tokens may stand at one."""
    state, now = run.state, run.now
    for incident in state.incidents:
        return IncidentResolved(occurred_at=now, incident_id=incident, variables=feel({"n": 1}))
    for request in state.requests:
        return answered(run, request, data, wanders=wanders)
    for job in state.jobs:
        return JobCompleted(occurred_at=now, job_id=job, variables=feel({"n": 1, "m": 2}))
    for task in state.user_tasks:
        return UserTaskCompleted(occurred_at=now, user_task_id=task, variables={})
    for subscription in state.subscriptions:
        return MessageCorrelated(occurred_at=now, subscription_id=subscription, variables=feel({"n": 3}))
    for timer, wait in state.timers.items():
        run.now = max(now, wait.due_at)
        return TimerFired(occurred_at=run.now, timer_id=timer)
    return None


def answered(run: Driver, request: RequestId, data: st.DataObject, *, wanders: bool) -> KernelEvent:
    """What a gateway or a decision asks the host for."""
    asked = next(one for one in run.log if isinstance(one, ChooseFlow | EvaluateDecision) and one.request_id == request)
    if isinstance(asked, EvaluateDecision):
        return DecisionEvaluated(occurred_at=run.now, request_id=request, value=feel({"rate": 1})["rate"], error=None)
    flows = asked.flow_ids if wanders else asked.flow_ids[-1:]
    return FlowChosen(occurred_at=run.now, request_id=request, flow_id=data.draw(st.sampled_from(flows)))
