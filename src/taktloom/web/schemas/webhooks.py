# SPDX-License-Identifier: Apache-2.0
"""Webhooks and what could not be delivered to them."""

from pydantic import Field

from taktloom.web.schemas.shared import In, Instant, Out


class WebhookOut(Out):
    webhook_id: str
    url: str
    topics: list[str]
    created_at: Instant
    created_by: str | None


class WebhookIn(In):
    url: str = Field(min_length=1, max_length=2000)
    topics: list[str] = Field(min_length=1, max_length=50)


class WebhookAdded(Out):
    """secret: of the signatures; it is shown once."""

    webhook: WebhookOut
    secret: str


class DeadLetterOut(Out):
    outbox_id: str
    webhook_id: str
    url: str
    topic: str
    created_at: Instant
    attempts: int
    failure: str | None
