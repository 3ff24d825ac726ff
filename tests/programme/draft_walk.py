# SPDX-License-Identifier: Apache-2.0
"""Walks a recorded case through a draft on the pure kernel, answering forms as the case went, as far as it can follow.

Nothing is patched: the walk sends only completed tasks and jobs, with the case's attributes and the answers that a form
offers; rules are decided by the drafted table. An event whose activity is not open is skipped and not counted as
followed; when no later event of the case is open either, the first open task is done as a person would.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from taktloom.decisions import DecisionModel, load_model
from taktloom.formats.dmn import read_dmn
from taktloom.kernel import ExecutableProcess
from taktloom.kernel.commands import EvaluateDecision
from taktloom.kernel.events import InstanceStarted, JobCompleted, UserTaskCompleted
from taktloom.model.identifiers import ElementId, JobId, UserTaskId
from taktloom.model.process import Activity, EndEvent, ProcessDefinition
from taktloom.programme.draft import Draft
from taktloom.programme.draft_elements import ChoicePoint
from tests.kernel.driver import Driver, feel
from tests.programme.engine_driver import EngineDriver

MAX_STEPS = 200
AnyDriver: TypeAlias = Driver | EngineDriver


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedCase:
    """Case attributes and events (activity, attributes), variables by name."""

    variables: Mapping[str, object]
    events: Sequence[tuple[str, Mapping[str, object]]]


@dataclass(slots=True, kw_only=True)
class WalkResult:
    """What became of one case."""

    finished: bool
    incidents: int
    steps: int
    followed: int
    events: int
    by_rule: list[tuple[ElementId, object]] = field(default_factory=list)


class DraftWalk:
    """A draft, compiled, ready for many walks."""

    def __init__(self, draft: Draft, process: ExecutableProcess, dmn: bytes | None) -> None:
        self.definition: ProcessDefinition = process.definition
        self._process = process
        self._model: DecisionModel | None = None if dmn is None else load_model(read_dmn(dmn))
        self._choices: dict[ElementId, list[ChoicePoint]] = {}
        for choice in draft.choices:
            if not choice.is_by_rule:
                self._choices.setdefault(choice.asked_at, []).append(choice)
        self._asking = {choice.asked_at for choice in draft.choices}
        self._activity = {
            node.id: node.name
            for node in self.definition.nodes
            if isinstance(node, Activity) and (node.id not in self._asking or node.id.startswith("task_"))
        }
        self._targets: dict[ElementId, list[ElementId]] = {}
        for flow in self.definition.flows:
            self._targets.setdefault(flow.source, []).append(flow.target)
        self._flow_target = {flow.id: flow.target for flow in self.definition.flows}
        self._to_end = self._distances_to_end()

    def walk(self, case: RecordedCase, on_engine: EngineDriver | None = None) -> WalkResult:
        """Start, follow, finish: on the pure kernel, or on an engine that has the draft deployed."""
        driver = on_engine or Driver(process=self._process)
        result = WalkResult(finished=False, incidents=0, steps=1, followed=0, events=len(case.events))
        driver.send(InstanceStarted(occurred_at=driver.now, variables=feel(case.variables)))
        remaining = list(case.events)
        while driver.is_active and result.steps < MAX_STEPS:
            if driver.work.get("incident"):
                result.incidents += 1
                break
            if not self._decide_by_rule(driver, result):
                remaining = self._do_one(driver, remaining, result)
            result.steps += 1
        result.finished = driver.has_finished
        return result

    def _decide_by_rule(self, driver: AnyDriver, result: WalkResult) -> bool:
        if isinstance(driver, EngineDriver):  # the engine decides by itself
            return False
        for element, request in list(driver.work.get("decision", {}).items()):
            assert isinstance(request, EvaluateDecision)
            assert self._model is not None
            value = self._model.evaluate(request.decision_id, request.inputs).value
            result.by_rule.append((ElementId(element), value))
            driver.decide(element, value)
            return True
        return False

    def _do_one(
        self, driver: AnyDriver, remaining: list[tuple[str, Mapping[str, object]]], result: WalkResult
    ) -> list[tuple[str, Mapping[str, object]]]:
        opened = [*driver.work.get("task", {}), *driver.work.get("job", {})]
        for element in opened:
            if ElementId(element) not in self._activity:  # a task that only asks
                self._complete(driver, element, {}, remaining)
                return remaining
        by_activity = {self._activity[ElementId(element)]: element for element in opened}
        for index, (activity, attributes) in enumerate(remaining):
            if activity in by_activity:
                result.followed += 1
                rest = remaining[index + 1 :]
                self._complete(driver, by_activity[activity], attributes, rest)
                return rest
        self._complete(driver, opened[0], {}, remaining)
        return remaining

    def _complete(
        self,
        driver: AnyDriver,
        element: str,
        attributes: Mapping[str, object],
        remaining: list[tuple[str, Mapping[str, object]]],
    ) -> None:
        answers = {
            choice.variable: self._answer(choice, remaining) for choice in self._choices.get(ElementId(element), [])
        }
        if element in driver.work.get("task", {}):
            variables = feel({**attributes, **answers})
            task = UserTaskId(driver.take("task", element))
            driver.send(UserTaskCompleted(occurred_at=driver.now, actor="ann", user_task_id=task, variables=variables))
        else:
            job = JobId(driver.take("job", element))
            driver.send(JobCompleted(occurred_at=driver.now, job_id=job, variables=feel(attributes)))

    def _answer(self, choice: ChoicePoint, remaining: list[tuple[str, Mapping[str, object]]]) -> str:
        """The branch that leads first to the earliest remaining event; without one, the shortest way to the end."""
        firsts = {flow: self._first_activities(self._flow_target[flow]) for flow in choice.branches}
        for activity, _ in remaining:
            leading = [flow for flow, names in firsts.items() if activity in names]
            if leading:
                return choice.branches[min(leading, key=lambda flow: firsts[flow][activity])]
        return choice.branches[min(choice.branches, key=lambda flow: self._to_end[self._flow_target[flow]])]

    def _first_activities(self, start: ElementId) -> dict[str, int]:
        """Activities reachable without passing another one, with their distance."""
        queue, distance, found = [start], {start: 0}, dict[str, int]()
        for node in queue:
            if node in self._activity:
                found[self._activity[node]] = distance[node]
                continue
            for target in self._targets.get(node, []):
                if target not in distance:
                    distance[target] = distance[node] + 1
                    queue.append(target)
        return found

    def _distances_to_end(self) -> dict[ElementId, int]:
        ends = [node.id for node in self.definition.nodes if isinstance(node, EndEvent)]
        distance, queue = dict.fromkeys(ends, 0), list(ends)
        for node in queue:
            for source, targets in self._targets.items():
                if node in targets and source not in distance:
                    distance[source] = distance[node] + 1
                    queue.append(source)
        return distance
