# SPDX-License-Identifier: Apache-2.0
"""Webhooks: who is told of what, and what was given up."""

import base64
from dataclasses import dataclass

from taktloom.app.context import Context, use_case
from taktloom.assure.permissions import Permission
from taktloom.model.errors import InputRefusedError
from taktloom.model.operations import Page
from taktloom.model.webhooks import MESSAGE_TOPIC, DeadLetter, Webhook, WebhookTopic

SECRET_PREFIX = "whsec_"
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookAdded:
    """A new webhook and the secret of its signatures, which nobody can read again."""

    webhook: Webhook
    secret: str


@use_case(Permission.SYSTEM_ADMIN)
def list_webhooks(context: Context) -> Page[Webhook]:
    """All webhooks."""
    found = context.rooms.engine.webhooks.all()
    return Page(items=found, total=len(found))


@use_case(Permission.SYSTEM_ADMIN)
def add_webhook(context: Context, *, url: str, topics: tuple[str, ...]) -> WebhookAdded:
    """Tell *url* of *topics* from now on. Raises InputRefusedError."""
    from taktloom.connect.egress import require_url

    require_url(url)
    known = [topic.value for topic in WebhookTopic]
    unknown = [topic for topic in topics if topic not in known and not _is_message(topic)]
    if unknown or not topics:
        raise InputRefusedError(
            f"There is no topic {unknown[0]}." if unknown else "A webhook without a topic hears nothing.",
            remedy=f"The topics are {', '.join(known)}; message:NAME receives the messages of a name.",
        )
    wanted = tuple(dict.fromkeys(topics))
    webhook, secret = context.rooms.engine.webhooks.add(url, wanted, by=context.principal.name)
    context.audit("add-webhook", f"webhook {webhook.webhook_id}", reason=", ".join(topics))
    return WebhookAdded(webhook=webhook, secret=SECRET_PREFIX + base64.b64encode(secret).decode("ascii"))


def _is_message(topic: str) -> bool:
    name = topic.removeprefix(MESSAGE_TOPIC)
    return topic.startswith(MESSAGE_TOPIC) and 0 < len(name) <= _LONGEST_NAME


@use_case(Permission.SYSTEM_ADMIN)
def remove_webhook(context: Context, *, webhook_id: str) -> None:
    """Tell it nothing more, not even what is on its way."""
    context.rooms.engine.webhooks.remove(webhook_id)
    context.audit("remove-webhook", f"webhook {webhook_id}")


@use_case(Permission.SYSTEM_ADMIN)
def list_dead_letters(context: Context, *, cursor: str | None = None, limit: int = 50) -> Page[DeadLetter]:
    """What was given up, oldest first."""
    return context.rooms.engine.webhooks.dead_letters(cursor=cursor, limit=limit)


@use_case(Permission.SYSTEM_ADMIN)
def retry_dead_letter(context: Context, *, outbox_id: str) -> None:
    """Try again from the beginning."""
    context.rooms.engine.webhooks.revive(outbox_id)
    context.audit("retry-dead-letter", f"webhook message {outbox_id}")
