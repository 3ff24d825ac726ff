# SPDX-License-Identifier: Apache-2.0
"""One evaluation: its budgets, warnings and clock reading (`Run`), and the variables in sight (`Frame`).

`apply` and `apply_named` are the only ways to call a function: they count, coerce and give null for what does not fit.
"""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from taktloom.feel.errors import Budget, FeelBudgetError, FeelWarning, WarningKind
from taktloom.feel.kinds import FeelDateTime, FeelFunction, FeelValue
from taktloom.feel.types import coerce

__all__ = ["DEFAULT_BUDGET", "Frame", "Run", "apply", "apply_named"]

DEFAULT_BUDGET = Budget()
_MAX_WARNINGS = 100


class Run:
    """What one evaluation has used, said and knows of the time."""

    __slots__ = ("budget", "depth", "now", "steps", "warnings", "zone")

    def __init__(
        self, budget: Budget = DEFAULT_BUDGET, now: FeelDateTime | None = None, zone: str | None = None
    ) -> None:
        self.budget = budget
        self.steps = budget.steps
        self.depth = 0
        self.warnings: list[FeelWarning] = []
        self.now = now
        self.zone = zone

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
        """Raise FeelBudgetError for a string of more than the allowed length."""
        if count > self.budget.characters:
            raise FeelBudgetError("characters", self.budget.characters)

    def enter(self, levels: int) -> None:
        """Go *levels* deeper; the caller gives them back by subtracting from `depth`."""
        self.depth += levels
        if self.depth > self.budget.depth:
            raise FeelBudgetError("depth", self.budget.depth)

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
        bound = _bind(variant, arguments)
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
        bound = _bind_named(variant, arguments)
        if bound is not None:
            return _answer(run, variant, bound, position)
    _warn_refused(run, function, position)
    return None


def _answer(run: Run, function: FeelFunction, bound: list[FeelValue], position: int | None) -> FeelValue:
    before = len(run.warnings)
    value = function.call(run, *bound)
    if value is not None and function.result is not None:
        value = coerce(value, function.result)
        if value is None:
            run.warn(WarningKind.TYPE_MISMATCH, f"The result of {function.name} is not of its type.", position)
    elif value is None and len(run.warnings) == before and position is not None:
        run.warn(WarningKind.OUT_OF_DOMAIN, f"{function.name} has no value for these arguments.", position)
    return value


def _warn_refused(run: Run, function: FeelFunction, position: int | None) -> None:
    run.warn(WarningKind.WRONG_ARGUMENTS, f"{function.name} does not take these arguments.", position)


def _bind(function: FeelFunction, arguments: Sequence[FeelValue]) -> list[FeelValue] | None:
    parameters = function.parameters
    required = len(parameters) if function.required is None else function.required
    if len(arguments) < required or (len(arguments) > len(parameters) and not function.is_variadic):
        return None
    bound: list[FeelValue] = []
    for index, value in enumerate(arguments):
        parameter = parameters[min(index, len(parameters) - 1)]
        if value is None:
            if not parameter.accepts_null:
                return None
        elif parameter.type is not None:
            value = coerce(value, parameter.type)  # noqa: PLW2901  (the converted argument replaces the given one)
            if value is None:
                return None
        bound.append(value)
    return bound


def _bind_named(function: FeelFunction, arguments: Mapping[str, FeelValue]) -> list[FeelValue] | None:
    names = [parameter.name for parameter in function.parameters]
    required = len(names) if function.required is None else function.required
    if not arguments.keys() <= set(names) or any(name not in arguments for name in names[:required]):
        return None
    bound: list[FeelValue] = []
    for parameter in function.parameters:
        if parameter.name not in arguments:
            bound.append(None)
            continue
        checked = _bind(FeelFunction(name="", parameters=(parameter,), call=_no_call), [arguments[parameter.name]])
        if checked is None:
            return None
        bound.extend(checked)
    return bound


def _no_call() -> FeelValue:
    return None
