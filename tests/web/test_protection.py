# SPDX-License-Identifier: Apache-2.0
import asyncio
import json
import resource
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
import uvicorn

from taktloom.app.settings import Settings
from taktloom.app.wiring import Rooms
from taktloom.model.errors import IncidentError
from taktloom.web import connections, protection
from taktloom.web.server import (
    PortTakenError,
    UnprotectedAddressError,
    _Server,
    is_own_machine,
    listen,
    require_protected,
)
from tests.web.client import Client, expect
from tests.web.live import listening


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Client]:
    """A server that takes small bodies only."""
    rooms = Rooms(Settings(data=tmp_path / "small", body_bytes=1000, upload_bytes=2000))
    with Client(rooms) as client:
        yield client.sign_in("admin")
    rooms.close()


@pytest.mark.parametrize("path", ["/health", "/nothing", "//", "//tasks"])
def test_every_answer_is_protected(client: Client, path: str) -> None:
    headers = client.call("GET", path).headers

    assert "default-src 'self'" in headers["content-security-policy"]
    assert "script-src 'self';" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert "server" not in headers


def test_answers_of_the_interface_are_kept_by_no_cache(client: Client) -> None:
    assert client.call("GET", "/health").headers["cache-control"] == "no-store"


def test_bodies_over_the_limit_are_refused(small: Client) -> None:
    answer = small.call("POST", "/users", json={"username": "x" * 2000})

    assert (answer.status_code, answer.json()["parameters"]) == (413, {"limit": "1000"})


def test_bodies_without_length_are_counted_while_they_come(small: Client) -> None:
    async def chunks() -> object:
        for _ in range(20):
            yield b"x" * 100

    answer = small.call("POST", "/users", content=chunks(), headers={"Content-Type": "application/json"})

    assert answer.status_code == 413


def test_a_body_that_does_not_come_is_not_waited_for_for_ever(small: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protection, "GRACE_S", 0.05)

    async def never_ending() -> AsyncIterator[bytes]:
        yield b'{"username":'
        await asyncio.Event().wait()

    answer = small.call("POST", "/users", content=never_ending(), headers={"Content-Type": "application/json"})

    assert (answer.status_code, answer.json()["code"]) == (408, "TL-2922")
    assert answer.headers["connection"] == "close"


def test_a_request_that_gives_its_length_in_two_ways_is_refused(small: Client) -> None:
    headers = {"Content-Length": "4", "Transfer-Encoding": "chunked", "Content-Type": "application/json"}

    answer = small.call("POST", "/session", content=b"{}", headers=headers)

    assert (answer.status_code, answer.headers["connection"]) == (400, "close")


@pytest.mark.parametrize("sent", [b"", b"GET /healthz HTTP/1.1\r\nHost"])
def test_a_connection_without_a_whole_request_is_closed(
    rooms: Rooms, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(connections, "HEAD_S", 0.05)
    with listening(rooms) as address:
        with socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2])), timeout=60) as connection:
            connection.sendall(sent)
            heard = connection.recv(100)
        answer = httpx.get(f"{address}/healthz")

    assert heard == b""
    assert answer.status_code == 200


def test_too_many_connections_are_told_so_and_leave_files_for_the_store_and_monitoring(
    rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (50, 50))  # two connections
    with listening(rooms) as address:
        place = ("127.0.0.1", int(address.rpartition(":")[2]))
        with socket.create_connection(place, timeout=60) as one, socket.create_connection(place, timeout=60):
            refused = httpx.get(f"{address}/api/v1/system")
            facade = httpx.get(f"{address}/engine-rest/version")
            ready = httpx.get(f"{address}/readyz")
            one.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            served = one.recv(15)
        again = httpx.get(f"{address}/engine-rest/version")

    assert (refused.status_code, refused.json()["code"], refused.headers["Retry-After"]) == (503, "TL-3905", "5")
    assert refused.headers["connection"] == ready.headers["connection"] == "close"
    assert (facade.status_code, facade.json()["type"]) == (503, "ProcessEngineException")
    assert ready.status_code == 200
    assert served == b"HTTP/1.1 200 OK"
    assert again.status_code == 401


@pytest.mark.parametrize(("open_files", "most"), [(64, 16), (256, 176), (1024, 752), (40, 1), (-1, sys.maxsize)])
def test_connections_leave_open_files_for_all_else(open_files: int, most: int) -> None:
    assert connections.most_connections(open_files) == most


