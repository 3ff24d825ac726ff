# SPDX-License-Identifier: Apache-2.0
"""Pages of lists: a cursor goes out with a mark of the list that gave it, and is taken only where the mark fits.

Without the mark, a cursor of another list or of other filters would be read as a position of this one: rows would be
left out, and nobody would be told. The mark is no secret and guards nothing but the caller's own reading.
"""

import base64
import binascii
import json
from dataclasses import dataclass
from hashlib import blake2b
from typing import Annotated, TypeVar

from fastapi import Depends, Query, Request
from pydantic import BaseModel

from taktloom.model.cursors import not_a_cursor
from taktloom.model.operations import Page
from taktloom.web.schemas.convert import shown_all
from taktloom.web.schemas.shared import PageOut

Schema = TypeVar("Schema", bound=BaseModel)
Record = TypeVar("Record")

_MARK_BYTES = 6
_UNMARKED = frozenset({"cursor", "limit"})
# "The last hour" is another instant on every page that a client asks for; positions do not depend on it.
_INSTANTS = ("_after", "_before")


@dataclass(frozen=True, slots=True)
class PageCursor:
    """Behind which row a page begins, None for the first; and the mark of its list."""

    position: str | None
    mark: bytes

    def follow(self, position: str | None) -> str | None:
        """The cursor of the page behind *position* in the same list; None behind the last page."""
        if position is None:
            return None
        return base64.urlsafe_b64encode(self.mark + position.encode()).decode().rstrip("=")


async def _read(request: Request, cursor: Annotated[str | None, Query(max_length=500)] = None) -> PageCursor:
    """The cursor of a request. Raises InvalidCursorError."""
    mark = await _mark(request)
    if cursor is None:
        return PageCursor(None, mark)
    try:
        given = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        position = given[_MARK_BYTES:].decode()
    except (ValueError, binascii.Error) as error:
        raise not_a_cursor() from error
    if not position or given[:_MARK_BYTES] != mark:
        raise not_a_cursor()
    return PageCursor(position, mark)


Cursor = Annotated[PageCursor, Depends(_read)]


async def _mark(request: Request) -> bytes:
    """What a list is known by: its address, its filters and, where the filters are in the body, that."""
    filters = sorted(
        pair
        for pair in request.query_params.multi_items()
        if pair[0] not in _UNMARKED and not pair[0].endswith(_INSTANTS)
    )
    known_by = json.dumps([request.scope["path"], filters]).encode()
    return blake2b(known_by + await request.body(), digest_size=_MARK_BYTES).digest()


def shown_page(schema: type[Schema], page: Page[Record], cursor: PageCursor) -> PageOut[Schema]:
    """A page of responses."""
    return PageOut[Schema](
        items=shown_all(schema, page.items), next_cursor=cursor.follow(page.next_cursor), total=page.total
    )


def shown_list(schema: type[Schema], page: Page[Record]) -> PageOut[Schema]:
    """A list that is given whole."""
    return PageOut[Schema](items=shown_all(schema, page.items), total=page.total)
