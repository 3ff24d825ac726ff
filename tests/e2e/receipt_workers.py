# SPDX-License-Identifier: Apache-2.0
"""Job workers for the draft of receipt.csv: `taktloom worker tests.e2e.receipt_workers`.

All but one take any case. Whether a stop advice is needed depends on the department, so that worker asks for one; a
case without it cannot be done and waits for an operator.
"""

from datetime import timedelta
from typing import Literal

from taktloom import worker

LOCK = timedelta(seconds=20)


@worker("confirmation_of_receipt", lock=LOCK, concurrency=4)
def receive() -> dict[str, object]:
    """Register the application."""
    return {"concept_instance": "task-1"}


@worker("t02_check_confirmation_of_receipt", lock=LOCK, concurrency=4)
def check() -> None:
    """Check the confirmation."""


@worker("t04_determine_confirmation_of_receipt", lock=LOCK, concurrency=4)
def determine() -> None:
    """Determine the confirmation."""


@worker("t05_print_and_send_confirmation_of_receipt", lock=LOCK, concurrency=4)
def send() -> None:
    """Print and send it."""


@worker("t06_determine_necessity_of_stop_advice", lock=LOCK, concurrency=4)
def need_stop_advice(*, department: Literal["General", "Experts", "Customer contact"]) -> dict[str, object]:
    """Experts stop an application, the others do not."""
    return {"needs_stop_advice": department == "Experts"}


@worker("t10_determine_necessity_to_stop_indication", lock=LOCK, concurrency=4)
def need_stop_indication() -> None:
    """Determine the indication."""
