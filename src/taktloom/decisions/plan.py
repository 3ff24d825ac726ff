# SPDX-License-Identifier: Apache-2.0
"""The order of an evaluation: what a decision requires, directly or not, each element once, requirements first.

A plan is made once for each decision and service. It is a flat list of steps, each adding one value, so that a chain of
a thousand decisions needs no deeper stack than one. An element may be reached through several imports, each with inputs
of its own (`{"loans": {"people": {…}}}`); it then has one step for each way to it.
Source: DMN 1.5, 10.4 (execution semantics of decision services and requirements).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from taktloom.decisions.library import Key, Required
from taktloom.decisions.run import DecisionRun, DecisionTrace
from taktloom.feel.code import Evaluate
from taktloom.feel.deep_calls import deep_evaluation
from taktloom.feel.errors import WarningKind
from taktloom.feel.kinds import FeelFunction, FeelValue
from taktloom.feel.runtime import DeeperCallError, Frame, Run
from taktloom.feel.types import FeelType, coerce, exact_class
from taktloom.model.decision import DecisionDefinition, InputData

__all__ = ["Logic", "Plan", "make_plan"]

Path: TypeAlias = tuple[str, ...]  # import prefixes on the way to an element
Inputs: TypeAlias = Mapping[str, FeelValue]
Step: TypeAlias = Callable[[Run, Inputs, list[FeelValue]], FeelValue]
_MAX_STEPS = 100_000


@dataclass(frozen=True, slots=True)
class Logic:
    """A compiled node: what it needs to see, and its closure."""

    required: tuple[Required, ...]
    evaluate: Evaluate


class Compiled(Protocol):
    """What a plan needs of the model."""

    def logic_of(self, key: Key) -> Logic:
        """The compiled logic of a decision."""
        ...

    def function_of(self, key: Key) -> FeelFunction:
        """The function that a business knowledge model or decision service is."""
        ...

    def input_type(self, key: Key, node: InputData) -> FeelType | None:
        """The type that an input is coerced to."""
        ...


@dataclass(frozen=True, slots=True)
class Plan:
    """Steps in order, and at which of their values the wanted ones are. The first values are the given ones."""

    steps: tuple[Step, ...]
    wanted: tuple[int, ...]

    def run(self, run: Run, inputs: Inputs, given: Sequence[FeelValue] = ()) -> list[FeelValue]:
        """The wanted values. given: values that stand in for elements, in the order of `make_plan`."""
        values = list(given)
        for step in self.steps:
            values.append(step(run, inputs, values))
        return [values[index] for index in self.wanted]


def make_plan(model: Compiled, wanted: Sequence[Required], given: Sequence[Required] = ()) -> Plan:
    """Plan for *wanted* elements; *given* ones are not evaluated, nor what only they require."""
    planner = _Planner(model, given)
    return Plan(wanted=tuple(planner.place_of(item) for item in wanted), steps=tuple(planner.steps))


class _Planner:
    def __init__(self, model: Compiled, given: Sequence[Required]) -> None:
        self.model = model
        self.given = {item.key: index for index, item in enumerate(given)}
        self.count_given = len(given)
        self.places: dict[tuple[Path, Key], int] = {}
        self.open: set[Key] = set()
        self.steps: list[Step] = []

    def place_of(self, wanted: Required) -> int:
        """Depth first with a stack of its own: requirements may be long chains."""
        pending: list[tuple[Required, Path]] = [(wanted, ())]
        while pending:
            item, path = pending[-1]
            missing = self._missing(item, path)
            if missing:
                pending.extend(reversed(missing))
                self.open.add(item.key)
                continue
            pending.pop()
            self.open.discard(item.key)
            self._add(item, path)
        return self._place(wanted, ())

    def _missing(self, item: Required, path: Path) -> list[tuple[Required, Path]]:
        if self._is_known(item, path) or not isinstance(item.node, DecisionDefinition):
            return []
        inner = [(needed, _path_to(needed, path)) for needed in self.model.logic_of(item.key).required]
        return [
            (needed, way) for needed, way in inner if not self._is_known(needed, way) and needed.key not in self.open
        ]

    def _is_known(self, item: Required, path: Path) -> bool:
        return item.key in self.given or (path, item.key) in self.places or len(self.steps) > _MAX_STEPS

    def _place(self, item: Required, path: Path) -> int:
        found = self.given.get(item.key)
        return self.places[path, item.key] if found is None else found

    def _add(self, item: Required, path: Path) -> None:
        if self._is_known(item, path):
            return
        node = item.node
        if isinstance(node, InputData):
            step = _input_step(node, path, self.model.input_type(item.key, node))
        elif isinstance(node, DecisionDefinition):
            step = self._decision_step(item, node, path)
        else:
            step = _constant_step(self.model.function_of(item.key))
        self.places[path, item.key] = self._append(step)

    def _append(self, step: Step) -> int:
        self.steps.append(step)
        return self.count_given + len(self.steps) - 1

    def _decision_step(self, item: Required, node: DecisionDefinition, path: Path) -> Step:
        logic = self.model.logic_of(item.key)
        plain: list[tuple[str, int]] = []
        grouped: dict[str, list[tuple[str, int]]] = {}
        for needed in logic.required:
            target = grouped.setdefault(needed.prefix, []) if needed.prefix else plain
            target.append((needed.node.variable.name, self._place_or_circle(needed, _path_to(needed, path))))
        return _decision_step(node, logic.evaluate, plain, grouped)

    def _place_or_circle(self, item: Required, path: Path) -> int:
        if item.key in self.given or (path, item.key) in self.places:
            return self._place(item, path)
        return self._append(_circle_step(item.node.name))


def _path_to(item: Required, path: Path) -> Path:
    return (*path, item.prefix) if item.prefix else path


def _constant_step(value: FeelValue) -> Step:
    return lambda run, inputs, values: value


def _circle_step(name: str) -> Step:
    def warn(run: Run, inputs: Inputs, values: list[FeelValue]) -> FeelValue:
        run.warn(WarningKind.DECISION, f"The decision {name!r} requires itself.")
        return None

    return warn


def _input_step(node: InputData, path: Path, kind: FeelType | None) -> Step:
    name = node.variable.name
    exact, at_root = exact_class(kind), not path

    def read(run: Run, inputs: Inputs, values: list[FeelValue]) -> FeelValue:
        value = inputs.get(name) if at_root else None
        if type(value) is exact:
            return value
        if value is None:
            value = _input_at(node, path, inputs)
        if value is None or kind is None:
            return value
        answer = coerce(value, kind, run.step)
        if answer is None:
            run.warn(WarningKind.TYPE_MISMATCH, f"The input {node.name!r} is not of its type.")
        return answer

    return read


def _input_at(node: InputData, path: Path, inputs: Inputs) -> FeelValue:
    """The input under the prefixes of *path*, else under the last of them, else under none."""
    for prefixes in (path, path[-1:], ()):
        context: FeelValue | Inputs = inputs
        for prefix in prefixes:
            context = context.get(prefix) if isinstance(context, Mapping) else None
        if isinstance(context, Mapping):
            for name in (node.variable.name, node.name):
                if name in context:
                    return context[name]
    return None


def _decision_step(
    node: DecisionDefinition,
    evaluate: Evaluate,
    plain: list[tuple[str, int]],
    grouped: dict[str, list[tuple[str, int]]],
) -> Step:
    node_id, name = node.id, node.name

    def decide(run: Run, inputs: Inputs, values: list[FeelValue]) -> FeelValue:
        variables = {name: values[index] for name, index in plain}
        if grouped:
            variables.update({at: {name: values[index] for name, index in group} for at, group in grouped.items()})
        frame = Frame(variables, None, run)
        if not isinstance(run, DecisionRun):
            return evaluate(frame)
        before = len(run.matches)
        try:
            value = evaluate(frame)
        except DeeperCallError as call:
            if run.depth:  # inside of a function: the segment that began outside goes on
                raise
            mark = (len(run.warnings), before, len(run.trace))
            value = deep_evaluation(run, lambda: evaluate(frame), call, mark)
        run.trace.append(DecisionTrace(node_id, name, value, tuple(run.matches[before:]), variables))
        return value

    return decide
