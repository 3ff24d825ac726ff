# SPDX-License-Identifier: Apache-2.0
"""Requests under an idempotency key: done once, answered as often as they are sent, for 24 hours.

The record is written before the request is carried out and completed after it. When the program dies in between, nobody
knows what came of the request: sent again, it is refused as undecided instead of being done a second time. A request
that was refused has changed nothing; its record goes, so that it may be sent again once the cause is mended.
"""

from dataclasses import dataclass
from datetime import timedelta

from taktloom.feel.wire import utf8
from taktloom.hosts.embedded.core.unit import Core, Unit
from taktloom.hosts.embedded.core.values import ValueOwner, digest
from taktloom.model.errors import ConflictError, InputRefusedError
from taktloom.model.identifiers import TenantId
from taktloom.storage import Row, to_micros

KEPT = timedelta(hours=24)


class KeyReusedError(InputRefusedError):
    """An idempotency key came with another request than before."""

    code = "TL-2534"


class RequestUndecidedError(ConflictError):
    """A request under this key is being carried out, or the program died while it was."""

    code = "TL-2535"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedRequest:
    """owner: who sends it. request: method, address and body, as one digest takes them."""

    owner: str
    key: str
    request: bytes

    @property
    def key_digest(self) -> str:
        """What stands in the table for the key."""
        return digest(utf8(self.key))


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAnswer:
    """What a request was answered."""

    status: int
    content_type: str
    content: bytes


class IdempotentRequests:
    """Keyed requests of one tenant."""

    def __init__(self, core: Core, tenant_id: TenantId) -> None:
        self._core, self._tenant_id = core, tenant_id

    def begin(self, request: KeyedRequest) -> KeptAnswer | None:
        """The answer to give again; None: carry it out. Raises KeyReusedError, RequestUndecidedError."""

        def work(unit: Unit) -> KeptAnswer | None:
            unit.session.run("delete_expired_requests", now=to_micros(unit.now))
            begun = unit.session.run(
                "begin_request",
                **self._name(request),
                request_digest=digest(request.request),
                now=to_micros(unit.now),
                expires_at=to_micros(unit.now + KEPT),
            )
            if begun:
                return None
            row = unit.session.first("idempotent_request", **self._name(request))
            return None if row is None else self._answer(request, row)

        return self._core.submit(self._tenant_id, work)

    def finish(self, request: KeyedRequest, answer: KeptAnswer) -> None:
        """The request was carried out; this is what it was answered."""
        sealed = self._core.codec.seal(answer.content, ValueOwner(tenant_id=self._tenant_id))

        def work(unit: Unit) -> None:
            unit.session.run(
                "finish_request",
                **self._name(request),
                status=answer.status,
                content_type=answer.content_type,
                answer_sealed=sealed,
            )

        self._core.submit(self._tenant_id, work)

    def forget(self, request: KeyedRequest) -> None:
        """The request was refused and has changed nothing."""

        def work(unit: Unit) -> None:
            unit.session.run("forget_request", **self._name(request))

        self._core.submit(self._tenant_id, work)

    def _name(self, request: KeyedRequest) -> dict[str, str]:
        return {"tenant_id": self._tenant_id, "owner": request.owner, "key_digest": request.key_digest}

    def _answer(self, request: KeyedRequest, row: Row) -> KeptAnswer:
        if row.text("request_digest") != digest(request.request):
            raise KeyReusedError(
                "The idempotency key was used for another request.", remedy="Give each request a key of its own."
            )
        status = row.integer_or_none("status")
        if status is None:
            raise RequestUndecidedError(
                "The request under this idempotency key is not finished.",
                remedy="Wait a moment. If it stays so, the server stopped meanwhile: look whether it was done.",
                parameters={"retry_after_s": "1"},
            )
        content = self._core.codec.unseal(row.blob("answer_sealed"), ValueOwner(tenant_id=self._tenant_id))
        return KeptAnswer(status=status, content_type=row.text("content_type"), content=content)
