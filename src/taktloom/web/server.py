# SPDX-License-Identifier: Apache-2.0
"""Runs the web application: binds, announces, and on SIGTERM ends streams, drains requests and returns.

Another address than the machine's own is served only with TLS files or behind a proxy that ends TLS, because passwords
and cookies would cross the network in clear text otherwise.
"""

import errno
import ipaddress
import os
import socket
from collections.abc import Callable, Mapping
from types import FrameType

import uvicorn

from taktloom.app.settings import Settings
from taktloom.app.wiring import Rooms
from taktloom.model.errors import IncidentError, MisuseError
from taktloom.web.application import create_application
from taktloom.web.connections import PatientProtocol, ask_for_open_files

DRAIN_S = 20
PORTS_TRIED = 50


class PortTakenError(IncidentError):
    """Another program listens on the port."""

    code = "TL-3902"


class UnprotectedAddressError(MisuseError):
    """The address is reachable from elsewhere and nothing encrypts."""

    code = "TL-2902"


class _Server(uvicorn.Server):
    """Tells the rooms to end their streams before uvicorn waits for open requests."""

    def __init__(self, config: uvicorn.Config, *, on_ready: Callable[[], None], on_stop: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready, self._on_stop = on_ready, on_stop

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Announce once requests are answered."""
        await super().startup(sockets)
        if self.started:
            self._on_ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """SIGTERM or SIGINT; a second one does not wait for requests.

        uvicorn would raise the signal anew after draining, which ends the process before the engine is drained.
        """
        del sig, frame
        self._on_stop()
        if self.should_exit:
            self.force_exit = True
        self.should_exit = True


def require_place(settings: Settings) -> None:
    """Raise PortTakenError or UnprotectedAddressError when it cannot be served there now."""
    require_protected(settings)
    listen(settings).close()


def serve(rooms: Rooms, *, on_ready: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT; on_ready gets the address once it answers.

    Raises PortTakenError or UnprotectedAddressError.
    """
    settings = rooms.settings
    require_protected(settings)
    ask_for_open_files()
    listening = listen(settings)
    scheme = "https" if settings.tls_certificate else "http"
    address = f"{scheme}://{_shown_host(settings.host)}:{listening.getsockname()[1]}"
    config = uvicorn.Config(
        create_application(rooms),
        http=PatientProtocol,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="off",
        proxy_headers=settings.behind_proxy,
        forwarded_allow_ips=settings.trusted_proxies,
        ssl_certfile=settings.tls_certificate,
        ssl_keyfile=settings.tls_key,
        timeout_graceful_shutdown=DRAIN_S,
        timeout_keep_alive=15,
    )

    def announce() -> None:
        on_ready(address)
        notify_manager("READY=1")

    server = _Server(config, on_ready=announce, on_stop=rooms.changes.close)
    try:
        server.run(sockets=[listening])
    finally:
        listening.close()


def notify_manager(state: str, *, environment: Mapping[str, str] = os.environ) -> None:
    """Tell systemd how the service stands, when it started us; see sd_notify(3)."""
    address = environment.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):  # a name in the abstract namespace
        address = f"\0{address[1:]}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.sendto(state.encode(), address)


def require_protected(settings: Settings) -> None:
    """Raise UnprotectedAddressError when others could read along."""
    if settings.behind_proxy or settings.tls_certificate is not None or is_own_machine(settings.host):
        return
    raise UnprotectedAddressError(
        f"{settings.host} can be reached from elsewhere, and nothing encrypts.",
        remedy="Give --tls-certificate and --tls-key, or --behind-proxy where a proxy ends TLS, or serve 127.0.0.1.",
        parameters={"host": settings.host},
    )


def is_own_machine(host: str) -> bool:
    """Whether only this machine can reach *host*."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def listen(settings: Settings) -> socket.socket:
    """A bound socket. Raises PortTakenError naming a free port."""
    try:
        return _bind(settings.host, settings.port)
    except OSError as error:
        if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
            raise IncidentError(
                f"Cannot listen on {settings.host}:{settings.port}: {error.strerror}.",
                remedy="Give an address of this machine with --host.",
            ) from error
        free = _free_port(settings.host, settings.port)
        raise PortTakenError(
            f"Port {settings.port} is taken by another program or not allowed.",
            remedy=f"Start with --port {free}, or stop the other program.",
            parameters={"port": str(settings.port), "free": str(free)},
        ) from error


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sends small segments at once only where the socket names its protocol; else the second part of an answer
    # waits for the client to acknowledge the first one, which clients put off for 40 ms.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
    except OSError:
        listening.close()
        raise
    return listening


def _free_port(host: str, taken: int) -> int:
    for port in range(max(taken, 1023) + 1, min(max(taken, 1023) + PORTS_TRIED, 65_535)):
        try:
            _bind(host, port).close()
        except OSError:
            continue
        return port
    return 0


def _shown_host(host: str) -> str:
    return f"[{host}]" if ":" in host else host
