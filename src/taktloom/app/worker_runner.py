# SPDX-License-Identifier: Apache-2.0
"""Runs the job workers of a Python module against a server, for `taktloom worker MODULE[:NAME]`."""

import os
import signal
import socket
import sys
import threading
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from taktloom.app.telemetry import tracer_provider
from taktloom.connect.http_jobs import HttpJobSource
from taktloom.connect.worker import JobWorker
from taktloom.connect.worker_pool import PoolOptions, run_workers
from taktloom.model.errors import MisuseError

KEY_VARIABLE = "TAKTLOOM_KEY"


def run_module(target: str, *, url: str, key: str, is_streaming: bool = False, telemetry_endpoint: str = "") -> None:
    """Run until SIGTERM or Ctrl+C; jobs in hand are finished."""
    workers, stop = find_workers(target), threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    name = f"{socket.gethostname()}-{os.getpid()}"
    provider = tracer_provider(telemetry_endpoint, "taktloom-worker") if telemetry_endpoint else None
    options = PoolOptions(name=name, is_streaming=is_streaming, tracer_provider=provider)
    run_workers(workers, HttpJobSource(url, key), options, until=stop)
    if provider is not None:
        provider.shutdown()  # sends what waits


def read_key(key_file: Path | None) -> str:
    """The key from the file, else from the environment. Raises MisuseError."""
    if key_file is None:
        key = os.environ.get(KEY_VARIABLE, "")
    else:
        try:
            key = key_file.read_text(encoding="utf-8")
        except OSError as error:
            raise MisuseError(f"{key_file} cannot be read: {error.strerror}.", remedy="Check the path.") from error
    if key.strip():
        return key.strip()
    raise MisuseError(
        "No key was given.", remedy=f"Name a file with --key-file or set {KEY_VARIABLE}; `taktloom key add` makes one."
    )


def find_workers(target: str) -> Sequence[JobWorker[..., object]]:
    """The workers in `module`, or those in the list `module:name`. Raises MisuseError when there are none."""
    module_name, _, name = target.partition(":")
    sys.path.insert(0, os.getcwd())
    try:
        module = import_module(module_name)
    except ModuleNotFoundError as error:
        raise MisuseError(
            f"There is no module {error.name}.",
            remedy="Start in its folder, or install it.",
            parameters={"name": target},
        ) from error
    found = getattr(module, name, ()) if name else vars(module).values()
    workers = [one for one in ((found,) if isinstance(found, JobWorker) else found) if isinstance(one, JobWorker)]
    if workers:
        return workers
    raise MisuseError(
        f"{target} holds no workers.", remedy='Mark functions with @worker("job-type").', parameters={"name": target}
    )
