# SPDX-License-Identifier: Apache-2.0
"""Which webhooks hear of what: their outbox rows are written in the transaction of the change (see outbox.py)."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from taktloom.hosts.embedded.core.changes import Change, Topic
from taktloom.hosts.embedded.core.clock import IdSource
from taktloom.model.webhooks import WebhookTopic
from taktloom.storage import Session, to_micros

TOPICS: Mapping[tuple[Topic, str], WebhookTopic] = {
    (Topic.INSTANCES, "started"): WebhookTopic.INSTANCE_STARTED,
    (Topic.INSTANCES, "ended"): WebhookTopic.INSTANCE_ENDED,
    (Topic.INCIDENTS, "raised"): WebhookTopic.INCIDENT_RAISED,
    (Topic.INCIDENTS, "closed"): WebhookTopic.INCIDENT_CLOSED,
    (Topic.TASKS, "opened"): WebhookTopic.TASK_OPENED,
    (Topic.TASKS, "completed"): WebhookTopic.TASK_COMPLETED,
    (Topic.PROCESSES, "deployed"): WebhookTopic.PROCESS_DEPLOYED,
}


class Listeners:
    """Which webhooks want to hear of what; remembered until somebody else has written to the database."""

    def __init__(self) -> None:
        self._known: Mapping[tuple[str | None, str], tuple[str, ...]] | None = None

    def hear(self, change: Change) -> None:
        """A listener of the change feed."""
        if change.topic is Topic.EVERYTHING:
            self.forget()

    def forget(self) -> None:
        """Ask the database again."""
        self._known = None

    def targets(self, session: Session, tenant_id: str, topic: str) -> tuple[str, ...]:
        """The webhooks of a topic."""
        return self._load(session).get((tenant_id, topic), ())

    def write_outbox(self, session: Session, changes: Iterable[Change], *, now: datetime, ids: IdSource) -> None:
        """Rows for what the present unit of work has changed."""
        known = self._load(session)
        if not known:
            return
        for change in changes:
            topic = TOPICS.get((change.topic, change.kind))
            for webhook_id in () if topic is None else known.get((change.tenant_id, topic.value), ()):
                session.run(
                    "insert_outbox",
                    tenant_id=change.tenant_id,
                    outbox_id=ids.record_id(now),
                    webhook_id=webhook_id,
                    topic=str(topic),
                    now=to_micros(now),
                    payload=_payload(now, str(topic), change),
                )

    def _load(self, session: Session) -> Mapping[tuple[str | None, str], tuple[str, ...]]:
        if self._known is None:
            known: dict[tuple[str | None, str], tuple[str, ...]] = {}
            for row in session.all("every_webhook"):
                for topic in json.loads(row.text("topics")):
                    name = (row.text("tenant_id"), str(topic))
                    known[name] = (*known.get(name, ()), row.text("webhook_id"))
            self._known = known
        return self._known


def _payload(now: datetime, topic: str, change: Change) -> str:
    at = now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    data = {"process_id": change.process_id, "instance_key": change.instance_key}
    return json.dumps({"type": topic, "timestamp": at, "data": data}, sort_keys=True, separators=(",", ":"))
