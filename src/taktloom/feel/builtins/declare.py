# SPDX-License-Identifier: Apache-2.0
"""Built-ins are declared by the standard's signature: `"string: string, start position: number, [length: number]"`.

In brackets: may be left out. A `?` after the type: null is accepted (otherwise null gives null). `...`: any number of
arguments. `Any` accepts null. Parameter names are the standard's, for named invocation.
"""

from collections.abc import Callable, Iterable

from taktloom.feel.kinds import FeelFunction, FeelValue, Parameter
from taktloom.feel.types import BUILT_IN_TYPES, FeelType, ListType, SimpleType

__all__ = ["BuiltIn", "combine", "declare"]

BuiltIn = tuple[str, FeelFunction]
_TYPES: dict[str, FeelType] = {
    **BUILT_IN_TYPES,
    "duration": SimpleType.DURATION,
    "numbers": ListType(SimpleType.NUMBER),
    "strings": ListType(SimpleType.STRING),
    "lists": ListType(ListType(SimpleType.ANY)),
}


# the types of what built-ins answer, for `instance of`; those that are not listed may answer anything
_ANSWERS: dict[FeelType, str] = {
    SimpleType.NUMBER: """number, string length, count, sum, mean, median, stddev, product, decimal, floor, ceiling,
        round up, round down, round half up, round half down, modulo, sqrt, log, exp, day of year, week of year""",
    SimpleType.STRING: """string, substring, upper case, lower case, substring before, substring after, replace,
        string join, day of week, month of year""",
    SimpleType.BOOLEAN: """not, is, contains, starts with, ends with, matches, list contains, all, any, odd, even,
        before, after, meets, met by, overlaps, overlaps before, overlaps after, finishes, finished by, includes,
        during, starts, started by, coincides""",
    ListType(SimpleType.STRING): "split",
    ListType(SimpleType.NUMBER): "mode, index of",
    ListType(SimpleType.ANY): """sublist, append, concatenate, insert before, remove, reverse, union,
        distinct values, flatten, sort, list replace, get entries""",
    SimpleType.CONTEXT: "context, context put, context merge",
    SimpleType.DATE: "date, today",
    SimpleType.DATE_TIME: "date and time, now",
    SimpleType.TIME: "time",
    SimpleType.YEARS_MONTHS: "years and months duration",
}
_RESULTS = {name.strip(): kind for kind, names in _ANSWERS.items() for name in names.split(",")}


def declare(name: str, call: Callable[..., FeelValue], signature: str) -> BuiltIn:
    """One parameter list of the built-in *name*."""
    parts = [part.strip() for part in signature.split(",") if part.strip()]
    is_variadic = bool(parts) and parts[-1].endswith("...")
    parameters = tuple(_parameter(part.strip("[]").removesuffix("...")) for part in parts)
    required = sum(not part.startswith("[") for part in parts)
    function = FeelFunction(
        name=name,
        parameters=parameters,
        call=call,
        required=required,
        is_variadic=is_variadic,
        told=_RESULTS.get(name),
    )
    return name, function


def combine(families: Iterable[tuple[BuiltIn, ...]]) -> dict[str, FeelFunction]:
    """One function a name, with the further parameter lists as its overloads."""
    variants: dict[str, list[FeelFunction]] = {}
    for family in families:
        for name, function in family:
            variants.setdefault(name, []).append(function)
    return {name: _with_overloads(functions) for name, functions in variants.items()}


def _with_overloads(functions: list[FeelFunction]) -> FeelFunction:
    first, *others = functions
    if not others:
        return first
    return FeelFunction(
        name=first.name,
        parameters=first.parameters,
        call=first.call,
        required=first.required,
        is_variadic=first.is_variadic,
        overloads=tuple(others),
        told=first.told,
    )


def _parameter(text: str) -> Parameter:
    name, _, kind = (part.strip() for part in text.partition(":"))
    accepts_null = kind.endswith("?") or kind == "Any"
    return Parameter(name=name, type=_TYPES[kind.removesuffix("?")], accepts_null=accepts_null)
