# SPDX-License-Identifier: Apache-2.0
"""One evaluation: its budgets, warnings and clock reading (`Run`), and the variables in sight (`Frame`).

`apply` and `apply_named` are the only ways to call a function: they count, coerce and give null for what does not fit.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias, cast

from taktloom.feel.errors import Budget, FeelBudgetError, FeelWarning, WarningKind
from taktloom.feel.kinds import FeelDateTime, FeelFunction, FeelValue
from taktloom.feel.types import coerce

__all__ = ["DEFAULT_BUDGET", "SEGMENT_LEVELS", "DeeperCallError", "Frame", "Run", "apply", "apply_named", "takes"]

DEFAULT_BUDGET = Budget()
SEGMENT_LEVELS = 300  # a level is about one Python frame; Python's limit is 1000, and callers have frames of their own
_MAX_WARNINGS = 100
_CHARACTERS_PER_STEP = 64  # so that the default budget of steps makes or reads some 64 million characters


class DeeperCallError(Exception):
    """A call that does not fit on the stack any more; `deep_calls.py` makes it elsewhere. No caller ever sees it."""

    def __init__(self, call: Callable[..., FeelValue], arguments: Sequence[FeelValue]) -> None:
        super().__init__(call, arguments)
        self.call, self.arguments = call, arguments


class Run:
    """What one evaluation has used, said and knows of the time."""

    # what most evaluations leave as it is stays with the class: one run is made for each evaluation
    budget = DEFAULT_BUDGET
    steps = DEFAULT_BUDGET.steps
    segment_levels = SEGMENT_LEVELS
    depth = 0
    _answers: Sequence[tuple[FeelValue, Sequence[list[object]]]] = ()
    _answers_taken = 0

    def __init__(
        self, budget: Budget = DEFAULT_BUDGET, now: FeelDateTime | None = None, zone: str | None = None
    ) -> None:
        self.warnings: list[FeelWarning] = []
        self.now = now
        self.zone = zone
        if budget is not DEFAULT_BUDGET:
            self.budget = budget
            self.steps = budget.steps
            self.segment_levels = min(SEGMENT_LEVELS, budget.depth)

    def step(self, count: int = 1) -> None:
        """Count iterations and calls; raises FeelBudgetError when they are used up."""
        self.steps -= count
        if self.steps < 0:
            raise FeelBudgetError("steps", self.budget.steps)

    def require_items(self, count: int) -> None:
        """Raise FeelBudgetError for a list or context of more than the allowed length."""
        if count > self.budget.items:
            raise FeelBudgetError("items", self.budget.items)

    def require_characters(self, count: int) -> None:
        """Raise FeelBudgetError for a string of more than the allowed length; long strings count as steps too."""
        if count > self.budget.characters:
            raise FeelBudgetError("characters", self.budget.characters)
        if count >= _CHARACTERS_PER_STEP:
            self.step(count // _CHARACTERS_PER_STEP)

    def call(
        self, levels: int, body: Callable[["Run", Sequence[FeelValue]], FeelValue], arguments: Sequence[FeelValue]
    ) -> FeelValue:
        """Run the *body* of a function, which takes *levels* of the stack; elsewhere if they are not left here."""
        if self.depth and self.depth + levels > self.segment_levels:
            return self._answer_from_elsewhere(lambda run, *given: run.call(levels, body, given), arguments)
        self.depth += levels
        try:
            return body(self, arguments)
        finally:
            self.depth -= levels

    def _answer_from_elsewhere(self, call: Callable[..., FeelValue], arguments: Sequence[FeelValue]) -> FeelValue:
        taken = self._answers_taken
        if taken == len(self._answers):
            raise DeeperCallError(call, arguments)
        self._answers_taken += 1
        value, told = self._answers[taken]
        for record, entries in zip(self._records(), told, strict=True):
            record.extend(entries)
        del self.warnings[_MAX_WARNINGS:]
        return value

    def begin_segment(
        self, answers: Sequence[tuple[FeelValue, Sequence[list[object]]]], mark: tuple[int, ...] | None
    ) -> None:
        """Start on an empty stack, with the answers of calls beyond it; forget what was told since *mark*."""
        self.depth, self._answers, self._answers_taken = 0, answers, 0
        if mark is not None:
            for record, length in zip(self._records(), mark, strict=True):
                del record[length:]

    def told(self) -> tuple[int, ...]:
        """How much has been told so far, for `told_since`."""
        return tuple(map(len, self._records()))

    def told_since(self, mark: tuple[int, ...]) -> list[list[object]]:
        """What was told since *mark*."""
        return [record[length:] for record, length in zip(self._records(), mark, strict=True)]

    def _records(self) -> tuple[list[object], ...]:
        return (cast("list[object]", self.warnings),)

    def warn(self, kind: WarningKind, message: str, position: int | None = None) -> None:
        """Keep one reason for a null; beyond the first hundred they say nothing new."""
        if len(self.warnings) < _MAX_WARNINGS:
            self.warnings.append(FeelWarning(kind=kind, message=message, position=position))


Variables: TypeAlias = Mapping[str, FeelValue]


class Frame:
    """Variables of one scope and the way to the outer ones."""

    __slots__ = ("parent", "run", "variables")

    def __init__(self, variables: Variables, parent: "Frame | None", run: Run) -> None:
        self.variables = variables
        self.parent = parent
        self.run = run


def apply(run: Run, function: FeelFunction, arguments: Sequence[FeelValue], position: int | None = None) -> FeelValue:
    """Call with positional arguments; null and a warning where no parameter list takes them."""
    run.step()
    for variant in (function, *function.overloads):
        bound = _bind(run, variant, arguments)
        if bound is not None:
            return _answer(run, variant, bound, position)
    _warn_refused(run, function, position)
    return None


def apply_named(
    run: Run, function: FeelFunction, arguments: Mapping[str, FeelValue], position: int | None = None
) -> FeelValue:
    """Call with named arguments; a name no parameter list has gives null."""
    run.step()
    for variant in (function, *function.overloads):
        bound = _bind_named(run, variant, arguments)
        if bound is not None:
            return _answer(run, variant, bound, position)
    _warn_refused(run, function, position)
    return None


def takes(function: FeelFunction, count: int) -> bool:
    """Whether this parameter list takes *count* positional arguments."""
    required = len(function.parameters) if function.required is None else function.required
    return required <= count and (count <= len(function.parameters) or function.is_variadic)


def _answer(run: Run, function: FeelFunction, bound: list[FeelValue], position: int | None) -> FeelValue:
    before = len(run.warnings)
    value = function.call(run, *bound)
    if value is not None and function.result is not None:
        value = coerce(value, function.result, run.step)
        if value is None:
            run.warn(WarningKind.TYPE_MISMATCH, f"The result of {function.name} is not of its type.", position)
    elif value is None and len(run.warnings) == before and position is not None:
        run.warn(WarningKind.OUT_OF_DOMAIN, f"{function.name} has no value for these arguments.", position)
    return value


def _warn_refused(run: Run, function: FeelFunction, position: int | None) -> None:
    run.warn(WarningKind.WRONG_ARGUMENTS, f"{function.name} does not take these arguments.", position)


def _bind(run: Run, function: FeelFunction, arguments: Sequence[FeelValue]) -> list[FeelValue] | None:
    parameters = function.parameters
    if not takes(function, len(arguments)):
        return None
    bound: list[FeelValue] = []
    for index, value in enumerate(arguments):
        parameter = parameters[min(index, len(parameters) - 1)]
        if value is None:
            if not parameter.accepts_null:
                return None
        elif parameter.type is not None:
            value = coerce(value, parameter.type, run.step)  # noqa: PLW2901  (the converted argument replaces the given one)
            if value is None:
                return None
        bound.append(value)
    return bound


def _bind_named(run: Run, function: FeelFunction, arguments: Mapping[str, FeelValue]) -> list[FeelValue] | None:
    names = [parameter.name for parameter in function.parameters]
    required = len(names) if function.required is None else function.required
    if not arguments.keys() <= set(names) or any(name not in arguments for name in names[:required]):
        return None
    bound: list[FeelValue] = []
    for parameter in function.parameters:
        if parameter.name not in arguments:
            bound.append(None)
            continue
        single = FeelFunction(name="", parameters=(parameter,), call=_no_call)
        checked = _bind(run, single, [arguments[parameter.name]])
        if checked is None:
            return None
        bound.extend(checked)
    return bound


def _no_call() -> FeelValue:
    return None
