# SPDX-License-Identifier: Apache-2.0
"""A server that listens on a free port of this machine, for clients that bring their own HTTP."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from taktloom.app import service_accounts
from taktloom.app.context import LOCAL_OPERATOR, Context
from taktloom.app.service_accounts import SCOPES
from taktloom.app.wiring import Rooms
from taktloom.web.application import create_application
from taktloom.web.connections import PatientProtocol


@contextmanager
def listening(rooms: Rooms) -> Iterator[str]:
    """Its address, while it serves *rooms*; they are not closed."""
    ready = threading.Event()
    config = uvicorn.Config(
        create_application(rooms),
        port=0,
        http=PatientProtocol,
        log_config=None,
        access_log=False,
        lifespan="off",
    )
    server = _Server(config, ready)
    thread = threading.Thread(target=server.run, name="listening", daemon=True)
    thread.start()
    assert ready.wait(30)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(30)


def new_key(
    rooms: Rooms, name: str = "program", *, scopes: tuple[str, ...] = SCOPES, job_types: tuple[str, ...] = ("*",)
) -> str:
    """The key of a new service account that may do all that keys can open, unless said otherwise."""
    context = Context(principal=LOCAL_OPERATOR, rooms=rooms)
    return service_accounts.add_account(context, name=name, job_types=job_types, routes=scopes).key


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, ready: threading.Event) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: object = None) -> None:
        await super().startup()
        self._ready.set()
