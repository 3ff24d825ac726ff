# SPDX-License-Identifier: Apache-2.0
"""FEEL types: what a value is an instance of, and the implicit conversions at every typed boundary.

Source: DMN 1.5, 10.3.2.9 (types), 10.3.2.9.4 (type conversions).
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TypeAlias, assert_never

from taktloom.feel.kinds import (
    DaysTime,
    FeelDate,
    FeelDateTime,
    FeelFunction,
    FeelTime,
    FeelValue,
    Range,
    YearsMonths,
)
from taktloom.feel.type_forms import (
    ConstrainedType,
    ContextType,
    FeelType,
    FunctionType,
    ListType,
    NamedReference,
    RangeType,
    SimpleType,
)

__all__ = [
    "BUILT_IN_TYPES",
    "ConstrainedType",
    "ContextType",
    "FeelType",
    "FunctionType",
    "ListType",
    "NamedReference",
    "RangeType",
    "SimpleType",
    "coerce",
    "conforms",
    "exact_class",
    "is_instance",
    "is_subtype",
    "type_of",
]


BUILT_IN_TYPES: dict[str, FeelType] = {
    **{kind.value: kind for kind in SimpleType if kind is not SimpleType.DURATION},
    "dayTimeDuration": SimpleType.DAYS_TIME,
    "yearMonthDuration": SimpleType.YEARS_MONTHS,
    "dateTime": SimpleType.DATE_TIME,
    "list": ListType(SimpleType.ANY),
    "range": RangeType(SimpleType.ANY),
}

_CLASSES: dict[SimpleType, tuple[type, ...]] = {
    SimpleType.NULL: (),
    SimpleType.NUMBER: (Decimal,),
    SimpleType.STRING: (str,),
    SimpleType.BOOLEAN: (bool,),
    SimpleType.DATE: (FeelDate,),
    SimpleType.TIME: (FeelTime,),
    SimpleType.DATE_TIME: (FeelDateTime,),
    SimpleType.DAYS_TIME: (DaysTime,),
    SimpleType.YEARS_MONTHS: (YearsMonths,),
    SimpleType.DURATION: (DaysTime, YearsMonths),
    SimpleType.CONTEXT: (dict,),
    SimpleType.FUNCTION: (FeelFunction,),
}
_KINDS: dict[type, FeelType] = {
    classes[0]: kind for kind, classes in _CLASSES.items() if classes and kind is not SimpleType.DURATION
}


Charge: TypeAlias = Callable[[int], None]


def is_instance(value: FeelValue, kind: FeelType, charge: Charge | None = None) -> bool:
    """What `value instance of kind` says: null is an instance of nothing but Null; charge: as of `conforms`."""
    if value is None:
        return kind is SimpleType.NULL
    target = _unwrapped(kind)
    if isinstance(value, FeelFunction) and isinstance(target, FunctionType):
        return any(
            _takes(variant, target.parameters) and is_subtype(_result_of(variant), target.result)
            for variant in (value, *value.overloads)
        )
    return conforms(value, kind, charge)


def conforms(value: FeelValue, kind: FeelType, charge: Charge | None = None) -> bool:
    """Tell whether *value* may stand where *kind* is asked for; null may stand everywhere.

    A context has every entry that the type names (10.3.2.9.2). charge: told how many parts are looked at, to stop at a
    budget; a part that is met again, as in `[a, a]` of `[b, b]` of …, is not looked at again.
    """
    if value is None or kind is SimpleType.ANY:
        return True
    if isinstance(kind, SimpleType):
        return isinstance(value, _CLASSES[kind])
    if isinstance(kind, ListType) and kind.element is SimpleType.ANY:
        return isinstance(value, list)
    return _Conformance(charge).holds(value, kind)


def coerce(value: FeelValue, kind: FeelType, charge: Charge | None = None) -> FeelValue:
    """Convert at a typed boundary; null where *value* neither conforms nor converts; charge: as of `conforms`.

    Conversions: a list of one item to the item, an item to a list of one, a date to its midnight in UTC.
    """
    if conforms(value, kind, charge):
        return value
    target = _unwrapped(kind)
    if isinstance(value, list) and len(value) == 1 and not isinstance(target, ListType):
        return coerce(value[0], kind, charge)
    if isinstance(target, ListType) and not isinstance(value, list):
        item = coerce(value, target.element, charge)
        return [item] if item is not None and conforms([item], kind, charge) else None
    if target is SimpleType.DATE_TIME and isinstance(value, FeelDate):
        return FeelDateTime(value, FeelTime(0, 0, 0, 0, 0))
    return None


class _Conformance:
    """One look at a value and what is inside; *seen*: the pairs of structure and type that were looked at already."""

    __slots__ = ("charge", "seen")

    def __init__(self, charge: Charge | None) -> None:
        self.charge = charge
        self.seen: set[tuple[int, int]] = set()

    def holds(self, value: FeelValue, kind: FeelType) -> bool:
        if value is None or kind is SimpleType.ANY:
            return True
        if isinstance(kind, SimpleType):
            return isinstance(value, _CLASSES[kind])
        if isinstance(kind, ListType):
            return isinstance(value, list) and (self._is_seen(value, kind) or self._all_hold(value, kind.element))
        if isinstance(kind, ContextType):
            return isinstance(value, dict) and (self._is_seen(value, kind) or self._entries_hold(value, kind))
        return self._holds_further(value, kind)

    def _all_hold(self, items: list[FeelValue], kind: FeelType) -> bool:
        return kind is SimpleType.ANY or all(self.holds(item, kind) for item in items)

    def _entries_hold(self, context: dict[str, FeelValue], kind: ContextType) -> bool:
        return all(key in context and self.holds(context[key], inner) for key, inner in kind.entries.items())

    def _is_seen(self, value: list[FeelValue] | dict[str, FeelValue], kind: FeelType) -> bool:
        """Whether this pair was looked at before; it held then, because what does not ends the look at once."""
        pair = id(value), id(kind)
        if pair in self.seen:
            return True
        self.seen.add(pair)
        if self.charge is not None:
            self.charge(len(value))
        return False

    def _holds_further(
        self, value: FeelValue, kind: RangeType | FunctionType | ConstrainedType | NamedReference
    ) -> bool:
        if isinstance(kind, ConstrainedType):
            return self.holds(value, kind.base) and kind.allows(value, self.charge)
        if isinstance(kind, NamedReference):
            return kind.target is None or self.holds(value, kind.target)
        if isinstance(kind, RangeType):
            return (
                isinstance(value, Range)
                and self.holds(value.start, kind.element)
                and self.holds(value.end, kind.element)
            )
        if isinstance(kind, FunctionType):
            return isinstance(value, FeelFunction) and _may_serve_as(value, kind)
        assert_never(kind)


def _may_serve_as(function: FeelFunction, kind: FunctionType) -> bool:
    """Whether one of the parameter lists takes what *kind* gives; a result whose type nobody declared may be any."""
    return any(
        _takes(variant, kind.parameters)
        and (_result_of(variant) is SimpleType.ANY or is_subtype(_result_of(variant), kind.result))
        for variant in (function, *function.overloads)
    )


def _result_of(function: FeelFunction) -> FeelType:
    return function.result or function.told or SimpleType.ANY


def _takes(function: FeelFunction, arguments: Sequence[FeelType]) -> bool:
    formal = function.parameters
    required = len(formal) if function.required is None else function.required
    if not required <= len(arguments) or (len(arguments) > len(formal) and not function.is_variadic):
        return False
    types = [formal[min(index, len(formal) - 1)].type or SimpleType.ANY for index in range(len(arguments))]
    return all(is_subtype(given, taken) for given, taken in zip(arguments, types, strict=True))


def exact_class(kind: FeelType | None) -> type | None:
    """The one Python class whose instances conform to *kind* without a further look; None where there is none."""
    classes = _CLASSES.get(kind, ()) if isinstance(kind, SimpleType) else ()
    return classes[0] if len(classes) == 1 else None


def type_of(value: FeelValue) -> FeelType:
    """The most specific type; a list's element type is Any unless all items agree."""
    if value is None:
        return SimpleType.NULL
    if isinstance(value, list):
        kinds = [type_of(item) for item in value]
        return ListType(kinds[0] if kinds and all(kind == kinds[0] for kind in kinds) else SimpleType.ANY)
    if isinstance(value, dict):
        return ContextType({key: type_of(item) for key, item in value.items()})
    if isinstance(value, Range):
        return RangeType(type_of(value.start if value.start is not None else value.end))
    if isinstance(value, FeelFunction):
        return FunctionType(tuple(item.type or SimpleType.ANY for item in value.parameters), _result_of(value))
    return _KINDS[type(value)]


