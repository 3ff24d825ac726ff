# SPDX-License-Identifier: Apache-2.0
"""The outbox of webhooks: a row for each webhook that wants to hear of a change, written in the change's transaction.

So all that was committed is sent and nothing else. A sender leases due rows, delivers them at least once under the
row's id and takes them away; what cannot be delivered waits longer each time, and is a dead letter in the end.
"""

import json
import secrets
from collections.abc import Iterable
from datetime import timedelta

from taktloom.hosts.embedded.advancing.message_targets import close_undelivered, message_payload, raise_undelivered
from taktloom.hosts.embedded.core.limits import page_size
from taktloom.hosts.embedded.core.unit import Core, Unit
from taktloom.hosts.embedded.core.values import ValueOwner
from taktloom.model.errors import LimitExceededError, NotFoundError
from taktloom.model.identifiers import TenantId
from taktloom.model.operations import Page
from taktloom.model.webhooks import DeadLetter, OutboxMessage, Webhook
from taktloom.storage import Row, to_micros

MOST_WEBHOOKS = 50
LEASE = timedelta(seconds=60)
PAUSES = tuple(
    timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 1_800, 3_600, 3 * 3_600, 6 * 3_600, 12 * 3_600)
)
_SECRET_BYTES = 32


class UnknownWebhookError(NotFoundError):
    """No webhook or dead letter has that id."""

    code = "TL-2536"


class Webhooks:
    """Webhooks of one tenant, and what is on its way to them."""

    def __init__(self, core: Core, tenant_id: TenantId) -> None:
        self._core, self._tenant_id = core, tenant_id

    def add(self, url: str, topics: tuple[str, ...], *, by: str | None = None) -> tuple[Webhook, bytes]:
        """Tell *url* of *topics* from now on; the webhook and its secret. Raises LimitExceededError."""
        secret = secrets.token_bytes(_SECRET_BYTES)

        def work(unit: Unit) -> str:
            if len(unit.session.all("webhooks", tenant_id=unit.tenant_id, limit=MOST_WEBHOOKS)) == MOST_WEBHOOKS:
                raise LimitExceededError(
                    f"There are {MOST_WEBHOOKS} webhooks already.",
                    remedy="Remove one that is not needed.",
                    parameters={"limit": str(MOST_WEBHOOKS)},
                )
            webhook_id = unit.core.ids.record_id(unit.now)
            unit.session.run(
                "insert_webhook",
                tenant_id=unit.tenant_id,
                webhook_id=webhook_id,
                url=url,
                topics=json.dumps([str(topic) for topic in topics]),
                secret_sealed=unit.core.codec.seal(secret, ValueOwner(tenant_id=unit.tenant_id)),
                now=to_micros(unit.now),
                created_by=by,
            )
            unit.core.listeners.forget()
            return webhook_id

        webhook_id = self._core.submit(self._tenant_id, work)
        return next(one for one in self.all() if one.webhook_id == webhook_id), secret

    def all(self) -> tuple[Webhook, ...]:
        """All webhooks."""
        with self._core.database.reading() as session:
            rows = session.all("webhooks", tenant_id=self._tenant_id, limit=MOST_WEBHOOKS)
        return tuple(map(_webhook, rows))

    def remove(self, webhook_id: str) -> None:
        """Tell it nothing more, not even what is on its way. Raises UnknownWebhookError."""

        def work(unit: Unit) -> None:
            name = {"tenant_id": unit.tenant_id, "webhook_id": webhook_id}
            unit.session.run("delete_outbox_of_webhook", **name)
            unit.core.listeners.forget()
            if not unit.session.run("delete_webhook", **name):
                raise _no_such("webhook", webhook_id)

        self._core.submit(self._tenant_id, work)

    def lease(self, limit: int = 20) -> tuple[OutboxMessage, ...]:
        """What is due; nobody else gets it for a minute."""
        with self._core.database.reading() as session:
            first = session.count("next_outbox_at", tenant_id=self._tenant_id)
        if first == 0 or first > to_micros(self._core.clock.now()):
            return ()
        return self._core.submit(self._tenant_id, lambda unit: tuple(_lease(unit, limit)))

    def delivered(self, outbox_id: str) -> None:
        """It has arrived."""

        def work(unit: Unit) -> None:
            unit.session.run("delete_outbox", tenant_id=unit.tenant_id, outbox_id=outbox_id)

        self._core.submit(self._tenant_id, work)

    def failed(self, message: OutboxMessage, failure: str) -> bool:
        """It has not arrived; tried again after a pause. Whether it is given up instead."""
        is_dead = message.attempt > len(PAUSES)
        pause = PAUSES[min(message.attempt, len(PAUSES)) - 1]

        def work(unit: Unit) -> None:
            unit.session.run(
                "postpone_outbox",
                tenant_id=unit.tenant_id,
                outbox_id=message.outbox_id,
                ready_at=to_micros(unit.now + pause),
                failure=failure[: unit.core.limits.text_characters],
                is_dead=int(is_dead),
            )
            if is_dead:
                raise_undelivered(unit, message.outbox_id, failure)

        self._core.submit(self._tenant_id, work)
        return is_dead

    def dead_letters(self, *, cursor: str | None = None, limit: int = 50) -> Page[DeadLetter]:
        """What was given up, oldest first."""
        limit = page_size(limit, self._core.limits)
        with self._core.database.reading() as session:
            rows = session.all("dead_letters", tenant_id=self._tenant_id, after=cursor, limit=limit + 1)
        items = tuple(map(_dead_letter, rows[:limit]))
        return Page(items=items, next_cursor=items[-1].outbox_id if len(rows) > limit else None)

    def revive(self, outbox_id: str) -> None:
        """Try a dead letter again from the beginning. Raises UnknownWebhookError."""

        def work(unit: Unit) -> None:
            name = {"tenant_id": unit.tenant_id, "outbox_id": outbox_id}
            if not unit.session.run("revive_outbox", **name, now=to_micros(unit.now)):
                raise _no_such("dead letter", outbox_id)
            close_undelivered(unit, outbox_id)

        self._core.submit(self._tenant_id, work)