def test_a_server_asks_for_as_many_open_files_as_it_may_have() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, before[1]))
        connections.ask_for_open_files()
        after = resource.getrlimit(resource.RLIMIT_NOFILE)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)

    assert 256 < after[0] <= 65_536
    assert after[1] == before[1]


def test_a_second_signal_of_either_kind_does_not_wait_for_requests() -> None:
    stopped: list[str] = []
    config = uvicorn.Config("nothing:here")
    server = _Server(config, on_ready=lambda: None, on_stop=lambda: stopped.append("streams"))

    server.handle_exit(signal.SIGTERM, None)
    first = server.should_exit, server.force_exit
    server.handle_exit(signal.SIGTERM, None)

    assert first == (True, False)
    assert server.force_exit
    assert stopped == ["streams", "streams"]


def test_uploads_have_a_limit_of_their_own(small: Client) -> None:
    content = b"case_id,activity,timestamp\n" + b"1,a,2026-01-01T00:00:00Z\n" * 50
    expect(small.call("POST", "/logs/uploads", files={"file": ("a.csv", content, "text/csv")}), 201)

    too_much = content * 2

    assert small.call("POST", "/logs/uploads", files={"file": ("a.csv", too_much, "text/csv")}).status_code == 413


def test_pages_say_that_the_interface_is_not_built_or_are_never_cached(client: Client) -> None:
    page = client.call("GET", "//processes/permit")

    assert page.status_code in {200, 503}
    if page.status_code == 503:
        assert "界面尚未构建" in page.text
    else:
        assert page.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", ["//assets/../../settings.py", "//assets/nothing.js", "//..%2f..%2fpyproject.toml"])
def test_no_file_outside_the_interface_is_served(client: Client, path: str) -> None:
    answer = client.call("GET", path)

    assert b"[project]" not in answer.content
    assert answer.status_code in {200, 404, 503}


def test_only_the_own_machine_is_served_in_clear_text(tmp_path: Path) -> None:
    require_protected(Settings(data=tmp_path, host="127.0.0.1"))
    require_protected(Settings(data=tmp_path, host="0.0.0.0", behind_proxy=True))
    require_protected(Settings(data=tmp_path, host="0.0.0.0", tls_certificate=Path("c"), tls_key=Path("k")))

    with pytest.raises(UnprotectedAddressError):
        require_protected(Settings(data=tmp_path, host="0.0.0.0"))

    assert is_own_machine("::1")
    assert not is_own_machine("example.org")


def test_a_taken_port_names_a_free_one(tmp_path: Path) -> None:
    with listen(Settings(data=tmp_path, port=0)) as first:
        first.listen()
        taken = first.getsockname()[1]

        with pytest.raises(PortTakenError) as refused:
            listen(Settings(data=tmp_path, port=taken))

        with listen(Settings(data=tmp_path, port=int(refused.value.parameters["free"]))) as second:
            assert second.getsockname()[1] != taken


def test_an_answer_is_sent_at_once_and_not_when_the_one_before_was_acknowledged(tmp_path: Path) -> None:
    accepted: list[int] = []

    def note(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        accepted.append(writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    async def connect() -> None:
        with listen(Settings(data=tmp_path, port=0)) as listening:
            async with await asyncio.start_server(note, sock=listening):
                reader, writer = await asyncio.open_connection(*listening.getsockname())
                assert await reader.read() == b""
                writer.close()

    asyncio.run(connect())

    assert accepted == [1]


def test_an_address_of_another_machine_is_refused(tmp_path: Path) -> None:
    with pytest.raises(IncidentError, match="Cannot listen"):
        listen(Settings(data=tmp_path, host="192.0.2.1", port=0))


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01 no HTTP\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nX-Long: " + b"a" * 100_000,
        b"POST /api/v1/session HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nno length\r\n",
    ],
)
def test_what_is_no_http_is_refused_with_a_problem(tmp_path: Path, sent: bytes) -> None:
    rooms = Rooms(Settings(data=tmp_path / "odd"))
    with listening(rooms) as address, socket.create_connection(("127.0.0.1", int(address.rsplit(":", 1)[1]))) as client:
        client.settimeout(30)
        client.sendall(sent)
        head, _, body = b"".join(iter(lambda: client.recv(65_536), b"")).partition(b"\r\n\r\n")
    rooms.close()

    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"content-type: application/problem+json" in head
    assert b"x-content-type-options: nosniff" in head
    assert json.loads(body)["code"] == "TL-2922"
    assert json.loads(body)["remedy"]
