# SPDX-License-Identifier: Apache-2.0
"""Routes that refuse what they would otherwise pass over: unknown and repeated parameters, text that is no Unicode."""

from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any, get_args, get_origin
from urllib.parse import unquote_to_bytes

from fastapi import Request, Response
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import Query
from fastapi.routing import APIRoute

from taktloom.model.errors import InputRefusedError
from taktloom.model.places import Place
from taktloom.web.bodies import AmbiguousRequestError, WrittenNumber, read_decimal, read_json


class UnknownParameterError(InputRefusedError):
    """The address has a parameter that the route does not know: a misspelt filter must not give the whole list."""

    code = "TL-2923"


class WholeTextRoute(APIRoute):
    """As its base, but strict about texts in the body, and exact about numbers."""

    number: Callable[[str], object] = staticmethod(read_decimal)  # of a number that no double holds

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, behind the check."""
        handle = super().get_route_handler()

        async def handle_whole(request: Request) -> Response:
            return await handle(_ExactRequest(request, self.number))

        return handle_whole


class Route(WholeTextRoute):
    """As its base, but strict about parameters too; values come in the wire form of FEEL."""

    number = WrittenNumber

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, behind the two checks."""
        handle = super().get_route_handler()
        fields = [field for field in get_flat_params(self.dependant) if isinstance(field.field_info, Query)]
        known = frozenset(field.alias for field in fields)
        single = frozenset(field.alias for field in fields if not _is_list(field.field_info.annotation))

        async def handle_strictly(request: Request) -> Response:
            if request.scope["query_string"]:
                _require_known(request, known)
                _require_once(request, single)
            return await handle(request)

        return handle_strictly


class _ExactRequest(Request):
    """A request whose JSON body is read whole and exactly."""

    def __init__(self, request: Request, number: Callable[[str], object]) -> None:
        super().__init__(request.scope, request.receive)
        self._number = number

    async def json(self) -> Any:
        """The body. Raises HalfCharacterError, AmbiguousRequestError."""
        if not hasattr(self, "_json"):
            self._json = read_json(await self.body(), self._number)
        return self._json


def _is_list(annotation: object) -> bool:
    return any(get_origin(one) is list for one in (annotation, *get_args(annotation)))


def _require_text(query: bytes) -> None:
    """The framework would put signs in the place of bytes that are none, and search for these."""
    try:
        unquote_to_bytes(query).decode()
    except UnicodeDecodeError as error:
        raise AmbiguousRequestError(
            "The parameters of the address are not in UTF-8.",
            Place(element_id="query"),
            "Send every character as the percent-encoded bytes of its UTF-8.",
        ) from error


def _require_once(request: Request, single: frozenset[str]) -> None:
    counts = Counter(name for name, _ in request.query_params.multi_items() if name in single)
    twice = next((name for name, count in counts.items() if count > 1), None)
    if twice is not None:
        raise AmbiguousRequestError(
            f"The address gives the parameter {twice!r} more than once.",
            Place(element_id=f"query.{twice}"),
            "Give it once.",
            {"parameter": twice},
        )


def _require_known(request: Request, known: frozenset[str]) -> None:
    _require_text(request.scope["query_string"])
    unknown = sorted(set(request.query_params) - known)
    if unknown:
        taken = f"It takes {', '.join(sorted(known))}." if known else "It takes none."
        raise UnknownParameterError(
            f"This address does not know the parameter {unknown[0][:100]!r}.",
            Place(element_id=f"query.{unknown[0][:100]}"),
            taken,
            {"parameter": unknown[0][:100], "known": ", ".join(sorted(known))},
        )