def is_subtype(kind: FeelType, of: FeelType) -> bool:
    """Tell whether *kind* conforms to *of* (DMN 1.5, 10.3.2.9.2)."""
    kind, of = _unwrapped(kind), _unwrapped(of)
    if of is SimpleType.ANY or kind is SimpleType.NULL or kind == of:
        return True
    if isinstance(kind, ListType) and isinstance(of, ListType):
        return is_subtype(kind.element, of.element)
    if isinstance(kind, RangeType) and isinstance(of, RangeType):
        return is_subtype(kind.element, of.element)
    if isinstance(kind, ContextType):
        if isinstance(of, ContextType):
            return all(
                key in kind.entries and is_subtype(kind.entries[key], inner) for key, inner in of.entries.items()
            )
        return of is SimpleType.CONTEXT
    if isinstance(kind, FunctionType):
        return of is SimpleType.FUNCTION or (isinstance(of, FunctionType) and _is_subfunction(kind, of))
    return False


def _is_subfunction(kind: FunctionType, of: FunctionType) -> bool:
    return (
        len(kind.parameters) == len(of.parameters)
        and all(is_subtype(theirs, ours) for ours, theirs in zip(kind.parameters, of.parameters, strict=True))
        and is_subtype(kind.result, of.result)
    )


def _unwrapped(kind: FeelType) -> FeelType:
    while isinstance(kind, ConstrainedType | NamedReference):
        inner = kind.base if isinstance(kind, ConstrainedType) else kind.target
        if inner is None:
            return SimpleType.ANY
        kind = inner
    return kind
