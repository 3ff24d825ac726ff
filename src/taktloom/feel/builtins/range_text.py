# SPDX-License-Identifier: Apache-2.0
"""`range("[1..3]")` (DMN 1.5, 10.3.4.1): the text holds a range of literals, never names or other calls.

A bound may be missing beside a round or turned bracket (`(..3]`): then the range is open there.
"""

import re
from collections.abc import Callable

from taktloom.feel import syntax
from taktloom.feel.builtins.declare import BuiltIn, declare
from taktloom.feel.errors import FeelSyntaxError
from taktloom.feel.kinds import FeelDateTime, FeelTime, FeelValue, Range
from taktloom.feel.operators import negate, ordering
from taktloom.feel.parser import parse_expression
from taktloom.feel.runtime import Run
from taktloom.feel.scope import EMPTY_SCOPE, NameTable
from taktloom.feel.temporal_text import parse_date, parse_date_time, parse_duration, parse_temporal, parse_time

__all__ = ["FUNCTIONS"]

_MAX_TEXT = 1_000
_STEPS_TO_READ = 20  # a parser is at work


def _moment(text: str) -> FeelValue:
    day = parse_date(text)
    return parse_date_time(text) if day is None else FeelDateTime(day, FeelTime(0, 0, 0))


_CONSTRUCTORS: dict[str, Callable[[str], FeelValue]] = {
    "date": parse_date,
    "time": parse_time,
    "date and time": _moment,
    "duration": parse_duration,
}
_NAMES = NameTable(_CONSTRUCTORS)
_OPEN_BELOW = re.compile(r"\s*[(\]]\s*\.\.")  # `(..3]`: without a lower bound
_OPEN_ABOVE = re.compile(r"\.\.\s*[)\[]\s*$")


def _range(run: Run, text: str) -> FeelValue:
    run.step(_STEPS_TO_READ)
    is_open_below, is_open_above = _OPEN_BELOW.match(text), _OPEN_ABOVE.search(text)
    if len(text) > _MAX_TEXT or (is_open_below and is_open_above):
        return None
    try:
        form = parse_expression(_OPEN_ABOVE.sub("..null)", _OPEN_BELOW.sub("(null..", text)), EMPTY_SCOPE, _NAMES)
    except FeelSyntaxError:
        return None
    if not isinstance(form, syntax.RangeLiteral):
        return None
    start, end = _bound(form.low), _bound(form.high)
    if is_open_below or is_open_above:
        if (start is None) is not bool(is_open_below) or (end is None) is not bool(is_open_above):
            return None
    elif ordering(start, end) not in {-1, 0}:
        return None
    return Range(start=start, end=end, start_included=form.low_included, end_included=form.high_included)


def _bound(node: syntax.Expression) -> FeelValue:
    if isinstance(node, syntax.NumberLiteral | syntax.StringLiteral):
        return node.value
    if isinstance(node, syntax.AtLiteral):
        return parse_temporal(node.text)
    if isinstance(node, syntax.Negation):
        return negate(_bound(node.operand))
    return _constructed(node)


def _constructed(node: syntax.Expression) -> FeelValue:
    if not isinstance(node, syntax.Invocation) or not isinstance(node.function, syntax.Name):
        return None
    construct = _CONSTRUCTORS.get(node.function.name)
    if construct is None or len(node.arguments) != 1 or not isinstance(node.arguments[0], syntax.StringLiteral):
        return None
    return construct(node.arguments[0].value)


FUNCTIONS: tuple[BuiltIn, ...] = (declare("range", _range, "from: string"),)
