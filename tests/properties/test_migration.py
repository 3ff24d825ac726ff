# SPDX-License-Identifier: Apache-2.0
"""Random instances migrate at random points: to an identical version nothing changes, a longer one is walked."""

from dataclasses import replace
from datetime import datetime

from hypothesis import assume, given
from hypothesis import strategies as st

from taktloom.kernel import InstanceState, step
from taktloom.kernel.events import InstanceMigrated
from taktloom.kernel.migration_plan import MigrationPlan, Verdict, check_instance, migration_event, plan_migration
from taktloom.kernel.state import InstanceStatus
from taktloom.kernel.state_json import load_event, save_event, save_state
from taktloom.model.identifiers import DefinitionKey, ElementId
from taktloom.model.process import AnyFlowNode, ProcessDefinition, SequenceFlow, SubProcess, UserTask
from tests.kernel.driver import KEY, Driver
from tests.properties.processes import Tree, compiled, definition_of, options, take_a_step, trees

MAX_STEPS = 25
KEYS = {"source": DefinitionKey("random:1"), "target": DefinitionKey("random:2")}


def some_steps(run: Driver, data: st.DataObject) -> None:
    run.start(n=1)
    for _ in range(data.draw(st.integers(0, 8))):
        if run.state.status is not InstanceStatus.ACTIVE:
            return
        take_a_step(run, data)


def event_of(plan: MigrationPlan, at: datetime) -> InstanceMigrated:
    return migration_event(plan, **KEYS, occurred_at=at)


@given(trees(), st.data())
def test_migrating_to_an_identical_version_changes_nothing(tree: Tree, data: st.DataObject) -> None:
    model = definition_of(tree)
    run = Driver(compiled(model))
    some_steps(run, data)
    assume(run.is_active)
    plan = plan_migration(run.process, compiled(model))
    before = save_state(run.state)

    assert check_instance(plan, run.state, event_of(plan, run.now)) == ()
    said = step(plan.target, run.state, event_of(plan, run.now))

    assert said == []
    assert save_state(run.state) == before


@given(trees(), st.data())
def test_after_migrating_to_a_version_with_added_tasks_the_instance_walks_the_new_version(
    tree: Tree, data: st.DataObject
) -> None:
    model = definition_of(tree)
    run = Driver(compiled(model))
    some_steps(run, data)
    assume(run.is_active)
    chosen = data.draw(st.sets(st.sampled_from(flow_ids(model)), min_size=1, max_size=3))
    target = with_tasks(model, chosen)
    plan = plan_migration(run.process, compiled(target))
    before, verdicts = save_state(run.state), check_instance(plan, run.state, event_of(plan, run.now))

    if verdicts:  # a token waits at a join behind a flow that now ends at an added task
        assert {one.verdict for one in verdicts} == {Verdict.WAITS}
        assert save_state(run.state) == before
        return
    source, moved_at = run.process, len(run.events)
    open_before = run.open_work()
    run.process = plan.target
    run.send(event_of(plan, run.now))
    assert run.open_work() == open_before
    for _ in range(MAX_STEPS):
        if not run.is_active:
            break
        assert options(run)
        take_a_step(run, data)

    copy = InstanceState(instance_key=KEY)
    for number, event in enumerate(run.events):
        step(source if number < moved_at else plan.target, copy, load_event(save_event(event)))
    assert save_state(copy) == save_state(run.state)


def flow_ids(model: ProcessDefinition | SubProcess) -> list[ElementId]:
    """Flows without a condition, at every depth; behind boundary events several tokens may stand at one task."""
    plain = [flow for flow in model.flows if flow.condition is None]
    found = [flow.id for flow in plain if not flow.source.startswith("boundary")]
    for node in model.nodes:
        if isinstance(node, SubProcess):
            found.extend(flow_ids(node))
    return found


def with_tasks(model: ProcessDefinition, chosen: set[ElementId]) -> ProcessDefinition:
    """The model with a user task on each of the chosen flows, whose first half keeps the id."""
    nodes, flows = _extended(model.nodes, model.flows, chosen)
    return replace(model, nodes=nodes, flows=flows)


def _extended(
    nodes: tuple[AnyFlowNode, ...], flows: tuple[SequenceFlow, ...], chosen: set[ElementId]
) -> tuple[tuple[AnyFlowNode, ...], tuple[SequenceFlow, ...]]:
    longer: list[AnyFlowNode] = []
    for node in nodes:
        if isinstance(node, SubProcess):
            inner, between = _extended(node.nodes, node.flows, chosen)
            longer.append(replace(node, nodes=inner, flows=between))
        else:
            longer.append(node)
    more: list[SequenceFlow] = []
    for flow in flows:
        if flow.id not in chosen:
            more.append(flow)
            continue
        task = ElementId(f"added_{flow.id}")
        longer.append(UserTask(id=task))
        more += [
            replace(flow, target=task),
            SequenceFlow(id=ElementId(f"{flow.id}_on"), source=task, target=flow.target),
        ]
    return tuple(longer), tuple(more)
