# SPDX-License-Identifier: Apache-2.0
"""The kernel's door to FEEL: texts of the model to compiled expressions, and what a value must be where it is used.

FEEL itself never fails, it answers null with warnings. Here a null is a failure only where the element cannot go on
without a value (condition, timer, correlation key, job type); a mapping or script may well give null.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from taktloom.feel import compile_expression
from taktloom.feel.values import FeelDateTime, FeelFunction, FeelValue, from_python
from taktloom.kernel.commands import IncidentKind
from taktloom.kernel.failure import ElementFailure
from taktloom.model.errors import LimitExceededError

__all__ = [
    "Context",
    "Expression",
    "TextExpression",
    "compile_feel",
    "evaluate_condition",
    "evaluate_text",
    "evaluate_texts",
    "has_come_true",
]

Context = Mapping[str, FeelValue]
_MAY_HOLD_FUNCTIONS = frozenset({FeelFunction, list, dict})


class Evaluable(Protocol):
    """What a compiled FEEL expression offers."""

    def __call__(self, context: Context, now: datetime) -> FeelValue:
        """Value in *context*; *now* is what now() answers."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled FEEL expression with its text, for messages."""

    text: str
    run: Evaluable

    def evaluate(self, context: Context, now: datetime) -> FeelValue:
        """The value; null where FEEL gives null."""
        return self.run(context, now)


@dataclass(frozen=True, slots=True)
class TextExpression:
    """Literal text, or FEEL that gives text."""

    literal: str
    expression: Expression | None = None


def compile_feel(text: str, names: Iterable[str]) -> Expression:
    """Compile FEEL text; *names* are variables whose names one token cannot hold. Raises DefinitionError."""
    compiled = compile_expression(text, names)
    needs_clock = "now" in text or "today" in text

    def run(context: Context, now: datetime) -> FeelValue:
        try:
            value = compiled.evaluate(context, now=_clock(now) if needs_clock else None).value
        except LimitExceededError as error:
            message = f"The expression '{text}' went over its limit: {error.cause}"
            raise ElementFailure(IncidentKind.LIMIT, message) from error
        if type(value) in _MAY_HOLD_FUNCTIONS and _holds_function(value):
            message = f"The expression '{text}' gives a function, which no variable can hold."
            raise ElementFailure(IncidentKind.EXPRESSION, message)
        return value

    return Expression(text, run)


def _holds_function(value: FeelValue) -> bool:
    pending = [value]
    while pending:
        current = pending.pop()
        if isinstance(current, FeelFunction):
            return True
        inner = current if isinstance(current, list) else current.values() if isinstance(current, dict) else ()
        pending.extend(item for item in inner if type(item) in _MAY_HOLD_FUNCTIONS)
    return False


def evaluate_condition(expression: Expression, context: Context, now: datetime) -> bool:
    """True or false; raises ElementFailure for anything else, so that a missing variable is seen and not guessed."""
    value = expression.evaluate(context, now)
    if isinstance(value, bool):
        return value
    raise _no_truth(expression, value)


def has_come_true(expression: Expression, context: Context, now: datetime) -> bool:
    """As `evaluate_condition`, but null is not yet true: what the condition asks for often does not exist so far.

    For what is asked again and again until it is true: completion conditions.
    """
    value = expression.evaluate(context, now)
    if value is None or isinstance(value, bool):
        return value is True
    raise _no_truth(expression, value)


def _no_truth(expression: Expression, value: FeelValue) -> ElementFailure:
    message = f"The condition '{expression.text}' gives {kind_of(value)}, not true or false."
    return ElementFailure(IncidentKind.EXPRESSION, message)


def evaluate_text(text: TextExpression, context: Context, now: datetime) -> str | None:
    """The text, a whole number as digits, or None where FEEL gives null; raises ElementFailure for other values."""
    if text.expression is None:
        return text.literal
    value = text.expression.evaluate(context, now)
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    raise ElementFailure(
        IncidentKind.EXPRESSION, f"The expression '{text.expression.text}' gives {kind_of(value)}, not a text."
    )


def evaluate_texts(text: TextExpression, context: Context, now: datetime) -> tuple[str, ...]:
    """A list of texts: FEEL list, or one text with commas; raises ElementFailure for other values."""
    if text.expression is None:
        return _split(text.literal)
    value = text.expression.evaluate(context, now)
    if value is None:
        return ()
    if isinstance(value, str):
        return _split(value)
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(str(item) for item in value)
    raise ElementFailure(
        IncidentKind.EXPRESSION, f"The expression '{text.expression.text}' gives {kind_of(value)}, not a list of texts."
    )


def kind_of(value: FeelValue) -> str:
    """A name of the value's kind for messages, never the value."""
    if value is None:
        return "null"
    for kind, name in (
        (bool, "a boolean"),
        (Decimal, "a number"),
        (str, "a text"),
        (list, "a list"),
        (dict, "a context"),
    ):
        if isinstance(value, kind):
            return name
    return f"a value of type {type(value).__name__}"


def _clock(now: datetime) -> FeelDateTime:
    value = from_python(now)
    assert isinstance(value, FeelDateTime)  # an aware datetime is nothing else
    return value


def _split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())
