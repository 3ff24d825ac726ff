# SPDX-License-Identifier: Apache-2.0
"""Containers that are mostly empty: one empty mapping and one empty list shared by all states, and writing beside them.

Most of what a state can hold is empty in most instances, and an engine keeps many instances in memory: an empty
container of its own would cost each of them memory, and each step a look into memory that is far away. So a field holds
`NO_ENTRIES` or `NO_ITEMS` until something is written; reading needs no care, since they are an empty dict and list.
Whoever writes keeps what `with_entry`, `with_item` give. To write into the shared ones is refused.
"""

from typing import Any, Final, NoReturn, Self, TypeVar

__all__ = ["NO_ENTRIES", "NO_ITEMS", "with_entry", "with_item", "without"]

Key = TypeVar("Key")
Value = TypeVar("Value")


def _refuse(*_: object, **__: object) -> NoReturn:
    """Our mistake, not a user's: whoever writes into a field of the state uses the functions below."""
    raise TypeError("shared")


class _NoEntries(dict[Any, Any]):
    """An empty dict that stays empty; taking out with a default and clearing change nothing and are allowed."""

    __slots__ = ()
    __hash__ = object.__hash__  # type: ignore[assignment]  # so that it may be the default of a field
    __setitem__ = __ior__ = setdefault = update = _refuse

    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        return self

    __copy__ = __deepcopy__

    def __reduce__(self) -> str:
        return "NO_ENTRIES"


class _NoItems(list[Any]):
    """An empty list that stays empty."""

    __slots__ = ()
    __hash__ = object.__hash__  # type: ignore[assignment]  # as above
    __setitem__ = __iadd__ = append = extend = insert = _refuse

    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        return self

    def __reduce__(self) -> str:
        return "NO_ITEMS"


NO_ENTRIES: Final[dict[Any, Any]] = _NoEntries()
NO_ITEMS: Final[list[Any]] = _NoItems()


def with_entry(entries: dict[Key, Value], key: Key, value: Value) -> dict[Key, Value]:
    """*entries* with one more; the same dict unless it was the shared one."""
    if entries is NO_ENTRIES:
        return {key: value}
    entries[key] = value
    return entries


def without(waits: tuple[str, ...], wait: str) -> tuple[str, ...]:
    """*waits* but this one, which is among them. Raises ValueError when it is not."""
    at = waits.index(wait)
    return waits[:at] + waits[at + 1 :]


def with_item(items: list[Value], item: Value) -> list[Value]:
    """*items* with one more at the end; the same list unless it was the shared one."""
    if items is NO_ITEMS:
        return [item]
    items.append(item)
    return items
