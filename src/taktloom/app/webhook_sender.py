# SPDX-License-Identifier: Apache-2.0
"""Sends what the outbox holds: at least once, later and later when it does not arrive.

A message is signed as standardwebhooks.com says: HMAC-SHA256 over id, time and body under the webhook's secret. The id
is the same over all attempts and stands in `Idempotency-Key` too.
"""

import base64
import hashlib
import hmac
import logging
import threading
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

import httpx

from taktloom.model.errors import InputRefusedError
from taktloom.model.webhooks import OutboxMessage

if TYPE_CHECKING:
    from taktloom.connect.egress import Sender
    from taktloom.hosts.embedded.events.outbox import Webhooks

_LOG = logging.getLogger(__name__)
_LOOK_EVERY_S = 2.0


def signed_headers(message: OutboxMessage, at: int) -> dict[str, str]:
    """The headers of one attempt. at: whole seconds since 1970."""
    signed = f"{message.outbox_id}.{at}.{message.payload}".encode()
    signature = base64.b64encode(hmac.new(message.secret, signed, hashlib.sha256).digest()).decode("ascii")
    return {
        "Content-Type": "application/json",
        "webhook-id": message.outbox_id,
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{signature}",
        "Idempotency-Key": message.outbox_id,
    }


class WebhookSender:
    """Delivers what the outbox holds while a server runs."""

    def __init__(self, outbox: "Callable[[], Webhooks]", sender: "Sender", clock: Callable[[], datetime]) -> None:
        self._outbox, self._sender, self._clock = outbox, sender, clock
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Send from now on, until stopped."""
        self._thread = threading.Thread(target=self._run, name="taktloom-webhooks", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish the message in hand."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        self._sender.close()

    def send_due(self) -> int:
        """Try everything that is due once; how many were tried."""
        tried = 0
        while not self._stop.is_set():
            messages = self._outbox().lease()
            for message in messages:
                self._try(message)
            tried += len(messages)
            if not messages:
                break
        return tried

    def _try(self, message: OutboxMessage) -> None:
        webhooks = self._outbox()
        at = int(self._clock().timestamp())
        try:
            status = self._sender.post(message.url, message.payload.encode(), signed_headers(message, at))
        except httpx.HTTPError as error:
            failure = type(error).__name__
        except InputRefusedError as error:
            failure = error.code
        else:
            if 200 <= status < 300:
                webhooks.delivered(message.outbox_id)
                return
            failure = f"status {status}"
        if webhooks.failed(message, failure):
            _LOG.error("webhook message %s is given up: %s", message.outbox_id, failure)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self.send_due()
            except Exception:
                _LOG.exception("webhook messages could not be sent")
            self._stop.wait(_LOOK_EVERY_S)
