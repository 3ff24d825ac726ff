# SPDX-License-Identifier: Apache-2.0
"""Webhooks: who outside is told of what."""

from fastapi import APIRouter

from taktloom.app import webhooks
from taktloom.app.calls import calls
from taktloom.web.callers import Caller, Limit
from taktloom.web.paging import Cursor, shown_list, shown_page
from taktloom.web.routes import Route
from taktloom.web.schemas import webhooks as schemas
from taktloom.web.schemas.convert import shown
from taktloom.web.schemas.shared import PageOut

router = APIRouter(tags=["webhooks"], route_class=Route)


@router.get("/webhooks")
@calls(webhooks.list_webhooks)
def list_webhooks(context: Caller) -> PageOut[schemas.WebhookOut]:
    """All webhooks."""
    return shown_list(schemas.WebhookOut, webhooks.list_webhooks(context))


@router.post("/webhooks", status_code=201)
@calls(webhooks.add_webhook)
def add_webhook(context: Caller, body: schemas.WebhookIn) -> schemas.WebhookAdded:
    """Add a webhook; the secret of its signatures is shown once."""
    return shown(schemas.WebhookAdded, webhooks.add_webhook(context, url=body.url, topics=tuple(body.topics)))


@router.delete("/webhooks/{webhook_id}", status_code=204)
@calls(webhooks.remove_webhook)
def remove_webhook(context: Caller, webhook_id: str) -> None:
    """Tell it nothing more."""
    webhooks.remove_webhook(context, webhook_id=webhook_id)


@router.get("/dead-letters")
@calls(webhooks.list_dead_letters)
def list_dead_letters(context: Caller, cursor: Cursor, limit: Limit = 50) -> PageOut[schemas.DeadLetterOut]:
    """Webhook messages that were given up, oldest first."""
    return shown_page(
        schemas.DeadLetterOut, webhooks.list_dead_letters(context, cursor=cursor.position, limit=limit), cursor
    )


@router.post("/dead-letters/{outbox_id}/retry", status_code=204)
@calls(webhooks.retry_dead_letter)
def retry_dead_letter(context: Caller, outbox_id: str) -> None:
    """Try a webhook message again from the beginning."""
    webhooks.retry_dead_letter(context, outbox_id=outbox_id)
