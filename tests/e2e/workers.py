# SPDX-License-Identifier: Apache-2.0
"""The workers of the receipt draft as a process of its own, started by `taktloom worker`."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.e2e import receipt_workers
from tests.e2e.server import ENDED_WITHIN_S, REPOSITORY, command, environment

JOB_TYPES = frozenset(
    one.job_type
    for one in (
        receipt_workers.receive,
        receipt_workers.check,
        receipt_workers.determine,
        receipt_workers.send,
        receipt_workers.need_stop_advice,
        receipt_workers.need_stop_indication,
    )
)


@contextmanager
def worker_process(address: str, key: str, key_file: Path) -> Iterator[None]:
    """Run the workers; on SIGTERM they finish the jobs in hand and end well."""
    key_file.write_text(key, encoding="utf-8")
    arguments = command("worker", receipt_workers.__name__, "--url", address, "--key-file", key_file)
    process = subprocess.Popen(arguments, cwd=REPOSITORY, env=environment())
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(ENDED_WITHIN_S) == 0
