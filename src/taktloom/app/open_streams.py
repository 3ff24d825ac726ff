# SPDX-License-Identifier: Apache-2.0
"""The open streams of jobs of this process, told when a job has ended."""

import threading
from collections.abc import Iterable
from typing import Protocol

from taktloom.model.identifiers import JobId


class Listener(Protocol):
    """What wants to know of jobs that end."""

    def hear(self, job_ids: Iterable[JobId]) -> None:
        """These jobs have ended."""


class JobStreams:
    """Those that want to know, until they are removed."""

    def __init__(self) -> None:
        self._streams: set[Listener] = set()
        self._lock = threading.Lock()

    def add(self, stream: Listener) -> None:
        """A stream begins."""
        with self._lock:
            self._streams.add(stream)

    def remove(self, stream: Listener) -> None:
        """A stream ends."""
        with self._lock:
            self._streams.discard(stream)

    def tell_ended(self, job_ids: Iterable[JobId]) -> None:
        """Jobs were completed, failed, or ended otherwise."""
        with self._lock:
            streams = tuple(self._streams)
        if not streams:
            return
        ended = tuple(job_ids)
        for stream in streams:
            stream.hear(ended)
