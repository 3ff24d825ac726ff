# SPDX-License-Identifier: Apache-2.0
"""Webhooks: what programs outside are told of, and what is on its way to them.

No variable values anywhere, but in messages that a model throws: they carry what the model gives them.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

MESSAGE_TOPIC = "message:"  # and the name of a message: the webhook is the receiver of all that are thrown


class WebhookTopic(StrEnum):
    """What a webhook may be told of."""

    INSTANCE_STARTED = "instance.started"
    INSTANCE_ENDED = "instance.ended"
    INCIDENT_RAISED = "incident.raised"
    INCIDENT_CLOSED = "incident.closed"
    TASK_OPENED = "task.opened"
    TASK_COMPLETED = "task.completed"
    PROCESS_DEPLOYED = "process.deployed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Who is told of what; its secret is shown once, when it is made."""

    webhook_id: str
    url: str
    topics: tuple[str, ...]
    created_at: datetime
    created_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxMessage:
    """What is to be sent now. outbox_id: the same over all attempts, the receiver's idempotency key. attempt: from 1.

    payload: JSON text.
    """

    outbox_id: str
    url: str
    secret: bytes
    payload: str
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """What was given up. failure: the last attempt's, without content of the answer."""

    outbox_id: str
    webhook_id: str
    url: str
    topic: str
    created_at: datetime
    attempts: int
    failure: str | None
