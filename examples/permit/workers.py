# SPDX-License-Identifier: Apache-2.0
"""The three job workers of the permit example: validate, register in a back office, write a confirmation.

Each may be called twice for the same job. Validating has no effect, so that does no harm; registering and confirming
recognise the job by its id and do nothing a second time.

    python -m examples.permit.workers --server http://127.0.0.1:8765 --key tk_… --folder permit-office
"""

import argparse
import os
import signal
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from taktloom import worker
from taktloom.connect import AnyWorker, BpmnError, HttpJobSource, Job, PoolOptions, run_workers
from taktloom.storage import open_connection, transaction

LARGEST_AMOUNT = Decimal(1_000_000)
BACK_OFFICE_TABLE = """
CREATE TABLE IF NOT EXISTS registration (
  register_number INTEGER PRIMARY KEY AUTOINCREMENT,
  job_id TEXT NOT NULL UNIQUE,
  applicant TEXT NOT NULL,
  amount TEXT NOT NULL
)
"""


@dataclass(frozen=True)
class Registered:
    """What the back office answers."""

    register_number: int


@dataclass(frozen=True)
class Confirmed:
    """Where the confirmation lies."""

    letter: str


class BackOffice:
    """The register of permits, as another department keeps it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        connection = open_connection(path)
        connection.execute(BACK_OFFICE_TABLE)
        connection.close()

    def register(self, job_id: str, applicant: str, amount: Decimal) -> int:
        """Enter a case under the job's id; the number it has, the same one when it is entered again."""
        connection = open_connection(self._path)
        try:
            with transaction(connection):
                connection.execute(
                    "INSERT INTO registration (job_id, applicant, amount) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                    (job_id, applicant, str(amount)),
                )
                found = connection.execute("SELECT register_number FROM registration WHERE job_id = ?", (job_id,))
                return int(str(found.fetchall()[0][0]))
        finally:
            connection.close()


def permit_workers(folder: Path, *, lock: timedelta = timedelta(seconds=30)) -> Sequence[AnyWorker]:
    """The workers, with back office and letters in *folder*."""
    letters = folder / "letters"
    letters.mkdir(parents=True, exist_ok=True)
    back_office = BackOffice(folder / "back-office.db")

    @worker("validate-application", lock=lock, concurrency=2)
    def validate(*, applicant: str, amount: Decimal) -> dict[str, object]:
        if not applicant.strip():
            raise BpmnError("INCOMPLETE", "the applicant's name is missing")
        if not 0 < amount <= LARGEST_AMOUNT:
            raise BpmnError("INCOMPLETE", "the amount is out of range")
        return {"applicant": applicant.strip()}

    @worker("register-case", lock=lock, concurrency=2)
    def register(job: Job, *, applicant: str, amount: Decimal) -> Registered:
        return Registered(register_number=back_office.register(job.job_id, applicant, amount))

    @worker("write-confirmation", lock=lock, concurrency=2)
    def confirm(job: Job, *, applicant: str, register_number: int, is_granted: bool = False) -> Confirmed:
        letter = letters / f"{job.job_id}.txt"
        if not letter.exists():
            answer = "granted" if is_granted else "refused"
            _write_whole(letter, f"To {applicant}\nYour application no. {register_number} is {answer}.\n")
        return Confirmed(letter=letter.name)

    return (validate, register, confirm)


def _write_whole(path: Path, text: str) -> None:
    """Write beside, sync, then rename: a reader sees the whole letter or none."""
    unfinished = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}.unfinished")
    with unfinished.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


def main() -> None:
    """Run the workers against a server until interrupted."""
    parser = argparse.ArgumentParser(description="Job workers of the permit example")
    parser.add_argument("--server", default="http://127.0.0.1:8765")
    parser.add_argument("--key", required=True, help="API key of a service account")
    parser.add_argument("--folder", type=Path, default=Path("permit-office"))
    given = parser.parse_args()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    source = HttpJobSource(given.server, given.key)
    run_workers(permit_workers(given.folder), source, PoolOptions(name="permit-workers"), until=stop)


if __name__ == "__main__":
    main()
