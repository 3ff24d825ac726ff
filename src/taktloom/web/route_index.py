# SPDX-License-Identifier: Apache-2.0
"""Finds the route of a request among those of its shape.

The framework asks every route in turn whether it fits: with two hundred of them that cost more than the work itself.
Here only routes with as many parts, and with the same first part, are asked.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import TypeAlias

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.routing import Match
from starlette.types import Receive, Scope, Send

_Shape: TypeAlias = tuple[str, int]  # the first part of the address, and how many there are


class RouteIndex:
    """An application of the routers' routes; the first that fits, those with fewest parameters first.

    An address that a route names by its words is that route's alone: what it does not take is no id for another one.
    No address begins with a parameter, and no parameter stands for several parts.
    """

    def __init__(self, routers: Iterable[APIRouter]) -> None:
        self._routes: dict[_Shape, list[APIRoute]] = defaultdict(list)
        for router in routers:
            for route in router.routes:
                assert isinstance(route, APIRoute)
                self._routes[_shape(route.path)].append(route)
        for routes in self._routes.values():
            routes.sort(key=lambda route: len(route.param_convertors))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI. Raises HTTPException 404, or 405 with the methods that the address knows."""
        if scope["method"] == "HEAD":
            scope = {**scope, "method": "GET"}  # the server leaves the body out: it knows what was asked
        methods, named = set[str](), ""
        for route in self._routes.get(_shape(scope["path"].removeprefix(scope.get("root_path", ""))), ()):
            if methods and route.path != named:
                continue
            match, found = route.matches(scope)
            if match is Match.FULL:
                scope.update(found)
                await route.handle(scope, receive, send)
                return
            if match is Match.PARTIAL:
                methods, named = methods | (route.methods or set()), route.path
        if methods:
            if "GET" in methods:
                methods.add("HEAD")
            raise HTTPException(405, headers={"Allow": ", ".join(sorted(methods))})
        raise HTTPException(404, "There is no such address.")


def _shape(path: str) -> _Shape:
    parts = path.split("/")
    return parts[1] if len(parts) > 1 else "", len(parts)
