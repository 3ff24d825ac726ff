# SPDX-License-Identifier: Apache-2.0
"""Models in code: every element of the execution standard, with automatic ids, written with a drawing.

    >>> from taktloom.formats.bpmn.builder import process, timer
    >>> order = (
    ...     process("order")
    ...     .start("Order received")
    ...     .user_task("Check order", candidate_groups="sales")
    ...     .boundary(timer(duration="P2D"), "Too late", is_interrupting=False).end("Reminded")
    ...     .at("Check order")
    ...     .exclusive("Amount?")
    ...     .when("amount > 1000", "large").service_task("Approve", job_type="approve").end("Approved")
    ...     .at("Amount?").otherwise().end("Done")
    ... )
    >>> order.xml().startswith(b"<?xml")
    True

A chain goes on from the element added last (`at` moves it); every element is connected with the one before. Elements
are named by their id or name. `build` gives the model, `xml` the file; `file` puts processes and pools together.
"""

from taktloom.formats.bpmn.builder.definitions import (
    cancel,
    compensation,
    conditional,
    error,
    escalation,
    link,
    message,
    multiple,
    shared,
    signal,
    terminate,
    timer,
)
from taktloom.formats.bpmn.builder.files import FileBuilder, file
from taktloom.formats.bpmn.builder.loops import many, repeat
from taktloom.formats.bpmn.builder.processes import ProcessBuilder, process
from taktloom.formats.bpmn.builder.scopes import ScopeBuilder

__all__ = [
    "FileBuilder",
    "ProcessBuilder",
    "ScopeBuilder",
    "cancel",
    "compensation",
    "conditional",
    "error",
    "escalation",
    "file",
    "link",
    "many",
    "message",
    "multiple",
    "process",
    "repeat",
    "shared",
    "signal",
    "terminate",
    "timer",
]
