# SPDX-License-Identifier: Apache-2.0
"""Filters, order and page of a list, from the query string or from a JSON body.

A filter that is not supported is refused: a list that silently ignored it would show too much, and a program that
deletes what it is shown would delete too much.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, TypeVar

from fastapi import Depends, Request

from taktloom.model.errors import InputRefusedError
from taktloom.model.identifiers import DEFAULT_TENANT
from taktloom.model.operations import Page
from taktloom.web.engine_rest.values import read_instant

LOOKED_AT = 2_000  # a list filters and orders this many of the newest entries
_ORDER = frozenset({"sortBy", "sortOrder", "sorting", "firstResult", "maxResults"})
_TENANTS = frozenset({"tenantIdIn", "withoutTenantId", "tenantId"})
_IDLE = frozenset({"deserializeValues", "latestVersion", "variableNamesIgnoreCase", "variableValuesIgnoreCase"})

Item = TypeVar("Item")


class FilterRefusedError(InputRefusedError):
    """A filter, order or page that this door does not support."""

    code = "TL-2906"


class Criteria:
    """What a caller asks a list for; every filter must be asked for by the endpoint before `page` is made."""

    def __init__(self, given: Mapping[str, object]) -> None:
        self._given = {name: value for name, value in given.items() if value is not None}
        self._read: set[str] = set()

    @property
    def is_elsewhere(self) -> bool:
        """Whether only tenants are asked for that this is not."""
        tenants = self.texts("tenantIdIn")
        return bool(tenants) and DEFAULT_TENANT not in tenants

    def text(self, name: str) -> str | None:
        """A text filter."""
        value = self._take(name)
        if value is None or isinstance(value, str):
            return value
        raise _refused(name, "it is no text")

    def texts(self, name: str) -> tuple[str, ...]:
        """A filter of several texts: a list, or separated by commas."""
        value = self._take(name)
        if value is None:
            return ()
        parts = value.split(",") if isinstance(value, str) else value
        if isinstance(parts, list) and all(isinstance(part, str) for part in parts):
            return tuple(parts)
        raise _refused(name, "it is no list of texts")

    def flag(self, name: str) -> bool | None:
        """A true-or-false filter."""
        value = self._take(name)
        if value is None or isinstance(value, bool):
            return value
        if str(value).lower() in {"true", "false"}:
            return str(value).lower() == "true"
        raise _refused(name, "it is neither true nor false")

    def is_set(self, name: str) -> bool:
        """Whether a flag is given as true."""
        return self.flag(name) is True

    def comparisons(self, name: str) -> list[tuple[str, str, object]]:
        """A filter by values: `name_operator_value,…` in a query string, `[{name, operator, value}]` in a body."""
        value = self._take(name)
        if isinstance(value, str):
            split = [text.split("_", 2) for text in value.split(",")]
            return [(parts[0], parts[1], parts[2]) if len(parts) == 3 else (parts[0], "", "") for parts in split]
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
            raise _refused(name, "it is no list of comparisons")
        return [(str(one.get("name")), str(one.get("operator")), one.get("value")) for one in value]

    def number(self, name: str) -> int | None:
        """A filter by whole number."""
        value = self._take(name)
        if value is None or isinstance(value, bool):
            return None
        try:
            return int(str(value))
        except ValueError as error:
            raise _refused(name, "it is no whole number") from error

    def instant(self, name: str) -> datetime | None:
        """A filter by date and time."""
        value = self._take(name)
        return None if value is None else read_instant(name, str(value))

    def require_supported(self) -> None:
        """Raise FilterRefusedError for a filter that nothing has asked for."""
        unknown = sorted(set(self._given) - self._read - _ORDER - _TENANTS - _IDLE)
        if unknown:
            raise _refused(unknown[0], "it is not supported here")

    def refuse(self, name: str, why: str) -> None:
        """Refuse a filter for what it holds. Raises FilterRefusedError."""
        raise _refused(name, why)

    def page(self, items: Iterable[Item], orders: Mapping[str, Callable[[Item], object]]) -> list[Item]:
        """The asked-for part of *items*, in the asked-for order. orders: what `sortBy` may name."""
        self.require_supported()
        found = [] if self.is_elsewhere else list(items)
        wanted = self._orders()
        for name, is_descending in reversed(wanted):
            if name not in orders:
                raise _refused("sortBy", f"the orders are {', '.join(sorted(orders))}")
            found.sort(key=orders[name], reverse=is_descending)  # type: ignore[arg-type]  # texts, numbers, instants
        first = max(self.number("firstResult") or 0, 0)
        most = self.number("maxResults")
        return found[first : None if most is None or most < 0 else first + most]

    def _orders(self) -> list[tuple[str, bool]]:
        listed = self._given.get("sorting")
        if isinstance(listed, list):
            entries = [entry for entry in listed if isinstance(entry, dict)]
            return [(str(entry.get("sortBy")), entry.get("sortOrder") == "desc") for entry in entries]
        name = self._given.get("sortBy")
        return [] if name is None else [(str(name), self._given.get("sortOrder") == "desc")]

    def _take(self, name: str) -> object:
        self._read.add(name)
        return self._given.get(name)


async def criteria_of(request: Request) -> Criteria:
    """The criteria of a request: query string, and the JSON body of a POST."""
    given: dict[str, object] = dict(request.query_params)
    if request.method == "POST":
        try:
            body = await request.json() if await request.body() else {}
        except (ValueError, RecursionError) as error:
            raise _refused("body", "it is no JSON") from error
        if not isinstance(body, dict):
            raise _refused("body", "it is no JSON object")
        given.update(body)
    return Criteria(given)


Asked = Annotated[Criteria, Depends(criteria_of)]


def collect(pages: Callable[[str | None], Page[Item]]) -> list[Item]:
    """The newest entries of a paged list, at most LOOKED_AT."""
    found: list[Item] = []
    cursor: str | None = None
    while len(found) < LOOKED_AT:
        page = pages(cursor)
        found.extend(page.items)
        cursor = page.next_cursor
        if cursor is None:
            break
    return found[:LOOKED_AT]


def only(value: str | None, among: Sequence[str]) -> bool:
    """Whether a list filter lets *value* through; an empty one lets everything."""
    return not among or value in among


def fits_pattern(value: str, pattern: str | None) -> bool:
    """Whether *value* is like the pattern of a `…Like` filter, in which % stands for any text."""
    if pattern is None:
        return True
    begin, *rest = pattern.split("%")
    if not rest:
        return value == pattern
    *middle, end = rest
    at = len(begin)
    for part in middle:
        found = value.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return value.startswith(begin) and len(value) - len(end) >= at and value.endswith(end)


def _refused(name: str, why: str) -> FilterRefusedError:
    return FilterRefusedError(
        f"The filter '{name[:100]}' cannot be used: {why}.",
        remedy="The page 'Coming from Camunda 7' of the documentation lists the filters of each address.",
        parameters={"name": name[:100], "why": why},
    )
