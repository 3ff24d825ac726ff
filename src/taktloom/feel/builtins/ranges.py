# SPDX-License-Identifier: Apache-2.0
"""Range functions (DMN 1.5, 10.3.4.11, table 78): the relations of points and ranges, and `range()`.

A point counts as the closed range from itself to itself where the table has a form for it.
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


def _before(a: Range, b: Range) -> bool:
    order = _order(a.end, b.start)
    return order < 0 or (order == 0 and not (a.end_included and b.start_included))


def _after(a: Range, b: Range) -> bool:
    return _before(b, a)


def _meets(a: Range, b: Range) -> bool:
    return a.end_included and b.start_included and _order(a.end, b.start) == 0


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
    order = _order(a.start, b.start)
    return order < 0 or (order == 0 and a.start_included and not b.start_included)


def _same_start(a: Range, b: Range) -> bool:
    return _order(a.start, b.start) == 0 and a.start_included == b.start_included


def _same_end(a: Range, b: Range) -> bool:
    return _order(a.end, b.end) == 0 and a.end_included == b.end_included


def _ends_no_later(a: Range, b: Range) -> bool:
    order = _order(a.end, b.end)
    return order < 0 or (order == 0 and (b.end_included or not a.end_included))


def _starts_no_earlier(a: Range, b: Range) -> bool:
    order = _order(a.start, b.start)
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
            return relation(_as_range(left), _as_range(right))
        except _Incomparable:
            return None

    return call


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
    return b.start_included and _order(a.start, b.start) == 0


def _point_finishes(a: Range, b: Range) -> bool:
    return b.end_included and _order(a.end, b.end) == 0


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
