# SPDX-License-Identifier: Apache-2.0
"""List functions (DMN 1.5, 10.3.4.4); positions start at 1, negative ones count from the end."""

from collections import Counter
from collections.abc import Callable
from decimal import Decimal, DecimalException
from functools import cmp_to_key

from taktloom.feel.builtins.declare import BuiltIn, declare
from taktloom.feel.kinds import DECIMAL, FeelFunction, FeelValue
from taktloom.feel.operators import add, equal, multiply, ordering
from taktloom.feel.runtime import Run, apply, takes

__all__ = ["FUNCTIONS"]


def _on_items(call: Callable[..., FeelValue]) -> Callable[..., FeelValue]:
    """The form that takes the items as arguments instead of one list."""

    def spread(run: Run, *items: FeelValue) -> FeelValue:
        return call(run, list(items))

    return spread


def _list_contains(run: Run, items: list[FeelValue], element: FeelValue) -> FeelValue:
    run.step(len(items))
    return any(equal(item, element, run.step) is True for item in items)


def _count(run: Run, items: list[FeelValue]) -> FeelValue:
    return Decimal(len(items))


def _extreme(sign: int) -> Callable[[Run, list[FeelValue]], FeelValue]:
    def call(run: Run, items: list[FeelValue]) -> FeelValue:
        run.step(len(items))
        best = items[0] if items else None
        for item in items:
            order = ordering(item, best)
            if order is None:
                return None
            if order == sign:
                best = item
        return best

    return call


def _sum(run: Run, items: list[FeelValue]) -> FeelValue:
    return _folded(run, items, add)


def _product(run: Run, items: list[FeelValue]) -> FeelValue:
    return _folded(run, items, multiply) if _all_numbers(items) else None


def _folded(run: Run, items: list[FeelValue], operation: Callable[[FeelValue, FeelValue], FeelValue]) -> FeelValue:
    run.step(len(items))
    if not items or isinstance(items[0], str):
        return None
    total: FeelValue = items[0]
    for item in items[1:]:
        total = operation(total, item)
    return total if not isinstance(total, list | dict | bool) else None


def _all_numbers(items: list[FeelValue]) -> bool:
    return all(isinstance(item, Decimal) for item in items)


def _mean(run: Run, items: list[FeelValue]) -> FeelValue:
    total = _sum(run, items) if _all_numbers(items) else None
    return DECIMAL.divide(total, Decimal(len(items))) if isinstance(total, Decimal) else None


def _median(run: Run, items: list[Decimal]) -> FeelValue:
    run.step(len(items))
    if not items or any(item is None for item in items):
        return None
    ordered = sorted(items)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return DECIMAL.divide(DECIMAL.add(ordered[middle - 1], ordered[middle]), Decimal(2))


def _stddev(run: Run, items: list[Decimal]) -> FeelValue:
    run.step(len(items))
    if len(items) < 2 or any(item is None for item in items):
        return None
    try:
        mean = DECIMAL.divide(_total(items), Decimal(len(items)))
        squares = [DECIMAL.power(DECIMAL.subtract(item, mean), Decimal(2)) for item in items]
        return DECIMAL.sqrt(DECIMAL.divide(_total(squares), Decimal(len(items) - 1)))
    except DecimalException:
        return None


def _total(items: list[Decimal]) -> Decimal:
    total = Decimal(0)
    for item in items:
        total = DECIMAL.add(total, item)
    return total


def _mode(run: Run, items: list[Decimal]) -> FeelValue:
    run.step(len(items))
    if any(item is None for item in items):
        return None
    counts = Counter(items)
    most = max(counts.values(), default=0)
    return [*sorted(item for item, count in counts.items() if count == most)]


def _all(run: Run, items: list[FeelValue]) -> FeelValue:
    run.step(len(items))
    if any(item is False for item in items):
        return False
    return True if all(item is True for item in items) else None


def _any(run: Run, items: list[FeelValue]) -> FeelValue:
    run.step(len(items))
    if any(item is True for item in items):
        return True
    return False if all(item is False for item in items) else None


def _sublist(run: Run, items: list[FeelValue], start: Decimal, length: Decimal | None = None) -> FeelValue:
    first = _index(items, start)
    if first is None:
        return None
    if length is None:
        return _bounded(run, items[first:])
    return _bounded(run, items[first : first + int(length)]) if 0 <= length <= len(items) - first else None


def _index(items: list[FeelValue], position: Decimal) -> int | None:
    number = 0 if position.copy_abs() > len(items) else int(position)
    if number == 0:
        return None
    return number - 1 if number > 0 else len(items) + number


def _append(run: Run, items: list[FeelValue], *added: FeelValue) -> FeelValue:
    return _bounded(run, [*items, *added])


def _bounded(run: Run, items: list[FeelValue]) -> FeelValue:
    run.require_items(len(items))
    run.step(len(items))
    return items


def _concatenate(run: Run, *lists: list[FeelValue]) -> FeelValue:
    run.require_items(sum(map(len, lists)))
    return _bounded(run, [item for items in lists for item in items])


def _insert_before(run: Run, items: list[FeelValue], position: Decimal, new_item: FeelValue) -> FeelValue:
    index = _index(items, position)
    return None if index is None else _bounded(run, [*items[:index], new_item, *items[index:]])


