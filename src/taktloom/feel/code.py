# SPDX-License-Identifier: Apache-2.0
"""What the compiled form consists of: closures from a frame to a value, and the static view of the frames at run time.

Each scope of the text (function, context, loop, filter) is one `Frame` at run time. All scopes but filters have a fixed
set of names, so a name is resolved to "so many frames up" when compiling. A filter's frame holds `item` and the entries
of the element, which are known at run time only: names inside a filter look there first.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from taktloom.feel.errors import WarningKind
from taktloom.feel.kinds import FeelFunction, FeelValue
from taktloom.feel.runtime import Frame
from taktloom.feel.scope import Scope
from taktloom.feel.syntax import Expression

__all__ = ["Evaluate", "StaticScope", "compile_form", "resolve"]

Evaluate: TypeAlias = Callable[[Frame], FeelValue]


@dataclass(frozen=True, slots=True)
class StaticScope:
    """One level of names while compiling; *names* is None for a filter. The outermost level has no *parent*."""

    names: frozenset[str] | None
    parent: "StaticScope | None"
    scope: Scope
    built_ins: Mapping[str, FeelFunction]
    forms: "Mapping[type, Callable[..., Evaluate]]"

    def inner(self, names: Iterable[str] | None) -> "StaticScope":
        """The level for one more frame."""
        known = None if names is None else frozenset(names)
        return StaticScope(known, self, self.scope, self.built_ins, self.forms)


def compile_form(node: Expression, scope: StaticScope) -> Evaluate:
    """The closure of any expression."""
    return scope.forms[type(node)](node, scope)


def resolve(name: str, scope: StaticScope, position: int) -> Evaluate:
    """Closure that reads the variable, or gives the built-in, called *name*."""
    level: StaticScope = scope
    distance = 0
    while level.parent is not None:
        if level.names is None:
            return _from(distance, _in_filter(name, resolve(name, level.parent, position)))
        if name in level.names:
            return _at(name, distance)
        level = level.parent
        distance += 1
    return _from(distance, _outermost(name, level, position))


def _outermost(name: str, level: StaticScope, position: int) -> Evaluate:
    built_in = level.built_ins.get(name)
    if built_in is not None and name not in level.scope.names:
        return lambda frame: frame.variables.get(name, built_in)
    message = f"There is no variable {name!r}."

    def read(frame: Frame) -> FeelValue:
        try:
            return frame.variables[name]
        except KeyError:
            frame.run.warn(WarningKind.UNKNOWN_NAME, message, position)
            return None

    return read


def _at(name: str, distance: int) -> Evaluate:
    if distance == 0:
        return lambda frame: frame.variables.get(name)
    return _from(distance, lambda frame: frame.variables.get(name))


def _from(distance: int, read: Evaluate) -> Evaluate:
    """Run *read* in the frame *distance* levels further out."""
    if distance == 0:
        return read
    if distance == 1:
        return lambda frame: read(frame.parent)  # type: ignore[arg-type]  # the static scope has as many levels

    def climb(frame: Frame) -> FeelValue:
        outer: Frame | None = frame
        for _ in range(distance):
            outer = outer.parent  # type: ignore[union-attr]  # the static scope has as many levels
        return read(outer)  # type: ignore[arg-type]

    return climb


def _in_filter(name: str, otherwise: Evaluate) -> Evaluate:
    def read(frame: Frame) -> FeelValue:
        if name in frame.variables:
            return frame.variables[name]
        return otherwise(frame.parent)  # type: ignore[arg-type]  # a filter is never outermost

    return read
