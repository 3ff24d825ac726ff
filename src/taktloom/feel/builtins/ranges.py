# SPDX-License-Identifier: Apache-2.0
"""Range functions (DMN 1.5, 10.3.4.11, table 78): the relations of points and ranges, and `range()`.

A point counts as the closed range from itself to itself where the table has a form for it. A range that is open at one
side, `(< 5)`, reaches infinitely far there.
"""

from collections.abc import Callable

from taktloom.feel.builtins.declare import BuiltIn, declare
from taktloom.feel.kinds import FeelValue, Range
from taktloom.feel.operators import ordering
from taktloom.feel.runtime import Run

__all__ = ["FUNCTIONS"]

Relation = Callable[[Range, Range], bool | None]


class _Incomparable(Exception):
    """Two bounds have no order: the relation is null."""


def _order(left: FeelValue, right: FeelValue) -> int:
    order = ordering(left, right)
    if order is None:
        raise _Incomparable
    return order


def _order_of_starts(a: Range, b: Range) -> int:
    """A start that is not there is before every other."""
    if a.start is None or b.start is None:
        return (a.start is not None) - (b.start is not None)
    return _order(a.start, b.start)


def _order_of_ends(a: Range, b: Range) -> int:
    """An end that is not there is after every other."""
    if a.end is None or b.end is None:
        return (a.end is None) - (b.end is None)
    return _order(a.end, b.end)


def _order_of_end_and_start(a: Range, b: Range) -> int:
    return 1 if a.end is None or b.start is None else _order(a.end, b.start)


def _before(a: Range, b: Range) -> bool:
    order = _order_of_end_and_start(a, b)
    return order < 0 or (order == 0 and not (a.end_included and b.start_included))


def _after(a: Range, b: Range) -> bool:
    return _before(b, a)


def _meets(a: Range, b: Range) -> bool:
    return a.end_included and b.start_included and _order_of_end_and_start(a, b) == 0


def _met_by(a: Range, b: Range) -> bool:
    return _meets(b, a)


def _overlaps(a: Range, b: Range) -> bool:
    return not _before(a, b) and not _after(a, b)


def _overlaps_before(a: Range, b: Range) -> bool:
    return _starts_earlier(a, b) and not _before(a, b) and _ends_no_later(a, b)


def _overlaps_after(a: Range, b: Range) -> bool:
    starts_inside = not _starts_earlier(a, b) and not _same_start(a, b)
    return starts_inside and not _after(a, b) and _ends_no_later(b, a)


def _starts_earlier(a: Range, b: Range) -> bool:
    order = _order_of_starts(a, b)
    return order < 0 or (order == 0 and a.start_included and not b.start_included)


def _same_start(a: Range, b: Range) -> bool:
    return _order_of_starts(a, b) == 0 and a.start_included == b.start_included


def _same_end(a: Range, b: Range) -> bool:
    return _order_of_ends(a, b) == 0 and a.end_included == b.end_included


def _ends_no_later(a: Range, b: Range) -> bool:
    order = _order_of_ends(a, b)
    return order < 0 or (order == 0 and (b.end_included or not a.end_included))


def _starts_no_earlier(a: Range, b: Range) -> bool:
    order = _order_of_starts(a, b)
    return order > 0 or (order == 0 and (b.start_included or not a.start_included))


def _finishes(a: Range, b: Range) -> bool:
    return _same_end(a, b) and _starts_no_earlier(a, b)


def _finished_by(a: Range, b: Range) -> bool:
    return _finishes(b, a)


def _includes(a: Range, b: Range) -> bool:
    return _starts_no_earlier(b, a) and _ends_no_later(b, a)


def _during(a: Range, b: Range) -> bool:
    return _includes(b, a)


def _starts(a: Range, b: Range) -> bool:
    return _same_start(a, b) and _ends_no_later(a, b)


def _started_by(a: Range, b: Range) -> bool:
    return _starts(b, a)


def _coincides(a: Range, b: Range) -> bool:
    return _same_start(a, b) and _same_end(a, b)


def _call(relation: Relation) -> Callable[..., FeelValue]:
    def call(run: Run, left: FeelValue, right: FeelValue) -> FeelValue:
        try:
            _require_one_order(_as_range(left), _as_range(right))
            return relation(_as_range(left), _as_range(right))
        except _Incomparable:
            return None

    return call


def _require_one_order(a: Range, b: Range) -> None:
    """Ranges of different types have no relation, whichever of their bounds decide."""
    if ordering(_some_bound(a), _some_bound(b)) is None:
        raise _Incomparable


def _some_bound(interval: Range) -> FeelValue:
    return interval.end if interval.start is None else interval.start


def _as_range(value: FeelValue) -> Range:
    return value if isinstance(value, Range) else Range(start=value, end=value)


_POINT_KINDS = ("number", "string", "date", "time", "date and time", "duration")


def _ranges(name: str, relation: Relation) -> tuple[BuiltIn, ...]:
    return (declare(name, _call(relation), "range1: range, range2: range"),)


def _point_and_range(name: str, relation: Relation) -> tuple[BuiltIn, ...]:
    return tuple(declare(name, _call(relation), f"point: {kind}, range: range") for kind in _POINT_KINDS)


def _range_and_point(name: str, relation: Relation) -> tuple[BuiltIn, ...]:
    return tuple(declare(name, _call(relation), f"range: range, point: {kind}") for kind in _POINT_KINDS)


def _points(name: str, relation: Relation) -> tuple[BuiltIn, ...]:
    return tuple(declare(name, _call(relation), f"point1: {kind}, point2: {kind}") for kind in _POINT_KINDS)


def _point_starts(a: Range, b: Range) -> bool:
    return b.start_included and _order_of_starts(a, b) == 0


def _point_finishes(a: Range, b: Range) -> bool:
    return b.end_included and _order_of_ends(a, b) == 0


FUNCTIONS: tuple[BuiltIn, ...] = (
    *_points("before", _before),
    *_point_and_range("before", _before),
    *_range_and_point("before", _before),
    *_ranges("before", _before),
    *_points("after", _after),
    *_point_and_range("after", _after),
    *_range_and_point("after", _after),
    *_ranges("after", _after),
    *_ranges("meets", _meets),
    *_ranges("met by", _met_by),
    *_ranges("overlaps", _overlaps),
    *_ranges("overlaps before", _overlaps_before),
    *_ranges("overlaps after", _overlaps_after),
    *_point_and_range("finishes", _point_finishes),
    *_ranges("finishes", _finishes),
    *_range_and_point("finished by", lambda a, b: _point_finishes(b, a)),
    *_ranges("finished by", _finished_by),
    *_range_and_point("includes", _includes),
    *_ranges("includes", _includes),
    *_point_and_range("during", _during),
    *_ranges("during", _during),
    *_point_and_range("starts", _point_starts),
    *_ranges("starts", _starts),
    *_range_and_point("started by", lambda a, b: _point_starts(b, a)),
    *_ranges("started by", _started_by),
    *_points("coincides", _coincides),
    *_ranges("coincides", _coincides),
)