def _remove(run: Run, items: list[FeelValue], position: Decimal) -> FeelValue:
    index = _index(items, position)
    return None if index is None else _bounded(run, [*items[:index], *items[index + 1 :]])


def _list_replace(run: Run, items: list[FeelValue], position: Decimal, new_item: FeelValue) -> FeelValue:
    index = _index(items, position)
    return None if index is None else _bounded(run, [*items[:index], new_item, *items[index + 1 :]])


def _list_replace_matching(run: Run, items: list[FeelValue], match: FeelFunction, new_item: FeelValue) -> FeelValue:
    results: list[FeelValue] = []
    for item in items:
        answer = apply(run, match, [item, new_item])
        if not isinstance(answer, bool):
            return None
        results.append(new_item if answer else item)
    return results


def _reverse(run: Run, items: list[FeelValue]) -> FeelValue:
    return _bounded(run, items[::-1])


def _index_of(run: Run, items: list[FeelValue], match: FeelValue) -> FeelValue:
    run.step(len(items))
    return [Decimal(index) for index, item in enumerate(items, 1) if equal(item, match, run.step) is True]


def _union(run: Run, *lists: list[FeelValue]) -> FeelValue:
    return _distinct(run, [item for items in lists for item in items])


def _distinct_values(run: Run, items: list[FeelValue]) -> FeelValue:
    return _distinct(run, items)


def _distinct(run: Run, items: list[FeelValue]) -> FeelValue:
    kept: list[FeelValue] = []
    for item in items:
        run.step(len(kept) + 1)
        if not any(equal(item, other, run.step) is True for other in kept):
            kept.append(item)
    return kept


def _duplicate_values(run: Run, items: list[FeelValue]) -> FeelValue:
    kept: list[FeelValue] = []
    for item in items:
        run.step(len(items))
        if sum(equal(item, other, run.step) is True for other in items) > 1 and not any(
            equal(item, x, run.step) is True for x in kept
        ):
            kept.append(item)
    return kept


def _flatten(run: Run, items: list[FeelValue]) -> FeelValue:
    flat: list[FeelValue] = []
    pending = items[::-1]
    while pending:
        run.step()
        item = pending.pop()
        if isinstance(item, list):
            pending.extend(item[::-1])
        else:
            flat.append(item)
    return _bounded(run, flat)


def _sort_by(run: Run, items: list[FeelValue], precedes: FeelFunction) -> FeelValue:
    if not any(takes(variant, 2) for variant in (precedes, *precedes.overloads)):
        return None

    def compare(left: FeelValue, right: FeelValue) -> int:
        if apply(run, precedes, [left, right]) is True:
            return -1
        return 1 if apply(run, precedes, [right, left]) is True else 0

    return _bounded(run, sorted(items, key=cmp_to_key(compare)))


def _sort(run: Run, items: list[FeelValue]) -> FeelValue:
    run.step(len(items) * max(1, len(items).bit_length()))
    if any(ordering(item, items[0]) is None for item in items):
        return None
    return sorted(items, key=cmp_to_key(_compare))


def _compare(left: FeelValue, right: FeelValue) -> int:
    return ordering(left, right) or 0


def _aggregate(name: str, call: Callable[..., FeelValue], kind: str = "list") -> tuple[BuiltIn, ...]:
    item_kind = "number" if kind == "numbers" else "Any"
    return (
        declare(name, call, f"list: {kind}"),
        declare(name, _on_items(call), f"n: {item_kind}..."),
    )


FUNCTIONS: tuple[BuiltIn, ...] = (
    declare("list contains", _list_contains, "list: list, element: Any"),
    declare("count", _count, "list: list"),
    *_aggregate("min", _extreme(-1)),
    *_aggregate("max", _extreme(1)),
    *_aggregate("sum", _sum),
    *_aggregate("product", _product),
    *_aggregate("mean", _mean),
    *_aggregate("median", _median, "numbers"),
    *_aggregate("stddev", _stddev, "numbers"),
    *_aggregate("mode", _mode, "numbers"),
    declare("all", _all, "list: list"),
    declare("all", _on_items(_all), "b: Any..."),
    declare("and", _all, "list: list"),
    declare("any", _any, "list: list"),
    declare("any", _on_items(_any), "b: Any..."),
    declare("or", _any, "list: list"),
    declare("sublist", _sublist, "list: list, start position: number, [length: number]"),
    declare("append", _append, "list: list, item: Any..."),
    declare("concatenate", _concatenate, "list: list..."),
    declare("insert before", _insert_before, "list: list, position: number, newItem: Any"),
    declare("remove", _remove, "list: list, position: number"),
    declare("list replace", _list_replace, "list: list, position: number, newItem: Any"),
    declare("list replace", _list_replace_matching, "list: list, match: function, newItem: Any"),
    declare("reverse", _reverse, "list: list"),
    declare("index of", _index_of, "list: list, match: Any"),
    declare("union", _union, "list: list..."),
    declare("distinct values", _distinct_values, "list: list"),
    declare("duplicate values", _duplicate_values, "list: list"),
    declare("flatten", _flatten, "list: list"),
    declare("sort", _sort_by, "list: list, precedes: function"),
    declare("sort", _sort, "list: list"),
)
