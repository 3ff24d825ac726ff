# SPDX-License-Identifier: Apache-2.0
"""Webhooks: all and only what was committed is sent, signed, at least once, and never into the own network."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from taktloom.app import webhooks
from taktloom.app.context import LOCAL_OPERATOR, Context
from taktloom.app.webhook_sender import WebhookSender
from taktloom.connect.egress import AddressRefusedError, Sender, public_address, require_url
from taktloom.hosts.embedded import EmbeddedEngine, EngineOptions, ManualClock
from taktloom.hosts.embedded.events.outbox import PAUSES
from taktloom.model.errors import InputRefusedError, NotFoundError
from taktloom.model.identifiers import ProcessId
from taktloom.model.webhooks import WebhookTopic
from tests.app.models import PERMIT_BPMN

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PERMIT = ProcessId("permit")
INSTANCES = (WebhookTopic.INSTANCE_STARTED, WebhookTopic.INSTANCE_ENDED)


class Receiver:
    """A program outside that notes what it gets and answers with `status`."""

    def __init__(self) -> None:
        self.status, self.got = 200, list[tuple[Mapping[str, str], bytes]]()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append((dict(self.headers.items()), body))
                self.send_response(receiver.status)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def engine(clock: ManualClock) -> Iterator[EmbeddedEngine]:
    made = EmbeddedEngine.open(None, EngineOptions(clock=clock))
    made.deployments.deploy({"permit.bpmn": PERMIT_BPMN})
    yield made
    made.drain()


@pytest.fixture
def sender(engine: EmbeddedEngine, clock: ManualClock) -> Iterator[WebhookSender]:
    made = WebhookSender(lambda: engine.webhooks, Sender(may_be_private=True), clock.now)
    yield made
    made.stop()


def test_a_receiver_gets_what_it_asked_for_and_can_check_who_sent_it(
    engine: EmbeddedEngine, sender: WebhookSender, receiver: Receiver
) -> None:
    _, secret = engine.webhooks.add(receiver.url, INSTANCES)
    key = engine.instances.start(PERMIT, {"name": "Ada"}).instance_key
    engine.instances.cancel(key)

    tried = sender.send_due()

    assert (tried, sender.send_due()) == (2, 0)
    told = [json.loads(body) for _, body in receiver.got]
    assert sorted(one["type"] for one in told) == ["instance.ended", "instance.started"]
    assert told[0]["data"] == {"instance_key": key, "process_id": "permit"}
    assert all(b"Ada" not in body for _, body in receiver.got)
    headers, body = receiver.got[0]
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert headers["Idempotency-Key"] == headers["webhook-id"]


def test_what_was_taken_back_is_not_sent(engine: EmbeddedEngine, sender: WebhookSender, receiver: Receiver) -> None:
    engine.webhooks.add(receiver.url, INSTANCES)
    with pytest.raises(NotFoundError):
        engine.instances.start(ProcessId("nothing"), {})
    core = engine._core

    def start_and_fail(unit: object) -> None:
        from taktloom.hosts.embedded.advancing.instances import start_instance
        from taktloom.kernel.events import InstanceStarted

        definition = unit.core.catalogue.startable(unit.session, unit.tenant_id, PERMIT, None)  # type: ignore[attr-defined]
        start_instance(unit, definition, InstanceStarted(occurred_at=NOW, variables={}))  # type: ignore[arg-type]
        raise InputRefusedError("taken back")

    with pytest.raises(InputRefusedError):
        core.submit(engine.tenant_id, start_and_fail)

    assert (sender.send_due(), receiver.got) == (0, [])


def test_what_does_not_arrive_is_tried_again_later_under_the_same_id(
    engine: EmbeddedEngine, sender: WebhookSender, receiver: Receiver, clock: ManualClock
) -> None:
    engine.webhooks.add(receiver.url, INSTANCES)
    engine.instances.start(PERMIT, {})
    receiver.status = 500

    first, at_once = sender.send_due(), sender.send_due()
    clock.advance(PAUSES[0])
    receiver.status = 204
    second = sender.send_due()

    assert (first, at_once, second) == (1, 0, 1)
    assert receiver.got[0][0]["webhook-id"] == receiver.got[1][0]["webhook-id"]
    assert receiver.got[0][0]["webhook-timestamp"] != receiver.got[1][0]["webhook-timestamp"]


def test_what_never_arrives_becomes_a_dead_letter_that_can_be_tried_again(
    engine: EmbeddedEngine, sender: WebhookSender, receiver: Receiver, clock: ManualClock
) -> None:
    engine.webhooks.add(receiver.url, INSTANCES)
    engine.instances.start(PERMIT, {})
    receiver.status = 410
    for _ in range(len(PAUSES) + 1):
        assert sender.send_due() == 1
        clock.advance(PAUSES[-1])

    (dead,) = engine.webhooks.dead_letters().items
    nothing = sender.send_due()
    engine.webhooks.revive(dead.outbox_id)
    receiver.status = 200

    assert (dead.attempts, dead.failure, nothing) == (len(PAUSES) + 1, "status 410", 0)
    assert sender.send_due() == 1
    assert engine.webhooks.dead_letters().items == ()


def test_a_sender_that_died_leaves_its_message_to_the_next_one_after_its_lease(
    engine: EmbeddedEngine, clock: ManualClock
) -> None:
    engine.webhooks.add("http://127.0.0.1/hook", INSTANCES)
    engine.instances.start(PERMIT, {})

    first, others = engine.webhooks.lease(), engine.webhooks.lease()
    clock.advance(timedelta(minutes=2))
    again = engine.webhooks.lease()

    assert (len(first), others, len(again)) == (1, (), 1)
    assert (again[0].outbox_id, again[0].attempt) == (first[0].outbox_id, 2)


def test_a_removed_webhook_hears_nothing_more(
    engine: EmbeddedEngine, sender: WebhookSender, receiver: Receiver
) -> None:
    webhook, _ = engine.webhooks.add(receiver.url, INSTANCES)
    engine.instances.start(PERMIT, {})
    engine.webhooks.remove(webhook.webhook_id)
    engine.instances.start(PERMIT, {})

    assert (sender.send_due(), receiver.got) == (0, [])
    with pytest.raises(NotFoundError):
        engine.webhooks.remove(webhook.webhook_id)


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.1.2.3", "192.168.0.1", "169.254.169.254", "::1", "fe80::1", "fd00::1", "0.0.0.0"]
)
def test_the_own_network_is_refused(address: str) -> None:
    with pytest.raises(AddressRefusedError):
        public_address("host", 443, may_be_private=False, resolve=lambda *_: [address])
    with pytest.raises(AddressRefusedError):
        public_address("host", 443, may_be_private=False, resolve=lambda *_: ["93.184.216.34", address])

    assert public_address("host", 443, may_be_private=True, resolve=lambda *_: [address]) == address


def test_the_connection_goes_to_the_address_that_was_looked_at(receiver: Receiver) -> None:
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    sender = Sender(may_be_private=True, resolve=resolve)
    status = sender.post(f"http://hook.example:{receiver.server.server_port}/x", b"{}", {})
    sender.close()

    assert (status, asked) == (200, ["hook.example"])
    assert receiver.got[0][0]["Host"] == f"hook.example:{receiver.server.server_port}"


@pytest.mark.parametrize("url", ["ftp://a/b", "https://user:secret@a/b", "hook", "http://", "http://a:0/"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(AddressRefusedError):
        require_url(url)


def test_an_unknown_topic_is_refused(tmp_path: Path) -> None:
    from taktloom.app.settings import Settings
    from taktloom.app.wiring import Rooms

    rooms = Rooms(Settings(data=tmp_path))
    context = Context(principal=LOCAL_OPERATOR, rooms=rooms)
    with pytest.raises(InputRefusedError):
        webhooks.add_webhook(context, url="https://example.org/x", topics=("instance.dreamt",))
    added = webhooks.add_webhook(context, url="https://example.org/x", topics=("instance.ended",))
    listed = webhooks.list_webhooks(context).items
    rooms.close()

    assert added.secret.startswith("whsec_")
    assert [one.url for one in listed] == ["https://example.org/x"]
    assert "secret" not in str(listed)


def test_a_transport_error_counts_as_not_arrived(
    engine: EmbeddedEngine, sender: WebhookSender, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> int:
        raise httpx.ConnectError("refused")

    monkeypatch.setattr(sender._sender, "post", fail)
    engine.webhooks.add("https://example.org/x", INSTANCES)
    engine.instances.start(PERMIT, {})

    assert (sender.send_due(), sender.send_due()) == (1, 0)
