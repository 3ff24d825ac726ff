# SPDX-License-Identifier: Apache-2.0
"""A client of the web application in process: a browser with cookies, or a program with a key."""

import asyncio
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from types import TracebackType
from typing import Any
from weakref import WeakKeyDictionary

import httpx
from fastapi import FastAPI

from taktloom.app import people
from taktloom.app.context import LOCAL_OPERATOR, Context
from taktloom.app.wiring import Rooms
from taktloom.web.application import create_application

PREFIX = "/api/v1"
# httpx asks before each request whether this is there and, where it is not, has all folders of packages looked through.
if find_spec("sniffio") is None:
    sys.modules["sniffio"] = None  # type: ignore[assignment]


class Client:
    """Calls the application; `csrf_token` goes with every changing request once signed in."""

    def __init__(self, rooms: Rooms, *, origin: str = "http://testserver", jar: httpx.Cookies | None = None) -> None:
        self.rooms = rooms
        self._runner = asyncio.Runner()
        transport = httpx.ASGITransport(app=_application(rooms), raise_app_exceptions=False)
        self._client = httpx.AsyncClient(transport=transport, base_url=origin, cookies=jar)
        self.csrf_token = ""

    @property
    def jar(self) -> httpx.Cookies:
        """The browser's cookies, to be given to another window of it."""
        return self._client.cookies

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._runner.run(self._client.aclose())
        self._runner.close()

    def call(self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **more: Any) -> httpx.Response:
        """One request; *path* is below the prefix unless it starts with `//`."""
        address = path[1:] if path.startswith("//") else PREFIX + path
        sent = {"X-CSRF-Token": self.csrf_token} if self.csrf_token else {}
        return self._runner.run(self._client.request(method, address, headers={**sent, **(headers or {})}, **more))

    def get(self, path: str, **more: Any) -> Any:
        """The JSON of a GET that succeeds."""
        return expect(self.call("GET", path, **more), 200).json()

    def post(self, path: str, body: object, status: int = 200) -> Any:
        """The JSON of a POST that ends with *status*."""
        answer = expect(self.call("POST", path, json=body), status)
        return answer.json() if answer.content else None

    def follow(self, work: Any) -> Any:
        """The end of a long work that was begun."""
        while work["state"] in {"waiting", "running"}:
            work = self.get(f"/works/{work['work_id']}")
        return work

    def assess(self, log_id: str) -> Any:
        """The potential of a log, waited for when it is not known yet."""
        answer = self.call("GET", f"/logs/{log_id}/potential")
        if answer.status_code == 202:
            assert self.follow(answer.json())["state"] == "done"
        return self.get(f"/logs/{log_id}/potential")

    def sign_in(self, role: str | None = None, groups: tuple[str, ...] = ()) -> "Client":
        """Sign in as a user of this role, without one when None; the user is made when absent."""
        context = Context(principal=LOCAL_OPERATOR, rooms=self.rooms)
        name = role or "nobody"
        user = self.rooms.identity.find_user(name)
        if user is None:
            profile = people.Profile(roles=(role,) if role else (), groups=groups)
            user = people.add_user(context, username=name, profile=profile).user
        ticket = self.rooms.identity.issue_one_time_ticket(user)
        session = self.post("/session/one-time", {"token": ticket.token})
        self.csrf_token = session["csrf_token"]
        return self


_APPLICATIONS: WeakKeyDictionary[Rooms, FastAPI] = WeakKeyDictionary()


def _application(rooms: Rooms) -> FastAPI:
    """One application per rooms, as on a server: its routes are made ready once."""
    if rooms not in _APPLICATIONS:
        _APPLICATIONS[rooms] = create_application(rooms)
    return _APPLICATIONS[rooms]


def expect(answer: httpx.Response, status: int) -> httpx.Response:
    """*answer* when it has *status*; else fails with what it says."""
    assert answer.status_code == status, f"{answer.status_code}: {answer.text[:2000]}"
    return answer
