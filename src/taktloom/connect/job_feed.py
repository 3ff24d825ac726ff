# SPDX-License-Identifier: Apache-2.0
"""Jobs that a server pushes as server-sent events, for one worker.

Source: WHATWG HTML, 9.2.6 (interpretation of an event stream).
"""

import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress

import httpx

from taktloom.model.operations import LockedJob

OPENING_S, SILENCE_S = 30.0, 45.0  # the server gives a sign of life every 15 seconds
TIMEOUT = httpx.Timeout(OPENING_S, read=SILENCE_S)


class JobFeed:
    """Jobs of one connection, in order, until the server ends it or `close` is called from another thread.

    open_stream: sends the request. read: the job in the data of an event. Both raise what the caller is to know.
    """

    def __init__(
        self,
        open_stream: Callable[[], AbstractContextManager[httpx.Response]],
        read: Callable[[str], LockedJob],
        unavailable: Callable[[httpx.TransportError], Exception],
    ) -> None:
        self._open, self._read, self._unavailable = open_stream, read, unavailable
        self._is_closed = False
        self._socket: socket.socket | None = None

    def __iter__(self) -> Iterator[LockedJob]:
        try:
            with self._open() as answer:
                stream = answer.extensions.get("network_stream")
                self._socket = None if stream is None else stream.get_extra_info("socket")
                if self._is_closed:
                    return
                for event, data in _events(answer.iter_lines()):
                    if event == "end":
                        return
                    if event == "job":
                        yield self._read(data)
        except httpx.TransportError as error:
            if not self._is_closed:
                raise self._unavailable(error) from error

    def close(self) -> None:
        """Take no more; whoever reads is woken."""
        self._is_closed = True
        if self._socket is not None:
            with suppress(OSError):  # it has gone already
                self._socket.shutdown(socket.SHUT_RDWR)


def _events(lines: Iterator[str]) -> Iterator[tuple[str, str]]:
    """Name and data of each event; what is incomplete at the end is none."""
    event, data = "message", list[str]()
    for line in lines:
        field, _, value = line.partition(":")
        if not line:
            if data:
                yield event, "\n".join(data)
            event, data = "message", []
        elif field == "event":
            event = value.removeprefix(" ")
        elif field == "data":
            data.append(value.removeprefix(" "))