def _lease(unit: Unit, limit: int) -> Iterable[OutboxMessage]:
    now, until = to_micros(unit.now), to_micros(unit.now + LEASE)
    for row in unit.session.all("due_outbox", tenant_id=unit.tenant_id, now=now, limit=limit):
        name = {"tenant_id": unit.tenant_id, "outbox_id": row.text("outbox_id")}
        if unit.session.run("lease_outbox", **name, now=now, until=until):
            owner = ValueOwner(tenant_id=unit.tenant_id)
            yield OutboxMessage(
                outbox_id=row.text("outbox_id"),
                url=row.text("url"),
                secret=unit.core.codec.unseal(row.blob("secret_sealed"), owner),
                payload=message_payload(unit, row),
                attempt=row.integer("attempt") + 1,
            )


def _webhook(row: Row) -> Webhook:
    return Webhook(
        webhook_id=row.text("webhook_id"),
        url=row.text("url"),
        topics=tuple(json.loads(row.text("topics"))),
        created_at=row.instant("created_at"),
        created_by=row.text_or_none("created_by"),
    )


def _dead_letter(row: Row) -> DeadLetter:
    return DeadLetter(
        outbox_id=row.text("outbox_id"),
        webhook_id=row.text("webhook_id"),
        url=row.text("url"),
        topic=row.text("topic"),
        created_at=row.instant("created_at"),
        attempts=row.integer("attempt"),
        failure=row.text_or_none("failure"),
    )


def _no_such(kind: str, name: str) -> UnknownWebhookError:
    return UnknownWebhookError(f"There is no {kind} {name}.", remedy="Look at the list.", parameters={"id": name})
