# SPDX-License-Identifier: Apache-2.0
"""Routes that refuse what they would otherwise pass over: unknown parameters, and text that is no Unicode."""

import json
import re
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import Query
from fastapi.routing import APIRoute

from taktloom.model.errors import InputRefusedError
from taktloom.model.places import Place

_HALF_PERHAPS = re.compile(rb"\\u[dD][89a-fA-F]")  # one of a surrogate pair, as JSON writes it


class UnknownParameterError(InputRefusedError):
    """The address has a parameter that the route does not know: a misspelt filter must not give the whole list."""

    code = "TL-2923"


class HalfCharacterError(InputRefusedError):
    """A text of the request holds half of a surrogate pair, which no text can be made of (RFC 8259, section 8.2)."""

    code = "TL-2924"


class WholeTextRoute(APIRoute):
    """As its base, but strict about texts in the body."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, behind the check."""
        handle = super().get_route_handler()

        async def handle_whole(request: Request) -> Response:
            return await handle(_WholeTexts(request.scope, request.receive))

        return handle_whole


class Route(WholeTextRoute):
    """As its base, but strict about parameters too."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, behind the two checks."""
        handle = super().get_route_handler()
        known = frozenset(
            field.alias for field in get_flat_params(self.dependant) if isinstance(field.field_info, Query)
        )

        async def handle_strictly(request: Request) -> Response:
            if request.scope["query_string"]:
                _require_known(request, known)
            return await handle(request)

        return handle_strictly


class _WholeTexts(Request):
    """A request whose JSON body holds whole characters only."""

    async def json(self) -> Any:
        """The body. Raises HalfCharacterError."""
        if not hasattr(self, "_json") and _HALF_PERHAPS.search(await self.body()):
            _require_whole(await super().json())
        return await super().json()


def _require_known(request: Request, known: frozenset[str]) -> None:
    unknown = sorted(set(request.query_params) - known)
    if unknown:
        taken = f"It takes {', '.join(sorted(known))}." if known else "It takes none."
        raise UnknownParameterError(
            f"This address does not know the parameter {unknown[0][:100]!r}.",
            Place(element_id=f"query.{unknown[0][:100]}"),
            taken,
            {"parameter": unknown[0][:100], "known": ", ".join(sorted(known))},
        )


def _require_whole(value: object) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise HalfCharacterError(
            "A text in the body holds half of a character (a lone surrogate).",
            Place(element_id="body"),
            "Send every character whole: in UTF-8, or as both escapes of its pair.",
        ) from error
