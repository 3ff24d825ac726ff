# SPDX-License-Identifier: Apache-2.0
"""Requests under an `Idempotency-Key`: done once, answered the same for 24 hours."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from taktloom.app.context import Principal
from taktloom.app.wiring import Rooms
from taktloom.model.errors import InputRefusedError

if TYPE_CHECKING:
    from taktloom.hosts.embedded import KeyedRequest

LONGEST_KEY = 200


class KeyUnusableError(InputRefusedError):
    """The idempotency key is empty, too long, or sent where answers are not kept."""

    code = "TL-2908"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A request as it came. request: method, address and body."""

    principal: Principal
    key: str
    request: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What it was answered."""

    status: int
    content_type: str
    content: bytes


def require_usable(key: str) -> None:
    """Raise KeyUnusableError for what is no key."""
    if not key or len(key) > LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise KeyUnusableError(
            f"An idempotency key has 1 to {LONGEST_KEY} printable ASCII characters.",
            remedy="Send a UUID, for example.",
            parameters={"limit": str(LONGEST_KEY)},
        )


def begin(rooms: Rooms, sent: Sent) -> Answer | None:
    """The answer to give again; None: carry it out. Raises KeyReusedError, RequestUndecidedError."""
    kept = rooms.engine.idempotent_requests.begin(_keyed(sent))
    return None if kept is None else Answer(status=kept.status, content_type=kept.content_type, content=kept.content)


def finish(rooms: Rooms, sent: Sent, answer: Answer) -> None:
    """Keep the answer of a request that was carried out; one that was refused may be sent again."""
    from taktloom.hosts.embedded import KeptAnswer

    requests = rooms.engine.idempotent_requests
    if 200 <= answer.status < 300:
        kept = KeptAnswer(status=answer.status, content_type=answer.content_type, content=answer.content)
        requests.finish(_keyed(sent), kept)
    else:
        requests.forget(_keyed(sent))


def _keyed(sent: Sent) -> "KeyedRequest":
    from taktloom.hosts.embedded import KeyedRequest

    return KeyedRequest(owner=sent.principal.name, key=sent.key, request=sent.request)
